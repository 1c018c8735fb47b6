//! Facts for the tests of this family.

use diag_sdk::case::exchange::{Exchange, Page, Phrase, Side};
use diag_sdk::case::sp_configuration::SpConfiguration;
use diag_sdk::{Case, Meaning, Vendor};

/// A virtual proxy `azure` at `https://sense.contoso.example` with that allow list.
pub(crate) fn entry(allow_list: &[&str]) -> SpConfiguration {
    SpConfiguration {
        id: "c1".to_owned(),
        vendor: Vendor::Qlik,
        relevant: true,
        name: "azure".to_owned(),
        prefix: Some("azure".into()),
        host_uri: Some("https://sense.contoso.example".into()),
        host_allow_list: Some(allow_list.iter().map(|host| (*host).into()).collect()),
        ..SpConfiguration::default()
    }
}

/// A case with that virtual proxy.
pub(crate) fn case(allow_list: &[&str]) -> Case {
    Case { sp_configurations: vec![entry(allow_list)], sp_vendor: Vendor::Qlik, ..Case::default() }
}

/// A request to the service provider.
pub(crate) fn get(url: &str, status: u16) -> Exchange {
    Exchange { side: Side::Sp, method: "GET".to_owned(), url: url.to_owned(), status, navigation: true, ..Exchange::default() }
}

/// A web socket to the service provider.
pub(crate) fn socket(url: &str, status: u16) -> Exchange {
    Exchange { websocket: true, navigation: false, ..get(url, status) }
}

/// The page with which Qlik Sense refuses a host name.
pub(crate) fn refusal() -> Page {
    let phrase = Phrase { writer: diag_sdk::Writer::Product("Qlik Sense".to_owned()), meaning: Meaning::HostHeader, ..Phrase::default() };
    Page { phrases: vec![phrase], error: true, ..Page::default() }
}

//! Aggregates of federations, larger than what is read whole: whoever takes part is found in them, wherever the file
//! stands in the list, and what is told of places stays true.

use diag_core::examine::{Request, examine};
use diag_core::intake::Supplied;
use diag_core::verdict::Verdict;
use diag_sdk::Case;
use diag_sdk::case::input::HeldBy;
use diag_tests::diagnose::report_on;
use diag_tests::fixture;
use std::io::Read;

/// Entities of the invented federation: about 19 MiB, more than is read whole.
const ENTITIES: usize = 12_000;

const SIGN_IN: &str = "diag-sketch/1 2026-11-24T10:00:00Z\n\n[request]\n<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_1\" Version=\"2.0\" IssueInstant=\"{now}\" AssertionConsumerServiceURL=\"https://e7.example/acs\"><saml:Issuer>https://e7.example/saml</saml:Issuer></samlp:AuthnRequest>\n\n[response]\n<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_2\" Version=\"2.0\" IssueInstant=\"{now}\" InResponseTo=\"_1\"><saml:Issuer>https://e11001.example/saml</saml:Issuer><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status></samlp:Response>\n\nGET https://e7.example/ @0s\n< 302\n< Location: https://e11001.example/sso?SAMLRequest={redirect:request}\n\nGET https://e11001.example/sso?SAMLRequest={redirect:request} @1s\n< 200\n< Content-Type: text/html\n\nPOST https://e7.example/acs @2s\n> SAMLResponse={post:response}\n< 500\n";

/// An aggregate, made while it is read.
struct Federation {
    next: usize,
    waiting: Vec<u8>,
    certificate: String,
}

impl Federation {
    fn new() -> Self {
        let head = "<?xml version=\"1.0\"?>\n<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Name=\"all\">\n";
        Self {
            next: 0,
            waiting: head.into(),
            certificate: fixture::fill("{{certificate:expired}}"),
        }
    }

    fn entity(&self, number: usize) -> String {
        // Every third is an identity provider.
        let (role, endpoint) = if number.is_multiple_of(3) {
            (
                "IDPSSODescriptor",
                "SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"https://eN.example/sso\"",
            )
        } else {
            (
                "SPSSODescriptor",
                "AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"https://eN.example/acs\" index=\"0\"",
            )
        };
        let endpoint = endpoint.replace("eN", &format!("e{number}"));
        let certificate = &self.certificate;
        format!(
            "<md:EntityDescriptor entityID=\"https://e{number}.example/saml\">\n<md:{role} protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\n<md:KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\n<md:{endpoint}/>\n</md:{role}>\n<!-- {} --></md:EntityDescriptor>\n",
            "padding ".repeat(30)
        )
    }
}

impl Read for Federation {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.waiting.is_empty() && self.next <= ENTITIES {
            self.waiting = match self.next {
                ENTITIES => b"</md:EntitiesDescriptor>\n".to_vec(),
                number => self.entity(number).into_bytes(),
            };
            self.next += 1;
        }
        let taken = self.waiting.len().min(out.len());
        out[..taken].copy_from_slice(&self.waiting[..taken]);
        self.waiting.drain(..taken);
        Ok(taken)
    }
}

fn federation(held_by: HeldBy) -> Supplied<'static> {
    Supplied {
        path: "federation.xml".to_owned(),
        named: true,
        held_by,
        reader: Box::new(Federation::new()),
    }
}

fn sign_in() -> Supplied<'static> {
    Supplied {
        path: "sketch.txt".to_owned(),
        named: true,
        held_by: HeldBy::Publisher,
        reader: Box::new(SIGN_IN.as_bytes()),
    }
}

fn case_of(files: Vec<Supplied<'_>>, entity: Option<&str>) -> Case {
    examine(Request { entity: entity.map(str::to_owned), ..Request::new(files) }, &mut |_| {}).case
}

fn names(case: &Case) -> Vec<&str> {
    case.metadata.iter().map(|metadata| metadata.entity_id.value.as_str()).collect()
}

#[test]
fn whoever_takes_part_is_found_wherever_the_file_stands() {
    for files in [
        vec![federation(HeldBy::Publisher), sign_in()],
        vec![sign_in(), federation(HeldBy::Publisher)],
    ] {
        let case = case_of(files, None);
        assert_eq!(names(&case), ["https://e7.example/saml", "https://e11001.example/saml"]);
        assert!(case.metadata.iter().all(|metadata| metadata.entities_in_document == ENTITIES));
        let idp = case.metadata[1].idp.as_ref().expect("a role");
        assert_eq!(idp.sso[0].location.value, "https://e11001.example/sso");
        // Two lines before the first entity, six of each, and the endpoint on its fourth.
        assert_eq!(idp.sso[0].location.place.line, Some(2 + 11_001 * 6 + 4));
        let about = case.inputs.iter().find_map(|input| input.about.as_deref()).unwrap_or_default();
        assert!(
            about.contains("12000 entities")
                && about.contains("1 certificate")
                && about.contains("2 of them were read"),
            "{about}"
        );
    }
}

#[test]
fn alone_it_asks_who_is_meant_and_reads_whom_it_is_told() {
    let case = case_of(vec![federation(HeldBy::Publisher)], None);
    assert!(case.metadata.is_empty() && case.broken_documents.is_empty());
    let about = case.inputs[0].about.as_deref().expect("a summary");
    assert!(
        about.contains("4000 identity providers, 8000 service providers")
            && about.contains("--entity"),
        "{about}"
    );
    assert_eq!(report_on(&case).verdict, Verdict::Undetermined);

    let case = case_of(vec![federation(HeldBy::Publisher)], Some("https://e11001.example/saml"));
    assert_eq!(names(&case), ["https://e11001.example/saml"]);
    let case = case_of(vec![federation(HeldBy::Publisher)], Some("https://e11001.example/"));
    assert!(
        case.inputs[0]
            .about
            .as_deref()
            .is_some_and(|about| about.contains("none of them is `https://e11001.example/`"))
    );
}

#[test]
fn a_copy_may_be_an_aggregate_too() {
    let case = case_of(vec![federation(HeldBy::Sp), sign_in()], None);
    assert!(case.metadata.iter().all(|metadata| metadata.held_by == HeldBy::Sp));
    assert_eq!(case.metadata.len(), 2);
}

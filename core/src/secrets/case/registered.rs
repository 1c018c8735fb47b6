//! Addresses that exports of configuration hold. They are compared, and the words in them are no secret; what somebody
//! wrote into them to be let in is one, whoever may read the export.

use super::published::Published;
use super::{Sort, mark};
use crate::seal::Sealer;
use crate::secrets::{Reach, layers, places, value, watch};
use diag_sdk::Case;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::cell::LazyCell;
use std::fmt::Write as _;

/// Takes passwords and tokens out of the addresses of what is registered and configured.
pub(super) fn blot(case: &mut Case, sealer: &Sealer) {
    // What metadata says everybody reads, and is compared with; few addresses have anything for which that matters.
    let metadata = &case.metadata;
    let read_by_all = LazyCell::new(|| Published::of_metadata(metadata));
    let bare = |text: &str| without_credentials(text, sealer).filter(|_| !read_by_all.holds(text));
    each(&mut case.registrations, &bare);
    each(&mut case.sp_configurations, &bare);
}

fn each<T: Serialize + DeserializeOwned + Default>(
    items: &mut [T],
    bare: &impl Fn(&str) -> Option<String>,
) {
    for item in items {
        let changed = |text: &str, _| bare(text).is_some();
        if !watch::changes(item, Sort::Address, &|_, how| how, &changed) {
            continue;
        }
        let Ok(mut value) = serde_json::to_value(&*item) else { continue };
        below(&mut value, bare);
        *item = serde_json::from_value(value).unwrap_or_default();
    }
}

fn below(value: &mut Value, bare: &impl Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(is) = bare(text) {
                *text = is;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| below(item, bare)),
        Value::Object(fields) => fields.values_mut().for_each(|field| below(field, bare)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// An address without the password before its host, and without the values of parameters that let somebody in; `None`
/// where it has none.
pub(super) fn without_credentials(address: &str, sealer: &Sealer) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    if address.contains(char::is_whitespace) || scheme.len() > 20 {
        return None;
    }
    let (place, more) = rest.split_at(rest.find(['?', '#', ';']).unwrap_or(rest.len()));
    let (authority, path) = place.split_at(place.find('/').unwrap_or(place.len()));
    let authority = match authority.rsplit_once('@') {
        Some((_, host)) => format!("…@{host}"),
        None => authority.to_owned(),
    };
    let mut out = format!("{scheme}://{authority}{path}");
    for pair in more.split_inclusive(['?', '#', ';', '&']) {
        let end = pair.trim_end_matches(['?', '#', ';', '&']);
        match end.split_once('=').filter(|(name, value)| lets_in(name, value)) {
            Some((name, value)) => {
                let _ = write!(out, "{name}={}{}", mark(sealer, value), &pair[end.len()..]);
            }
            None => out.push_str(pair),
        }
    }
    (out != address).then_some(out)
}

/// A value under the name of a secret that is none of the words by which programs tell one address from another.
fn lets_in(name: &str, value: &str) -> bool {
    let standing = places::named(name);
    let plain = layers::innermost(&value.replace('+', " ")).unwrap_or_else(|| value.to_owned());
    let mixed =
        plain.bytes().any(|byte| byte.is_ascii_digit()) || plain.split_whitespace().count() >= 3;
    standing.is_secret()
        && !value.contains('…')
        && value::reach(&plain, standing, false)
            .is_some_and(|reach| reach == Reach::Everywhere || mixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_what_lets_somebody_in_and_nothing_else() {
        let bare = |text: &str| without_credentials(text, &Sealer::new("x"));
        for (address, begins, ends) in [
            ("https://a.example/cb?token=btkvb%2177", "https://a.example/cb?token=…", ""),
            (
                "https://a.example/cb?x=1&token=btkvb%2177#y",
                "https://a.example/cb?x=1&token=…",
                "#y",
            ),
            ("https://bob:mwxmr%2139@a.example/out", "https://…@a.example", "/out"),
            (
                "https://a.example/cb#access_token=35bf992dc9e9c616612e7696",
                "https://a.example/cb#access_token=…",
                "",
            ),
            (
                "https://a.example/cb?password=qwer%20asdf%20yxcv",
                "https://a.example/cb?password=…",
                "",
            ),
        ] {
            let told = bare(address).expect(address);
            assert!(told.starts_with(begins) && told.ends_with(ends), "{told}");
            assert_eq!(bare(&told), None, "{told}");
        }
        for address in [
            "https://a.example:443/bi/samlauthn/",
            "https://a.example/acs?target=portal&tenant=c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2",
            "https://a.example/index.php?r=saml/acs&session=no",
            "spn:https://a.example",
            "urn:x:y?token=btkvb77",
        ] {
            assert_eq!(bare(address), None, "{address}");
        }
    }
}

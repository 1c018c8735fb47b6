//! An identity provider finds the application by the entityID sent. Where the registrations given all have another one, and
//! list the consumer service URL that was sent, what it says of URLs it says of an application of which nothing is given.

use diag_sdk::Case;

/// Codes by which Entra ID and AD FS say that the application has no reply URL.
pub(crate) const NO_URL_CODES: &[&str] = &["AADSTS500113", "AADSTS900971", "MSIS3077"];

/// That an application has no reply URL is said of another one than those given.
pub(crate) fn has_no_url(case: &Case) -> bool {
    case.refusing_codes().iter().any(|seen| NO_URL_CODES.contains(&seen.code)) && is_meant(case)
}

/// What is said of consumer service URLs is said of another application than those given.
fn is_meant(case: &Case) -> bool {
    let (urls, names) = (case.used_acs_urls(), case.used_entity_ids());
    let mut registrations = case.relevant_registrations().peekable();
    !urls.is_empty()
        && !names.is_empty()
        && registrations.peek().is_some()
        && registrations.all(|registration| {
            let (identifiers, reply_urls) = (&registration.identifiers, &registration.reply_urls);
            !identifiers.is_empty()
                && urls
                    .iter()
                    .any(|used| reply_urls.iter().any(|url| url.value.value == used.value))
                && !names
                    .iter()
                    .any(|used| identifiers.iter().any(|id| id.value.value == used.value))
        })
}

#[cfg(test)]
mod tests {
    use super::is_meant;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{registration, sign_in};
    use diag_sdk::view::Source;

    #[test]
    fn the_url_is_listed_and_the_entity_id_is_not() {
        let mut case = sign_in(Outcome::RefusedByIdp);
        let first = |of: Vec<diag_sdk::view::Used<'_>>| {
            of.iter().find(|used| used.source == Source::Request).map(|used| used.value.to_owned())
        };
        let url = first(case.used_acs_urls()).expect("a URL in the request");
        let name = first(case.used_entity_ids()).expect("an issuer");
        assert!(!is_meant(&case), "nothing is registered");
        for (identifier, reply_url, expected) in [
            ("https://other.example", url.as_str(), true),
            (name.as_str(), url.as_str(), false),
            ("https://other.example", "https://other.example/acs", false),
        ] {
            case.registrations = vec![registration(&[identifier], &[reply_url])];
            assert_eq!(is_meant(&case), expected, "{identifier} {reply_url}");
        }
    }
}

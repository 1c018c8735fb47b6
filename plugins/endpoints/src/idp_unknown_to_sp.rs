//! The service provider says that it has no metadata for the identity provider.

use diag_sdk::case::attempt::Attempt;
use diag_sdk::case::exchange::Side;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};
use std::collections::HashSet;

static NO_METADATA: CauseData = CauseData {
    text: "The service provider has not loaded the identity provider's metadata, or that of another tenant or environment",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Load the metadata of the identity provider that the service provider is set to use, with exactly this entityID",
};
static WRONG_NAME: CauseData = CauseData {
    text: "The service provider is set to use an identity provider under a name that its metadata does not have",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Enter the entityID of the identity provider exactly as its metadata has it",
};

/// Meanings of known texts that say so.
const MEANINGS: &[Meaning] = &[Meaning::UnknownIdp, Meaning::UnknownEntity];

check! {
    /// The service provider has no metadata for the identity provider.
    ///
    /// A service provider that is told to use an identity provider, or gets a response from one, looks
    /// it up by its entityID in the metadata it has loaded. Where the file is missing, belongs to another
    /// tenant or could not be read, it stops with an error, often before anybody was sent to the
    /// identity provider at all.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://wiki.example/secure @0s
    /// < 500
    /// | <html><title>Unknown Identity Provider</title><h1>Unknown or Unusable Identity Provider</h1>
    /// | <p>Identity provider lookup failed at (https://wiki.example/secure)</p></html>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// GET https://wiki.example/secure @0s
    /// < 200
    /// | <html><title>Wiki</title><p>Welcome</p></html>
    /// ```
    pub(crate) static IDP_UNKNOWN_TO_SP = {
        id: "endpoints/idp-unknown-to-sp",
        title: "The service provider does not know the identity provider",
        levels: [Severity::Error],
        stage: Stage::Request,
        needs: [Need::Capture, Need::ProxyLog],
        explains: ["flow/metadata-or-signing-error-at-sp"],
        accounts: [Account::sp_or_loop(&[Meaning::UnknownIdp, Meaning::UnknownEntity, Meaning::Issuer])],
        logged: "The service provider does not know the identity provider",
        causes: [NO_METADATA, WRONG_NAME],
        references: [
            Reference::section(Specification::SamlMetadata, "2.3.2"),
            Reference::section(Specification::SamlProfiles, "4.1.3"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told: HashSet<Option<&str>> = HashSet::new();
    // A page of a host nobody could place counts where the sign-in ended on it.
    let pages = case.phrases_of(Side::Sp).into_iter().chain(
        case.phrases_of(Side::Other).into_iter().filter(|seen| {
            seen.phrase.meaning == Meaning::UnknownIdp && is_error_page(case, seen.exchange)
        }),
    );
    for seen in pages.filter(|seen| MEANINGS.contains(&seen.phrase.meaning)) {
        let attempt = seen.attempt.map(|attempt| attempt.id.as_str());
        if told.contains(&attempt) || seen.attempt.is_some_and(Attempt::accepted) {
            continue;
        }
        // A line of a log tells of something that happened, at whatever time.
        if seen.place.is_none() && case.signed_in() {
            continue;
        }
        told.insert(attempt);
        let finding = seen
            .finding(Severity::Error, "The service provider does not know the identity provider")
            .detail(seen.phrase.quoted());
        out.push(with_metadata(case, finding).at_all(seen.place));
    }
}

fn is_error_page(case: &Case, exchange: Option<usize>) -> bool {
    exchange.and_then(|index| case.exchanges.get(index)).is_some_and(|exchange| {
        exchange.status >= 400 || exchange.page.as_ref().is_some_and(|page| page.error)
    })
}

/// Compares what the service provider holds with what is published, where both were given.
fn with_metadata(case: &Case, finding: Finding) -> Finding {
    let held = case.idp_metadata_held().into_iter().next();
    let published = case.idp_metadata_published().into_iter().next();
    let mut finding = finding;
    match (&published, &held) {
        (Some(published), Some(held)) if published.entity_id.value != held.entity_id.value => {
            finding = finding
                .expected(&published.entity_id.value, format!("entityID in {}", published.origin))
                .actual(&held.entity_id.value, format!("entityID in {}", held.origin))
                .compared()
                .at(&held.entity_id.place)
                .at(&published.entity_id.place);
        }
        (None, Some(held)) => {
            finding = finding
                .actual(&held.entity_id.value, format!("entityID in {}", held.origin))
                .at(&held.entity_id.place);
        }
        _ => {}
    }
    let value = published.map(|published| published.metadata.entity_id.value.as_str());
    finding.because_with(&NO_METADATA, case, value).because_with(&WRONG_NAME, case, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::case::metadata::Metadata;
    use diag_sdk::testing::{IDP_ENTITY_ID, exchange, findings, idp_metadata, page, sign_in};

    fn says(side: Side, meaning: Meaning) -> Case {
        let mut shown = exchange(side, "GET", "https://wiki.example/secure", 500);
        shown.page = Some(page(&[], &[meaning]));
        Case { exchanges: vec![shown], ..Case::default() }
    }

    #[test]
    fn only_the_service_providers_own_words_count() {
        assert_eq!(findings(&IDP_UNKNOWN_TO_SP, &says(Side::Sp, Meaning::UnknownIdp)).len(), 1);
        assert_eq!(findings(&IDP_UNKNOWN_TO_SP, &says(Side::Other, Meaning::UnknownIdp)).len(), 1);
        assert!(findings(&IDP_UNKNOWN_TO_SP, &says(Side::Idp, Meaning::UnknownEntity)).is_empty());
        assert!(findings(&IDP_UNKNOWN_TO_SP, &says(Side::Sp, Meaning::Signature)).is_empty());
    }

    #[test]
    fn the_copies_are_compared() {
        let mut case = says(Side::Sp, Meaning::UnknownIdp);
        let held = Metadata { entity_id: "urn:old".into(), ..idp_metadata("d2", HeldBy::Sp, &[]) };
        case.metadata = vec![idp_metadata("d1", HeldBy::Publisher, &[]), held];
        let found = findings(&IDP_UNKNOWN_TO_SP, &case);
        assert_eq!(
            (found[0].expected.as_deref(), found[0].actual.as_deref()),
            (Some(IDP_ENTITY_ID), Some("urn:old"))
        );
        assert_eq!(found[0].causes[0].value.as_deref(), Some(IDP_ENTITY_ID));
    }

    #[test]
    fn a_sign_in_that_worked_is_left_alone() {
        let mut case = sign_in(Outcome::SignedIn);
        case.exchanges[1].page = Some(page(&[], &[Meaning::UnknownIdp]));
        assert!(findings(&IDP_UNKNOWN_TO_SP, &case).is_empty());
    }
}

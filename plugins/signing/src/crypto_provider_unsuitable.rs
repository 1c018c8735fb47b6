//! The private key's home cannot do SHA-256.

use diag_sdk::case::certificate::same_thumbprint;
use diag_sdk::case::judgement::{Failure, Party};
use diag_sdk::case::sp_configuration::{KeyStore, RequestAlgorithm};
use diag_sdk::case::witness::Witness;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Stage, Who, check,
};

static OTHER_PROVIDER: CauseData = CauseData {
    text: "The certificate was imported into a cryptographic provider that cannot sign with SHA-256 for the proxy",
    who: Who::Sp,
    setting: Setting::SpCertificate,
    fix: "Import the PFX anew into that provider (certutil -csp PROVIDER -importPFX), then choose the certificate at the proxy",
};

check! {
    /// The private key is in a cryptographic provider that cannot sign with SHA-256.
    ///
    /// On Windows a private key lives in a cryptographic provider. Qlik Sense can sign requests with
    /// SHA-256 only if the key of the proxy's certificate is in the "Microsoft Enhanced RSA and AES
    /// Cryptographic Provider"; otherwise the redirect to the identity provider fails with an error 500.
    /// Which provider holds the key shows only in the output of `certutil -store -v my`.
    ///
    /// ## Fails
    ///
    /// ```text certutil
    /// my "Personal"
    /// ================ Certificate 0 ================
    /// Serial Number: 5f00000002
    /// Issuer: CN=Example Issuing CA
    ///  NotBefore: 1/5/2026 9:00 AM
    ///  NotAfter: 1/5/2028 9:00 AM
    /// Subject: CN=sense.example
    /// Cert Hash(sha1): 0f 1e 2d 3c 4b 5a 69 78 87 96 a5 b4 c3 d2 e1 f0 01 12 23 34
    ///   Key Container = 3d6f0b
    ///   Provider = Microsoft Strong Cryptographic Provider
    /// CertUtil: -store command completed successfully.
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text certutil
    /// my "Personal"
    /// ================ Certificate 0 ================
    /// Serial Number: 5f00000002
    /// Issuer: CN=Example Issuing CA
    ///  NotBefore: 1/5/2026 9:00 AM
    ///  NotAfter: 1/5/2028 9:00 AM
    /// Subject: CN=sense.example
    /// Cert Hash(sha1): 0f 1e 2d 3c 4b 5a 69 78 87 96 a5 b4 c3 d2 e1 f0 01 12 23 34
    ///   Key Container = 3d6f0b
    ///   Provider = Microsoft Enhanced RSA and AES Cryptographic Provider
    /// CertUtil: -store command completed successfully.
    /// ```
    pub(crate) static CRYPTO_PROVIDER_UNSUITABLE = {
        id: "signing/crypto-provider-unsuitable",
        title: "The key's cryptographic provider cannot do SHA-256",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Request,
        needs: [Need::Certutil, Need::ProxyLog, Need::ServerLog],
        explains: [],
        accounts: [Account::sp_or_loop(&[Meaning::OwnAlgorithm]), Account::sp(&[Meaning::OwnCertificate])],
        causes: [OTHER_PROVIDER],
        references: [
            Reference::page("https://learn.microsoft.com/entra/identity/saas-apps/qliksense-enterprise-tutorial", "2026-11-24"),
            Reference::page("https://www.componentspace.com/forums/1565", "2026-11-24").about("SHA-256 and cryptographic service providers"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let told = case
        .witnesses
        .iter()
        .filter(|witness| witness.counts() && witness.phrase.meaning == Meaning::OwnAlgorithm)
        .max_by_key(|witness| witness.time);
    if let Some(line) = told {
        out.push(logged(case, line));
        return;
    }
    if !case.has(Need::Certutil) {
        out.missing(Need::Certutil);
        return;
    }
    let algorithms: Vec<RequestAlgorithm> = case
        .relevant_configurations()
        .filter_map(|configuration| configuration.request_algorithm.as_ref())
        .map(|algorithm| algorithm.value)
        .collect();
    // SHA-1 works with every provider.
    if !algorithms.is_empty() && !algorithms.contains(&RequestAlgorithm::Sha256) {
        return;
    }
    if algorithms.is_empty() {
        out.missing(Need::Virtualproxyconfig);
    }
    let used: Vec<&str> = case
        .proxies
        .iter()
        .filter_map(|proxy| proxy.certificate_thumbprint.as_ref())
        .map(|thumbprint| thumbprint.value.as_str())
        .collect();
    if case.proxies.is_empty() {
        out.missing(Need::Proxyservice);
    }
    let concerned = |store: &&KeyStore| {
        store.private_key != Some(false)
            && (used.is_empty()
                || used.iter().any(|thumbprint| same_thumbprint(thumbprint, &store.sha1)))
    };
    let Some((product, suitable)) =
        case.products.iter().find_map(|product| Some((product, product.key_providers.first()?)))
    else {
        return;
    };
    let suits = |provider: &str| {
        product.key_providers.iter().any(|known| known.eq_ignore_ascii_case(provider.trim()))
    };
    for store in case.key_stores.iter().filter(concerned) {
        let Some(provider) = store.provider.as_ref().filter(|provider| !suits(&provider.value))
        else {
            continue;
        };
        let subject = store.subject.as_deref().unwrap_or("the certificate");
        let mut finding =
            Finding::warning("The private key is in a provider that cannot sign with SHA-256")
                .likely();
        for failure in case.failures.iter().filter(|failure| before_a_request(failure)) {
            finding = finding.attempt(failure.attempt.clone().unwrap_or_default());
        }
        out.push(
            finding
                .detail(format!(
                    "Requests are to be signed with SHA-256; with the key of {subject} ({}) the redirect is likely to fail with error 500.",
                    store.sha1
                ))
                .expected(suitable.clone(), format!("Provider that {} needs for SHA-256", product.name))
                .actual_sited(provider, "Provider in the certutil output")
                .because_with(&OTHER_PROVIDER, case, suitable.as_str()),
        );
    }
}

/// What its log says: it tried to sign, and could not.
fn logged(case: &Case, line: &Witness) -> Finding {
    let level = if case.signed_in() { Severity::Warning } else { Severity::Error };
    let mut finding = Finding::new(level, "The server's key cannot sign by the algorithm that is set")
        .likely()
        .detail(
            "The log says that signing failed for its algorithm. The provider that holds the private key serves SHA-1 only; with SHA-256 \
             the redirect to the identity provider fails before it begins.",
        )
        .actual(line.phrase.text.clone(), "the server's log")
        .at(&line.place);
    let failed = case.failures.iter().filter(|failure| before_a_request(failure));
    for attempt in failed.filter_map(|failure| failure.attempt.clone()) {
        finding = finding.attempt(attempt);
    }
    let suitable = case.products.iter().find_map(|product| product.key_providers.first());
    match suitable {
        Some(provider) => finding.because_with(&OTHER_PROVIDER, case, provider.as_str()),
        None => finding.because(&OTHER_PROVIDER, case),
    }
}

/// The service provider failed before it could send a request: where signing it fails.
fn before_a_request(failure: &Failure) -> bool {
    failure.party == Party::Sp
        && failure.stage == Stage::Request
        && failure.status.is_none_or(|status| status >= 500 || status == 400)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::input::{Input, InputKind};
    use diag_sdk::case::sp_configuration::ProxyService;
    use diag_sdk::testing::{entry_point, findings};
    use diag_sdk::{Place, Sited};

    fn store(sha1: &str, provider: &str) -> KeyStore {
        KeyStore {
            sha1: sha1.to_owned(),
            provider: Some(provider.into()),
            private_key: Some(true),
            ..KeyStore::default()
        }
    }

    fn case(
        stores: Vec<KeyStore>,
        algorithm: Option<RequestAlgorithm>,
        thumbprint: Option<&str>,
    ) -> Case {
        let mut known = entry_point();
        known.request_algorithm =
            algorithm.map(|algorithm| Sited::new(algorithm, Place::default()));
        Case {
            key_stores: stores,
            sp_configurations: vec![known],
            proxies: thumbprint
                .map(|thumbprint| ProxyService {
                    certificate_thumbprint: Some(thumbprint.into()),
                    ..ProxyService::default()
                })
                .into_iter()
                .collect(),
            products: diag_sdk::testing::products(),
            ..Case::default()
        }
    }

    #[test]
    fn a_log_that_tells_of_it_is_enough() {
        let line = |meaning| Witness {
            phrase: diag_sdk::case::exchange::Phrase { meaning, ..Default::default() },
            ..Witness::default()
        };
        let mut told = case(Vec::new(), Some(RequestAlgorithm::Sha256), None);
        told.inputs.push(Input { kind: InputKind::ProxyLog, ..Input::default() });
        told.witnesses = vec![line(Meaning::OwnAlgorithm)];
        let found = findings(&CRYPTO_PROVIDER_UNSUITABLE, &told);
        assert_eq!((found.len(), found[0].severity), (1, Severity::Error));
        told.witnesses = vec![line(Meaning::OwnCertificate)];
        assert!(findings(&CRYPTO_PROVIDER_UNSUITABLE, &told).is_empty());
    }

    #[test]
    fn only_one_provider_will_do() {
        for (provider, count) in [
            ("Microsoft Enhanced RSA and AES Cryptographic Provider", 0),
            ("microsoft enhanced rsa and aes cryptographic provider ", 0),
            ("Microsoft Strong Cryptographic Provider", 1),
            ("Microsoft Software Key Storage Provider", 1),
        ] {
            let found = findings(
                &CRYPTO_PROVIDER_UNSUITABLE,
                &case(vec![store("AA", provider)], Some(RequestAlgorithm::Sha256), None),
            );
            assert_eq!(found.len(), count, "{provider}");
        }
    }

    #[test]
    fn a_failure_before_any_request_is_what_it_leads_to() {
        let failing = |status, stage| {
            let failure = Failure {
                attempt: Some("a1".to_owned()),
                party: Party::Sp,
                stage,
                status: Some(status),
                ..Failure::default()
            };
            let strong = vec![store("AA", "Microsoft Software Key Storage Provider")];
            let case = Case {
                failures: vec![failure],
                ..case(strong, Some(RequestAlgorithm::Sha256), None)
            };
            findings(&CRYPTO_PROVIDER_UNSUITABLE, &case)[0].attempts.len()
        };
        assert_eq!(
            (
                failing(500, Stage::Request),
                failing(500, Stage::Consumption),
                failing(404, Stage::Request)
            ),
            (1, 0, 0)
        );
    }

    #[test]
    fn sha1_and_other_certificates_do_not_matter() {
        let strong = || vec![store("AA", "Microsoft Strong Cryptographic Provider")];
        assert!(
            findings(
                &CRYPTO_PROVIDER_UNSUITABLE,
                &case(strong(), Some(RequestAlgorithm::Sha1), None)
            )
            .is_empty()
        );
        assert!(
            findings(
                &CRYPTO_PROVIDER_UNSUITABLE,
                &case(strong(), Some(RequestAlgorithm::Sha256), Some("bb"))
            )
            .is_empty()
        );
        assert_eq!(
            findings(
                &CRYPTO_PROVIDER_UNSUITABLE,
                &case(strong(), Some(RequestAlgorithm::Sha256), Some("a a"))
            )
            .len(),
            1
        );
        assert_eq!(findings(&CRYPTO_PROVIDER_UNSUITABLE, &case(strong(), None, None)).len(), 1);
        let mut keyless = strong();
        keyless[0].private_key = Some(false);
        assert!(
            findings(
                &CRYPTO_PROVIDER_UNSUITABLE,
                &case(keyless, Some(RequestAlgorithm::Sha256), None)
            )
            .is_empty()
        );
    }
}

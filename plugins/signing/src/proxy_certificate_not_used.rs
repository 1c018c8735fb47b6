//! The service provider's server could not use its own certificate.

use diag_sdk::case::certificate::same_thumbprint;
use diag_sdk::case::sp_configuration::{KeyStore, ProxyService};
use diag_sdk::case::witness::Witness;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Sited, Stage, Who, check,
};

static NO_RIGHTS: CauseData = CauseData {
    text: "The account of the service may not read the private key of the certificate",
    who: Who::Sp,
    setting: Setting::SpCertificate,
    fix: "Give the service's account read access to the private key (certificate store, Manage private keys), then restart the service",
};
static NOT_THERE: CauseData = CauseData {
    text: "The thumbprint names a certificate that is not in the machine's store, or whose private key was not imported",
    who: Who::Sp,
    setting: Setting::SpCertificate,
    fix: "Import the certificate with its private key into the machine's store, and enter its thumbprint",
};

check! {
    /// The proxy could not use the certificate that was chosen for it.
    ///
    /// When the proxy of Qlik Sense starts and does not find the certificate, or may not read its private key, it
    /// writes so to its security log and goes on with the certificate it was installed with. Requests are then
    /// signed with a key the identity provider does not know, SHA-256 is gone with it, assertions encrypted for the
    /// chosen certificate cannot be read, and browsers warn. Nothing in the management console shows it.
    ///
    /// ## Fails
    ///
    /// ```text proxy-log
    /// Sequence#	Timestamp	Level	Hostname	Logger	Thread	Id	ServiceUser	Message
    /// 3	20261124T080000.000+0000	WARN	SENSE1	Security.Proxy.Proxy.Core.Certificates	5	a	CONTOSO\svc	Couldn't find a valid ssl certificate with thumbprint 0F1E2D3C4B5A69788796A5B4C3D2E1F001122334
    /// 4	20261124T080000.100+0000	WARN	SENSE1	Security.Proxy.Proxy.Core.Certificates	5	b	CONTOSO\svc	Reverting to default Qlik Sense SSLCertificate
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text proxy-log
    /// Sequence#	Timestamp	Level	Hostname	Logger	Thread	Id	ServiceUser	Message
    /// 3	20261124T080000.000+0000	INFO	SENSE1	Security.Proxy.Proxy.Core.Certificates	5	a	CONTOSO\svc	Set certificate 'CN=sense.example' (0F1E2D3C4B5A69788796A5B4C3D2E1F001122334) as SSL certificate presented to browser
    /// ```
    pub(crate) static PROXY_CERTIFICATE_NOT_USED = {
        id: "signing/proxy-certificate-not-used",
        title: "The server could not use the certificate chosen for it",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Request,
        needs: [Need::ProxyLog, Need::ServerLog, Need::Certutil],
        explains: ["signing/request-signature-invalid", "signing/request-signed-by-unknown-key", "signing/algorithm-differs-from-setting"],
        accounts: [
            Account::sp_or_loop(&[Meaning::OwnCertificate, Meaning::Decrypt]),
            Account::idp(&[Meaning::RequestSignature, Meaning::Signature, Meaning::Algorithm]),
        ],
        causes: [NO_RIGHTS, NOT_THERE],
        references: [
            Reference::page("https://community.qlik.com/t5/Official-Support-Articles", "2026-12-01").about("ta-p/1716657"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let last = case
        .witnesses
        .iter()
        .filter(|witness| witness.phrase.meaning == Meaning::OwnCertificate)
        .max_by_key(|witness| witness.time);
    match last {
        Some(line) => out.push(logged(case, line)),
        None => {
            for proxy in &case.proxies {
                let Some(thumbprint) = &proxy.certificate_thumbprint else { continue };
                let listed = case
                    .key_stores
                    .iter()
                    .find(|store| same_thumbprint(&thumbprint.value, &store.sha1));
                if let Some(store) = listed.filter(|store| store.private_key == Some(false)) {
                    out.push(keyless(case, proxy, thumbprint, store));
                }
            }
        }
    }
}

/// What the log says of it. The state lasts until the service is started anew, so that a line counts however long
/// before the sign-in it was written, unless sign-ins work.
fn logged(case: &Case, line: &Witness) -> Finding {
    let works = case.signed_in();
    let level = if works { Severity::Warning } else { Severity::Error };
    let when = line.time.map(|time| format!(" at {time}")).unwrap_or_default();
    let lines = case.witnesses.iter().filter(|other| {
        other.phrase.meaning == Meaning::OwnCertificate && other.day() == line.day()
    });
    let mut finding = Finding::new(level, "The server could not use the certificate chosen for it")
        .detail(format!(
            "Its log says so{when}. It then goes on with the certificate it was installed with: the key the identity provider knows, and \
             SHA-256 signatures, are gone until that is put right and the service started anew."
        ))
        .actual(line.phrase.text.clone(), "the server's log");
    for line in lines.take(4) {
        finding = finding.at(&line.place);
    }
    for thumbprint in case.proxies.iter().filter_map(|proxy| proxy.certificate_thumbprint.as_ref())
    {
        finding = finding
            .expected(thumbprint.value.clone(), "the certificate chosen for the server")
            .at(&thumbprint.place);
    }
    let finding = if works { finding.likely() } else { finding };
    finding.because(&NO_RIGHTS, case).because(&NOT_THERE, case)
}

/// The listing of the machine's store shows the certificate without its key.
fn keyless(
    case: &Case,
    proxy: &ProxyService,
    thumbprint: &Sited<String>,
    store: &KeyStore,
) -> Finding {
    Finding::warning("The certificate chosen for the server has no private key there")
        .likely()
        .detail(format!(
            "{} is to use it, and the store of the machine holds no private key for it.",
            proxy.name
        ))
        .expected(
            thumbprint.value.clone(),
            "the certificate chosen for the server, with its private key",
        )
        .actual("no private key", "the listing of the certificate store")
        .at(&store.place)
        .at(&thumbprint.place)
        .because(&NOT_THERE, case)
        .because(&NO_RIGHTS, case)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::exchange::Phrase;
    use diag_sdk::case::input::{Input, InputKind};
    use diag_sdk::testing::{levels, sign_in};

    fn with_line(mut case: Case) -> Case {
        case.inputs.push(Input { kind: InputKind::ProxyLog, ..Input::default() });
        case.witnesses = vec![Witness {
            phrase: Phrase { meaning: Meaning::OwnCertificate, ..Phrase::default() },
            ..Witness::default()
        }];
        case
    }

    #[test]
    fn the_log_tells_and_a_sign_in_that_works_softens_it() {
        assert_eq!(
            levels(&PROXY_CERTIFICATE_NOT_USED, &with_line(Case::default())),
            [Severity::Error]
        );
        assert_eq!(
            levels(&PROXY_CERTIFICATE_NOT_USED, &with_line(sign_in(Outcome::SignedIn))),
            [Severity::Warning]
        );
        assert_eq!(
            levels(&PROXY_CERTIFICATE_NOT_USED, &with_line(sign_in(Outcome::RefusedByIdp))),
            [Severity::Error]
        );
    }

    #[test]
    fn a_store_without_the_key_is_worth_a_warning() {
        let store =
            |private_key| KeyStore { sha1: "AA".to_owned(), private_key, ..KeyStore::default() };
        let proxy = || ProxyService {
            certificate_thumbprint: Some("aa".into()),
            ..ProxyService::default()
        };
        let case = |private_key| Case {
            key_stores: vec![store(private_key)],
            proxies: vec![proxy()],
            ..Case::default()
        };
        assert_eq!(levels(&PROXY_CERTIFICATE_NOT_USED, &case(Some(false))), [Severity::Warning]);
        assert!(levels(&PROXY_CERTIFICATE_NOT_USED, &case(Some(true))).is_empty());
    }
}

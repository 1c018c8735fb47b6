//! The browser does not trust a server's TLS certificate.

use diag_sdk::case::attempt::Outcome;
use diag_sdk::case::exchange::{Exchange, Side};
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check, shown,
};

static EXPIRED: CauseData = CauseData {
    text: "The server's TLS certificate has expired or is not valid yet, or the clock of this computer is wrong",
    who: Who::Sp,
    setting: Setting::Gateway,
    fix: "Renew the certificate where TLS ends, with its chain; compare the computer's clock first where only one person sees it",
};
static OTHER_NAME: CauseData = CauseData {
    text: "The server's TLS certificate is for other host names than the one people are sent to",
    who: Who::Sp,
    setting: Setting::Gateway,
    fix: "Get a certificate that lists this host name, or use the name it lists in the registered addresses",
};
static UNKNOWN_ISSUER: CauseData = CauseData {
    text: "The browser does not trust whoever issued the server's TLS certificate: it is self-signed, of a company's own authority, or sent without its chain",
    who: Who::Sp,
    setting: Setting::Gateway,
    fix: "Install a certificate of an authority the browsers trust, with the intermediate certificates",
};
static REVOKED: CauseData = CauseData {
    text: "The server's TLS certificate was revoked by its authority",
    who: Who::Sp,
    setting: Setting::Gateway,
    fix: "Get a new certificate and install it where TLS ends",
};
static UNSUITABLE: CauseData = CauseData {
    text: "The browser does not accept the server's TLS certificate for its algorithm, key or form",
    who: Who::Sp,
    setting: Setting::Gateway,
    fix: "Get a certificate with a current algorithm and key size and install it where TLS ends",
};
static INSPECTED: CauseData = CauseData {
    text: "A proxy of the network opens TLS connections, and this browser does not trust the certificate it puts in their place",
    who: Who::Network,
    setting: Setting::Browser,
    fix: "Install the proxy's authority on this computer, or let it leave this host alone",
};

check! {
    /// The browser does not trust a server's TLS certificate.
    ///
    /// Before any SAML message can be sent the browser checks the TLS certificate of the server. It stops at one
    /// that has expired, is for another host, or comes from an authority it does not know. That certificate has
    /// nothing to do with those that sign SAML messages. A sign-in that crosses to a host rarely visited, such as
    /// an assertion consumer service under a name of its own, meets it where nobody expects it.
    ///
    /// ## Fails
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [answer]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" InResponseTo="_1" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sp.example/acs @3s
    /// > SAMLResponse={post:answer}
    /// < 0 net::ERR_CERT_DATE_INVALID
    /// ```
    ///
    /// ## Passes
    ///
    /// ```text sketch
    /// diag-sketch/1 2026-11-24T10:00:00Z
    ///
    /// [answer]
    /// <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" InResponseTo="_1" Version="2.0" IssueInstant="{now}">
    ///   <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
    /// </samlp:Response>
    ///
    /// POST https://sp.example/acs @3s
    /// > SAMLResponse={post:answer}
    /// < 0 net::ERR_CONNECTION_RESET
    /// ```
    pub static TLS_CERTIFICATE_UNTRUSTED = {
        id: "flow/tls-certificate-untrusted",
        title: "The browser does not trust a server's TLS certificate",
        levels: [Severity::Error, Severity::Warning],
        stage: Stage::Request,
        needs: [Need::Capture],
        explains: ["flow/response-not-posted", "flow/request-not-answered", "flow/sp-refused-response", "flow/logout-failed", "flow/no-saml-messages"],
        accounts: [Account::between(&[Meaning::Tls]), Account::browser(&[Meaning::Tls]), Account::logout(&[Meaning::Tls])],
        causes: [EXPIRED, OTHER_NAME, UNKNOWN_ISSUER, REVOKED, UNSUITABLE, INSPECTED],
        references: [
            Reference::section(Specification::Rfc(5280), "6"),
            Reference::section(Specification::Rfc(9110), "4.3.4"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told: Vec<String> = Vec::new();
    let opened = case.exchanges.iter().position(|exchange| exchange.navigation);
    for (index, exchange) in case
        .exchanges
        .iter()
        .enumerate()
        .filter(|(_, exchange)| exchange.navigation && exchange.status == 0)
    {
        let Some((failure, why)) =
            exchange.failure.as_deref().and_then(|failure| Some((failure, kind(failure)?)))
        else {
            continue;
        };
        let host = diag_sdk::host::host_of(&exchange.url).unwrap_or_default();
        if told.contains(&host) {
            continue;
        }
        let attempt = case.attempt_at(index);
        let broke = attempt.map_or(!case.signed_in(), |attempt| {
            matches!(attempt.outcome, Outcome::BrokenInTransit | Outcome::SignOutFailed)
        });
        // Who went on past the warning has been let through.
        if !broke && attempt.is_some_and(|attempt| attempt.outcome == Outcome::SignedIn) {
            continue;
        }
        told.push(host.clone());
        // What a person opens by hand is the application.
        let side = if exchange.side == Side::Other && opened == Some(index) {
            Side::Sp
        } else {
            exchange.side
        };
        let severity = if broke { Severity::Error } else { Severity::Warning };
        let finding = finding(case, severity, exchange, side, &host, failure, why);
        out.push(finding.attempt(attempt.map(|attempt| attempt.id.clone()).unwrap_or_default()));
    }
}

/// Which kind of fault browsers mean by their words; nothing where it is not about a certificate.
fn kind(failure: &str) -> Option<&'static CauseData> {
    const KINDS: &[(&[&str], &CauseData)] = &[
        (&["revoked"], &REVOKED),
        (&["date_invalid", "expired", "not_yet_valid", "hasbaddate", "-1201", "-1204"], &EXPIRED),
        (
            &["common_name_invalid", "bad_cert_domain", "hostname mismatch", "pretending to be"],
            &OTHER_NAME,
        ),
        (
            &[
                "authority_invalid",
                "unknown_issuer",
                "untrusted_issuer",
                "untrusted_cert",
                "self_signed",
                "unknownroot",
                "ca_cert_invalid",
                "issuer",
                "-1202",
                "-1203",
                "not trusted",
                "untrusted",
                "unknown certification authority",
            ],
            &UNKNOWN_ISSUER,
        ),
        (
            &[
                "cert",
                "pkix_error",
                "sec_error_bad",
                "sec_error_inadequate",
                "sec_error_extension",
                "sec_error_unknown",
            ],
            &UNSUITABLE,
        ),
    ];
    let words = failure.to_lowercase();
    // What the server wants of the browser's own certificate is another matter.
    if words.contains("client_auth") || words.contains("client_cert") {
        return None;
    }
    let about = ["cert", "sec_error", "pkix", "trust", "pretending to be", "-120"]
        .iter()
        .any(|word| words.contains(word));
    KINDS
        .iter()
        .filter(|_| about)
        .find(|(known, _)| known.iter().any(|known| words.contains(known)))
        .map(|(_, cause)| *cause)
}

fn finding(
    case: &Case,
    severity: Severity,
    exchange: &Exchange,
    side: Side,
    host: &str,
    failure: &str,
    why: &'static CauseData,
) -> Finding {
    let (whose, who, setting) = match side {
        Side::Idp => ("identity provider", Who::Idp, Setting::Unspecified),
        Side::Sp => ("service provider", Who::Sp, Setting::Gateway),
        Side::Other => ("server", Who::Network, Setting::Gateway),
    };
    let finding =
        Finding::new(severity, format!("The browser does not trust the TLS certificate of {host}"))
            .detail(format!("{} is the {whose}'s.", shown::host_and_path(&exchange.url)))
            .actual(failure.to_owned(), "the browser")
            .at(&exchange.place)
            .because(&CauseData { who, setting, ..*why }, case);
    if std::ptr::eq(why, &raw const UNKNOWN_ISSUER) {
        finding.because(&INSPECTED, case)
    } else {
        finding
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::testing;

    #[test]
    fn kinds_by_the_words_of_browsers() {
        for (failure, wanted) in [
            ("net::ERR_CERT_DATE_INVALID", Some(EXPIRED.text)),
            ("net::ERR_CERT_COMMON_NAME_INVALID", Some(OTHER_NAME.text)),
            ("net::ERR_CERT_AUTHORITY_INVALID", Some(UNKNOWN_ISSUER.text)),
            ("net::ERR_CERT_REVOKED", Some(REVOKED.text)),
            ("net::ERR_CERT_WEAK_SIGNATURE_ALGORITHM", Some(UNSUITABLE.text)),
            ("SEC_ERROR_EXPIRED_CERTIFICATE", Some(EXPIRED.text)),
            ("SEC_ERROR_UNKNOWN_ISSUER", Some(UNKNOWN_ISSUER.text)),
            ("SSL_ERROR_BAD_CERT_DOMAIN", Some(OTHER_NAME.text)),
            ("MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT", Some(UNKNOWN_ISSUER.text)),
            (
                "The certificate for this server is invalid. You might be connecting to a server that is pretending to be “sp.example”",
                Some(OTHER_NAME.text),
            ),
            ("NSURLErrorDomain -1202", Some(UNKNOWN_ISSUER.text)),
            ("net::ERR_SSL_PROTOCOL_ERROR", None),
            ("net::ERR_SSL_CLIENT_AUTH_CERT_NEEDED", None),
            ("net::ERR_CONNECTION_RESET", None),
        ] {
            assert_eq!(kind(failure).map(|cause| cause.text), wanted, "{failure}");
        }
    }

    #[test]
    fn whose_certificate_it_is_decides_who_acts() {
        let judged = |side: Side, outcome: Outcome| {
            let mut case = testing::sign_in(outcome);
            case.exchanges[1] = Exchange {
                failure: Some("net::ERR_CERT_DATE_INVALID".to_owned()),
                ..testing::exchange(side, "POST", testing::ACS_SEEN, 0)
            };
            let judged = TLS_CERTIFICATE_UNTRUSTED.judge(&case);
            judged.found().first().map(|found| (found.severity, found.causes[0].who))
        };
        assert_eq!(judged(Side::Sp, Outcome::BrokenInTransit), Some((Severity::Error, Who::Sp)));
        assert_eq!(judged(Side::Idp, Outcome::BrokenInTransit), Some((Severity::Error, Who::Idp)));
        assert_eq!(judged(Side::Sp, Outcome::Incomplete), Some((Severity::Warning, Who::Sp)));
        assert_eq!(judged(Side::Sp, Outcome::SignedIn), None);
    }
}

//! Logs of servers as they are handed in, each alone and beside the capture of the sign-in they speak of: what a line
//! says is heard, at the time at which it was written, and stack traces belong to the line above them.

use diag_core::report::Report;
use diag_core::verdict::Verdict;
use diag_sdk::case::judgement::Part;
use diag_tests::diagnose::{File, case_of, report_of};
use diag_tests::one_fault::OneFault;

/// A sign-in of 2026-11-24 that the service provider refuses at 09:58:12 UTC without a reason. What it was sent nobody
/// else can read, so that nothing speaks against what a log says of it.
const REFUSED: &str = "diag-sketch/1 2026-11-24T09:58:00Z\n\n[request]\n<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_1\" Version=\"2.0\" IssueInstant=\"{now}\" AssertionConsumerServiceURL=\"https://app.example/acs\"><saml:Issuer>https://app.example</saml:Issuer></samlp:AuthnRequest>\n\n[response]\n<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_2\" Version=\"2.0\" IssueInstant=\"{now}\" InResponseTo=\"_1\" Destination=\"https://app.example/acs\"><saml:Issuer>https://idp.example/</saml:Issuer><samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status><saml:EncryptedAssertion><xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\" Type=\"http://www.w3.org/2001/04/xmlenc#Element\"><xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#aes256-gcm\"/><xenc:CipherData><xenc:CipherValue>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion></samlp:Response>\n\nGET https://app.example/ @0s\n< 302\n< Location: https://idp.example/sso?SAMLRequest={redirect:request}\n\nGET https://idp.example/sso?SAMLRequest={redirect:request} @1s\n< 200\n< Content-Type: text/html\n\nPOST https://app.example/acs @12s\n> SAMLResponse={post:response}\n< 500\n< Content-Type: text/html\n| <html><title>Error</title><h1>Something failed.</h1></html>\n";

/// The log, what leads where it is all there is, and the time of the line that says so.
struct Log {
    name: &'static str,
    text: &'static str,
    leads: &'static str,
    says: &'static str,
    written: &'static str,
}

const LOGS: &[Log] = &[
    Log {
        name: "shibd.log",
        text: "2026-11-24 09:58:12 WARN Shibboleth.SSO.SAML2 [3] [default]: detected a problem with assertion: Unable to establish security of incoming assertion.\n",
        leads: "signing/signed-by-unknown-key",
        says: "Unable to establish security of incoming assertion",
        written: "2026-11-24T09:58:12Z",
    },
    Log {
        name: "transaction.log",
        text: "2026-11-24 09:58:01|Shibboleth-TRANSACTION.AuthnRequest|||https://idp.example.org/||||||urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect||||||\n2026-11-24 09:58:12|Shibboleth-TRANSACTION.Login|||https://idp.example.org/||||||urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST|Unable to establish security of incoming assertion.|||||\n",
        leads: "signing/signed-by-unknown-key",
        says: "Unable to establish security of incoming assertion",
        written: "2026-11-24T09:58:12Z",
    },
    Log {
        name: "splunkd.log",
        text: "11-24-2026 09:58:12.301 +0000 ERROR Saml [4711 TcpChannelThread] - Unable to verify SAML response\n11-24-2026 09:58:13.000 +0000 INFO  IndexProcessor [123 MainThread] - something else\n",
        leads: "signing/signed-by-unknown-key",
        says: "Unable to verify SAML response",
        written: "2026-11-24T09:58:12.301Z",
    },
    Log {
        name: "vizportal.log",
        text: "2026-11-24 09:58:12.301 +0000 (-,-,-,ZVdF1AAA,3:-5c) catalina-exec-7 vizportal: ERROR com.tableausoftware.core.saml.Filter - Incoming SAML message failed\norg.springframework.security.saml.SAMLException: Response doesn't have any valid assertion which would pass subject validation\n\tat org.springframework.security.saml.websso.Consumer.process(Consumer.java:229)\nCaused by: org.opensaml.common.SAMLException: Authentication statement is too old to be used with value 2026-11-01T09:00:00.000Z\n\tat org.springframework.security.saml.websso.Consumer.verify(Consumer.java:538)\n",
        leads: "assertion/authentication-too-old",
        says: "Authentication statement is too old to be used",
        written: "2026-11-24T09:58:12.301Z",
    },
    Log {
        name: "nextcloud.log",
        text: "{\"reqId\":\"Xa1\",\"level\":3,\"time\":\"2026-11-24T09:58:12+00:00\",\"remoteAddr\":\"10.0.0.1\",\"user\":\"--\",\"app\":\"user_saml\",\"method\":\"POST\",\"url\":\"/apps/user_saml/saml/acs\",\"message\":\"Signature validation failed. SAML Response rejected\",\"version\":\"29.0.0.1\"}\n",
        leads: "signing/signed-by-unknown-key",
        says: "Signature validation failed. SAML Response rejected",
        written: "2026-11-24T09:58:12Z",
    },
    Log {
        name: "web.log",
        text: "2026.11.24 09:58:11 INFO  web[AZ1][o.s.s.app] started\n2026.11.24 09:58:12 WARN  web[AZ1][o.s.a.s.SamlAuthenticator] Fail to callback authentication\ncom.onelogin.saml2.exception.ValidationError: Signature validation failed. SAML Response rejected\n\tat com.onelogin.saml2.authn.SamlResponse.isValid(SamlResponse.java:1)\n",
        leads: "signing/signed-by-unknown-key",
        says: "Signature validation failed. SAML Response rejected",
        written: "2026-11-24T09:58:12Z",
    },
    Log {
        name: "authd.log",
        text: "2026-11-24 09:58:12.301 +0000 debug: _extract_sso_attribute(pan_authd_saml.c:526): Got attr name (username)\n2026-11-24 09:58:12.650 +0000 Failure while validating the signature of SAML message received from the IdP \"https://idp.example.org/\", because the certificate in the SAML Message doesn't match the IDP certificate configured on the IdP Server Profile \"x\". (SP: \"gp\"), (Client IP: 10.1.1.1)\n",
        leads: "signing/signed-by-unknown-key",
        says: "Failure while validating the signature of SAML message received from the IdP",
        written: "2026-11-24T09:58:12.65Z",
    },
    Log {
        name: "php_errors.log",
        text: "[24-Nov-2026 09:58:12 UTC] PHP Fatal error:  Uncaught OneLogin\\Saml2\\ValidationError: The Assertion of the Response is not signed and the SP requires it in /var/www/vendor/onelogin/php-saml/src/Saml2/Response.php:391\nStack trace:\n#0 /var/www/vendor/onelogin/php-saml/src/Saml2/Auth.php(230): OneLogin\\Saml2\\Response->isValid()\n#1 {main}\n  thrown in /var/www/vendor/onelogin/php-saml/src/Saml2/Response.php on line 391\n",
        leads: "signing/assertion-unsigned",
        says: "The Assertion of the Response is not signed and the SP requires",
        written: "2026-11-24T09:58:12Z",
    },
    Log {
        name: "dev_w3",
        text: "---------------------------------------------------\ntrc file: \"dev_w3\", trc level: 2\n---------------------------------------------------\nN  Tue Nov 24 09:58:12 2026\nN  SAML20 SP (client 100 ): Incoming Response\nN  SAML20 Binding:   POST\nN  SAML20 Federation error: No user with email 'mira@example.org' found.\n",
        leads: "identity/user-unknown-at-sp",
        says: "No user with email",
        written: "2026-11-24T09:58:12Z",
    },
];

fn root(report: &Report) -> &str {
    report
        .root_causes
        .first()
        .and_then(|id| report.finding(id))
        .map_or("", |finding| finding.check.as_str())
}

#[test]
fn a_log_alone_says_what_failed_and_when() {
    for log in LOGS {
        let case = case_of(&[File::new(log.name, log.text)]);
        let heard = case.witnesses.iter().find(|witness| witness.phrase.text.contains(log.says));
        let heard = heard.unwrap_or_else(|| panic!("{}: {:?}", log.name, case.witnesses));
        assert_eq!(heard.phrase.part, Part::Log, "{}", log.name);
        assert_eq!(
            heard.time.map(|time| time.to_string()).as_deref(),
            Some(log.written),
            "{}",
            log.name
        );
        let report = report_of(&[File::new(log.name, log.text)]);
        assert_eq!((root(&report), report.verdict), (log.leads, Verdict::Broken), "{}", log.name);
        assert!(
            !format!("{report:?}").contains("mira@example.org"),
            "{}: a person is named",
            log.name
        );
    }
}

#[test]
fn beside_the_capture_of_its_minute_it_gives_the_reason() {
    let capture = File::new("sketch.txt", REFUSED);
    let tells = |report: &Report, words: &str| {
        report
            .findings
            .iter()
            .any(|finding| finding.detail.as_deref().is_some_and(|detail| detail.contains(words)))
    };
    let alone = report_of(std::slice::from_ref(&capture));
    for log in LOGS {
        let report = report_of(&[capture.clone(), File::new(log.name, log.text)]);
        assert_eq!(report.verdict, Verdict::Broken, "{}", log.name);
        assert!(!tells(&alone, log.says), "{}", log.name);
        assert!(
            tells(&report, log.says),
            "{}: what it says is not told: {:?}",
            log.name,
            report.findings
        );
    }
}

#[test]
fn beside_a_sign_in_that_works_it_is_history() {
    let works: OneFault = toml::from_str(
        "about = \"a log\"\n[capture]\n[expect]\ncheck = \"\"\nseverity = \"notice\"",
    )
    .expect("a case");
    for log in LOGS {
        let older = log
            .text
            .replace("2026-11-24", "2026-11-03")
            .replace("11-24-2026", "11-03-2026")
            .replace("2026.11.24", "2026.11.03");
        let older = older.replace("24-Nov-2026", "03-Nov-2026").replace("Tue Nov 24", "Tue Nov  3");
        let mut files = works.inputs();
        files.push(File::new(log.name, older));
        let report = report_of(&files);
        assert_eq!((root(&report), report.verdict), ("", Verdict::Healthy), "{}", log.name);
    }
}

//! Keys and hashes that are too weak.

use diag_sdk::algorithm::{self, Hash};
use diag_sdk::case::certificate::{Certificate, KeyKind};
use diag_sdk::case::message::Message;
use diag_sdk::view::Delivery;
use diag_sdk::{
    Case, CauseData, Finding, Findings, Need, Place, Reference, Setting, Severity, Specification,
    Stage, Who, check,
};

static IDP_KEY: CauseData = CauseData {
    text: "The identity provider's signing certificate was made long ago, or with a small key",
    who: Who::Idp,
    setting: Setting::IdpSigningCertificate,
    fix: "Create a new signing certificate with an RSA key of 2048 bits or more, and hand over the metadata with it",
};
static SP_KEY: CauseData = CauseData {
    text: "The service provider's certificate was made long ago, or with a small key",
    who: Who::Sp,
    setting: Setting::SpCertificate,
    fix: "Renew the certificate with an RSA key of 2048 bits or more, and hand over the metadata with it",
};

static IDP_ENCRYPTION: CauseData = CauseData {
    text: "The identity provider encrypts with older algorithms, by its setting or because the service provider lists no others",
    who: Who::Idp,
    setting: Setting::IdpTokenEncryption,
    fix: "Where both sides can, encrypt with RSA-OAEP and AES-GCM",
};

check! {
    /// A signing or encryption key is weak.
    ///
    /// RSA keys below 2048 bits can be broken, and so can signatures with MD5. Products and operating
    /// systems refuse them at some update, and then sign-in stops without anybody having changed a
    /// setting.
    ///
    /// ## Fails
    ///
    /// ```xml idp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{{certificate:weak}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    ///
    /// ## Passes
    ///
    /// ```xml idp-metadata
    /// <EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example/">
    ///   <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    ///     <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{{certificate:idp}}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    ///     <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/saml2"/>
    ///   </IDPSSODescriptor>
    /// </EntityDescriptor>
    /// ```
    pub(crate) static KEY_WEAK = {
        id: "signing/key-weak",
        title: "A key or hash is too weak",
        levels: [Severity::Warning, Severity::Notice],
        stage: Stage::Configuration,
        needs: [Need::Capture, Need::IdpMetadata, Need::IdpMetadataInSp, Need::SpMetadata, Need::SpMetadataInIdp, Need::ServicePrincipal],
        explains: [],
        causes: [IDP_KEY, SP_KEY, IDP_ENCRYPTION],
        references: [
            Reference::page("https://csrc.nist.gov/pubs/sp/800/131/a/r2/final", "2026-11-24").about("NIST SP 800-131A Rev. 2"),
            Reference::whole(Specification::Rfc(6151)).about("MD5"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    let mut told: Vec<String> = Vec::new();
    for metadata in &case.metadata {
        let idp = metadata.idp.iter().flat_map(|role| &role.keys).map(|key| (key, false));
        let sp = metadata.sp.iter().flat_map(|role| &role.keys).map(|key| (key, true));
        for (key, of_sp) in idp.chain(sp) {
            for certificate in &key.certificates {
                judge(case, certificate, &metadata.origin, of_sp, &mut told, out);
            }
        }
    }
    for registration in case.relevant_registrations() {
        for certificate in
            registration.credentials.iter().filter_map(|credential| credential.certificate.as_ref())
        {
            judge(case, certificate, "the registration", false, &mut told, out);
        }
    }
    for delivery in case.deliveries().into_iter().chain(case.tokens()) {
        let message = delivery.message;
        for certificate in message.embedded_certificates() {
            judge(
                case,
                certificate,
                &format!("the {}", message.root),
                delivery.sent_by_sp(),
                &mut told,
                out,
            );
        }
        let xml = message.signatures.iter().flat_map(|signature| {
            let digests =
                signature.references.iter().map(|reference| reference.digest_algorithm.as_str());
            digests
                .chain([signature.algorithm.as_str()])
                .map(|algorithm| (algorithm, &signature.place))
        });
        let query =
            message.query_signature.iter().map(|query| (query.algorithm.as_str(), &query.place));
        if let Some((algorithm, place)) =
            xml.chain(query).find(|(algorithm, _)| algorithm::hash(algorithm) == Some(Hash::Md5))
        {
            out.push(md5(case, &delivery, algorithm, place));
        }
        if let Some((names, why, place)) = weak_encryption(message) {
            out.push(
                delivery
                    .finding(
                        Severity::Notice,
                        format!("The encryption of the {} is weak but allowed", message.root),
                    )
                    .detail(why)
                    .expected("RSA-OAEP and AES-GCM", "what protects best")
                    .actual(names, "algorithms of the encrypted assertion")
                    .at(place)
                    .because(&IDP_ENCRYPTION, case),
            );
        }
    }
}

/// Algorithms of encryption that are allowed and weaker than they should be, and why.
fn weak_encryption(message: &Message) -> Option<(String, String, &Place)> {
    const WEAK: &[(&str, &str)] = &[
        ("rsa-1_5", "RSA with PKCS#1 1.5 can be attacked by who may ask the receiver often enough"),
        (
            "tripledes-cbc",
            "Triple DES has blocks too short for much data, and its mode does not notice changes",
        ),
        (
            "-cbc",
            "a mode that does not notice changes lets who may ask the receiver often enough read what is encrypted",
        ),
    ];
    message.encrypted.iter().find_map(|part| {
        let used = [Some(part.content_algorithm.as_str()), part.key_algorithm.as_deref()];
        let weak: Vec<(&str, &str)> = used
            .into_iter()
            .flatten()
            .filter_map(|uri| {
                Some((
                    algorithm::name(uri),
                    WEAK.iter().find(|(name, _)| algorithm::name(uri).ends_with(name))?.1,
                ))
            })
            .collect();
        let (names, reasons): (Vec<&str>, Vec<&str>) = weak.into_iter().unzip();
        (!names.is_empty()).then(|| {
            (
                names.join(", "),
                format!("It works, and nobody has to act today: {}.", reasons.join("; ")),
                &part.place,
            )
        })
    })
}

/// What makes a certificate's key weak.
fn weakness(certificate: &Certificate) -> Option<(String, &'static str)> {
    let least = match certificate.key_kind {
        KeyKind::Rsa | KeyKind::Dsa => 2048,
        KeyKind::Ec => 224,
        KeyKind::Ed | KeyKind::Other => 0,
    };
    if let Some(bits) = certificate.key_bits.filter(|bits| *bits < least) {
        let wanted = if certificate.key_kind == KeyKind::Ec {
            "an elliptic curve of 256 bits"
        } else {
            "2048 bits or more"
        };
        return Some((format!("{bits} bits"), wanted));
    }
    certificate
        .signature_algorithm
        .to_ascii_lowercase()
        .contains("md5")
        .then(|| (certificate.signature_algorithm.clone(), "SHA-256"))
}

fn judge(
    case: &Case,
    certificate: &Certificate,
    origin: &str,
    of_sp: bool,
    told: &mut Vec<String>,
    out: &mut Findings,
) {
    if !certificate.usable() || told.contains(&certificate.sha1) {
        return;
    }
    let whose = if of_sp { "service provider" } else { "identity provider" };
    let Some((weak, wanted)) = weakness(certificate) else {
        if certificate.signature_algorithm.to_ascii_lowercase().contains("sha1") {
            told.push(certificate.sha1.clone());
            let finding = Finding::new(Severity::Notice, format!("A certificate of the {whose} is itself signed with SHA-1"))
                .detail("SAML trusts it because metadata lists it, so this matters to software that checks certificates as browsers do.")
                .actual(&certificate.signature_algorithm, format!("{} in {origin}", certificate.label()))
                .at(&certificate.place);
            out.push(finding.because(cause_of(of_sp), case));
        }
        return;
    };
    told.push(certificate.sha1.clone());
    let finding = Finding::warning(format!("A certificate of the {whose} is weak: {weak}"))
        .detail("It works as long as both products take it; an update of either may end that.")
        .expected(wanted, "NIST SP 800-131A")
        .actual(&weak, format!("{} in {origin}", certificate.label()))
        .at(&certificate.place);
    out.push(finding.because(cause_of(of_sp), case));
}

fn md5(case: &Case, delivery: &Delivery<'_>, algorithm: &str, place: &Place) -> Finding {
    let finding = delivery
        .finding(Severity::Warning, format!("The {} is signed with MD5", delivery.message.root))
        .detail(
            "MD5 is broken: signatures with it can be forged, and hardly any product accepts them.",
        )
        .expected("rsa-sha256", "RFC 6151")
        .actual(algorithm::name(algorithm), "signature or digest algorithm")
        .at(place);
    finding.because(cause_of(delivery.sent_by_sp()), case)
}

fn cause_of(of_sp: bool) -> &'static CauseData {
    if of_sp { &SP_KEY } else { &IDP_KEY }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::case::input::HeldBy;
    use diag_sdk::case::signature::Encryption;
    use diag_sdk::testing::{certificate, findings, idp_metadata, levels, signed};

    #[test]
    fn sizes_are_judged_by_the_kind_of_key() {
        for (kind, bits, weak) in [
            (KeyKind::Rsa, Some(2048), false),
            (KeyKind::Rsa, Some(2047), true),
            (KeyKind::Rsa, Some(1024), true),
            (KeyKind::Rsa, None, false),
            (KeyKind::Ec, Some(256), false),
            (KeyKind::Ec, Some(192), true),
            (KeyKind::Ed, Some(256), false),
        ] {
            let certificate = Certificate { key_kind: kind, key_bits: bits, ..certificate("AA") };
            assert_eq!(weakness(&certificate).is_some(), weak, "{kind:?} {bits:?}");
        }
        let md5 = Certificate {
            signature_algorithm: "md5WithRSAEncryption".to_owned(),
            ..certificate("AA")
        };
        assert!(weakness(&md5).is_some());
    }

    #[test]
    fn the_same_certificate_in_two_documents_is_told_once() {
        let mut case = Case {
            metadata: vec![
                idp_metadata("d1", HeldBy::Sp, &["AA"]),
                idp_metadata("d2", HeldBy::Publisher, &["AA"]),
            ],
            ..Case::default()
        };
        assert!(findings(&KEY_WEAK, &case).is_empty());
        for metadata in &mut case.metadata {
            metadata.idp.as_mut().expect("a role").keys[0].certificates[0].key_bits = Some(1024);
        }
        assert_eq!(findings(&KEY_WEAK, &case).len(), 1);
    }

    #[test]
    fn what_is_weak_but_allowed_is_mentioned() {
        let mut case = signed(Outcome::SignedIn);
        for (content, key, found) in [
            ("xmlenc#aes256-cbc", "xmlenc#rsa-oaep-mgf1p", 1),
            ("xmlenc11#aes256-gcm", "xmlenc#rsa-1_5", 1),
            ("xmlenc#tripledes-cbc", "xmlenc#rsa-1_5", 1),
            ("xmlenc11#aes256-gcm", "xmlenc#rsa-oaep-mgf1p", 0),
        ] {
            let (content_algorithm, key_algorithm) = (content.to_owned(), Some(key.to_owned()));
            case.messages[1].encrypted =
                vec![Encryption { content_algorithm, key_algorithm, ..Encryption::default() }];
            assert_eq!(levels(&KEY_WEAK, &case), vec![Severity::Notice; found], "{content} {key}");
        }
        let mut old =
            Case { metadata: vec![idp_metadata("d1", HeldBy::Sp, &["AA"])], ..Case::default() };
        let certificate =
            &mut old.metadata[0].idp.as_mut().expect("a role").keys[0].certificates[0];
        certificate.signature_algorithm = "sha1WithRSAEncryption".to_owned();
        assert_eq!(levels(&KEY_WEAK, &old), [Severity::Notice]);
    }

    #[test]
    fn md5_in_a_signature_is_weak() {
        let mut case = signed(Outcome::SignedIn);
        case.messages[1].signatures[0].algorithm =
            "http://www.w3.org/2001/04/xmldsig-more#rsa-md5".to_owned();
        assert_eq!(findings(&KEY_WEAK, &case).len(), 1);
    }
}

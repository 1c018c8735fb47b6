//! Signatures with unusual references, transforms or algorithms.

use diag_sdk::case::judgement::Cover;
use diag_sdk::case::message::Damage;
use diag_sdk::case::signature::{Oddity, Signature};
use diag_sdk::view::Delivery;
use diag_sdk::{
    Account, Case, CauseData, Finding, Findings, Meaning, Need, Reference, Setting, Severity,
    Specification, Stage, Who, check,
};

static SIGNER_UNUSUAL: CauseData = CauseData {
    text: "The signer's software is old, misconfigured or home-made, or a broker rebuilt the message",
    who: Who::Idp,
    setting: Setting::IdpSigningOption,
    fix: "Let the identity provider sign the assertion in the usual way: one reference to its ID, enveloped signature and exclusive canonicalisation",
};

static SP_MUST_REFUSE: CauseData = CauseData {
    text: "Nothing that such a signature says is protected, and a service provider must refuse it",
    who: Who::Sp,
    setting: Setting::SpIdpMetadata,
    fix: "Make sure that the service provider refuses it; if it signed somebody in, update its SAML library and review its log",
};

check! {
    /// A signature is made in a way that SAML does not provide for.
    ///
    /// SAML allows one reference, to the `ID` of the element that carries the signature, with the
    /// transforms for enveloped signatures and canonicalisation and nothing else. XPath, XSLT, XPointer, an
    /// empty reference or a secret-key algorithm leave open what is signed; strict products refuse such
    /// signatures, and careless ones can be misled. The pattern alone says nothing about who made it.
    ///
    /// ## Fails
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "signatures": [
    ///    {"parent": "Response", "oddities": ["xpath"], "references": [{"covers": "Response", "transforms": ["http://www.w3.org/TR/1999/REC-xpath-19991116"]}]}]}]}
    /// ```
    ///
    /// ## Passes
    ///
    /// ```json facts
    /// {"messages": [{"id": "m1", "kind": "response", "root": "Response", "signatures": [
    ///    {"parent": "Response", "oddities": [], "references": [{"covers": "Response",
    ///      "transforms": ["http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/2001/10/xml-exc-c14n#"]}]}]}]}
    /// ```
    pub(crate) static REFERENCE_UNUSUAL = {
        id: "signing/reference-unusual",
        title: "A signature is made in an unusual way",
        levels: [Severity::Error, Severity::Warning, Severity::Notice],
        stage: Stage::Response,
        needs: [Need::Capture],
        explains: ["flow/metadata-or-signing-error-at-sp", "signing/assertion-unsigned", "signing/signature-invalid"],
        accounts: [Account::sp(&[Meaning::Signature, Meaning::UnsignedMessage, Meaning::Malformed, Meaning::Algorithm, Meaning::UnsignedAssertion])],
        causes: [SIGNER_UNUSUAL, SP_MUST_REFUSE],
        references: [
            Reference::section(Specification::SamlCore, "5.4"),
            Reference::advisories(&["CVE-2025-25291", "CVE-2025-66567", "CVE-2025-66568"]),
            Reference::page("https://www.w3.org/TR/xmldsig-bestpractices/", "2026-11-24"),
        ],
        run: run,
    }
}

fn run(case: &Case, out: &mut Findings) {
    for delivery in case.deliveries().into_iter().chain(case.unreadable()) {
        let message = delivery.message;
        for signature in &message.signatures {
            out.extend(
                unusual(&delivery, signature).map(|finding| finding.because(&SIGNER_UNUSUAL, case)),
            );
        }
        if message.damage.contains(&Damage::Doctype) {
            let finding = delivery
                .finding(Severity::Warning, "The message has a document type declaration")
                .detail("Pattern seen in the message: SAML forbids DOCTYPE; it can make two parsers read two different documents. It was not read.")
                .at(&message.place);
            out.push(finding.because(&SIGNER_UNUSUAL, case));
        }
        if let Some(foreign) = message.foreign_names.first().filter(|_| {
            !message
                .signatures
                .iter()
                .any(|signature| signature.oddities.contains(&Oddity::NamespaceConfusion))
        }) {
            let finding = delivery
                .finding(Severity::Warning, format!("A {} stands in an unexpected namespace", foreign.value))
                .detail("Pattern seen in the message: a library that looks for names without namespaces finds another element than a strict one.")
                .at_all(message.foreign_names.iter().map(|name| &name.place));
            out.push(finding.because(&SIGNER_UNUSUAL, case));
        }
    }
}

fn unusual(delivery: &Delivery<'_>, signature: &Signature) -> Option<Finding> {
    let telling: Vec<Oddity> =
        signature.oddities.iter().copied().filter(|oddity| weight(*oddity).is_some()).collect();
    let severity = telling.iter().filter_map(|oddity| weight(*oddity)).max()?;
    let words: Vec<&str> = telling.iter().map(|oddity| describe(*oddity)).collect();
    let first = words.first()?;
    let headline = format!("A signature is unusual: {first}");
    let detail = format!(
        "Pattern seen in the signature of the {}: {}. It says nothing about who made it.",
        signature.parent,
        words.join("; ")
    );
    // What is consumed rests on it alone, and it protects nothing.
    let worthless = delivery.consumed(Cover::Worthless).is_some() && delivery.rests_on(signature);
    let finding = if worthless {
        delivery.unprotected(headline, detail).because(&SP_MUST_REFUSE, delivery.case)
    } else {
        delivery.finding(severity, headline).detail(detail)
    };
    Some(
        finding
            .expected("one reference to the element's ID, enveloped signature, exclusive canonicalisation", "saml-core-2.0-os §5.4")
            .at(&signature.place),
    )
}

/// How much an oddity matters; `None` where it is another check's business.
fn weight(oddity: Oddity) -> Option<Severity> {
    match oddity {
        // Which element is signed and which is read: signing/wrapped.
        Oddity::DuplicateId => None,
        Oddity::BareKey => Some(Severity::Notice),
        _ => Some(Severity::Warning),
    }
}

fn describe(oddity: Oddity) -> &'static str {
    match oddity {
        Oddity::ReferenceMissing => "its reference names no element that is there",
        Oddity::ReferenceEmpty => "its reference is empty and means the whole document",
        Oddity::Xpointer => "its reference is an XPointer expression",
        Oddity::Xpath => "it has an XPath transform",
        Oddity::Xslt => "it has an XSLT transform",
        Oddity::UnknownTransform => "it has a transform SAML does not allow",
        Oddity::Hmac => "it uses a secret-key algorithm (HMAC) where public keys are expected",
        Oddity::SeveralSignedInfo => "it has more than one SignedInfo",
        Oddity::SeveralReferences => "it has more than one reference",
        Oddity::DuplicateId => "the ID it refers to occurs more than once",
        Oddity::NotEnveloped => "it is not a child of the element it covers",
        Oddity::CoversAncestor => "it covers an element around the one that carries it",
        Oddity::ObjectContent => "content stands in its Object",
        Oddity::EmptyDigest => "its digest is that of nothing",
        Oddity::MarkupInSignedInfo => {
            "a comment or processing instruction stands in its SignedInfo"
        }
        Oddity::RelativeNamespace => "a relative namespace URI stands on or above what it covers",
        Oddity::NamespaceConfusion => "elements of its names stand in unexpected namespaces",
        Oddity::EcdsaDer => {
            "its ECDSA value is encoded in DER, which XML Signature does not provide for"
        }
        Oddity::BareKey => "it carries a bare key instead of a certificate",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::attempt::Outcome;
    use diag_sdk::testing::{consumes, ended, findings, levels, signed};

    fn with(oddities: &[Oddity]) -> Case {
        let mut case = signed(Outcome::SignedIn);
        case.messages[1].signatures[0].oddities = oddities.to_vec();
        case
    }

    #[test]
    fn one_finding_tells_all_oddities_of_a_signature() {
        assert!(findings(&REFERENCE_UNUSUAL, &with(&[])).is_empty());
        let found = findings(&REFERENCE_UNUSUAL, &with(&[Oddity::Xpath, Oddity::ReferenceEmpty]));
        assert_eq!((found.len(), found[0].severity), (1, Severity::Warning));
        let detail = found[0].detail.as_deref().expect("a detail");
        assert!(detail.contains("XPath") && detail.contains("whole document"));
    }

    #[test]
    fn where_everything_rests_on_it_the_sign_in_cannot_be_trusted() {
        let mut case = with(&[Oddity::Hmac]);
        consumes(&mut case, "Response/Assertion", Cover::Worthless);
        assert_eq!(levels(&REFERENCE_UNUSUAL, &case), [Severity::Warning]);
        case.messages[1].keys_known = true;
        assert_eq!(levels(&REFERENCE_UNUSUAL, &case), [Severity::Error]);
        ended(&mut case, Outcome::RefusedBySp);
        assert_eq!(levels(&REFERENCE_UNUSUAL, &case), [Severity::Error]);
    }

    #[test]
    fn a_bare_key_is_a_remark_and_a_duplicate_id_another_finding() {
        assert_eq!(levels(&REFERENCE_UNUSUAL, &with(&[Oddity::BareKey])), [Severity::Notice]);
        assert!(findings(&REFERENCE_UNUSUAL, &with(&[Oddity::DuplicateId])).is_empty());
    }

    #[test]
    fn document_types_and_foreign_names_show() {
        let mut case = with(&[]);
        case.messages[1].damage = vec![Damage::Doctype];
        case.messages[1].foreign_names = vec!["Assertion".into()];
        assert_eq!(levels(&REFERENCE_UNUSUAL, &case), [Severity::Warning, Severity::Warning]);
    }
}

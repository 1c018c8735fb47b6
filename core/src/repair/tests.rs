use super::*;
use proptest::prelude::*;

const XSI: &str = r#"xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance""#;

/// A certificate as base64, without lines.
fn certificate() -> String {
    let pem = include_str!("../../../tests/fixtures/keys/idp.crt");
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

/// An identity provider with something before its role.
fn idp(before_role: &str) -> String {
    with_certificate(before_role, &certificate())
}

fn with_certificate(before_role: &str, certificate: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example/" {XSI}>
{before_role}  <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
      <X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/saml2"/>
  </IDPSSODescriptor>
</EntityDescriptor>
"#
    )
}

const ROLES: &str = "  <RoleDescriptor xsi:type=\"fed:SecurityTokenServiceType\" xmlns:fed=\"urn:fed\">\n    <fed:X/>\n  </RoleDescriptor>\n  <RoleDescriptor/>\n";

/// Everything that concerns the spelling of a document.
const SPELLING: &[Mend] = &[
    Mend::MakeWellFormed,
    Mend::CorrectDeclaration,
    Mend::CorrectNamespaces,
    Mend::ClearCertificates,
];
/// Its roles as well.
const ALL: &[Mend] = &[
    Mend::MakeWellFormed,
    Mend::CorrectDeclaration,
    Mend::CorrectNamespaces,
    Mend::ClearCertificates,
    Mend::RemoveRoleDescriptors,
];

fn repaired(bytes: &[u8], wanted: &[Mend]) -> Repaired {
    repair(bytes, wanted).expect("repairable").expect("something to repair")
}

fn text(bytes: &[u8], wanted: &[Mend]) -> String {
    String::from_utf8(repaired(bytes, wanted).bytes).expect("UTF-8")
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    text.encode_utf16()
        .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
        .collect()
}

#[test]
fn roles_go_with_their_lines_and_nothing_else_changes() {
    let done = repaired(idp(ROLES).as_bytes(), ALL);
    assert_eq!(String::from_utf8(done.bytes).expect("UTF-8"), idp(""));
    let changes: Vec<_> =
        done.changes.iter().map(|change| (change.kind, change.line, change.column)).collect();
    assert_eq!(changes, [(Kind::RoleDescriptorRemoved, 3, 3), (Kind::RoleDescriptorRemoved, 6, 3)]);
    assert!(
        done.changes[0].what.contains("fed:SecurityTokenServiceType"),
        "{}",
        done.changes[0].what
    );
    assert_eq!((done.entity_ids, done.signed), (vec!["https://idp.example/".to_owned()], false));
}

#[test]
fn roles_stay_where_nobody_wants_them_gone() {
    assert!(repair(idp(ROLES).as_bytes(), SPELLING).expect("readable").is_none());
    assert!(repair(idp("").as_bytes(), ALL).expect("readable").is_none());
}

#[test]
fn what_nobody_asks_for_stays() {
    let odd = idp(ROLES)
        .replace("http://www.w3.org/2000/09/xmldsig#", "https://www.w3.org/2000/09/xmldsig#")
        .replace("\"utf-8\"", "\"utf-16\"")
        .replace("<X509Certificate>", "<X509Certificate>\u{200b}");
    assert!(repair(odd.as_bytes(), &[]).expect("readable").is_none());
    for wanted in ALL.iter().filter(|mend| **mend != Mend::MakeWellFormed) {
        let done = repaired(odd.as_bytes(), &[*wanted]);
        assert!(done.changes.iter().all(|change| change.kind.mend() == *wanted), "{wanted:?}");
    }
    let broken = odd.replace("use=\"signing\"", "use=\u{201c}signing\u{201d}");
    assert!(matches!(
        repair(broken.as_bytes(), &[Mend::RemoveRoleDescriptors]),
        Err(Refusal::Broken { .. })
    ));
}

#[test]
fn encoding_mark_and_line_ends_are_kept() {
    let (with, without) = (idp(ROLES), idp(""));
    let marked = |text: &str| format!("\u{feff}{text}");
    assert_eq!(repaired(marked(&with).as_bytes(), ALL).bytes, marked(&without).into_bytes());
    let windows = |text: &str| text.replace('\n', "\r\n");
    assert_eq!(repaired(windows(&with).as_bytes(), ALL).bytes, windows(&without).into_bytes());
    for little in [true, false] {
        let wide = |text: &str| {
            utf16(
                &marked(&windows(&text.replace("utf-8", "utf-16").replace("fed:X", "fed:Ü"))),
                little,
            )
        };
        assert_eq!(repaired(&wide(&with), ALL).bytes, wide(&without), "{little}");
    }
    let latin = |text: &str| -> Vec<u8> {
        let text = text
            .replace("utf-8", "iso-8859-1")
            .replace("</EntityDescriptor>", "<!-- caf\u{e9} --></EntityDescriptor>");
        text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect()
    };
    assert_eq!(repaired(&latin(&with), ALL).bytes, latin(&without));
}

#[test]
fn a_file_on_one_line_stays_on_one_line() {
    let flat = |text: &str| text.replace('\n', " ");
    let done =
        text(flat(&idp("<RoleDescriptor><a/></RoleDescriptor><RoleDescriptor/>")).as_bytes(), ALL);
    assert_eq!(done, flat(&idp("")));
}

#[test]
fn only_elements_of_the_metadata_namespace_count() {
    let decoys = "  <!-- <RoleDescriptor></RoleDescriptor> -->\n  <Extensions><x:RoleDescriptor xmlns:x=\"urn:x\"/><y><![CDATA[<RoleDescriptor/>]]></y></Extensions>\n";
    assert!(repair(idp(decoys).as_bytes(), ALL).expect("readable").is_none());
    let prefixed = "  <md:RoleDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" xmlns=\"urn:other\"><RoleDescriptor/><md:RoleDescriptor></md:RoleDescriptor ></md:RoleDescriptor >\n";
    let done = repaired(idp(&format!("{decoys}{prefixed}")).as_bytes(), ALL);
    assert_eq!(String::from_utf8(done.bytes).expect("UTF-8"), idp(decoys));
    assert_eq!(done.changes.len(), 1, "what is nested goes with the outer one");
}

#[test]
fn base64_becomes_the_document_itself() {
    use base64::Engine as _;
    let wrapped =
        base64::engine::general_purpose::STANDARD.encode(format!("\u{feff}{}", idp(ROLES)));
    assert_eq!(
        repaired(wrapped.as_bytes(), ALL).bytes,
        format!("\u{feff}{}", idp("")).into_bytes()
    );
}

#[test]
fn certificates_lose_armour_and_invisible_characters() {
    let bare = certificate();
    let armoured = with_certificate(
        "",
        &format!("\n-----BEGIN CERTIFICATE-----\r\n{bare}\n-----END CERTIFICATE-----\n"),
    );
    let done = repaired(armoured.as_bytes(), SPELLING);
    assert_eq!(String::from_utf8(done.bytes).expect("UTF-8"), with_certificate("", &bare));
    assert_eq!(done.changes[0].kind, Kind::CertificateCleared);
    let (head, tail) = bare.split_at(64);
    let strange = with_certificate("", &format!("\u{feff}{head}\u{200b}\u{a0}\n{tail}"));
    assert_eq!(
        text(strange.as_bytes(), SPELLING),
        with_certificate("", &format!("{head}\n{tail}"))
    );
    // Two certificates in one element, something that is none, a comment: only people can tell.
    let block = format!("-----BEGIN CERTIFICATE-----\n{bare}\n-----END CERTIFICATE-----");
    for left_alone in [
        format!("{block}\n{block}"),
        "-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----".to_owned(),
        format!("<!-- -->{block}"),
    ] {
        assert!(
            repair(with_certificate("", &left_alone).as_bytes(), SPELLING)
                .expect("readable")
                .is_none(),
            "{left_alone}"
        );
    }
}

#[test]
fn namespaces_are_called_by_their_names() {
    let wrong = |text: String| {
        text.replace("http://www.w3.org/2000/09/xmldsig#", "https://www.w3.org/2000/09/xmldsig#")
    };
    let done = repaired(wrong(idp(ROLES)).as_bytes(), ALL);
    assert_eq!(String::from_utf8(done.bytes).expect("UTF-8"), idp(""));
    assert_eq!(
        done.changes.iter().map(|change| (change.kind, change.line)).collect::<Vec<_>>(),
        [
            (Kind::RoleDescriptorRemoved, 3),
            (Kind::RoleDescriptorRemoved, 6),
            (Kind::NamespaceCorrected, 8),
        ]
    );
    // Armour inside an element whose namespace is misspelled is found, too.
    let armoured = with_certificate(
        "",
        &format!("-----BEGIN CERTIFICATE-----{}-----END CERTIFICATE-----", certificate()),
    );
    assert_eq!(text(wrong(armoured).as_bytes(), SPELLING), idp(""));
}

#[test]
fn quotes_are_straightened_where_they_enclose_values() {
    let good = idp("").replace(
        "https://idp.example/\"",
        "https://idp.example/\" title='O\u{2019}Brien \u{201c}x\u{201d}'",
    );
    let bad = good
        .replace(
            "entityID=\"https://idp.example/\"",
            "entityID=\u{201c}https://idp.example/\u{201d}",
        )
        .replace("use=\"signing\"", "use=\u{2018}signing\u{2019}");
    let done = repaired(bad.as_bytes(), SPELLING);
    assert_eq!(
        String::from_utf8(done.bytes).expect("UTF-8"),
        good.replace("use=\"signing\"", "use='signing'")
    );
    assert_eq!(
        done.changes.iter().map(|change| (change.kind, change.line)).collect::<Vec<_>>(),
        [(Kind::QuotesStraightened, 2), (Kind::QuotesStraightened, 4),]
    );
    // Opened straight and closed typographically: where the value ends is a guess.
    let mixed = idp("").replace("use=\"signing\"", "use=\"signing\u{201d}");
    assert!(matches!(repair(mixed.as_bytes(), SPELLING), Err(Refusal::Broken { line: 4, .. })));
}

#[test]
fn bare_ampersands_are_escaped() {
    let query = |separator: &str| {
        idp("  <!-- a & b --><Extensions><x xmlns='urn:x'>&#38; &lt; A &amp; B<![CDATA[&]]></x></Extensions>\n")
            .replace("/saml2\"", &format!("/saml2?a=1{separator}b=2\""))
    };
    let done = repaired(query("&").as_bytes(), SPELLING);
    assert_eq!(String::from_utf8(done.bytes).expect("UTF-8"), query("&amp;"));
    assert_eq!(
        done.changes.iter().map(|change| (change.kind, change.line)).collect::<Vec<_>>(),
        [(Kind::AmpersandEscaped, 7)]
    );
    // What could be an entity is not guessed at.
    assert!(matches!(repair(query("&copy;").as_bytes(), SPELLING), Err(Refusal::Broken { .. })));
    let other = repair(b"<EntityDescriptor a='&'/>", SPELLING);
    assert_eq!(other.expect_err("refused"), Refusal::NotMetadata);
}

#[test]
fn positions_count_in_the_document_as_it_was() {
    let text = format!("\n\n{}", idp(ROLES)).replace(
        "entityID=\"https://idp.example/\"",
        "entityID=\u{201c}https://idp.example/\u{201d}",
    );
    let done = repaired(text.as_bytes(), ALL);
    assert_eq!(String::from_utf8(done.bytes).expect("UTF-8"), idp(""));
    assert_eq!(
        done.changes.iter().map(|change| (change.kind, change.line)).collect::<Vec<_>>(),
        [
            (Kind::StartCleared, 1),
            (Kind::QuotesStraightened, 4),
            (Kind::RoleDescriptorRemoved, 5),
            (Kind::RoleDescriptorRemoved, 8),
        ]
    );
}

#[test]
fn the_declaration_names_the_real_encoding() {
    let bytes = idp("").replace("utf-8", "utf-16");
    assert_eq!(text(bytes.as_bytes(), SPELLING), idp("").replace("utf-8", "UTF-8"));
    let wide = utf16(&format!("\u{feff}{}", idp("")), true);
    assert_eq!(
        repaired(&wide, SPELLING).bytes,
        utf16(&format!("\u{feff}{}", idp("").replace("utf-8", "UTF-16")), true)
    );
}

#[test]
fn what_cannot_be_repaired_is_refused() {
    let refused = |bytes: &[u8]| repair(bytes, ALL).expect_err("refused");
    let orphan = idp("  </RoleDescriptor>\n");
    assert!(matches!(refused(orphan.as_bytes()), Refusal::Broken { line: 3, .. }));
    assert!(matches!(
        refused(b"<!DOCTYPE a [<!ENTITY x 'y'>]><EntityDescriptor/>"),
        Refusal::Broken { .. }
    ));
    assert!(matches!(refused("<a>".repeat(100_000).as_bytes()), Refusal::Broken { .. }));
    assert_eq!(refused(&vec![b' '; MAX_DOCUMENT + 1]), Refusal::TooLarge(16));
    assert!(matches!(
        refused(&[&[0xff, 0xfe], utf16("<a/>", true).as_slice(), &[0]].concat()),
        Refusal::Undecodable(_)
    ));
    let only_roles = format!(
        "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"urn:a\" {XSI}><RoleDescriptor/></EntityDescriptor>"
    );
    assert_eq!(refused(only_roles.as_bytes()), Refusal::NothingLeft);
    let many = idp(&"<RoleDescriptor/><Extensions/>".repeat(MAX_EDITS + 1));
    assert_eq!(refused(many.as_bytes()), Refusal::TooMany);
}

#[test]
fn a_signature_of_its_own_is_kept_and_told() {
    let signature = "  <Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignedInfo/><SignatureValue>AAAA</SignatureValue></Signature>\n";
    let done = repaired(idp(&format!("{signature}{ROLES}")).as_bytes(), ALL);
    assert!(done.signed);
    assert_eq!(String::from_utf8(done.bytes).expect("UTF-8"), idp(signature));
}

/// Pieces that may stand beside roles, each on its own lines.
fn kept() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("  <!-- <RoleDescriptor> é -->\n".to_owned()),
        Just("\n".to_owned()),
        Just("\t<x:a xmlns:x='urn:x'  b = '>'\n c=\"&lt;RoleDescriptor/&gt;\" />  \n".to_owned()),
        Just("  <Extensions><y><![CDATA[</RoleDescriptor>]]></y></Extensions >\n".to_owned()),
        Just("<?p RoleDescriptor?>\n".to_owned()),
        "[ -~&&[^<>&]]{0,20}\n".prop_filter("ends in no blank", |text| !text.trim().is_empty()),
    ]
}

fn removed() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("  <RoleDescriptor/>\n"),
        Just("<RoleDescriptor a='>'><RoleDescriptor/></RoleDescriptor>  \n"),
        Just("\t<m:RoleDescriptor xmlns:m='urn:oasis:names:tc:SAML:2.0:metadata' xmlns='urn:z'>\n<RoleDescriptor/><!-- </m:RoleDescriptor> --></m:RoleDescriptor\n>\n"),
    ]
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(crate::seeds::fixed(150))]

    /// Outside the removed elements and their lines every byte stays, in every encoding.
    #[test]
    fn bytes_outside_edits_are_identical(
        pieces in prop::collection::vec((kept(), prop::option::of(removed())), 0..6),
        windows in any::<bool>(),
        mark in any::<bool>(),
        wide in any::<bool>(),
    ) {
        let document = |roles: bool| {
            let middle: String = pieces
                .iter()
                .flat_map(|(kept, removed)| [Some(kept), removed.as_ref().filter(|_| roles)])
                .flatten()
                .cloned()
                .collect();
            let mut text = idp(&middle);
            if windows {
                text = text.replace('\n', "\r\n");
            }
            match (wide, mark) {
                (true, _) => utf16(&format!("\u{feff}{}", text.replace("\"utf-8\"", "\"utf-16\"")), true),
                (false, true) => format!("\u{feff}{text}").into_bytes(),
                (false, false) => text.into_bytes(),
            }
        };
        let done = repair(&document(true), ALL).expect("repairable");
        let bytes = done.map_or_else(|| document(true), |done| done.bytes);
        // Between two removed elements nothing but white space may stand: it goes with them.
        prop_assume!(!pieces.windows(2).any(|pair| pair[0].1.is_some() && pair[1].0.trim().is_empty()));
        prop_assert_eq!(bytes, document(false));
    }

    /// Nothing makes it panic.
    #[test]
    fn anything_may_be_handed_in(bytes in prop::collection::vec(any::<u8>(), 0..300), roles in any::<bool>()) {
        let _ = repair(&bytes, if roles { ALL } else { SPELLING });
    }

    /// Damaged documents are refused or repaired, never panicked over.
    #[test]
    fn damage_is_survived(at in 0usize..2000, with in "[<>/\"'=&! “]{0,3}", length in 0usize..40) {
        let mut text = idp(ROLES);
        let start = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let end = (start..=(start + length).min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(start);
        text.replace_range(start..end, &with);
        if let Ok(Some(done)) = repair(text.as_bytes(), ALL) {
            prop_assert!(crate::saml::xml::parse(std::str::from_utf8(&done.bytes).expect("UTF-8")).is_ok());
        }
    }
}

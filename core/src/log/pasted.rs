//! Text somebody pasted: an error as a page or a log stated it, copied into a ticket or a file.
//!
//! Prose is not evidence. It becomes some where it quotes a vendor's code, or a sentence that only one product
//! writes; general words such as "access denied" stand in any mail. A text that quotes many different ones explains
//! errors and reports none, and in the source of a program they stand as what it may say one day.

use crate::redact::shown;
use crate::spoken;
use diag_products::{Products, Proven, Role, Scope, Where};
use diag_sdk::case::exchange::Phrase;
use diag_sdk::case::judgement::{Part, Party};
use diag_sdk::case::witness::Witness;
use diag_sdk::{Meaning, Place, Vendor, Writer};

/// Longest text that is looked at, in bytes.
const LONGEST: usize = 64 << 10;
/// More different codes, or statements, are an explanation rather than an error.
const MOST: usize = 3;
/// Characters of a sentence that are shown.
const SHOWN: usize = 240;

/// What the text states; `line` tells on which line of the file a byte of it stands.
pub(crate) fn read(
    input: &str,
    text: &str,
    line: &dyn Fn(usize) -> usize,
    products: &Products,
) -> Vec<Witness> {
    if text.len() > LONGEST || is_source(text) {
        return Vec::new();
    }
    let codes = products.codes_in(text);
    if codes.len() > MOST {
        return Vec::new();
    }
    let mut witnesses: Vec<Witness> =
        codes.iter().filter_map(|code| of_code(input, text, code, line, products)).collect();
    let mut meanings: Vec<Meaning> = Vec::new();
    for place in [Where::Log, Where::Page] {
        for found in products.find(text, &Scope { place, proven: Proven::default() }) {
            let Some(vendor) = found.writer().and_then(|_| Vendor::read(&found.product.id)) else {
                continue;
            };
            if found.text.means == Meaning::Unknown || meanings.contains(&found.text.means) {
                continue;
            }
            meanings.push(found.text.means);
            let party = if found.product.roles == [Role::Idp] { Party::Idp } else { Party::Sp };
            // A code and the sentence behind it state one thing.
            if witnesses.iter().any(|known| {
                known.party == party && !known.codes.is_empty() && known.phrase.vendor == vendor
            }) {
                continue;
            }
            witnesses.push(Witness {
                place: at(input, line(found.start)),
                party,
                phrase: spoken::phrase(&found, text, Part::Pasted),
                ..Witness::default()
            });
        }
    }
    if meanings.len() > MOST { Vec::new() } else { witnesses }
}

fn of_code(
    input: &str,
    text: &str,
    code: &str,
    line: &dyn Fn(usize) -> usize,
    products: &Products,
) -> Option<Witness> {
    let known = products.code(code)?;
    let start = text.to_ascii_uppercase().find(code)?;
    let rest = text.get(start..)?;
    let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
    let phrase = Phrase {
        writer: Writer::Product(known.product.clone()),
        vendor: known.vendor,
        meaning: known.meaning,
        text: shown(rest.get(..end)?.trim(), SHOWN),
        part: Part::Pasted,
        ..Phrase::default()
    };
    Some(Witness {
        place: at(input, line(start)),
        party: Party::Idp,
        phrase,
        codes: vec![code.to_owned()],
        ..Witness::default()
    })
}

fn at(input: &str, line: usize) -> Place {
    Place { input: input.to_owned(), line: u32::try_from(line).ok(), ..Place::default() }
}

/// The text of a program, or of its configuration.
fn is_source(text: &str) -> bool {
    let begins = [
        "#!",
        "<?",
        "<%",
        "package ",
        "import ",
        "using ",
        "#include",
        "from ",
        "// ",
        "/*",
        "'use strict'",
        "\"use strict\"",
        "namespace ",
    ];
    let first = text.trim_start();
    let lines = text.lines().filter(|line| !line.trim().is_empty()).take(200);
    let (mut all, mut code) = (0_usize, 0_usize);
    for line in lines {
        all += 1;
        let line = line.trim_end();
        code += usize::from(
            line.ends_with([';', '{', '}']) || line.ends_with("):") || line.ends_with("=>"),
        );
    }
    begins.iter().any(|word| first.starts_with(word)) || code * 3 > all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<Witness> {
        read("i1", text, &|at| text[..at].matches('\n').count() + 1, &Products::builtin())
    }

    #[test]
    fn a_code_is_evidence_wherever_it_is_pasted() {
        let text = "Hello,\n\nsince today people get:\n\nAADSTS50011: The reply URL 'https://sp.example/acs' specified in the request does not match.\nTrace ID: 1\n\nRegards";
        let all = told(text);
        assert_eq!(all.len(), 1, "{all:?}");
        assert_eq!(
            (all[0].party, all[0].phrase.meaning, all[0].place.line),
            (Party::Idp, Meaning::Acs, Some(5))
        );
        assert_eq!(all[0].codes, ["AADSTS50011"]);
    }

    #[test]
    fn a_sentence_of_a_product_is_evidence_and_general_words_are_not() {
        let all = told(
            "opensaml::SecurityPolicyException\nMessage was signed, but signature could not be verified.",
        );
        assert_eq!(
            all.first().map(|witness| (witness.party, witness.phrase.meaning)),
            Some((Party::Sp, Meaning::Signature))
        );
        assert!(
            told("People say: Access denied. Please help, the certificate is expired.").is_empty()
        );
    }

    #[test]
    fn explanations_and_programs_state_nothing() {
        let list =
            "AADSTS50011 means a, AADSTS50105 means b, AADSTS700016 means c, AADSTS75011 means d";
        assert!(told(list).is_empty());
        assert!(told("<?php\nthrow new Exception('AADSTS50011');\n").is_empty());
        assert!(
            told("def handle(code):\n    if code == 'AADSTS50011':\n        return {\n").is_empty()
        );
    }
}

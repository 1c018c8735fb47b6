//! Sentences and what they mean, from a table that people read and extend: `tests/stated.toml`.

use super::read;
use diag_sdk::Meaning;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    reason: Vec<Reason>,
    silent: Silent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    text: String,
    means: Meaning,
    expected: Option<String>,
    actual: Option<String>,
    attribute: Option<String>,
    /// Where somebody was told so.
    #[serde(rename = "source")]
    _source: Option<String>,
}

/// Sentences that state no reason, or none in these words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Silent {
    texts: Vec<String>,
}

fn table() -> Table {
    toml::from_str(include_str!("../../tests/stated.toml")).expect("the table reads")
}

#[test]
fn stated_reasons_are_read_by_their_kind() {
    let mut wrong = Vec::new();
    for reason in table().reason {
        let read = read(&reason.text);
        let value = |name: &str| {
            read.as_ref()?
                .values
                .iter()
                .find(|(own, _)| *own == name)
                .map(|(_, value)| value.clone())
        };
        let mut complain = |what: &str, wanted: &Option<String>| {
            if value(what) != *wanted {
                wrong.push(format!(
                    "{}\n    {what}: {:?}, wanted {wanted:?}",
                    reason.text,
                    value(what)
                ));
            }
        };
        complain("expected", &reason.expected);
        complain("actual", &reason.actual);
        complain("attribute", &reason.attribute);
        let meaning = read.as_ref().map(|read| read.meaning);
        if meaning != Some(reason.means) {
            wrong.push(format!(
                "{}\n    read as {meaning:?}, means {:?}",
                reason.text, reason.means
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_states_no_reason_is_none() {
    let loud: Vec<String> = table()
        .silent
        .texts
        .iter()
        .filter_map(|text| Some(format!("{text}\n    read as {:?}", read(text)?.meaning)))
        .collect();
    assert!(loud.is_empty(), "{} wrong:\n{}", loud.len(), loud.join("\n"));
}

#[test]
fn any_text_is_read_to_the_bound() {
    for text in [
        "'",
        "«",
        "no ",
        "expected 'x' ",
        "a_b",
        "not not ",
        "user is not ",
        "\u{301}",
        "É",
        "((((",
        "x://",
        "account locked? ",
    ] {
        let long = text.repeat(20_000);
        let words = super::tokens::tokens(&long, super::Vocabulary::builtin());
        assert!(words.len() <= 220, "{text}: {} words", words.len());
        let _ = read(&long);
    }
}

#[test]
fn what_is_quoted_is_one_word_wherever_it_stands() {
    for text in [
        "missing 'user account'",
        "\"identity provider\"",
        "“name id format” unknown",
        "the 'e mail address'",
    ] {
        let _ = read(text);
    }
}

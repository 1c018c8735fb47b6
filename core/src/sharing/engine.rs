//! Replaces every known value in a text, in whatever encodings it stands, and what is cut wherever it stands.

use super::around::Around;
use super::certificates;
use super::deep::{DEEPEST, every_layer};
use super::edit::{Edit, Edits, apply};
use super::folded;
use super::kind::Kind;
use super::layers;
use super::lexicon::{Lexicon, canonical};
use super::people;
use super::standing;
use super::unknown;
use super::words::Names;
use crate::mask;
use std::ops::Range;

/// The edits that a text needs.
pub(super) fn edits(lexicon: &Lexicon, text: &str) -> Vec<Edit> {
    at_depth(lexicon, text, 0)
}

/// What is known of a text, and nothing else.
fn known(lexicon: &Lexicon, text: &str) -> Vec<Edit> {
    let known = lexicon.find(text).map(|(range, kind, mark)| Edit {
        range,
        with: mark.into_owned(),
        values: vec![(kind, 1)],
    });
    known.collect()
}

fn at_depth(lexicon: &Lexicon, text: &str, depth: usize) -> Vec<Edit> {
    let mut edits = Edits::default();
    for (range, kind, mark) in lexicon.find(text) {
        edits.add(Edit { range, with: mark.into_owned(), values: vec![(kind, 1)] });
    }
    for one in standing::cut(text) {
        laid_out(lexicon, text, one.range, one.kind, &mut edits);
    }
    // Short values and plain words are replaced only where a name says what they are.
    let told = standing::named(text, Around::Data).into_iter().map(|one| one.range);
    for range in told.chain(unknown::parameters(text)) {
        let value = text.get(range.clone()).unwrap_or_default();
        let plain = canonical(value);
        // What is encoded in part only may be cut into several pieces below, of which none is the value.
        let kind = if plain == value { lexicon.kind_in_place(value) } else { lexicon.kind(&plain) };
        if let Some(kind) = kind {
            edits.add(Edit { range, with: whole(lexicon, value, kind), values: vec![(kind, 1)] });
        }
    }
    if !lexicon.names().is_empty() {
        named(lexicon.names(), text, &mut edits);
    }
    for layer in layers::quoted(text).into_iter().chain(layers::across(text)) {
        let mut inner = known(lexicon, &layer.text);
        // A reference whose own signs are encoded: `%26%2333;`.
        if let Some(beneath) = layers::markup(&layer.text) {
            beneath.back(&known(lexicon, &beneath.text), &mut inner);
        }
        let mut outer = Vec::new();
        layer.back(&inner, &mut outer);
        for edit in outer {
            edits.add(edit);
        }
    }
    if depth < DEEPEST {
        for layer in layers::of(text) {
            let inner = at_depth(lexicon, &layer.text, depth + 1);
            let mut outer = Vec::new();
            layer.back(&inner, &mut outer);
            for edit in outer {
                edits.add(edit);
            }
        }
    }
    edits.all()
}

/// Replaces names: where somebody is named, where their words stand by themselves, and in certificates.
fn named(names: &Names, text: &str, edits: &mut Edits) {
    for place in people::places(text) {
        let value = text.get(place.range.clone()).unwrap_or_default();
        for edit in name(names, value) {
            edits.add(Edit {
                range: place.range.start + edit.range.start..place.range.start + edit.range.end,
                ..edit
            });
        }
    }
    for (range, kind, with) in names.find(text) {
        edits.add(Edit { range, with, values: vec![(kind, 1)] });
    }
    for layer in layers::certificates(text) {
        let mut outer = Vec::new();
        layer.back(&certificates::edits(names, &layer.text), &mut outer);
        for edit in outer {
            edits.add(edit);
        }
    }
}

/// Replaces every word of a text that is a name, in the encoding it is written in.
pub(super) fn name(names: &Names, value: &str) -> Vec<Edit> {
    if let Some(layer) = layers::whole(value) {
        let mut out = Vec::new();
        layer.back(&name(names, &layer.text), &mut out);
        return out;
    }
    let word = |range: Range<usize>| {
        let (kind, with) = names.in_place(value.get(range.clone())?)?;
        Some(Edit { range, with, values: vec![(kind, 1)] })
    };
    people::words(value).into_iter().filter_map(word).collect()
}

/// Replaces a value that may be folded into lines; where it is written with references, the layer below does.
fn laid_out(lexicon: &Lexicon, text: &str, range: Range<usize>, kind: Kind, edits: &mut Edits) {
    let Some(value) = text.get(range.clone()).filter(|value| !value.contains(['&', '\\', '%']))
    else {
        return;
    };
    let compact = folded::compact(value);
    if compact.is_empty() || mask::is_marked(&compact) {
        return;
    }
    let mark = lexicon.mark(&compact, kind);
    let mut mark = mark.chars();
    let mut values = vec![(kind, 1)];
    for run in folded::runs(value) {
        let letters = value.get(run.clone()).unwrap_or_default().chars().count();
        let with: String = mark.by_ref().take(letters).collect();
        edits.add(Edit {
            range: range.start + run.start..range.start + run.end,
            with,
            values: std::mem::take(&mut values),
        });
    }
}

/// A value that goes as a whole, in the encoding it is written in.
pub(super) fn whole(lexicon: &Lexicon, value: &str, kind: Kind) -> String {
    if mask::is_marked(value) || value.trim().is_empty() {
        return value.to_owned();
    }
    if let Some(layer) = layers::whole(value) {
        let with = whole(lexicon, &layer.text, kind);
        if with == layer.text {
            return value.to_owned();
        }
        let mut out = Vec::new();
        layer.back(&[Edit { range: 0..layer.text.len(), with, values: vec![(kind, 1)] }], &mut out);
        return apply(value, &out);
    }
    lexicon.mark(value, kind)
}

/// Every value in a text that is known by what stands around it, in whatever encoding.
pub(super) fn values_in(text: &str, around: Around, take: &mut impl FnMut(&str, Kind)) {
    every_layer(text, &mut |layer| {
        for one in standing::cut(layer) {
            let value = layer.get(one.range).unwrap_or_default();
            if !value.contains(['&', '\\', '%']) {
                take(&folded::compact(value), one.kind);
            }
        }
        for one in standing::named(layer, around) {
            take(layer.get(one.range).unwrap_or_default(), one.kind);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::super::lexicon::Collecting;
    use super::super::words::Gathered;
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use flate2::Compression;
    use flate2::read::DeflateEncoder;
    use std::io::Read;

    type Form<'a> = &'a dyn Fn(&str) -> String;

    const SECRET: &str = "aB3/dE5+gH7jK9mN1==";

    fn redacted(text: &str) -> String {
        let mut collecting = Collecting::default();
        collecting.add(SECRET, Kind::Token);
        let lexicon = collecting.settle(b"salt", Gathered::default());
        apply(text, &edits(&lexicon, text))
    }

    fn percent(text: &str) -> String {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    }

    fn deflated(text: &str) -> String {
        let mut out = Vec::new();
        DeflateEncoder::new(text.as_bytes(), Compression::default())
            .read_to_end(&mut out)
            .expect("packs");
        STANDARD.encode(out)
    }

    #[test]
    fn a_value_goes_in_every_encoding_and_its_mark_is_one() {
        let mark = redacted(SECRET);
        assert!(mask::is_mark(&mark) && mark.len() == SECRET.len(), "{mark}");
        let json = |text: &str| {
            serde_json::to_string(&serde_json::json!({"a": format!("<{text}\">\n")})).expect("JSON")
        };
        let markup = |text: &str| {
            format!("<a x=\"1&amp;2\">{}</a>", text.replace('/', "&#x2F;").replace('+', "&#43;"))
        };
        let base64 = |text: &str| STANDARD.encode(format!("{{\"token\":\"{text}\"}}"));
        let url = |text: &str| URL_SAFE_NO_PAD.encode(format!("some {text} text é"));
        let wide = |text: &str| {
            let text = format!("\u{feff}<a>{text}</a>");
            STANDARD.encode(text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>())
        };
        let xml = |text: &str| deflated(&format!("<a>{text}</a>"));
        let each = |text: &str, form: &dyn Fn(u32) -> String| {
            text.chars().map(|letter| form(u32::from(letter))).collect::<Vec<_>>().concat()
        };
        let unicode = |text: &str| each(text, &|letter| format!("%u{letter:04X}"));
        let braced = |text: &str| each(text, &|letter| format!("\\u{{{letter:x}}}"));
        let open = |text: &str| each(text, &|letter| format!("&#{letter}"));
        let forms: [(&str, Form<'_>); 18] = [
            ("unicode in percent", &unicode),
            ("the same, in percent once more", &|text| format!("a={}", percent(&unicode(text)))),
            ("braces", &|text| format!("<p>{}</p>", braced(text))),
            ("octal", &|text| text.replace('/', "\\057").replace('=', "\\075")),
            ("references without an end", &|text| format!("<p>{}</p>", open(text))),
            ("references by name", &|text| {
                text.replace('/', "&sol;").replace('+', "&plus;").replace('=', "&equals;")
            }),
            ("two bytes, as scripts write them", &|text| text.replace('/', "%u002f")),
            ("plain", &|text| format!("x {text} y")),
            ("percent", &|text| format!("https://a.example/?x={}&y=1", percent(text))),
            ("percent twice", &|text| format!("a={}", percent(&percent(text)))),
            ("JSON", &json),
            ("JSON in JSON", &|text| json(&json(text))),
            ("markup", &markup),
            ("base64", &base64),
            ("base64 in base64 in percent", &|text| {
                format!("v={}", percent(&STANDARD.encode(base64(text))))
            }),
            ("two bytes for each letter in base64", &wide),
            ("base64 of URLs", &url),
            ("JSON around base64 of markup", &|text| json(&STANDARD.encode(markup(text)))),
        ];
        for (name, form) in forms {
            let out = redacted(&form(SECRET));
            // Edits keep what they do not touch, so the same form of the mark comes out, but for which characters are escaped.
            let mut seen = false;
            every_layer(&out, &mut |layer| {
                seen |= layer.contains(&mark);
                assert!(!layer.contains(SECRET), "{name}: {layer}");
            });
            assert!(seen, "{name}: {out}");
            assert_eq!(redacted(&out), out, "{name}: a second run changes nothing");
        }
        let out = redacted(&format!("https://a.example/?SAMLRequest={}", percent(&xml(SECRET))));
        let mut seen = false;
        every_layer(&out, &mut |layer| seen |= *layer == format!("<a>{mark}</a>"));
        assert!(seen, "{out}");
    }

    #[test]
    fn what_is_known_goes_from_mails() {
        for (secret, text) in [
            ("aB3=dE5gH7jK", "a password: aB3=3DdE5gH7jK."),
            ("aB3=dE5gH7jK", "a password: aB3=3Dd=\r\nE5gH7jK."),
            ("aB3=dE5gH7jK", "x=%3Dy&v=aB3%3D3DdE5gH7jK"),
            ("kzüqw!vx12", "typed kz=C3=BCqw=21vx12"),
            ("kzqw!vx12", "https://a.example/?e=kzqw%26%2333;vx12&x=%20"),
            ("kzqw!vx12", "https://a.example/?e=kzqw%26excl%3Bvx12"),
            ("kzüqw!vx12", "{\"a\":\"kz=C3=BCqw=\\nvx\",\"b\":\"kz=C3=BC=\\r\\nqw!vx12\"}"),
        ] {
            let mut collecting = Collecting::default();
            collecting.add(secret, Kind::Password);
            let lexicon = collecting.settle(b"salt", Gathered::default());
            let copy = apply(text, &edits(&lexicon, text));
            assert_ne!(copy, text);
            assert!(!copy.contains("gH7jK") && !copy.contains("vx12"), "{copy}");
            assert_eq!(apply(&copy, &edits(&lexicon, &copy)), copy);
        }
    }

    #[test]
    fn a_value_that_names_another_goes_as_a_whole() {
        for value in
            ["Qzabcdef%2142/token=h5m6fy1fzzzQabcd12w/w", "Qzabcdef42x/token=h5m6fy1fzzzQabcd12w/w"]
        {
            let text = format!("https://sp.example/acs?password={value}");
            let mut collecting = Collecting::default();
            super::super::gather::text(&mut collecting, &text, Around::Data, true);
            let lexicon = collecting.settle(b"salt", Gathered::default());
            let text = apply(&text, &edits(&lexicon, &text));
            assert!(!text.contains("Qzabc"), "{text}");
        }
    }

    #[test]
    fn plain_words_go_where_their_name_says_what_they_are() {
        let mut collecting = Collecting::default();
        collecting.add("hunter", Kind::Password);
        let lexicon = collecting.settle(b"salt", Gathered::default());
        let redacted = |text: &str| apply(text, &edits(&lexicon, text));
        for text in [
            "user=ann&passwd=hunter&x=1",
            "{\"password\":\"hunter\"}",
            "{\"a\":\"{\\\"password\\\":\\\"hunter\\\"}\"}",
            "u=https%3A%2F%2Fa.example%2F%3Fpin%3Dhunter",
        ] {
            let out = redacted(text);
            assert!(!out.contains("hunter") && out.len() == text.len(), "{out}");
            assert_eq!(redacted(&out), out);
        }
        assert_eq!(redacted("the hunter is a word"), "the hunter is a word");
    }

    #[test]
    fn faults_of_encoding_stay() {
        // Blanks where a plus was lost, padding lost, cut short.
        let text = format!("<a>{} {SECRET} </a>", "~~~>>>???".repeat(4));
        let whole = STANDARD.encode(&text);
        assert!(whole.contains('+'));
        let lost = whole.replace('+', " ");
        let out = redacted(&lost);
        assert_ne!(out, lost);
        assert_eq!(out.matches(' ').count(), lost.matches(' ').count());
        let cut = &whole[..whole.len() - 7];
        assert_eq!(redacted(cut).len(), cut.len());
    }

    #[test]
    fn folded_signatures_keep_their_lines() {
        let text = "<ds:SignatureValue>\nAbCdEfGh12345678\nIjKlMnOp==\n</ds:SignatureValue>";
        let out = redacted(text);
        assert!(
            !out.contains("AbCd")
                && !out.contains("IjKl")
                && out.len() == text.len()
                && out.matches('\n').count() == 3,
            "{out}"
        );
        assert_eq!(redacted(&out), out);
        let text = "<ds:SignatureValue><!--x-->AbCdEfGh12345678<!-- y --><![CDATA[IjKlMnOp==]]></ds:SignatureValue>";
        let out = redacted(text);
        assert!(!out.contains("AbCd") && !out.contains("IjKl") && out.len() == text.len(), "{out}");
        assert!(
            out.contains("<!--x-->")
                && out.contains("<!-- y --><![CDATA[")
                && out.contains("==]]></ds"),
            "{out}"
        );
    }
}

//! Fields of posted forms, decoded exactly once.
//!
//! A RelayState that was encoded twice must still show its second layer, and a SAMLResponse keeps
//! the text it was posted with: both are evidence. So it matters which exporters hand over values
//! as sent and which decode them first (see [`from_params`]).

use crate::bounds::Gauge;
use crate::evidence::FormField;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// Fields of an `application/x-www-form-urlencoded` text. `params` are the names the exporter lists
/// beside the text: where they agree, the pointer of a field leads to its own value there.
pub(super) fn from_text(
    text: &str,
    params: &[(Cow<'_, str>, Cow<'_, str>)],
    most: &Gauge,
) -> Vec<FormField> {
    most.first_of(text.split('&').filter(|pair| !pair.is_empty()))
        .enumerate()
        .map(|(index, pair)| {
            let (name, raw) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = decode_once(name);
            let listed =
                params.get(index).is_some_and(|(listed, _)| *listed == decoded || *listed == name);
            let pointer = if listed {
                format!("/request/postData/params/{index}/value")
            } else {
                "/request/postData/text".to_owned()
            };
            FormField { name: decoded, value: decode_once(raw), raw: Some(raw.to_owned()), pointer }
        })
        .collect()
}

/// Fields of which only the exporter's list exists. Chrome's developer tools list values as sent;
/// Firefox, Playwright, chrome-har, Chrome HAR Capturer and mitmproxy list them decoded. The values
/// themselves decide where they can, since files pass through many hands; `as_sent` says what the
/// producer is known to do where they cannot.
pub(super) fn from_params(
    params: &[(Cow<'_, str>, Cow<'_, str>)],
    as_sent: bool,
    most: &Gauge,
) -> Vec<FormField> {
    let encoded = still_encoded(params).unwrap_or(as_sent);
    most.first_of(params)
        .enumerate()
        .map(|(index, (name, value))| FormField {
            name: if encoded { decode_once(name) } else { name.clone().into_owned() },
            value: if encoded { decode_once(value) } else { value.clone().into_owned() },
            raw: encoded.then(|| value.clone().into_owned()),
            pointer: format!("/request/postData/params/{index}/value"),
        })
        .collect()
}

/// Whether the values betray that they are still encoded, or that they are not.
fn still_encoded(params: &[(Cow<'_, str>, Cow<'_, str>)]) -> Option<bool> {
    let sent_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"*-._+%~!'()".contains(&byte);
    if params.iter().any(|(name, value)| !name.bytes().chain(value.bytes()).all(sent_byte)) {
        return Some(false);
    }
    // Base64 has no percent sign of its own.
    params
        .iter()
        .find(|(name, _)| matches!(&**name, "SAMLResponse" | "SAMLRequest" | "wresult"))
        .filter(|(_, value)| value.contains('%'))
        .map(|_| true)
}

/// Undoes one layer of form encoding: `+` and `%XX`. Bytes that are no UTF-8 become `U+FFFD`.
pub(super) fn decode_once(text: &str) -> String {
    if !text.contains(['%', '+']) {
        return text.to_owned();
    }
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Fields of a `multipart/form-data` text, files left out.
pub(super) fn from_multipart(text: &str, mime: &str, most: &Gauge) -> Vec<FormField> {
    let Some(boundary) = mime.split(';').find_map(|part| part.trim().strip_prefix("boundary="))
    else {
        return Vec::new();
    };
    let boundary = boundary.trim_matches('"');
    if boundary.is_empty() {
        return Vec::new();
    }
    most.first_of(text.split(&format!("--{boundary}")))
        .filter_map(|part| {
            let (head, value) = part.split_once("\r\n\r\n").or_else(|| part.split_once("\n\n"))?;
            if head.contains("filename=") {
                return None;
            }
            let name = head.split_once("name=\"")?.1.split_once('"')?.0;
            let value =
                value.strip_suffix("\r\n").or_else(|| value.strip_suffix('\n')).unwrap_or(value);
            Some(FormField {
                name: name.to_owned(),
                value: value.to_owned(),
                raw: None,
                pointer: "/request/postData/text".to_owned(),
            })
        })
        .collect()
}

/// Older Firefox puts the headers of an upload stream before its body; they are no part of the form.
pub(super) fn without_upload_headers(text: &str) -> &str {
    let begins_so = text.get(..8).is_some_and(|head| head.eq_ignore_ascii_case("content-"));
    if begins_so { text.split_once("\r\n\r\n").map_or(text, |(_, body)| body) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Gauge {
        Gauge::new(u64::MAX)
    }

    fn params(
        pairs: &[(&'static str, &'static str)],
    ) -> Vec<(Cow<'static, str>, Cow<'static, str>)> {
        pairs.iter().map(|(name, value)| (Cow::Borrowed(*name), Cow::Borrowed(*value))).collect()
    }

    #[test]
    fn text_is_decoded_once_and_kept_raw() {
        let fields = from_text(
            "SAMLResponse=PHM%2BQQ%3D%3D&RelayState=%252Fazure%252Fhub&a+b=c+d&flag",
            &[],
            &all(),
        );
        assert_eq!(fields[0].value, "PHM+QQ==");
        assert_eq!(fields[0].raw.as_deref(), Some("PHM%2BQQ%3D%3D"));
        assert_eq!(fields[1].value, "%2Fazure%2Fhub");
        assert_eq!((fields[2].name.as_str(), fields[2].value.as_str()), ("a b", "c d"));
        assert_eq!((fields[3].name.as_str(), fields[3].value.as_str()), ("flag", ""));
        assert_eq!(fields[3].pointer, "/request/postData/text");
    }

    #[test]
    fn pointers_lead_to_the_listed_value_where_the_list_agrees() {
        let listed = params(&[("a", "1"), ("other", "2")]);
        let fields = from_text("a=1&b=2", &listed, &all());
        assert_eq!(fields[0].pointer, "/request/postData/params/0/value");
        assert_eq!(fields[1].pointer, "/request/postData/text");
    }

    #[test]
    fn listed_values_are_decoded_only_where_they_are_as_sent() {
        // As the developer tools list them.
        let fields = from_params(
            &params(&[("SAMLResponse", "PHM%2B"), ("RelayState", "%252Fhub")]),
            false,
            &all(),
        );
        assert_eq!((fields[0].value.as_str(), fields[1].value.as_str()), ("PHM+", "%2Fhub"));
        // As everyone else does: the slash in one value tells about the other.
        let fields = from_params(
            &params(&[("SAMLResponse", "PHM/"), ("RelayState", "%2Fhub")]),
            true,
            &all(),
        );
        assert_eq!((fields[0].value.as_str(), fields[1].value.as_str()), ("PHM/", "%2Fhub"));
        assert_eq!(fields[0].raw, None);
        // Nothing tells: the producer's habit decides.
        assert_eq!(
            from_params(&params(&[("RelayState", "%2Fhub")]), true, &all())[0].value,
            "/hub"
        );
        assert_eq!(
            from_params(&params(&[("RelayState", "%2Fhub")]), false, &all())[0].value,
            "%2Fhub"
        );
    }

    #[test]
    fn multipart_fields_are_found() {
        let text = "--b\r\nContent-Disposition: form-data; name=\"RelayState\"\r\n\r\n/hub\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\nzzz\r\n--b--\r\n";
        let fields = from_multipart(text, "multipart/form-data; boundary=b", &all());
        assert_eq!(fields.len(), 1);
        assert_eq!((fields[0].name.as_str(), fields[0].value.as_str()), ("RelayState", "/hub"));
    }

    #[test]
    fn upload_headers_of_firefox_are_cut() {
        assert_eq!(
            without_upload_headers(
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=1"
            ),
            "a=1"
        );
        assert_eq!(without_upload_headers("a=1"), "a=1");
        assert_eq!(without_upload_headers("é"), "é");
    }
}

//! Bodies of bytes: protocol buffers, MessagePack, CBOR and what else is packed without names. Nothing in them says what a
//! value is, so that none is kept.

use super::kind::Kind;
use super::receipt::Tally;
use serde_json::{Map, Value};

/// What names of such types have in them.
const TYPES: &[&str] = &[
    "grpc",
    "protobuf",
    "x-proto",
    "+proto",
    "msgpack",
    "messagepack",
    "cbor",
    "bson",
    "x-amf",
    "avro",
    "thrift",
    "fido",
    "octet-stream",
    "gzip",
    "x-java-serialized",
    "x-gwt-rpc",
];
/// Beginnings of types whose bodies are read.
const READ: &[&str] = &["text/html", "text/xml", "application/xml", "application/json"];

/// Takes the body of bytes out of what was posted, or of a content. Its name says where it stood.
pub(super) fn without(body: &mut Value, tally: &mut Tally, name: &str) {
    let Some(object) = body.as_object_mut() else { return };
    let Some(text) = object.get("text").and_then(Value::as_str).filter(|text| !text.is_empty())
    else {
        return;
    };
    let mime = member(object, "mimeType").to_ascii_lowercase();
    let typed = TYPES.iter().any(|part| mime.contains(part));
    let encoded = member(object, "encoding").eq_ignore_ascii_case("base64");
    if typed && (encoded || mime.contains("text") || is_binary(text)) || is_packed(&mime, text) {
        object.remove("text");
        object.remove("encoding");
        tally.add(&format!("{name}.text"), Kind::Body, 1);
    }
}

fn member<'o>(object: &'o Map<String, Value>, name: &str) -> &'o str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// What no text has in it: bytes below the blank other than those of lines, or letters of no language for bytes above.
fn is_binary(text: &str) -> bool {
    text.chars().any(|letter| {
        letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')
            || letter == char::REPLACEMENT_CHARACTER
    }) || !text.is_empty()
        && text.chars().all(|letter| u32::from(letter) < 0x100)
        && text.chars().any(|letter| u32::from(letter) >= 0x80)
}

/// Whatever it is called: it begins with bytes that no text begins with.
fn is_packed(mime: &str, text: &str) -> bool {
    const GZIP: &str = "\u{1f}";
    !READ.iter().any(|read| mime.starts_with(read))
        && (text.starts_with(GZIP) || text.starts_with('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn left(mime: &str, text: &str, encoding: Option<&str>) -> bool {
        let mut body = json!({"mimeType": mime, "text": text});
        if let Some(encoding) = encoding {
            body["encoding"] = json!(encoding);
        }
        let mut tally = Tally::default();
        without(&mut body, &mut tally, "request.postData");
        let left = body.get("text").is_some();
        assert_eq!(tally.into_changes().is_empty(), left);
        left
    }

    #[test]
    fn bodies_of_bytes_go() {
        for (mime, text, encoding) in [
            ("application/grpc-web+proto", "\0\0\0\0\u{d}\n\u{3}ann\u{12}\u{6}kzq!wv", None),
            ("application/grpc-web-text", "AAAAAA0KA2FubhIGa3pxIXd2", None),
            ("application/x-protobuf", "CgNhbm4SBmt6cSF3dg==", Some("base64")),
            ("application/msgpack", "\u{82}¤user£ann¤pass¦kzq!wv", None),
            ("application/cbor; charset=x", "¢auann", None),
            ("application/x-www-form-urlencoded", "\u{1f}\u{8b}\u{8}\0x", None),
        ] {
            assert!(!left(mime, text, encoding), "{mime}");
        }
    }

    #[test]
    fn texts_stay() {
        for (mime, text) in [
            ("application/octet-stream", "SAMLResponse=PHNhbWxw&RelayState=x"),
            ("application/json", "{\"a\":\"é\"}"),
            ("text/html; charset=utf-8", "<html>é</html>"),
            (
                "multipart/form-data; boundary=b",
                "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\0\r\n--b--",
            ),
            ("application/protobuf", "name: \"ann\""),
        ] {
            assert!(left(mime, text, None), "{mime}");
        }
    }
}

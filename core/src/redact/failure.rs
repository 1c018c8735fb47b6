//! Why there was no answer, in the browser's words: codes and the words of networks, nothing else.
//!
//! Recorders put there what their library says, and that may quote the address with all that is in it.

use super::shown;

/// Words in which browsers and libraries say why a connection failed.
const WORDS: &[&str] = &[
    "a",
    "abort",
    "aborted",
    "access",
    "address",
    "after",
    "an",
    "and",
    "answer",
    "at",
    "authority",
    "be",
    "because",
    "before",
    "blocked",
    "bound",
    "browser",
    "by",
    "cancelled",
    "canceled",
    "cannot",
    "can't",
    "cert",
    "certificate",
    "chain",
    "cipher",
    "client",
    "closed",
    "common",
    "connect",
    "connected",
    "connecting",
    "connection",
    "content",
    "cookies",
    "cors",
    "could",
    "couldn't",
    "data",
    "date",
    "denied",
    "did",
    "disconnected",
    "dns",
    "document",
    "does",
    "domain",
    "during",
    "either",
    "empty",
    "end",
    "error",
    "established",
    "exceeded",
    "expected",
    "expired",
    "failed",
    "failure",
    "fetch",
    "file",
    "for",
    "frame",
    "from",
    "getaddrinfo",
    "handshake",
    "has",
    "hang",
    "host",
    "hostname",
    "http",
    "https",
    "http2",
    "in",
    "incomplete",
    "inspector",
    "internal",
    "internet",
    "interrupted",
    "invalid",
    "is",
    "issuer",
    "it",
    "large",
    "limit",
    "load",
    "loading",
    "local",
    "long",
    "lookup",
    "lost",
    "made",
    "many",
    "match",
    "message",
    "method",
    "mismatch",
    "mixed",
    "must",
    "name",
    "navigation",
    "network",
    "no",
    "not",
    "of",
    "offline",
    "on",
    "open",
    "or",
    "origin",
    "out",
    "page",
    "peer",
    "perform",
    "policy",
    "port",
    "problem",
    "protocol",
    "proxy",
    "quic",
    "reach",
    "reached",
    "read",
    "reason",
    "receive",
    "received",
    "redirect",
    "redirected",
    "redirects",
    "refused",
    "refuses",
    "reply",
    "request",
    "requested",
    "reset",
    "resolve",
    "resolved",
    "resolution",
    "response",
    "same",
    "secure",
    "security",
    "self",
    "self-signed",
    "sent",
    "server",
    "session",
    "signed",
    "site",
    "socket",
    "ssl",
    "stopped",
    "stream",
    "support",
    "supported",
    "temporarily",
    "terminated",
    "that",
    "the",
    "then",
    "there",
    "this",
    "time",
    "timed",
    "timeout",
    "timedout",
    "tls",
    "to",
    "too",
    "transfer",
    "trusted",
    "tunnel",
    "unable",
    "unavailable",
    "unexpected",
    "unexpectedly",
    "unknown",
    "unreachable",
    "unrecognized",
    "unsupported",
    "untrusted",
    "up",
    "url",
    "user",
    "verify",
    "version",
    "via",
    "was",
    "were",
    "while",
    "with",
    "without",
    "write",
    "wrong",
    "you",
    "your",
];

/// The reason as it may be shown.
pub fn failure(text: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let cleaned = shown(text, 300);
    for word in cleaned.split(' ') {
        let bare = word.trim_matches(|character: char| !character.is_ascii_alphanumeric());
        let known = bare.is_empty()
            || is_code(bare)
            || is_host(bare)
            || WORDS.contains(&bare.to_ascii_lowercase().as_str());
        if known {
            out.push(word);
        } else if out.last() != Some(&"…") {
            out.push("…");
        }
    }
    out.join(" ")
}

/// `net::ERR_FAILED`, `NS_BINDING_ABORTED`, `ECONNREFUSED`, `-118`, `0x80004005`, `kCFErrorDomainCFNetwork`.
fn is_code(word: &str) -> bool {
    let name = word.rsplit("::").next().unwrap_or(word);
    let named = name.len() >= 4
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && name.bytes().filter(u8::is_ascii_digit).count() * 4 <= name.len();
    let number = word.len() <= 5 && word.bytes().all(|byte| byte.is_ascii_digit());
    let hexadecimal = word.len() <= 10
        && word
            .strip_prefix("0x")
            .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let domain = [
        "kCFErrorDomain",
        "NSURLError",
        "WebKitErrorDomain",
        "SEC_ERROR_",
        "SSL_ERROR_",
        "MOZILLA_PKIX_",
    ]
    .iter()
    .any(|start| word.starts_with(start));
    named
        || number
        || hexadecimal
        || (domain
            && word.len() <= 60
            && word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_'))
}

fn is_host(word: &str) -> bool {
    let (host, port) = word.split_once(':').unwrap_or((word, ""));
    host.contains('.')
        && host.len() <= 100
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 40
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

#[cfg(test)]
mod tests {
    use super::failure;

    #[test]
    fn codes_and_their_words_stay_and_anything_else_goes() {
        for whole in [
            "net::ERR_NAME_NOT_RESOLVED",
            "NS_ERROR_UNKNOWN_HOST",
            "NS_BINDING_ABORTED",
            "getaddrinfo ENOTFOUND sp.example",
            "connect ECONNREFUSED 127.0.0.1:443",
            "The network connection was lost.",
            "Server unexpectedly closed connection.",
            "SSL_ERROR_BAD_CERT_DOMAIN",
            "self-signed certificate in certificate chain",
            "",
        ] {
            assert_eq!(failure(whole), whole);
        }
        assert_eq!(failure("net::ERR_FAILED hunter2"), "net::ERR_FAILED …");
        assert_eq!(
            failure("net::ERR_FAILED at https://sp.example/x?token=abcdefgh"),
            "net::ERR_FAILED at …"
        );
        assert_eq!(failure("qwertyuiopa"), "…");
        assert_eq!(failure("correct horse battery staple"), "…");
    }
}

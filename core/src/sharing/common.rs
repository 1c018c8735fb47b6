//! Words that name nobody: those of formats, pages and products. They stay wherever they stand, since recognising
//! products and reading forms rests on them.

/// Words of protocols, pages and directories that no product file has.
const WORDS: &[&str] = &[
    "about", "accept", "access", "account", "action", "active", "address", "admin", "administrator", "application", "array", "assertion", "attribute", "audience", "authentication", "authn", "basic", "bearer", "body", "boolean", "button", "cache", "charset", "class", "client", "close", "code", "common", "condition", "config", "connection", "consumer", "contact", "content", "control", "cookie", "country", "data", "date", "default", "department", "description", "destination", "directory", "domain", "element", "email", "employee", "enabled", "encoding", "entity", "error", "example", "expires", "false", "family", "form", "format", "function", "given", "group", "guest", "head", "header", "hidden", "home", "host", "html", "http", "https", "identifier", "identity", "image", "index", "input", "internal", "invalid", "issuer", "java", "javascript", "json", "keep", "language", "link", "linux", "list", "local", "localhost", "location", "login", "logon", "logout", "mail", "manager", "member", "message", "meta", "method", "mobile", "name", "none", "null", "number", "object", "office", "operator", "organization", "origin", "page", "param", "password", "path", "people", "persistent", "person", "phone", "port", "post", "principal", "private", "production", "profile", "protocol", "public", "query", "reader", "referer", "refresh", "region", "relay", "request", "resource", "response", "role", "roles", "root", "saml", "samlp", "script", "secure", "security", "select", "server", "service", "session", "sign", "signed", "signin", "site", "staff", "state", "status", "string", "student", "style", "subject", "submit", "support", "system", "table", "team", "tenant", "test", "text", "time", "title", "token", "transient", "true", "type", "undefined", "unspecified", "update", "user", "username", "users", "value", "version", "view", "viewer", "windows", "writer", "xml", "xmlns", "your",
];

/// Whether a word, in lower case, is one of those.
pub(super) fn is_common(word: &str) -> bool {
    WORDS.binary_search(&word).is_ok() || diag_products::is_word(word)
}

/// Ids that are the same everywhere: of nobody's directory.
pub(super) fn is_common_id(id: &str) -> bool {
    let digits = |id: &str| id.bytes().filter(|byte| byte.is_ascii_hexdigit()).collect::<std::collections::BTreeSet<u8>>().len();
    id.starts_with("00000000-0000-") || digits(id) <= 2 || diag_products::is_word(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_formats_and_products_are_common_and_names_are_not() {
        assert!(WORDS.is_sorted(), "they are looked up by halving");
        for word in ["windows", "assertion", "qlik", "microsoft", "microsoftonline"] {
            assert!(is_common(word), "{word}");
        }
        for word in ["contoso", "adele", "vance", "fabrikam", "smith", "mueller"] {
            assert!(!is_common(word), "{word}");
        }
        assert!(is_common_id("00000000-0000-0000-c000-000000000046"));
        assert!(!is_common_id("c9f1d7a4-2b55-4c0f-8a3e-91b6e0d5c7f2"));
    }
}

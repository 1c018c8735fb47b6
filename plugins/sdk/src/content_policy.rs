//! What a Content Security Policy forbids (CSP Level 3), as browsers apply it.

use crate::case::exchange::{ContentPolicy, Onward, Trigger};
use url::Url;

/// A directive of a policy that forbids something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forbids<'a> {
    /// Its name.
    pub directive: &'a str,
    /// Its sources, as written.
    pub sources: &'a [String],
}

impl Forbids<'_> {
    /// The directive as a header writes it, shortened.
    pub fn shown(&self) -> String {
        const MOST: usize = 8;
        let mut words: Vec<&str> = std::iter::once(self.directive)
            .chain(self.sources.iter().take(MOST).map(String::as_str))
            .collect();
        if self.sources.len() > MOST {
            words.push("…");
        }
        words.join(" ")
    }
}

impl ContentPolicy {
    /// The first of these directives that it has.
    fn first_of(&self, names: &[&str]) -> Option<Forbids<'_>> {
        names.iter().find_map(|name| self.directive(name))
    }

    /// A directive by its name.
    pub fn directive(&self, name: &str) -> Option<Forbids<'_>> {
        let (directive, sources) = self.directives.iter().find(|(known, _)| known == name)?;
        Some(Forbids { directive, sources })
    }

    /// What forbids a page to submit a form to `target`, or to be led there after it submitted one.
    pub fn forbids_form(&self, page: &str, target: &str, redirected: bool) -> Option<Forbids<'_>> {
        let sandbox = self.sandbox_without("allow-forms").filter(|_| !redirected);
        let directive = self
            .directive("form-action")
            .filter(|directive| !allows(directive.sources, page, target, redirected));
        sandbox.or(directive)
    }

    /// What forbids the inline script or handler that sets off a way on.
    pub fn forbids_script(&self, onward: &Onward) -> Option<Forbids<'_>> {
        let names: &[&str] = match onward.by {
            Trigger::InlineHandler => &["script-src-attr", "script-src", "default-src"],
            Trigger::InlineScript => &["script-src-elem", "script-src", "default-src"],
            Trigger::ScriptFile | Trigger::Person | Trigger::Refresh => return None,
        };
        self.sandbox_without("allow-scripts").or_else(|| {
            self.first_of(names).filter(|directive| !allows_inline(directive.sources, onward))
        })
    }

    /// What forbids a page at another origin to show this one in a frame.
    pub fn forbids_framing(&self, page: &str, embedder: Option<&str>) -> Option<Forbids<'_>> {
        let directive = self.directive("frame-ancestors").filter(|_| !self.in_page)?;
        let allowed = match embedder {
            Some(embedder) => allows(directive.sources, page, embedder, true),
            // Nobody knows whose page it is in: only a list that lets nobody in is sure to forbid it.
            None => {
                !directive.sources.is_empty()
                    && !directive.sources.iter().all(|source| is(source, "'none'"))
            }
        };
        (!allowed).then_some(directive)
    }

    fn sandbox_without(&self, permission: &str) -> Option<Forbids<'_>> {
        self.directive("sandbox").filter(|sandbox| {
            !self.in_page && !sandbox.sources.iter().any(|word| is(word, permission))
        })
    }
}

fn is(source: &str, word: &str) -> bool {
    source.eq_ignore_ascii_case(word)
}

/// CSP3 §6.7.3.3: whether a source list lets inline code run. A nonce or hash in the list, or `'strict-dynamic'`,
/// takes `'unsafe-inline'` back.
fn allows_inline(sources: &[String], onward: &Onward) -> bool {
    let quoted = |source: &String| source.trim_matches('\'').to_owned();
    let is_hash = |source: &String| {
        ["'sha256-", "'sha384-", "'sha512-"]
            .iter()
            .any(|prefix| source.to_ascii_lowercase().starts_with(prefix))
    };
    let is_nonce = |source: &String| source.to_ascii_lowercase().starts_with("'nonce-");
    let strict = sources
        .iter()
        .any(|source| is_hash(source) || is_nonce(source) || is(source, "'strict-dynamic'"));
    if !strict && sources.iter().any(|source| is(source, "'unsafe-inline'")) {
        return true;
    }
    let script = onward.by == Trigger::InlineScript;
    let by_nonce = || {
        let nonce = onward.nonce.as_deref().filter(|nonce| !nonce.is_empty());
        nonce.is_some_and(|nonce| {
            sources
                .iter()
                .filter(|source| is_nonce(source))
                .any(|source| quoted(source).get(6..) == Some(nonce))
        })
    };
    // URL-safe base64 is taken as well.
    let plain = |hash: &str| hash.replace('-', "+").replace('_', "/");
    let by_hash = || {
        let listed = sources.iter().filter(|source| is_hash(source)).map(quoted);
        listed.into_iter().any(|source| {
            let same = |hash: &String| {
                hash.split_once('-').zip(source.split_once('-')).is_some_and(
                    |((kind, ours), (listed, theirs))| {
                        kind.eq_ignore_ascii_case(listed)
                            && plain(ours).trim_end_matches('=')
                                == plain(theirs).trim_end_matches('=')
                    },
                )
            };
            onward.hashes.iter().any(same)
        })
    };
    let hashes_count = script || sources.iter().any(|source| is(source, "'unsafe-hashes'"));
    (script && by_nonce()) || (hashes_count && by_hash())
}

/// Whether a source list matches an address (CSP3 §6.7.2.6). After a redirect paths do not count.
fn allows(sources: &[String], page: &str, target: &str, redirected: bool) -> bool {
    let (Ok(page), Ok(target)) = (Url::parse(page), Url::parse(target)) else { return true };
    if !matches!(target.scheme(), "http" | "https") {
        return true;
    }
    sources.iter().any(|source| matches(source, &page, &target, redirected))
}

fn matches(source: &str, page: &Url, target: &Url, redirected: bool) -> bool {
    if is(source, "'self'") {
        let same_host = page.host_str() == target.host_str();
        let same_port = page.port_or_known_default() == target.port_or_known_default();
        let upgraded = page.scheme() == "http"
            && target.scheme() == "https"
            && page.port().is_none()
            && target.port().is_none();
        return same_host && ((page.scheme() == target.scheme() && same_port) || upgraded);
    }
    if source == "*" {
        return true;
    }
    if source.starts_with('\'') {
        return false;
    }
    if let Some(scheme) = source
        .strip_suffix(':')
        .filter(|scheme| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    {
        return scheme_matches(scheme, target.scheme());
    }
    host_matches(source, page, target, redirected)
}

/// `http:` stands for `https:` as well.
fn scheme_matches(listed: &str, actual: &str) -> bool {
    listed.eq_ignore_ascii_case(actual)
        || (listed.eq_ignore_ascii_case("http") && actual == "https")
}

fn host_matches(source: &str, page: &Url, target: &Url, redirected: bool) -> bool {
    let (scheme, rest) =
        source.split_once("://").map_or((None, source), |(scheme, rest)| (Some(scheme), rest));
    if !scheme_matches(scheme.unwrap_or(page.scheme()), target.scheme()) {
        return false;
    }
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if port == "*" || port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (host, Some(port))
        }
        _ => (authority, None),
    };
    let actual = target.host_str().unwrap_or_default().to_ascii_lowercase();
    let listed = host.to_ascii_lowercase();
    let host_fits = match listed.strip_prefix("*.") {
        Some(domain) => actual.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
        None => listed == "*" || listed == actual,
    };
    let actual_port = target.port_or_known_default();
    let port_fits = match port {
        None => target.port().is_none(),
        Some("*") => true,
        Some(port) => {
            port.parse().ok() == actual_port || (port == "80" && actual_port == Some(443))
        }
    };
    let path_fits = redirected
        || path.len() < 2
        || if path.ends_with('/') {
            target.path().starts_with(path)
        } else {
            target.path() == path
        };
    host_fits && port_fits && path_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(text: &str) -> ContentPolicy {
        let directives = text.split(';').filter_map(|part| {
            let mut words = part.split_whitespace().map(str::to_owned);
            Some((words.next()?, words.collect()))
        });
        ContentPolicy { directives: directives.collect(), in_page: false }
    }

    const PAGE: &str = "https://idp.example/login";

    #[test]
    fn forms_go_where_the_list_lets_them() {
        for (sources, target, allowed) in [
            ("'self'", "https://idp.example/next", true),
            ("'self'", "https://idp.example:8443/next", false),
            ("'self'", "https://sp.example/acs", false),
            ("'none'", "https://idp.example/next", false),
            ("", "https://idp.example/next", false),
            ("*", "https://sp.example/acs", true),
            ("https:", "https://sp.example/acs", true),
            ("https:", "http://sp.example/acs", false),
            ("http:", "https://sp.example/acs", true),
            ("sp.example", "https://sp.example/acs", true),
            ("sp.example", "http://sp.example/acs", false),
            ("sp.example", "https://sp.example:8443/acs", false),
            ("sp.example:*", "https://sp.example:8443/acs", true),
            ("https://sp.example:443", "https://sp.example/acs", true),
            ("*.example", "https://sp.example/acs", true),
            ("*.sp.example", "https://sp.example/acs", false),
            ("https://sp.example/acs", "https://sp.example/acs", true),
            ("https://sp.example/saml/", "https://sp.example/saml/acs", true),
            ("https://sp.example/other", "https://sp.example/acs", false),
            ("HTTPS://SP.Example", "https://sp.example/acs", true),
        ] {
            let policy = policy(&format!("default-src 'none'; form-action {sources}"));
            assert_eq!(
                policy.forbids_form(PAGE, target, false).is_none(),
                allowed,
                "{sources} {target}"
            );
        }
        assert!(
            policy("default-src 'none'")
                .forbids_form(PAGE, "https://sp.example/acs", false)
                .is_none(),
            "no fallback"
        );
        assert!(
            policy("form-action https://sp.example/x")
                .forbids_form(PAGE, "https://sp.example/acs", true)
                .is_none()
        );
        assert!(policy("sandbox allow-scripts").forbids_form(PAGE, PAGE, false).is_some());
    }

    #[test]
    fn inline_code_needs_leave() {
        let script = |nonce: &str| Onward {
            by: Trigger::InlineScript,
            nonce: Some(nonce.to_owned()),
            hashes: vec!["sha256-ab+/c=".to_owned()],
            ..Onward::default()
        };
        let handler = Onward { by: Trigger::InlineHandler, ..script("abc") };
        for (directives, allowed_script, allowed_handler) in [
            ("form-action 'self'", true, true),
            ("script-src 'self'", false, false),
            ("default-src 'self'", false, false),
            ("script-src 'unsafe-inline'", true, true),
            ("script-src 'unsafe-inline' 'nonce-abc'", true, false),
            ("script-src 'nonce-abd'", false, false),
            ("script-src 'sha256-ab-_c'", true, false),
            ("script-src 'unsafe-hashes' 'sha256-ab+/c='", true, true),
            ("script-src 'self'; script-src-elem 'nonce-abc'", true, false),
            ("script-src-attr 'unsafe-inline'; script-src 'self'", false, true),
            ("sandbox allow-forms", false, false),
        ] {
            let policy = policy(directives);
            assert_eq!(
                policy.forbids_script(&script("abc")).is_none(),
                allowed_script,
                "{directives}"
            );
            assert_eq!(policy.forbids_script(&handler).is_none(), allowed_handler, "{directives}");
        }
    }

    #[test]
    fn frames_need_an_ancestor_on_the_list() {
        let forbids = |sources: &str, embedder: Option<&str>| {
            policy(&format!("frame-ancestors {sources}")).forbids_framing(PAGE, embedder).is_some()
        };
        let portal = Some("https://portal.example/start");
        assert!(forbids("'none'", None) && forbids("'none'", portal) && forbids("'self'", portal));
        assert!(
            !forbids("'self'", None)
                && !forbids("https://portal.example", portal)
                && !forbids("*.example", portal)
        );
        let in_page = ContentPolicy { in_page: true, ..policy("frame-ancestors 'none'") };
        assert!(in_page.forbids_framing(PAGE, portal).is_none());
    }
}

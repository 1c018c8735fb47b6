//! How an answer shows which product it is of: by host, path, headers, cookies, the source of its page or its title.

use crate::file::{Product, Proof};
use aho_corasick::AhoCorasick;
use std::collections::BTreeSet;

/// What an answer shows of itself.
#[derive(Debug, Clone, Default)]
pub struct Signs<'a> {
    /// Its host, in lower case.
    pub host: &'a str,
    /// The path of its address.
    pub path: &'a str,
    /// Its headers.
    pub headers: &'a [(String, String)],
    /// Names of the cookies it sets, and of those the browser has of it.
    pub cookies: Vec<&'a str>,
    /// The source of its page.
    pub source: &'a str,
    /// The title of its page.
    pub title: &'a str,
}

/// Products that are shown, by their number in the set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proven(Vec<usize>);

impl Proven {
    /// The product is shown.
    pub(crate) fn holds(&self, product: usize) -> bool {
        self.0.binary_search(&product).is_ok()
    }

    /// The products, in the order of the set.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().copied()
    }

    /// None is shown.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<usize> for Proven {
    fn from_iter<I: IntoIterator<Item = usize>>(products: I) -> Self {
        let mut products: Vec<usize> = products.into_iter().collect();
        products.sort_unstable();
        products.dedup();
        Self(products)
    }
}

impl Proof {
    /// There is no sign at all.
    pub fn is_empty(&self) -> bool {
        self.which().all(<[String]>::is_empty)
    }

    fn which(&self) -> impl Iterator<Item = &[String]> {
        [&self.host, &self.path, &self.header, &self.cookie, &self.markup, &self.title].into_iter().map(Vec::as_slice)
    }

    /// One of the signs is there, markup aside: that of all products is looked for at once.
    pub fn shows(&self, signs: &Signs<'_>) -> bool {
        self.host.iter().any(|host| is_host(signs.host, host))
            || self.path.iter().any(|path| is_path(signs.path, path))
            || self.header.iter().any(|header| signs.headers.iter().any(|(name, value)| is_header(name, value, header)))
            || self.cookie.iter().any(|cookie| signs.cookies.iter().any(|name| is_cookie(name, cookie)))
            || (!signs.title.is_empty() && self.title.iter().any(|title| begins(signs.title, title)))
    }
}

/// The markup of every product, found in one pass over the source of a page.
#[derive(Debug)]
pub(crate) struct Markup {
    automaton: AhoCorasick,
    /// The product of each pattern.
    products: Vec<usize>,
}

impl Markup {
    pub(crate) fn new(products: &[Product]) -> Self {
        let all: Vec<(usize, &str)> = products
            .iter()
            .enumerate()
            .flat_map(|(index, product)| product.proof.markup.iter().map(move |markup| (index, markup.as_str())))
            .collect();
        let automaton = AhoCorasick::new(all.iter().map(|(_, markup)| markup)).expect("markup is bounded in number and size");
        Self { automaton, products: all.into_iter().map(|(product, _)| product).collect() }
    }

    /// The products whose markup is in a source.
    pub(crate) fn shown(&self, source: &str) -> BTreeSet<usize> {
        if source.is_empty() {
            return BTreeSet::new();
        }
        self.automaton.find_overlapping_iter(source).map(|found| self.products[found.pattern().as_usize()]).collect()
    }
}

fn is_host(host: &str, wanted: &str) -> bool {
    match wanted.strip_prefix("*.") {
        Some(domain) => host.strip_suffix(domain).is_some_and(|before| before.ends_with('.')),
        None => host == wanted,
    }
}

/// The path begins with the pattern, segment by segment; the pattern's last segment may go on.
fn is_path(path: &str, wanted: &str) -> bool {
    let mut segments = path.split('/');
    let mut wanted = wanted.split('/').peekable();
    while let Some(part) = wanted.next() {
        let Some(segment) = segments.next() else { return false };
        let last = wanted.peek().is_none();
        let fits = match part {
            "{~}" => !segment.is_empty(),
            _ if last => segment.starts_with(part),
            _ => segment == part,
        };
        if !fits {
            return false;
        }
    }
    true
}

fn is_header(name: &str, value: &str, wanted: &str) -> bool {
    match wanted.split_once(':') {
        Some((wanted, start)) => name.eq_ignore_ascii_case(wanted.trim()) && begins(value.trim_start(), start.trim()),
        None => name.eq_ignore_ascii_case(wanted.trim()),
    }
}

fn is_cookie(name: &str, wanted: &str) -> bool {
    wanted.strip_suffix('*').map_or(name == wanted, |start| name.starts_with(start))
}

fn begins(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sign_suffices_and_none_of_them_is_loose() {
        assert!(is_host("dev.okta.com", "*.okta.com") && !is_host("notokta.com", "*.okta.com") && !is_host("okta.com", "*.okta.com"));
        assert!(
            is_path("/realms/hr/protocol/saml/x", "/realms/{~}/protocol/saml")
                && !is_path("/realms//protocol/saml", "/realms/{~}/protocol/saml")
        );
        assert!(is_path("/adfs/ls", "/adfs/ls") && !is_path("/x/adfs/ls", "/adfs/ls"));
        assert!(is_header("Server", "nginx/1.2", "server: nginx") && !is_header("Server", "x nginx", "server: nginx"));
        assert!(is_cookie("_shibsession_64", "_shibsession_*") && !is_cookie("shibsession", "_shibsession_*"));
        let proof = Proof { title: vec!["Sign in to Keycloak".to_owned()], ..Proof::default() };
        assert!(proof.shows(&Signs { title: "sign in to keycloak", ..Signs::default() }));
        assert!(!proof.shows(&Signs::default()));
        assert!(Proof::default().is_empty());
    }
}

//! How an answer shows which product it is of: by host, path, headers, cookies, the source of its page or its title.

use crate::file::{Product, Proof};
use crate::openings::Openings;
use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

/// What an answer shows of itself.
#[derive(Debug, Clone, Default)]
pub struct Signs<'a> {
    /// Its host, in lower case.
    pub host: &'a str,
    /// The path of its address.
    pub path: &'a str,
    /// The port its address names, where that is not the scheme's own.
    pub port: Option<u16>,
    /// Its headers, names in lower case.
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
        self.port.is_empty()
            && [&self.host, &self.path, &self.header, &self.cookie, &self.markup, &self.title]
                .into_iter()
                .all(Vec::is_empty)
    }
}

/// The signs of every product, ready to be looked up: a capture has more answers than there are products, and most
/// show nothing.
#[derive(Debug)]
pub(crate) struct Recogniser {
    hosts: HashMap<String, Vec<usize>>,
    /// Below these domains every host counts.
    domains: HashMap<String, Vec<usize>>,
    /// By name, with the beginning of the value.
    headers: HashMap<String, Vec<(String, usize)>>,
    cookies: HashMap<String, Vec<usize>>,
    cookie_beginnings: Vec<(String, usize)>,
    paths: Vec<(String, usize)>,
    ports: Vec<(u16, usize)>,
    titles: Vec<(String, usize)>,
    /// Pieces of markup, as they are written, and what they begin with.
    markup: Vec<(String, usize)>,
    marked: Openings,
}

impl Recogniser {
    pub(crate) fn new(products: &[Product]) -> Self {
        let (mut hosts, mut domains, mut headers, mut cookies) =
            (HashMap::new(), HashMap::new(), HashMap::new(), HashMap::new());
        let (mut cookie_beginnings, mut paths, mut titles, mut markup) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut ports = Vec::new();
        for (index, product) in products.iter().enumerate() {
            let proof = &product.proof;
            ports.extend(proof.port.iter().map(|port| (*port, index)));
            for host in proof
                .host
                .iter()
                .chain(&product.tenant_hosts)
                .chain(&product.issuer_hosts)
                .chain(&product.stands_in)
            {
                match host.strip_prefix("*.").or_else(|| host.strip_prefix('.')) {
                    Some(domain) => push(&mut domains, domain.to_owned(), index),
                    None => push(&mut hosts, host.clone(), index),
                }
            }
            for header in &proof.header {
                let (name, value) = header.split_once(':').unwrap_or((header, ""));
                push(
                    &mut headers,
                    name.trim().to_ascii_lowercase(),
                    (value.trim().to_owned(), index),
                );
            }
            for cookie in &proof.cookie {
                match cookie.strip_suffix('*') {
                    Some(beginning) => cookie_beginnings.push((beginning.to_owned(), index)),
                    None => push(&mut cookies, cookie.clone(), index),
                }
            }
            paths.extend(proof.path.iter().map(|path| (path.clone(), index)));
            titles.extend(proof.title.iter().map(|title| (title.clone(), index)));
            markup.extend(proof.markup.iter().map(|piece| (piece.clone(), index)));
        }
        let marked = Openings::of(markup.iter().map(|(piece, _)| piece.as_bytes()));
        Self {
            hosts,
            domains,
            headers,
            cookies,
            cookie_beginnings,
            paths,
            ports,
            titles,
            markup,
            marked,
        }
    }

    /// Products to which a host belongs.
    pub(crate) fn of_host<'a>(&'a self, host: &'a str) -> impl Iterator<Item = usize> + 'a {
        let above = host.match_indices('.').filter_map(|(at, _)| self.domains.get(&host[at + 1..]));
        self.hosts.get(host).into_iter().chain(above).flatten().copied()
    }

    /// The products an answer shows itself to be of; one sign suffices.
    pub(crate) fn recognise(&self, signs: &Signs<'_>) -> Proven {
        let mut shown: BTreeSet<usize> = self.of_host(signs.host).collect();
        for (name, value) in signs.headers {
            let wanted = self.headers.get(name.as_str()).into_iter().flatten();
            shown.extend(
                wanted
                    .filter(|(beginning, _)| begins(value.trim_start(), beginning))
                    .map(|(_, index)| *index),
            );
        }
        for name in &signs.cookies {
            shown.extend(self.cookies.get(*name).into_iter().flatten());
            shown.extend(
                self.cookie_beginnings
                    .iter()
                    .filter(|(beginning, _)| name.starts_with(beginning))
                    .map(|(_, index)| *index),
            );
        }
        shown.extend(
            self.paths
                .iter()
                .filter(|(path, _)| is_path(signs.path, path))
                .map(|(_, index)| *index),
        );
        shown.extend(
            self.ports
                .iter()
                .filter(|(port, _)| signs.port == Some(*port))
                .map(|(_, index)| *index),
        );
        if !signs.title.is_empty() {
            shown.extend(
                self.titles
                    .iter()
                    .filter(|(title, _)| begins(signs.title, title))
                    .map(|(_, index)| *index),
            );
        }
        if !signs.source.is_empty() {
            let source = signs.source.as_bytes();
            self.marked.look(source, |at, number| {
                let (piece, index) = &self.markup[number];
                if source[at..].starts_with(piece.as_bytes()) {
                    shown.insert(*index);
                }
                ControlFlow::Continue(())
            });
        }
        shown.into_iter().collect()
    }
}

fn push<T>(index: &mut HashMap<String, Vec<T>>, key: String, value: T) {
    index.entry(key).or_default().push(value);
}

/// The path begins with the pattern, segment by segment; the pattern's last segment may go on.
fn is_path(path: &str, wanted: &str) -> bool {
    // Most paths begin otherwise, and are done with here.
    let literal = wanted.find("{~}").and_then(|end| wanted.get(..end)).unwrap_or(wanted);
    if !path.starts_with(literal) {
        return false;
    }
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

fn begins(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shows(proof: Proof, signs: &Signs<'_>) -> bool {
        !Recogniser::new(&[Product { proof, ..Product::default() }]).recognise(signs).is_empty()
    }

    fn list(signs: &[&str]) -> Vec<String> {
        signs.iter().map(|sign| (*sign).to_owned()).collect()
    }

    #[test]
    fn each_sign_suffices_and_none_of_them_is_loose() {
        let host = |host| {
            shows(
                Proof { host: list(&["*.okta.com", "one.example"]), ..Proof::default() },
                &Signs { host, ..Signs::default() },
            )
        };
        assert!(host("dev.okta.com") && host("a.b.okta.com") && host("one.example"));
        assert!(!host("notokta.com") && !host("okta.com") && !host("x.one.example"));
        assert!(is_path("/realms/hr/protocol/saml/x", "/realms/{~}/protocol/saml"));
        assert!(!is_path("/realms//protocol/saml", "/realms/{~}/protocol/saml"));
        assert!(is_path("/adfs/ls", "/adfs/ls") && !is_path("/x/adfs/ls", "/adfs/ls"));
        let header = |value: &str| {
            let headers = [("server".to_owned(), value.to_owned())];
            shows(
                Proof { header: list(&["Server: nginx"]), ..Proof::default() },
                &Signs { headers: &headers, ..Signs::default() },
            )
        };
        assert!(header("nginx/1.2") && header("NGINX") && !header("x nginx"));
        let cookie = |name| {
            shows(
                Proof { cookie: list(&["_shibsession_*", "PF"]), ..Proof::default() },
                &Signs { cookies: vec![name], ..Signs::default() },
            )
        };
        assert!(
            cookie("_shibsession_64") && cookie("PF") && !cookie("shibsession") && !cookie("PFX")
        );
        let proof = || Proof {
            title: list(&["Sign in to Keycloak"]),
            markup: list(&["kc-error-message"]),
            ..Proof::default()
        };
        assert!(shows(proof(), &Signs { title: "sign in to keycloak", ..Signs::default() }));
        assert!(shows(proof(), &Signs { source: "<p id=kc-error-message>", ..Signs::default() }));
        assert!(!shows(proof(), &Signs::default()));
        assert!(Proof::default().is_empty());
    }
}

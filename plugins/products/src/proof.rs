//! How an answer shows which product it is of: by host, path, headers, cookies, the source of its page or its title.

use crate::file::{Product, Proof};
use crate::openings::Openings;
use std::borrow::Cow;
use std::collections::BTreeSet;
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

/// Signs of all products, sorted, each with its product's number.
type Sorted = Vec<(Cow<'static, str>, usize)>;

/// The name of a header, with the beginning of its value and its product's number.
type Header = (Cow<'static, str>, (Cow<'static, str>, usize));

/// The signs of every product, ready to be looked up: a capture has more answers than there are products, and most
/// show nothing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Recogniser {
    hosts: Sorted,
    /// Below these domains every host counts.
    domains: Sorted,
    /// Names, each with the beginning of the value.
    headers: Vec<Header>,
    cookies: Sorted,
    cookie_beginnings: Sorted,
    paths: Sorted,
    ports: Vec<(u16, usize)>,
    titles: Sorted,
    /// Pieces of markup, as they are written, and what they begin with.
    markup: Sorted,
    marked: Openings,
}

/// What a sign is of. Called as the build script calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Host,
    Path,
    Port,
    Header,
    Cookie,
    Markup,
    Title,
}

/// The signs of all product files, a line for each: what it is of, the number of the product, and the sign.
const BUILTIN: &str = include_str!(concat!(env!("OUT_DIR"), "/signs.tsv"));

impl Recogniser {
    /// Of any products.
    pub(crate) fn new(products: &[Product]) -> Self {
        let mut all = Self::default();
        for (index, product) in products.iter().enumerate() {
            let proof = &product.proof;
            let hosts = [&product.tenant_hosts, &product.issuer_hosts, &product.stands_in];
            let listed = [(Sign::Host, &proof.host)].into_iter();
            let listed = listed.chain(hosts.map(|hosts| (Sign::Host, hosts))).chain([
                (Sign::Path, &proof.path),
                (Sign::Header, &proof.header),
                (Sign::Cookie, &proof.cookie),
                (Sign::Markup, &proof.markup),
                (Sign::Title, &proof.title),
            ]);
            for (sign, said) in
                listed.flat_map(|(sign, list)| list.iter().map(move |said| (sign, said)))
            {
                all.add(sign, Cow::Owned(said.clone()), index);
            }
            for port in &proof.port {
                all.add(Sign::Port, Cow::Owned(port.to_string()), index);
            }
        }
        all.sorted()
    }

    /// Of the products that diag carries, which need not be read for it.
    pub(crate) fn builtin() -> Self {
        let mut all = Self::default();
        for line in BUILTIN.lines() {
            let mut parts = line.splitn(3, '\t');
            let mut next = || parts.next().unwrap_or_default();
            let (sign, index, said) = (next(), next().parse(), next());
            if let (Some(sign), Ok(index)) = (Sign::called(sign), index) {
                all.add(sign, Cow::Borrowed(said), index);
            }
        }
        all.sorted()
    }

    fn add(&mut self, sign: Sign, said: Cow<'static, str>, index: usize) {
        match sign {
            Sign::Host => {
                match rest(&said, |host| host.strip_prefix("*.").or_else(|| host.strip_prefix('.')))
                {
                    Some(domain) => self.domains.push((domain, index)),
                    None => self.hosts.push((said, index)),
                }
            }
            Sign::Path => self.paths.push((said, index)),
            Sign::Port => self.ports.extend(said.parse().ok().map(|port| (port, index))),
            Sign::Header => {
                let name = said.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
                let value = rest(&said, |said| Some(said.split_once(':')?.1.trim()));
                self.headers.push((name.into(), (value.unwrap_or_default(), index)));
            }
            Sign::Cookie => match rest(&said, |cookie| cookie.strip_suffix('*')) {
                Some(beginning) => self.cookie_beginnings.push((beginning, index)),
                None => self.cookies.push((said, index)),
            },
            Sign::Markup => self.markup.push((said, index)),
            Sign::Title => self.titles.push((said, index)),
        }
    }

    fn sorted(mut self) -> Self {
        self.headers.sort();
        for signs in [&mut self.hosts, &mut self.domains, &mut self.cookies] {
            signs.sort();
        }
        self.marked = Openings::of(self.markup.iter().map(|(piece, _)| piece.as_bytes()));
        self
    }

    /// Products to which a host belongs.
    pub(crate) fn of_host<'a>(&'a self, host: &'a str) -> impl Iterator<Item = usize> + 'a {
        let above = host.match_indices('.').flat_map(|(at, _)| of(&self.domains, &host[at + 1..]));
        of(&self.hosts, host).iter().chain(above).map(|(_, index)| *index)
    }

    /// The products an answer shows itself to be of; one sign suffices.
    pub(crate) fn recognise(&self, signs: &Signs<'_>) -> Proven {
        let mut shown: BTreeSet<usize> = self.of_host(signs.host).collect();
        for (name, value) in signs.headers {
            let wanted = of(&self.headers, name).iter().map(|(_, wanted)| wanted);
            shown.extend(
                wanted
                    .filter(|(beginning, _)| begins(value.trim_start(), beginning))
                    .map(|(_, index)| *index),
            );
        }
        for name in &signs.cookies {
            shown.extend(of(&self.cookies, name).iter().map(|(_, index)| *index));
            shown.extend(
                self.cookie_beginnings
                    .iter()
                    .filter(|(beginning, _)| name.starts_with(&**beginning))
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

impl Sign {
    fn called(name: &str) -> Option<Self> {
        Some(match name {
            "host" => Self::Host,
            "path" => Self::Path,
            "port" => Self::Port,
            "header" => Self::Header,
            "cookie" => Self::Cookie,
            "markup" => Self::Markup,
            "title" => Self::Title,
            _ => return None,
        })
    }
}

/// The signs that are a text, of sorted ones.
fn of<'s, T>(sorted: &'s [(Cow<'static, str>, T)], text: &str) -> &'s [(Cow<'static, str>, T)] {
    let from = sorted.partition_point(|(sign, _)| &**sign < text);
    let rest = sorted.get(from..).unwrap_or_default();
    rest.get(..rest.iter().take_while(|(sign, _)| *sign == text).count()).unwrap_or_default()
}

/// A part of a sign, which stands where the sign does.
#[expect(
    clippy::ptr_arg,
    reason = "a part of what is borrowed for good is borrowed for good as well"
)]
fn rest(
    said: &Cow<'static, str>,
    part: impl Fn(&str) -> Option<&str>,
) -> Option<Cow<'static, str>> {
    match said {
        Cow::Borrowed(said) => part(said).map(Cow::Borrowed),
        Cow::Owned(said) => part(said).map(|part| Cow::Owned(part.to_owned())),
    }
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
    fn signs_that_were_written_when_diag_was_built_are_those_of_the_products() {
        let products: Vec<Product> = crate::Products::builtin().iter().cloned().collect();
        let (built, read) = (Recogniser::builtin(), Recogniser::new(&products));
        assert!(built.hosts.len() > 30 && built.headers.len() > 30 && built.markup.len() > 30);
        assert_eq!(built, read);
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

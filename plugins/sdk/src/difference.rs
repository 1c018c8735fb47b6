//! Exact first, then near.
//!
//! Products compare entityIDs and URLs character by character, so `diag` does too: two values are
//! equal or they are not, and nothing is normalised before comparing. Only when they differ is the
//! difference put into one word, so that a person sees at once which character to mend.

use crate::unseen;
use percent_encoding::percent_decode_str;
use url::Url;

words! {
    /// How two values that should be equal differ.
    pub enum Difference {
        /// They have nothing in common worth naming.
        Unrelated,
        /// One ends in `/`, the other does not.
        TrailingSlash,
        /// Only upper and lower case differ.
        LetterCase,
        /// One names the scheme's default port (`:443`), the other leaves it out.
        DefaultPort,
        /// The ports differ.
        Port,
        /// `http` against `https`, or no scheme at all.
        Scheme,
        /// The host names differ.
        Host,
        /// One path has a leading segment (a virtual proxy prefix) that the other lacks or spells otherwise.
        Prefix,
        /// The paths (or queries) differ otherwise.
        Path,
        /// White space at an end or inside.
        Whitespace,
        /// One is the other with `spn:` in front, as Entra ID answers an Issuer that is not a URI.
        SpnPrefix,
        /// They are equal once percent-encoding is undone.
        PercentEncoding,
    }
}

impl Difference {
    /// The difference in words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Unrelated => "nothing in common",
            Self::TrailingSlash => "only the trailing slash differs",
            Self::LetterCase => "only letter case differs",
            Self::DefaultPort => "only the explicit default port differs",
            Self::Port => "the port differs",
            Self::Scheme => "the scheme differs",
            Self::Host => "the host differs",
            Self::Prefix => "the first part of the path differs",
            Self::Path => "the path differs",
            Self::Whitespace => "only white space differs",
            Self::SpnPrefix => "only the prefix spn: differs",
            Self::PercentEncoding => "only percent-encoding differs",
        }
    }

    /// How near the two values are: 0 is nearest.
    fn distance(self) -> u8 {
        match self {
            Self::TrailingSlash
            | Self::Whitespace
            | Self::DefaultPort
            | Self::SpnPrefix
            | Self::PercentEncoding => 0,
            Self::LetterCase => 1,
            Self::Scheme | Self::Port => 2,
            Self::Prefix => 3,
            Self::Path => 4,
            Self::Host => 5,
            Self::Unrelated => 6,
        }
    }
}

/// How `actual` differs from `expected`; `None` where they are equal.
///
/// Where several parts of a URL differ the most significant is named: host, then scheme, port,
/// prefix, path. Host *and* path differing is [`Difference::Unrelated`].
pub fn between(expected: &str, actual: &str) -> Option<Difference> {
    if expected == actual {
        return None;
    }
    // What nobody sees counts as white space: it comes with it, from the same mails and documents.
    let squeeze = |text: &str| {
        text.chars()
            .filter(|character| !character.is_whitespace() && !unseen::is_unseen(*character))
            .collect::<String>()
    };
    if squeeze(expected) == squeeze(actual) {
        return Some(Difference::Whitespace);
    }
    let bare = |text: &str| text.strip_prefix("spn:").unwrap_or(text).to_owned();
    if bare(expected) == bare(actual) {
        return Some(Difference::SpnPrefix);
    }
    if expected.strip_suffix('/').unwrap_or(expected) == actual.strip_suffix('/').unwrap_or(actual)
    {
        return Some(Difference::TrailingSlash);
    }
    if expected.to_lowercase() == actual.to_lowercase() {
        return Some(Difference::LetterCase);
    }
    if decoded(expected) == decoded(actual) {
        return Some(Difference::PercentEncoding);
    }
    // `sense.example:443` parses as a URL of the scheme `sense.example`: only what has a host counts.
    let url = |text: &str| Url::parse(text).ok().filter(Url::has_host);
    Some(match (url(expected), url(actual)) {
        (Some(left), Some(right)) => between_urls(expected, &left, actual, &right),
        (Some(url), None) => scheme_lost(&url, expected, actual),
        (None, Some(url)) => scheme_lost(&url, actual, expected),
        (None, None) => Difference::Unrelated,
    })
}

/// The candidate nearest to `actual`, and how it differs; `None` for an empty list or where a
/// candidate is equal.
pub fn nearest<'a>(
    candidates: impl IntoIterator<Item = &'a str>,
    actual: &str,
) -> Option<(&'a str, Difference)> {
    let mut best: Option<(&str, Difference, usize)> = None;
    for candidate in candidates {
        let difference = between(candidate, actual)?;
        let shared = candidate.chars().zip(actual.chars()).take_while(|(a, b)| a == b).count();
        let nearer = best.is_none_or(|(_, known, known_shared)| {
            difference.distance() < known.distance()
                || (difference.distance() == known.distance() && shared > known_shared)
        });
        if nearer {
            best = Some((candidate, difference, shared));
        }
    }
    best.map(|(candidate, difference, _)| (candidate, difference))
}

/// Counts characters up to the first one in which the two values differ.
pub fn first_difference(expected: &str, actual: &str) -> usize {
    expected.chars().zip(actual.chars()).take_while(|(left, right)| left == right).count()
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn between_urls(expected: &str, left: &Url, actual: &str, right: &Url) -> Difference {
    let same_host = left.host_str() == right.host_str();
    let same_scheme = left.scheme() == right.scheme();
    let same_port = left.port_or_known_default() == right.port_or_known_default();
    let trimmed = |url: &Url| url.path().trim_end_matches('/').to_owned();
    let same_path = left.path() == right.path()
        && left.query() == right.query()
        && left.fragment() == right.fragment();
    let near_path =
        trimmed(left).eq_ignore_ascii_case(&trimmed(right)) && left.query() == right.query();
    match (same_host, same_path || near_path) {
        (false, false) => return Difference::Unrelated,
        (false, true) => return Difference::Host,
        _ => {}
    }
    if !same_scheme {
        return Difference::Scheme;
    }
    if !same_port {
        return Difference::Port;
    }
    if same_path {
        // The parsed forms agree, so only spelling differs: the port, or case in scheme and host.
        return if has_explicit_port(expected) == has_explicit_port(actual) {
            Difference::LetterCase
        } else {
            Difference::DefaultPort
        };
    }
    if near_path {
        return if trimmed(left) == trimmed(right) {
            Difference::TrailingSlash
        } else {
            Difference::LetterCase
        };
    }
    if left.query() == right.query() && prefix_differs(&trimmed(left), &trimmed(right)) {
        return Difference::Prefix;
    }
    Difference::Path
}

/// One path is the other with a leading segment more, or both agree after their first segment.
fn prefix_differs(left: &str, right: &str) -> bool {
    let rest = |path: &str| {
        path.trim_start_matches('/').split_once('/').map(|(_, rest)| format!("/{rest}"))
    };
    let collapse = |path: &str| format!("/{}", path.trim_start_matches('/'));
    let (left, right) = (collapse(left), collapse(right));
    if left == right {
        return false;
    }
    let (left_rest, right_rest) = (rest(&left), rest(&right));
    left_rest.as_deref() == Some(right.as_str())
        || right_rest.as_deref() == Some(left.as_str())
        || (left_rest.is_some() && left_rest == right_rest)
}

/// The text names a port, even where it is the scheme's default, which [`Url`] leaves out.
pub fn has_explicit_port(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host_and_port = authority.rsplit('@').next().unwrap_or_default();
    host_and_port
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `bare` is what remains of `url` without its scheme, or something else altogether.
fn scheme_lost(url: &Url, text: &str, bare: &str) -> Difference {
    let without_scheme = text.split_once("://").map_or(text, |(_, rest)| rest);
    let tidy = |value: &str| value.trim_start_matches('/').trim_end_matches('/').to_lowercase();
    if tidy(without_scheme) == tidy(bare) || url.host_str() == Some(bare.to_lowercase().as_str()) {
        Difference::Scheme
    } else {
        Difference::Unrelated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_have_their_name() {
        let acs = "https://sense.example:443/azure/samlauthn/";
        for (actual, difference) in [
            ("https://sense.example:443/azure/samlauthn", Difference::TrailingSlash),
            ("https://sense.example/azure/samlauthn/", Difference::DefaultPort),
            ("https://sense.example:4443/azure/samlauthn/", Difference::Port),
            ("http://sense.example:443/azure/samlauthn/", Difference::Scheme),
            ("https://sense:443/azure/samlauthn/", Difference::Host),
            ("https://sense.example:443/samlauthn/", Difference::Prefix),
            ("https://sense.example:443/adfs/samlauthn/", Difference::Prefix),
            ("https://sense.example:443//azure/samlauthn/", Difference::Path),
            ("https://sense.example:443/AZURE/samlauthn/", Difference::LetterCase),
            (" https://sense.example:443/azure/samlauthn/", Difference::Whitespace),
            ("https://sense.exam\u{ad}ple:443/azure/samlauthn/", Difference::Whitespace),
            ("https://sense.example:443/azure/%73amlauthn/", Difference::PercentEncoding),
            ("https://other.example/", Difference::Unrelated),
            ("sense.example:443/azure/samlauthn", Difference::Scheme),
        ] {
            assert_eq!(between(acs, actual), Some(difference), "{actual}");
        }
        assert_eq!(between(acs, acs), None);
        assert_eq!(between("sense", "spn:sense"), Some(Difference::SpnPrefix));
        assert_eq!(between("https://sense.example", "sense.example"), Some(Difference::Scheme));
    }

    #[test]
    fn the_nearest_candidate_wins() {
        let known = ["https://a.example/x/", "https://b.example/y"];
        assert_eq!(
            nearest(known, "https://b.example/y/"),
            Some(("https://b.example/y", Difference::TrailingSlash))
        );
        assert_eq!(nearest(known, "https://a.example/x/"), None);
        assert_eq!(nearest([], "x"), None);
    }
}

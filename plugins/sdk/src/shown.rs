//! Values as people read them in findings: spans of time, ids, addresses.

use jiff::Timestamp;

/// Seconds from `from` to `to`; negative where `to` comes first.
pub fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

/// Seconds as people say them, without their sign: `45 s`, `10 min`, `1 h 5 min`.
pub fn span(seconds: f64) -> String {
    let seconds = seconds.abs().round();
    if seconds < 100.0 {
        return format!("{seconds:.0} s");
    }
    let minutes = (seconds / 60.0).round();
    let (hours, rest) = ((minutes / 60.0).floor(), minutes % 60.0);
    if hours < 1.0 {
        format!("{minutes:.0} min")
    } else if rest < 1.0 {
        format!("{hours:.0} h")
    } else {
        format!("{hours:.0} h {rest:.0} min")
    }
}

/// An id as people may see it: enough to find it again, too little to use it.
pub fn id(id: &str) -> String {
    let characters: Vec<char> = id.chars().collect();
    match (
        characters.get(..8),
        characters.len().checked_sub(4).and_then(|from| characters.get(from..)),
    ) {
        (Some(head), Some(tail)) if characters.len() > 14 => {
            format!("{}…{}", head.iter().collect::<String>(), tail.iter().collect::<String>())
        }
        _ => id.to_owned(),
    }
}

/// Host and path of a URL, without scheme and query.
pub fn host_and_path(url: &str) -> &str {
    let bare = url.split(['?', '#']).next().unwrap_or(url);
    bare.split_once("://").map_or(bare, |(_, rest)| rest)
}

/// Most entries of a list that are written out.
pub const MOST_LISTED: usize = 20;

/// The entries of a list, so that people can read it: of a long one the first, and how many more there are.
pub fn list<'t>(entries: impl IntoIterator<Item = &'t str>) -> String {
    let mut entries = entries.into_iter();
    let first: Vec<&str> = entries.by_ref().take(MOST_LISTED).collect();
    match entries.count() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_as_people_say_them() {
        for (seconds, said) in [
            (0.4, "0 s"),
            (45.0, "45 s"),
            (-600.0, "10 min"),
            (3600.0, "1 h"),
            (3900.0, "1 h 5 min"),
            (99.0, "99 s"),
        ] {
            assert_eq!(span(seconds), said);
        }
    }

    #[test]
    fn long_ids_are_shortened_and_short_ones_are_not() {
        assert_eq!(id("_0123456789abcdef0123"), "_0123456…0123");
        assert_eq!(id("_1"), "_1");
        assert_eq!(id(""), "");
    }

    #[test]
    fn addresses_lose_scheme_and_query() {
        assert_eq!(
            host_and_path("https://sense.example/azure/hub?x=…#y"),
            "sense.example/azure/hub"
        );
        assert_eq!(host_and_path("sense.example"), "sense.example");
    }

    #[test]
    fn of_a_long_list_the_first_entries_are_written_out() {
        assert_eq!(list(["a", "b"]), "a, b");
        assert_eq!(list([]), "");
        let long = list(std::iter::repeat_n("x", 25));
        assert!(long.starts_with("x, x, x") && long.ends_with("x and 5 more"), "{long}");
    }
}

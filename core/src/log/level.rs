//! How loud a line of a log is: its severity in the words, numbers or columns of many loggers.

use crate::beginning;

/// Bytes of a line in which its level is looked for.
const HEAD: usize = 240;

/// Longest a time at the beginning of a line is.
const STAMPED: usize = 48;

/// How loud a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// It names no level, or an ordinary one.
    Plain,
    /// Written for developers: it repeats whole messages, and what they might mean.
    Chatty,
    /// It informs.
    Calm,
    /// It warns, or tells of an error.
    Loud,
}

const CHATTY: &[&str] = &["DEBUG", "TRACE", "VERBOSE", "FINEST", "FINER"];
const CALM: &[&str] = &["INFO", "NOTICE", "INFORMATION", "FINE"];
const LOUD: &[&str] = &[
    "WARN",
    "WARNING",
    "ERROR",
    "ERR",
    "FATAL",
    "CRIT",
    "CRITICAL",
    "SEVERE",
    "ALERT",
    "EMERG",
    "EXCEPTION",
    "FAILURE",
];

/// The level a line names in its head: the first word that is one.
pub(super) fn of(line: &str) -> Level {
    let head = beginning::of(line, HEAD);
    let words = head.split(|character: char| !character.is_ascii_alphabetic());
    let named = |word: &str, names: &[&str]| names.contains(&word);
    for word in words.filter(|word| (3..=11).contains(&word.len())) {
        // Levels are written in capitals, or all in small letters between brackets.
        let capitals = word.bytes().all(|byte| byte.is_ascii_uppercase());
        let at = word.as_ptr() as usize - line.as_ptr() as usize;
        let bracketed = at > 0 && b"[:<=\"".contains(&line.as_bytes()[at - 1]);
        // `2026-11-20 09:00:12.345 +0100 Error:  …`: right behind the time, and with a colon.
        let heads = (10..=STAMPED).contains(&at)
            && line.as_bytes()[at - 1] == b' '
            && line.as_bytes().get(at + word.len()) == Some(&b':');
        if !capitals && !bracketed && !heads {
            continue;
        }
        let upper = word.to_ascii_uppercase();
        if named(&upper, CHATTY) {
            return Level::Chatty;
        } else if named(&upper, LOUD) {
            return Level::Loud;
        } else if named(&upper, CALM) {
            return Level::Calm;
        }
    }
    of_number(head).unwrap_or(Level::Plain)
}

/// Levels as numbers, as loggers that write JSON have them: 0 to 4 upwards, or 10 to 60.
fn of_number(head: &str) -> Option<Level> {
    let (_, after) = head.split_once("\"level\":")?;
    let after = after.trim_start();
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    match after[..digits].parse().ok()? {
        0 | 10 | 20 => Some(Level::Chatty),
        1 | 30 => Some(Level::Calm),
        2..=4 | 40 | 50 | 60 => Some(Level::Loud),
        _ => None,
    }
}

/// The line names a process, as system logs do: `app[12]:`, `app:`.
pub(super) fn names_a_process(line: &str) -> bool {
    line.split_ascii_whitespace().skip(1).take(6).any(|word| {
        word.strip_suffix(':').is_some_and(|name| name.ends_with(']') && name.contains('['))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_of_many_loggers_are_known() {
        for (line, level) in [
            ("2026-11-20 09:00:12,123 ERROR [x] the debug", Level::Loud),
            ("41\t20261120T090000.000+0000\tWARN\tQLIK01", Level::Loud),
            ("[Fri Nov 20 09:00:12 2026] [auth_mellon:error] [pid 1] x", Level::Loud),
            ("2026/11/20 09:00:12 [warn] 1#1: x", Level::Loud),
            ("{\"level\":3,\"time\":\"x\"}", Level::Loud),
            ("{\"level\":\"info\"}", Level::Calm),
            ("{\"level\":30,\"time\":1}", Level::Calm),
            ("{\"level\": 50,\"time\":1}", Level::Loud),
            ("{\"level\":20}", Level::Chatty),
            ("2026-11-20 09:00:12.123 +0100 Error:  _parse(x.c:12): y", Level::Loud),
            ("2026-11-20 09:00:12.123 +0100 debug: an ERROR", Level::Chatty),
            ("2026-11-20 09:00:12 DEBUG an ERROR occurred", Level::Chatty),
            ("12\t20261120T090012.000+0000\tQLIK01\tan error occurred", Level::Plain),
        ] {
            assert_eq!(of(line), level, "{line}");
        }
    }
}

//! Forms that sign somebody in: one of their fields names a person or is called a password, and none carries a message.
//! What people type into such a form is secret by where it stands, whatever its field is called.

use super::places::{self, Standing};

/// Short names of who signs in.
const SHORT: &[&str] =
    &["u", "un", "usr", "uname", "nick", "signinname", "logonid", "userlogin", "log"];
/// Digits of a code that somebody was sent.
const CODE: std::ops::RangeInclusive<usize> = 6..=8;
/// Most fields that are asked.
const MOST: usize = 200;

/// Whether a form of these fields, each with its value, signs somebody in.
pub(crate) fn signs_in<'f>(fields: impl Iterator<Item = (&'f str, &'f str)>) -> bool {
    let mut found = false;
    for (name, value) in fields.take(MOST) {
        let standing = places::named(name);
        if standing == Standing::Message {
            return false;
        }
        let asks = || {
            matches!(standing, Standing::Identity | Standing::Typed)
                || SHORT.iter().any(|short| name.eq_ignore_ascii_case(short))
        };
        found |= !value.is_empty() && asks();
    }
    found
}

/// Digits as many as a code has that somebody was sent.
pub(crate) fn is_code(value: &str) -> bool {
    CODE.contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_signs_in_by_its_fields() {
        for (fields, expected) in [
            (&[("username", "ann"), ("x17", "1")][..], true),
            (&[("U", "ann"), ("p", "1")], true),
            (&[("txtPwd", "x")], true),
            (&[("username", ""), ("x17", "1")], false),
            (&[("username", "ann"), ("SAMLResponse", "PHNhbWxw")], false),
            (&[("page", "2"), ("lang", "en")], false),
        ] {
            assert_eq!(signs_in(fields.iter().copied()), expected, "{fields:?}");
        }
        assert!(is_code("702333") && !is_code("70233") && !is_code("70233x"));
    }
}

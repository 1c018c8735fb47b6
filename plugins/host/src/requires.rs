//! Which `diag` a plugin works with: `requires = ">=0.2"`.

/// The version of this `diag`.
const OURS: &str = env!("CARGO_PKG_VERSION");

/// Whether this `diag` is new enough, and in words why not. Nothing required is always kept.
pub fn compatible(requires: &str) -> Result<(), String> {
    kept(requires, OURS)
}

fn kept(requires: &str, ours: &str) -> Result<(), String> {
    if requires.is_empty() {
        return Ok(());
    }
    let wanted = requires.trim().strip_prefix(">=").map(str::trim).and_then(numbers);
    let Some(wanted) = wanted else {
        return Err(format!(
            "it requires `{}`, expected the oldest version it works with, such as `>=0.2`",
            requires.escape_debug()
        ));
    };
    if numbers(ours).is_some_and(|ours| ours >= wanted) {
        return Ok(());
    }
    Err(format!("it requires diag {}, this is {ours}: a newer diag runs it", requires.trim()))
}

/// Up to three numbers between dots; what is left out is 0.
fn numbers(version: &str) -> Option<[u32; 3]> {
    let mut numbers = [0; 3];
    let plain = version.split(['-', '+']).next()?;
    for (at, part) in plain.split('.').enumerate() {
        *numbers.get_mut(at)? = part.parse().ok()?;
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_version_counts() {
        for fine in ["", ">=0.2", ">= 0.2.7", ">=0", ">=0.1.99"] {
            assert_eq!(kept(fine, "0.2.7"), Ok(()), "{fine}");
        }
        for (older, said) in [
            (">=0.3", "it requires diag >=0.3, this is 0.2.7"),
            (">=1", "requires diag >=1"),
            (">=0.2.8", "newer"),
        ] {
            assert!(kept(older, "0.2.7").expect_err(older).contains(said));
        }
        for odd in ["0.2", "^0.2", ">=", ">=0.x", ">=1.2.3.4"] {
            assert!(
                kept(odd, "9.0.0").expect_err(odd).contains("expected the oldest version"),
                "{odd}"
            );
        }
    }

    #[test]
    fn this_version_is_one_that_can_be_compared() {
        assert!(numbers(OURS).is_some());
    }
}

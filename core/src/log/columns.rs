//! Logs that are tables: their first line names the columns, and one of them the person a line is about.

/// Column names that stand over the person, letters only.
const PERSON: &[&str] = &["userid", "activeuserid", "username", "user", "subject"];

/// Which columns of a table tell what its lines do not say in words.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Columns {
    separator: char,
    person: Option<usize>,
}

impl Columns {
    /// Reads a line that names columns: at least four names, a time and a message or result among them.
    pub(super) fn named_in(line: &str) -> Option<Self> {
        let separator =
            ['\t', ';', ','].into_iter().find(|separator| line.matches(*separator).count() >= 3)?;
        let bare = |name: &str| {
            name.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase()
        };
        let names: Vec<String> = line.split(separator).map(bare).collect();
        let has = |wanted: &[&str]| names.iter().any(|name| wanted.contains(&name.as_str()));
        if !(has(&["timestamp", "time", "date", "datetime"])
            && has(&["message", "description", "result"]))
        {
            return None;
        }
        let person = PERSON.iter().find_map(|wanted| names.iter().position(|name| name == wanted));
        Some(Self { separator, person })
    }

    /// Whom a line is about.
    pub(super) fn person<'l>(&self, line: &'l str) -> Option<&'l str> {
        let value = line.split(self.separator).nth(self.person?)?.trim().trim_matches('"');
        (!value.is_empty() && value != "0").then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_names_the_column_of_the_person() {
        let columns =
            Columns::named_in("Sequence#\tTimestamp\tUserDirectory\tUserId\tCommand\tMessage")
                .expect("a header");
        assert_eq!(
            columns.person("1\t20261120T090000.000Z\tCONTOSO\tada\tOpen app\tnot active"),
            Some("ada")
        );
        assert_eq!(
            columns.person("1\t20261120T090000.000Z\tCONTOSO\t\tOpen app\tnot active"),
            None
        );
        let columns = Columns::named_in("Time,Level,Logger,Message").expect("a header");
        assert_eq!(columns.person("2026-11-20,WARN,x,y"), None);
        assert!(Columns::named_in("20261120T090000.000Z\tWARN\tx\tthe user failed").is_none());
    }
}

//! What of a Case plugins see, made once for all that see the same, and of it only what each of them reads.
//!
//! A capture of many megabytes makes facts of many megabytes. Most checks read a few kinds of them; a plugin that says
//! which (`reads`), and a pack, whose expressions say so by themselves, are given those and no others.

use crate::withhold::Scrubber;
use diag_sdk::{Case, Need, Vendor};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

macro_rules! fields {
    ($($name:ident),* $(,)?) => {
        /// The kinds of facts a Case has.
        pub const FIELDS: &[&str] = &[$(stringify!($name)),*];

        fn value_of(case: &Case, name: &str) -> Option<Value> {
            match name {
                $(stringify!($name) => serde_json::to_value(&case.$name).ok(),)*
                _ => None,
            }
        }
    };
}

fields!(
    schema,
    judged_at,
    judged_by,
    inputs,
    crossed,
    broken_documents,
    metadata,
    registrations,
    sp_configurations,
    proxies,
    key_stores,
    log_phrases,
    witnesses,
    exchanges,
    messages,
    attempts,
    failures,
    clocks,
    lost_cookies,
    removed_by_exporter,
    other_protocols,
    certificates,
    has_decryption_key,
    products,
    codes,
    expectations,
    idp_vendor,
    sp_vendor,
);

/// Small facts that everybody is given: what was handed in, when it is judged, and whose products take part.
const ALWAYS: &[&str] = &[
    "schema",
    "judged_at",
    "judged_by",
    "inputs",
    "crossed",
    "has_decryption_key",
    "idp_vendor",
    "sp_vendor",
];

/// Looks at one Case on behalf of all plugins.
#[derive(Debug)]
pub struct Sight<'c> {
    case: &'c Case,
    scrubber: OnceLock<Scrubber>,
    /// Kinds of facts that were made already, with and without what identifies people.
    made: Mutex<BTreeMap<(bool, &'static str), Arc<Kind>>>,
}

/// One kind of facts.
#[derive(Debug)]
struct Kind {
    value: Value,
    text: OnceLock<String>,
}

/// Which kinds of facts are read; everything where nobody says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads(Option<BTreeSet<String>>);

impl Reads {
    /// Nothing yet.
    pub fn nothing() -> Self {
        Self(Some(BTreeSet::new()))
    }

    /// What each of several reads: an empty list stands for everything.
    pub fn of<'a>(lists: impl IntoIterator<Item = &'a [String]>) -> Self {
        let mut reads = Self::nothing();
        for list in lists {
            reads.add(&if list.is_empty() {
                Self::default()
            } else {
                Self(Some(list.iter().cloned().collect()))
            });
        }
        reads
    }

    /// Reads one more.
    pub fn name(&mut self, name: &str) {
        if let Some(names) = &mut self.0 {
            names.insert(name.to_owned());
        }
    }

    /// Reads what another reads, too.
    pub fn add(&mut self, other: &Self) {
        match (&mut self.0, &other.0) {
            (Some(names), Some(more)) => names.extend(more.iter().cloned()),
            (known, _) => *known = None,
        }
    }

    /// The names; empty where everything is read.
    pub fn names(&self) -> Vec<String> {
        self.0.iter().flatten().cloned().collect()
    }

    fn wants(&self, name: &str) -> bool {
        ALWAYS.contains(&name) || self.0.as_ref().is_none_or(|names| names.contains(name))
    }
}

/// What one plugin is shown.
#[derive(Debug, Clone)]
pub struct Shown {
    kinds: Vec<(&'static str, Arc<Kind>)>,
    has: Vec<Need>,
    /// Product of the identity provider.
    pub idp_vendor: Vendor,
    /// Product of the service provider.
    pub sp_vendor: Vendor,
}

impl<'c> Sight<'c> {
    /// Looks at a Case.
    pub fn new(case: &'c Case) -> Self {
        Self { case, scrubber: OnceLock::new(), made: Mutex::default() }
    }

    /// The Case itself, for those who hold it anyway.
    pub fn case(&self) -> &'c Case {
        self.case
    }

    /// The facts that are read, without what identifies people unless that was granted.
    pub fn shown(&self, granted: &[String], reads: &Reads) -> Shown {
        let personal = granted.iter().any(|name| name == diag_sdk::manifest::WANTS_PERSONAL);
        let kinds = FIELDS
            .iter()
            .filter(|name| reads.wants(name))
            .map(|name| (*name, self.kind(personal, name)))
            .collect();
        Shown {
            kinds,
            has: Need::ALL.iter().copied().filter(|need| self.case.has(*need)).collect(),
            idp_vendor: self.case.idp_vendor,
            sp_vendor: self.case.sp_vendor,
        }
    }

    fn kind(&self, personal: bool, name: &'static str) -> Arc<Kind> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let of_case =
            || Arc::new(Kind { value: self.value(personal, name), text: OnceLock::new() });
        Arc::clone(made.entry((personal, name)).or_insert_with(of_case))
    }

    fn value(&self, personal: bool, name: &str) -> Value {
        if personal {
            return value_of(self.case, name).unwrap_or_default();
        }
        let scrubber = self.scrubber.get_or_init(|| Scrubber::of(self.case));
        // Whatever cannot be cleaned is not handed out.
        let mut value = match name {
            "messages" => serde_json::to_value(Scrubber::without_persons(&self.case.messages)).ok(),
            _ => value_of(self.case, name),
        }
        .unwrap_or_default();
        scrubber.scrub(name, &mut value);
        value
    }
}

impl Shown {
    /// An input of that kind is there.
    pub fn has(&self, need: Need) -> bool {
        self.has.contains(&need)
    }

    /// The facts as one JSON object.
    pub fn json(&self) -> Value {
        Value::Object(
            self.kinds
                .iter()
                .map(|(name, kind)| ((*name).to_owned(), kind.value.clone()))
                .collect::<Map<_, _>>(),
        )
    }

    /// The kinds of facts one after the other.
    pub fn kinds(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.kinds.iter().map(|(name, kind)| (*name, &kind.value))
    }

    /// The facts as the text of one JSON object, on one line.
    pub fn text(&self) -> String {
        let texts: Vec<(&str, &str)> = self
            .kinds
            .iter()
            .map(|(name, kind)| {
                (
                    *name,
                    kind.text
                        .get_or_init(|| serde_json::to_string(&kind.value).unwrap_or_default())
                        .as_str(),
                )
            })
            .collect();
        let mut whole = String::with_capacity(
            texts.iter().map(|(name, text)| name.len() + text.len() + 4).sum::<usize>() + 2,
        );
        whole.push('{');
        for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            if whole.len() > 1 {
                whole.push(',');
            }
            whole.push('"');
            whole.push_str(name);
            whole.push_str("\":");
            whole.push_str(text);
        }
        whole.push('}');
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diag_sdk::case::exchange::Exchange;
    use diag_sdk::case::message::Message;

    #[test]
    fn no_kind_of_facts_is_forgotten() {
        let Ok(Value::Object(fields)) = serde_json::to_value(Case::default()) else {
            panic!("an object")
        };
        assert_eq!(fields.keys().map(String::as_str).collect::<Vec<_>>(), FIELDS);
    }

    #[test]
    fn everything_reads_back_as_the_case_it_was() {
        let case = Case {
            messages: vec![Message { id: "m1".into(), ..Message::default() }],
            exchanges: vec![Exchange {
                url: "https://sense.example/hub".into(),
                ..Exchange::default()
            }],
            ..Case::default()
        };
        let shown = Sight::new(&case).shown(&[], &Reads::default());
        let back: Case = serde_json::from_str(&shown.text()).expect("a Case");
        assert_eq!(back, case);
        assert_eq!(serde_json::from_value::<Case>(shown.json()).expect("a Case"), case);
    }

    #[test]
    fn what_nobody_reads_is_not_sent() {
        let exchange = Exchange { url: "https://sense.example/hub".into(), ..Exchange::default() };
        let case = Case {
            exchanges: vec![exchange; 1000],
            messages: vec![Message::default()],
            ..Case::default()
        };
        let sight = Sight::new(&case);
        let length = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            sight.shown(&[], &Reads::of([names.as_slice()])).text().len()
        };
        let (all, messages) = (length(&[]), length(&["messages"]));
        assert!(all > 100 * messages, "{all} and {messages}");
        assert!(
            sight.shown(&[], &Reads::of([["messages".to_owned()].as_slice()])).has(Need::Capture),
            "what is there is known all the same"
        );
        let mixed = Reads::of([["messages".to_owned()].as_slice(), [].as_slice()]);
        assert_eq!(mixed, Reads::default(), "one that reads everything");
    }
}

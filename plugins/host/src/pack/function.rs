//! The functions expressions can call: those of CEL's standard library, a few of its string
//! extensions with bounds of ours, and some that know what a URL and a moment are.

#![expect(clippy::needless_pass_by_value, reason = "the interpreter hands arguments over by value")]

use super::budget::{self, BULK};
use super::fact;
use super::gather;
use super::guard;
use super::moment;
use cel::common::functions::Function;
use cel::common::types::{
    CelBool, CelInt, CelList, CelNull, CelString, DYN_TYPE, INT_TYPE, Kind, LIST_TYPE, STRING_TYPE,
    Type,
};
use cel::common::value::{CowVal, Val};
use cel::{Env, ExecutionError};
use diag_sdk::difference;
use diag_sdk::host::host_of;
use diag_sdk::spec::short;
use regex_lite::{Regex, RegexBuilder};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// The environment every expression is parsed for and evaluated in.
pub(super) static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib().with_optional_support(false);
    let methods: [(&str, Type, Vec<Type>, Function); 11] = [
        ("indexOf", STRING_TYPE, vec![STRING_TYPE], index_of),
        ("join", LIST_TYPE, vec![], join),
        ("join", LIST_TYPE, vec![STRING_TYPE], join),
        ("lowerAscii", STRING_TYPE, vec![], lower),
        ("matches", STRING_TYPE, vec![STRING_TYPE], matches),
        ("replace", STRING_TYPE, vec![STRING_TYPE, STRING_TYPE], replace),
        ("split", STRING_TYPE, vec![STRING_TYPE], split),
        ("substring", STRING_TYPE, vec![INT_TYPE], substring),
        ("substring", STRING_TYPE, vec![INT_TYPE, INT_TYPE], substring),
        ("trim", STRING_TYPE, vec![], trim),
        ("upperAscii", STRING_TYPE, vec![], upper),
    ];
    let functions: [(&str, Vec<Type>, Function); 17] = [
        (guard::ROUND, vec![DYN_TYPE, DYN_TYPE], round),
        (guard::WEIGHED, vec![DYN_TYPE], weighed),
        (guard::EQUAL, vec![DYN_TYPE, DYN_TYPE], equal),
        (guard::WITHIN, vec![DYN_TYPE, DYN_TYPE], within),
        (guard::PRESENT, vec![DYN_TYPE, DYN_TYPE], present),
        ("difference", vec![STRING_TYPE, STRING_TYPE], difference_between),
        ("duration", vec![STRING_TYPE], duration),
        ("host", vec![STRING_TYPE], host),
        ("matches", vec![STRING_TYPE, STRING_TYPE], matches),
        ("max", vec![DYN_TYPE, DYN_TYPE], gather::max),
        ("max", vec![LIST_TYPE], gather::max),
        ("min", vec![DYN_TYPE, DYN_TYPE], gather::min),
        ("min", vec![LIST_TYPE], gather::min),
        ("seconds", vec![STRING_TYPE], seconds),
        ("short", vec![STRING_TYPE], shorten),
        ("sum", vec![LIST_TYPE], gather::sum),
        ("timestamp", vec![STRING_TYPE], seconds),
    ];
    for (name, target, args, function) in methods {
        let id = format!("{name}_{}", args.len());
        // Names and signatures are all different; were one not, that function would be unknown to
        // every expression, and the tests would say so.
        let _ = env.add_member_overload(name, &id, target, args, function);
    }
    for (name, args, function) in functions {
        let _ = env.add_overload(name, &format!("{name}_of_{}", args.len()), args, function);
    }
    Arc::new(env)
});

type Args<'b, 'v> = Vec<CowVal<'b, 'v>>;
type Yield<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

fn take<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    args.into_iter().next().ok_or(ExecutionError::MissingArgumentOrTarget)
}

fn text<'a>(args: &'a [CowVal<'_, '_>], index: usize) -> &'a str {
    args.get(index)
        .and_then(|value| value.downcast_ref::<CelString>())
        .map(CelString::inner)
        .unwrap_or_default()
}

fn whole(args: &[CowVal<'_, '_>], index: usize) -> Option<i64> {
    args.get(index).and_then(|value| value.downcast_ref::<CelInt>()).map(|value| *value.inner())
}

/// Hands out a text that is not too long.
fn made<'b, 'v>(text: String) -> Yield<'b, 'v> {
    weighed(vec![CowVal::owned(CelString::from(text))])
}

fn truth<'b, 'v>(truth: bool) -> CowVal<'b, 'v> {
    CowVal::owned(CelBool::from(truth))
}

/// Pays for looking through texts.
fn read_through(texts: &[&str]) -> Result<(), ExecutionError> {
    budget::spend(texts.iter().map(|text| text.len() as u64 / 16).sum())
}

fn round<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    budget::spend(whole(&args, 1).and_then(|steps| u64::try_from(steps).ok()).unwrap_or(1))?;
    take(args)
}

fn weighed<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    let value = take(args)?;
    let bulk = fact::bulk(value.as_ref(), BULK);
    if bulk > BULK {
        budget::cut("it makes a value that is too large")?;
    }
    budget::spend(bulk as u64)?;
    Ok(value)
}

fn equal<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    let [left, right] = args.as_slice() else {
        return Err(ExecutionError::MissingArgumentOrTarget);
    };
    fact::comparable(left.as_ref(), right.as_ref())?;
    Ok(truth(fact::equal(left.as_ref(), right.as_ref(), &mut || budget::spend(1))?))
}

fn within<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    let [wanted, holder] = args.as_slice() else {
        return Err(ExecutionError::MissingArgumentOrTarget);
    };
    if holder.get_type().kind() == Kind::List
        && let Some(items) = holder.as_iterable()
    {
        let mut items = items.iter();
        while let Some(item) = items.next() {
            fact::comparable(wanted.as_ref(), item)?;
            if fact::equal(wanted.as_ref(), item, &mut || budget::spend(1))? {
                return Ok(truth(true));
            }
        }
        return Ok(truth(false));
    }
    match holder.as_container() {
        Some(container) => Ok(truth(container.contains(wanted.as_ref())?)),
        None => Err(ExecutionError::no_such_overload(
            "in",
            vec![wanted.get_type().name().to_owned(), holder.get_type().name().to_owned()],
        )),
    }
}

/// Follows names from a value; true where something other than null stands at the end.
fn present<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    let [root, names] = args.as_slice() else {
        return Err(ExecutionError::MissingArgumentOrTarget);
    };
    let names = names.downcast_ref::<CelList>().map(CelList::inner).unwrap_or_default();
    Ok(truth(leads_somewhere(root.as_ref(), names)?))
}

fn leads_somewhere(value: &dyn Val, names: &[Box<dyn Val + '_>]) -> Result<bool, ExecutionError> {
    budget::spend(1)?;
    if value.downcast_ref::<CelNull>().is_some() || fact::is_withheld(value) {
        return Ok(false);
    }
    let Some((name, rest)) = names.split_first() else { return Ok(true) };
    let Some(indexer) = value.as_indexer() else {
        return Err(ExecutionError::no_such_overload(
            "has",
            vec![value.get_type().name().to_owned()],
        ));
    };
    match indexer.get(name.as_ref()) {
        Ok(next) => leads_somewhere(next.as_ref(), rest),
        Err(ExecutionError::NoSuchKey(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn lower<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    made(text(&args, 0).to_ascii_lowercase())
}

fn upper<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    made(text(&args, 0).to_ascii_uppercase())
}

fn trim<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    made(text(&args, 0).trim().to_owned())
}

fn split<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    read_through(&[text(&args, 0)])?;
    let parts = text(&args, 0).split(text(&args, 1)).take(BULK + 1);
    let parts: Vec<Box<dyn Val + 'v>> =
        parts.map(|part| Box::new(CelString::from(part.to_owned())) as Box<dyn Val + 'v>).collect();
    weighed(vec![CowVal::owned(CelList::from(parts))])
}

fn join<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    let separator = text(&args, 1);
    let mut joined = String::new();
    let mut first = true;
    let mut wrong = None;
    let items = args
        .first()
        .and_then(|list| list.as_iterable())
        .ok_or(ExecutionError::MissingArgumentOrTarget)?;
    let mut items = items.iter();
    while let Some(item) = items.next() {
        match item.downcast_ref::<CelString>() {
            Some(part) if joined.len() <= BULK * 16 => {
                if !first {
                    joined.push_str(separator);
                }
                joined.push_str(part.inner());
                first = false;
            }
            Some(_) => break,
            None => wrong = Some(item.get_type().name().to_owned()),
        }
    }
    match wrong {
        Some(kind) => {
            Err(ExecutionError::no_such_overload("join", vec![format!("list of {kind}")]))
        }
        None => made(joined),
    }
}

fn replace<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    let (whole, part, by) = (text(&args, 0), text(&args, 1), text(&args, 2));
    read_through(&[whole])?;
    let count = if part.is_empty() { whole.len() + 1 } else { whole.matches(part).count() };
    if whole.len().saturating_add(count.saturating_mul(by.len())) > BULK * 16 {
        budget::cut("it makes a value that is too large")?;
    }
    made(whole.replace(part, by))
}

fn index_of<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    let (whole, part) = (text(&args, 0), text(&args, 1));
    read_through(&[whole])?;
    let index = whole
        .find(part)
        .map_or(-1, |at| i64::try_from(whole[..at].chars().count()).unwrap_or(i64::MAX));
    Ok(CowVal::owned(CelInt::from(index)))
}

fn substring<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    let source = text(&args, 0);
    read_through(&[source])?;
    let length = source.chars().count();
    let bound = |index: usize| {
        whole(&args, index)
            .map(|value| usize::try_from(value).ok().filter(|value| *value <= length))
    };
    let (Some(Some(start)), end) = (bound(1), bound(2).unwrap_or(Some(length))) else {
        return Err(ExecutionError::function_error(
            "substring",
            format!("a position is outside the {length} characters of the text"),
        ));
    };
    match end.filter(|end| *end >= start) {
        Some(end) => made(source.chars().skip(start).take(end - start).collect()),
        None => Err(ExecutionError::function_error(
            "substring",
            format!("a position is outside the {length} characters of the text"),
        )),
    }
}

thread_local! {
    /// Patterns of this thread, which are few and used over and over.
    static PATTERNS: RefCell<HashMap<String, Regex>> = RefCell::new(HashMap::new());
}

/// A pattern, or why it is none.
pub(super) fn pattern(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern).size_limit(256 << 10).build().map_err(|error| error.to_string())
}

fn matches<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    let (whole, wanted) = (text(&args, 0), text(&args, 1));
    // A pattern takes time by its own length for every character.
    budget::spend((whole.len() as u64 + 16) * (wanted.len() as u64 + 16) / 64)?;
    PATTERNS.with_borrow_mut(|known| {
        if !known.contains_key(wanted) {
            budget::spend(1000)?;
            let pattern = pattern(wanted).map_err(|error| {
                ExecutionError::function_error("matches", format!("not a pattern: {error}"))
            })?;
            if known.len() >= 64 {
                known.clear();
            }
            known.insert(wanted.to_owned(), pattern);
        }
        Ok(truth(known.get(wanted).is_some_and(|pattern| pattern.is_match(whole))))
    })
}

fn host<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    made(host_of(text(&args, 0)).unwrap_or_default())
}

fn shorten<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    made(short(text(&args, 0)).to_owned())
}

fn difference_between<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    made(
        difference::between(text(&args, 0), text(&args, 1))
            .map(difference_word)
            .unwrap_or_default(),
    )
}

fn difference_word(difference: difference::Difference) -> String {
    serde_json::to_value(difference)
        .ok()
        .and_then(|word| word.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn seconds<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    let seconds = moment::seconds(text(&args, 0))
        .map_err(|why| ExecutionError::function_error("seconds", why))?;
    Ok(CowVal::owned(CelInt::from(seconds)))
}

fn duration<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    let seconds = moment::duration(text(&args, 0))
        .map_err(|why| ExecutionError::function_error("duration", why))?;
    Ok(CowVal::owned(CelInt::from(seconds)))
}

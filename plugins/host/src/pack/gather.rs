//! `max`, `min` and `sum`: what a list of numbers, of moments or of other texts comes to.

#![expect(clippy::needless_pass_by_value, reason = "the interpreter hands arguments over by value")]

use super::budget;
use super::fact;
use super::moment;
use cel::ExecutionError;
use cel::common::types::{CelDouble, CelInt, CelString, CelUInt};
use cel::common::value::{CowVal, Val};
use diag_sdk::jiff::Timestamp;

type Args<'b, 'v> = Vec<CowVal<'b, 'v>>;
type Yield<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

/// The elements of a list, all of one kind.
enum Gathered {
    Whole(Vec<i64>),
    Fractions(Vec<f64>),
    /// Texts that are all moments, each with when that is: their order as texts is not that of time.
    Moments(Vec<(Timestamp, String)>),
    Texts(Vec<String>),
}

pub(super) fn max<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    match gathered("max", &args)? {
        Gathered::Whole(all) => whole("max", all.into_iter().max()),
        Gathered::Fractions(all) => fraction("max", all.into_iter().max_by(f64::total_cmp)),
        Gathered::Moments(all) => text("max", all.into_iter().max().map(|(_, text)| text)),
        Gathered::Texts(all) => text("max", all.into_iter().max()),
    }
}

pub(super) fn min<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    match gathered("min", &args)? {
        Gathered::Whole(all) => whole("min", all.into_iter().min()),
        Gathered::Fractions(all) => fraction("min", all.into_iter().min_by(f64::total_cmp)),
        Gathered::Moments(all) => text("min", all.into_iter().min().map(|(_, text)| text)),
        Gathered::Texts(all) => text("min", all.into_iter().min()),
    }
}

/// The sum of no numbers is 0.
pub(super) fn sum<'b, 'v>(args: Args<'b, 'v>) -> Yield<'b, 'v> {
    match gathered("sum", &args)? {
        Gathered::Whole(all) => {
            let sum = all.into_iter().try_fold(0_i64, i64::checked_add);
            sum.map(|sum| CowVal::owned(CelInt::from(sum)))
                .ok_or_else(|| ExecutionError::function_error("sum", "a number that is too large"))
        }
        Gathered::Fractions(all) => fraction("sum", Some(all.into_iter().sum())),
        Gathered::Moments(_) | Gathered::Texts(_) => {
            Err(ExecutionError::function_error("sum", "texts have no sum"))
        }
    }
}

fn whole<'b, 'v>(name: &str, value: Option<i64>) -> Yield<'b, 'v> {
    value.map(|value| CowVal::owned(CelInt::from(value))).ok_or_else(|| empty(name))
}

fn fraction<'b, 'v>(name: &str, value: Option<f64>) -> Yield<'b, 'v> {
    value.map(|value| CowVal::owned(CelDouble::from(value))).ok_or_else(|| empty(name))
}

fn text<'b, 'v>(name: &str, value: Option<String>) -> Yield<'b, 'v> {
    value.map(|value| CowVal::owned(CelString::from(value))).ok_or_else(|| empty(name))
}

fn empty(name: &str) -> ExecutionError {
    ExecutionError::function_error(
        name,
        format!("`{name}` of an empty list; ask first: list.size() > 0"),
    )
}

/// What stands in a list, or between the parentheses.
fn gathered(name: &str, args: &[CowVal<'_, '_>]) -> Result<Gathered, ExecutionError> {
    let (mut all, mut fractions, mut texts, mut others) =
        (Vec::new(), Vec::new(), Vec::new(), None);
    let mut take = |value: &dyn Val| {
        if let Some(number) = number(value) {
            all.push(number);
        } else if let Some(part) = value.downcast_ref::<CelDouble>() {
            fractions.push(*part.inner());
        } else if let Some(part) = value.downcast_ref::<CelString>() {
            texts.push(part.inner().to_owned());
        } else {
            others = Some(value.get_type().name().to_owned());
        }
    };
    match args {
        [list] if list.as_iterable().is_some() => fact::each(list.as_ref(), &mut take),
        values => values.iter().for_each(|value| take(value.as_ref())),
    }
    budget::spend((all.len() + fractions.len() + texts.len()) as u64)?;
    if let Some(kind) = others {
        return Err(ExecutionError::no_such_overload(name, vec![format!("list of {kind}")]));
    }
    match (all.is_empty() && fractions.is_empty(), texts.is_empty()) {
        (false, false) => Err(ExecutionError::function_error(
            name,
            format!("`{name}` of numbers and texts together"),
        )),
        (true, false) => Ok(in_time(texts)),
        _ if fractions.is_empty() => Ok(Gathered::Whole(all)),
        _ => {
            #[expect(
                clippy::cast_precision_loss,
                reason = "whole numbers among fractions become fractions"
            )]
            fractions.extend(all.into_iter().map(|number| number as f64));
            Ok(Gathered::Fractions(fractions))
        }
    }
}

/// Moments where every text is one.
fn in_time(texts: Vec<String>) -> Gathered {
    let moments: Option<Vec<Timestamp>> = texts.iter().map(|text| moment::instant(text)).collect();
    match moments {
        Some(moments) => Gathered::Moments(moments.into_iter().zip(texts).collect()),
        None => Gathered::Texts(texts),
    }
}

fn number(value: &dyn Val) -> Option<i64> {
    match (value.downcast_ref::<CelInt>(), value.downcast_ref::<CelUInt>()) {
        (Some(number), _) => Some(*number.inner()),
        (_, Some(number)) => i64::try_from(*number.inner()).ok(),
        _ => None,
    }
}

//! The facts of a Case as values of expressions.
//!
//! The interpreter copies the element of a list into the variable of every round of a loop. Records
//! and lists of facts are therefore shared, so that such a copy costs nothing however large they are.

use cel::ExecutionError;
use cel::common::traits::{Adder, Container, Indexer, Iterable, Iterator as Round, Sizer};
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelUInt, Kind,
    LIST_TYPE, MAP_TYPE, NULL_TYPE, Type,
};
use cel::common::value::{CowVal, StaticVal, Val};
use serde_json::{Number, Value};
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

static RECORD: Type = MAP_TYPE;
static SEQUENCE: Type = LIST_TYPE;

/// A record of facts, such as a message or a certificate.
#[derive(Debug, Clone)]
pub(super) struct Record(Arc<BTreeMap<String, Box<dyn Val>>>);

/// A list of facts.
#[derive(Debug, Clone)]
pub(super) struct Sequence(Arc<Vec<Box<dyn Val>>>);

/// The value of a JSON fact.
pub(super) fn of(fact: &Value) -> Box<dyn Val> {
    match fact {
        Value::Null => Box::new(CelNull),
        Value::Bool(truth) => Box::new(CelBool::from(*truth)),
        Value::Number(number) => of_number(number),
        Value::String(text) => Box::new(CelString::from(text.clone())),
        Value::Array(items) => Box::new(Sequence(Arc::new(items.iter().map(of).collect()))),
        Value::Object(fields) => {
            // The text of a value about a person that is not shown is not absent: whoever compares it cannot tell.
            let sealed = fields.contains_key("secret");
            let value = |name: &String, fact: &Value| -> Box<dyn Val> {
                if sealed && name == "text" && fact.is_null() {
                    Box::new(Withheld)
                } else {
                    of(fact)
                }
            };
            Box::new(Record(Arc::new(
                fields.iter().map(|(name, fact)| (name.clone(), value(name, fact))).collect(),
            )))
        }
    }
}

/// A text that is there and not shown.
#[derive(Debug, Clone)]
pub(super) struct Withheld;

static WITHHELD: Type = NULL_TYPE;

/// A value is there and not shown.
pub(super) fn is_withheld(value: &dyn Val) -> bool {
    value.downcast_ref::<Withheld>().is_some()
}

/// Whether two values are equal can be told: not of one that is withheld, unless what is asked is whether it is there.
pub(super) fn comparable(left: &dyn Val, right: &dyn Val) -> Result<(), ExecutionError> {
    let (left_hidden, right_hidden) = (is_withheld(left), is_withheld(right));
    let nothing = |value: &dyn Val| value.downcast_ref::<CelNull>().is_some();
    if left_hidden == right_hidden || nothing(left) || nothing(right) {
        return Ok(());
    }
    Err(ExecutionError::function_error(
        "withheld",
        "a value that is withheld is compared; a pack that `wants` secret:personal sees it where that is granted",
    ))
}

/// A record of facts of several kinds.
pub(super) fn record<'f>(kinds: impl Iterator<Item = (&'static str, &'f Value)>) -> Box<dyn Val> {
    Box::new(Record(Arc::new(kinds.map(|(name, fact)| (name.to_owned(), of(fact))).collect())))
}

fn of_number(number: &Number) -> Box<dyn Val> {
    if let Some(whole) = number.as_i64() {
        Box::new(CelInt::from(whole))
    } else if let Some(large) = number.as_u64() {
        Box::new(CelUInt::from(large))
    } else {
        Box::new(CelDouble::from(number.as_f64().unwrap_or_default()))
    }
}

/// The JSON of a value that an expression yielded, to some depth.
pub(super) fn json(value: &dyn Val) -> Value {
    json_to(value, 16)
}

fn json_to(value: &dyn Val, depth: usize) -> Value {
    if let Some(text) = value.downcast_ref::<CelString>() {
        return Value::String(text.inner().to_owned());
    }
    if let Some(truth) = value.downcast_ref::<CelBool>() {
        return Value::Bool(*truth.inner());
    }
    if let Some(whole) = value.downcast_ref::<CelInt>() {
        return Value::from(*whole.inner());
    }
    if let Some(large) = value.downcast_ref::<CelUInt>() {
        return Value::from(*large.inner());
    }
    if let Some(number) = value.downcast_ref::<CelDouble>() {
        return Value::from(*number.inner());
    }
    if depth == 0 {
        return Value::Null;
    }
    if let Some(record) = value.downcast_ref::<Record>() {
        return Value::Object(
            record
                .0
                .iter()
                .map(|(name, field)| (name.clone(), json_to(field.as_ref(), depth - 1)))
                .collect(),
        );
    }
    if let Some(map) = value.downcast_ref::<CelMap>() {
        let mut fields: Vec<(String, Value)> = Vec::new();
        for (key, field) in map.inner() {
            if let CelMapKey::String(name) = key {
                fields.push((name.inner().to_owned(), json_to(field.as_ref(), depth - 1)));
            }
        }
        fields.sort_by(|left, right| left.0.cmp(&right.0));
        return Value::Object(fields.into_iter().collect());
    }
    if value.as_iterable().is_none() {
        return Value::Null;
    }
    let mut items = Vec::new();
    each(value, |item| items.push(json_to(item, depth - 1)));
    Value::Array(items)
}

/// Hands the elements of a list to a function.
pub(super) fn each(value: &dyn Val, mut take: impl FnMut(&dyn Val)) {
    if let Some(iterable) = value.as_iterable() {
        let mut items = iterable.iter();
        while let Some(item) = items.next() {
            take(item);
        }
    }
}

/// The names of a record's fields.
pub(super) fn field_names(value: &dyn Val) -> Vec<String> {
    value
        .downcast_ref::<Record>()
        .map(|record| record.0.keys().cloned().collect())
        .unwrap_or_default()
}

/// Both are equal, however they came about: a list that an expression made and a list of facts
/// with the same elements are the same to people. `spend` is told of every pair compared and may
/// end it.
pub(super) fn equal(
    left: &dyn Val,
    right: &dyn Val,
    spend: &mut dyn FnMut() -> Result<(), ExecutionError>,
) -> Result<bool, ExecutionError> {
    spend()?;
    if is_withheld(right) {
        return Ok(right.equals(left));
    }
    match (left.downcast_ref::<Record>(), right.downcast_ref::<Record>()) {
        (Some(left), _) => return left.equals_map(right, spend),
        (_, Some(right)) => return right.equals_map(left, spend),
        _ => {}
    }
    let lists = left.get_type().kind() == Kind::List && right.get_type().kind() == Kind::List;
    let (true, Some(items), Some(others)) = (lists, left.as_iterable(), right.as_iterable()) else {
        return Ok(left.equals(right));
    };
    let (mut items, mut others) = (items.iter(), others.iter());
    loop {
        match (items.next(), others.next()) {
            (None, None) => return Ok(true),
            (Some(item), Some(other)) if equal(item, other, spend)? => {}
            _ => return Ok(false),
        }
    }
}

impl Record {
    fn equals_map(
        &self,
        other: &dyn Val,
        spend: &mut dyn FnMut() -> Result<(), ExecutionError>,
    ) -> Result<bool, ExecutionError> {
        let (Some(fields), Some(size)) = (other.as_indexer(), other.as_sizer()) else {
            return Ok(false);
        };
        if size.size() != self.size() {
            return Ok(false);
        }
        for (name, field) in self.0.iter() {
            match fields.get(&CelString::from(name.as_str())) {
                Ok(same) if equal(field.as_ref(), same.as_ref(), spend)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}

impl StaticVal for Withheld {}

impl Val for Withheld {
    fn get_type(&self) -> &Type {
        &WITHHELD
    }

    fn cel_type() -> &'static Type {
        &WITHHELD
    }

    fn equals(&self, other: &dyn Val) -> bool {
        is_withheld(other) || other.downcast_ref::<CelNull>().is_some()
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(Self)
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Record {}
impl StaticVal for Sequence {}

impl Val for Record {
    fn get_type(&self) -> &Type {
        &RECORD
    }

    fn cel_type() -> &'static Type {
        &RECORD
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        equal(self, other, &mut || Ok(())).unwrap_or(false)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl Container for Record {
    fn contains(&self, value: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(value.downcast_ref::<CelString>().is_some_and(|name| self.0.contains_key(name.inner())))
    }
}

impl Indexer for Record {
    fn get<'b, 'v>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let name = index.downcast_ref::<CelString>().map(CelString::inner).unwrap_or_default();
        self.0
            .get(name)
            .map(|field| CowVal::Borrowed(field.as_ref()))
            .ok_or_else(|| ExecutionError::no_such_key(name))
    }

    fn steal<'v>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(index).map(CowVal::into_owned)
    }
}

impl Sizer for Record {
    fn size(&self) -> CelInt {
        CelInt::from(i64::try_from(self.0.len()).unwrap_or(i64::MAX))
    }
}

impl Val for Sequence {
    fn get_type(&self) -> &Type {
        &SEQUENCE
    }

    fn cel_type() -> &'static Type {
        &SEQUENCE
    }

    fn as_adder<'b, 'v>(&'b self) -> Option<&'b (dyn Adder + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        equal(self, other, &mut || Ok(())).unwrap_or(false)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl Adder for Sequence {
    fn add<'b, 'v>(&'b self, rhs: &(dyn Val + 'v)) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let mut others = rhs
            .as_iterable()
            .ok_or_else(|| {
                ExecutionError::no_such_overload(
                    "_+_",
                    vec!["list".to_owned(), rhs.get_type().name().to_owned()],
                )
            })?
            .iter();
        let mut all: Vec<Box<dyn Val + 'v>> =
            self.0.iter().map(|item| item.clone_as_boxed()).collect();
        while let Some(other) = others.next() {
            all.push(other.clone_as_boxed());
        }
        Ok(CowVal::owned(CelList::from(all)))
    }
}

impl Container for Sequence {
    fn contains(&self, value: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(self.0.iter().any(|item| item.equals(value)))
    }
}

impl Indexer for Sequence {
    fn get<'b, 'v>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let wanted = match (index.downcast_ref::<CelInt>(), index.downcast_ref::<CelUInt>()) {
            (Some(index), _) => usize::try_from(*index.inner()).ok(),
            (_, Some(index)) => usize::try_from(*index.inner()).ok(),
            _ => {
                return Err(ExecutionError::UnexpectedType {
                    got: index.get_type().name().to_owned(),
                    want: "int".to_owned(),
                });
            }
        };
        wanted
            .and_then(|wanted| self.0.get(wanted))
            .map(|item| CowVal::Borrowed(item.as_ref()))
            .ok_or_else(|| {
                ExecutionError::IndexOutOfBounds(index.try_into().unwrap_or(cel::Value::Null))
            })
    }

    fn steal<'v>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(index).map(CowVal::into_owned)
    }
}

impl Iterable for Sequence {
    fn iter<'b, 'v>(&'b self) -> Box<dyn Round<'b, 'v> + 'b>
    where
        Self: 'v,
    {
        Box::new(Items(&self.0))
    }
}

impl Sizer for Sequence {
    fn size(&self) -> CelInt {
        CelInt::from(i64::try_from(self.0.len()).unwrap_or(i64::MAX))
    }
}

/// What is left of a list in a loop.
struct Items<'b>(&'b [Box<dyn Val>]);

impl<'b, 'v> Round<'b, 'v> for Items<'b> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'v)> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first.as_ref())
    }
}

/// Number of elements, characters or the like that a value made by an expression holds by itself.
/// Facts are shared and count as one.
pub(super) fn bulk(value: &dyn Val, limit: usize) -> usize {
    if let Some(text) = value.downcast_ref::<CelString>() {
        return 1 + text.inner().len() / 16;
    }
    let mut sum: usize = 1;
    if let Some(list) = value.downcast_ref::<CelList>() {
        for item in list.inner() {
            sum = sum.saturating_add(bulk(item.as_ref(), limit));
            if sum > limit {
                break;
            }
        }
    } else if let Some(map) = value.downcast_ref::<CelMap>() {
        for item in map.inner().values() {
            sum = sum.saturating_add(1 + bulk(item.as_ref(), limit));
            if sum > limit {
                break;
            }
        }
    }
    sum
}

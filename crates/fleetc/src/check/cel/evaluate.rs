//! What an expression says of a value.

use std::borrow::Cow;

use fleetc_manifests::{Data, Value};
use regex::RegexBuilder;

use super::super::syntax::is_late;
use super::parse::{Expression, Operator};

/// How many steps an evaluation may take.
const MOST_STEPS: usize = 20_000;

/// How large a compiled regular expression may be.
const LARGEST_PATTERN: usize = 1 << 18;

/// What an expression is, where it is known.
#[derive(Clone)]
enum Known<'v> {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(Cow<'v, str>),
    List(Vec<Known<'v>>),
    Map(&'v Value),
}

impl Known<'_> {
    /// How many steps it costs to have it.
    fn weight(&self) -> usize {
        match self {
            Self::Text(text) => text.len() / 64,
            Self::List(items) => items.iter().map(|item| 1 + item.weight()).sum(),
            _ => 0,
        }
    }
}

/// What a regular expression costs.
const PATTERN: usize = 400;

/// Whether the expression is true of the value; none if that is not certain.
pub(super) fn truth(expression: &Expression, value: &Value) -> Option<bool> {
    let own = of_value(value)?;
    let mut scope = Scope { names: vec![("self", own)], steps: 0 };
    match scope.value(expression)? {
        Known::Bool(it) => Some(it),
        _ => None,
    }
}

fn of_value(value: &Value) -> Option<Known<'_>> {
    Some(match &value.data {
        Data::Null => Known::Null,
        Data::Bool(it) => Known::Bool(*it),
        Data::Number(it) => it.as_integer().map_or_else(|| Known::Double(it.as_float()), Known::Int),
        Data::Text(text) if is_late(text) => return None,
        Data::Text(text) => Known::Text(Cow::Borrowed(text)),
        Data::List(items) => Known::List(items.iter().map(of_value).collect::<Option<_>>()?),
        Data::Map(_) => Known::Map(value),
    })
}

struct Scope<'v, 'e> {
    names: Vec<(&'e str, Known<'v>)>,
    steps: usize,
}

impl<'v, 'e> Scope<'v, 'e> {
    fn value(&mut self, expression: &'e Expression) -> Option<Known<'v>> {
        self.charge(1)?;
        let known = self.value_of(expression)?;
        self.charge(known.weight())?;
        Some(known)
    }

    /// Counts what was done, up to what may be.
    fn charge(&mut self, steps: usize) -> Option<()> {
        self.steps = self.steps.saturating_add(steps);
        (self.steps <= MOST_STEPS).then_some(())
    }

    fn value_of(&mut self, expression: &'e Expression) -> Option<Known<'v>> {
        match expression {
            Expression::Null => Some(Known::Null),
            Expression::Bool(it) => Some(Known::Bool(*it)),
            Expression::Int(it) => Some(Known::Int(*it)),
            Expression::Double(it) => Some(Known::Double(*it)),
            Expression::Text(text) => Some(Known::Text(Cow::Owned(text.clone()))),
            Expression::List(items) => {
                items.iter().map(|item| self.value(item)).collect::<Option<_>>().map(Known::List)
            }
            Expression::Name(name) => {
                self.names.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone())
            }
            Expression::Field(owner, name) => field(&self.value(owner)?, name),
            Expression::Has(owner, name) => self.has(owner, name),
            Expression::Index(owner, index) => self.index(owner, index),
            Expression::Call(owner, name, arguments) => self.call(owner.as_deref(), name, arguments),
            Expression::Not(inner) => self.boolean(inner).map(|it| Known::Bool(!it)),
            Expression::Minus(inner) => match self.value(inner)? {
                Known::Int(it) => it.checked_neg().map(Known::Int),
                Known::Double(it) => Some(Known::Double(-it)),
                _ => None,
            },
            Expression::Binary(operator, left, right) => self.binary(*operator, left, right),
            Expression::If(condition, one, other) => {
                let chosen = if self.boolean(condition)? { one } else { other };
                self.value(chosen)
            }
        }
    }

    fn boolean(&mut self, expression: &'e Expression) -> Option<bool> {
        match self.value(expression)? {
            Known::Bool(it) => Some(it),
            _ => None,
        }
    }

    /// Null may be kept, or taken away by the server: that is not known here.
    fn has(&mut self, owner: &'e Expression, name: &str) -> Option<Known<'v>> {
        let Known::Map(map) = self.value(owner)? else { return None };
        match map.get(name) {
            Some(value) if value.is_null() => None,
            found => Some(Known::Bool(found.is_some())),
        }
    }

    fn index(&mut self, owner: &'e Expression, index: &'e Expression) -> Option<Known<'v>> {
        match (self.value(owner)?, self.value(index)?) {
            (Known::List(items), Known::Int(at)) => items.into_iter().nth(usize::try_from(at).ok()?),
            (map @ Known::Map(_), Known::Text(key)) => field(&map, &key),
            _ => None,
        }
    }

    fn binary(
        &mut self,
        operator: Operator,
        left: &'e Expression,
        right: &'e Expression,
    ) -> Option<Known<'v>> {
        if let Operator::And | Operator::Or = operator {
            // One side may decide, whatever the other one is.
            let decides = Some(operator == Operator::Or);
            let (left, right) = (self.boolean(left), self.boolean(right));
            return match (left, right) {
                _ if left == decides || right == decides => decides.map(Known::Bool),
                (Some(_), Some(_)) => decides.map(|it| Known::Bool(!it)),
                _ => None,
            };
        }
        let (left, right) = (self.value(left)?, self.value(right)?);
        match operator {
            Operator::Plus | Operator::Minus => sum(operator, left, right),
            Operator::In => is_in(&left, &right).map(Known::Bool),
            Operator::Equal => is_equal(&left, &right).map(Known::Bool),
            Operator::NotEqual => is_equal(&left, &right).map(|it| Known::Bool(!it)),
            _ => compare(operator, &left, &right).map(Known::Bool),
        }
    }

    fn call(
        &mut self,
        owner: Option<&'e Expression>,
        name: &str,
        arguments: &'e [Expression],
    ) -> Option<Known<'v>> {
        if let (Some(owner), [Expression::Name(variable), body]) = (owner, arguments) {
            return self.comprehension(owner, name, variable, body);
        }
        let (subject, argument) = match (owner, arguments) {
            (None, [only]) | (Some(only), []) => (self.value(only)?, None),
            (Some(owner), [argument]) => (self.value(owner)?, Some(self.value(argument)?)),
            _ => return None,
        };
        match (name, subject, argument) {
            ("size", subject, None) => size(&subject).map(Known::Int),
            (_, Known::Text(text), Some(Known::Text(other))) => {
                self.charge(if name == "matches" { PATTERN } else { text.len() / 64 })?;
                about_text(name, &text, &other).map(Known::Bool)
            }
            _ => None,
        }
    }

    /// `list.all(it, …)`, and its like.
    fn comprehension(
        &mut self,
        owner: &'e Expression,
        name: &str,
        variable: &'e str,
        body: &'e Expression,
    ) -> Option<Known<'v>> {
        let items = match self.value(owner)? {
            Known::List(items) => items,
            // The keys of a map.
            Known::Map(map) => map.as_map()?.keys().map(|key| Known::Text(Cow::Borrowed(key))).collect(),
            _ => return None,
        };
        let mut found: Vec<Option<bool>> = Vec::new();
        for item in &items {
            self.names.push((variable, item.clone()));
            found.push(self.boolean(body));
            self.names.pop();
        }
        let is_all_known = found.iter().all(Option::is_some);
        let count = |wanted: bool| found.iter().filter(|it| **it == Some(wanted)).count();
        match name {
            "all" if count(false) > 0 => Some(Known::Bool(false)),
            "exists" if count(true) > 0 => Some(Known::Bool(true)),
            _ if !is_all_known => None,
            "all" => Some(Known::Bool(true)),
            "exists" => Some(Known::Bool(false)),
            "exists_one" => Some(Known::Bool(count(true) == 1)),
            "filter" => {
                let kept = items.into_iter().zip(&found).filter(|(_, is)| **is == Some(true));
                Some(Known::List(kept.map(|(item, _)| item).collect()))
            }
            _ => None,
        }
    }
}

fn field<'v>(owner: &Known<'v>, name: &str) -> Option<Known<'v>> {
    let Known::Map(map) = owner else { return None };
    map.get(name).and_then(of_value)
}

fn size(value: &Known<'_>) -> Option<i64> {
    let count = match value {
        Known::Text(text) => text.chars().count(),
        Known::List(items) => items.len(),
        Known::Map(map) => map.as_map()?.len(),
        _ => return None,
    };
    i64::try_from(count).ok()
}

fn about_text(name: &str, text: &str, other: &str) -> Option<bool> {
    match name {
        "startsWith" => Some(text.starts_with(other)),
        "endsWith" => Some(text.ends_with(other)),
        "contains" => Some(text.contains(other)),
        // Classes like `\d` mean more to this library than to a server, in other letters.
        "matches" if text.is_ascii() => {
            let regex = RegexBuilder::new(other).size_limit(LARGEST_PATTERN).build().ok()?;
            Some(regex.is_match(text))
        }
        _ => None,
    }
}

fn sum<'v>(operator: Operator, left: Known<'v>, right: Known<'v>) -> Option<Known<'v>> {
    let is_plus = operator == Operator::Plus;
    match (left, right) {
        (Known::Int(left), Known::Int(right)) => {
            let sum = if is_plus { left.checked_add(right) } else { left.checked_sub(right) };
            sum.map(Known::Int)
        }
        (Known::Text(left), Known::Text(right)) if is_plus && left.len() + right.len() < 10_000 => {
            Some(Known::Text(Cow::Owned(format!("{left}{right}"))))
        }
        _ => None,
    }
}

#[allow(clippy::cast_precision_loss, reason = "numbers that large are not compared with broken ones")]
fn number(value: &Known<'_>) -> Option<f64> {
    match value {
        Known::Int(it) if it.unsigned_abs() < 1 << 52 => Some(*it as f64),
        Known::Double(it) => Some(*it),
        _ => None,
    }
}

fn compare(operator: Operator, left: &Known<'_>, right: &Known<'_>) -> Option<bool> {
    let order = match (left, right) {
        (Known::Int(left), Known::Int(right)) => left.cmp(right),
        (Known::Text(left), Known::Text(right)) => left.cmp(right),
        _ => number(left)?.partial_cmp(&number(right)?)?,
    };
    Some(match operator {
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::More => order.is_gt(),
        _ => order.is_ge(),
    })
}

/// Things of different types are an error on a server, where it knows their types: here they are unknown.
fn is_equal(left: &Known<'_>, right: &Known<'_>) -> Option<bool> {
    match (left, right) {
        (Known::Null, Known::Null) => Some(true),
        (Known::Null, _) | (_, Known::Null) => Some(false),
        (Known::Bool(left), Known::Bool(right)) => Some(left == right),
        (Known::Int(left), Known::Int(right)) => Some(left == right),
        (Known::Text(left), Known::Text(right)) => Some(left == right),
        (Known::List(left), Known::List(right)) if left.len() != right.len() => Some(false),
        (Known::List(left), Known::List(right)) => {
            let equal: Option<Vec<bool>> =
                left.iter().zip(right).map(|(left, right)| is_equal(left, right)).collect();
            equal.map(|equal| equal.into_iter().all(|it| it))
        }
        #[allow(clippy::float_cmp, reason = "a server compares them so")]
        _ => Some(number(left)? == number(right)?),
    }
}

fn is_in(item: &Known<'_>, of: &Known<'_>) -> Option<bool> {
    match (item, of) {
        (Known::Text(key), Known::Map(map)) => Some(map.get(key).is_some()),
        (_, Known::List(items)) => {
            let equal: Option<Vec<bool>> = items.iter().map(|it| is_equal(item, it)).collect();
            equal.map(|equal| equal.into_iter().any(|it| it))
        }
        _ => None,
    }
}

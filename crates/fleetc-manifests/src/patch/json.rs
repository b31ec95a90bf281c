//! JSON patch, strictly: an operation that does not fit is an error, never a guess.

use std::fmt;

use super::pointer::{Item, ItemError, Pointer, Token};
use crate::{Data, Map, Place, Text, Value};

/// One operation of a JSON patch.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What it does.
    pub verb: Verb,
    /// Where it does it.
    pub path: Pointer,
    /// Where it was written.
    pub place: Place,
}

/// What an operation does at its path.
#[derive(Debug, Clone, PartialEq)]
pub enum Verb {
    /// Puts a value there: under a new or old key, or before the item of a list.
    Add(Value),
    /// Takes away what is there.
    Remove,
    /// Puts a value in the place of the one that is there.
    Replace(Value),
    /// Takes what is at another path.
    Move(Pointer),
    /// Copies what is at another path.
    Copy(Pointer),
    /// Holds only if this value is there.
    Test(Value),
}

/// Why an operation does not fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Which operation, counted from 0.
    pub operation: usize,
    /// Where the operation was written.
    pub place: Place,
    /// How far its path leads.
    pub reached: Pointer,
    /// Why it leads no further.
    pub reason: Reason,
}

/// Why a path leads no further, or an operation does not hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// The map has no such key; the keys that it has.
    NoKey(Text, Vec<Text>),
    /// The list has no such item; how many it has.
    NoItem(Text, usize),
    /// The token is no index of a list.
    NoIndex(Text),
    /// Several items of the list have the key and value.
    Several(Text),
    /// What is there has no parts; what it is.
    NoParts(Text, &'static str),
    /// A test found something else, or a patch would change the whole value into something else.
    Differs,
    /// A value would be moved into itself.
    IntoItself,
    /// The whole value would be taken away.
    Whole,
}

/// Applies the operations, all of them or none.
///
/// ```
/// use fleetc_manifests::{Place, value};
/// use fleetc_manifests::patch::{Operation, Pointer, Verb, apply};
///
/// let mut value = value!({ "containers": [{ "name": "web", "image": "web:1" }] });
/// let operation = Operation {
///     verb: Verb::Replace("web:2".into()),
///     path: Pointer::parse("/containers/[name=web]/image").unwrap(),
///     place: Place::NONE,
/// };
/// apply(&mut value, &[operation]).unwrap();
/// assert_eq!(value, value!({ "containers": [{ "name": "web", "image": "web:2" }] }));
/// ```
pub fn apply(value: &mut Value, operations: &[Operation]) -> Result<(), Failure> {
    let mut patched = value.clone();
    for (index, operation) in operations.iter().enumerate() {
        perform(&mut patched, operation).map_err(|(reached, reason)| Failure {
            operation: index,
            place: operation.place,
            reached,
            reason,
        })?;
    }
    *value = patched;
    Ok(())
}

type Outcome<T> = Result<T, (Pointer, Reason)>;

fn perform(root: &mut Value, operation: &Operation) -> Outcome<()> {
    let path = &operation.path;
    match &operation.verb {
        Verb::Add(value) => add(root, path, value.clone()),
        Verb::Remove => remove(root, path).map(drop),
        Verb::Replace(value) => {
            *existing(root, path)? = value.clone();
            Ok(())
        }
        Verb::Move(from) => {
            if path.starts_with(from) && path != from {
                return Err((from.clone(), Reason::IntoItself));
            }
            let value = remove(root, from)?;
            add(root, path, value)
        }
        Verb::Copy(from) => {
            let value = existing(root, from)?.clone();
            add(root, path, value)
        }
        Verb::Test(value) if existing(root, path)? == value => Ok(()),
        Verb::Test(_) => Err((path.clone(), Reason::Differs)),
    }
}

/// The value at the path.
fn existing<'v>(root: &'v mut Value, path: &Pointer) -> Outcome<&'v mut Value> {
    let mut value = root;
    for (depth, token) in path.tokens().iter().enumerate() {
        value = step(value, token).map_err(|reason| (path.first(depth), reason))?;
    }
    Ok(value)
}

fn step<'v>(value: &'v mut Value, token: &Token) -> Result<&'v mut Value, Reason> {
    let kind = value.type_name();
    match &mut value.data {
        Data::Map(map) => {
            if !map.contains(&token.text) {
                return Err(no_key(map, token));
            }
            Ok(map.get_mut(&token.text).expect("it was just found"))
        }
        Data::List(list) => {
            let index = index_of(token, list)?;
            if index >= list.len() {
                return Err(Reason::NoItem(token.text.clone(), list.len()));
            }
            Ok(&mut list.make_mut()[index])
        }
        _ => Err(Reason::NoParts(token.text.clone(), kind)),
    }
}

/// The container that the last token of the path is in, and that token.
fn parent<'v, 'p>(root: &'v mut Value, path: &'p Pointer) -> Outcome<Option<(&'v mut Value, &'p Token)>> {
    match path.tokens().split_last() {
        None => Ok(None),
        Some((last, before)) => Ok(Some((existing(root, &path.first(before.len()))?, last))),
    }
}

fn add(root: &mut Value, path: &Pointer, new: Value) -> Outcome<()> {
    let depth = path.tokens().len().saturating_sub(1);
    let fail = |reason| (path.first(depth), reason);
    let Some((container, token)) = parent(root, path)? else {
        *root = new;
        return Ok(());
    };
    let kind = container.type_name();
    match &mut container.data {
        Data::Map(map) => {
            let key = crate::Key::new(&token.text, new.place);
            map.insert(key, new);
            Ok(())
        }
        Data::List(list) => {
            let index = index_of(token, list).map_err(fail)?;
            if index > list.len() {
                return Err(fail(Reason::NoItem(token.text.clone(), list.len())));
            }
            list.insert(index, new);
            Ok(())
        }
        _ => Err(fail(Reason::NoParts(token.text.clone(), kind))),
    }
}

fn remove(root: &mut Value, path: &Pointer) -> Outcome<Value> {
    let depth = path.tokens().len().saturating_sub(1);
    let fail = |reason| (path.first(depth), reason);
    let Some((container, token)) = parent(root, path)? else {
        return Err((path.clone(), Reason::Whole));
    };
    let kind = container.type_name();
    match &mut container.data {
        Data::Map(map) => match map.remove(&token.text) {
            Some(value) => Ok(value),
            None => Err(fail(no_key(map, token))),
        },
        Data::List(list) => {
            let index = index_of(token, list).map_err(fail)?;
            if index >= list.len() {
                return Err(fail(Reason::NoItem(token.text.clone(), list.len())));
            }
            Ok(list.remove(index))
        }
        _ => Err(fail(Reason::NoParts(token.text.clone(), kind))),
    }
}

fn index_of(token: &Token, list: &crate::List) -> Result<usize, Reason> {
    match token.item(list) {
        Ok(Item::At(index)) => Ok(index),
        Ok(Item::End) => Ok(list.len()),
        Err(ItemError::NoIndex) => Err(Reason::NoIndex(token.text.clone())),
        Err(ItemError::NoneWithKey) => Err(Reason::NoItem(token.text.clone(), list.len())),
        Err(ItemError::Several) => Err(Reason::Several(token.text.clone())),
    }
}

fn no_key(map: &Map, token: &Token) -> Reason {
    Reason::NoKey(token.text.clone(), map.keys().map(Into::into).collect())
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reached = match self.reached.to_string() {
            whole if whole.is_empty() => "the object".to_owned(),
            path => format!("`{path}`"),
        };
        match &self.reason {
            Reason::NoKey(key, _) => write!(f, "{reached} has no `{key}`"),
            Reason::NoItem(item, 1) => write!(f, "{reached} has no item `{item}`, only one item"),
            Reason::NoItem(item, count) => write!(f, "{reached} has no item `{item}`, only {count} items"),
            Reason::NoIndex(token) => {
                write!(f, "{reached} is a list, and `{token}` is no index, `-` or `[key=value]`")
            }
            Reason::Several(token) => write!(f, "{reached} has several items `{token}`"),
            Reason::NoParts(token, kind) => write!(f, "{reached} is {kind} and has no `{token}`"),
            Reason::Differs => write!(f, "{reached} is not what the test says"),
            Reason::IntoItself => write!(f, "{reached} would be moved into itself"),
            Reason::Whole => write!(f, "the whole object would be removed"),
        }
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    fn patched(mut value: Value, path: &str, verb: Verb) -> Result<Value, String> {
        let operation = Operation { verb, path: Pointer::parse(path)?, place: Place::NONE };
        apply(&mut value, &[operation]).map_err(|failure| failure.to_string())?;
        Ok(value)
    }

    fn object() -> Value {
        value!({ "a": { "x": 1 }, "b": [{ "name": "p", "port": 80 }, { "name": "q", "port": 80 }], "c": "text" })
    }

    #[test]
    fn items_are_chosen_by_index_or_key() {
        let wanted = Ok(value!({ "b": [{ "name": "p", "port": 80 }, { "name": "q", "port": 81 }] }));
        for path in ["/b/1/port", "/b/[name=q]/port", "/b/[name=q,port=80]/port"] {
            let mut object = object();
            let map = object.as_map_mut().unwrap();
            map.remove("a");
            map.remove("c");
            assert_eq!(patched(object, path, Verb::Replace(81.into())), wanted, "{path}");
        }
    }

    #[test]
    fn removing_keeps_the_order() {
        let value = patched(object(), "/a", Verb::Remove).unwrap();
        assert_eq!(value.as_map().unwrap().keys().collect::<Vec<_>>(), ["b", "c"]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let one = || Verb::Add(1.into());
        for (path, verb, message) in [
            ("/b/-1", one(), "`/b` is a list, and `-1` is no index, `-` or `[key=value]`"),
            ("/b/01", one(), "`/b` is a list, and `01` is no index, `-` or `[key=value]`"),
            ("/b/3", one(), "`/b` has no item `3`, only 2 items"),
            ("/b/-", Verb::Remove, "`/b` has no item `-`, only 2 items"),
            ("/b/[port=80]", Verb::Remove, "`/b` has several items `[port=80]`"),
            ("/b/[name=r]", Verb::Remove, "`/b` has no item `[name=r]`, only 2 items"),
            ("/x/y", one(), "the object has no `x`"),
            ("/a/y", Verb::Replace(1.into()), "`/a` has no `y`"),
            ("/a/y", Verb::Remove, "`/a` has no `y`"),
            ("/c/y", one(), "`/c` is a string and has no `y`"),
            ("/c", Verb::Test("other".into()), "`/c` is not what the test says"),
            ("/a/x", Verb::Move(Pointer::parse("/a").unwrap()), "`/a` would be moved into itself"),
            ("", Verb::Remove, "the whole object would be removed"),
            ("/a~2", one(), "`~` is written `~0`, and `/` inside a key `~1`"),
            ("a", one(), "a path begins with `/`"),
        ] {
            assert_eq!(patched(object(), path, verb), Err(message.to_owned()), "{path}");
        }
    }

    #[test]
    fn all_operations_or_none() {
        let mut value = object();
        let operation =
            |path, verb| Operation { verb, path: Pointer::parse(path).unwrap(), place: Place::NONE };
        let failure =
            apply(&mut value, &[operation("/a", Verb::Remove), operation("/a", Verb::Remove)]).unwrap_err();
        assert_eq!(failure.operation, 1);
        assert_eq!(value, object());
    }

    #[test]
    fn equal_numbers_pass_a_test() {
        let test = Verb::Test(Value::from(crate::Number::decimal("1.0").unwrap()));
        assert!(patched(object(), "/a/x", test).is_ok());
    }
}

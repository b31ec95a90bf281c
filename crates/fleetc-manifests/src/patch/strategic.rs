//! Kubernetes' strategic merge, with its directives.
//!
//! As `kubectl patch --type=strategic` does it
//! (<https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md>),
//! but for what kubectl does in silence: a directive that it does not know, an item to delete that is not there, and an
//! item that could be one of several are errors here. As kustomize does it, and not kubectl, items are told apart by all
//! keys of their list (ports of two protocols), what is deleted leaves no `{}` behind, and `null` never stays.

mod order;

use std::fmt;

use crate::kinds::{Field, Type};
use crate::{Data, Entry, Key, List, Map, Place, Text, Value};
use order::{check_order, in_order, is_same, put_in_order};

/// Why a strategic merge does not fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Misfit {
    /// The part of the patch that does not fit.
    pub place: Place,
    /// Why.
    pub reason: Reason,
}

/// Why a part of a strategic merge does not fit.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// An item of a list without the key by which the list is merged.
    NoMergeKey(&'static str),
    /// The list has no item to delete with that key.
    NothingToDelete(String),
    /// Several items of the list have that key.
    Several(String),
    /// A directive that there is not.
    UnknownDirective(Text),
    /// `$patch: replace` beside other keys in an item of a list.
    ReplacesMore,
    /// A directive whose value has another form.
    BadDirective(Text),
    /// A key that `$retainKeys` does not list.
    NotRetained(Text),
    /// An item that `$setElementOrder` does not list, or not in this order.
    NotInOrder(Text),
    /// A list of things of several types.
    MixedList,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Reason::NoMergeKey(key) => write!(f, "an item of this list needs `{key}`, by which it is merged"),
            Reason::NothingToDelete(item) => write!(f, "the list has no item with {item} to delete"),
            Reason::Several(item) => write!(f, "the list has several items with {item}"),
            Reason::UnknownDirective(it) => write!(f, "`$patch` is `replace` or `delete`, not `{it}`"),
            Reason::ReplacesMore => {
                f.write_str("`$patch: replace` replaces the whole list, and stands in an item of its own")
            }
            Reason::BadDirective(it) => write!(f, "`{it}` needs a list"),
            Reason::NotRetained(key) => write!(f, "`{key}` is set, but not listed in `$retainKeys`"),
            Reason::NotInOrder(list) => {
                write!(f, "`$setElementOrder/{list}` does not list the items in this order")
            }
            Reason::MixedList => f.write_str("the items of this list are of several types"),
        }
    }
}

impl std::error::Error for Misfit {}

/// Merges the patch into an object of the type.
///
/// ```
/// use fleetc_manifests::{kinds, patch, value};
///
/// let mut pod = value!({ "spec": { "containers": [{ "name": "web", "image": "web:1", "tty": true }] } });
/// let change = value!({ "spec": { "containers": [{ "name": "web", "image": "web:2" }] } });
/// patch::strategic_merge(&mut pod, &change, kinds::find("v1", "Pod").unwrap().shape).unwrap();
/// assert_eq!(pod, value!({ "spec": { "containers": [{ "name": "web", "image": "web:2", "tty": true }] } }));
/// ```
pub fn strategic_merge(value: &mut Value, patch: &Value, shape: Type) -> Result<(), Misfit> {
    let mut merged = value.clone();
    merge_value(&mut merged, patch, Some(shape))?;
    *value = merged;
    Ok(())
}

/// The first directive of strategic merges in a patch, but for those inside lists, which are values.
///
/// A merge patch would write it into the object.
///
/// ```
/// use fleetc_manifests::{patch, value};
///
/// let change = value!({ "spec": { "rules": { "$patch": "delete" } } });
/// assert_eq!(patch::directive(&change).unwrap().text, "$patch");
/// ```
pub fn directive(patch: &Value) -> Option<&Key> {
    patch.as_map()?.iter().find_map(|entry| {
        if is_directive(&entry.key.text) { Some(&entry.key) } else { directive(&entry.value) }
    })
}

fn is_directive(key: &str) -> bool {
    [PATCH, RETAIN_KEYS].contains(&key) || key.starts_with(ORDER) || key.starts_with(DELETE_FROM)
}

type Outcome = Result<(), Misfit>;

const PATCH: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const ORDER: &str = "$setElementOrder/";
const DELETE_FROM: &str = "$deleteFromPrimitiveList/";

fn misfit<T>(place: Place, reason: Reason) -> Result<T, Misfit> {
    Err(Misfit { place, reason })
}

/// Merges into something that is not a list.
fn merge_value(value: &mut Value, patch: &Value, shape: Option<Type>) -> Outcome {
    let Data::Map(changes) = &patch.data else {
        *value = patch.clone();
        return Ok(());
    };
    if value.as_map().is_none() {
        *value = Value::new(Map::new(), patch.place);
    }
    let Data::Map(map) = &mut value.data else { unreachable!("a map was put there") };
    merge_map(map, changes, shape)
}

fn merge_map(map: &mut Map, changes: &Map, shape: Option<Type>) -> Outcome {
    match directive_of(changes)? {
        Some(Directive::Replace) => {
            let mut changes = changes.clone();
            changes.remove(PATCH);
            *map = Map::new();
            return merge_map(map, &changes, shape);
        }
        Some(Directive::Delete) => {
            *map = Map::new();
            return Ok(());
        }
        None => {}
    }
    retain_keys(map, changes)?;
    for change in changes {
        merge_entry(map, change, changes, shape)?;
    }
    Ok(())
}

fn merge_entry(map: &mut Map, change: &Entry, changes: &Map, shape: Option<Type>) -> Outcome {
    let key = change.key.text.as_str();
    if key == RETAIN_KEYS {
        return Ok(());
    }
    if let Some(list) = key.strip_prefix(DELETE_FROM) {
        return delete_scalars(map, list, change);
    }
    if let Some(list) = key.strip_prefix(ORDER) {
        // With items in the patch, they are put in order when they are merged.
        return match changes.get(list) {
            Some(_) => Ok(()),
            None => put_in_order(map, list, change, field_of(shape, list)),
        };
    }
    if change.value.is_null() || deletes(&change.value)? {
        map.remove(key);
        return Ok(());
    }
    let field = field_of(shape, key);
    let inner = field.and_then(|field| field.shape.object());
    match (&change.value.data, map.get_mut(key)) {
        (Data::List(items), Some(Value { data: Data::List(list), .. }))
            if field.is_some_and(|it| it.merges) =>
        {
            let field = field.expect("it merges");
            let order = changes.get(&format!("{ORDER}{key}"));
            merge_list(list, items, order, field, change.value.place)
        }
        (Data::Map(changes), Some(Value { data: Data::Map(map), .. }))
            if !field.is_some_and(|it| it.replaces) =>
        {
            merge_map(map, changes, inner)
        }
        (_, Some(old)) => {
            *old = added(&change.value, inner)?;
            Ok(())
        }
        (_, None) => {
            map.push(change.key.clone(), added(&change.value, inner)?);
            Ok(())
        }
    }
}

/// What a part of a patch becomes where nothing was.
fn added(value: &Value, shape: Option<Type>) -> Result<Value, Misfit> {
    match &value.data {
        Data::Map(_) => {
            let mut new = Value::new(Map::new(), value.place);
            merge_value(&mut new, value, shape)?;
            Ok(new)
        }
        Data::List(items) => {
            let mut list = List::new();
            for item in items {
                if deletes(item)? {
                    return misfit(item.place, Reason::NothingToDelete("that key".into()));
                }
                if !replaces(item)? {
                    list.push(added(item, shape)?);
                }
            }
            Ok(Value::new(list, value.place))
        }
        _ => Ok(value.clone()),
    }
}

fn field_of(shape: Option<Type>, name: &str) -> Option<&'static Field> {
    shape?.field(name)
}

#[derive(PartialEq)]
enum Directive {
    Replace,
    Delete,
}

fn directive_of(map: &Map) -> Result<Option<Directive>, Misfit> {
    let Some(value) = map.get(PATCH) else {
        return Ok(None);
    };
    match value.as_text() {
        Some("replace") => Ok(Some(Directive::Replace)),
        Some("delete") => Ok(Some(Directive::Delete)),
        other => misfit(value.place, Reason::UnknownDirective(other.unwrap_or_default().into())),
    }
}

/// Whether the part of a patch says that what it means goes.
fn deletes(part: &Value) -> Result<bool, Misfit> {
    Ok(part.as_map().map(directive_of).transpose()?.flatten() == Some(Directive::Delete))
}

/// Whether the item of a patch says that its list replaces the old one.
fn replaces(item: &Value) -> Result<bool, Misfit> {
    let Some(map) = item.as_map() else { return Ok(false) };
    let replaces = directive_of(map)? == Some(Directive::Replace);
    if replaces && map.len() > 1 {
        return misfit(item.place, Reason::ReplacesMore);
    }
    Ok(replaces)
}

/// Takes away what `$retainKeys` does not list.
fn retain_keys(map: &mut Map, changes: &Map) -> Outcome {
    let Some(entry) = changes.entry(RETAIN_KEYS) else {
        return Ok(());
    };
    let Some(keys) = entry.value.as_list() else {
        return misfit(entry.value.place, Reason::BadDirective(RETAIN_KEYS.into()));
    };
    let retained = |key: &str| keys.iter().any(|it| it.as_text() == Some(key));
    for change in changes {
        let key = change.key.text.as_str();
        if !change.value.is_null() && !key.starts_with('$') && !retained(key) {
            return misfit(change.key.place, Reason::NotRetained(key.into()));
        }
    }
    map.retain(|entry| retained(&entry.key.text));
    Ok(())
}

/// Takes scalars out of a list.
fn delete_scalars(map: &mut Map, list: &str, change: &Entry) -> Outcome {
    let Some(items) = change.value.as_list() else {
        return misfit(change.value.place, Reason::BadDirective(change.key.text.clone()));
    };
    let old = map.get_mut(list).and_then(Value::as_list_mut);
    for item in items {
        if !old.as_ref().is_some_and(|old| old.contains(item)) {
            return misfit(item.place, Reason::NothingToDelete(format!("{item:?}")));
        }
    }
    if let Some(old) = old {
        *old = old.iter().filter(|it| !items.contains(it)).cloned().collect();
    }
    Ok(())
}

/// Merges the items of a patch into a list, by key or by value.
fn merge_list(list: &mut List, items: &List, order: Option<&Value>, field: &Field, place: Place) -> Outcome {
    let before = list.clone();
    let mut named: Vec<Value> = if field.merge_key.is_empty() {
        add_scalars(list, items)
    } else {
        merge_items(list, items, field, place)?
    };
    if let Some(order) = order {
        let Some(order) = order.as_list() else {
            return misfit(order.place, Reason::BadDirective(ORDER.into()));
        };
        check_order(&named, order, field, place)?;
        named = order.iter().cloned().collect();
    }
    *list = in_order(list, &before, &named, field);
    Ok(())
}

/// Adds scalars that the list does not have; those of the patch.
fn add_scalars(list: &mut List, items: &List) -> Vec<Value> {
    for item in items {
        if !list.contains(item) {
            list.push(item.clone());
        }
    }
    items.iter().cloned().collect()
}

/// Merges maps into the items with the same key; those of the patch that stay.
fn merge_items(list: &mut List, items: &List, field: &Field, place: Place) -> Result<Vec<Value>, Misfit> {
    let shape = field.shape.object();
    let mut named = Vec::new();
    let mut replaced = false;
    for item in items {
        if item.as_map().is_none() {
            return misfit(item.place, Reason::MixedList);
        }
        if deletes(item)? {
            delete_item(list, item, field)?;
        } else if replaces(item)? {
            replaced = true;
        } else {
            named.push(item.clone());
        }
    }
    if replaced {
        *list = named.iter().map(|item| added(item, shape)).collect::<Result<_, _>>()?;
        return Ok(named);
    }
    for item in &named {
        match item_like(list, item, field, place)? {
            Some(index) => merge_value(&mut list.make_mut()[index], item, shape)?,
            None => list.push(added(item, shape)?),
        }
    }
    Ok(named)
}

fn delete_item(list: &mut List, item: &Value, field: &Field) -> Outcome {
    let meant = items_like(list, item, field)?;
    if meant.is_empty() {
        let key = merge_key(item, field)?;
        return misfit(item.place, Reason::NothingToDelete(named_by(field, key)));
    }
    let kept = list.iter().enumerate().filter(|(index, _)| !meant.contains(index));
    *list = kept.map(|(_, item)| item.clone()).collect();
    Ok(())
}

fn merge_key<'v>(item: &'v Value, field: &Field) -> Result<&'v Value, Misfit> {
    match item.get(field.merge_key) {
        Some(key) => Ok(key),
        None => misfit(item.place, Reason::NoMergeKey(field.merge_key)),
    }
}

fn named_by(field: &Field, key: &Value) -> String {
    format!("`{}: {key:?}`", field.merge_key)
}

/// The item of the list that the item of the patch means.
fn item_like(list: &List, item: &Value, field: &Field, place: Place) -> Result<Option<usize>, Misfit> {
    match items_like(list, item, field)?[..] {
        [] => Ok(None),
        [index] => Ok(Some(index)),
        _ => misfit(item.place.or(place), Reason::Several(named_by(field, merge_key(item, field)?))),
    }
}

/// The items with the merge key of that of the patch, and with all other keys by which it tells items of this list apart;
/// where there is none, those that do not say them.
fn items_like(list: &List, item: &Value, field: &Field) -> Result<Vec<usize>, Misfit> {
    merge_key(item, field)?;
    let says = |index: &usize| {
        field.keys.iter().all(|key| item.get(key).is_none_or(|it| list[*index].get(key) == Some(it)))
    };
    let like: Vec<usize> = (0..list.len()).filter(|index| is_same(&list[*index], item, field)).collect();
    let exact: Vec<usize> = like.iter().copied().filter(says).collect();
    Ok(if exact.is_empty() { like } else { exact })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{kinds, value};

    fn pod(spec: Value) -> Value {
        value!({ "spec": spec })
    }

    fn merged(mut value: Value, patch: &Value) -> Result<Value, String> {
        let shape = kinds::find("v1", "Pod").unwrap().shape;
        strategic_merge(&mut value, patch, shape).map_err(|misfit| misfit.to_string())?;
        Ok(value)
    }

    #[test]
    fn lists_merge_by_their_key() {
        let before = pod(
            value!({ "containers": [{ "name": "a", "env": [{ "name": "X", "value": "1" }] }, { "name": "b" }] }),
        );
        let patch = pod(
            value!({ "containers": [{ "name": "a", "env": [{ "name": "Y", "value": "2" }] }, { "name": "b", "$patch": "delete" }] }),
        );
        let after = pod(
            value!({ "containers": [{ "name": "a", "env": [{ "name": "Y", "value": "2" }, { "name": "X", "value": "1" }] }] }),
        );
        assert_eq!(merged(before, &patch), Ok(after));
    }

    #[test]
    fn directives() {
        let volumes =
            || pod(value!({ "volumes": [{ "name": "v", "emptyDir": {} }, { "name": "w", "emptyDir": {} }] }));
        for (patch, after) in [
            (
                value!({ "volumes": [{ "name": "v", "$retainKeys": ["name", "secret"], "secret": { "secretName": "s" } }] }),
                value!({ "volumes": [{ "name": "v", "secret": { "secretName": "s" } }, { "name": "w", "emptyDir": {} }] }),
            ),
            (
                value!({ "volumes": [{ "$patch": "replace" }, { "name": "x" }] }),
                value!({ "volumes": [{ "name": "x" }] }),
            ),
            (
                value!({ "$setElementOrder/volumes": [{ "name": "w" }, { "name": "v" }] }),
                value!({ "volumes": [{ "name": "w", "emptyDir": {} }, { "name": "v", "emptyDir": {} }] }),
            ),
            (value!({ "$patch": "replace", "dnsPolicy": "Default" }), value!({ "dnsPolicy": "Default" })),
            (value!({ "volumes": null }), value!({})),
        ] {
            let after = pod(after);
            let result = merged(volumes(), &pod(patch)).unwrap();
            assert_eq!(result, after);
        }
    }

    #[test]
    fn scalars_are_deleted_from_lists() {
        let before = value!({ "metadata": { "finalizers": ["a", "b"] } });
        let patch = value!({ "metadata": { "$deleteFromPrimitiveList/finalizers": ["a"] } });
        assert_eq!(merged(before.clone(), &patch), Ok(value!({ "metadata": { "finalizers": ["b"] } })));
        let patch = value!({ "metadata": { "finalizers": ["c", "a"] } });
        assert_eq!(merged(before, &patch), Ok(value!({ "metadata": { "finalizers": ["c", "a", "b"] } })));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let ports = value!([{ "containerPort": 80 }, { "containerPort": 80, "protocol": "UDP" }]);
        let before = || pod(value!({ "containers": [{ "name": "a", "ports": (ports.clone()) }] }));
        for (patch, message) in [
            (
                value!({ "containers": [{ "image": "x" }] }),
                "an item of this list needs `name`, by which it is merged",
            ),
            (
                value!({ "containers": [{ "name": "b", "$patch": "delete" }] }),
                "the list has no item with `name: \"b\"` to delete",
            ),
            (
                value!({ "containers": [{ "name": "a", "$patch": "merge" }] }),
                "`$patch` is `replace` or `delete`, not `merge`",
            ),
            (
                value!({ "containers": [{ "name": "a", "ports": [{ "containerPort": 80, "name": "http" }] }] }),
                "the list has several items with `containerPort: 80`",
            ),
            (
                value!({ "$retainKeys": ["volumes"], "hostname": "h" }),
                "`hostname` is set, but not listed in `$retainKeys`",
            ),
            (
                value!({ "$setElementOrder/containers": [{ "name": "b" }], "containers": [{ "name": "a" }] }),
                "`$setElementOrder/containers` does not list the items in this order",
            ),
        ] {
            assert_eq!(merged(before(), &pod(patch)), Err(message.to_owned()));
        }
        let patch = pod(
            value!({ "containers": [{ "name": "a", "ports": [{ "containerPort": 80, "protocol": "UDP", "name": "dns" }] }] }),
        );
        assert!(merged(before(), &patch).is_ok());
    }
}

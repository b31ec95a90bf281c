//! Items of a list with the same key, which server-side apply refuses.

use fleetc_manifests::kinds::Field;
use fleetc_manifests::{List, Value, json};

use super::walk::Walk;
use crate::messages;

/// Says which items of the list have the same key.
pub(super) fn check(items: &List, field: &'static Field, walk: &mut Walk<'_, '_>) {
    if !field.keys.is_empty() {
        say_nameless(items, field, walk);
    }
    if items.len() < 2 {
        return;
    }
    if field.is_set {
        say_twins(items, |item| Some(vec![item.clone()]), &[], walk);
    } else if !field.keys.is_empty() {
        say_twins(items, |item| key_of(item, field), field.keys, walk);
    }
}

/// Says which items have nothing that tells them apart from others.
fn say_nameless(items: &List, field: &'static Field, walk: &mut Walk<'_, '_>) {
    let shape = field.shape.object();
    // What is required is said to be missing anyway.
    let is_needed = |key: &&&str| {
        shape.and_then(|shape| shape.field(key)).is_none_or(|field| {
            field.limits.default.is_some() || field.required == fleetc_manifests::kinds::Required::Yes
        })
    };
    // The name of what lies in the same namespace is filled in with nothing.
    let is_local = shape.is_some_and(|shape| shape.name() == "core.v1.LocalObjectReference");
    if is_local || field.keys.iter().any(|key| is_needed(&key)) {
        return;
    }
    for item in items.iter().filter(|item| item.as_map().is_some()) {
        if field.keys.iter().all(|key| item.get(key).is_none_or(Value::is_null)) {
            let path = format!("{}[].{}", walk.path(), field.keys[0]);
            let place = walk.place(item.place);
            walk.say(messages::missing_field(place, walk.kind, &path));
        }
    }
}

/// The values of the fields that tell the item apart, with their defaults; none if it has none of them.
fn key_of(item: &Value, field: &'static Field) -> Option<Vec<Value>> {
    let shape = field.shape.object();
    let value = |key: &&str| {
        let written = item.get(key).filter(|value| !value.is_null()).cloned();
        written.or_else(|| {
            let default = shape?.field(key)?.limits.default?;
            json::read(default, fleetc_manifests::Place::NONE).ok()
        })
    };
    if !field.keys.iter().any(|key| item.get(key).is_some()) {
        return None;
    }
    Some(field.keys.iter().map(|key| value(key).unwrap_or_default()).collect())
}

fn say_twins(
    items: &List,
    key_of: impl Fn(&Value) -> Option<Vec<Value>>,
    names: &[&str],
    walk: &mut Walk<'_, '_>,
) {
    let keys: Vec<Option<Vec<Value>>> = items.iter().map(key_of).collect();
    let order =
        |index: &usize| keys[*index].as_ref().map(|key| key.iter().map(json::write).collect::<Vec<_>>());
    let mut sorted: Vec<usize> = (0..items.len()).filter(|index| keys[*index].is_some()).collect();
    let twins: Vec<(usize, usize)> = if sorted.len() > 16 {
        sorted.sort_by_cached_key(order);
        let pairs = sorted.windows(2).map(|pair| (pair[0].min(pair[1]), pair[0].max(pair[1])));
        pairs.filter(|(first, second)| keys[*first] == keys[*second]).collect()
    } else {
        let first_of = |second: &usize| {
            (0..*second).find(|first| keys[*first] == keys[*second] && keys[*first].is_some())
        };
        sorted.iter().filter_map(|second| Some((first_of(second)?, *second))).collect()
    };
    for (first, second) in twins {
        let key = keys[second].as_deref().unwrap_or_default();
        let parts: Vec<String> = match names {
            [] => key.iter().map(|value| format!("`{}`", plain(value))).collect(),
            _ => names.iter().zip(key).map(|(name, value)| format!("`{name}: {}`", plain(value))).collect(),
        };
        let places = [items[second].place, items[first].place].map(|place| walk.place(place));
        walk.say(messages::duplicate_item(places[0], places[1], &walk.path(), &parts.join(", ")));
    }
}

fn plain(value: &Value) -> String {
    value.as_text().map_or_else(|| json::write(value), str::to_owned)
}

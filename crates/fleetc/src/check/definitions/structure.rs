//! Schemas of definitions: what they must say, and may not.

use fleetc_manifests::{Data, Value};

use super::super::ask::{has, is_empty, is_true, text, texts};
use super::super::patterns::is_surely_none;
use super::super::walk::Walk;

/// How deep a schema is followed.
const DEEPEST: usize = 64;

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// Checks the schema of a version.
pub(super) fn check<'v>(schema: &'v Value, walk: &mut Walk<'v, '_>) {
    if text(schema, "type").is_some_and(|it| it != "object") {
        walk.bad(schema, "type", "can only be `object` at the top", "write `object`");
    }
    if let Some(metadata) = schema.find(&["properties", "metadata"]) {
        let fields = metadata.get("properties").and_then(Value::as_map).into_iter().flatten();
        let known = ["name", "generateName"];
        if fields.into_iter().any(|entry| !known.contains(&entry.key.text.as_str())) {
            let help = "take it away: the server knows what else metadata holds";
            walk.bad(schema, "properties.metadata", "can describe only `name` and `generateName`", help);
        }
    }
    node(schema, 0, walk);
}

fn node<'v>(schema: &'v Value, depth: usize, walk: &mut Walk<'v, '_>) {
    if depth > DEEPEST || schema.as_map().is_none() {
        return;
    }
    of_type(schema, walk);
    for (field, why) in [("$ref", "cannot be in a definition"), ("definitions", "cannot be in a definition")]
    {
        if has(schema, field) {
            walk.bad(schema, field, why, "write here what it refers to");
        }
    }
    if is_true(schema, "uniqueItems") {
        let help = "write `x-kubernetes-list-type: set`";
        walk.bad(schema, "uniqueItems", "cannot be `true`", help);
    }
    let others = schema.get("additionalProperties").filter(|it| it.as_bool() != Some(true) && !it.is_null());
    if has(schema, "properties") && others.is_some() {
        walk.bad(schema, "additionalProperties", "cannot stand beside `properties`", "keep one of them");
    }
    if text(schema, "pattern").is_some_and(is_surely_none) {
        walk.bad(schema, "pattern", "is no regular expression that a server reads", "mend it");
    }
    default(schema, walk);
    list(schema, walk);
    walk.inside(schema, "items", |walk, items| node(items, depth + 1, walk));
    walk.inside(schema, "additionalProperties", |walk, inner| node(inner, depth + 1, walk));
    walk.inside(schema, "properties", |walk, properties| {
        for entry in properties.as_map().into_iter().flatten() {
            walk.below(&entry.key.text, |walk| node(&entry.value, depth + 1, walk));
        }
    });
}

fn of_type<'v>(schema: &'v Value, walk: &mut Walk<'v, '_>) {
    let keeps = |field| is_true(schema, field);
    match text(schema, "type") {
        Some(kind) if !TYPES.contains(&kind) => {
            walk.bad(schema, "type", &format!("cannot be `{kind}`"), "write `object`, `array`, `string` …");
        }
        Some("array") if !has(schema, "items") => walk.needs(schema, "items"),
        None if !keeps("x-kubernetes-int-or-string") && !keeps("x-kubernetes-preserve-unknown-fields") => {
            let is_late = schema.get("type").is_some_and(|it| it.as_text().is_some_and(|it| !it.is_empty()));
            if !is_late {
                walk.needs(schema, "type");
            }
        }
        _ => {}
    }
}

/// What is filled in has the type of the field.
fn default<'v>(schema: &'v Value, walk: &mut Walk<'v, '_>) {
    let Some(default) = schema.get("default").filter(|it| !it.is_null()) else { return };
    let is_right = match text(schema, "type") {
        Some("array") => default.as_list().is_some(),
        Some("object") => default.as_map().is_some(),
        Some("string") => default.as_text().is_some(),
        Some("boolean") => default.as_bool().is_some(),
        Some("integer" | "number") => matches!(default.data, Data::Number(_)),
        _ => true,
    };
    if !is_right {
        walk.bad(schema, "default", "has another type than the field", "write a value of its type");
        return;
    }
    let values = schema.get("enum").and_then(Value::as_list);
    if values.is_some_and(|values| !values.is_empty() && !values.iter().any(|it| it == default)) {
        walk.bad(schema, "default", "is none of the values in `enum`", "write one of them");
    }
}

fn list<'v>(schema: &'v Value, walk: &mut Walk<'v, '_>) {
    let kind = text(schema, "x-kubernetes-list-type");
    if let Some(kind) = kind.filter(|kind| !["atomic", "map", "set"].contains(kind)) {
        let help = "write `atomic`, `set` or `map`";
        walk.bad(schema, "x-kubernetes-list-type", &format!("cannot be `{kind}`"), help);
    }
    let keys = texts(schema, "x-kubernetes-list-map-keys");
    let field = "x-kubernetes-list-map-keys";
    if kind == Some("map") && is_empty(schema, field) {
        walk.needs(schema, field);
    } else if kind != Some("map") && !keys.is_empty() {
        walk.only(schema, field, "beside `x-kubernetes-list-type: map`");
    }
    let required = schema.get("items").map(|items| texts(items, "required")).unwrap_or_default();
    for key in keys {
        match schema.find(&["items", "properties", key]) {
            None => walk.bad(
                schema,
                field,
                &format!("names `{key}`, which no item has"),
                "name a field of the items",
            ),
            Some(property) if !has(property, "default") && !required.contains(&key) => {
                let help = "require it in `items`, or give it a `default`";
                walk.bad(schema, field, &format!("names `{key}`, which an item need not have"), help);
            }
            Some(_) => {}
        }
    }
}

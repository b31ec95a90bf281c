//! A value against an OpenAPI schema, as far as it is certain what a server says.

use fleetc_manifests::{Data, Entry, List, Map, Place, Value, json};

use super::super::patterns::OfThread;
use super::super::syntax::is_late;
use super::{defaults, formats};
use crate::diagnostic::Diagnostic;
use crate::messages;

/// How deep a schema is followed.
const DEEPEST: usize = 64;

/// What a schema says against an object; of those entries only that nobody has looked at: a bit for each.
pub(super) fn check(
    schema: &Value,
    object: &Value,
    fresh: u64,
    kind: &str,
    patterns: &mut OfThread,
) -> Vec<Diagnostic> {
    let mut check = Check { kind, patterns, said: Vec::new(), path: Vec::new(), whole: object.place };
    let Some(map) = object.as_map() else { return Vec::new() };
    for (index, entry) in map.iter().enumerate() {
        let is_fresh = index >= 64 || fresh & (1 << index) != 0;
        let is_status = entry.key.text == "status" && schema.find(&["properties", "status"]).is_some();
        if is_fresh && !is_of_every_object(&entry.key.text) && !is_status {
            check.entry(schema, entry, 0);
        }
    }
    check.required(schema, map, object.place);
    if check.said.is_empty() {
        check.rules(schema, object);
    }
    check.said
}

fn is_of_every_object(key: &str) -> bool {
    matches!(key, "apiVersion" | "kind" | "metadata")
}

struct Check<'c> {
    kind: &'c str,
    patterns: &'c mut OfThread,
    said: Vec<Diagnostic>,
    path: Vec<String>,
    whole: Place,
}

impl Check<'_> {
    fn entry(&mut self, schema: &Value, entry: &Entry, depth: usize) {
        let key = entry.key.text.as_str();
        let properties = schema.get("properties").and_then(Value::as_map);
        self.path.push(key.to_owned());
        if let Some(inner) = properties.and_then(|properties| properties.get(key)) {
            self.value(inner, &entry.value, depth + 1);
        } else if let Some(inner) =
            schema.get("additionalProperties").filter(|inner| inner.as_bool() != Some(false))
        {
            self.value(inner, &entry.value, depth + 1);
        } else if !keeps_unknown(schema) && !is_late(key) {
            let known: Vec<&str> = properties.map(|it| it.keys().collect()).unwrap_or_default();
            let unknown = messages::no_such_field(&entry.key, self.kind, &self.path(), known);
            self.said.push(unknown.at(entry.key.place.or(self.whole)));
        }
        self.path.pop();
    }

    fn value(&mut self, schema: &Value, value: &Value, depth: usize) {
        let is_unknown = value.as_text().is_some_and(is_late);
        if value.is_null() {
            self.null(schema, value);
        }
        if value.is_null() || is_unknown || depth > DEEPEST || schema.as_map().is_none() {
            return;
        }
        let before = self.said.len();
        self.shape(schema, value, depth);
        if self.said.len() == before {
            self.rules(schema, value);
        }
    }

    /// The rules of the definition, for what is otherwise as it should be.
    fn rules(&mut self, schema: &Value, value: &Value) {
        let Some(rules) = schema.get("x-kubernetes-validations").and_then(Value::as_list) else { return };
        let whole = defaults::filled_in(schema, value);
        for written in rules {
            let text = |key: &str| written.get(key).and_then(Value::as_text);
            let Some(rule) = text("rule") else { continue };
            if self.patterns.expressions.is_broken(rule, &whole) {
                let place = value.place.or(self.whole);
                self.said.push(messages::broken_rule(place, &self.path(), text("message").unwrap_or(rule)));
            }
        }
    }

    fn shape(&mut self, schema: &Value, value: &Value, depth: usize) {
        let kind = schema.get("type").and_then(Value::as_text).unwrap_or_default();
        let is_either = schema.get("x-kubernetes-int-or-string").and_then(Value::as_bool) == Some(true);
        match (&value.data, kind) {
            (Data::Map(map), "object" | "") => self.map(schema, map, value.place, depth),
            (Data::List(items), "array" | "") => self.list(schema, items, value.place, depth),
            _ if is_either => {
                if value.as_text().is_none() && value.as_integer().is_none() {
                    self.wrong_type(value, "an integer or a string");
                } else {
                    self.scalar(schema, value);
                }
            }
            _ if is_of_type(value, kind) => self.scalar(schema, value),
            _ => self.wrong_type(value, type_name(kind)),
        }
    }

    /// Null is a value like others, unless the field is filled in instead.
    fn null(&mut self, schema: &Value, value: &Value) {
        let is_true = |key: &str| schema.get(key).and_then(Value::as_bool) == Some(true);
        let kind = schema.get("type").and_then(Value::as_text);
        let is_any = kind.is_none() && !is_true("x-kubernetes-int-or-string");
        if !is_any && !is_true("nullable") && schema.get("default").is_none() {
            let place = value.place.or(self.whole);
            self.said.push(messages::null_of_custom_kind(place, &self.path()));
        }
    }

    /// An object in an object: it says what it is, and has metadata as all do.
    fn embedded(&mut self, map: &Map, place: Place) {
        for name in ["apiVersion", "kind"] {
            let written = map.get(name).and_then(Value::as_text);
            if written.is_none_or(str::is_empty) {
                self.path.push(name.to_owned());
                self.said.push(messages::missing_field(place.or(self.whole), self.kind, &self.path()));
                self.path.pop();
            } else if written.is_some_and(|it| it.matches('/').count() > 1) {
                self.path.push(name.to_owned());
                self.bad(place, "is no group and version", "write it as in `apps/v1`");
                self.path.pop();
            }
        }
    }

    fn map(&mut self, schema: &Value, map: &Map, place: Place, depth: usize) {
        let is_embedded = schema.get("x-kubernetes-embedded-resource").and_then(Value::as_bool) == Some(true);
        for entry in map {
            if !(is_embedded && is_of_every_object(&entry.key.text)) {
                self.entry(schema, entry, depth);
            }
        }
        if is_embedded {
            self.embedded(map, place);
        }
        self.required(schema, map, place);
        self.count(schema, map.len(), place, ["minProperties", "maxProperties"], "keys");
    }

    fn list(&mut self, schema: &Value, items: &List, place: Place, depth: usize) {
        self.count(schema, items.len(), place, ["minItems", "maxItems"], "items");
        if let Some(inner) = schema.get("items") {
            for (index, item) in items.iter().enumerate() {
                self.path.push(format!("[{index}]"));
                self.value(inner, item, depth + 1);
                self.path.pop();
            }
        }
        self.twins(schema, items);
    }

    fn twins(&mut self, schema: &Value, items: &List) {
        let list_type = schema.get("x-kubernetes-list-type").and_then(Value::as_text).unwrap_or_default();
        let keys = schema.get("x-kubernetes-list-map-keys").and_then(Value::as_list);
        let names: Vec<&str> = keys.into_iter().flatten().filter_map(Value::as_text).collect();
        let default = |name: &str| schema.find(&["items", "properties", name, "default"]);
        let key_of = |item: &Value| match list_type {
            "set" => Some(json::write(item)),
            "map" if names.iter().any(|name| item.get(name).is_some()) => {
                let values = names.iter().map(|name| {
                    let value = item.get(name).or_else(|| default(name));
                    format!("`{name}: {}`", value.map_or_else(|| "null".into(), json::write))
                });
                Some(values.collect::<Vec<_>>().join(", "))
            }
            _ => None,
        };
        let mut seen: std::collections::BTreeMap<String, Place> = std::collections::BTreeMap::new();
        for item in items {
            let Some(key) = key_of(item) else { continue };
            let place = item.place.or(self.whole);
            if let Some(first) = seen.get(&key) {
                self.said.push(messages::duplicate_item(place, *first, &self.path(), &key));
            } else {
                seen.insert(key, place);
            }
        }
    }

    fn required(&mut self, schema: &Value, map: &Map, place: Place) {
        for name in schema.items_at(&["required"]).filter_map(Value::as_text) {
            let is_filled_in = schema.find(&["properties", name, "default"]).is_some();
            let is_known = map.contains(name) || (self.path.is_empty() && is_of_every_object(name));
            if !is_known && !is_filled_in && name != "status" {
                self.path.push(name.to_owned());
                self.said.push(messages::missing_field(place.or(self.whole), self.kind, &self.path()));
                self.path.pop();
            }
        }
    }

    fn count(&mut self, schema: &Value, count: usize, place: Place, [least, most]: [&str; 2], what: &str) {
        let limit =
            |key: &str| schema.get(key).and_then(Value::as_integer).and_then(|it| usize::try_from(it).ok());
        if let Some(least) = limit(least).filter(|least| count < *least) {
            self.bad(place, &format!("has {count} {what}"), &format!("add at least {least}"));
        }
        if let Some(most) = limit(most).filter(|most| count > *most) {
            self.bad(place, &format!("has {count} {what}"), &format!("{most} are the most"));
        }
    }

    fn scalar(&mut self, schema: &Value, value: &Value) {
        if let Some(values) = schema.get("enum").and_then(Value::as_list)
            && !values.iter().any(|it| it == value)
        {
            let written = |it: &Value| it.as_text().map_or_else(|| json::write(it), str::to_owned);
            let known: Vec<String> = values.iter().map(written).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let place = value.place.or(self.whole);
            self.said.push(messages::not_a_value(place, &self.path(), &written(value), &known));
            return;
        }
        if let Some(text) = value.as_text() {
            let format = schema.get("format").and_then(Value::as_text);
            if let Some(format) = format.filter(|format| formats::is_missed(text, format)) {
                self.bad(value.place, &format!("does not have the format `{format}`"), "write it as that");
            }
            self.count(schema, text.chars().count(), value.place, ["minLength", "maxLength"], "characters");
            let pattern = schema.get("pattern").and_then(Value::as_text);
            if let Some(pattern) = pattern.filter(|pattern| !self.patterns.meets(pattern, text)) {
                let help = format!("it must match `{pattern}`");
                self.bad(value.place, "does not have the form that it needs", &help);
            }
        }
        if let Data::Number(number) = &value.data {
            self.number(schema, number.as_float(), value.place);
        }
    }

    fn number(&mut self, schema: &Value, number: f64, place: Place) {
        let limit = |key: &str| match schema.get(key).map(|it| &it.data) {
            Some(Data::Number(limit)) => Some(limit.as_float()),
            _ => None,
        };
        let excludes = |key: &str| schema.get(key).and_then(Value::as_bool) == Some(true);
        if let Some(step) = limit("multipleOf").filter(|step| *step > 0.0) {
            let count = number / step;
            if (count - count.round()).abs() > 1e-6 && count.abs() < 1e9 {
                self.bad(place, &format!("is no multiple of {step}"), "write one");
            }
        }
        if let Some(least) = limit("minimum")
            && (number < least || (excludes("exclusiveMinimum") && number <= least))
        {
            self.bad(place, "is too small", &format!("the least is {least}"));
        }
        if let Some(most) = limit("maximum")
            && (number > most || (excludes("exclusiveMaximum") && number >= most))
        {
            self.bad(place, "is too large", &format!("the most is {most}"));
        }
    }

    fn wrong_type(&mut self, value: &Value, expected: &str) {
        let place = value.place.or(self.whole);
        self.said.push(messages::wrong_field_type(place, &self.path(), expected, value.type_name()));
    }

    fn bad(&mut self, place: Place, problem: &str, help: &str) {
        self.said.push(messages::bad_field_value(place.or(self.whole), &self.path(), problem, help));
    }

    fn path(&self) -> String {
        self.path.join(".").replace(".[", "[")
    }
}

/// Whether fields that the schema does not name are kept.
fn keeps_unknown(schema: &Value) -> bool {
    let keeps = |key: &str| schema.get(key).and_then(Value::as_bool) == Some(true);
    keeps("x-kubernetes-preserve-unknown-fields") || schema.get("type").is_none()
}

fn is_of_type(value: &Value, kind: &str) -> bool {
    match (&value.data, kind) {
        (Data::Bool(_), "boolean") | (Data::Text(_), "string") | (Data::Number(_), "number") => true,
        (Data::Number(number), "integer") => {
            number.as_integer().is_some() || number.as_float().fract() == 0.0
        }
        (_, "string" | "boolean" | "number" | "integer" | "object" | "array") => false,
        _ => true,
    }
}

fn type_name(kind: &str) -> &'static str {
    match kind {
        "string" => "a string",
        "boolean" => "a boolean",
        "integer" => "an integer",
        "number" => "a number",
        "array" => "a list",
        _ => "a table",
    }
}

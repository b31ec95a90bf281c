//! The JSON Schema (draft 2020-12).

use std::collections::BTreeMap;

use fleetc_manifests::{Map, Value, json, value};

use super::{TopTable, default_tables, override_keys, rung_keys, top_tables};
use crate::language::{KeyShape, Shape, TableShape, TextForm};

/// What text with a substitution in it looks like.
const SUBSTITUTION: &str = "\\$\\{";

/// The JSON Schema of fleet.toml, for editors.
pub fn json_schema() -> String {
    let mut schema = Schema::default();
    let mut properties = Map::new();
    for top in top_tables() {
        properties.push(top.key, schema.top(&top));
    }
    properties.push("pins", schema.pins());
    properties.push("defaults", schema.defaults());
    let definitions: Map =
        schema.definitions.into_iter().map(|(name, it)| (name, it.unwrap_or_default())).collect();
    let document = value!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "fleet.toml",
        "description": "A fleet, as fleetc compiles it.",
        "type": "object",
        "properties": properties,
        "required": ["fleet"],
        "additionalProperties": false,
        "$defs": definitions,
    });
    let mut text = json::write_pretty(&document);
    text.push('\n');
    text
}

/// The definitions that have been used so far; `None` while one is being made.
#[derive(Default)]
struct Schema {
    definitions: BTreeMap<String, Option<Value>>,
}

impl Schema {
    fn top(&mut self, top: &TopTable) -> Value {
        let table = self.rung(top.shape, top.has_overrides);
        if top.is_named {
            return value!({
                "type": "object",
                "description": (first_line(top.shape.doc)),
                "propertyNames": { "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$" },
                "additionalProperties": table,
            });
        }
        table
    }

    fn pins(&mut self) -> Value {
        let mut schema = self.shape(&super::pins());
        schema.map_under(&[]).insert("description", super::PINS.into());
        schema
    }

    fn defaults(&mut self) -> Value {
        let mut properties = Map::new();
        for key in (<crate::language::Defaults as crate::language::Table>::SHAPE.keys)() {
            properties.push(key.name, self.key(&key));
        }
        for key in rung_keys().iter().filter(|key| key.name == "locked") {
            properties.push(key.name, self.key(key));
        }
        for (key, shape) in default_tables() {
            properties.push(key, self.rung(shape, true));
        }
        object("What everything starts from.", properties)
    }

    /// A table that stands on the ladder: with overrides, if it may have them.
    fn rung(&mut self, shape: &'static TableShape, has_overrides: bool) -> Value {
        if !has_overrides {
            return self.table(shape);
        }
        let name = format!("{} and overrides", shape.name);
        if !self.definitions.contains_key(&name) {
            self.definitions.insert(name.clone(), None);
            let mut properties = self.properties(&(shape.keys)());
            let own = (shape.keys)();
            let free: Vec<KeyShape> = own.into_iter().filter(|key| !key.once).collect();
            let mut of_overrides = self.properties(&override_keys());
            for key in self.properties(&free).iter().chain(&self.properties(&rung_keys())) {
                of_overrides.insert(key.key.clone(), key.value.clone());
            }
            let mut one = object("A change that holds where its `when` does.", of_overrides);
            one.map_under(&[]).push("required", value!(["when"]));
            for key in &self.properties(&rung_keys()) {
                properties.insert(key.key.clone(), key.value.clone());
            }
            properties.push(
                "overrides",
                value!({ "type": "array", "description": "Changes, from top to bottom; the last one whose `when` holds wins.", "items": one }),
            );
            self.definitions.insert(name.clone(), Some(object(shape.doc, properties)));
        }
        reference(&name)
    }

    fn table(&mut self, shape: &'static TableShape) -> Value {
        if !self.definitions.contains_key(shape.name) {
            self.definitions.insert(shape.name.into(), None);
            let properties = self.properties(&(shape.keys)());
            self.definitions.insert(shape.name.into(), Some(object(shape.doc, properties)));
        }
        reference(shape.name)
    }

    fn properties(&mut self, keys: &[KeyShape]) -> Map {
        keys.iter().map(|key| (key.name, self.key(key))).collect()
    }

    fn key(&mut self, key: &KeyShape) -> Value {
        let mut schema = self.shape(&key.shape);
        let map = schema.map_under(&[]);
        let mut description = prose(key.doc);
        if let Some(default) = key.default {
            description.push_str(&format!("\n\nDefault: {default}"));
        }
        if let Some(example) = key.example {
            description.push_str(&format!("\n\nExample: {example}"));
        }
        map.insert("description", description.into());
        schema
    }

    fn shape(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Text(form) => text(*form),
            Shape::Boolean => or_substituted(value!({ "type": "boolean" })),
            Shape::Integer => or_substituted(value!({ "type": "integer" })),
            Shape::Word(["false"]) => value!({ "const": false }),
            Shape::Word(words) => {
                let words: Vec<Value> = words.iter().map(|word| Value::from(*word)).collect();
                or_substituted(value!({ "enum": words }))
            }
            Shape::List(item) => value!({ "type": "array", "items": (self.shape(item)) }),
            Shape::Map(item) => value!({ "type": "object", "additionalProperties": (self.shape(item)) }),
            Shape::Table(table) => self.table(table),
            Shape::Rung(table) => self.rung(table, true),
            Shape::OneOf(shapes) => {
                let shapes: Vec<Value> = shapes.iter().map(|shape| self.shape(shape)).collect();
                value!({ "anyOf": shapes })
            }
            Shape::Foreign("any value") => value!({}),
            Shape::Foreign(_) => value!({ "type": "object" }),
        }
    }
}

fn text(form: TextForm) -> Value {
    let pattern = match form {
        TextForm::Name => "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        TextForm::Duration => "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$",
        TextForm::Any | TextForm::Path | TextForm::Pattern | TextForm::KeyPath => {
            return value!({ "type": "string" });
        }
    };
    or_substituted(value!({ "type": "string", "pattern": pattern }))
}

/// The shape, or text that becomes it when it is substituted.
fn or_substituted(shape: Value) -> Value {
    value!({ "anyOf": [shape, { "type": "string", "pattern": SUBSTITUTION }] })
}

fn object(doc: &str, properties: Map) -> Value {
    value!({
        "type": "object",
        "description": (prose(doc)),
        "properties": properties,
        "additionalProperties": false,
    })
}

fn reference(name: &str) -> Value {
    value!({ "$ref": (format!("#/$defs/{}", name.replace(' ', "%20"))) })
}

/// Documentation as running text.
fn prose(doc: &str) -> String {
    let lines: Vec<&str> = doc.lines().map(str::trim).collect();
    lines.join(" ").replace("  ", "\n\n").trim().to_owned()
}

fn first_line(doc: &str) -> String {
    prose(doc).lines().next().unwrap_or_default().to_owned()
}

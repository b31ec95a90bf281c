//! Reads values into the types of the language, and says what does not fit.

use fleetc_manifests::{Data, Key, Map, Place, Value, kinds};

use super::TableShape;
use crate::codes;
use crate::diagnostic::Diagnostics;
use crate::messages;

/// How far a value has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// As it was written: text with `${…}` may still become anything.
    Written,
    /// As it is meant, on one target.
    Resolved,
}

/// Reads values, and gathers what is wrong with them.
#[derive(Debug)]
pub struct Decoder<'d> {
    diagnostics: &'d mut Diagnostics,
    stage: Stage,
}

impl<'d> Decoder<'d> {
    /// A decoder for values that have come as far as `stage`.
    pub fn new(diagnostics: &'d mut Diagnostics, stage: Stage) -> Self {
        Self { diagnostics, stage }
    }

    /// Whether it is text that only substitution makes what it shall be, or that it failed to: that was said.
    pub fn is_deferred(&self, value: &Value) -> bool {
        value.as_text().is_some_and(|text| text.contains("${"))
            && (self.stage == Stage::Written
                || self.diagnostics.has_at(value.place)
                || self.diagnostics.has(codes::VARIABLE_CYCLE))
    }

    /// The table that should stand there.
    pub fn table<'v>(&mut self, value: &'v Value) -> Option<&'v Map> {
        let map = value.as_map();
        if map.is_none() {
            self.wrong_type(value, "a table");
        }
        map
    }

    /// Says that something else should stand there.
    pub fn wrong_type(&mut self, value: &Value, expected: &str) {
        if !self.is_deferred(value) {
            self.diagnostics.push(messages::wrong_type(value, expected));
        }
    }

    /// Says that one of some words should stand there.
    pub fn wrong_word(&mut self, value: &Value, words: &[&'static str]) {
        if !self.is_deferred(value) {
            self.diagnostics.push(messages::wrong_word(value, words));
        }
    }

    /// Says that what stands there does not have the form that it must have.
    pub fn wrong_form(&mut self, value: &Value, message: impl Into<String>, help: &str) {
        if !self.is_deferred(value) {
            self.diagnostics.push(messages::wrong_form(value.place, message, help));
        }
    }

    /// Says that two keys of a table do not go together, or that one is missing.
    pub fn wrong_table(&mut self, place: Place, message: &str, help: &str) {
        self.diagnostics.push(messages::wrong_form(place, message, help));
    }

    /// Says which fields a part of the `spec` of a kind does not have.
    pub fn fields_of_spec(&mut self, value: &Value, api_version: &str, kind: &str) {
        let spec = kinds::find(api_version, kind).and_then(|it| it.shape.field("spec"));
        if let Some(spec) = spec {
            self.fields(value, &spec.shape, kind);
        }
    }

    fn fields(&mut self, value: &Value, shape: &kinds::Shape, kind: &str) {
        match (&value.data, shape) {
            (Data::Map(map), kinds::Shape::Object(shape)) => {
                for entry in map {
                    if let Some(field) = shape.field(&entry.key.text) {
                        self.fields(&entry.value, &field.shape, kind);
                    } else {
                        let known = shape.fields().iter().map(|field| field.name);
                        self.diagnostics.push(messages::unknown_field(&entry.key, kind, known));
                    }
                }
            }
            (Data::Map(map), kinds::Shape::Map(inner)) => {
                map.iter().for_each(|entry| self.fields(&entry.value, inner, kind));
            }
            (Data::List(items), kinds::Shape::List(inner)) => {
                items.iter().for_each(|item| self.fields(item, inner, kind));
            }
            _ => {}
        }
    }

    /// Says that the table has no such key.
    pub fn unknown_key(&mut self, key: &Key, table: &TableShape) {
        let keys = (table.keys)();
        let known: Vec<&str> = keys.iter().map(|key| key.name).collect();
        self.diagnostics.push(messages::unknown_key(key, table.name, &known));
    }
}

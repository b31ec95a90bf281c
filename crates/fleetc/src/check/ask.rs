//! What rules ask of values, and how they say what is wrong.

use std::collections::BTreeSet;

use fleetc_manifests::kinds::Form;
use fleetc_manifests::{List, Place, Text, Value};

use super::forms;
use super::syntax::is_late;
use super::walk::Walk;
use crate::messages;

/// Whether the field is there.
pub(super) fn has(value: &Value, field: &str) -> bool {
    value.get(field).is_some_and(|it| !it.is_null())
}

/// Whether the field is `true`.
pub(super) fn is_true(value: &Value, field: &str) -> bool {
    value.get(field).and_then(Value::as_bool) == Some(true)
}

/// The text of the field: what the server takes where it is missing or empty; none if only the cluster will know it.
pub(super) fn word<'v>(value: &'v Value, field: &str, default: &'v str) -> Option<&'v str> {
    match value.get(field).filter(|it| !it.is_null()) {
        None => Some(default),
        Some(written) => match written.as_text()? {
            "" => Some(default),
            text if is_late(text) => None,
            text => Some(text),
        },
    }
}

/// The text of the field, if it is there and known.
pub(super) fn text<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    word(value, field, "").filter(|text| !text.is_empty())
}

/// The number of the field; what has more than 32 bits is another one on the server.
pub(super) fn number(value: &Value, field: &str) -> Option<i64> {
    value.get(field)?.as_integer().filter(|it| i32::try_from(*it).is_ok())
}

/// The items of the list.
pub(super) fn items<'v>(value: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> + Clone {
    value.items_at(&[field])
}

/// Whether the list has no items, or is not there.
pub(super) fn is_empty(value: &Value, field: &str) -> bool {
    match value.get(field).filter(|it| !it.is_null()) {
        None => true,
        Some(written) => written.as_list().is_some_and(List::is_empty),
    }
}

/// The texts of the list.
pub(super) fn texts<'v>(value: &'v Value, field: &str) -> Vec<&'v str> {
    items(value, field).filter_map(Value::as_text).collect()
}

/// Which of the fields are there.
pub(super) fn found<'f>(owner: &Value, fields: &[&'f str]) -> Vec<&'f str> {
    fields.iter().copied().filter(|field| has(owner, field)).collect()
}

impl<'v> Walk<'v, '_> {
    /// Says what is wrong with a field of an object: at the field, or at the object where it is missing.
    pub(super) fn bad(&mut self, owner: &Value, field: &str, problem: &str, help: &str) {
        let place = owner.get(field).map_or(Place::NONE, |it| it.place).or(owner.place);
        self.say(messages::bad_field_value(self.place(place), &self.path_to(field), problem, help));
    }

    /// Says that an object needs a field.
    pub(super) fn needs(&mut self, owner: &Value, field: &str) {
        let path = self.path_to(field);
        self.say(messages::missing_field(self.place(owner.place), self.kind, &path));
    }

    /// Says that a field may be there only if something holds.
    pub(super) fn only(&mut self, owner: &Value, field: &str, when: &str) {
        self.bad(owner, field, &format!("may be set only {when}"), "take it away");
    }

    /// Says that a value of a field may be there only if something holds.
    pub(super) fn only_value(&mut self, owner: &Value, field: &str, value: &str, when: &str) {
        self.bad(owner, field, &format!("can be `{value}` only {when}"), "write another one");
    }

    /// Says that of some fields not exactly one is there.
    pub(super) fn exactly_one(&mut self, owner: &Value, fields: &[&str]) {
        let found = found(owner, fields);
        if found.len() != 1 {
            self.say(messages::not_one_of(self.place(owner.place), &self.path(), fields, &found));
        }
    }

    /// Says that a port has a name that is none.
    pub(super) fn port_name(&mut self, port: &Value, is_name: fn(&str) -> bool, help: &str) {
        if let Some(name) = text(port, "name").filter(|name| !is_name(name)) {
            self.bad(port, "name", &format!("is no name of a port: `{name}`"), help);
        }
    }

    /// Does something with an object below, if it is there.
    pub(super) fn inside(
        &mut self,
        owner: &'v Value,
        field: &'v str,
        act: impl FnOnce(&mut Self, &'v Value),
    ) {
        if let Some(inner) = owner.get(field).filter(|it| it.as_map().is_some()) {
            self.below(field, |walk| act(walk, inner));
        }
    }

    /// Says which items of a list are the same: in these fields, or as a whole.
    pub(super) fn no_twins(&mut self, owner: &'v Value, field: &'v str, keys: &[&str]) {
        let mut seen: BTreeSet<Vec<Text>> = BTreeSet::new();
        self.each(owner, field, |walk, item| {
            let key: Vec<Text> = match keys {
                [] => vec![plain(item)],
                _ => keys.iter().map(|key| item.get(key).map(plain).unwrap_or_default()).collect(),
            };
            if !seen.insert(key.clone()) {
                let text: Vec<String> = key.iter().map(|key| format!("`{key}`")).collect();
                let (place, path) = (walk.place(item.place), walk.path());
                walk.say(messages::repeated_item(place, &path, &text.join(", ")));
            }
        });
    }

    /// Says that a field does not have a form.
    pub(super) fn has_form(&mut self, owner: &'v Value, field: &'v str, form: Form) {
        if let Some(written) = owner.get(field) {
            self.below(field, |walk| forms::check(written, form, walk));
        }
    }
}

fn plain(value: &Value) -> Text {
    match (value.as_text(), value.as_integer()) {
        (Some(text), _) => text.into(),
        (_, number) => number.unwrap_or_default().to_string().into(),
    }
}

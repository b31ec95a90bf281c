//! Files that are part of fleet.toml: the bodies of tables, and pins.

use std::ops::Range;

use fleetc_manifests::{Data, Entry, Key, Map, Place, Text, Value, yaml};

use super::{KeyPath, toml};
use crate::diagnostic::Diagnostics;
use crate::files::Files;
use crate::language::RelativePath;
use crate::messages;
use crate::sources::{SourceFile, Sources};

/// Where files beside fleet.toml come from, and where their texts go.
pub(crate) struct Beside<'b> {
    /// The files.
    pub(crate) files: &'b dyn Files,
    /// The texts that places lie in.
    pub(crate) sources: &'b mut Sources,
}

/// Fills in the tables whose body `fleet.include` or `fleet.pins` says lies in a file; the parts of files that are no TOML.
pub(super) fn fill_in(
    tables: &mut Map,
    beside: &mut Beside<'_>,
    diagnostics: &mut Diagnostics,
    semantic: &mut Diagnostics,
) -> Vec<Range<Place>> {
    let mut broken = Vec::new();
    let fleet = tables.get("fleet").and_then(Value::as_map).cloned().unwrap_or_default();
    let includes = fleet.get("include").and_then(Value::as_map).into_iter().flatten();
    // A table comes before those within it.
    let mut includes: Vec<&Entry> = includes.collect();
    includes.sort_by_key(|entry| entry.value.as_text().map_or(0, |path| path.matches('.').count()));
    for entry in includes {
        let Some(file) = read(&entry.key.text, entry.key.place, beside, semantic) else { continue };
        let (body, parts) = toml::read(&file.text, file.start(), diagnostics, semantic);
        broken.extend(parts);
        let Some(path) = entry.value.as_text() else { continue };
        match KeyPath::parse(path, entry.value.place) {
            Some(path) => {
                let body = body_of(Value::new(body, file.start()), &path.keys, semantic);
                put(tables, &path.keys, body, entry, semantic);
            }
            None => semantic.push(messages::names_no_table(entry.value.place, path)),
        }
    }
    if let Some(entry) = fleet.entry("pins")
        && let Some(path) = entry.value.as_text()
        && let Some(file) = read(path, entry.value.place, beside, semantic)
    {
        let (documents, errors) = yaml::documents(&file.text, file.start());
        for error in errors {
            semantic.push(messages::bad_yaml(&error));
        }
        for document in documents {
            put(tables, &["pins".into()], document.value, entry, semantic);
        }
    }
    broken
}

/// The body of a table, also of a file that says the name of the table again.
fn body_of(file: Value, path: &[Text], diagnostics: &mut Diagnostics) -> Value {
    let keys: Vec<&str> = path.iter().map(Text::as_str).collect();
    match file.find(&keys).filter(|inner| keys.len() > 1 && inner.as_map().is_some()) {
        None => file,
        Some(inner) => {
            diagnostics.push(messages::table_named_again(inner.place.or(file.place), &path.join(".")));
            inner.clone()
        }
    }
}

/// The text of a file.
fn read(
    path: &str,
    place: Place,
    beside: &mut Beside<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<std::sync::Arc<SourceFile>> {
    if RelativePath::new(path).is_none() {
        diagnostics.push(messages::path_outside(place, path));
        return None;
    }
    let bytes = match beside.files.read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            diagnostics.push(messages::unreadable(place, path, &error));
            return None;
        }
    };
    let text = String::from_utf8(bytes);
    let file = text
        .map_err(|error| messages::not_text(place, path, error.utf8_error().valid_up_to()))
        .and_then(|text| beside.sources.add_file(path, text).map_err(|_| messages::too_much(place)));
    file.map_err(|diagnostic| diagnostics.push(diagnostic)).ok()
}

/// Puts the body of a table where it belongs; one table is filled in one place.
fn put(tables: &mut Map, path: &[Text], body: Value, by: &Entry, diagnostics: &mut Diagnostics) {
    let Some((last, before)) = path.split_last() else { return };
    if let [kind, name, _, ..] = path {
        let things = tables.get(kind).and_then(Value::as_map);
        if things.is_none_or(|things| things.get(name).is_none()) {
            let known = things.into_iter().flatten().map(|thing| thing.key.text.as_str());
            diagnostics.push(messages::nothing_to_fill(by.value.place, [kind, name], known));
            return;
        }
    }
    let mut at = tables;
    for key in before {
        if at.get(key).is_none() {
            at.push(Key::new(key, by.value.place), Value::new(Map::new(), by.value.place));
        }
        let Some(next) = at.get_mut(key) else { return };
        let (place, found) = (next.place, next.type_name());
        let Data::Map(map) = &mut next.data else {
            diagnostics.push(messages::no_table_to_fill(
                by.value.place,
                &path.join("."),
                (key, place, found),
            ));
            return;
        };
        at = map;
    }
    if let Some(first) = at.entry(last) {
        diagnostics.push(messages::filled_twice(by.key.place, first.key.place, &path.join(".")));
        return;
    }
    at.push(Key::new(last, by.value.place), body);
}

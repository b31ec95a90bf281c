//! Definitions that nobody uses.

use fleetc_manifests::{Data, Map, Value};

use crate::diagnostic::Diagnostics;
use crate::fleet::Fleet;
use crate::load::Library;
use crate::messages;
use crate::resolve::substitution::{has_live, names_in, names_in_text};

/// Says which variables no `${…}` names, and which sources nothing pulls from.
pub(super) fn check(fleet: &Fleet, library: &Library, diagnostics: &mut Diagnostics) {
    unused_variables(fleet, library, diagnostics);
    unused_sources(fleet, diagnostics);
}

fn unused_variables(fleet: &Fleet, library: &Library, diagnostics: &mut Diagnostics) {
    let variables = |keys: &'_ Map| keys.get("variables").and_then(Value::as_map).is_some();
    if !fleet.tables().any(variables) {
        return;
    }
    let mut used = library.names();
    for value in fleet.tables().flatten().map(|entry| &entry.value) {
        names_in(value, &mut used);
    }
    library.all_raw().for_each(|text| names_in_text(&text, &mut used));
    for keys in fleet.tables() {
        for variable in keys.get("variables").and_then(Value::as_map).into_iter().flatten() {
            // One that stands on several rungs is said once.
            if used.insert(variable.key.text.clone()) {
                diagnostics.push(messages::unused_variable(&variable.key));
            }
        }
    }
}

fn unused_sources(fleet: &Fleet, diagnostics: &mut Diagnostics) {
    let mut used = Vec::new();
    for keys in fleet.tables() {
        for entry in keys {
            uses_in(&entry.key.text, &entry.value, &mut used);
        }
    }
    // What a variable names, any of them may be.
    if used.iter().any(|name| has_live(name)) {
        return;
    }
    for (name, rung) in &fleet.sources {
        if !used.iter().any(|it| it.as_text() == Some(name)) {
            diagnostics.push(messages::unused_source(name, rung.place));
        }
    }
}

/// The texts that name a source, in what stands under the key.
fn uses_in<'v>(key: &str, value: &'v Value, used: &mut Vec<&'v Value>) {
    match &value.data {
        Data::Text(_) if matches!(key, "source" | "use") => used.push(value),
        Data::Map(map) => map.iter().for_each(|entry| uses_in(&entry.key.text, &entry.value, used)),
        Data::List(items) => items.iter().for_each(|item| uses_in(key, item, used)),
        _ => {}
    }
}

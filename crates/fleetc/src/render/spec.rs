//! The `spec` of a Flux object: what fleetc writes, less what `unset` takes away, and over it what fleet.toml says in
//! Flux's words.

use fleetc_manifests::{Data, Key, Map, Text, Value};

use crate::diagnostic::Diagnostics;
use crate::messages;
use crate::resolve::ladder::merge_entry;
use crate::resolve::{Duty, Tally};
use crate::syntax::KeyPath;

/// What fleet.toml says of the `spec` of a Flux object.
#[derive(Debug, Clone, Default)]
pub(super) struct More {
    /// The key that says it: `kustomization` or `helm`.
    key: &'static str,
    /// The paths that it takes away.
    unset: Vec<KeyPath>,
    /// What it sets.
    spec: Option<Value>,
}

/// A field that fleetc writes itself, and the key that says it instead.
pub(super) type Written = (&'static [&'static str], &'static str);

/// What must be ready first: names, and namespaces where they differ.
pub(super) type After = [(Text, Option<Text>)];

impl More {
    /// What stands under the key, and which paths below it are taken away.
    pub(super) fn of(key: &'static str, spec: Option<&Value>, unset: &[KeyPath]) -> Self {
        let below = unset.iter().filter(|path| path.keys[0] == key).filter_map(KeyPath::rest);
        Self { key, unset: below.collect(), spec: spec.cloned() }
    }

    /// Changes the `spec` that fleetc wrote.
    pub(super) fn apply(
        &self,
        spec: &mut Map,
        written: &[Written],
        after: &After,
        tally: &mut Tally,
        diagnostics: &mut Diagnostics,
    ) {
        for path in &self.unset {
            let covers = |field: &&Written| {
                let both = path.keys.iter().zip(field.0);
                both.into_iter().all(|(key, field)| key == field)
            };
            if let Some((field, instead)) = written.iter().find(covers) {
                let key = Key::new(field.join("."), path.place);
                diagnostics.push(messages::written_by_fleetc(&key, self.key, instead));
                tally.done(Duty::UnsetWritten, path.place);
            } else if path.remove(spec) {
                tally.done(Duty::UnsetWritten, path.place);
            }
        }
        let Some(more) = &self.spec else { return };
        for (path, instead) in written {
            let (last, before) = path.split_last().expect("no path is empty");
            let entry = more.find(before).and_then(Value::as_map).and_then(|map| map.entry(last));
            if let Some(entry) = entry {
                diagnostics.push(messages::written_by_fleetc(&entry.key, self.key, instead));
            }
        }
        for entry in more.as_map().into_iter().flatten() {
            if entry.key.text == "dependsOn" {
                merge_dependencies(spec, &entry.value, after, diagnostics);
            } else {
                merge_entry(spec, entry);
            }
        }
    }
}

/// `dependsOn` may only say more about what `after` names.
fn merge_dependencies(spec: &mut Map, written: &Value, after: &After, diagnostics: &mut Diagnostics) {
    for item in written.as_list().into_iter().flatten() {
        let name = item.get("name").and_then(Value::as_text).unwrap_or_default();
        let index = after.iter().position(|(it, _)| it == name);
        let list = spec.get_mut("dependsOn").and_then(Value::as_list_mut);
        match (index, list, &item.data) {
            (Some(index), Some(list), Data::Map(more)) => {
                let Some(map) = list.make_mut()[index].as_map_mut() else {
                    continue;
                };
                for entry in more {
                    map.insert(Key::new(&entry.key.text, entry.key.place), entry.value.clone());
                }
            }
            _ => diagnostics.push(messages::dependency_without_after(item.place, name)),
        }
    }
}

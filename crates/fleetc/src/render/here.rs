//! What is rendered here: local manifests, ConfigMaps and encrypted Secrets of an app.

mod maker;
mod own;

use std::sync::Arc;

use fleetc_manifests::{Key, Place, Text, Value, kinds, value};

use super::change;
use super::placed::{Body, Effective, PlacedApp};
use super::references::Rename;
use super::{Rendered, select};
use crate::diagnostic::Diagnostics;
use crate::earlier::Record;
use crate::facts::Facts;
use crate::language::Keep;
use crate::load::{Library, ObjectName};
use crate::messages;
use crate::resolve::Tally;
use maker::{Maker, Step};
pub(super) use own::{Own, Trace};

/// The annotation that keeps Flux from deleting an object.
const PRUNE: &str = "kustomize.toolkit.fluxcd.io/prune";

/// The objects of an app.
pub(super) struct Objects {
    /// Those of its manifests and Secrets, and the ConfigMaps that they read.
    pub(super) own: Own,
    /// What others want to know of them.
    pub(super) facts: Vec<Arc<Facts>>,
    /// Its Flux objects, and the ConfigMaps that a HelmRelease reads.
    pub(super) flux: Vec<Rendered>,
}

/// The app's own objects, with all changes, unless it is known of them that they are as they were; and its Flux objects.
pub(super) fn objects<'f>(
    app: &mut PlacedApp<'f>,
    kept: Option<Record>,
    flux: Vec<Rendered>,
    target: &str,
    library: &'f Library,
    tally: &mut Tally,
    diagnostics: &mut Diagnostics,
) -> Objects {
    let effective = Arc::clone(&app.effective);
    let changes = &effective.changes;
    app.scope.take_asked();
    let mut maker = Maker { app, effective: &effective, target, library, tally, diagnostics };
    let (own, renames) = match kept {
        Some(record) => (Own::Kept(record), renames(&effective, std::iter::empty())),
        None => maker.own(),
    };
    let mut met = own.met(changes);
    let flux_configs = match effective.body {
        Body::Chart(_) => config_maps(&effective, &effective.flux_namespace),
        _ => Vec::new(),
    };
    let flux = flux.into_iter().chain(flux_configs).filter_map(|object| {
        let made = maker.finish(Step::of(object), &renames, true);
        met.extend(&made.met);
        made.object
    });
    let flux = flux.collect();
    if let Own::Kept(_) = own {
        met.expect(changes, tally);
    }
    change::note(changes, &met, target, tally, diagnostics);
    Objects { facts: own.facts(), own, flux }
}

impl Objects {
    /// Makes the app's own objects, though they may be as they were.
    pub(super) fn make<'f>(
        &mut self,
        app: &mut PlacedApp<'f>,
        target: &str,
        library: &'f Library,
        tally: &mut Tally,
        diagnostics: &mut Diagnostics,
    ) {
        let effective = Arc::clone(&app.effective);
        app.scope.take_asked();
        let (own, _) = Maker { app, effective: &effective, target, library, tally, diagnostics }.own();
        self.facts = own.facts();
        self.own = own;
    }
}

impl Maker<'_, '_> {
    /// The app's own objects, and which of them have other names now.
    fn own(&mut self) -> (Own, Vec<Rename>) {
        let effective = self.effective;
        let configs = match effective.body {
            Body::Chart(_) => Vec::new(),
            _ => config_maps(effective, &effective.namespace),
        };
        let steps: Vec<Step<'_>> =
            effective.origins(self.library).iter().map(|origin| self.begin(origin)).collect();
        let renames = renames(effective, steps.iter().filter_map(Step::begun));
        let (mut own, mut trace) = (Vec::new(), Trace::default());
        for step in steps.into_iter().chain(configs.into_iter().map(Step::of)) {
            let made = self.finish(step, &renames, false);
            trace.met.extend(&made.met);
            trace.asked.push(made.asked);
            own.extend(made.object);
        }
        (Own::Made(own, trace), renames)
    }
}

/// Gives an object that lies in a namespace, but names none, the one in which the app runs.
fn set_namespace(object: &mut Rendered, namespace: &Text, library: &Library, diagnostics: &mut Diagnostics) {
    let name = ObjectName::of(&object.value);
    if !name.namespace.is_empty() {
        return;
    }
    let api_version = object.value.get("apiVersion").and_then(Value::as_text).unwrap_or_default();
    let namespaced = kinds::is_namespaced(api_version, &name.kind)
        .or_else(|| library.custom_kind(&name.group, &name.kind).map(|kind| kind.namespaced));
    match namespaced {
        Some(false) => {}
        Some(true) => object.set_namespace(namespace, diagnostics),
        // No cluster serves it: that is said when kinds are checked.
        None if kinds::is_group(&name.group) => {
            object.set_namespace(namespace, diagnostics);
        }
        None => {
            let place = object.value.get("kind").map_or(object.value.place, |kind| kind.place);
            diagnostics.push(messages::unknown_scope(place, api_version, &name.kind));
        }
    }
}

impl Rendered {
    /// Writes the namespace into the metadata, after the name; into the text, if it is encrypted.
    fn set_namespace(&mut self, namespace: &Text, diagnostics: &mut Diagnostics) {
        let place = self.value.place;
        let metadata = self.value.map_under(&["metadata"]);
        let entries = metadata.iter().flat_map(|entry| {
            let after_name = (entry.key.text == "name").then(|| fleetc_manifests::Entry {
                key: Key::new("namespace", place),
                value: Value::new(namespace, place),
            });
            std::iter::once(entry.clone()).chain(after_name)
        });
        *metadata = entries
            .filter(|entry| entry.key.text != "namespace" || !entry.value.is_null())
            .collect::<Vec<_>>()
            .into();
        if let Some(text) = &self.encrypted {
            match with_namespace(text, namespace) {
                Some(text) => {
                    self.encrypted = Some(text.into());
                    diagnostics
                        .push(messages::namespace_in_encrypted(place, &ObjectName::of(&self.value).name));
                }
                None => diagnostics
                    .push(messages::encrypted_without_namespace(place, &ObjectName::of(&self.value))),
            }
        }
    }
}

/// The text of an object with the namespace in its metadata, on a line of its own after the name.
fn with_namespace(text: &str, namespace: &str) -> Option<String> {
    let metadata =
        text.find("\nmetadata:").map(|at| at + 1).or_else(|| text.starts_with("metadata:").then_some(0))?;
    let mut start = metadata;
    for line in text[metadata..].split_inclusive('\n') {
        let end = start + line.len();
        let indent = line.len() - line.trim_start().len();
        if start > metadata && indent == 0 {
            return None;
        }
        if line.trim_start().starts_with("name:") {
            let mut with = text[..end].to_owned();
            with.push_str(&" ".repeat(indent));
            with.push_str("namespace: ");
            with.push_str(namespace);
            with.push('\n');
            with.push_str(&text[end..]);
            return Some(with);
        }
        start = end;
    }
    None
}

/// What gets another name: everything in namespaces, with a prefix; and what refers to a ConfigMap by its short name.
fn renames<'o>(app: &Effective<'_>, objects: impl Iterator<Item = &'o Rendered>) -> Vec<Rename> {
    let mut renames = Vec::new();
    if let Some(prefix) = &app.keys.name_prefix {
        for name in objects.map(|object| ObjectName::of(&object.value)) {
            if !name.namespace.is_empty() {
                renames.push(Rename {
                    to: format!("{}{}", prefix.value, name.name).into(),
                    kind: name.kind,
                    namespace: name.namespace,
                    from: name.name,
                });
            }
        }
    }
    for config in &app.configs {
        renames.push(Rename {
            kind: "ConfigMap".into(),
            namespace: Text::new(),
            from: config.short.clone(),
            to: config.name.clone(),
        });
    }
    renames
}

/// Gives the object its own new name.
fn rename(object: &mut Value, renames: &[Rename]) {
    let name = ObjectName::of(object);
    let own = |rename: &&Rename| {
        rename.kind == name.kind
            && rename.from == name.name
            && rename.namespace == name.namespace
            && !name.namespace.is_empty()
    };
    if let Some(rename) = renames.iter().find(own) {
        let metadata = object.map_under(&["metadata"]);
        let place = metadata.get("name").map_or(Place::NONE, |name| name.place);
        metadata.insert("name", Value::new(&rename.to, place));
    }
}

/// The ConfigMaps of `config`, in a namespace.
fn config_maps(app: &Effective<'_>, namespace: &Text) -> Vec<Rendered> {
    let objects = app.configs.iter().map(|config| {
        let mut object = value!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": { "name": (&config.name), "namespace": namespace },
        });
        if !config.labels.is_empty() {
            object.map_under(&["metadata"]).push("labels", config.labels.clone().into());
        }
        for (key, map) in [("data", &config.data), ("binaryData", &config.binary_data)] {
            if !map.is_empty() {
                object.map_under(&[]).push(key, map.clone().into());
            }
        }
        Rendered::from(object.at(config.place))
    });
    objects.collect()
}

/// Keeps Flux from deleting an object, if the app says so.
pub(super) fn keep(keep: Option<&Keep>, object: &mut Value) {
    let keeps = match keep {
        None => false,
        Some(Keep::All(all)) => *all,
        Some(Keep::Some(selectors)) => selectors.iter().any(|selector| select::chooses(selector, object)),
    };
    if keeps {
        keep_object(object);
    }
}

/// Keeps Flux from deleting the object.
pub(super) fn keep_object(object: &mut Value) {
    let place = object.place;
    object
        .map_under(&["metadata", "annotations"])
        .insert(Key::new(PRUNE, place), Value::new("disabled", place));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_is_put_after_the_name() {
        let text = "apiVersion: v1\nkind: Secret\nmetadata:\n    name: a\n    labels: {}\nsops: {}\n";
        let with = "apiVersion: v1\nkind: Secret\nmetadata:\n    name: a\n    namespace: n\n    labels: {}\nsops: {}\n";
        assert_eq!(with_namespace(text, "n").as_deref(), Some(with));
        assert_eq!(with_namespace("metadata: {name: a}\nsops: {}\n", "n"), None);
    }
}

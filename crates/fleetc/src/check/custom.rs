//! Objects of custom kinds against the CustomResourceDefinitions that the fleet itself has.

mod defaults;
mod formats;
mod schema;

use std::collections::BTreeMap;

use fleetc_manifests::{Text, Value};

use super::patterns::OfThread;
use super::walk::Walk;
use crate::diagnostic::Diagnostic;
use crate::fingerprint::{Fingerprint, Fingerprinter};
use crate::load::{Library, ObjectName, defined};
use crate::tree::Tree;

/// A CustomResourceDefinition: its `spec`.
pub(super) struct Definition<'t>(&'t Value);

type ByKind<'t> = BTreeMap<(Text, Text), Vec<Definition<'t>>>;

/// All definitions, by the cluster that they end up on.
pub(super) struct CustomKinds<'t> {
    of_clusters: BTreeMap<&'t str, ByKind<'t>>,
    /// Those of `fleet.crds`, which are on every cluster.
    everywhere: ByKind<'t>,
}

/// Those of one cluster.
#[derive(Clone, Copy)]
pub(super) struct OfCluster<'t> {
    own: Option<&'t ByKind<'t>>,
    everywhere: &'t ByKind<'t>,
}

impl<'t> CustomKinds<'t> {
    pub(super) fn of(tree: &'t Tree, library: &'t Library) -> Self {
        let mut of_clusters: BTreeMap<&str, ByKind<'t>> = BTreeMap::new();
        for folder in tree.folders() {
            for object in folder.files.values().filter_map(|file| file.object()) {
                add(object, || of_clusters.entry(&folder.lands_on).or_default());
            }
        }
        let mut everywhere = ByKind::new();
        for object in library.crds() {
            add(&object.value, || &mut everywhere);
        }
        Self { of_clusters, everywhere }
    }

    /// By what all definitions of a cluster are known again; `of` takes the fingerprint of one.
    pub(super) fn fingerprint(&self, cluster: &str, of: impl Fn(&Value) -> Fingerprint) -> Fingerprint {
        let mut all = Fingerprinter::default();
        for kinds in self.of_clusters.get(cluster).into_iter().chain([&self.everywhere]) {
            all.number(kinds.len());
            kinds.values().flatten().for_each(|definition| all.part(of(definition.0)));
        }
        all.finish()
    }

    pub(super) fn of_cluster(&'t self, cluster: &str) -> OfCluster<'t> {
        OfCluster { own: self.of_clusters.get(cluster), everywhere: &self.everywhere }
    }
}

/// Adds the object, if it is a definition.
fn add<'t, 'm>(object: &'t Value, map: impl FnOnce() -> &'m mut ByKind<'t>)
where
    't: 'm,
{
    if let (Some(kind), Some(spec)) = (defined(object), object.get("spec")) {
        let known = map().entry(kind).or_default();
        if known.iter().all(|definition| *definition.0 != *spec) {
            known.push(Definition(spec));
        }
    }
}

impl<'t> OfCluster<'t> {
    pub(super) fn find(self, group: &str, kind: &str) -> Option<&'t [Definition<'t>]> {
        let key = (Text::from(group), Text::from(kind));
        self.own.and_then(|own| own.get(&key)).or_else(|| self.everywhere.get(&key)).map(|found| &found[..])
    }
}

impl Definition<'_> {
    /// Whether it serves the version.
    pub(super) fn serves(&self, version: &str) -> bool {
        self.served().any(|it| it == version)
    }

    /// The versions that it serves.
    pub(super) fn served(&self) -> impl Iterator<Item = &str> {
        let is_served = |version: &&Value| version.get("served").and_then(Value::as_bool) == Some(true);
        self.versions().filter(is_served).filter_map(|version| version.get("name")?.as_text())
    }

    fn versions(&self) -> impl Iterator<Item = &Value> {
        self.0.items_at(&["versions"])
    }

    /// The schema of a version.
    fn schema(&self, name: &str) -> Option<&Value> {
        let found = self.versions().find(|it| it.get("name").and_then(Value::as_text) == Some(name))?;
        found.find(&["schema", "openAPIV3Schema"])
    }
}

/// Metadata is the same for every kind.
fn check_metadata(object: &Value, patterns: &mut OfThread) -> Vec<Diagnostic> {
    let name = ObjectName::of(object);
    let mut walk = Walk::of_custom_kind(&name.kind, object.place, patterns);
    walk.metadata(object);
    walk.said
}

/// What all of the definitions say against the object: where a cluster may have any of them, one that takes it is
/// enough.
pub(super) fn check(
    definitions: &[Definition<'_>],
    object: &Value,
    fresh: u64,
    patterns: &mut OfThread,
) -> Vec<Diagnostic> {
    let api_version = object.get("apiVersion").and_then(Value::as_text).unwrap_or_default();
    let version = api_version.rsplit('/').next().unwrap_or_default();
    let mut first = None;
    for definition in definitions.iter().filter(|definition| definition.serves(version)) {
        let Some(schema) = definition.schema(version) else { return Vec::new() };
        let mut said = schema::check(schema, object, fresh, &ObjectName::of(object).kind, patterns);
        said.extend(check_metadata(object, patterns));
        if said.is_empty() {
            return said;
        }
        first.get_or_insert(said);
    }
    first.unwrap_or_default()
}

//! Objects into the files of a folder.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fleetc_manifests::{Value, kinds};
use rustc_hash::FxHashMap;

use super::Rendered;
use super::flux::Flux;
use crate::earlier::{Known, Record, Recorded};
use crate::facts::Facts;
use crate::fingerprint::{Fingerprint, Fingerprinter};
use crate::load::ObjectName;
use crate::tree::{File, Folder};

/// The name of the file that lists a folder, as kustomize knows it.
const KUSTOMIZATION: &str = "kustomization.yaml";

/// No part of a path is longer, so that every file system takes it.
const LONGEST: usize = 200;

/// What a folder is for.
#[derive(Debug, Clone, Default)]
pub(super) struct About {
    /// The environment; none for the root of a cluster.
    pub(super) environment: Option<String>,
    /// The cluster.
    pub(super) cluster: String,
    /// The cluster that its objects end up in.
    pub(super) lands_on: String,
    /// The minor version of Flux that applies it.
    pub(super) flux: String,
    /// Whose it is.
    pub(super) tenant: Option<String>,
    /// The app or component.
    pub(super) app: Option<String>,
}

impl About {
    /// What belongs to no environment of the cluster.
    pub(super) fn of_cluster(cluster: &str, flux: &Flux) -> Self {
        let (cluster, lands_on) = (cluster.to_owned(), cluster.to_owned());
        Self { cluster, lands_on, flux: flux.version.word().to_owned(), ..Self::default() }
    }
}

/// A folder with one file for each object, and the list of them.
pub(super) fn folder(path: String, objects: &[Rendered], about: About) -> Folder {
    let mut files = BTreeMap::new();
    for (object, name) in objects.iter().zip(file_names(objects)) {
        files.insert(name, object.file());
    }
    let resources: Vec<&str> = files.keys().map(String::as_str).collect();
    let list = list(&resources);
    files.insert(KUSTOMIZATION.into(), File::of_text(list));
    with_files(path, files, about)
}

/// A folder with these objects, and those of an app; without files, if the app's are as they were.
pub(super) fn of_app(path: String, objects: &[Rendered], about: About, recorded: Recorded) -> Folder {
    match recorded {
        Recorded::Anew(_) => Folder { recorded: Some(recorded), ..folder(path, objects, about) },
        Recorded::AsBefore(record) => {
            let facts =
                record.known.facts.iter().cloned().chain(objects.iter().map(Rendered::facts)).collect();
            as_before(path, facts, about, record)
        }
    }
}

/// A folder with these objects, which are known again by their fingerprint; without files, if they are as is known.
pub(super) fn whole(
    path: String,
    objects: &[Rendered],
    about: About,
    is: Fingerprint,
    known: Option<Record>,
) -> Folder {
    if let Some(record) = known {
        return as_before(path, record.known.facts.clone(), about, record);
    }
    let folder = folder(path, objects, about);
    let known = Known {
        of: folder.name().into(),
        is,
        flux: folder.flux.as_str().into(),
        facts: folder.facts.clone(),
        ..Known::default()
    };
    let record = Record { known: Arc::new(known), ..Record::default() };
    Folder { recorded: Some(Recorded::Anew(record)), ..folder }
}

/// A folder that is as it was: these are the facts of its objects.
fn as_before(path: String, facts: Vec<Arc<Facts>>, about: About, record: Record) -> Folder {
    let recorded = Some(Recorded::AsBefore(record));
    Folder { facts, recorded, ..with_files(path, BTreeMap::new(), about) }
}

/// By what objects are known again.
pub(super) fn fingerprint(objects: &[Rendered]) -> Fingerprint {
    let mut all = Fingerprinter::default();
    all.number(objects.len());
    for object in objects {
        all.value(&object.value);
        all.maybe(object.encrypted.as_deref());
    }
    all.finish()
}

/// A folder with these files.
pub(super) fn with_files(path: String, files: BTreeMap<String, File>, about: About) -> Folder {
    let About { environment, cluster, lands_on, flux, tenant, app } = about;
    let facts = files.values().filter_map(File::facts).collect();
    Folder { path, environment, cluster, lands_on, flux, tenant, app, files, facts, recorded: None }
}

/// A kustomization.yaml that lists the resources.
pub(super) fn list<T: AsRef<str>>(resources: &[T]) -> String {
    let mut text = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:".to_owned();
    if resources.is_empty() {
        text.push_str(" []\n");
        return text;
    }
    text.push('\n');
    for resource in resources {
        text.push_str("- ");
        text.push_str(resource.as_ref());
        text.push('\n');
    }
    text
}

/// `deployment-web.yaml`; where several objects would have it, the namespace, the group, or a number tell all of them apart.
fn file_names(objects: &[Rendered]) -> Vec<String> {
    let candidates: Vec<Cow<'_, Stems>> = objects.iter().map(Rendered::stems).collect();
    let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
    counts.insert(KUSTOMIZATION.trim_end_matches(".yaml"), 2);
    for of_object in &candidates {
        for (index, stem) in of_object.iter().enumerate() {
            *counts.entry(stem).or_default() += usize::from(!of_object[..index].contains(stem));
        }
    }
    let mut taken = BTreeSet::new();
    let names = candidates.iter().map(|of_object| {
        let alone = of_object.iter().find(|stem| counts[stem.as_str()] == 1);
        let numbered = (2..).map(|number| format!("{}-{number}", of_object[2]));
        let mut stems = alone.into_iter().chain([&of_object[2]]).cloned().chain(numbered);
        let free =
            stems.find_map(|stem| Some(format!("{stem}.yaml")).filter(|name| taken.insert(name.clone())));
        free.expect("there is always another number")
    });
    names.collect()
}

/// The names that a file may have, without their ends.
pub(super) type Stems = [String; 3];

/// Those of the file of an object, the shortest first.
pub(super) fn stems(object: &Value) -> Stems {
    let name = ObjectName::of(object);
    let api_version = object.get("apiVersion").and_then(Value::as_text).unwrap_or_default();
    let short = portable(&[&name.kind, "-", &name.name]);
    let dot = if name.namespace.is_empty() { "" } else { "." };
    let with_namespace = portable(&[&name.kind, "-", &name.name, dot, &name.namespace]);
    let group = kinds::group(api_version);
    let group = if group.is_empty() { "core" } else { group };
    let whole = portable(&[&name.kind, ".", group, "-", &name.name, dot, &name.namespace]);
    [short, with_namespace, whole]
}

/// The parts together in lower case, with `_` for what some file system does not take.
fn portable(parts: &[&str]) -> String {
    let portable_char = |c: char| match c.to_ascii_lowercase() {
        c if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') => c,
        _ => '_',
    };
    let mut portable = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    portable.extend(parts.iter().flat_map(|part| part.chars()).map(portable_char));
    portable.truncate(LONGEST);
    portable
}

#[cfg(test)]
mod tests {
    use super::*;
    use fleetc_manifests::value;

    fn object(api_version: &str, kind: &str, namespace: &str, name: &str) -> Rendered {
        Rendered::from(
            value!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": name, "namespace": namespace } }),
        )
    }

    #[test]
    fn files_have_stable_names_that_do_not_collide() {
        let objects = [
            object("v1", "ConfigMap", "a", "web"),
            object("v1", "ConfigMap", "b", "web"),
            object("rbac.authorization.k8s.io/v1", "ClusterRole", "", "system:Web"),
            object("rbac.authorization.k8s.io/v1", "ClusterRole", "", "system_web"),
            object("example.com/v1", "ConfigMap", "a", "web"),
            object("example.com/v1", "ConfigMap", "b", "web"),
        ];
        let folder = folder("dev/a/web".into(), &objects, About::default());
        let names: Vec<&str> = folder.files.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "clusterrole.rbac.authorization.k8s.io-system_web-2.yaml",
                "clusterrole.rbac.authorization.k8s.io-system_web.yaml",
                "configmap.core-web.a.yaml",
                "configmap.core-web.b.yaml",
                "configmap.example.com-web.a.yaml",
                "configmap.example.com-web.b.yaml",
                "kustomization.yaml",
            ]
        );
    }
}

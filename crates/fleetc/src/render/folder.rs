//! Objects into the files of a folder.

use std::collections::{BTreeMap, BTreeSet};

use fleetc_manifests::{Value, kinds};

use super::Rendered;
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
    /// Whose it is.
    pub(super) tenant: Option<String>,
    /// The app or component.
    pub(super) app: Option<String>,
}

/// A folder with one file for each object, and the list of them.
pub(super) fn folder(path: String, objects: &[Rendered], about: About) -> Folder {
    let mut files = BTreeMap::new();
    let mut taken = BTreeSet::from([KUSTOMIZATION.to_owned()]);
    for object in objects {
        let name = file_name(&object.value, &mut taken);
        files.insert(name, File::of_object(object.value.clone(), object.encrypted.clone()));
    }
    let resources: Vec<&str> = files.keys().map(String::as_str).collect();
    let list = list(&resources);
    files.insert(KUSTOMIZATION.into(), File::of_text(list));
    with_files(path, files, about)
}

/// A folder with these files.
pub(super) fn with_files(path: String, files: BTreeMap<String, File>, about: About) -> Folder {
    let About { environment, cluster, tenant, app } = about;
    Folder { path, environment, cluster, tenant, app, files }
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

/// `deployment-web.yaml`; where several objects would have it, the namespace, the group, or a number tell them apart.
fn file_name(object: &Value, taken: &mut BTreeSet<String>) -> String {
    let name = ObjectName::of(object);
    let api_version = object.get("apiVersion").and_then(Value::as_text).unwrap_or_default();
    let short = portable(&format!("{}-{}", name.kind, name.name));
    let dot = if name.namespace.is_empty() { "" } else { "." };
    let place = format!("{}{dot}{}", name.name, name.namespace);
    let with_namespace = portable(&format!("{}-{place}", name.kind));
    let whole = portable(&format!("{}.{}-{place}", name.kind, kinds::group(api_version)));
    let numbered = (2..).map(|number| format!("{whole}-{number}"));
    let candidates = [short, with_namespace, whole.clone()].into_iter().chain(numbered);
    let free = candidates.map(|stem| format!("{stem}.yaml")).find(|name| taken.insert(name.clone()));
    free.expect("there is always another number")
}

/// The text in lower case, with `_` for what some file system does not take.
fn portable(text: &str) -> String {
    let mut portable: String = text
        .chars()
        .map(|c| c.to_ascii_lowercase())
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') { c } else { '_' })
        .collect();
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
                "clusterrole-system_web.yaml",
                "clusterrole.rbac.authorization.k8s.io-system_web.yaml",
                "configmap-web.a.yaml",
                "configmap-web.b.yaml",
                "configmap-web.yaml",
                "configmap.example.com-web.b.yaml",
                "kustomization.yaml",
            ]
        );
    }
}

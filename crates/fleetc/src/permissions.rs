//! Who may do what, as the tree says it: for reviews, and for whoever asks.

use std::collections::{BTreeMap, BTreeSet};

use fleetc_manifests::Value;

use crate::tree::{Folder, Tree};

/// What a tenant has on a target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permission {
    /// The tenant.
    pub tenant: String,
    /// The target: `prod/emea-1`.
    pub target: String,
    /// Its namespaces.
    pub namespaces: BTreeSet<String>,
    /// Who is bound to what, in each namespace: `ServiceAccount flux-system/team: ClusterRole admin in team`.
    pub rights: BTreeSet<String>,
    /// The kinds of what its apps bring.
    pub kinds: BTreeSet<String>,
    /// The addresses that Flux pulls from for it.
    pub sources: BTreeSet<String>,
    /// The policies of its network.
    pub network: BTreeSet<String>,
    /// Those of its namespaces in which the admission policies hold.
    pub guarded: BTreeSet<String>,
}

/// What every tenant has on every target, by tenant and target.
pub fn permissions(tree: &Tree) -> Vec<Permission> {
    let mut found: BTreeMap<(String, String), Permission> = BTreeMap::new();
    for folder in tree.folders() {
        let Some(tenant) = &folder.tenant else { continue };
        let environment = folder.environment.as_deref().unwrap_or("common");
        let target = format!("{environment}/{}", folder.cluster);
        let permission = found.entry((tenant.clone(), target.clone())).or_insert_with(|| Permission {
            tenant: tenant.clone(),
            target,
            ..Permission::default()
        });
        for object in folder.files.values().filter_map(|file| file.object()) {
            permission.note(folder, object);
        }
    }
    found.into_values().collect()
}

impl Permission {
    fn note(&mut self, folder: &Folder, object: &Value) {
        let (kind, name) = (object.text_at(&["kind"]), object.text_at(&["metadata", "name"]));
        let namespace = object.text_at(&["metadata", "namespace"]);
        if folder.app.is_some() {
            self.kinds.insert(kind.to_owned());
        }
        match kind {
            "Namespace" => {
                self.namespaces.insert(name.to_owned());
                if object.find(&["metadata", "labels", "fleetc/policies"]).is_some() {
                    self.guarded.insert(name.to_owned());
                }
            }
            "RoleBinding" | "ClusterRoleBinding" => self.binding(object, namespace),
            "GitRepository" | "OCIRepository" | "HelmRepository" => {
                self.sources.insert(object.text_at(&["spec", "url"]).to_owned());
            }
            "Bucket" => {
                let (endpoint, bucket) =
                    (object.text_at(&["spec", "endpoint"]), object.text_at(&["spec", "bucketName"]));
                self.sources.insert(format!("{endpoint}/{bucket}"));
            }
            "NetworkPolicy" => {
                self.network.insert(format!("{name} in {namespace}"));
            }
            _ => {}
        }
    }

    fn binding(&mut self, object: &Value, namespace: &str) {
        let (kind, name) = (object.text_at(&["roleRef", "kind"]), object.text_at(&["roleRef", "name"]));
        let place = if namespace.is_empty() { "the whole cluster" } else { namespace };
        for subject in object.items_at(&["subjects"]) {
            let own = subject.text_at(&["namespace"]);
            let dot = if own.is_empty() { "" } else { "/" };
            let who = format!("{} {own}{dot}{}", subject.text_at(&["kind"]), subject.text_at(&["name"]));
            self.rights.insert(format!("{who}: {kind} {name} in {place}"));
        }
    }
}

//! What must be on the clusters and is not in the tree: Secrets above all, which somebody else makes.

use std::collections::{BTreeMap, BTreeSet};

use fleetc_manifests::{Data, Value, kinds};

use crate::Compiled;
use crate::diagnostic::Diagnostics;
use crate::fleet::{COMMON, Fleet};
use crate::language::Install;
use crate::render;
use crate::resolve::Tally;
use crate::tree::Tree;

/// Something that must be on a cluster, and that the tree does not bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The cluster.
    pub cluster: String,
    /// The namespace.
    pub namespace: String,
    /// `Secret` or `ConfigMap`, or another kind that `expects` names.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The keys that are read of it, as far as the tree says; `a or b`: either will do.
    pub keys: Vec<String>,
    /// Who makes it.
    pub made_by: String,
    /// What needs it: kind, namespace and name, or the table that expects it.
    pub needed_by: Vec<String>,
}

/// Where something is: cluster, namespace, kind and name.
type Id = (String, String, String, String);

/// Everything that must be there, by cluster, namespace, kind and name.
pub fn needs(compiled: &Compiled) -> Vec<Need> {
    let Compiled { fleet, tree } = compiled;
    let mut found = Found { fleet, brought: brought(tree), needs: BTreeMap::new() };
    for folder in tree.folders() {
        for object in folder.files.values().filter_map(|file| file.object()) {
            found.of_object(&folder.lands_on, object);
        }
    }
    for expected in render::expected(fleet) {
        let id = (expected.cluster, expected.namespace, expected.kind, expected.name);
        found.add(id, None, &expected.table, Some("you, as `expects` says"));
    }
    found.needs.into_values().collect()
}

/// What the tree brings, and what it lets others make.
fn brought(tree: &Tree) -> BTreeSet<(String, String, String)> {
    let objects = tree.folders().flat_map(|folder| folder.files.values()).filter_map(|file| file.object());
    let names = objects.filter_map(|object| {
        let text = |path: &[&str]| object.find(path).and_then(Value::as_text).map(str::to_owned);
        let namespace = text(&["metadata", "namespace"]).unwrap_or_default();
        let kind = text(&["kind"])?;
        let (kind, name) = match kind.as_str() {
            "Certificate" => ("Secret".to_owned(), text(&["spec", "secretName"])?),
            "SealedSecret" => ("Secret".to_owned(), text(&["metadata", "name"])?),
            "ExternalSecret" => {
                let name = text(&["spec", "target", "name"]).or_else(|| text(&["metadata", "name"]))?;
                ("Secret".to_owned(), name)
            }
            _ => (kind, text(&["metadata", "name"])?),
        };
        Some((namespace, kind, name))
    });
    names.collect()
}

struct Found<'f> {
    fleet: &'f Fleet,
    brought: BTreeSet<(String, String, String)>,
    needs: BTreeMap<Id, Need>,
}

impl Found<'_> {
    fn of_object(&mut self, cluster: &str, object: &Value) {
        let text = |path: &[&str]| object.find(path).and_then(Value::as_text).unwrap_or_default();
        if kinds::find(text(&["apiVersion"]), text(&["kind"])).is_none() {
            return;
        }
        let namespace = text(&["metadata", "namespace"]).to_owned();
        let by = format!("{} {namespace}/{}", text(&["kind"]), text(&["metadata", "name"]));
        let mut references = Vec::new();
        references_in(object, &mut references);
        for reference in references {
            let made_by = self.made_by(&reference, cluster, &namespace);
            let id = (cluster.to_owned(), namespace.clone(), reference.kind.to_owned(), reference.name);
            self.add(id, reference.key.or_else(|| keys_of(object, reference.field)), &by, made_by.as_deref());
        }
    }

    fn add(&mut self, id: Id, key: Option<String>, by: &str, made_by: Option<&str>) {
        let (cluster, namespace, kind, name) = id.clone();
        if self.brought.contains(&(namespace.clone(), kind.clone(), name.clone())) {
            return;
        }
        let need = self.needs.entry(id).or_insert_with(|| Need {
            cluster,
            namespace,
            kind,
            name,
            keys: Vec::new(),
            made_by: made_by.unwrap_or("you").to_owned(),
            needed_by: Vec::new(),
        });
        if let Some(key) = key.filter(|key| !need.keys.contains(key)) {
            need.keys.push(key);
        }
        if !need.needed_by.iter().any(|it| it == by) {
            need.needed_by.push(by.to_owned());
        }
    }

    /// Whether `flux bootstrap` installs Flux on the cluster.
    fn is_bootstrapped(&self, cluster: &str) -> bool {
        let index = self.fleet.clusters.iter().position(|it| it.name == cluster);
        index.is_some_and(|index| {
            let (mut tally, mut said) = (Tally::default(), Diagnostics::default());
            let flux = render::Flux::of(self.fleet, COMMON, index, &mut tally, &mut said);
            flux.install == Install::Bootstrap
        })
    }

    /// Who makes what is referred to, if not a person.
    fn made_by(&self, reference: &Reference, cluster: &str, namespace: &str) -> Option<String> {
        if reference.field == "kubeConfig" {
            let of_cluster = |name: &str| reference.name == format!("{name}-kubeconfig");
            let made = |name: &str| {
                self.fleet
                    .apps
                    .iter()
                    .any(|app| app.provisions.is_some_and(|it| self.fleet.clusters[it].name == name))
            };
            let cluster = self.fleet.clusters.iter().find(|it| of_cluster(&it.name) && made(&it.name))?;
            return Some(format!("whatever makes the cluster `{}`", cluster.name));
        }
        let is_flux =
            reference.field == "secretRef" && reference.name == "flux-system" && namespace == "flux-system";
        (is_flux && self.is_bootstrapped(cluster)).then(|| "`flux bootstrap`".to_owned())
    }
}

/// A reference to a Secret or a ConfigMap in the namespace of the object.
struct Reference {
    kind: &'static str,
    name: String,
    key: Option<String>,
    /// The field in which it stands.
    field: &'static str,
}

/// The fields that refer to a Secret or a ConfigMap by `name`.
const BY_NAME: [(&str, &str); 8] = [
    ("secretRef", "Secret"),
    ("certSecretRef", "Secret"),
    ("proxySecretRef", "Secret"),
    ("secretKeyRef", "Secret"),
    ("configMapRef", "ConfigMap"),
    ("configMapKeyRef", "ConfigMap"),
    ("imagePullSecrets", "Secret"),
    ("configMap", "ConfigMap"),
];

fn references_in(value: &Value, found: &mut Vec<Reference>) {
    match &value.data {
        Data::List(items) => items.iter().for_each(|item| references_in(item, found)),
        Data::Map(map) => {
            for entry in map {
                let key = entry.key.text.as_str();
                match key {
                    "kubeConfig" => {
                        let mut inner = Vec::new();
                        references_in(&entry.value, &mut inner);
                        found.extend(inner.into_iter().map(|it| Reference { field: "kubeConfig", ..it }));
                        continue;
                    }
                    "valuesFrom" | "substituteFrom" => {
                        let items = entry.value.as_list().into_iter().flatten();
                        found.extend(items.filter_map(of_kind));
                        continue;
                    }
                    "secretName" => found.extend(entry.value.as_text().map(|name| Reference {
                        kind: "Secret",
                        name: name.to_owned(),
                        key: None,
                        field: "secretName",
                    })),
                    _ => {}
                }
                if let Some((field, kind)) = BY_NAME.iter().find(|(field, _)| *field == key) {
                    let one = std::slice::from_ref(&entry.value);
                    let many = entry.value.as_list().map_or(one, |items| &items[..]);
                    found.extend(many.iter().filter_map(|item| named(item, field, kind)));
                }
                references_in(&entry.value, found);
            }
        }
        _ => {}
    }
}

fn is_optional(reference: &Value) -> bool {
    matches!(reference.get("optional").map(|it| &it.data), Some(Data::Bool(true)))
}

fn named(reference: &Value, field: &'static str, kind: &'static str) -> Option<Reference> {
    let text = |key: &str| reference.get(key).and_then(Value::as_text).map(str::to_owned);
    let name = text("name").filter(|_| !is_optional(reference))?;
    Some(Reference { kind, name, key: text("key"), field })
}

/// A reference that says its kind.
fn of_kind(reference: &Value) -> Option<Reference> {
    let text = |key: &str| reference.get(key).and_then(Value::as_text).map(str::to_owned);
    let kind = if text("kind")? == "Secret" { "Secret" } else { "ConfigMap" };
    let name = text("name").filter(|_| !is_optional(reference))?;
    Some(Reference { kind, name, key: text("valuesKey"), field: "valuesFrom" })
}

/// The keys that Flux reads of a Secret, where the reference does not say it.
///
/// Source: the pages of each kind at <https://fluxcd.io/flux/components/>.
fn keys_of(object: &Value, field: &str) -> Option<String> {
    let text = |path: &[&str]| object.find(path).and_then(Value::as_text).unwrap_or_default();
    let address = text(&["spec", "url"]);
    let keys = match (text(&["kind"]), field) {
        (_, "kubeConfig") => "value",
        ("GitRepository", "secretRef") if address.starts_with("ssh") => "identity, known_hosts",
        ("GitRepository" | "HelmRepository", "secretRef") if address.starts_with("http") => {
            "username, password"
        }
        ("OCIRepository" | "HelmRepository", "secretRef") | (_, "imagePullSecrets") => ".dockerconfigjson",
        ("Bucket", "secretRef") => "accesskey, secretkey",
        ("Kustomization", "secretRef") => "*.agekey or *.asc",
        ("HelmRelease", "valuesFrom") => "values.yaml",
        ("Ingress", "secretName") => "tls.crt, tls.key",
        _ => return None,
    };
    Some(keys.to_owned())
}

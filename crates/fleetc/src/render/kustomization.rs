//! Flux Kustomizations.

use fleetc_manifests::{Map, Place, Text, Value, value};

use super::Rendered;
use super::spec::{More, Written};
use crate::diagnostic::Diagnostics;
use crate::resolve::Tally;

/// What a Flux Kustomization is made of.
#[derive(Debug, Clone, Default)]
pub(super) struct Kustomization {
    /// Its name.
    pub(super) name: Text,
    /// Where it lies.
    pub(super) namespace: Text,
    /// Its labels.
    pub(super) labels: Map,
    /// Its annotations.
    pub(super) annotations: Map,
    /// What it applies.
    pub(super) path: Text,
    /// From where.
    pub(super) source: Value,
    /// Whether it waits until everything is ready.
    pub(super) wait: bool,
    /// Whom it acts as.
    pub(super) account: Account,
    /// How the cluster is reached, if it is another one.
    pub(super) kubeconfig: Option<Value>,
    /// The namespace that everything is put into.
    pub(super) target_namespace: Option<Text>,
    /// What must be ready first: names, and namespaces where they differ.
    pub(super) after: Vec<(Text, Option<Text>)>,
    /// How it decrypts.
    pub(super) decryption: Option<Value>,
    /// What Flux substitutes.
    pub(super) post_build: Option<Value>,
    /// Where it was written.
    pub(super) place: Place,
}

/// Whom a Kustomization acts as.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Account {
    /// As its target's platform does.
    #[default]
    Platform,
    /// An account in its own namespace.
    Named(Text),
    /// Nobody is impersonated.
    Nobody,
}

/// What fleetc writes itself, and the key that says it instead.
const WRITTEN: [Written; 6] = [
    (&["path"], "`path` of a pulled app; of everything else fleetc knows it"),
    (&["sourceRef"], "`source`"),
    (&["kubeConfig"], "`kubeconfig` of the cluster"),
    (&["serviceAccountName"], "`service-account`"),
    (&["postBuild"], "`substitute` and `late`"),
    (&["suspend"], "`state` of the cluster"),
];

impl Kustomization {
    /// The object, with `more` over its spec.
    pub(super) fn object(self, more: &More, tally: &mut Tally, diagnostics: &mut Diagnostics) -> Rendered {
        let mut metadata = Map::new();
        metadata.push("name", (&self.name).into());
        metadata.push("namespace", (&self.namespace).into());
        for (key, map) in [("labels", &self.labels), ("annotations", &self.annotations)] {
            if !map.is_empty() {
                metadata.push(key, map.clone().into());
            }
        }
        let mut spec = self.spec();
        more.apply(&mut spec, &WRITTEN, &self.after, tally, diagnostics);
        Rendered::from(
            value!({
                "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
                "kind": "Kustomization",
                "metadata": metadata,
                "spec": spec,
            })
            .at(self.place),
        )
    }

    fn spec(&self) -> Map {
        let mut spec = Map::new();
        spec.push("interval", "10m".into());
        spec.push("retryInterval", "2m".into());
        spec.push("timeout", "5m".into());
        spec.push("prune", true.into());
        let mut push = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                spec.push(key, value);
            }
        };
        push("wait", self.wait.then(|| true.into()));
        if let Account::Named(account) = &self.account {
            push("serviceAccountName", Some(account.into()));
        }
        push("kubeConfig", self.kubeconfig.clone());
        push("sourceRef", Some(self.source.clone()));
        push("path", Some((&self.path).into()));
        push("targetNamespace", self.target_namespace.as_ref().map(Value::from));
        push(
            "dependsOn",
            (!self.after.is_empty()).then(|| self.after.iter().map(dependency).collect::<Vec<_>>().into()),
        );
        push("decryption", self.decryption.clone());
        push("postBuild", self.post_build.clone());
        spec
    }
}

/// Lets a Kustomization wait for one more beside it; other objects stay as they are.
pub(super) fn wait_for(object: &mut Value, name: &Text) {
    if object.get("kind").and_then(Value::as_text) != Some("Kustomization") {
        return;
    }
    let spec = object.map_under(&["spec"]);
    let mut dependencies: Vec<Value> = vec![dependency(&(name.clone(), None))];
    dependencies.extend(spec.get("dependsOn").and_then(Value::as_list).into_iter().flatten().cloned());
    spec.insert("dependsOn", dependencies.into());
}

/// An entry of `dependsOn`.
pub(super) fn dependency((name, namespace): &(Text, Option<Text>)) -> Value {
    let mut dependency = Map::new();
    dependency.push("name", name.into());
    if let Some(namespace) = namespace {
        dependency.push("namespace", namespace.into());
    }
    dependency.into()
}

//! Brings an object to the APIs of today, and to one spelling.

use serde_json::{Map, Value, json};

/// Groups that moved, and the version of each that is served today.
const VERSIONS: &[(&str, &str)] = &[
    ("source.toolkit.fluxcd.io/v1beta1", "source.toolkit.fluxcd.io/v1"),
    ("source.toolkit.fluxcd.io/v1beta2", "source.toolkit.fluxcd.io/v1"),
    ("kustomize.toolkit.fluxcd.io/v1beta1", "kustomize.toolkit.fluxcd.io/v1"),
    ("kustomize.toolkit.fluxcd.io/v1beta2", "kustomize.toolkit.fluxcd.io/v1"),
    ("helm.toolkit.fluxcd.io/v2beta1", "helm.toolkit.fluxcd.io/v2"),
    ("apiextensions.k8s.io/v1beta1", "apiextensions.k8s.io/v1"),
    ("cluster.x-k8s.io/v1alpha3", "cluster.x-k8s.io/v1beta1"),
    ("exp.cluster.x-k8s.io/v1alpha3", "cluster.x-k8s.io/v1beta1"),
    ("exp.infrastructure.cluster.x-k8s.io/v1alpha3", "infrastructure.cluster.x-k8s.io/v1beta1"),
    ("controlplane.cluster.x-k8s.io/v1alpha3", "controlplane.cluster.x-k8s.io/v1beta2"),
    ("infrastructure.cluster.x-k8s.io/v1alpha3", "infrastructure.cluster.x-k8s.io/v1beta2"),
    ("bootstrap.cluster.x-k8s.io/v1alpha3", "bootstrap.cluster.x-k8s.io/v1beta2"),
];

/// Kinds that lie in no namespace; a namespace that is written there means nothing.
const CLUSTER_WIDE: &[&str] = &["ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Namespace"];

/// Keys that hold a duration.
const DURATIONS: &[&str] = &["interval", "retryInterval", "timeout"];

/// Brings an object to today. One that names no namespace, and needs one, gets the one given.
pub(crate) fn bring(object: &mut Value, namespace: Option<&str>) {
    spell(object);
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    place(object, &kind, namespace);
    match kind.as_str() {
        // Objects are always checked on the server today.
        "Kustomization" => drop_field(object, "/spec", "validation"),
        // There is one implementation of Git left.
        "GitRepository" => drop_field(object, "/spec", "gitImplementation"),
        "OCIRepository" => drop_default(object, "/spec", "provider", "generic"),
        "RoleBinding" | "ClusterRoleBinding" => drop_dead_subjects(object),
        "HelmRelease" => drop_chart_interval(object),
        "ClusterPolicy" => spell_policy(object),
        _ => {}
    }
    drop_own_namespace(object);
}

fn place(object: &mut Value, kind: &str, namespace: Option<&str>) {
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    if CLUSTER_WIDE.contains(&kind) {
        metadata.shift_remove("namespace");
    } else if let Some(namespace) = namespace {
        metadata.entry("namespace").or_insert_with(|| namespace.into());
    }
}

/// One spelling of versions, durations and what is not set, and no space at the end of a text.
fn spell(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            for (key, value) in map.iter_mut() {
                spell_key(key, value);
                spell(value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(spell),
        _ => {}
    }
}

fn spell_key(key: &str, value: &mut Value) {
    let Some(text) = value.as_str() else { return };
    if key == "apiVersion" {
        let today = VERSIONS.iter().find(|(old, _)| *old == text).map_or(text, |(_, today)| today);
        *value = today.into();
    } else if let Some(seconds) = DURATIONS.contains(&key).then(|| seconds(text)).flatten() {
        *value = format!("{seconds}s").into();
    }
}

/// The length of a duration in whole seconds.
fn seconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total = 0;
    while !rest.is_empty() {
        let digits = rest.find(|it: char| !it.is_ascii_digit())?;
        let (number, tail) = rest.split_at(digits);
        let unit = match tail.chars().next()? {
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        total += number.parse::<u64>().ok()? * unit;
        rest = &tail[1..];
    }
    Some(total)
}

fn drop_field(object: &mut Value, place: &str, key: &str) {
    if let Some(map) = object.pointer_mut(place).and_then(Value::as_object_mut) {
        map.shift_remove(key);
    }
}

/// Takes away what says no more than saying nothing does.
fn drop_default(object: &mut Value, place: &str, key: &str, default: &str) {
    if object.pointer(place).and_then(|it| it.get(key)).and_then(Value::as_str) == Some(default) {
        drop_field(object, place, key);
    }
}

/// A reference into the object's own namespace may name it or not.
fn drop_own_namespace(object: &mut Value) {
    let own = object.pointer("/metadata/namespace").and_then(Value::as_str).map(str::to_owned);
    for place in ["/spec/sourceRef", "/spec/chart/spec/sourceRef", "/spec/chartRef"] {
        drop_default(object, place, "namespace", own.as_deref().unwrap_or_default());
    }
}

/// A chart is looked for as often as its release is.
fn drop_chart_interval(object: &mut Value) {
    if let Some(interval) = object.pointer("/spec/interval").and_then(Value::as_str).map(str::to_owned) {
        drop_default(object, "/spec/chart/spec", "interval", &interval);
    }
}

/// Kyverno writes its actions with a capital, and what a rule matches in a list.
fn spell_policy(object: &mut Value) {
    if let Some(action) = object.pointer_mut("/spec/validationFailureAction").filter(|it| *it == "enforce") {
        *action = "Enforce".into();
    }
    let rules = object.pointer_mut("/spec/rules").and_then(Value::as_array_mut);
    for rule in rules.into_iter().flatten() {
        for key in ["match", "exclude"] {
            match rule.get_mut(key) {
                Some(filter) if filter.get("resources").is_some() => {
                    *filter = json!({ "any": [filter.take()] });
                }
                _ => {}
            }
        }
    }
}

/// Controllers impersonate accounts alone; the users `gotk:*` of their first versions are nobody.
fn drop_dead_subjects(object: &mut Value) {
    let is_dead = |subject: &Map<String, Value>| {
        subject.get("name").and_then(Value::as_str).is_some_and(|name| name.starts_with("gotk:"))
    };
    if let Some(subjects) = object.get_mut("subjects").and_then(Value::as_array_mut) {
        subjects.retain(|it| !it.as_object().is_some_and(is_dead));
    }
}

//! Annotations and labels that change what Flux does with an object, and what ties it to others.

use fleetc_manifests::{Entry, Value};

use super::{Escape, May};

/// Groups of annotations and labels that controllers act upon.
const ACTED_UPON: [&str; 7] = [
    "kustomize.toolkit.fluxcd.io/",
    "helm.toolkit.fluxcd.io/",
    "source.toolkit.fluxcd.io/",
    "image.toolkit.fluxcd.io/",
    "notification.toolkit.fluxcd.io/",
    "reconcile.fluxcd.io/",
    "fluxcd.controlplane.io/",
];

/// Starts of labels and annotations that decide about rights.
const OF_RIGHTS: [&str; 3] = [
    "rbac.authorization.k8s.io/aggregate-to-",
    "pod-security.kubernetes.io/",
    "kubernetes.io/service-account.",
];

pub(super) fn find(object: &Value, may: &May<'_>) -> Vec<Escape> {
    let mut escapes = Vec::new();
    let metadata = object.get("metadata");
    for key in ["annotations", "labels"] {
        let marks = metadata.and_then(|it| it.get(key)).and_then(Value::as_map);
        let foreign = marks.into_iter().flatten().filter(|entry| is_foreign(entry, object));
        for entry in foreign.filter(|entry| !may.annotations.contains(&entry.key.text)) {
            let what = format!("has `{}`, which changes what the platform does with it", entry.key.text);
            let help = format!(
                "take it away, or grant it: `allow = {{ annotations = [\"{}\"] }}` of the tenant",
                entry.key.text
            );
            escapes.push(Escape::new(entry.key.place, what, help));
        }
    }
    for key in ["finalizers", "ownerReferences"] {
        let ties = metadata.and_then(|it| it.as_map()?.entry(key)).filter(|entry| !is_empty(&entry.value));
        if let Some(entry) = ties {
            let what = format!("has `{key}`, which keeps it from going, or takes it away");
            escapes.push(Escape::new(entry.key.place, what, "take them away"));
        }
    }
    escapes
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_list().is_some_and(fleetc_manifests::List::is_empty)
}

/// Whether a controller acts upon it, and fleetc did not write it: what it writes is placed where the object is.
fn is_foreign(entry: &Entry, object: &Value) -> bool {
    let key = entry.key.text.as_str();
    let is_acted_upon = || ACTED_UPON.iter().chain(&OF_RIGHTS).any(|start| starts_with(key, start));
    entry.key.place != object.place && is_acted_upon()
}

/// Whether the key, in lower case, starts so; some letters beyond ASCII become ASCII in lower case.
fn starts_with(key: &str, start: &str) -> bool {
    if key.is_ascii() {
        return key.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start));
    }
    key.to_lowercase().starts_with(start)
}

//! What is locked stays as it is: no patch of a later rung changes what fleetc wrote from it.

use fleetc_manifests::{Text, Value};

use super::{images, pods};
use crate::syntax::KeyPath;

/// The lock that a change of an object breaks, if there is one.
pub(super) fn broken<'l>(locks: &'l [KeyPath], before: &Value, after: &Value) -> Option<&'l KeyPath> {
    locks.iter().find(|lock| breaks(lock, before, after))
}

fn breaks(lock: &KeyPath, before: &Value, after: &Value) -> bool {
    let (kind, name) = (before.text_at(&["kind"]), before.text_at(&["metadata", "name"]));
    let below: Vec<&str> = lock.keys[1..].iter().map(Text::as_str).collect();
    let changes = |start: &[&str], below: &[&str]| {
        let path = [start, below].concat();
        before.find(&path) != after.find(&path)
    };
    let is_named = |prefix: &str| below.first().is_none_or(|it| name == *it || name.starts_with(prefix));
    match (lock.keys[0].as_str(), kind) {
        ("kustomization", "Kustomization") | ("helm", "HelmRelease") => changes(&["spec"], &below),
        ("values", "HelmRelease") => changes(&["spec", "values"], &below),
        ("service-account", "Kustomization" | "HelmRelease") => changes(&["spec", "serviceAccountName"], &[]),
        ("path", "Kustomization") => changes(&["spec", "path"], &[]),
        ("substitute" | "late", "Kustomization") => changes(&["spec", "postBuild"], &[]),
        ("labels", _) => changes(&["metadata", "labels"], &below),
        ("annotations", _) => changes(&["metadata", "annotations"], &below),
        ("namespace-labels" | "pod-security", "Namespace") => changes(&["metadata", "labels"], &[]),
        ("replicas", _) if below.is_empty() || below == [name] => changes(&["spec", "replicas"], &[]),
        ("images", _) => images_of(&below, before) != images_of(&below, after),
        ("config", "ConfigMap") => is_named(&format!("{}-", below.first().unwrap_or(&""))) && before != after,
        (key, kind) => is_written_from(key, kind) && before != after,
    }
}

/// Whether fleetc writes the objects of a kind from a key, and from nothing else.
fn is_written_from(key: &str, kind: &str) -> bool {
    const WRITTEN: [(&[&str], &[&str]); 6] = [
        (&["quota"], &["ResourceQuota"]),
        (&["limits"], &["LimitRange"]),
        (&["network"], &["NetworkPolicy"]),
        (&["role", "rules", "role-binding", "subjects", "grants"], &["Role", "RoleBinding"]),
        (&["service-account", "pull-secrets"], &["ServiceAccount"]),
        (&["source", "version", "chart"], &["GitRepository", "OCIRepository", "HelmRepository", "Bucket"]),
    ];
    WRITTEN.iter().any(|(keys, kinds)| keys.contains(&key) && kinds.contains(&kind))
}

/// The images of an object's containers that have the name; all of them without one.
fn images_of(name: &[&str], object: &Value) -> Vec<Text> {
    let images = pods::images(object).into_iter();
    images.filter(|image| name.first().is_none_or(|name| images::split(image).0 == *name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fleetc_manifests::{Place, value};

    #[test]
    fn what_is_written_from_a_locked_key_may_not_change() {
        let broken = |lock: &str, before: &Value, after: &Value| {
            breaks(&KeyPath::parse(lock, Place::NONE).unwrap(), before, after)
        };
        let quota = |pods: &str| value!({ "kind": "ResourceQuota", "spec": { "hard": { "pods": pods } } });
        assert!(broken("quota", &quota("1"), &quota("2")) && !broken("limits", &quota("1"), &quota("2")));
        let release =
            |a: i64, b: i64| value!({ "kind": "HelmRelease", "spec": { "values": { "a": a, "b": b } } });
        assert!(broken("values.a", &release(1, 1), &release(2, 1)));
        assert!(!broken("values.a", &release(1, 1), &release(1, 2)));
        let pod = |image: &str| value!({ "kind": "Pod", "spec": { "containers": [{ "image": image }] } });
        assert!(
            broken("images", &pod("web:1"), &pod("web:2")) && broken("images.web", &pod("web:1"), &pod("a"))
        );
        assert!(!broken("images.web", &pod("api:1"), &pod("api:2")));
    }
}

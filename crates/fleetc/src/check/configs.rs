//! ConfigMaps, Secrets and Namespaces.

use fleetc_manifests::{Place, Value};

use super::ask::text;
use super::syntax::{is_config_key, is_late};
use super::walk::{Rule, Walk};
use crate::messages;

/// Rules about what holds configuration.
pub(super) const RULES: &[(&str, Rule)] = &[
    ("core.v1.ConfigMap", config_keys),
    ("core.v1.Secret", config_keys),
    ("core.v1.ConfigMap", twice),
    ("core.v1.Secret", of_its_type),
    ("core.v1.Namespace", pod_security),
];

/// Names of keys, and values that no server takes.
fn config_keys<'v>(object: &'v Value, walk: &mut Walk<'v, '_>) {
    for field in ["data", "binaryData", "stringData"] {
        for entry in object.get(field).and_then(Value::as_map).into_iter().flatten() {
            let key = &entry.key;
            if !is_config_key(&key.text) && !is_late(&key.text) {
                let problem = format!("has the key `{}`, which is none", key.text);
                let help = "letters, digits, `-`, `_` and `.`, at most 253 of them";
                walk.say(messages::bad_field_value(walk.place(key.place), field, &problem, help));
            }
        }
    }
}

/// A key is text, or bytes.
fn twice<'v>(object: &'v Value, walk: &mut Walk<'v, '_>) {
    let Some(bytes) = object.get("binaryData").and_then(Value::as_map) else { return };
    for entry in object.get("data").and_then(Value::as_map).into_iter().flatten() {
        if bytes.contains(&entry.key.text) {
            let problem = format!("has the key `{}`, as `binaryData` has", entry.key.text);
            let place = walk.place(entry.key.place);
            walk.say(messages::bad_field_value(place, "data", &problem, "keep one of them"));
        }
    }
}

/// What a Secret of some type holds.
fn of_its_type<'v>(secret: &'v Value, walk: &mut Walk<'v, '_>) {
    let needed: &[&str] = match text(secret, "type") {
        Some("kubernetes.io/tls") => &["tls.crt", "tls.key"],
        Some("kubernetes.io/ssh-auth") => &["ssh-privatekey"],
        Some("kubernetes.io/dockerconfigjson") => &[".dockerconfigjson"],
        Some("kubernetes.io/dockercfg") => &[".dockercfg"],
        _ => return,
    };
    let has = |field: &str, key: &str| secret.find(&[field, key]).is_some_and(|it| !it.is_null());
    for key in needed.iter().filter(|key| !has("data", key) && !has("stringData", key)) {
        walk.needs(secret, &format!("data.{key}"));
    }
}

/// The labels that say which pods may run in a namespace.
fn pod_security<'v>(namespace: &'v Value, walk: &mut Walk<'v, '_>) {
    let labels = namespace.find(&["metadata", "labels"]).and_then(Value::as_map);
    for entry in labels.into_iter().flatten() {
        let Some(name) = entry.key.text.strip_prefix("pod-security.kubernetes.io/") else { continue };
        let Some(value) = entry.value.as_text().filter(|value| !is_late(value)) else { continue };
        let is_minor = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty();
        let (is_right, help) = match name {
            "enforce" | "audit" | "warn" => {
                let known = ["privileged", "baseline", "restricted"];
                (known.contains(&value), "it is one of `privileged`, `baseline` and `restricted`")
            }
            "enforce-version" | "audit-version" | "warn-version" => {
                let is_right = value == "latest" || value.strip_prefix("v1.").is_some_and(is_minor);
                (is_right, "write `latest`, or a version: `v1.35`")
            }
            _ => continue,
        };
        if !is_right {
            let (place, path) = (
                walk.place(entry.value.place.or(Place::NONE)),
                format!("metadata.labels.{}", entry.key.text),
            );
            walk.say(messages::bad_field_value(place, &path, &format!("cannot be `{value}`"), help));
        }
    }
}

//! Volumes of the cluster, claims of them, and what provides them.

use std::collections::BTreeSet;

use fleetc_manifests::quantity::Quantity;
use fleetc_manifests::{Value, json};

use super::ask::{has, is_empty, items, text, texts, word};
use super::walk::{Rule, Walk};
use crate::messages;

/// Rules about storage.
pub(super) const RULES: &[(&str, Rule)] = &[
    ("core.v1.PersistentVolumeClaimSpec", claim),
    ("core.v1.PersistentVolumeClaimSpec", modes),
    ("core.v1.PersistentVolumeSpec", volume),
    ("core.v1.PersistentVolumeSpec", modes),
    ("storage.v1.CSIDriverSpec", driver),
    ("storage.v1.StorageClass", topologies),
    ("storage.v1.VolumeAttachmentSource", attached),
];

/// What a PersistentVolume has beside its source.
const BESIDE_THE_SOURCE: [&str; 9] = [
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
];

fn modes<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let modes = texts(spec, "accessModes");
    if modes.contains(&"ReadWriteOncePod") && modes.iter().any(|mode| *mode != "ReadWriteOncePod") {
        let help = "keep it, or the others";
        walk.bad(spec, "accessModes", "cannot have `ReadWriteOncePod` beside others", help);
    }
}

fn claim<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    match spec.find(&["resources", "requests", "storage"]).filter(|it| !it.is_null()) {
        None => walk.needs(spec, "resources.requests.storage"),
        Some(size) => {
            if Quantity::of_value(size).is_some_and(|it| !it.is_positive()) {
                let place = walk.place(size.place);
                let path = walk.path_to("resources.requests.storage");
                walk.say(messages::bad_field_value(place, &path, "is nothing", "write how much"));
            }
        }
    }
}

fn volume<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let is_inline = walk.is_below("inlineVolumeSpec");
    let keys = spec.as_map().into_iter().flatten().filter(|entry| !entry.value.is_null());
    let is_source = |key: &&str| !BESIDE_THE_SOURCE.contains(key);
    let sources: Vec<&str> = keys.map(|entry| entry.key.text.as_str()).filter(is_source).collect();
    match sources[..] {
        [] => {
            let known = &["csi", "nfs", "local", "hostPath"];
            walk.say(messages::not_one_of(walk.place(spec.place), &walk.path(), known, &[]));
        }
        [_] => {}
        _ => walk.say(messages::not_one_of(walk.place(spec.place), &walk.path(), &sources, &sources)),
    }
    let capacity = spec.get("capacity").and_then(Value::as_map);
    if capacity.is_some_and(|it| !it.is_empty() && (!it.contains("storage") || it.len() > 1)) && !is_inline {
        walk.bad(spec, "capacity", "holds something else than `storage`", "write `storage` alone");
    }
    if let Some(size) = spec.find(&["capacity", "storage"])
        && Quantity::of_value(size).is_some_and(|it| !it.is_positive())
    {
        walk.bad(spec, "capacity", "is nothing", "write how much");
    }
    if has(spec, "local") && spec.find(&["nodeAffinity", "required"]).is_none_or(Value::is_null) {
        walk.needs(spec, "nodeAffinity.required");
    }
    let is_root = spec.find(&["hostPath", "path"]).and_then(Value::as_text) == Some("/");
    if is_root && text(spec, "persistentVolumeReclaimPolicy") == Some("Recycle") {
        walk.bad(spec, "persistentVolumeReclaimPolicy", "would empty the host", "write `Retain`");
    }
}

fn driver<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    if has(spec, "serviceAccountTokenInSecrets") && is_empty(spec, "tokenRequests") {
        walk.only(spec, "serviceAccountTokenInSecrets", "beside `tokenRequests`");
    }
    walk.no_twins(spec, "tokenRequests", &["audience"]);
}

fn topologies<'v>(class: &'v Value, walk: &mut Walk<'v, '_>) {
    walk.each(class, "allowedTopologies", |walk, term| {
        walk.no_twins(term, "matchLabelExpressions", &["key"]);
        walk.each(term, "matchLabelExpressions", |walk, expression| {
            walk.no_twins(expression, "values", &[]);
        });
    });
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let terms = items(class, "allowedTopologies").filter_map(|term| term.get("matchLabelExpressions"));
    for term in terms {
        if !seen.insert(json::write(term)) {
            walk.bad(class, "allowedTopologies", "has the same term twice", "keep one");
        }
    }
}

fn attached<'v>(source: &'v Value, walk: &mut Walk<'v, '_>) {
    let is_named = word(source, "persistentVolumeName", "").is_some();
    if is_named {
        walk.exactly_one(source, &["inlineVolumeSpec", "persistentVolumeName"]);
    }
    walk.inside(source, "inlineVolumeSpec", |walk, spec| {
        for field in ["claimRef", "capacity", "nodeAffinity"].into_iter().filter(|field| has(spec, field)) {
            walk.only(spec, field, "in a PersistentVolume of its own");
        }
        if !has(spec, "csi") {
            walk.needs(spec, "csi");
        }
    });
}

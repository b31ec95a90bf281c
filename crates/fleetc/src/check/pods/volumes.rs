//! Volumes of pods, and where containers have them.

use fleetc_manifests::Value;

use super::super::ask::{has, is_true, items, text};
use super::super::syntax::is_late;
use super::super::walk::{Rule, Walk};
use super::{CONTAINERS, at_most_one, dns_label};
use crate::messages;

/// Rules about volumes.
pub(in super::super) const RULES: &[(&str, Rule)] = &[
    ("core.v1.PodSpec", mounts),
    ("core.v1.Volume", volume),
    ("core.v1.VolumeMount", mount),
    ("core.v1.VolumeProjection", projection),
];

fn mounts<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let volumes = items(spec, "volumes").filter_map(|item| item.get("name")?.as_text());
    let volumes: Vec<&str> = volumes.chain(claims(walk)).collect();
    for key in CONTAINERS {
        walk.each(spec, key, |walk, container| {
            for list in ["volumeMounts", "volumeDevices"] {
                walk.each(container, list, |walk, mount| {
                    let Some(name) = mount.get("name") else { return };
                    let missing =
                        name.as_text().filter(|it| !volumes.contains(it) && !is_late(it) && !it.is_empty());
                    if let Some(missing) = missing {
                        let (place, path) = (walk.place(name.place), walk.path_to("name"));
                        let known = volumes.iter().copied();
                        walk.say(messages::dangling_name(place, &path, "volume", missing, known));
                    }
                });
            }
            devices(spec, container, walk);
        });
    }
}

/// The volumes that a StatefulSet adds to its pods.
fn claims<'v>(walk: &Walk<'v, '_>) -> impl Iterator<Item = &'v str> + use<'v> {
    let templates = walk.around(2).and_then(|owner| owner.get("volumeClaimTemplates")?.as_list());
    templates.into_iter().flatten().filter_map(|claim| claim.find(&["metadata", "name"])?.as_text())
}

/// A device is a claim that is not mounted.
fn devices<'v>(spec: &'v Value, container: &'v Value, walk: &mut Walk<'v, '_>) {
    let mounted: Vec<&str> = items(container, "volumeMounts").filter_map(|it| text(it, "name")).collect();
    walk.each(container, "volumeDevices", |walk, device| {
        let Some(name) = text(device, "name") else { return };
        if mounted.contains(&name) {
            walk.bad(device, "name", "is mounted already", "take the mount away, or the device");
        }
        let volume = items(spec, "volumes").find(|it| text(it, "name") == Some(name));
        if volume.is_some_and(|it| !has(it, "persistentVolumeClaim") && !has(it, "ephemeral")) {
            walk.bad(device, "name", "is no claim", "a device is a `persistentVolumeClaim`, or `ephemeral`");
        }
    });
}

fn volume<'v>(volume: &'v Value, walk: &mut Walk<'v, '_>) {
    dns_label(volume, "name", walk);
    // One without a source is an emptyDir.
    at_most_one(volume, "core.v1.Volume", &["name"], walk);
}

fn mount<'v>(mount: &'v Value, walk: &mut Walk<'v, '_>) {
    if text(mount, "subPath").is_some() && text(mount, "subPathExpr").is_some() {
        let message = format!("`{}` has `subPath` and `subPathExpr` at once", walk.path());
        walk.say(messages::fields_that_exclude(walk.place(mount.place), &message, "keep one of them"));
    }
    let is_privileged = walk
        .around(1)
        .and_then(|container| container.get("securityContext"))
        .is_some_and(|context| is_true(context, "privileged"));
    if text(mount, "mountPropagation") == Some("Bidirectional") && !is_privileged {
        walk.only_value(mount, "mountPropagation", "Bidirectional", "in a privileged container");
    }
    if text(mount, "recursiveReadOnly").is_some_and(|it| matches!(it, "Enabled" | "IfPossible")) {
        let is_plain = text(mount, "mountPropagation").is_none_or(|it| it == "None");
        if !is_true(mount, "readOnly") || !is_plain {
            walk.only(mount, "recursiveReadOnly", "beside `readOnly: true`, and without `mountPropagation`");
        }
    }
}

/// One part of a projected volume has one source.
fn projection<'v>(projection: &'v Value, walk: &mut Walk<'v, '_>) {
    at_most_one(projection, "core.v1.VolumeProjection", &[], walk);
}

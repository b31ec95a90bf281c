//! Environment variables, and what they are taken from.

use fleetc_manifests::quantity::Quantity;
use fleetc_manifests::{Place, Value};

use super::super::ask::{text, word};
use super::super::syntax::{is_environment_name, is_qualified_name};
use super::super::walk::{Rule, Walk};
use super::{found, one_of};
use crate::messages;

/// Rules about variables.
pub(in super::super) const RULES: &[(&str, Rule)] = &[
    ("core.v1.EnvVarSource", source),
    ("core.v1.EnvFromSource", sources),
    ("core.v1.DownwardAPIVolumeFile", file),
    ("core.v1.ResourceFieldSelector", amount),
];

/// The fields of a pod that can be in a variable.
const IN_VARIABLES: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// Those that can be in a file.
const IN_FILES: [&str; 5] =
    ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

fn source<'v>(source: &'v Value, walk: &mut Walk<'v, '_>) {
    one_of(source, "core.v1.EnvVarSource", walk);
    field(source, &IN_VARIABLES, walk);
}

fn file<'v>(file: &'v Value, walk: &mut Walk<'v, '_>) {
    walk.exactly_one(file, &["fieldRef", "resourceFieldRef"]);
    field(file, &IN_FILES, walk);
    walk.inside(file, "resourceFieldRef", |walk, amount| {
        if word(amount, "containerName", "") == Some("") {
            walk.needs(amount, "containerName");
        }
    });
}

fn field<'v>(owner: &'v Value, known: &[&str], walk: &mut Walk<'v, '_>) {
    walk.inside(owner, "fieldRef", |walk, reference| {
        let Some(path) = text(reference, "fieldPath") else { return };
        if !known.contains(&path) && !is_key_of_pod(path) {
            let place = reference.get("fieldPath").map_or(Place::NONE, |it| it.place);
            let at = walk.path_to("fieldPath");
            walk.say(messages::not_a_value(walk.place(place), &at, path, known));
        }
    });
}

/// One label or annotation of a pod: `metadata.labels['app']`.
fn is_key_of_pod(path: &str) -> bool {
    let rest = ["metadata.labels['", "metadata.annotations['"].iter().find_map(|it| path.strip_prefix(it));
    rest.and_then(|rest| rest.strip_suffix("']")).is_some_and(|key| is_qualified_name(&key.to_lowercase()))
}

fn sources<'v>(source: &'v Value, walk: &mut Walk<'v, '_>) {
    let fields = ["configMapRef", "secretRef"];
    let found = found(source, &fields);
    if found.len() != 1 {
        walk.say(messages::not_one_of(walk.place(source.place), &walk.path(), &fields, &found));
    }
    if let Some(prefix) = text(source, "prefix").filter(|prefix| !is_environment_name(prefix)) {
        let help = "letters, digits and `_`";
        walk.bad(source, "prefix", &format!("cannot begin the name of a variable: `{prefix}`"), help);
    }
}

/// An amount that a container asks for, or is limited to.
fn amount<'v>(amount: &'v Value, walk: &mut Walk<'v, '_>) {
    let Some(written) = text(amount, "resource") else { return };
    let resource = ["limits.", "requests."].iter().find_map(|start| written.strip_prefix(start));
    let is_known = resource.is_some_and(|it| {
        matches!(it, "cpu" | "memory" | "ephemeral-storage") || it.starts_with("hugepages-")
    });
    if !is_known {
        let known = ["limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];
        let place = amount.get("resource").map_or(Place::NONE, |it| it.place);
        walk.say(messages::not_a_value(walk.place(place), &walk.path_to("resource"), written, &known));
        return;
    }
    let Some(divisor) = amount.get("divisor").and_then(Quantity::of_value) else { return };
    let is_power = |base: f64| (0..=6).any(|power| divisor.is(base.powi(power)));
    let is_right = divisor.is(0.0)
        || if resource == Some("cpu") {
            divisor.is(1.0) || divisor.is(0.001)
        } else {
            is_power(1000.0) || is_power(1024.0)
        };
    if !is_right {
        let help =
            if resource == Some("cpu") { "write `1` or `1m`" } else { "write `1`, `1k`, `1Mi`, `1Gi` …" };
        walk.bad(amount, "divisor", "is none that a server takes", help);
    }
}

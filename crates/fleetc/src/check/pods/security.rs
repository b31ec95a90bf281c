//! What pods and containers may do on their node.

use fleetc_manifests::Value;

use super::super::ask::{has, is_true, text, texts, word};
use super::super::forms;
use super::super::walk::{Rule, Walk};
use fleetc_manifests::kinds::Form;

/// Rules about security contexts.
pub(in super::super) const RULES: &[(&str, Rule)] = &[
    ("core.v1.SecurityContext", context),
    ("core.v1.SeccompProfile", profile),
    ("core.v1.AppArmorProfile", profile),
    ("core.v1.PodSecurityContext", sysctls),
    ("core.v1.PodSpec", system),
];

/// What no pod of Windows has.
const OF_LINUX: [&str; 15] = [
    "allowPrivilegeEscalation",
    "appArmorProfile",
    "capabilities",
    "fsGroup",
    "fsGroupChangePolicy",
    "privileged",
    "procMount",
    "readOnlyRootFilesystem",
    "runAsGroup",
    "runAsUser",
    "seLinuxOptions",
    "seccompProfile",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "sysctls",
];

fn context<'v>(context: &'v Value, walk: &mut Walk<'v, '_>) {
    let stays = context.get("allowPrivilegeEscalation").and_then(Value::as_bool) == Some(false);
    let added = context.get("capabilities").map(|it| texts(it, "add")).unwrap_or_default();
    if stays && (is_true(context, "privileged") || added.contains(&"CAP_SYS_ADMIN")) {
        let problem = "cannot be `false` for a container that is privileged";
        walk.bad(context, "allowPrivilegeEscalation", problem, "take one of the two away");
    }
    let pod = walk.around(2);
    let has_users = pod.is_some_and(|pod| pod.get("hostUsers").and_then(Value::as_bool) == Some(false));
    if text(context, "procMount") == Some("Unmasked") && !has_users {
        walk.only_value(context, "procMount", "Unmasked", "in a pod with `hostUsers: false`");
    }
}

/// A profile of the node is named; others are not.
fn profile<'v>(profile: &'v Value, walk: &mut Walk<'v, '_>) {
    let is_named = word(profile, "localhostProfile", "");
    match text(profile, "type") {
        Some("Localhost") if is_named == Some("") => walk.needs(profile, "localhostProfile"),
        Some("Localhost") => {
            if let Some(written) = profile.get("localhostProfile") {
                walk.below("localhostProfile", |walk| forms::check(written, Form::DescendingPath, walk));
            }
        }
        Some(_) if has(profile, "localhostProfile") => {
            walk.only(profile, "localhostProfile", "for the type `Localhost`");
        }
        _ => {}
    }
}

fn sysctls<'v>(context: &'v Value, walk: &mut Walk<'v, '_>) {
    walk.no_twins(context, "sysctls", &["name"]);
}

/// What goes with the operating system of a pod, and with the namespaces of its node.
fn system<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    if is_true(spec, "hostPID") && is_true(spec, "shareProcessNamespace") {
        let problem = "cannot be `true` beside `hostPID`";
        walk.bad(spec, "shareProcessNamespace", problem, "keep one of them");
    }
    let system = spec.get("os").and_then(|os| text(os, "name"));
    let fields: &[&str] = match system {
        Some("windows") => &OF_LINUX,
        Some("linux") => &["windowsOptions"],
        _ => return,
    };
    let when = if system == Some("linux") { "in a pod of Windows" } else { "in a pod of Linux" };
    let check = |walk: &mut Walk<'v, '_>, owner: &'v Value| {
        walk.inside(owner, "securityContext", |walk, context| {
            for field in fields.iter().filter(|field| has(context, field)) {
                walk.only(context, field, when);
            }
        });
    };
    check(walk, spec);
    for list in super::CONTAINERS {
        walk.each(spec, list, |walk, container| check(walk, container));
    }
}

//! Whether Kubernetes takes the names of objects: each in full length against its own limit.

use fleetc_manifests::Value;

use crate::diagnostic::Diagnostics;
use crate::load::ObjectName;
use crate::messages;

/// The longest name of an object, of a namespace or service, and of a Helm release.
const LONGEST: usize = 253;
const LONGEST_LABEL: usize = 63;
const LONGEST_RELEASE: usize = 53;
/// What leaves room for the time that its Jobs have in their names.
const LONGEST_CRON_JOB: usize = 52;

/// Says which names of the object are too long, or have another form than they need.
///
/// Source: <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>; RBAC and budgets take any path segment.
pub(super) fn check(object: &Value, id: &ObjectName, diagnostics: &mut Diagnostics) {
    let place = object.find(&["metadata", "name"]).map_or(object.place, |name| name.place);
    let is_label = matches!(id.kind.as_str(), "Namespace" | "Service") && id.group.is_empty();
    if id.name.contains('$') {
        // A variable that only the cluster knows: an error of its own.
        return;
    }
    // Flux puts their names into a label of all that they apply.
    let is_owner = matches!(
        (id.group.as_str(), id.kind.as_str()),
        ("kustomize.toolkit.fluxcd.io", "Kustomization") | ("helm.toolkit.fluxcd.io", "HelmRelease")
    );
    let limit = match id.kind.as_str() {
        _ if is_any_segment(id) => usize::MAX,
        _ if is_label || is_owner => LONGEST_LABEL,
        "CronJob" if id.group == "batch" => LONGEST_CRON_JOB,
        _ => LONGEST,
    };
    if id.name.len() > limit {
        diagnostics.push(messages::too_long(place, &id.kind, &id.name, limit));
    } else if !is_taken(id, is_label) {
        diagnostics.push(messages::bad_object_name(place, id));
    }
    let release = object.find(&["spec", "releaseName"]).filter(|_| id.kind == "HelmRelease");
    if let Some(name) = release.and_then(Value::as_text).filter(|name| name.len() > LONGEST_RELEASE) {
        diagnostics.push(messages::too_long(place, "the Helm release", name, LONGEST_RELEASE));
    }
}

/// Whether any part of an address can be a name of the kind.
fn is_any_segment(id: &ObjectName) -> bool {
    id.group == "rbac.authorization.k8s.io" || (id.group == "policy" && id.kind == "PodDisruptionBudget")
}

/// Whether a server takes the name.
fn is_taken(id: &ObjectName, is_label: bool) -> bool {
    let name = id.name.as_str();
    match (id.group.as_str(), id.kind.as_str()) {
        _ if is_any_segment(id) => !name.contains(['/', '%']) && name != "." && name != "..",
        ("networking.k8s.io", "IPAddress") => name.parse::<std::net::IpAddr>().is_ok(),
        ("scheduling.k8s.io", "PriorityClass") if name.starts_with("system-") => {
            matches!(name, "system-cluster-critical" | "system-node-critical")
        }
        _ => is_name(name, is_label),
    }
}

/// Whether it is a DNS subdomain, or a DNS label.
fn is_name(text: &str, is_label: bool) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    if is_label { is_part(text) } else { text.split('.').all(is_part) }
}

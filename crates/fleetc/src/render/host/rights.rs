//! Whether what a tenant brings stays within its rights: it would be refused on the cluster, minutes later.

use fleetc_manifests::{Text, Value, kinds};

use crate::diagnostic::Diagnostic;
use crate::load::ObjectName;
use crate::messages;
use crate::render::placed::{PlacedApp, PlacedTenant};
use crate::render::target::On;
use crate::render::{Rendered, tenant};

/// The kinds in namespaces that the ClusterRole `admin` may not write (docs/output.md, "rights").
const BEYOND_ADMIN: [&str; 7] = [
    "ResourceQuota",
    "LimitRange",
    "Endpoints",
    "EndpointSlice",
    "PodTemplate",
    "ControllerRevision",
    "Namespace",
];

/// Says which objects of an app its tenant may not apply.
pub(super) fn check(on: &On<'_>, app: &PlacedApp<'_>, objects: &[Rendered]) -> Vec<Diagnostic> {
    let Some(tenant) = on.tenant_of(app) else { return Vec::new() };
    let namespaces = tenant::namespaces(tenant);
    let name = &tenant.tenant.name;
    let mut problems = Vec::new();
    for object in objects {
        let value = &object.value;
        let id = ObjectName::of(value);
        if !is_served(value, &id) {
            continue;
        }
        if id.namespace.is_empty() {
            problems.push(messages::beyond_rights_of_tenant(value, name, "it belongs to the whole cluster"));
        } else if !namespaces.contains(&id.namespace) {
            problems.push(messages::outside_of_tenant(value, name, &namespaces));
        } else if let Some(why) = beyond(tenant, value, &id) {
            problems.push(messages::beyond_rights_of_tenant(value, name, why));
        } else if id.kind == "ServiceAccount" && tenant.account.as_ref() == Some(&id.name) {
            problems.push(messages::account_in_manifests(value, name));
        }
    }
    problems
}

/// Whether there is such a kind. That there is none is said when objects are checked.
fn is_served(object: &Value, id: &ObjectName) -> bool {
    let api_version = object.get("apiVersion").and_then(Value::as_text).unwrap_or_default();
    !kinds::is_group(&id.group) || kinds::find(api_version, &id.kind).is_some()
}

/// Why the tenant's role does not reach to an object in its namespaces; only `admin` is known well enough to say.
fn beyond(tenant: &PlacedTenant<'_>, object: &Value, id: &ObjectName) -> Option<&'static str> {
    let role = tenant.keys.role.as_ref().map_or("admin", |role| &role.value);
    if role != "admin" || tenant.keys.rules.is_some() || is_allowed(tenant, id) {
        return None;
    }
    let api_version = object.get("apiVersion").and_then(Value::as_text).unwrap_or_default();
    let is_known = kinds::find(api_version, &id.kind).is_some();
    if is_known && BEYOND_ADMIN.contains(&id.kind.as_str()) {
        return Some("the ClusterRole `admin` may not write this kind");
    }
    // A kind that a group of Kubernetes or Flux does not have is said where kinds are checked.
    let is_own = kinds::all().iter().any(|kind| kinds::group(kind.api_version) == id.group);
    (!is_own).then_some("it is of a custom kind, which the ClusterRole `admin` does not know")
}

/// Whether the tenant is granted the kind: `group/Kind`, or `Kind` of the core group.
fn is_allowed(tenant: &PlacedTenant<'_>, id: &ObjectName) -> bool {
    let whole: Text =
        if id.group.is_empty() { id.kind.clone() } else { format!("{}/{}", id.group, id.kind).into() };
    let allowed = tenant.keys.allow.as_ref().and_then(|allow| allow.kinds.as_ref());
    allowed.is_some_and(|kinds| kinds.contains(&whole))
}

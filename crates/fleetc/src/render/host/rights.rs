//! Whether what a tenant brings stays within its rights: it would be refused on the cluster, minutes later.

mod flux;
mod identity;
mod marks;
mod rbac;

use std::borrow::Cow;

use fleetc_manifests::{Place, Text, Value, kinds};

use crate::diagnostic::Diagnostic;
use crate::fingerprint::Fingerprinter;
use crate::language;
use crate::load::ObjectName;
use crate::messages;
use crate::render::placed::{Body, PlacedApp, PlacedTenant};
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

/// What a tenant may do on a target.
pub(super) struct May<'t> {
    /// Its namespaces.
    namespaces: &'t [Text],
    /// The account with which Flux acts for it.
    account: Option<&'t Text>,
    /// The addresses that it may pull from.
    sources: &'t [Text],
    /// The images that it may run; any, if the fleet does not say.
    images: Option<&'t [Text]>,
    /// The annotations of Flux that it may set.
    annotations: &'t [Text],
}

/// Where an object reaches further than its tenant may, and how.
pub(super) struct Escape {
    pub(super) place: Place,
    /// A sentence about the object: `binds …`.
    pub(super) what: String,
    /// What would allow it.
    pub(super) help: Cow<'static, str>,
}

impl Escape {
    fn new(place: Place, what: impl Into<String>, help: impl Into<Cow<'static, str>>) -> Self {
        Self { place, what: what.into(), help: help.into() }
    }
}

/// What decides what a tenant may bring on a target.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::render) struct Reach {
    name: Text,
    namespaces: Vec<Text>,
    account: Option<Text>,
    allow: Option<language::Allow>,
    role: Option<Text>,
    rules: Option<Vec<Value>>,
}

impl Reach {
    pub(in crate::render) fn of(tenant: &PlacedTenant<'_>) -> Self {
        let keys = &tenant.keys;
        Self {
            name: tenant.tenant.name.clone(),
            namespaces: tenant::namespaces(tenant),
            account: tenant.account.clone(),
            allow: keys.allow.clone(),
            role: keys.role.as_ref().map(|role| role.value.clone()),
            rules: keys.rules.as_ref().map(|rules| rules.iter().map(|rule| rule.0.clone()).collect()),
        }
    }

    /// Adds by what it is known again.
    pub(in crate::render) fn identify(&self, fingerprinter: &mut Fingerprinter) {
        let Self { name, namespaces, account, allow, role, rules } = self;
        fingerprinter.text(name);
        fingerprinter.texts(Some(namespaces));
        fingerprinter.maybe(account.as_deref());
        fingerprinter.flag(allow.is_some());
        if let Some(language::Allow { kinds, sources, images, annotations, .. }) = allow {
            for list in [kinds, sources, images, annotations] {
                fingerprinter.texts(list.as_deref());
            }
        }
        fingerprinter.maybe(role.as_deref());
        fingerprinter.flag(rules.is_some());
        rules.iter().flatten().for_each(|rule| fingerprinter.value(rule));
    }

    fn may(&self) -> May<'_> {
        let allow = self.allow.as_ref();
        May {
            namespaces: &self.namespaces,
            account: self.account.as_ref(),
            sources: allow.and_then(|allow| allow.sources.as_deref()).unwrap_or_default(),
            images: allow.and_then(|allow| allow.images.as_deref()),
            annotations: allow.and_then(|allow| allow.annotations.as_deref()).unwrap_or_default(),
        }
    }
}

/// Says why the tenant may not apply an object of one of its apps.
pub(in crate::render) fn check(reach: &Reach, object: &Value) -> Vec<Diagnostic> {
    let Reach { name, namespaces, account, .. } = reach;
    let id = ObjectName::of(object);
    if !is_served(object, &id) {
        Vec::new()
    } else if id.namespace.is_empty() {
        vec![messages::cluster_wide_of_tenant(object, name)]
    } else if !namespaces.contains(&id.namespace) {
        vec![messages::outside_of_tenant(object, name, namespaces)]
    } else if let Some(why) = beyond(reach, object, &id) {
        vec![messages::beyond_rights_of_tenant(object, name, why)]
    } else if id.kind == "ServiceAccount" && account.as_ref() == Some(&id.name) {
        vec![messages::account_in_manifests(object, name)]
    } else {
        let escapes = escapes(object, &id, is_allowed(reach, &id), &reach.may());
        let say = |it: Escape| messages::escape_of_tenant(object, name, it.place, [&it.what, &it.help]);
        escapes.into_iter().map(say).collect()
    }
}

/// How an object in the tenant's namespaces reaches further than they do.
fn escapes(object: &Value, id: &ObjectName, is_allowed: bool, may: &May<'_>) -> Vec<Escape> {
    let mut escapes = marks::find(object, may);
    escapes.extend(identity::find(object, id, may));
    match id.group.as_str() {
        "rbac.authorization.k8s.io" => escapes.extend(rbac::find(object, id, may)),
        "networking.k8s.io" if id.kind == "NetworkPolicy" && !is_allowed => {
            let place = object.get("kind").map_or(object.place, |kind| kind.place);
            let what = "would open its namespaces: policies add up, and the platform writes them";
            escapes.push(Escape::new(place, what, "say it with `network` of the tenant"));
        }
        group if group.contains("fluxcd.") => escapes.extend(flux::find(object, id, is_allowed, may)),
        _ => {}
    }
    escapes
}

/// Whether there is such a kind. That there is none is said when objects are checked.
fn is_served(object: &Value, id: &ObjectName) -> bool {
    let api_version = object.get("apiVersion").and_then(Value::as_text).unwrap_or_default();
    !kinds::is_group(&id.group) || kinds::find(api_version, &id.kind).is_some()
}

/// Says which of the Flux objects of a tenant's chart its account may not apply.
pub(super) fn check_flux(on: &On<'_>, app: &PlacedApp<'_>, objects: &[Rendered]) -> Vec<Diagnostic> {
    let is_applied_by_it = matches!(app.body, Body::Chart(_)) && !on.target.is_remote();
    let tenant = on.tenant_of(app).filter(|_| is_applied_by_it && on.own_account(app).is_none());
    let Some(tenant) = tenant else { return Vec::new() };
    let reach = tenant.reach();
    let beyond = |object: &Rendered| {
        let why = beyond(reach, &object.value, &ObjectName::of(&object.value))?;
        Some(messages::beyond_rights_of_tenant(&object.value, &reach.name, why))
    };
    objects.iter().filter_map(beyond).collect()
}

/// Why the tenant's rules or its role do not reach to an object in its namespaces; of roles only `admin` is known well
/// enough to say.
fn beyond(reach: &Reach, object: &Value, id: &ObjectName) -> Option<&'static str> {
    if is_allowed(reach, id) {
        return None;
    }
    let api_version = object.get("apiVersion").and_then(Value::as_text).unwrap_or_default();
    if let Some(rules) = &reach.rules {
        let kind = kinds::find(api_version, &id.kind)?;
        let may = |verb| rules.iter().any(|rule| grants(rule, &id.group, kind.plural, verb));
        let may_apply = ["create", "patch"].into_iter().all(may);
        return (!may_apply).then_some("its `rules` do not let it create and patch this kind");
    }
    if reach.role.as_ref().is_some_and(|role| role != "admin") {
        return None;
    }
    let is_known = kinds::find(api_version, &id.kind).is_some();
    if is_known && BEYOND_ADMIN.contains(&id.kind.as_str()) {
        return Some("the ClusterRole `admin` may not write this kind");
    }
    // A kind that a group of Kubernetes or Flux does not have is said where kinds are checked.
    let is_own = kinds::is_group(&id.group);
    (!is_own).then_some("it is of a custom kind, which the ClusterRole `admin` does not know")
}

/// Whether a rule of RBAC lets somebody do that with any object of the resource.
fn grants(rule: &Value, group: &str, resource: &str, verb: &str) -> bool {
    let names = |key: &str, name: &str| {
        let listed = rule.items_at(&[key]);
        listed.filter_map(Value::as_text).any(|it| it == name || it == "*")
    };
    names("apiGroups", group)
        && names("resources", resource)
        && names("verbs", verb)
        && rule.get("resourceNames").is_none()
}

/// Whether the tenant is granted the kind: `group/Kind`, or `Kind` of the core group.
fn is_allowed(reach: &Reach, id: &ObjectName) -> bool {
    let allowed = reach.allow.as_ref().and_then(|allow| allow.kinds.as_ref());
    allowed.is_some_and(|kinds| kinds.contains(&id.kind_in_group()))
}

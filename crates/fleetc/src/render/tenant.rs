//! The objects of a tenant on a target: namespaces, identity, rights, quota and network.

use fleetc_manifests::{Key, Map, Place, Text, Value, value};
use indexmap::IndexMap;

use super::here::keep_object;
use super::network::{self, Known};
use super::placed::PlacedTenant;
use super::{Rendered, TENANT_LABEL, policies};
use crate::language::{Foreign, Grant, Peer, PodSecurity, Quantity};

const RBAC: &str = "rbac.authorization.k8s.io";

/// What of a tenant's objects depends on where they are.
pub(super) struct Setting<'a> {
    /// The account beside the Kustomizations of what is rendered here, and its namespace.
    pub(super) near_account: Option<(&'a Text, &'a Text)>,
    /// Whether that account lies here too, and not only on the host.
    pub(super) holds_near_account: bool,
    /// Whether its account must be able to impersonate itself, through a kubeconfig of its own.
    pub(super) impersonates_itself: bool,
    /// Where Flux lies, if admission policies hold in its namespaces.
    pub(super) policies: Option<&'a Text>,
    /// The group and the resource of a kind that it is allowed beyond its role.
    pub(super) resource: &'a dyn Fn(&str) -> Option<(Text, Text)>,
    /// Who a peer of its network is.
    pub(super) peer: &'a dyn Fn(&Peer) -> Option<Known>,
}

/// The objects, without what Flux pulls for it.
pub(super) fn objects(tenant: &PlacedTenant<'_>, setting: &Setting<'_>) -> Vec<Rendered> {
    let namespaces = namespaces(tenant);
    let mut objects = Vec::new();
    if tenant.keys.create_namespace.unwrap_or(true) {
        objects.extend(namespaces.iter().map(|name| namespace(tenant, name, &namespaces, setting)));
    }
    objects.extend(accounts(tenant, setting));
    for namespace in &namespaces {
        objects.extend(rights(tenant, namespace, setting));
        objects.extend(allowed(tenant, namespace, setting));
        for (name, grant) in tenant.keys.grants.iter().flatten() {
            objects.extend(granted(name, grant, namespace, tenant.place));
        }
        objects.extend(tenant.keys.quota.as_ref().map(|quota| resource_quota(tenant, namespace, quota)));
        objects.extend(tenant.keys.limits.as_ref().map(|limits| limit_range(tenant, namespace, limits)));
        let network = tenant.keys.network.as_ref();
        objects.extend(network::policies(namespace, &namespaces, network, setting.peer, tenant.place));
    }
    keep(tenant, &mut objects);
    for object in &mut objects {
        label(&mut object.value, &tenant.tenant.team, tenant.place);
    }
    objects
}

/// What a tenant has on a host where nothing of it runs, for what Flux pulls onto remotes: its home, its accounts, and
/// their rights there. Without rights, Flux could not delete what ran there before.
pub(super) fn home(tenant: &PlacedTenant<'_>, setting: &Setting<'_>) -> Vec<Rendered> {
    let home = &tenant.namespace;
    let mut objects = vec![namespace(tenant, home, std::slice::from_ref(home), setting)];
    objects.extend(accounts(tenant, setting));
    objects.extend(rights(tenant, &tenant.namespace, setting));
    for object in &mut objects {
        label(&mut object.value, &tenant.tenant.team, tenant.place);
    }
    objects
}

/// Every namespace of the tenant, its home first.
pub(super) fn namespaces(tenant: &PlacedTenant<'_>) -> Vec<Text> {
    let extra = tenant.keys.extra_namespaces.iter().flatten().map(|name| name.as_text().clone());
    std::iter::once(tenant.namespace.clone()).chain(extra).collect()
}

/// Puts the label with the tenant's name before all others.
pub(super) fn label(object: &mut Value, tenant: &Text, place: Place) {
    let metadata = object.map_under(&["metadata"]);
    let mut labels = Map::new();
    labels.push(Key::new(TENANT_LABEL, place), Value::new(tenant, place));
    for entry in metadata.get("labels").and_then(Value::as_map).into_iter().flatten() {
        labels.insert(entry.key.clone(), entry.value.clone());
    }
    metadata.insert(Key::new("labels", place), Value::new(labels, place));
}

/// One of its Namespaces, with the labels of Pod Security, and what the admission policies read there.
fn namespace(tenant: &PlacedTenant<'_>, name: &Text, all: &[Text], setting: &Setting<'_>) -> Rendered {
    let mut labels = Map::new();
    let level = tenant.keys.pod_security.unwrap_or(PodSecurity::Baseline);
    if level != PodSecurity::Unset {
        let stricter = if level == PodSecurity::Privileged { "baseline" } else { "restricted" };
        for (mode, level) in [("enforce", level.word()), ("warn", stricter), ("audit", stricter)] {
            labels.push(format!("pod-security.kubernetes.io/{mode}"), level.into());
        }
    }
    for (key, value) in tenant.keys.namespace_labels.iter().flatten() {
        labels.insert(key, value.into());
    }
    let mut object = value!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
    if !labels.is_empty() {
        object.map_under(&["metadata"]).push("labels", labels.into());
    }
    if let Some(flux) = setting.policies {
        policies::tell(&mut object, tenant, all, flux);
    }
    Rendered::from(object.at(tenant.place))
}

/// Its identity in its home, and the one beside the Kustomizations of what is rendered here.
fn accounts(tenant: &PlacedTenant<'_>, setting: &Setting<'_>) -> Vec<Rendered> {
    let home = tenant.account.as_ref().map(|name| (name, &tenant.namespace));
    let near = setting.near_account.filter(|_| setting.holds_near_account);
    let accounts = home.into_iter().chain(near).enumerate().map(|(index, (name, namespace))| {
        let mut account = account(name, namespace);
        let secrets: Vec<Value> = tenant
            .keys
            .pull_secrets
            .iter()
            .flatten()
            .map(|name| value!({ "name": (name.as_text()) }))
            .collect();
        if index == 0 && home.is_some() && !secrets.is_empty() {
            account.map_under(&[]).push("imagePullSecrets", secrets.into());
        }
        Rendered::from(account.at(tenant.place))
    });
    accounts.collect()
}

/// A ServiceAccount whose token no pod gets by itself.
pub(super) fn account(name: &Text, namespace: &Text) -> Value {
    value!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": { "name": name, "namespace": namespace },
        "automountServiceAccountToken": false,
    })
}

/// The binding of its accounts in one of its namespaces, and the Role if it has rules of its own.
fn rights(tenant: &PlacedTenant<'_>, namespace: &Text, setting: &Setting<'_>) -> Vec<Rendered> {
    let subjects = subjects(tenant, setting);
    if subjects.is_empty() {
        return Vec::new();
    }
    let name =
        tenant.keys.role_binding.clone().unwrap_or_else(|| format!("flux-{}", tenant.tenant.team).into());
    let mut rules = tenant.keys.rules.clone();
    if let Some(rules) = &mut rules
        && setting.impersonates_itself
        && let Some(account) = &tenant.account
    {
        rules.push(Foreign(value!({
            "apiGroups": [""],
            "resources": ["serviceaccounts"],
            "resourceNames": [account],
            "verbs": ["impersonate"],
        })));
    }
    let role = tenant.keys.role.as_ref().map_or("admin", |role| &role.value);
    binding(&name, namespace, role, rules.as_deref(), subjects, tenant.place)
}

/// Whom the tenant's rights are given to: its accounts, and its further subjects.
fn subjects(tenant: &PlacedTenant<'_>, setting: &Setting<'_>) -> Vec<Value> {
    let home = tenant.account.as_ref().map(|name| (name, &tenant.namespace));
    let accounts = home.into_iter().chain(setting.near_account);
    let mut subjects: Vec<Value> = accounts
        .map(|(name, namespace)| value!({ "kind": "ServiceAccount", "name": name, "namespace": namespace }))
        .collect();
    subjects.extend(tenant.keys.subjects.iter().flatten().map(subject));
    subjects
}

/// The rights for the kinds that it is allowed beyond its role, in one of its namespaces.
fn allowed(tenant: &PlacedTenant<'_>, namespace: &Text, setting: &Setting<'_>) -> Vec<Rendered> {
    let kinds = tenant.keys.allow.as_ref().and_then(|allow| allow.kinds.as_ref());
    let resources = kinds.into_iter().flatten().filter_map(|kind| (setting.resource)(kind));
    let rules: Vec<Foreign> = resources
        .map(|(group, plural)| {
            Foreign(value!({ "apiGroups": [group], "resources": [plural], "verbs": ["*"] }))
        })
        .collect();
    let subjects = subjects(tenant, setting);
    if rules.is_empty() || subjects.is_empty() {
        return Vec::new();
    }
    let name = format!("flux-{}-allowed", tenant.tenant.team).into();
    binding(&name, namespace, "", Some(&rules), subjects, tenant.place)
}

/// A further binding in one of its namespaces.
fn granted(name: &Text, grant: &Grant, namespace: &Text, place: Place) -> Vec<Rendered> {
    let subjects: Vec<Value> = grant.subjects.iter().flatten().map(subject).collect();
    let role = grant.role.as_deref().unwrap_or("view");
    binding(name, namespace, role, grant.rules.as_deref(), subjects, place)
}

/// A RoleBinding, and the Role that it names if there are rules.
fn binding(
    name: &Text,
    namespace: &Text,
    role: &str,
    rules: Option<&[Foreign]>,
    subjects: Vec<Value>,
    place: Place,
) -> Vec<Rendered> {
    let metadata = value!({ "name": name, "namespace": namespace });
    let api_version = format!("{RBAC}/v1");
    let (kind, role) = if rules.is_some() { ("Role", name.as_str()) } else { ("ClusterRole", role) };
    let binding = value!({
        "apiVersion": (api_version.as_str()),
        "kind": "RoleBinding",
        "metadata": (metadata.clone()),
        "roleRef": { "apiGroup": RBAC, "kind": kind, "name": role },
        "subjects": subjects,
    });
    let role = rules.map(|rules| {
        let rules: Vec<Value> = rules.iter().map(|rule| rule.0.clone()).collect();
        value!({ "apiVersion": (api_version.as_str()), "kind": "Role", "metadata": metadata, "rules": rules })
    });
    role.into_iter().chain([binding]).map(|object| Rendered::from(object.at(place))).collect()
}

/// A subject of a binding; users and groups have an API group, which everybody forgets.
fn subject(written: &Foreign) -> Value {
    let mut subject = written.0.clone();
    let kind = subject.get("kind").and_then(Value::as_text).unwrap_or_default();
    if matches!(kind, "User" | "Group") && subject.get("apiGroup").is_none() {
        let place = subject.place;
        let map = subject.as_map_mut().expect("a foreign value is a table");
        let mut with: Map = Map::new();
        with.push(Key::new("apiGroup", place), Value::new(RBAC, place));
        for entry in &*map {
            with.push(entry.key.clone(), entry.value.clone());
        }
        *map = with;
    }
    subject
}

fn resource_quota(tenant: &PlacedTenant<'_>, namespace: &Text, quota: &IndexMap<Text, Quantity>) -> Rendered {
    let hard: Map = quota.iter().map(|(key, amount)| (key.clone(), amount.0.clone())).collect();
    let object = value!({
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": { "name": (&tenant.tenant.team), "namespace": namespace },
        "spec": { "hard": hard },
    });
    Rendered::from(object.at(tenant.place))
}

fn limit_range(tenant: &PlacedTenant<'_>, namespace: &Text, limits: &Foreign) -> Rendered {
    let mut limit = Map::new();
    limit.push("type", "Container".into());
    for entry in limits.0.as_map().into_iter().flatten() {
        limit.insert(entry.key.clone(), entry.value.clone());
    }
    let object = value!({
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": { "name": (&tenant.tenant.team), "namespace": namespace },
        "spec": { "limits": [limit] },
    });
    Rendered::from(object.at(tenant.place))
}

/// Keeps Flux from deleting what must outlive the tenant.
///
/// Where its namespaces stay, account and binding must stay too: Flux deletes in no order, and without them it could
/// not delete what the tenant's apps left in there (docs/output.md, "what goes when").
fn keep(tenant: &PlacedTenant<'_>, objects: &mut [Rendered]) {
    let keeps = tenant.keys.keep.unwrap_or(false);
    let is_elsewhere = !tenant.keys.create_namespace.unwrap_or(true);
    for object in objects {
        let kind = object.value.get("kind").and_then(Value::as_text).unwrap_or_default();
        if keeps || (is_elsewhere && matches!(kind, "ServiceAccount" | "RoleBinding" | "Role")) {
            keep_object(&mut object.value);
        }
    }
}

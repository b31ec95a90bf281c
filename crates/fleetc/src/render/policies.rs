//! The admission policies of tenants: what fleetc checks in their manifests, said to the API server in CEL. They are the
//! same on every cluster; what a tenant is granted stands on its Namespaces, which it cannot write.

use std::sync::LazyLock;

use fleetc_manifests::{Data, Key, Map, Place, Text, Value, value, yaml};

use super::placed::PlacedTenant;
use super::{Rendered, address};

/// The label of the Namespaces in which the policies hold.
const LABEL: &str = "fleetc/policies";

/// The policy about Namespaces themselves.
const OF_NAMESPACES: &str = "tenant-namespaces";

/// The policies, each with what it is about.
const FILES: [&str; 11] = [
    include_str!("policies/accounts.yaml"),
    include_str!("policies/flux.yaml"),
    include_str!("policies/helmreleases.yaml"),
    include_str!("policies/images.yaml"),
    include_str!("policies/kustomizations.yaml"),
    include_str!("policies/metadata.yaml"),
    include_str!("policies/namespaces.yaml"),
    include_str!("policies/network.yaml"),
    include_str!("policies/pods.yaml"),
    include_str!("policies/roles.yaml"),
    include_str!("policies/sources.yaml"),
];

/// The policies and their bindings.
static OBJECTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let policies = FILES.iter().flat_map(|text| yaml::read(text, Place::NONE).expect("it is YAML"));
    policies.map(|it| nowhere(&it)).flat_map(|policy| [binding(&policy), policy]).collect()
});

/// The policies and what binds them to the namespaces of tenants.
pub(super) fn objects(place: Place) -> Vec<Rendered> {
    let placed = |object: &Value| Rendered::from(Value { place, ..object.clone() });
    OBJECTS.iter().map(placed).collect()
}

/// Binds a policy to the Namespaces that have the label. One about Namespaces finds them itself: a selector would be held
/// against what a change makes of their labels.
fn binding(policy: &Value) -> Value {
    let name = policy.text_at(&["metadata", "name"]);
    let mut binding = value!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": { "name": name },
        "spec": { "policyName": name, "validationActions": ["Deny", "Audit"] },
    });
    if name != OF_NAMESPACES {
        let selector = value!({ "namespaceSelector": { "matchLabels": { LABEL: "enforced" } } });
        binding.map_under(&["spec"]).push("matchResources", selector);
    }
    binding
}

/// The value without its places, which are of a file that no fleet has.
fn nowhere(value: &Value) -> Value {
    let data = match &value.data {
        Data::List(items) => Data::List(items.iter().map(nowhere).collect::<Vec<_>>().into()),
        Data::Map(map) => {
            let entries = map.iter().map(|entry| (entry.key.text.clone(), nowhere(&entry.value)));
            Data::Map(entries.collect())
        }
        scalar => scalar.clone(),
    };
    Value::new(data, Place::NONE)
}

/// Tells the policies, on a Namespace of the tenant, what the tenant is granted in all of them.
pub(super) fn tell(namespace: &mut Value, tenant: &PlacedTenant<'_>, namespaces: &[Text], flux: &Text) {
    let place = namespace.place;
    let metadata = namespace.map_under(&["metadata"]);
    for (key, said) in
        [("labels", vec![(LABEL, "enforced".into())]), ("annotations", granted(tenant, namespaces, flux))]
    {
        let mut map = metadata.get(key).and_then(Value::as_map).cloned().unwrap_or_else(Map::new);
        for (key, text) in said {
            map.insert(Key::new(key, place), Value::new(text, place));
        }
        metadata.insert(Key::new(key, place), Value::new(map, place));
    }
}

/// What the tenant has and is granted, as lists of words.
fn granted(tenant: &PlacedTenant<'_>, namespaces: &[Text], flux: &Text) -> Vec<(&'static str, Text)> {
    let mut said = vec![("fleetc/namespaces", namespaces.join(" ").into()), ("fleetc/flux", flux.clone())];
    said.extend(tenant.account.clone().map(|account| ("fleetc/account", account)));
    let allow = tenant.keys.allow.clone().unwrap_or_default();
    let sources = allow.sources.map(|all| all.iter().filter_map(|it| address::canonical(it)).collect());
    let starts = |all: Vec<Text>| all.iter().map(|it| it.trim_end_matches(['*', '/']).to_owned()).collect();
    let texts = |all: Vec<Text>| all.iter().map(Text::to_string).collect();
    let lists: [(_, Option<Vec<String>>); 4] = [
        ("fleetc/kinds", allow.kinds.map(texts)),
        ("fleetc/sources", sources),
        ("fleetc/images", allow.images.map(starts)),
        ("fleetc/annotations", allow.annotations.map(texts)),
    ];
    said.extend(lists.into_iter().filter_map(|(key, list)| Some((key, list?.join(" ").into()))));
    said
}

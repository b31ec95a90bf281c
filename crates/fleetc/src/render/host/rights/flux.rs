//! Objects of Flux that a tenant brings: what they reach, and as whom.

use fleetc_manifests::{Data, Entry, Text, Value};

use super::{Escape, May};
use crate::load::ObjectName;
use crate::render::address;

/// Kinds that a tenant has without being granted them.
const FREE: [&str; 5] = ["Kustomization", "HelmRelease", "GitRepository", "OCIRepository", "HelmRepository"];

/// Keys that name a namespace.
const NAMESPACES: [&str; 3] = ["namespace", "targetNamespace", "storageNamespace"];

/// Keys that a tenant's object may not have, and why.
const REFUSED: [(&str, &str); 6] = [
    ("kubeConfig", "reaches another cluster"),
    ("accessFrom", "lets other namespaces in"),
    ("postBuild", "substitutes text on the cluster, where nobody sees it"),
    ("namespaceSelector", "chooses objects in other namespaces"),
    ("namespaceSelectors", "chooses objects in other namespaces"),
    ("impersonate", "acts as somebody else"),
];

/// Keys that a tenant's object may only have with this value.
const ONLY: [(&str, &str); 2] = [("createNamespace", "false"), ("crds", "Skip")];

pub(super) fn find(object: &Value, id: &ObjectName, is_allowed: bool, may: &May<'_>) -> Vec<Escape> {
    let mut escapes = Vec::new();
    if !is_allowed && !FREE.contains(&id.kind.as_str()) {
        let place = object.get("kind").map_or(object.place, |kind| kind.place);
        let help = format!(
            "let the platform bring it, or grant the kind: `allow = {{ kinds = [\"{}\"] }}` of the tenant",
            id.kind_in_group()
        );
        escapes.push(Escape::new(place, "is of a kind of Flux that tenants are not granted", help));
    }
    let runs = matches!(id.kind.as_str(), "Kustomization" | "HelmRelease");
    if let Some(spec) = object.get("spec") {
        in_value(spec, runs, may, &mut escapes, 0);
        of_spec(spec, runs, may, &mut escapes);
    }
    escapes
}

/// What the `spec` itself says.
fn of_spec(spec: &Value, runs: bool, may: &May<'_>, escapes: &mut Vec<Escape>) {
    let account = spec.get("serviceAccountName");
    let name = account.and_then(Value::as_text);
    let place = account.map_or(spec.place, |it| it.place);
    let own = may.account.map(Text::as_str);
    if runs && (name.is_none() || name != own) {
        let help = "add `serviceAccountName` with the account of the tenant";
        escapes.push(Escape::new(place, "is not applied as the tenant's account", help));
    }
    if let Some(url) = spec.get("url").or_else(|| spec.get("endpoint")).or_else(|| spec.get("address")) {
        let address = url.as_text().unwrap_or_default();
        if !may.sources.iter().any(|allowed| address::is_below(address, allowed)) {
            let what = format!("pulls from `{}`", address::shown(address));
            let help =
                "grant the address: `allow = { sources = [\"https://github.com/team/\"] }` of the tenant";
            escapes.push(Escape::new(url.place, what, help));
        }
    }
}

/// Looks at every part; what stands in `values` is the chart's own.
fn in_value(value: &Value, runs: bool, may: &May<'_>, escapes: &mut Vec<Escape>, depth: usize) {
    match &value.data {
        _ if depth > 64 => {}
        Data::Map(map) => {
            for entry in map.iter().filter(|entry| entry.key.text != "values") {
                escapes.extend(of_entry(entry, runs, may, depth));
                in_value(&entry.value, runs, may, escapes, depth + 1);
            }
        }
        Data::List(items) => items.iter().for_each(|item| in_value(item, runs, may, escapes, depth + 1)),
        _ => {}
    }
}

fn of_entry(entry: &Entry, runs: bool, may: &May<'_>, depth: usize) -> Option<Escape> {
    let (key, value) = (entry.key.text.as_str(), &entry.value);
    if value.is_null() {
        return None;
    }
    if NAMESPACES.contains(&key) {
        let is_own = value.as_text().is_some_and(|name| may.namespaces.contains(&Text::from(name)));
        let what = format!("reaches into another namespace with `{key}`");
        return (!is_own).then(|| Escape::new(value.place, what, "stay in the tenant's namespaces"));
    }
    if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| *refused == key) {
        return Some(Escape::new(entry.key.place, format!("{why} with `{key}`"), "take it away"));
    }
    if let Some((_, only)) = ONLY.iter().find(|(it, _)| *it == key) {
        let is_right = value.as_text() == Some(only) || (*only == "false" && value.as_bool() == Some(false));
        let what = format!("asks for rights over the whole cluster with `{key}`");
        return (!is_right).then(|| Escape::new(value.place, what, "let the platform bring it"));
    }
    // An identity of the cloud, or of whoever decrypts; that of the whole is looked at on its own.
    if key == "serviceAccountName" && !(runs && depth == 0) {
        let what = "takes an identity of its own with `serviceAccountName`";
        return Some(Escape::new(value.place, what, "take it away: the platform gives identities"));
    }
    let is_insecure = key == "insecure" && value.as_bool() != Some(false);
    is_insecure.then(|| Escape::new(entry.key.place, "pulls without encryption", "take `insecure` away"))
}

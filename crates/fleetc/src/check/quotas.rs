//! Quotas and limits of namespaces.

use fleetc_manifests::Value;
use fleetc_manifests::quantity::Quantity;

use super::ask::{is_empty, items, text, texts, word};
use super::forms;
use super::syntax::{is_late, is_qualified_name};
use super::walk::{Rule, Walk};
use fleetc_manifests::kinds::Form;

/// Rules about quotas and limits.
pub(super) const RULES: &[(&str, Rule)] = &[
    ("core.v1.ResourceQuotaSpec", quota),
    ("core.v1.ScopedResourceSelectorRequirement", scope),
    ("core.v1.LimitRangeSpec", limits),
    ("core.v1.LimitRangeItem", limit),
];

/// Amounts of which a quota knows the name.
const AMOUNTS: [&str; 11] = [
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.storage",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "storage",
];

/// Objects that a quota counts.
const COUNTED: [&str; 9] = [
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
];

fn quota<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    walk.inside(spec, "hard", |walk, hard| {
        for entry in hard.as_map().into_iter().flatten() {
            hard_limit(hard, &entry.key.text, &entry.value, walk);
        }
    });
    let scopes = texts(spec, "scopes");
    let selected = spec.get("scopeSelector").map(|it| items(it, "matchExpressions"));
    let selected = selected.into_iter().flatten().filter_map(|it| text(it, "scopeName"));
    check_scopes(spec, "scopes", &scopes, walk);
    check_scopes(spec, "scopeSelector", &selected.collect::<Vec<_>>(), walk);
}

/// Scopes are about pods: not all that a quota limits goes with them.
fn check_scopes<'v>(spec: &'v Value, field: &str, scopes: &[&str], walk: &mut Walk<'v, '_>) {
    for [one, other] in [["BestEffort", "NotBestEffort"], ["Terminating", "NotTerminating"]] {
        if scopes.contains(&one) && scopes.contains(&other) {
            walk.bad(spec, field, &format!("holds `{one}` and `{other}`"), "keep one of them");
        }
    }
    let hard = spec.get("hard").and_then(Value::as_map);
    for name in hard.into_iter().flatten().map(|entry| entry.key.text.as_str()) {
        let is_known = (AMOUNTS.contains(&name) && name != "storage") || COUNTED.contains(&name);
        let misfit = scopes.iter().find(|scope| is_known && !takes(scope, name));
        if let Some(scope) = misfit {
            let help = "take the one or the other away";
            walk.bad(spec, field, &format!("holds `{scope}`, which does not go with `{name}`"), help);
        }
    }
}

fn takes(scope: &str, name: &str) -> bool {
    let is_of_pods = matches!(
        name,
        "pods" | "cpu" | "memory" | "limits.cpu" | "limits.memory" | "requests.cpu" | "requests.memory"
    );
    match scope {
        "BestEffort" => name == "pods",
        "VolumeAttributesClass" => matches!(name, "persistentvolumeclaims" | "requests.storage"),
        _ => is_of_pods,
    }
}

fn hard_limit<'v>(hard: &'v Value, name: &'v str, value: &'v Value, walk: &mut Walk<'v, '_>) {
    if is_late(name) {
        return;
    }
    let is_plain = AMOUNTS.contains(&name) || COUNTED.contains(&name) || is_huge(name);
    let is_right = is_qualified_name(name) && (name.contains('/') || (is_plain && name != "storage"));
    if !is_right {
        let help = "write `requests.cpu`, `limits.memory`, `pods`, `count/deployments.apps` …";
        walk.bad(hard, name, "is nothing that a quota knows", help);
    }
    let Some(quantity) = Quantity::of_value(value) else { return };
    let is_domain = |it: &str| !it.contains("kubernetes.io") && !it.starts_with("requests.");
    let is_counted =
        COUNTED.contains(&name) || name.split_once('/').is_some_and(|(domain, _)| is_domain(domain));
    if quantity.is_negative() {
        walk.bad(hard, name, "is negative", "write 0 or more");
    } else if is_counted && quantity.is_broken() {
        walk.bad(hard, name, "is no whole number", "write how many");
    }
}

fn is_huge(name: &str) -> bool {
    name.starts_with("hugepages-") || name.starts_with("requests.hugepages-")
}

fn scope<'v>(requirement: &'v Value, walk: &mut Walk<'v, '_>) {
    let operator = text(requirement, "operator");
    let is_named =
        matches!(text(requirement, "scopeName"), Some("PriorityClass" | "VolumeAttributesClass") | None);
    if !is_named && operator.is_some_and(|it| it != "Exists") {
        walk.bad(requirement, "operator", "can only be `Exists` for this scope", "write `Exists`");
    }
    let has_none = is_empty(requirement, "values");
    match operator {
        Some("In" | "NotIn") if has_none => walk.needs(requirement, "values"),
        Some("Exists" | "DoesNotExist") if !has_none => {
            walk.only(requirement, "values", "beside `operator: In` or `NotIn`");
        }
        _ => {}
    }
}

fn limits<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    walk.no_twins(spec, "limits", &["type"]);
}

fn limit<'v>(limit: &'v Value, walk: &mut Walk<'v, '_>) {
    let Some(kind) = word(limit, "type", "") else { return };
    if kind == "Pod" {
        for field in ["default", "defaultRequest"].into_iter().filter(|field| has_entries(limit, field)) {
            walk.only(limit, field, "for the type `Container`");
        }
    }
    let has_storage = |field: &str| limit.find(&[field, "storage"]).is_some();
    if kind == "PersistentVolumeClaim" && !has_storage("min") && !has_storage("max") {
        walk.needs(limit, "max.storage");
    }
    for field in ["default", "defaultRequest", "max", "maxLimitRequestRatio", "min"] {
        walk.inside(limit, field, |walk, amounts| {
            for entry in amounts.as_map().into_iter().flatten() {
                name(amounts, &entry.key.text, kind, walk);
            }
        });
    }
    for [less, more] in [
        ["min", "max"],
        ["min", "default"],
        ["min", "defaultRequest"],
        ["defaultRequest", "default"],
        ["defaultRequest", "max"],
        ["default", "max"],
    ] {
        if kind != "Pod" || less == "min" && more == "max" {
            in_order(limit, less, more, walk);
        }
    }
    ratio(limit, walk);
}

fn has_entries(limit: &Value, field: &str) -> bool {
    limit.get(field).and_then(Value::as_map).is_some_and(|map| !map.is_empty())
}

fn name<'v>(owner: &'v Value, name: &'v str, kind: &str, walk: &mut Walk<'v, '_>) {
    let is_of_pods = matches!(kind, "Container" | "Pod");
    let is_right = if is_of_pods {
        forms::is_key_met(name, Form::ContainerResource)
    } else {
        let is_plain = AMOUNTS.contains(&name) || COUNTED.contains(&name) || is_huge(name);
        is_late(name) || (is_qualified_name(name) && (name.contains('/') || is_plain))
    };
    if !is_right {
        walk.bad(owner, name, "is no resource", forms::help(Form::ContainerResource));
    }
}

fn in_order<'v>(limit: &'v Value, less: &'v str, more: &'v str, walk: &mut Walk<'v, '_>) {
    for entry in limit.get(less).and_then(Value::as_map).into_iter().flatten() {
        let (own, other) = (
            Quantity::of_value(&entry.value),
            limit.find(&[more, &entry.key.text]).and_then(Quantity::of_value),
        );
        if own.zip(other).is_some_and(|(own, other)| own.exceeds(other)) {
            let problem = format!("has more `{}` than `{more}`", entry.key.text);
            walk.bad(limit, less, &problem, "make it as large, or smaller");
        }
    }
}

fn ratio<'v>(limit: &'v Value, walk: &mut Walk<'v, '_>) {
    let one = Quantity::of("1");
    for entry in limit.get("maxLimitRequestRatio").and_then(Value::as_map).into_iter().flatten() {
        let Some(ratio) = Quantity::of_value(&entry.value) else { continue };
        let of = |field: &str| limit.find(&[field, &entry.key.text]).and_then(Quantity::of_value);
        let is_more = of("min").zip(of("max")).is_some_and(|(min, max)| ratio.times(min).exceeds(max));
        if one.is_some_and(|one| one.exceeds(ratio)) || is_more {
            let help = "write 1 or more, and no more than `max` through `min`";
            walk.bad(limit, "maxLimitRequestRatio", "cannot be met", help);
        }
    }
}

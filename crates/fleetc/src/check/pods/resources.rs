//! What containers ask for, and what they are limited to.

use fleetc_manifests::quantity::Quantity;
use fleetc_manifests::{Map, Value};

use super::super::forms;
use super::super::walk::{Rule, Walk};
use fleetc_manifests::kinds::Form;

/// Rules about resources.
pub(in super::super) const RULES: &[(&str, Rule)] =
    &[("core.v1.Container", container), ("core.v1.Container", resize)];

fn container<'v>(container: &'v Value, walk: &mut Walk<'v, '_>) {
    walk.inside(container, "resources", |walk, resources| {
        let limits = resources.get("limits").and_then(Value::as_map);
        for part in ["limits", "requests"] {
            walk.inside(resources, part, |walk, amounts| {
                for entry in amounts.as_map().into_iter().flatten() {
                    amount(amounts, &entry.key.text, &entry.value, walk);
                }
            });
        }
        walk.inside(resources, "requests", |walk, requests| {
            for entry in requests.as_map().into_iter().flatten() {
                against_limit(requests, &entry.key.text, &entry.value, limits, walk);
            }
        });
    });
}

fn amount<'v>(owner: &'v Value, name: &'v str, value: &'v Value, walk: &mut Walk<'v, '_>) {
    if !forms::is_key_met(name, Form::ContainerResource) {
        walk.bad(owner, name, "is nothing that containers have", forms::help(Form::ContainerResource));
    }
    let Some(quantity) = Quantity::of_value(value) else { return };
    if quantity.is_negative() {
        walk.bad(owner, name, "is negative", "write 0 or more");
    } else if is_extended(name) && quantity.is_broken() {
        walk.bad(owner, name, "is no whole number", "write how many");
    }
}

fn against_limit<'v>(
    requests: &'v Value,
    name: &'v str,
    value: &'v Value,
    limits: Option<&Map>,
    walk: &mut Walk<'v, '_>,
) {
    let is_shared = !is_extended(name) && !name.starts_with("hugepages-");
    let limit = limits.and_then(|limits| limits.get(name)).filter(|it| !it.is_null());
    let Some(limit) = limit else {
        if !is_shared {
            walk.bad(
                requests,
                name,
                "has no limit, and is shared with nobody",
                "write the same into `limits`",
            );
        }
        return;
    };
    let (Some(asked), Some(most)) = (Quantity::of_value(value), Quantity::of_value(limit)) else { return };
    if asked.exceeds(most) {
        walk.bad(requests, name, "is more than the limit", "make it as large, or smaller");
    } else if !is_shared && most.exceeds(asked) {
        walk.bad(
            requests,
            name,
            "is not the limit, and is shared with nobody",
            "write the same into `limits`",
        );
    }
}

/// Whether it is a resource that Kubernetes only counts: `example.com/gpu`.
fn is_extended(name: &str) -> bool {
    name.split_once('/').is_some_and(|(domain, _)| !domain.ends_with("kubernetes.io") && !domain.is_empty())
}

fn resize<'v>(container: &'v Value, walk: &mut Walk<'v, '_>) {
    walk.no_twins(container, "resizePolicy", &["resourceName"]);
}

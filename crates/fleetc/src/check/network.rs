//! Services and Ingresses.

use fleetc_manifests::{Place, Value};

use super::metadata;
use super::syntax::{is_dns_label, is_late};
use super::walk::{Rule, Walk};
use super::workloads::in_range;
use crate::messages;

/// Rules about the network.
pub(super) const RULES: &[(&str, Rule)] = &[
    ("core.v1.ServiceSpec", service),
    ("core.v1.ServicePort", port),
    ("networking.v1.IngressBackend", backend),
    ("networking.v1.IngressServiceBackend", backend_port),
    ("networking.v1.HTTPIngressPath", path),
];

fn service<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let ports = spec.get("ports").and_then(Value::as_list);
    let count = ports.map_or(0, fleetc_manifests::List::len);
    let kind = spec.get("type").and_then(Value::as_text).unwrap_or("ClusterIP");
    let is_headless = spec.get("clusterIP").and_then(Value::as_text) == Some("None");
    if count == 0 && kind != "ExternalName" && !is_headless && !is_late(kind) {
        walk.say(messages::missing_field(walk.place(spec.place), "Service", &walk.path_to("ports")));
    }
    if kind == "ExternalName" && spec.get("externalName").is_none_or(Value::is_null) {
        walk.say(messages::missing_field(walk.place(spec.place), "Service", &walk.path_to("externalName")));
    }
    if let Some(selector) = spec.get("selector") {
        metadata::check_labels(selector, walk);
    }
    let mut names: Vec<&str> = Vec::new();
    walk.each(spec, "ports", |walk, port| {
        let written = port.get("name").filter(|name| !name.is_null());
        let name = written.and_then(Value::as_text).unwrap_or_default();
        let place = walk.place(written.map_or(port.place, |name| name.place));
        if name.is_empty() && count > 1 {
            walk.say(messages::missing_field(place, "Service", &walk.path_to("name")));
        } else if names.contains(&name) {
            walk.say(messages::duplicate_item(place, Place::NONE, "ports", &format!("`name: {name}`")));
        }
        names.push(name);
    });
}

fn port<'v>(port: &'v Value, walk: &mut Walk<'v, '_>) {
    in_range(port, "port", 1, 65535, walk);
    in_range(port, "targetPort", 0, 65535, walk);
    in_range(port, "nodePort", 0, 65535, walk);
    let Some(name) = port.get("name") else { return };
    if let Some(text) =
        name.as_text().filter(|text| !text.is_empty() && !is_late(text) && !is_dns_label(text))
    {
        let help = "lower-case letters, digits and `-`, beginning and ending with a letter or a digit";
        let problem = format!("is no name of a port: `{text}`");
        let path = walk.path_to("name");
        walk.say(messages::bad_field_value(walk.place(name.place), &path, &problem, help));
    }
}

fn backend<'v>(backend: &'v Value, walk: &mut Walk<'v, '_>) {
    let fields = ["service", "resource"];
    let has = |field: &&str| backend.get(field).is_some_and(|it| !it.is_null());
    let found: Vec<&str> = fields.into_iter().filter(has).collect();
    if found.len() != 1 {
        walk.say(messages::not_one_of(walk.place(backend.place), &walk.path(), &fields, &found));
    }
}

fn backend_port<'v>(service: &'v Value, walk: &mut Walk<'v, '_>) {
    let port = |key: &str| service.find(&["port", key]).is_some_and(|it| !it.is_null());
    if port("name") == port("number") {
        let found = if port("name") { &["name", "number"][..] } else { &[] };
        let place = service.get("port").map_or(service.place, |port| port.place);
        walk.say(messages::not_one_of(walk.place(place), &walk.path_to("port"), &["name", "number"], found));
    }
}

fn path<'v>(path: &'v Value, walk: &mut Walk<'v, '_>) {
    let kind = path.get("pathType").and_then(Value::as_text).unwrap_or_default();
    let Some(written) = path.get("path") else { return };
    let text = written.as_text().unwrap_or_default();
    if matches!(kind, "Exact" | "Prefix") && !text.starts_with('/') && !is_late(text) {
        let problem = format!("must begin with `/` where `pathType` is `{kind}`");
        let at = walk.path_to("path");
        walk.say(messages::bad_field_value(
            walk.place(written.place),
            &at,
            &problem,
            &format!("write `/{text}`"),
        ));
    }
}

//! Services.

use fleetc_manifests::{List, Place, Value};

use super::addresses::address;
use super::ask::{has, is_empty, items, number, texts, word};
use super::metadata;
use super::syntax::{is_dns_label, is_dns_subdomain, is_late};
use super::walk::{Rule, Walk};
use super::workloads::in_range;
use crate::messages;

/// Rules about Services.
pub(super) const RULES: &[(&str, Rule)] = &[
    ("core.v1.ServiceSpec", ports),
    ("core.v1.ServiceSpec", of_its_type),
    ("core.v1.ServiceSpec", addresses),
    ("core.v1.ServicePort", port),
];

fn ports<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let count = spec.get("ports").and_then(Value::as_list).map_or(0, List::len);
    let Some(kind) = word(spec, "type", "ClusterIP") else { return };
    if count == 0 && kind != "ExternalName" && !is_headless(spec) {
        walk.needs(spec, "ports");
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
        if kind == "ClusterIP" && number(port, "nodePort").is_some_and(|it| it != 0) {
            walk.only(port, "nodePort", "for the types `NodePort` and `LoadBalancer`");
        }
    });
}

/// What only some types of Services have.
fn of_its_type<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let Some(kind) = word(spec, "type", "ClusterIP") else { return };
    let of_balancers = ["loadBalancerClass", "loadBalancerSourceRanges", "allocateLoadBalancerNodePorts"];
    for field in of_balancers.into_iter().filter(|field| kind != "LoadBalancer" && has(spec, field)) {
        if !spec.get(field).and_then(Value::as_list).is_some_and(List::is_empty) {
            walk.only(spec, field, "for the type `LoadBalancer`");
        }
    }
    for range in items(spec, "loadBalancerSourceRanges").filter_map(Value::as_text) {
        if super::addresses::network(range.trim()).is_none() && !is_late(range) {
            let help = "write a network: `10.0.0.0/8`";
            walk.bad(spec, "loadBalancerSourceRanges", &format!("cannot hold `{range}`"), help);
        }
    }
    let is_outside = matches!(kind, "NodePort" | "LoadBalancer") || !is_empty(spec, "externalIPs");
    if !is_outside && word(spec, "externalTrafficPolicy", "").is_some_and(|it| !it.is_empty()) {
        walk.only(spec, "externalTrafficPolicy", "for what can be reached from outside");
    }
    let is_local = word(spec, "externalTrafficPolicy", "Cluster") == Some("Local");
    let is_checked = kind == "LoadBalancer" && is_local;
    if !is_checked && number(spec, "healthCheckNodePort").is_some_and(|it| it != 0) {
        walk.only(spec, "healthCheckNodePort", "for a `LoadBalancer` with `externalTrafficPolicy: Local`");
    }
    if word(spec, "sessionAffinity", "None") == Some("ClientIP") {
        walk.inside(spec, "sessionAffinityConfig", |walk, config| {
            walk.inside(config, "clientIP", |walk, it| in_range(it, "timeoutSeconds", 1, 86400, walk));
        });
    }
    if kind == "ExternalName" {
        external(spec, walk);
    }
}

fn external<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    match word(spec, "externalName", "") {
        Some("") => walk.needs(spec, "externalName"),
        Some(name) if !is_dns_subdomain(name.strip_suffix('.').unwrap_or(name)) => {
            let help = "write a DNS name in lower-case letters";
            walk.bad(spec, "externalName", &format!("cannot be `{name}`"), help);
        }
        _ => {}
    }
    let fields = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"];
    let is_there = |field: &&str| has(spec, field) && spec.get(field).and_then(Value::as_text) != Some("");
    for field in fields.into_iter().filter(is_there) {
        walk.only(spec, field, "for other types than `ExternalName`");
    }
}

fn addresses<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let Some(kind) = word(spec, "type", "ClusterIP").filter(|kind| *kind != "ExternalName") else { return };
    if is_headless(spec) && matches!(kind, "NodePort" | "LoadBalancer") {
        walk.bad(spec, "clusterIP", &format!("cannot be `None` for the type `{kind}`"), "take it away");
    }
    let Some(first) = word(spec, "clusterIP", "") else { return };
    let all = texts(spec, "clusterIPs");
    if all.first().is_some_and(|it| *it != first && !is_late(it)) {
        walk.bad(spec, "clusterIPs", "does not begin with `clusterIP`", "take it away: the server adds it");
    }
    let is_wrong = |it: &&str| !it.is_empty() && *it != "None" && !is_late(it) && address(it).is_none();
    for (field, text) in
        [("clusterIP", Some(first)), ("clusterIPs", all.iter().copied().skip(1).find(is_wrong))]
    {
        if let Some(text) = text.filter(is_wrong) {
            let help = "write an IP address, or `None`, or nothing";
            walk.bad(spec, field, &format!("cannot be `{text}`"), help);
        }
    }
    walk.no_twins(spec, "ipFamilies", &[]);
    if texts(spec, "ipFamilies").len() > 1
        && word(spec, "ipFamilyPolicy", "SingleStack") == Some("SingleStack")
    {
        let help = "write `PreferDualStack` or `RequireDualStack`, or keep one family";
        walk.bad(spec, "ipFamilyPolicy", "cannot be `SingleStack` for two families", help);
    }
}

fn is_headless(spec: &Value) -> bool {
    word(spec, "clusterIP", "") == Some("None")
}

fn port<'v>(port: &'v Value, walk: &mut Walk<'v, '_>) {
    in_range(port, "port", 1, 65535, walk);
    in_range(port, "nodePort", 0, 65535, walk);
    let help = "lower-case letters, digits and `-`, beginning and ending with a letter or a digit";
    walk.port_name(port, is_dns_label, help);
}

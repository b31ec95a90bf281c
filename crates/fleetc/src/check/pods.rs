//! Pods and their containers.

mod probes;
mod resources;
mod scheduling;
mod security;
mod variables;
mod volumes;

use fleetc_manifests::kinds::{self, Field, Type};
use fleetc_manifests::{Place, Value};

use super::ask::{found, is_empty, is_true, items, number, text};
use super::syntax::{is_dns_label, is_environment_name, is_late, is_port_name};
use super::walk::{Rule, Walk};
use super::workloads::in_range;
use crate::messages;

/// Rules about pods, and about what is in them.
pub(super) fn rules() -> Vec<(&'static str, Rule)> {
    let parts = [
        RULES,
        probes::RULES,
        resources::RULES,
        scheduling::RULES,
        security::RULES,
        variables::RULES,
        volumes::RULES,
    ];
    parts.concat()
}

const RULES: &[(&str, Rule)] = &[
    ("core.v1.PodSpec", pod),
    ("core.v1.Container", container),
    ("core.v1.ContainerPort", port),
    ("core.v1.EnvVar", variable),
    ("core.v1.Probe", probe),
    ("core.v1.LifecycleHandler", handler),
];

/// The lists of containers that every version takes in a manifest.
const CONTAINERS: [&str; 2] = ["initContainers", "containers"];

fn pod<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let init: Vec<&str> = items(spec, "initContainers").filter_map(|it| it.get("name")?.as_text()).collect();
    walk.each(spec, "containers", |walk, container| {
        let name = container.get("name");
        if let Some(twin) = name.filter(|name| name.as_text().is_some_and(|it| init.contains(&it))) {
            let text = format!("`name: {}`", twin.as_text().unwrap_or_default());
            let place = walk.place(twin.place);
            walk.say(messages::duplicate_item(place, Place::NONE, "initContainers and containers", &text));
        }
    });
    let is_named = |field: &str| spec.get("dnsConfig").is_some_and(|it| !is_empty(it, field));
    if text(spec, "dnsPolicy") == Some("None") && !is_named("nameservers") {
        walk.needs(spec, "dnsConfig.nameservers");
    }
    if !is_empty(spec, "ephemeralContainers") {
        walk.bad(spec, "ephemeralContainers", "cannot be in a manifest", "add them to a pod that runs");
    }
    if is_true(spec, "hostNetwork") {
        for list in CONTAINERS {
            walk.each(spec, list, |walk, container| walk.each(container, "ports", host_port));
        }
    }
}

/// On the network of its node, a container listens where the node does.
fn host_port<'v>(walk: &mut Walk<'v, '_>, port: &'v Value) {
    let (own, host) = (number(port, "containerPort"), number(port, "hostPort"));
    if host.is_some_and(|host| host != 0 && Some(host) != own) {
        walk.bad(port, "hostPort", "is not `containerPort`, in a pod with `hostNetwork`", "take it away");
    }
}

fn container<'v>(container: &'v Value, walk: &mut Walk<'v, '_>) {
    dns_label(container, "name", walk);
    match container.get("image").filter(|image| !image.is_null()) {
        None => walk.say(messages::missing_field(
            walk.place(container.place),
            "container",
            &walk.path_to("image"),
        )),
        Some(image) if image.as_text() == Some("") => {
            let path = walk.path_to("image");
            walk.say(messages::bad_field_value(
                walk.place(image.place),
                &path,
                "is empty",
                "name the image that runs",
            ));
        }
        Some(image) if image.as_text().is_some_and(|text| text != text.trim()) => {
            // Only a pod is refused for it; a template is taken, and its pods are not.
            let (place, path) = (walk.place(image.place), walk.path_to("image"));
            walk.say(messages::spaced_image(place, &path, walk.kind == "Pod"));
        }
        _ => {}
    }
    let mut names: Vec<&str> = Vec::new();
    walk.each(container, "ports", |walk, port| {
        let Some(written) = port.get("name") else { return };
        let Some(name) = written.as_text().filter(|name| !name.is_empty()) else { return };
        if names.contains(&name) {
            let place = walk.place(written.place);
            walk.say(messages::duplicate_item(place, Place::NONE, "ports", &format!("`name: {name}`")));
        }
        names.push(name);
    });
}

fn port<'v>(port: &'v Value, walk: &mut Walk<'v, '_>) {
    in_range(port, "containerPort", 1, 65535, walk);
    in_range(port, "hostPort", 0, 65535, walk);
    let help = "at most 15 lower-case letters, digits and `-`, a letter among them";
    walk.port_name(port, is_port_name, help);
}

fn variable<'v>(variable: &'v Value, walk: &mut Walk<'v, '_>) {
    if let Some(name) = variable.get("name")
        && let Some(text) = name.as_text().filter(|text| !is_late(text) && !is_environment_name(text))
    {
        let problem = format!("is no name of a variable: `{text}`");
        let help = "letters, digits, `_`, `-` and `.`, beginning with no digit";
        let path = walk.path_to("name");
        walk.say(messages::bad_field_value(walk.place(name.place), &path, &problem, help));
    }
    let value = variable.get("value").filter(|value| value.as_text().is_some_and(|text| !text.is_empty()));
    if let (Some(_), Some(from)) = (value, variable.get("valueFrom").filter(|from| !from.is_null())) {
        let message = format!("`{}` has `value` and `valueFrom` at once", walk.path());
        walk.say(messages::fields_that_exclude(walk.place(from.place), &message, "keep one of them"));
    }
}

fn probe<'v>(probe: &'v Value, walk: &mut Walk<'v, '_>) {
    walk.exactly_one(probe, &["exec", "grpc", "httpGet", "tcpSocket"]);
}

fn handler<'v>(handler: &'v Value, walk: &mut Walk<'v, '_>) {
    walk.exactly_one(handler, &["exec", "httpGet", "sleep", "tcpSocket"]);
}

fn dns_label(value: &Value, field: &str, walk: &mut Walk<'_, '_>) {
    let Some(written) = value.get(field) else { return };
    if let Some(text) = written.as_text().filter(|text| !is_late(text) && !is_dns_label(text)) {
        let problem = format!("cannot be `{text}`");
        let help = "lower-case letters, digits and `-`, at most 63 of them, beginning and ending with a letter or a digit";
        let path = walk.path_to(field);
        walk.say(messages::bad_field_value(walk.place(written.place), &path, &problem, help));
    }
}

/// Says that exactly one of the fields of a type must be there.
fn one_of(value: &Value, shape: &str, walk: &mut Walk<'_, '_>) {
    at_most_one(value, shape, &[], walk);
    let fields: Vec<&str> = fields_of(shape).map(|field| field.name).collect();
    if found(value, &fields).is_empty() {
        walk.say(messages::not_one_of(walk.place(value.place), &walk.path(), &fields, &[]));
    }
}

/// Says that there is more than one of the fields of a type; those that the server may drop do not count.
fn at_most_one(value: &Value, shape: &str, but: &[&str], walk: &mut Walk<'_, '_>) {
    let versions = walk.versions;
    let stays = |field: &&Field| field.gate.is_none_or(|gate| !gate.versions.meet(versions));
    let fields: Vec<&str> = fields_of(shape).filter(stays).map(|field| field.name).collect();
    let fields: Vec<&str> = fields.into_iter().filter(|name| !but.contains(name)).collect();
    let found = found(value, &fields);
    if found.len() > 1 {
        walk.say(messages::not_one_of(walk.place(value.place), &walk.path(), &fields, &found));
    }
}

fn fields_of(shape: &str) -> impl Iterator<Item = &'static Field> {
    let shape = kinds::types().find(|it| it.name() == shape);
    shape.map(Type::fields).into_iter().flatten()
}

//! Pods: containers, ports, volumes and mounts.

use fleetc_manifests::kinds::{self, Type};
use fleetc_manifests::{Place, Value};

use super::syntax::{is_config_key, is_dns_label, is_environment_name, is_late, is_port_name};
use super::walk::{Rule, Walk};
use super::workloads::{in_range, not_negative};
use crate::messages;

/// Rules about pods.
pub(super) const RULES: &[(&str, Rule)] = &[
    ("core.v1.PodSpec", pod),
    ("core.v1.Container", container),
    ("core.v1.ContainerPort", port),
    ("core.v1.EnvVar", variable),
    ("core.v1.EnvVarSource", variable_source),
    ("core.v1.Volume", volume),
    ("core.v1.VolumeMount", mount),
    ("core.v1.Probe", probe),
    ("core.v1.LifecycleHandler", handler),
    ("core.v1.HTTPGetAction", port_number),
    ("core.v1.TCPSocketAction", port_number),
    ("core.v1.ConfigMap", config_keys),
    ("core.v1.Secret", config_keys),
    ("core.v1.ResourceRequirements", resources),
];

/// The lists of containers that every version takes in a manifest.
const CONTAINERS: [&str; 2] = ["initContainers", "containers"];

fn pod<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let names = |key: &str| -> Vec<&str> {
        let items = spec.get(key).and_then(Value::as_list).into_iter().flatten();
        items.filter_map(|item| item.get("name").and_then(Value::as_text)).collect()
    };
    let volumes = names("volumes");
    if spec.get("containers").and_then(Value::as_list).is_some_and(fleetc_manifests::List::is_empty) {
        let place = spec.get("containers").map_or(Place::NONE, |it| it.place);
        walk.say(messages::missing_field(walk.place(place), "Pod", &walk.path_to("containers[0]")));
    }
    let init = names("initContainers");
    walk.each(spec, "containers", |walk, container| {
        let name = container.get("name");
        if let Some(twin) = name.filter(|name| name.as_text().is_some_and(|it| init.contains(&it))) {
            let text = format!("`name: {}`", twin.as_text().unwrap_or_default());
            let place = walk.place(twin.place);
            walk.say(messages::duplicate_item(place, Place::NONE, "initContainers and containers", &text));
        }
    });
    for key in CONTAINERS {
        walk.each(spec, key, |walk, container| {
            walk.each(container, "volumeMounts", |walk, mount| {
                let Some(name) = mount.get("name") else { return };
                let missing =
                    name.as_text().filter(|it| !volumes.contains(it) && !is_late(it) && !it.is_empty());
                if let Some(missing) = missing {
                    let (place, path) = (walk.place(name.place), walk.path_to("name"));
                    walk.say(messages::dangling_name(
                        place,
                        &path,
                        "volume",
                        missing,
                        volumes.iter().copied(),
                    ));
                }
            });
        });
    }
    not_negative(spec, "terminationGracePeriodSeconds", walk);
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
            let path = walk.path_to("image");
            let help = "take the white space away";
            walk.say(messages::bad_field_value(
                walk.place(image.place),
                &path,
                "begins or ends with white space",
                help,
            ));
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
    let Some(name) = port.get("name") else { return };
    if let Some(text) =
        name.as_text().filter(|text| !text.is_empty() && !is_late(text) && !is_port_name(text))
    {
        let problem = format!("is no name of a port: `{text}`");
        let help = "at most 15 lower-case letters, digits and `-`, a letter among them";
        let path = walk.path_to("name");
        walk.say(messages::bad_field_value(walk.place(name.place), &path, &problem, help));
    }
}

/// A port by its number or its name, where a probe or a handler asks for one.
fn port_number<'v>(action: &'v Value, walk: &mut Walk<'v, '_>) {
    in_range(action, "port", 1, 65535, walk);
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

fn variable_source<'v>(source: &'v Value, walk: &mut Walk<'v, '_>) {
    one_of(source, "core.v1.EnvVarSource", &[], walk);
}

fn volume<'v>(volume: &'v Value, walk: &mut Walk<'v, '_>) {
    dns_label(volume, "name", walk);
    // One without a source is an emptyDir.
    at_most_one(volume, "core.v1.Volume", &["name"], walk);
}

fn mount<'v>(mount: &'v Value, walk: &mut Walk<'v, '_>) {
    let has = |key| mount.get(key).and_then(Value::as_text).is_some_and(|text| !text.is_empty());
    if has("subPath") && has("subPathExpr") {
        let message = format!("`{}` has `subPath` and `subPathExpr` at once", walk.path());
        walk.say(messages::fields_that_exclude(walk.place(mount.place), &message, "keep one of them"));
    }
    if let Some(path) = mount.get("mountPath").filter(|path| path.as_text() == Some("")) {
        let at = walk.path_to("mountPath");
        walk.say(messages::bad_field_value(
            walk.place(path.place),
            &at,
            "is empty",
            "write an absolute path",
        ));
    }
}

fn probe<'v>(probe: &'v Value, walk: &mut Walk<'v, '_>) {
    actions(probe, &["exec", "grpc", "httpGet", "tcpSocket"], walk);
    for field in
        ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
    {
        not_negative(probe, field, walk);
    }
}

fn handler<'v>(handler: &'v Value, walk: &mut Walk<'v, '_>) {
    actions(handler, &["exec", "httpGet", "sleep", "tcpSocket"], walk);
}

fn actions(value: &Value, fields: &[&str], walk: &mut Walk<'_, '_>) {
    let found = found(value, fields);
    if found.len() != 1 {
        walk.say(messages::not_one_of(walk.place(value.place), &walk.path(), fields, &found));
    }
}

/// Names of keys, and values that no server takes.
fn config_keys<'v>(object: &'v Value, walk: &mut Walk<'v, '_>) {
    for field in ["data", "binaryData", "stringData"] {
        for entry in object.get(field).and_then(Value::as_map).into_iter().flatten() {
            let key = &entry.key;
            if !is_config_key(&key.text) && !is_late(&key.text) {
                let problem = format!("has the key `{}`, which is none", key.text);
                let help = "letters, digits, `-`, `_` and `.`, at most 253 of them";
                walk.say(messages::bad_field_value(walk.place(key.place), field, &problem, help));
            }
        }
    }
}

fn resources<'v>(resources: &'v Value, walk: &mut Walk<'v, '_>) {
    for part in ["requests", "limits"] {
        for entry in resources.get(part).and_then(Value::as_map).into_iter().flatten() {
            let is_negative = match (entry.value.as_text(), entry.value.as_integer()) {
                (Some(text), _) => text.starts_with('-'),
                (_, number) => number.is_some_and(|number| number < 0),
            };
            if is_negative {
                let path = walk.path_to(&format!("{part}.{}", entry.key.text));
                walk.say(messages::bad_field_value(
                    walk.place(entry.value.place),
                    &path,
                    "is negative",
                    "write 0 or more",
                ));
            }
        }
    }
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
fn one_of(value: &Value, shape: &str, but: &[&str], walk: &mut Walk<'_, '_>) {
    let fields = fields_of(shape, but);
    let found = found(value, &fields);
    if found.len() != 1 {
        walk.say(messages::not_one_of(walk.place(value.place), &walk.path(), &fields, &found));
    }
}

fn at_most_one(value: &Value, shape: &str, but: &[&str], walk: &mut Walk<'_, '_>) {
    let fields = fields_of(shape, but);
    let found = found(value, &fields);
    if found.len() > 1 {
        walk.say(messages::not_one_of(walk.place(value.place), &walk.path(), &fields, &found));
    }
}

fn fields_of(shape: &str, but: &[&str]) -> Vec<&'static str> {
    let shape = kinds::types().find(|it| it.name() == shape);
    let names = shape.map(Type::fields).into_iter().flatten().map(|field| field.name);
    names.filter(|name| !but.contains(name)).collect()
}

/// Which of the fields are there.
fn found<'f>(value: &Value, fields: &[&'f str]) -> Vec<&'f str> {
    fields.iter().copied().filter(|field| value.get(field).is_some_and(|it| !it.is_null())).collect()
}

//! Ingresses.

use fleetc_manifests::Value;
use fleetc_manifests::kinds::Form;

use super::addresses::address;
use super::ask::{has, is_empty, number, text, word};
use super::syntax::is_late;
use super::walk::{Rule, Walk};
use crate::messages;

/// Rules about Ingresses.
pub(super) const RULES: &[(&str, Rule)] = &[
    ("networking.v1.IngressSpec", ingress),
    ("networking.v1.IngressRule", host),
    ("networking.v1.IngressClassParametersReference", class),
    ("networking.v1.IngressBackend", backend),
    ("networking.v1.IngressServiceBackend", backend_port),
    ("networking.v1.HTTPIngressPath", path),
];

/// An Ingress leads somewhere.
fn ingress<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    if is_empty(spec, "rules") && !has(spec, "defaultBackend") {
        walk.needs(spec, "rules");
    }
}

fn host<'v>(rule: &'v Value, walk: &mut Walk<'v, '_>) {
    if text(rule, "host").is_some_and(|host| address(host).is_some()) {
        walk.bad(rule, "host", "is an IP address", "write a DNS name, or take it away: all hosts are meant");
    } else {
        walk.has_form(rule, "host", Form::Host);
    }
}

fn class<'v>(parameters: &'v Value, walk: &mut Walk<'v, '_>) {
    match word(parameters, "scope", "Cluster") {
        Some("Namespace") if word(parameters, "namespace", "") == Some("") => {
            walk.needs(parameters, "namespace");
        }
        Some("Cluster") if has(parameters, "namespace") => {
            walk.only(parameters, "namespace", "beside `scope: Namespace`");
        }
        _ => {}
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
    let port = service.get("port").unwrap_or(service);
    let has_number = number(port, "number").is_some_and(|it| it != 0);
    let Some(name) = word(port, "name", "") else { return };
    if has_number == name.is_empty() {
        return;
    }
    let found = if has_number { &["name", "number"][..] } else { &[] };
    walk.say(messages::not_one_of(walk.place(port.place), &walk.path_to("port"), &["name", "number"], found));
}

fn path<'v>(path: &'v Value, walk: &mut Walk<'v, '_>) {
    let Some(kind) = text(path, "pathType") else { return };
    let Some(written) = path.get("path").and_then(Value::as_text).filter(|text| !is_late(text)) else {
        if kind != "ImplementationSpecific" && !has(path, "path") {
            walk.needs(path, "path");
        }
        return;
    };
    let is_plain = kind == "ImplementationSpecific";
    let may_be_empty = is_plain && written.is_empty();
    if !may_be_empty && !written.starts_with('/') {
        let problem = format!("must begin with `/` where `pathType` is `{kind}`");
        walk.bad(path, "path", &problem, &format!("write `/{written}`"));
    }
    let is_part = |part: &&&str| written.contains(**part);
    let is_end = |part: &&&str| written.ends_with(**part);
    let wrong = ["//", "/./", "/../", "%2f", "%2F"].iter().find(is_part);
    if let Some(wrong) = wrong.or_else(|| ["/..", "/."].iter().find(is_end)).filter(|_| !is_plain) {
        walk.bad(path, "path", &format!("cannot hold `{wrong}` here"), "write the path without it");
    }
}

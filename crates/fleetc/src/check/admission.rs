//! Webhooks and policies that say what the API server takes.

use fleetc_manifests::Value;

use super::ask::{has, is_empty, text, texts, word};
use super::walk::{Rule, Walk};
use crate::messages;

/// Rules about admission.
pub(super) const RULES: &[(&str, Rule)] = &[
    ("admissionregistration.v1.ValidatingWebhook", webhook),
    ("admissionregistration.v1.MutatingWebhook", webhook),
    ("admissionregistration.v1.WebhookClientConfig", client),
    ("apiextensions.v1.WebhookClientConfig", client),
    ("admissionregistration.v1.RuleWithOperations", rule),
    ("admissionregistration.v1.NamedRuleWithOperations", rule),
    ("admissionregistration.v1.ValidatingAdmissionPolicySpec", policy),
    ("admissionregistration.v1.Validation", validation),
    ("admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec", binding),
    ("admissionregistration.v1.ParamRef", parameters),
];

fn webhook<'v>(webhook: &'v Value, walk: &mut Walk<'v, '_>) {
    let versions = texts(webhook, "admissionReviewVersions");
    if !versions.is_empty() && !versions.iter().any(|version| matches!(*version, "v1" | "v1beta1")) {
        let help = "add `v1`";
        walk.bad(webhook, "admissionReviewVersions", "holds none that the server sends", help);
    }
}

/// Whom the server asks.
fn client<'v>(client: &'v Value, walk: &mut Walk<'v, '_>) {
    walk.exactly_one(client, &["service", "url"]);
    if let Some(url) = text(client, "url")
        && let Some(problem) = problem_of(url)
    {
        walk.bad(client, "url", problem, "write `https://`, a host and a path");
    }
    walk.inside(client, "service", |walk, service| {
        if text(service, "path").is_some_and(|path| !path.starts_with('/')) {
            walk.bad(service, "path", "does not begin with `/`", "write a path that does");
        }
    });
}

fn problem_of(url: &str) -> Option<&'static str> {
    let scheme = url.get(..8).filter(|start| start.eq_ignore_ascii_case("https://"));
    let Some(rest) = scheme.and_then(|_| url.get(8..)) else { return Some("does not begin with `https://`") };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match rest {
        _ if host.is_empty() => Some("names no host"),
        _ if host.contains('@') => Some("names a user"),
        _ if rest.split_once('?').is_some_and(|(_, query)| !query.is_empty() && !query.starts_with('#')) => {
            Some("has a query")
        }
        _ if rest.split_once('#').is_some_and(|(_, part)| !part.is_empty()) => Some("has a part behind `#`"),
        _ => None,
    }
}

/// What is looked at.
fn rule<'v>(rule: &'v Value, walk: &mut Walk<'v, '_>) {
    for field in ["apiGroups", "apiVersions", "operations"] {
        let all = texts(rule, field);
        if all.len() > 1 && all.contains(&"*") {
            walk.bad(rule, field, "holds `*` and others", "keep `*`, or the others");
        }
    }
    let all = texts(rule, "resources");
    if all.len() > 1 && all.contains(&"*/*") {
        walk.bad(rule, "resources", "holds `*/*` and others", "keep `*/*`, or the others");
    }
    // The last one without a subresource decides, as in the server.
    let last = all.iter().rev().find(|it| !it.contains('/'));
    if all.contains(&"*") && last.is_some_and(|it| *it != "*") {
        walk.bad(rule, "resources", "holds `*` and others", "keep `*`, or the others");
    }
    walk.no_twins(rule, "resourceNames", &[]);
}

fn policy<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    if is_empty(spec, "validations") && is_empty(spec, "auditAnnotations") {
        walk.needs(spec, "validations");
    }
    walk.inside(spec, "matchConstraints", |walk, constraints| {
        if is_empty(constraints, "resourceRules") {
            walk.needs(constraints, "resourceRules");
        }
    });
    walk.no_twins(spec, "auditAnnotations", &["key"]);
}

fn validation<'v>(validation: &'v Value, walk: &mut Walk<'v, '_>) {
    let message = text(validation, "message").unwrap_or_default();
    if message.trim().contains('\n') || (has(validation, "message") && is_blank(validation)) {
        walk.bad(validation, "message", "is not one line of text", "write one");
    }
}

/// Whether the message is written, and nothing but space.
fn is_blank(validation: &Value) -> bool {
    validation
        .get("message")
        .and_then(Value::as_text)
        .is_some_and(|it| !it.is_empty() && it.trim().is_empty())
}

fn binding<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let actions = texts(spec, "validationActions");
    if actions.contains(&"Deny") && actions.contains(&"Warn") {
        walk.bad(spec, "validationActions", "holds `Deny` and `Warn`", "keep one of them");
    }
}

fn parameters<'v>(reference: &'v Value, walk: &mut Walk<'v, '_>) {
    let Some(name) = word(reference, "name", "") else { return };
    let has_selector = has(reference, "selector");
    if name.is_empty() == has_selector {
        return;
    }
    let found = if has_selector { &["name", "selector"][..] } else { &[] };
    walk.say(messages::not_one_of(walk.place(reference.place), &walk.path(), &["name", "selector"], found));
}

//! CustomResourceDefinitions themselves.

mod structure;

use fleetc_manifests::Value;

use super::ask::{has, is_true, text, texts};
use super::walk::{Rule, Walk};
use crate::messages;

/// Rules about definitions.
pub(super) const RULES: &[(&str, Rule)] = &[
    ("apiextensions.v1.CustomResourceDefinitionSpec", versions),
    ("apiextensions.v1.CustomResourceDefinitionSpec", conversion),
    ("apiextensions.v1.CustomResourceDefinitionNames", names),
    ("apiextensions.v1.CustomResourceDefinitionVersion", version),
    ("apiextensions.v1.CustomResourceDefinition", name),
    ("apiextensions.v1.CustomResourceDefinition", approval),
];

/// Exactly one version is stored, and each says what it looks like.
fn versions<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let Some(written) = spec.get("versions") else { return };
    let Some(versions) = written.as_list() else { return };
    let is_stored = |version: &&Value| version.get("storage").and_then(Value::as_bool) == Some(true);
    let stored = versions.iter().filter(is_stored).count();
    if stored != 1 {
        let problem = format!("has {stored} versions with `storage: true`");
        let help = "exactly one version is the stored one";
        let path = walk.path_to("versions");
        walk.say(messages::bad_field_value(walk.place(written.place), &path, &problem, help));
    }
    walk.each(spec, "versions", |walk, version| {
        if version.find(&["schema", "openAPIV3Schema"]).is_none() && version.as_map().is_some() {
            let path = walk.path_to("schema.openAPIV3Schema");
            walk.say(messages::missing_field(walk.place(version.place), "CustomResourceDefinition", &path));
        }
    });
}

/// The name is made of the plural and the group.
fn name<'v>(object: &'v Value, walk: &mut Walk<'v, '_>) {
    let text = |keys: &[&str]| object.find(keys).and_then(Value::as_text);
    let (Some(plural), Some(group)) = (text(&["spec", "names", "plural"]), text(&["spec", "group"])) else {
        return;
    };
    let Some(name) = object.find(&["metadata", "name"]) else { return };
    let wanted = format!("{plural}.{group}");
    if name.as_text().is_some_and(|name| name != wanted) {
        let problem = "is not made of `spec.names.plural` and `spec.group`";
        let help = format!("write `{wanted}`");
        walk.say(messages::bad_field_value(walk.place(name.place), "metadata.name", problem, &help));
    }
}

fn names<'v>(names: &'v Value, walk: &mut Walk<'v, '_>) {
    let kind = text(names, "kind");
    if kind.is_some() && kind == text(names, "listKind") {
        walk.bad(names, "listKind", "is the name of the kind itself", "write the kind and `List`");
    }
}

/// How objects of one version become those of another.
fn conversion<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    walk.inside(spec, "conversion", |walk, conversion| match text(conversion, "strategy") {
        Some("Webhook") => {
            let Some(webhook) = conversion.get("webhook").filter(|it| has(it, "clientConfig")) else {
                walk.needs(conversion, "webhook.clientConfig");
                return;
            };
            let versions = texts(webhook, "conversionReviewVersions");
            let is_known = |it: &&str| matches!(*it, "v1" | "v1beta1");
            if !versions.is_empty() && !versions.iter().any(is_known) {
                let problem = "holds none that the server sends";
                walk.bad(conversion, "webhook.conversionReviewVersions", problem, "add `v1`");
            }
        }
        Some("None") if has(conversion, "webhook") => {
            walk.only(conversion, "webhook", "for the strategy `Webhook`");
        }
        _ => {}
    });
    if is_true(spec, "preserveUnknownFields") {
        let help = "take it away, and write `x-kubernetes-preserve-unknown-fields` into the schema";
        walk.bad(spec, "preserveUnknownFields", "cannot be `true`", help);
    }
}

/// What a version says of its objects, and of itself.
fn version<'v>(version: &'v Value, walk: &mut Walk<'v, '_>) {
    if text(version, "deprecationWarning").is_some() && !is_true(version, "deprecated") {
        walk.only(version, "deprecationWarning", "beside `deprecated: true`");
    }
    let Some(schema) = version.find(&["schema", "openAPIV3Schema"]) else { return };
    walk.below("schema", |walk| walk.below("openAPIV3Schema", |walk| structure::check(schema, walk)));
    walk.each(version, "selectableFields", |walk, field| {
        let Some(path) = text(field, "jsonPath").and_then(|it| it.strip_prefix('.')) else { return };
        let is_plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        let below = |schema: Option<&'v Value>, key: &str| schema?.find(&["properties", key]);
        if is_plain && path.split('.').fold(Some(schema), below).is_none() {
            walk.bad(field, "jsonPath", "leads to no field of the schema", "name one that it has");
        }
    });
    walk.inside(version, "subresources", |walk, resources| {
        walk.inside(resources, "scale", |walk, scale| {
            for (field, start) in [("specReplicasPath", ".spec."), ("statusReplicasPath", ".status.")] {
                if text(scale, field).is_some_and(|path| path.starts_with('.') && !path.starts_with(start)) {
                    walk.bad(scale, field, &format!("does not begin with `{start}`"), "name a field there");
                }
            }
        });
    });
}

/// Groups of Kubernetes itself are taken only with the word of those who own them.
fn approval<'v>(object: &'v Value, walk: &mut Walk<'v, '_>) {
    let Some(group) = object.get("spec").and_then(|spec| text(spec, "group")) else { return };
    let is_owned = ["k8s.io", "kubernetes.io"]
        .iter()
        .any(|owner| group == *owner || group.strip_suffix(owner).is_some_and(|rest| rest.ends_with('.')));
    let annotation = "api-approved.kubernetes.io";
    let said = object.find(&["metadata", "annotations", annotation]).and_then(Value::as_text);
    let is_approved = said.is_some_and(|it| it.starts_with("unapproved") || it.contains("://"));
    if is_owned && !is_approved {
        let problem = format!("needs the annotation `{annotation}`, because of its group `{group}`");
        let help =
            "take the manifests of a newer release, or add the annotation with the address of the approval";
        walk.bad(object, "metadata", &problem, help);
    }
}

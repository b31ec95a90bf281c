//! CustomResourceDefinitions themselves.

use fleetc_manifests::Value;

use super::walk::{Rule, Walk};
use crate::messages;

/// Rules about definitions.
pub(super) const RULES: &[(&str, Rule)] = &[
    ("apiextensions.v1.CustomResourceDefinitionSpec", versions),
    ("apiextensions.v1.CustomResourceDefinition", name),
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

//! Which objects a selector chooses.

use fleetc_manifests::{Text, Value, kinds};
use indexmap::IndexMap;

use crate::language::{OneOrMany, Patch, Pattern, Selector};

/// Whether the selector chooses the object; one without keys chooses everything.
pub(super) fn chooses(selector: &Selector, object: &Value) -> bool {
    one_of(selector.kind.as_ref(), object.text_at(&["kind"]))
        && one_of(selector.name.as_ref(), object.text_at(&["metadata", "name"]))
        && one_of(selector.namespace.as_ref(), object.text_at(&["metadata", "namespace"]))
        && is_in_group(selector.group.as_ref(), kinds::group(object.text_at(&["apiVersion"])))
        && has_all(selector.labels.as_ref(), object.find(&["metadata", "labels"]))
        && has_all(selector.annotations.as_ref(), object.find(&["metadata", "annotations"]))
}

/// The choice of a patch, without its `not`.
pub(super) fn of_patch(patch: &Patch) -> Selector {
    Selector {
        kind: patch.kind.clone(),
        name: patch.name.clone(),
        namespace: patch.namespace.clone(),
        group: patch.group.clone(),
        labels: patch.labels.clone(),
        annotations: patch.annotations.clone(),
    }
}

fn one_of(patterns: Option<&OneOrMany<Pattern>>, text: &str) -> bool {
    patterns.is_none_or(|patterns| patterns.0.iter().any(|pattern| pattern.matches(text)))
}

fn is_in_group(groups: Option<&OneOrMany<Text>>, group: &str) -> bool {
    groups.is_none_or(|groups| groups.0.iter().any(|it| it.value == group))
}

fn has_all(wanted: Option<&IndexMap<Text, OneOrMany<Pattern>>>, has: Option<&Value>) -> bool {
    wanted.into_iter().flatten().all(|(key, patterns)| {
        let value = has.and_then(|map| map.get(key)).and_then(Value::as_text);
        value.is_some_and(|value| one_of(Some(patterns), value))
    })
}

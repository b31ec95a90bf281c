//! Kubernetes objects out of documents.

use std::collections::BTreeMap;
use std::sync::Arc;

use fleetc_manifests::{Data, Map, Place, Text, Value, kinds, yaml};
use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostics;
use crate::messages;
use crate::sources::SourceFile;

/// An object as it was read.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    /// What it says.
    pub(crate) value: Value,
    /// Its own text, if SOPS encrypted it and not a byte may change.
    pub(crate) encrypted: Option<Arc<str>>,
}

/// What tells objects apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub(crate) struct ObjectName {
    /// The API group; empty for the core group.
    pub(crate) group: Text,
    /// The kind.
    pub(crate) kind: Text,
    /// The namespace; empty if it has none.
    pub(crate) namespace: Text,
    /// The name.
    pub(crate) name: Text,
}

/// What a CustomResourceDefinition says of its kind.
#[derive(Debug, Clone)]
pub(crate) struct CustomKind {
    /// Whether its objects lie in namespaces.
    pub(crate) namespaced: bool,
    /// The name of its resource: `certificates`.
    pub(crate) plural: Text,
}

impl Object {
    /// What tells it apart.
    pub(crate) fn name(&self) -> ObjectName {
        ObjectName::of(&self.value)
    }
}

impl ObjectName {
    /// That of an object.
    pub(crate) fn of(value: &Value) -> Self {
        let metadata = value.get("metadata");
        let of_metadata = |key: &str| shared_text(metadata.and_then(|metadata| metadata.get(key)));
        let api_version = value.get("apiVersion").and_then(Value::as_text).unwrap_or_default();
        Self {
            group: kinds::group(api_version).into(),
            kind: shared_text(value.get("kind")),
            namespace: of_metadata("namespace"),
            name: of_metadata("name"),
        }
    }

    /// Its kind as grants name it: `apps/Deployment`, or `Pod` of the core group.
    pub(crate) fn kind_in_group(&self) -> Text {
        if self.group.is_empty() { self.kind.clone() } else { format!("{}/{}", self.group, self.kind).into() }
    }
}

/// The text of a value, which shares its bytes; empty if it is none.
fn shared_text(value: Option<&Value>) -> Text {
    match value.map(|value| &value.data) {
        Some(Data::Text(text)) => text.clone(),
        _ => Text::new(),
    }
}

impl std::fmt::Display for ObjectName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{} {}", self.kind, self.name)
        } else {
            write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
        }
    }
}

/// The objects of a file; lists are taken apart.
pub(super) fn objects(
    file: &SourceFile,
    documents: Vec<yaml::Document>,
    diagnostics: &mut Diagnostics,
) -> Vec<Object> {
    let is_alone = documents.len() == 1;
    let mut objects = Vec::new();
    for document in documents {
        let text = if is_alone { &file.text[..] } else { &file.text[document.range.clone()] };
        let encrypted = is_encrypted(&document.value).then(|| Arc::from(own_text(text)));
        flatten(file, document.value, encrypted, &mut objects, diagnostics);
    }
    objects
}

/// The text of a document without the blank lines around it, ending with a line break.
fn own_text(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let body = text.trim_start_matches(['\n', '\r']);
    if body.ends_with('\n') { body.to_owned() } else { format!("{body}\n") }
}

/// Whether SOPS encrypted it: it has SOPS' own metadata, with the code that guards the rest.
fn is_encrypted(value: &Value) -> bool {
    value.find(&["sops", "mac"]).is_some()
}

/// Adds an object, or the items of a list, also of lists in lists.
fn flatten(
    file: &SourceFile,
    value: Value,
    encrypted: Option<Arc<str>>,
    objects: &mut Vec<Object>,
    diagnostics: &mut Diagnostics,
) {
    let Some(map) = value.as_map() else {
        diagnostics.push(messages::not_an_object(value.place, "this is no Kubernetes object"));
        return;
    };
    let kind = value.get("kind").and_then(Value::as_text);
    let items = value.get("items").and_then(Value::as_list);
    if let (Some(kind), Some(items)) = (kind, items)
        && kind.ends_with("List")
    {
        for item in items {
            flatten(file, item.clone(), None, objects, diagnostics);
        }
        return;
    }
    if kind == Some("Secret") {
        file.hide_secrets();
    }
    if is_whole(map, value.place, diagnostics) {
        objects.push(Object { value, encrypted });
    }
}

/// Whether it says what it is; says what is missing.
fn is_whole(map: &Map, place: Place, diagnostics: &mut Diagnostics) -> bool {
    let mut is_whole = true;
    for key in ["apiVersion", "kind"] {
        match map.get(key) {
            Some(value) if value.as_text().is_some_and(|text| !text.is_empty()) => continue,
            Some(value) => {
                diagnostics.push(messages::not_an_object(value.place, &format!("`{key}` is no text")));
            }
            None => diagnostics.push(messages::not_an_object(place, &format!("this object has no `{key}`"))),
        }
        is_whole = false;
    }
    let name = map.get("metadata").and_then(|metadata| metadata.get("name"));
    match name {
        Some(name) if name.as_text().is_some_and(|text| !text.is_empty()) => {}
        Some(name) => {
            diagnostics.push(messages::not_an_object(name.place, "`metadata.name` is no text"));
            is_whole = false;
        }
        None => {
            diagnostics.push(messages::not_an_object(place, "this object has no `metadata.name`"));
            is_whole = false;
        }
    }
    is_whole
}

/// The group and the kind that an object brings, if it is a CustomResourceDefinition.
pub(crate) fn defined(object: &Value) -> Option<(Text, Text)> {
    let text = |keys: &[&str]| object.find(keys).and_then(Value::as_text).map(Text::from);
    let is_definition = object.text_at(&["kind"]) == "CustomResourceDefinition";
    is_definition.then(|| Some((text(&["spec", "group"])?, text(&["spec", "names", "kind"])?))).flatten()
}

/// The kinds that the CustomResourceDefinitions among the objects bring, by group and name.
pub(super) fn custom_kinds<'o>(
    objects: impl Iterator<Item = &'o Object>,
) -> BTreeMap<(Text, Text), CustomKind> {
    let mut found = BTreeMap::new();
    for object in objects {
        let value = &object.value;
        if let Some(kind) = defined(value) {
            let plural = value.text_at(&["spec", "names", "plural"]).into();
            let namespaced = value.text_at(&["spec", "scope"]) == "Namespaced";
            found.entry(kind).or_insert(CustomKind { namespaced, plural });
        }
    }
    found
}

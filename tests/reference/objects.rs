//! Objects, and their fields by path.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::target::Target;
use super::today;

/// An object: its fields by their path, or `None` where only its name counts.
pub(crate) type Fields = Option<BTreeMap<String, Value>>;

/// The objects of a file of the reference.
pub(crate) fn read(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    documents(&text)
}

/// The objects in some folders of a tree.
pub(crate) fn of_folders(tree: &BTreeMap<String, String>, folders: &[String]) -> Vec<Value> {
    for folder in folders {
        let prefix = format!("{folder}/");
        assert!(tree.keys().any(|path| path.starts_with(&prefix)), "{folder} is not in the tree");
    }
    let inside = |path: &str| {
        path.rsplit_once('/').is_some_and(|(folder, file)| {
            file != "kustomization.yaml" && folders.iter().any(|it| it == folder)
        })
    };
    tree.iter().filter(|(path, _)| inside(path)).flat_map(|(_, text)| documents(text)).collect()
}

fn documents(text: &str) -> Vec<Value> {
    let documents = serde_yaml::Deserializer::from_str(text);
    let values = documents.map(|it| Value::deserialize(it).expect("it is YAML"));
    values.filter(|it| !it.is_null()).collect()
}

/// Objects by kind, namespace and name, as they would be written today.
pub(crate) fn named(objects: impl IntoIterator<Item = Value>, target: &Target) -> BTreeMap<String, Fields> {
    let mut named = BTreeMap::new();
    for mut object in objects {
        today::bring(&mut object, target.namespace.as_deref());
        let name = name(&object);
        let name = target.renamed.get(&name).cloned().unwrap_or(name);
        let is_vendored = target.is_vendored(&name);
        let fields = (!is_vendored).then(|| {
            let mut fields = BTreeMap::new();
            flatten("", &object, &mut fields);
            fields
        });
        assert!(named.insert(name.clone(), fields).is_none(), "{name} is there twice");
    }
    named
}

/// `Kind namespace/name`, or `Kind name`.
fn name(object: &Value) -> String {
    let text = |path| object.pointer(path).and_then(Value::as_str);
    let (kind, name) =
        (text("/kind").expect("it has a kind"), text("/metadata/name").expect("it has a name"));
    match text("/metadata/namespace") {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    }
}

/// Puts every leaf below a value into the fields. A list of named things goes by their names; one of plain values is a
/// leaf.
fn flatten(path: &str, value: &Value, fields: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                let dot = if path.is_empty() { "" } else { "." };
                flatten(&format!("{path}{dot}{key}"), value, fields);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (index, item) in items.iter().enumerate() {
                flatten(&format!("{path}[{}]", item_name(items, index)), item, fields);
            }
        }
        _ => assert!(fields.insert(path.to_owned(), value.clone()).is_none(), "{path} is there twice"),
    }
}

/// What an item is called: by its name, if it is the first of that name, else by where it stands.
fn item_name(items: &[Value], index: usize) -> String {
    let name = |item: &Value| item.get("name").and_then(Value::as_str).map(str::to_owned);
    let own =
        name(&items[index]).filter(|own| items[..index].iter().all(|it| name(it).as_ref() != Some(own)));
    own.unwrap_or_else(|| index.to_string())
}

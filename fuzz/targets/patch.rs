//! Each document has an `object` and a `patch`: a list of operations or a merge, which changes it or says why not.
#![no_main]

use fleetc_manifests::patch::{self, Operation, Pointer, Verb};
use fleetc_manifests::{Data, Place, Value, json, kinds, yaml};
use libfuzzer_sys::fuzz_target;

/// Each copy may double the object.
const MAX_OPERATIONS: usize = 8;

fuzz_target!(|text: &str| {
    let Ok(documents) = yaml::read(text, Place::NONE) else { return };
    for document in &documents {
        let (Some(object), Some(patch)) = (document.get("object"), document.get("patch")) else { continue };
        let mut object = object.clone();
        match &patch.data {
            Data::List(items) => operate(&mut object, items.iter().take(MAX_OPERATIONS)),
            _ => merge(&mut object, patch),
        }
        json::write(&object);
        yaml::write(&object);
    }
});

/// All operations hold, or nothing is changed.
fn operate<'v>(object: &mut Value, operations: impl Iterator<Item = &'v Value>) {
    let operations: Vec<Operation> = operations.filter_map(operation).collect();
    let before = object.clone();
    if let Err(failure) = patch::apply(object, &operations) {
        assert!(!failure.to_string().is_empty());
        assert_eq!(*object, before);
    }
}

fn operation(written: &Value) -> Option<Operation> {
    let pointer = |key| Pointer::parse(written.get(key)?.as_text()?).ok();
    let value = || written.get("value").cloned().unwrap_or_default();
    let verb = match written.get("op")?.as_text()? {
        "add" => Verb::Add(value()),
        "remove" => Verb::Remove,
        "replace" => Verb::Replace(value()),
        "move" => Verb::Move(pointer("from")?),
        "copy" => Verb::Copy(pointer("from")?),
        _ => Verb::Test(value()),
    };
    Some(Operation { verb, path: pointer("path")?, place: written.place })
}

/// A merge twice gives what it gave once, where it knows no list.
fn merge(object: &mut Value, change: &Value) {
    let text = |key: &str| object.get(key).and_then(Value::as_text).unwrap_or_default();
    if let Some(kind) = kinds::find(text("apiVersion"), text("kind")) {
        let before = object.clone();
        if let Err(misfit) = patch::strategic_merge(object, change, kind.shape) {
            assert!(!misfit.to_string().is_empty());
            assert_eq!(*object, before);
        }
    } else {
        patch::merge(object, change);
        let once = object.clone();
        patch::merge(object, change);
        assert_eq!(*object, once);
    }
}

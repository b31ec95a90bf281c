//! JSON patches as they are written: a list of operations.

use fleetc_manifests::patch::{self, Operation, Pointer, Verb};
use fleetc_manifests::{Place, Value, json};

pub(crate) fn read(text: &str) -> Value {
    json::read(text, Place::NONE).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The operations of a patch; what is wrong with them, if they are none.
pub(crate) fn operations(patch: &Value) -> Result<Vec<Operation>, String> {
    patch.as_list().ok_or("a patch is a list")?.iter().map(operation).collect()
}

fn operation(written: &Value) -> Result<Operation, String> {
    let pointer = |key: &str| {
        let text = written.get(key).and_then(Value::as_text).ok_or(format!("no `{key}`"))?;
        Pointer::parse(text).map_err(str::to_owned)
    };
    let value = || written.get("value").cloned().ok_or("no `value`");
    let verb = match written.get("op").and_then(Value::as_text) {
        Some("add") => Verb::Add(value()?),
        Some("remove") => Verb::Remove,
        Some("replace") => Verb::Replace(value()?),
        Some("move") => Verb::Move(pointer("from")?),
        Some("copy") => Verb::Copy(pointer("from")?),
        Some("test") => Verb::Test(value()?),
        other => return Err(format!("no operation: {other:?}")),
    };
    Ok(Operation { verb, path: pointer("path")?, place: written.place })
}

/// What the patch makes of the value; why it does not fit, if it does not.
pub(crate) fn patched(value: &Value, patch: &Value) -> Result<Value, String> {
    let mut patched = value.clone();
    patch::apply(&mut patched, &operations(patch)?).map_err(|failure| failure.to_string())?;
    Ok(patched)
}

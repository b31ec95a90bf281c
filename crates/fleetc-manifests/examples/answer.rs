//! Answers questions about manifests, one JSON text a line, for `tests/conformance`:
//!
//! | question | answer |
//! |---|---|
//! | `{"read": "a: yes"}` | `{"documents": [{"a": "yes"}]}` |
//! | `{"write": {"a": "yes"}}` | `{"text": "a: \"yes\"\n"}` |
//! | `{"object": {…}, "merge": {…}}` | `{"object": {…}}`: a strategic merge, or a merge patch for other kinds |
//! | `{"object": {…}, "ops": […]}` | `{"object": {…}}` |
//!
//! What cannot be done is answered with `{"error": "…"}`.

#![allow(clippy::print_stdout)]

use std::io::BufRead as _;

use fleetc_manifests::patch::{self, Operation, Pointer, Verb};
use fleetc_manifests::{Place, Value, json, kinds, yaml};

type Answer = Result<String, String>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in std::io::stdin().lock().lines() {
        let question = json::read(&line?, Place::NONE)?;
        let answer = answer(&question).unwrap_or_else(|error| format!("{{\"error\":{}}}", quote(&error)));
        println!("{answer}");
    }
    Ok(())
}

fn answer(question: &Value) -> Answer {
    if let Some(text) = question.get("read").and_then(Value::as_text) {
        return read(text);
    }
    if let Some(value) = question.get("write") {
        return Ok(format!("{{\"text\":{}}}", quote(&yaml::write(value))));
    }
    let mut object = question.get("object").ok_or("no question")?.clone();
    match (question.get("merge"), question.get("ops").and_then(Value::as_list)) {
        (Some(change), _) => merge(&mut object, change)?,
        (_, Some(ops)) => {
            let operations = ops.iter().map(operation).collect::<Result<Vec<_>, _>>()?;
            patch::apply(&mut object, &operations).map_err(|failure| format!("{:?}", failure.reason))?;
        }
        _ => return Err("no question".into()),
    }
    Ok(format!("{{\"object\":{}}}", json::write(&object)))
}

fn quote(text: &str) -> String {
    json::write(&Value::from(text))
}

fn read(text: &str) -> Answer {
    let documents = yaml::read(text, Place::NONE)
        .map_err(|errors| format!("{:?}", errors.first().map(|it| &it.problem)))?;
    let documents: Vec<_> = documents.iter().map(json::write).collect();
    Ok(format!("{{\"documents\":[{}]}}", documents.join(",")))
}

fn merge(object: &mut Value, change: &Value) -> Result<(), String> {
    let text = |key| object.get(key).and_then(Value::as_text).unwrap_or_default();
    let Some(kind) = kinds::find(text("apiVersion"), text("kind")) else {
        patch::merge(object, change);
        return Ok(());
    };
    patch::strategic_merge(object, change, kind.shape).map_err(|misfit| misfit.to_string())
}

fn operation(value: &Value) -> Result<Operation, String> {
    let text = |key| value.get(key).and_then(Value::as_text).unwrap_or_default();
    let given = || value.get("value").cloned().ok_or("no value");
    let from = || Pointer::parse(text("from"));
    let verb = match text("op") {
        "add" => Verb::Add(given()?),
        "remove" => Verb::Remove,
        "replace" => Verb::Replace(given()?),
        "move" => Verb::Move(from()?),
        "copy" => Verb::Copy(from()?),
        "test" => Verb::Test(given()?),
        other => return Err(format!("no operation: {other}")),
    };
    Ok(Operation { verb, path: Pointer::parse(text("path"))?, place: Place::NONE })
}

//! What a server fills in before it looks at rules.

use fleetc_manifests::{Data, Value};

/// How deep a schema is followed.
const DEEPEST: usize = 64;

/// The value with all that the schema fills in.
pub(super) fn filled_in(schema: &Value, value: &Value) -> Value {
    let mut whole = value.clone();
    fill(schema, &mut whole, 0);
    whole
}

fn fill(schema: &Value, value: &mut Value, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    let place = value.place;
    match &mut value.data {
        Data::Map(map) => {
            let properties = schema.get("properties").and_then(Value::as_map);
            for entry in properties.into_iter().flatten() {
                let name = entry.key.text.as_str();
                let is_missing = map.get(name).is_none_or(Value::is_null);
                if let Some(default) = entry.value.get("default").filter(|_| is_missing) {
                    *map.get_or_insert(name, place) = default.clone();
                }
                if needs_filling(&entry.value)
                    && let Some(inner) = map.get_mut(name)
                {
                    fill(&entry.value, inner, depth + 1);
                }
            }
        }
        Data::List(_) => {
            if let Some(items) = schema.get("items").filter(|items| needs_filling(items)) {
                let filled = value.as_list().into_iter().flatten().cloned().map(|mut item| {
                    fill(items, &mut item, depth + 1);
                    item
                });
                *value = Value::new(filled.collect::<Vec<_>>(), place);
            }
        }
        _ => {}
    }
}

/// Whether there are fields below: what has none is shared as it is.
fn needs_filling(schema: &Value) -> bool {
    schema.get("properties").is_some() || schema.get("items").is_some()
}

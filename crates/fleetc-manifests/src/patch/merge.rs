//! Merge patch.

use crate::{Data, Map, Value};

/// Merges the patch into the value: maps key by key, `null` takes a key away, everything else replaces.
///
/// ```
/// use fleetc_manifests::{patch, value};
///
/// let mut value = value!({ "a": { "x": 1, "y": 2 }, "b": [1, 2] });
/// patch::merge(&mut value, &value!({ "a": { "x": null }, "b": [3] }));
/// assert_eq!(value, value!({ "a": { "y": 2 }, "b": [3] }));
/// ```
pub fn merge(value: &mut Value, patch: &Value) {
    let Data::Map(changes) = &patch.data else {
        *value = patch.clone();
        return;
    };
    if value.as_map().is_none() {
        *value = Value::new(Map::new(), patch.place);
    }
    let Data::Map(map) = &mut value.data else { unreachable!("a map was put there") };
    for change in changes {
        if change.value.is_null() {
            map.remove(&change.key.text);
        } else if let Some(old) = map.get_mut(&change.key.text) {
            merge(old, &change.value);
        } else {
            let mut new = Value::NULL;
            merge(&mut new, &change.value);
            map.push(change.key.clone(), new);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Place, json};

    /// The examples of RFC 7396, appendix A.
    #[test]
    fn the_examples_of_the_rfc() {
        for (value, patch, result) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, r"{}"),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
            (r#"{"a":"b"}"#, r#"["c"]"#, r#"["c"]"#),
            (r#"{"a":"foo"}"#, "null", "null"),
            (r#"{"a":"foo"}"#, "\"bar\"", "\"bar\""),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            let mut merged = json::read(value, Place::NONE).unwrap();
            merge(&mut merged, &json::read(patch, Place::NONE).unwrap());
            assert_eq!(json::write(&merged), result, "{value} and {patch}");
        }
    }
}

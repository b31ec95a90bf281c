//! Any value comes back as it went in, from YAML and from JSON, to fleetc and to other readers, digit for digit and in
//! its order; and writing it once more changes no byte.

mod generated;

use fleetc_manifests::{Data, Number, Place, Value, json, value, yaml};
use proptest::prelude::*;
use serde_json::Value as Json;

fn config() -> ProptestConfig {
    ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() }
}

/// Whether another reader got the same value, its keys in the same order.
fn is_same(ours: &Value, theirs: &Json) -> bool {
    match (&ours.data, theirs) {
        (Data::Null, Json::Null) => true,
        (Data::Bool(ours), Json::Bool(theirs)) => ours == theirs,
        (Data::Number(ours), Json::Number(theirs)) => is_same_number(ours, theirs),
        (Data::Text(ours), Json::String(theirs)) => ours == theirs,
        (Data::List(ours), Json::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| is_same(ours, theirs))
        }
        (Data::Map(ours), Json::Object(theirs)) => {
            ours.len() == theirs.len()
                && (ours.iter().zip(theirs))
                    .all(|(ours, (key, theirs))| ours.key.text == *key && is_same(&ours.value, theirs))
        }
        _ => false,
    }
}

/// Integers are the same to the digit, floats nearly: serde_json rounds less well than Rust.
fn is_same_number(ours: &Number, theirs: &serde_json::Number) -> bool {
    let (float, theirs_float) = (ours.as_float(), theirs.as_f64().unwrap_or(f64::NAN));
    match ours.as_integer() {
        Some(ours) => theirs.as_i64() == Some(ours),
        None => theirs.is_f64() && (float - theirs_float).abs() <= float.abs() * 1e-14,
    }
}

/// Whether no key is so long, escapes included, that YAML looks no further for its `:`.
fn has_short_keys(value: &Value) -> bool {
    match &value.data {
        Data::Map(map) => map.iter().all(|entry| entry.key.text.len() < 150 && has_short_keys(&entry.value)),
        Data::List(list) => list.iter().all(has_short_keys),
        _ => true,
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn yaml_reads_what_yaml_writes(value in generated::value()) {
        // In a list, so that the keys of an object keep their order, and null is no empty document.
        let value = value!([value]);
        let written = yaml::write(&value);
        let read = yaml::read(&written, Place::NONE).unwrap();
        prop_assert_eq!(read.len(), 1);
        prop_assert_eq!(json::write(&read[0]), json::write(&value), "{}", written);
        prop_assert_eq!(&yaml::write(&read[0]), &written);
        let theirs: Json = serde_yaml::from_str(&written).unwrap();
        prop_assert!(is_same(&value, &theirs), "{theirs}\n{written}");
    }

    #[test]
    fn json_reads_what_json_writes(value in generated::value()) {
        for written in [json::write(&value), json::write_pretty(&value)] {
            let read = json::read(&written, Place::NONE).unwrap();
            prop_assert_eq!(json::write(&read), json::write(&value));
            prop_assert_eq!(json::write_pretty(&read), json::write_pretty(&value));
            let theirs: Json = serde_json::from_str(&written).unwrap();
            prop_assert!(is_same(&value, &theirs), "{theirs}\n{written}");
        }
    }

    #[test]
    fn json_is_yaml(value in generated::value().prop_filter("its keys are short", has_short_keys)) {
        let value = value!([value]);
        for written in [json::write(&value), json::write_pretty(&value)] {
            prop_assert_eq!(yaml::read(&written, Place::NONE), Ok(vec![value.clone()]), "{}", written);
        }
    }

    #[test]
    fn documents_stay_apart(values in prop::collection::vec(generated::value(), 0..5)) {
        let documents: Vec<String> =
            values.iter().map(|value| format!("---\n{}", yaml::write(value))).collect();
        let written = documents.concat();
        let values: Vec<Value> = values.into_iter().filter(|value| !value.is_null()).collect();
        let (documents, errors) = yaml::documents(&written, Place::NONE);
        prop_assert_eq!(errors, []);
        prop_assert_eq!(documents.len(), values.len(), "{}", written);
        for (document, value) in documents.iter().zip(&values) {
            prop_assert_eq!(&document.value, value, "{}", written);
            prop_assert_eq!(yaml::read(&written[document.range.clone()], Place::NONE), Ok(vec![value.clone()]));
            prop_assert_eq!(yaml::write(&document.value), yaml::write(value));
        }
    }
}

//! Which changes of an object no update makes, as `immutable.yaml` says it. `tests/conformance/cluster` asks a real API
//! server about the same pairs.

use fleetc_manifests::{Map, Place, Value, immutable, yaml};

const PAIRS: &str = include_str!("immutable.yaml");

fn object(pair: &Value, key: &str) -> Value {
    let parts = ["kind", key].into_iter().filter_map(|key| pair.get(key).and_then(Value::as_map));
    let entries = parts.flatten().map(|entry| (entry.key.clone(), entry.value.clone()));
    Value::from(entries.collect::<Map>())
}

#[test]
fn what_no_server_takes_is_found_and_nothing_else() {
    let pairs = yaml::read(PAIRS, Place::NONE).unwrap();
    assert!(pairs.len() > 40);
    for pair in &pairs {
        let about = pair.get("about").and_then(Value::as_text).unwrap();
        let wanted: Vec<&str> =
            pair.get("refused").and_then(Value::as_list).unwrap().iter().filter_map(Value::as_text).collect();
        assert_eq!(immutable::changed(&object(pair, "old"), &object(pair, "new")), wanted, "{about}");
    }
}

#[test]
fn what_does_not_change_is_never_refused() {
    for pair in &yaml::read(PAIRS, Place::NONE).unwrap() {
        for key in ["old", "new"] {
            let object = object(pair, key);
            assert!(immutable::changed(&object, &object).is_empty());
        }
    }
}

#[test]
fn what_is_filled_in_later_or_encrypted_may_be_the_same() {
    let pair = |old: &str, new: &str| {
        let object = |text: &str| yaml::read(text, Place::NONE).unwrap().remove(0);
        immutable::changed(&object(old), &object(new))
    };
    let secret = "apiVersion: v1\nkind: Secret\nimmutable: true\n";
    let encrypted = |data: &str| format!("{secret}data: {{a: '{data}'}}\nsops: {{mac: a}}\n");
    assert!(pair(&encrypted("ENC[a]"), &encrypted("ENC[b]")).is_empty());
    let service =
        |address: &str| format!("apiVersion: v1\nkind: Service\nspec: {{clusterIP: '{address}'}}\n");
    assert!(pair(&service("10.0.0.1"), &service("${address}")).is_empty());
}

//! Every string comes back as it went in, wherever it stands, whoever reads what fleetc writes: fleetc, readers of
//! YAML 1.1 and 1.2, Kubernetes, and Flux, which has kustomize read and write it first.

mod misread;
mod oracle;

use std::fs;
use std::path::Path;

use fleetc_manifests::{Map, Place, Value, json, value, yaml};
use misread::strings;
use serde_json::Value as Json;

/// The string in every place where a value can stand.
fn as_values(text: &str) -> Value {
    value!({
        "flat": text,
        "items": [text, [text, [text]]],
        "nested": [{ "in": { "a": { "map": text } } }],
    })
}

/// The string in every place where a key can stand, but for the start of a line.
fn as_keys(text: &str) -> Value {
    let key = |value| only(text, value);
    value!({
        "flat": (key(text.into())),
        "of": [(key(value!({ "a": text }))), (key(value!({}))), [(key(value!([])))]],
        "nested": { "in": { "a": (key(value!([text, { "b": text }]))) } },
    })
}

/// A map with one key.
fn only(key: &str, value: Value) -> Value {
    Value::from(Map::from_iter([(key, value)]))
}

fn as_both(text: &str) -> Value {
    value!({ "values": (as_values(text)), "keys": (as_keys(text)) })
}

/// Manifests that hold all strings, and each of them on its own, at the start of a line.
fn manifests() -> impl Iterator<Item = Value> {
    strings().into_iter().flat_map(|text| [as_both(&text), only(&text, 1.into()), text.into()])
}

/// What the value is, in the words of a library that fleetc does not read or write with.
fn known(value: &Value) -> Json {
    serde_json::from_str(&json::write(value)).expect("fleetc writes JSON")
}

#[test]
fn there_are_many() {
    assert!(strings().len() >= 1500, "only {}", strings().len());
}

#[test]
fn strings_come_back_as_they_went_in() {
    for value in manifests() {
        let written = yaml::write(&value);
        assert_eq!(yaml::read(&written, Place::NONE), Ok(vec![value]), "{written}");
    }
}

#[test]
fn a_reader_of_yaml_1_2_takes_them_for_nothing_else() {
    for value in manifests() {
        let written = yaml::write(&value);
        assert_eq!(serde_yaml::from_str(&written).ok(), Some(known(&value)), "{written}");
    }
}

#[test]
fn a_reader_of_yaml_1_1_takes_them_for_nothing_else() {
    const LOAD: &str = "
import json, sys, yaml
json.dump([yaml.safe_load(text) for text in json.load(sys.stdin)], sys.stdout)
";
    if !oracle::is_there("python3", &["-c", "import yaml"]) {
        return;
    }
    let written: Vec<String> = manifests().map(|value| yaml::write(&value)).collect();
    let input = serde_json::to_string(&written).unwrap();
    let output = oracle::run("python3", &["-c", LOAD], &input).unwrap();
    let read: Vec<Json> = serde_json::from_str(&output).unwrap();
    for ((value, written), read) in manifests().zip(written).zip(read) {
        assert_eq!(known(&value), read, "{written}");
    }
}

/// What Kubernetes reads, without a cluster: by way of a patch that changes nothing.
fn kubernetes(text: &str) -> Result<Json, String> {
    let arguments = ["patch", "--local", "--type=merge", "--patch={}", "--output=json", "--filename=-"];
    let output = oracle::run("kubectl", &arguments, text)?;
    serde_json::from_str(&output).map_err(|error| error.to_string())
}

/// What reaches Kubernetes by way of Flux.
#[allow(clippy::disallowed_methods)] // A test may write into its own folder.
fn flux(folder: &str, text: &str) -> Result<Json, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    fs::create_dir_all(&folder).expect("cargo made the folder for this");
    fs::write(folder.join("object.yaml"), text).expect("the folder was just made");
    fs::write(folder.join("kustomization.yaml"), "resources: [object.yaml]\n")
        .expect("the folder was just made");
    kubernetes(&oracle::run("kubectl", &["kustomize", folder.to_str().expect("it has a plain name")], "")?)
}

fn object(strings: Vec<Value>) -> Value {
    value!({ "apiVersion": "example.com/v1", "kind": "Strings", "metadata": { "name": "a" }, "strings": strings })
}

/// Says which of the strings did not come back.
fn hold(strings: &[Value], read: &Result<Json, String>) {
    let read = read.as_ref().expect("it is read")["strings"].as_array().expect("it has strings");
    assert_eq!(strings.len(), read.len());
    let changed: Vec<_> =
        strings.iter().map(known).zip(read).filter(|(wanted, read)| wanted != *read).collect();
    assert!(changed.is_empty(), "{} strings are others now: {changed:#?}", changed.len());
}

#[test]
fn kubernetes_takes_them_for_nothing_else() {
    if oracle::has_kubectl() {
        let strings: Vec<Value> = strings().iter().map(|text| as_both(text)).collect();
        hold(&strings, &kubernetes(&yaml::write(&object(strings.clone()))));
    }
}

#[test]
fn flux_takes_them_for_nothing_else() {
    if oracle::has_kubectl() {
        let all = strings();
        let values = all.iter().filter(|text| !kustomize_loses(text)).map(|text| as_values(text));
        let keys = all.iter().filter(|text| !kustomize_loses(text) && !kustomize_loses_key(text));
        let strings: Vec<Value> = values.chain(keys.map(|text| as_keys(text))).collect();
        hold(&strings, &flux("strings", &yaml::write(&object(strings.clone()))));
    }
}

/// kustomize makes JSON of what it reads and reads that as YAML, but JSON lets these characters stand without an
/// escape, and YAML does not: it refuses them all, but for U+0085, of which it makes a blank.
fn kustomize_loses(text: &str) -> bool {
    text.contains(|it| matches!(it, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}'))
}

/// For the same reason it refuses a key whose JSON is longer than the 1024 characters that YAML looks for a `:`,
/// and it takes away the key `<<`, whose quotes it forgets.
fn kustomize_loses_key(text: &str) -> bool {
    text == "<<" || json::write(&text.into()).chars().count() > 1024
}

#[test]
fn what_kustomize_loses_it_still_loses() {
    if !oracle::has_kubectl() {
        return;
    }
    let comes_back = |value: Value| {
        let object = object(vec![value]);
        flux("lost", &yaml::write(&object)).is_ok_and(|read| read == known(&object))
    };
    for lost in ('\u{7f}'..='\u{9f}').chain(['\u{fffe}', '\u{ffff}']) {
        assert!(!comes_back(format!("a{lost}b").into()), "{lost:?}");
    }
    for lost in ["<<".to_owned(), "k".repeat(1023)] {
        assert!(comes_back(lost.as_str().into()), "{lost}");
        assert!(!comes_back(as_keys(&lost)), "{lost}");
    }
    assert!(comes_back(as_keys(&"k".repeat(1022))));
}

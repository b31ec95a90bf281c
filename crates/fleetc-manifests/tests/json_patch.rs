//! JSON patches and merge patches do what their RFCs say, and what the crate `json-patch` does.
//!
//! Where fleetc does otherwise on purpose, a test of its own says so. That a patch changes something at all is asked
//! of it by the compiler, not here.

mod patches;

use fleetc_manifests::{Map, Value, json, patch, value};
use json_patch::Patch;
use patches::{operations, patched, read};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;
use serde_json::Value as Json;

/// RFC 6902, appendix A: the section, a document, a patch, and what comes of it if the patch fits.
const EXAMPLES: [(&str, &str, &str, Option<&str>); 19] = [
    (
        "A.1 an object member",
        r#"{"foo":"bar"}"#,
        r#"[{"op":"add","path":"/baz","value":"qux"}]"#,
        Some(r#"{"baz":"qux","foo":"bar"}"#),
    ),
    (
        "A.2 an array element",
        r#"{"foo":["bar","baz"]}"#,
        r#"[{"op":"add","path":"/foo/1","value":"qux"}]"#,
        Some(r#"{"foo":["bar","qux","baz"]}"#),
    ),
    (
        "A.3 removing an object member",
        r#"{"baz":"qux","foo":"bar"}"#,
        r#"[{"op":"remove","path":"/baz"}]"#,
        Some(r#"{"foo":"bar"}"#),
    ),
    (
        "A.4 removing an array element",
        r#"{"foo":["bar","qux","baz"]}"#,
        r#"[{"op":"remove","path":"/foo/1"}]"#,
        Some(r#"{"foo":["bar","baz"]}"#),
    ),
    (
        "A.5 replacing a value",
        r#"{"baz":"qux","foo":"bar"}"#,
        r#"[{"op":"replace","path":"/baz","value":"boo"}]"#,
        Some(r#"{"baz":"boo","foo":"bar"}"#),
    ),
    (
        "A.6 moving a value",
        r#"{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}"#,
        r#"[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]"#,
        Some(r#"{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}"#),
    ),
    (
        "A.7 moving an array element",
        r#"{"foo":["all","grass","cows","eat"]}"#,
        r#"[{"op":"move","from":"/foo/1","path":"/foo/3"}]"#,
        Some(r#"{"foo":["all","cows","eat","grass"]}"#),
    ),
    (
        "A.8 a test that holds",
        r#"{"baz":"qux","foo":["a",2,"c"]}"#,
        r#"[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]"#,
        Some(r#"{"baz":"qux","foo":["a",2,"c"]}"#),
    ),
    (
        "A.9 a test that does not hold",
        r#"{"baz":"qux"}"#,
        r#"[{"op":"test","path":"/baz","value":"bar"}]"#,
        None,
    ),
    (
        "A.10 a nested member",
        r#"{"foo":"bar"}"#,
        r#"[{"op":"add","path":"/child","value":{"grandchild":{}}}]"#,
        Some(r#"{"foo":"bar","child":{"grandchild":{}}}"#),
    ),
    (
        "A.11 unknown keys of an operation",
        r#"{"foo":"bar"}"#,
        r#"[{"op":"add","path":"/baz","value":"qux","xyz":123}]"#,
        Some(r#"{"foo":"bar","baz":"qux"}"#),
    ),
    (
        "A.12 a target that is not there",
        r#"{"foo":"bar"}"#,
        r#"[{"op":"add","path":"/baz/bat","value":"qux"}]"#,
        None,
    ),
    (
        "A.14 escapes",
        r#"{"/":9,"~1":10}"#,
        r#"[{"op":"test","path":"/~01","value":10}]"#,
        Some(r#"{"/":9,"~1":10}"#),
    ),
    ("A.15 text is no number", r#"{"/":9,"~1":10}"#, r#"[{"op":"test","path":"/~01","value":"10"}]"#, None),
    (
        "A.16 the end of an array",
        r#"{"foo":["bar"]}"#,
        r#"[{"op":"add","path":"/foo/-","value":["abc","def"]}]"#,
        Some(r#"{"foo":["bar",["abc","def"]]}"#),
    ),
    // What sections 4 and 5 say, and the appendix does not show.
    ("an unknown operation", "{}", r#"[{"op":"merge","path":"/a","value":1}]"#, None),
    ("the whole document", r#"{"foo":"bar"}"#, r#"[{"op":"add","path":"","value":[1]}]"#, Some("[1]")),
    (
        "a copy",
        r#"{"a":{"b":1}}"#,
        r#"[{"op":"copy","from":"/a","path":"/c"},{"op":"replace","path":"/c/b","value":2}]"#,
        Some(r#"{"a":{"b":1},"c":{"b":2}}"#),
    ),
    (
        "all or nothing",
        r#"{"a":1}"#,
        r#"[{"op":"remove","path":"/a"},{"op":"test","path":"/a","value":1}]"#,
        None,
    ),
];

#[test]
fn the_examples_of_the_rfc() {
    for (name, document, patch, result) in EXAMPLES {
        let patched = patched(&read(document), &read(patch));
        assert_eq!(patched.as_ref().ok(), result.map(read).as_ref(), "{name}: {patched:?}");
    }
}

/// RFC 6902, A.13: an operation of which a key stands twice is no JSON for fleetc.
#[test]
fn an_operation_with_a_key_twice_is_refused() {
    let text = r#"[{"op":"add","path":"/baz","value":"qux","op":"remove"}]"#;
    assert!(json::read(text, fleetc_manifests::Place::NONE).is_err());
}

/// Keys that could be something else in a path, and list indices.
const TOKENS: [&str; 12] = ["a", "b", "c", "", "0", "1", "a/b", "m~n", "~1", "-", "01", "é"];

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (0..4_i64).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        select(&["x", "y", ""][..]).prop_map(Value::from),
        Just(Value::NULL),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let entries = prop::collection::vec((select(&TOKENS[..]), inner.clone()), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            entries.prop_map(|entries| Value::from(Map::from_iter(entries))),
        ]
    })
}

/// The paths of a value and of all that is in it.
fn paths(value: &Value, here: &str, all: &mut Vec<String>) {
    all.push(here.to_owned());
    for (index, item) in value.as_list().into_iter().flatten().enumerate() {
        paths(item, &format!("{here}/{index}"), all);
    }
    for entry in value.as_map().into_iter().flatten() {
        paths(&entry.value, &below(here, &entry.key.text), all);
    }
}

fn below(path: &str, token: &str) -> String {
    format!("{path}/{}", token.replace('~', "~0").replace('/', "~1"))
}

/// A path of the document, or one that leads a step further.
fn path(document: &Value) -> impl Strategy<Value = String> + use<> {
    let mut all = Vec::new();
    paths(document, "", &mut all);
    let steps = prop_oneof![select(&TOKENS[..]), select(&["2", "3", "+1", "-1", "99999999999999999999"][..])];
    (any::<Index>(), prop::option::of(steps)).prop_map(move |(at, step)| {
        let path = at.get(&all);
        step.map_or_else(|| path.clone(), |step| below(path, step))
    })
}

fn operation(document: &Value) -> impl Strategy<Value = Value> + use<> {
    let verbs = select(&["add", "remove", "replace", "move", "copy", "test"][..]);
    let (path, from) = (path(document), path(document));
    (verbs, path, from, self::document())
        .prop_map(|(op, path, from, value)| value!({ "op": op, "path": path, "from": from, "value": value }))
}

fn document_and_patch() -> impl Strategy<Value = (Value, Value)> {
    document().prop_flat_map(|document| {
        let patch = prop::collection::vec(operation(&document), 1..5).prop_map(Value::from);
        (Just(document), patch)
    })
}

fn other(value: &Value) -> Json {
    serde_json::from_str(&json::write(value)).expect("it is JSON")
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(6902),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn patches_do_what_another_library_does((document, patch) in document_and_patch()) {
        let mut theirs = other(&document);
        let their_patch: Patch = serde_json::from_value(other(&patch)).unwrap();
        // Its other function panics where it cannot undo a move into what it moved from.
        let their_result = json_patch::patch_unsafe(&mut theirs, &their_patch);
        let mut ours = document.clone();
        match patch::apply(&mut ours, &operations(&patch).unwrap()) {
            Ok(()) => {
                prop_assert!(their_result.is_ok(), "{:?}", their_result);
                prop_assert_eq!(other(&ours), theirs);
            }
            Err(failure) => {
                let error = their_result.expect_err(&failure.to_string());
                prop_assert_eq!(failure.operation, error.operation, "{} {}", failure, error);
                prop_assert_eq!(json::write(&ours), json::write(&document));
            }
        }
    }

    #[test]
    fn merges_do_what_another_library_does(document in document(), patch in document()) {
        let (mut ours, mut theirs) = (document.clone(), other(&document));
        patch::merge(&mut ours, &patch);
        json_patch::merge(&mut theirs, &other(&patch));
        prop_assert_eq!(other(&ours), theirs);
    }

    /// RFC 6902 knows no `[name=…]`: it is the index of the one item that has the key and value.
    #[test]
    fn a_key_means_the_item_that_has_it(count in 1..6_usize, at in any::<Index>()) {
        let items: Vec<Value> = (0..count).map(|it| value!({ "name": (format!("n{it}")) })).collect();
        let document = value!({ "items": items });
        let at = at.index(count);
        let patch = |item: &str| value!([
            { "op": "add", "path": (format!("/items/{item}/port")), "value": 80 },
            { "op": "copy", "from": (format!("/items/{item}")), "path": "/copy" },
            { "op": "remove", "path": (format!("/items/{item}")) },
        ]);
        let by_key = patched(&document, &patch(&format!("[name=n{at}]")));
        prop_assert!(by_key.is_ok());
        prop_assert_eq!(by_key, patched(&document, &patch(&at.to_string())));
    }
}

/// For the RFC numbers are equal if their values are; json-patch takes `1` and `1.0` for different ones.
#[test]
fn numbers_are_compared_by_value() {
    let patch = value!([{ "op": "test", "path": "/a", "value": (read("1.0")) }]);
    assert!(patched(&value!({ "a": 1 }), &patch).is_ok());
    let their_patch: Patch = serde_json::from_value(other(&patch)).unwrap();
    assert!(json_patch::patch(&mut other(&value!({ "a": 1 })), &their_patch).is_err());
}

/// In a map it is a key like any other, so that no path of the RFC is lost.
#[test]
fn brackets_mean_items_of_lists_alone() {
    let patch = value!([{ "op": "remove", "path": "/[name=a]" }]);
    assert_eq!(patched(&value!({ "[name=a]": 1 }), &patch), Ok(value!({})));
    assert_eq!(patched(&value!([{ "name": "b" }, { "name": "a" }]), &patch), Ok(value!([{ "name": "b" }])));
    let twice = value!([{ "name": "a" }, { "name": "a" }]);
    assert_eq!(patched(&twice, &patch), Err("the object has several items `[name=a]`".into()));
}

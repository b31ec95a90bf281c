//! Manifests as people write them, with parts cut out, doubled, swapped and put in.

use fleetc_manifests::{Place, json, yaml};
use proptest::prelude::*;
use proptest::sample::select;

const YAML: &str = "\
# What runs the shop.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: &labels { app: web, \"team\": shop }
  annotations:
    example.com/note: |
      first line
        second line

      last line
spec:
  replicas: 3
  selector:
    matchLabels: *labels
  template:
    metadata: { labels: { <<: *labels, tier: 'front' } }
    spec:
      containers:
      - name: web
        image: \"ghcr.io/acme/web:1.4.2\"
        args: [--port, \"8080\", '--name=it''s', \"\\u00e9\\n\"]
        env:
        - { name: RATIO, value: \"0.5\" } # text
        - name: LONG
          value: >-
            folded
            text
        resources: {limits: {cpu: 250m, memory: 64Mi}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  ? key
  : value — é 😀
  empty: \"\"
...
---
- 1.50
- [~, null, true, 0644, 1e3]
";

const PIECES: [&str; 24] = [
    "\n", "  ", "\t", ": ", "- ", "? ", "#", "---\n", "...\n", "[", "]", "{", "}", "\"", "'", "&labels ",
    "*labels", "<<: ", "!x ", "|\n", "%", "\\", "é", "\0",
];

/// A change to the characters: cut a part out, write it twice, put it elsewhere, or put a piece there.
#[derive(Debug, Clone)]
enum Change {
    Cut(usize, usize),
    Double(usize, usize),
    Move(usize, usize, usize),
    Put(usize, &'static str),
}

fn change() -> impl Strategy<Value = Change> {
    let (at, length) = (any::<usize>(), 0..40_usize);
    prop_oneof![
        (at, length.clone()).prop_map(|(at, length)| Change::Cut(at, length)),
        (at, length.clone()).prop_map(|(at, length)| Change::Double(at, length)),
        (at, length, at).prop_map(|(at, length, to)| Change::Move(at, length, to)),
        (at, select(&PIECES[..])).prop_map(|(at, piece)| Change::Put(at, piece)),
    ]
}

fn apply(text: &mut Vec<char>, change: &Change) {
    let part = |text: &[char], at: usize, length: usize| {
        let start = at % (text.len() + 1);
        start..(start + length).min(text.len())
    };
    match *change {
        Change::Cut(at, length) => drop(text.drain(part(text, at, length))),
        Change::Double(at, length) => {
            let part = part(text, at, length);
            let copy = text[part.clone()].to_vec();
            text.splice(part.end..part.end, copy);
        }
        Change::Move(at, length, to) => {
            let moved: Vec<char> = text.drain(part(text, at, length)).collect();
            let to = to % (text.len() + 1);
            text.splice(to..to, moved);
        }
        Change::Put(at, piece) => {
            let at = at % (text.len() + 1);
            text.splice(at..at, piece.chars());
        }
    }
}

fn mangled(text: String) -> impl Strategy<Value = String> {
    prop::collection::vec(change(), 1..5).prop_map(move |changes| {
        let mut text: Vec<char> = text.chars().collect();
        for change in &changes {
            apply(&mut text, change);
        }
        text.into_iter().collect()
    })
}

/// Manifests in YAML.
pub(crate) fn mangled_yaml() -> impl Strategy<Value = String> {
    prop_oneof![mangled(YAML.into()), mangled(YAML.replace('\n', "\r\n"))]
}

/// A manifest in JSON.
pub(crate) fn mangled_json() -> impl Strategy<Value = String> {
    let object = yaml::read(YAML, Place::NONE).expect("it is right").remove(0);
    prop_oneof![mangled(json::write(&object)), mangled(json::write_pretty(&object))]
}

//! Whatever fleet.toml and its files say, a fleet gives a tree or errors, all at places of the texts.
//!
//! The text is fleet.toml; after each file separator (U+001C) stand the path of a file, a line break, and the file.
#![no_main]

use fleetc::{InMemory, Input, Outcome, compile};
use libfuzzer_sys::fuzz_target;

const OBJECT: &str = "{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {a: \"${a}\"}}";

fuzz_target!(|text: &str| {
    let mut parts = text.split('\u{1c}');
    let fleet = parts.next().unwrap_or_default();
    let mut files = InMemory::from([("web.yaml", OBJECT)]);
    for (path, file) in parts.filter_map(|part| part.split_once('\n')) {
        files.insert(path, file);
    }
    let Outcome { output, diagnostics, sources } = compile(&Input::new(fleet, &files));
    assert!(output.is_some() != diagnostics.has_errors());
    for diagnostic in diagnostics.sorted() {
        assert!(!diagnostic.message.is_empty());
        for label in &diagnostic.labels {
            assert!(!label.place.is_known() || sources.location(label.place).is_some());
        }
    }
    for (_, file) in output.iter().flat_map(|output| output.tree.files()) {
        file.text();
    }
});

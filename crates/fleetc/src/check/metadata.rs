//! Labels and annotations.

use fleetc_manifests::{Entry, Value};

use super::syntax::{is_label_value, is_late, is_qualified_name};
use super::walk::Walk;
use crate::messages;

/// How many bytes all annotations of an object may have.
const MOST_ANNOTATIONS: usize = 256 * 1024;

/// Checks the labels and annotations in the `metadata` of an object, or of a template of pods.
pub(super) fn check(metadata: &Value, walk: &mut Walk<'_, '_>) {
    if let Some(labels) = metadata.get("labels") {
        check_labels(labels, walk);
    }
    if let Some(annotations) = metadata.get("annotations") {
        check_annotations(annotations, walk);
    }
}

/// Checks labels, or what a selector asks of them.
pub(super) fn check_labels(labels: &Value, walk: &mut Walk<'_, '_>) {
    for entry in labels.as_map().into_iter().flatten() {
        check_key(entry, "a label", walk);
        let value = entry.value.as_text().filter(|text| !is_late(text) && !is_label_value(text));
        if let Some(value) = value {
            walk.say(messages::bad_label_value(walk.place(entry.value.place), value));
        }
    }
}

fn check_annotations(annotations: &Value, walk: &mut Walk<'_, '_>) {
    let mut size = 0;
    for entry in annotations.as_map().into_iter().flatten() {
        size += entry.key.text.len() + entry.value.as_text().map_or(0, str::len);
        check_key(entry, "an annotation", walk);
    }
    if size > MOST_ANNOTATIONS {
        walk.say(messages::large_annotations(walk.place(annotations.place), size));
    }
}

fn check_key(entry: &Entry, what: &str, walk: &mut Walk<'_, '_>) {
    let key = &entry.key.text;
    // The prefix of an annotation is read in lower case.
    let is_right =
        is_qualified_name(key) || (what == "an annotation" && is_qualified_name(&key.to_lowercase()));
    if !is_right && !is_late(key) {
        walk.say(messages::bad_label_key(walk.place(entry.key.place), what, key));
    }
}

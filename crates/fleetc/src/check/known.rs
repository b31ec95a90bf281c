//! What the next compilation may know of folders.

use std::cell::RefCell;

use fleetc_manifests::Value;
use rustc_hash::{FxHashMap, FxHashSet};

use super::custom::CustomKinds;
use super::{Checker, Task};
use crate::diagnostic::Diagnostic;
use crate::earlier::{Found, Recorded};
use crate::fingerprint::Fingerprint;
use crate::tree::{Folder, Tree};

impl Checker<'_> {
    /// The record of each folder, with what its cluster runs; none if that is not what it was.
    pub(super) fn sealed(&self, tree: &Tree, customs: &CustomKinds<'_>) -> Option<Vec<Option<Recorded>>> {
        let known = RefCell::default();
        let records = tree.folders().map(|folder| {
            let Some(recorded) = &folder.recorded else { return Some(None) };
            let record = recorded.record();
            // What a definition says is asked of all others on its cluster.
            if record.known.facts.iter().any(|facts| facts.defines.is_some()) {
                return Some(None);
            }
            let kubernetes = self.clusters.get(folder.lands_on.as_str()).cloned().flatten();
            let is_custom = record.known.facts.iter().any(|facts| facts.may_be_custom);
            let customs =
                is_custom.then(|| customs.fingerprint(&folder.lands_on, |spec| fingerprint(spec, &known)));
            let is_same = record.known.kubernetes == kubernetes && record.known.customs == customs;
            match recorded {
                Recorded::AsBefore(_) => is_same.then(|| folder.recorded.clone()),
                // What is said of a part of a manifest is said where it is met first, which may be elsewhere.
                Recorded::Anew(_) if folder.app.is_none() && self.is_of_manifests(folder) => Some(None),
                Recorded::Anew(_) => Some(Some(Recorded::Anew(record.of_cluster(kubernetes, customs)))),
            }
        });
        records.collect()
    }

    /// Whether a part of an object lies in a manifest.
    fn is_of_manifests(&self, folder: &Folder) -> bool {
        let objects = folder.files.values().filter_map(|file| file.object());
        let lasting = self.library.lasting();
        objects.flat_map(Value::parts).any(|part| lasting.contains(&part))
    }
}

/// Notes the apps with whose objects something is wrong, or with what they share with such.
pub(super) fn note_wrong(tasks: &[Task<'_>], problems: &[Vec<Diagnostic>], tree: &Tree, found: &Found) {
    let wrong = tasks.iter().zip(problems).filter(|(_, problems)| !problems.is_empty());
    let wrong: FxHashSet<usize> = wrong.flat_map(|(task, _)| task.object.parts()).collect();
    if wrong.is_empty() {
        return;
    }
    for folder in tree.folders() {
        let mut objects = folder.files.values().filter_map(|file| file.object());
        let is_wrong = objects.any(|object| object.parts().any(|part| wrong.contains(&part)));
        if is_wrong {
            found.spoken_of(folder.name());
        }
    }
}

/// The fingerprint of a definition's `spec`, taken once for each place in memory.
fn fingerprint(spec: &Value, known: &RefCell<FxHashMap<usize, Fingerprint>>) -> Fingerprint {
    let Some(address) = spec.address() else { return Fingerprint::of_value(spec) };
    *known.borrow_mut().entry(address).or_insert_with(|| Fingerprint::of_value(spec))
}

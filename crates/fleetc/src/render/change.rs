//! What rungs change in objects: labels and annotations, images, replicas, then patches; rung by rung, so that a later
//! rung also wins here.

use std::collections::BTreeSet;

use fleetc_manifests::{Key, Map, Place, Text, Value};
use indexmap::IndexMap;

use super::patches::Patch;
use super::{Rendered, images, locks, select};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fingerprint::Fingerprinter;
use crate::language;
use crate::load::{Library, ObjectName, Use};
use crate::messages;
use crate::resolve::{Duty, Tally};
use crate::syntax::KeyPath;

/// What one rung changes.
pub(super) struct Changes {
    /// Where the table or override was written.
    place: Place,
    /// Whether it is the thing's own.
    is_own: bool,
    /// What earlier rungs have locked.
    locks: Vec<KeyPath>,
    /// What was written, with its substitutions.
    written: Value,
    /// The keys that change objects.
    keys: language::App,
    /// Its patches whose form is right.
    patches: Vec<Patch>,
}

impl Changes {
    /// The changes of a rung; says what is wrong with its patches.
    pub(super) fn new(
        (place, is_own): (Place, bool),
        locks: Vec<KeyPath>,
        (written, keys): (Value, language::App),
        library: &Library,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let patches = keys.patches.iter().flatten();
        let patches = patches.filter_map(|patch| Patch::ready(patch, library, diagnostics)).collect();
        Self { place, is_own, locks, written, keys, patches }
    }

    /// Adds by what they are known again.
    pub(super) fn identify(&self, library: &Library, fingerprinter: &mut Fingerprinter) {
        fingerprinter.flag(self.is_own);
        fingerprinter.number(self.locks.len());
        for lock in &self.locks {
            fingerprinter.number(lock.keys.len());
            lock.keys.iter().for_each(|key| fingerprinter.text(key));
        }
        fingerprinter.value(&self.written);
        let files = self.keys.patches.iter().flatten().filter_map(|patch| patch.file.as_ref());
        for file in files.flat_map(|file| library.files_of(Use::Patch, file)) {
            fingerprinter.text(file);
            fingerprinter.part(library.fingerprint(file));
        }
    }
}

/// Which changes met an object, by their places: few, and some twice.
#[derive(Debug, Clone, Default)]
pub(super) struct Met {
    places: Vec<Place>,
    /// Those of the patches that changed one.
    changed: Vec<Place>,
}

impl Met {
    /// Adds what met another object.
    pub(super) fn extend(&mut self, other: &Self) {
        self.places.extend(&other.places);
        self.changed.extend(&other.changed);
    }

    /// The numbers of these changes, as long as places last for one compilation only.
    pub(super) fn numbers(&self, changes: &[Changes]) -> [Vec<u32>; 2] {
        [&self.places, &self.changed].map(|met| {
            let numbered = (0..).zip(places(changes));
            numbered.filter(|(_, place)| met.contains(place)).map(|(number, _)| number).collect()
        })
    }

    /// Expects of the patches among them that they change something, somewhere.
    pub(super) fn expect(&self, changes: &[Changes], tally: &mut Tally) {
        let patches = changes.iter().flat_map(|change| &change.patches).map(|patch| patch.place);
        for place in patches.filter(|place| self.places.contains(place)) {
            tally.expect(Duty::Change, place);
        }
    }

    /// The changes with these numbers: those that met an object, and those of them that changed one.
    pub(super) fn numbered(numbers: [&[u32]; 2], all: &[Changes]) -> Self {
        let all: Vec<Place> = places(all).collect();
        let [places, changed] =
            numbers.map(|numbers| numbers.iter().filter_map(|it| all.get(*it as usize).copied()).collect());
        Self { places, changed }
    }
}

/// The places of all changes, in their order.
fn places(changes: &[Changes]) -> impl Iterator<Item = Place> {
    changes.iter().flat_map(|Changes { keys, patches, .. }| {
        let without = keys.without.iter().flatten().map(|it| it.place);
        let images = keys.images.iter().flatten().map(|(_, it)| it.place);
        let replicas = keys.replicas.iter().flatten().map(|(_, it)| it.place);
        without.chain(images).chain(replicas).chain(patches.iter().map(|it| it.place))
    })
}

/// Applies to all objects what all rungs change; says what meets none of them on the target.
pub(super) fn apply(
    changes: &[Changes],
    objects: &mut [Rendered],
    target: &str,
    tally: &mut Tally,
    diagnostics: &mut Diagnostics,
) {
    let mut met = Met::default();
    for object in objects {
        Changer { changes, met: &mut met, tally, diagnostics }.change(object);
    }
    note(changes, &met, target, tally, diagnostics);
}

/// Notes which changes met an object. The thing's own must do so on every target; what comes from a lower rung on one
/// of them.
pub(super) fn note(
    changes: &[Changes],
    met: &Met,
    target: &str,
    tally: &mut Tally,
    diagnostics: &mut Diagnostics,
) {
    for place in &met.changed {
        tally.done(Duty::Change, *place);
    }
    let met: BTreeSet<Place> = met.places.iter().copied().collect();
    let mut note = |place: Place, is_own: bool, missed: &dyn Fn() -> Diagnostic| {
        let is_met = met.contains(&place);
        tally.expect(Duty::Meet, place);
        if !is_met && is_own {
            diagnostics.push(missed());
        }
        if is_met || is_own {
            tally.done(Duty::Meet, place);
        }
    };
    for Changes { is_own, keys, patches, .. } in changes {
        for it in keys.without.iter().flatten() {
            note(it.place, *is_own, &|| messages::without_meets_nothing(it.place, target));
        }
        for (name, it) in keys.images.iter().flatten() {
            note(it.place, *is_own, &|| messages::image_meets_nothing(it.place, name, target));
        }
        for (name, it) in keys.replicas.iter().flatten() {
            note(it.place, *is_own, &|| messages::replicas_meet_nothing(it.place, name, target));
        }
        for it in patches {
            note(it.place, *is_own, &|| messages::patch_meets_nothing(it.place, target));
        }
    }
}

/// Changes one object.
pub(super) struct Changer<'c> {
    pub(super) changes: &'c [Changes],
    pub(super) met: &'c mut Met,
    pub(super) tally: &'c mut Tally,
    pub(super) diagnostics: &'c mut Diagnostics,
}

impl Changer<'_> {
    /// Whether a rung leaves the object out.
    pub(super) fn leaves_out(&mut self, object: &Value) -> bool {
        let selectors = self.changes.iter().flat_map(|change| change.keys.without.iter().flatten());
        let found = selectors.into_iter().find(|selector| select::chooses(&selector.value, object));
        self.met.places.extend(found.map(|selector| selector.place));
        found.is_some()
    }

    /// Applies the changes of all rungs to the object, in order.
    pub(super) fn change(&mut self, object: &mut Rendered) {
        for change in self.changes {
            if object.encrypted.is_none() {
                set_all(&mut object.value, "labels", change.keys.labels.as_ref(), change.place);
                set_all(&mut object.value, "annotations", change.keys.annotations.as_ref(), change.place);
                self.images(change, &mut object.value);
            }
            self.replicas(change, &mut object.value);
            for patch in &change.patches {
                self.patch(patch, &change.locks, object);
            }
        }
    }

    fn images(&mut self, change: &Changes, object: &mut Value) {
        for (name, wanted) in change.keys.images.iter().flatten() {
            if images::set(object, name, wanted) {
                self.met.places.push(wanted.place);
            }
        }
    }

    fn replicas(&mut self, change: &Changes, object: &mut Value) {
        for (name, wanted) in change.keys.replicas.iter().flatten() {
            if has_replicas(object, name) {
                let replicas = Value::new(wanted.value, wanted.place);
                object.map_under(&["spec"]).insert(Key::new("replicas", wanted.place), replicas);
                self.met.places.push(wanted.place);
            }
        }
    }

    fn patch(&mut self, patch: &Patch, locks: &[KeyPath], object: &mut Rendered) {
        if !patch.is_for(&object.value) {
            return;
        }
        self.met.places.push(patch.place);
        if object.encrypted.is_some() {
            let name = ObjectName::of(&object.value);
            self.diagnostics.push(messages::patch_of_encrypted(patch.place, &name));
            return;
        }
        let mut patched = object.value.clone();
        match self.patched(patch, locks, &object.value, &mut patched) {
            Ok(()) => object.value = patched,
            Err(diagnostic) => self.diagnostics.push(diagnostic),
        }
    }

    /// Patches the object, unless something is wrong with what comes out.
    fn patched(
        &mut self,
        patch: &Patch,
        locks: &[KeyPath],
        before: &Value,
        object: &mut Value,
    ) -> Result<(), Diagnostic> {
        patch.apply(object)?;
        let (old, new) = (ObjectName::of(before), ObjectName::of(object));
        if old != new {
            return Err(messages::patch_changes_identity(patch.place, &old, &new));
        }
        if let Some(lock) = locks::broken(locks, before, object) {
            return Err(messages::patch_breaks_lock(patch.place, lock, &new));
        }
        self.tally.expect(Duty::Change, patch.place);
        if object != before {
            self.met.changed.push(patch.place);
        }
        Ok(())
    }
}

/// Sets labels or annotations in the metadata.
fn set_all(object: &mut Value, key: &str, wanted: Option<&IndexMap<Text, Text>>, place: Place) {
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else {
        return;
    };
    let map: &mut Map = object.map_under(&["metadata", key]);
    for (key, value) in wanted {
        map.insert(Key::new(key, place), Value::new(value, place));
    }
}

/// Whether it is a workload of that name, whose pods are counted.
fn has_replicas(object: &Value, name: &str) -> bool {
    const KINDS: [&str; 4] = ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"];
    let text = |keys: &[&str]| object.find(keys).and_then(Value::as_text);
    text(&["kind"]).is_some_and(|kind| KINDS.contains(&kind)) && text(&["metadata", "name"]) == Some(name)
}

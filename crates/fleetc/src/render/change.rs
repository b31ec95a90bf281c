//! What rungs change in objects: labels and annotations, images, replicas, then patches; rung by rung, so that a later
//! rung also wins here.

use fleetc_manifests::patch::{self, Operation, Pointer, Verb};
use fleetc_manifests::{Data, Key, Map, Place, Text, Value, kinds};
use indexmap::IndexMap;

use super::placed::Changes;
use super::select;
use super::{Rendered, images, locks};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::language::{Patch, PatchOperation, PatchVerb, Selector, Spanned};
use crate::load::{Library, Object, ObjectName, Use};
use crate::messages;
use crate::resolve::{Duty, Tally};
use crate::syntax::KeyPath;

/// Applies what the rungs change.
pub(super) struct Changer<'c> {
    pub(super) library: &'c Library,
    /// The target, for messages.
    pub(super) target: &'c str,
    pub(super) tally: &'c mut Tally,
    pub(super) diagnostics: &'c mut Diagnostics,
}

impl Changer<'_> {
    /// Applies the changes of all rungs, in order.
    pub(super) fn apply(&mut self, changes: &[Changes], objects: &mut [Rendered]) {
        for change in changes {
            let keys = &change.keys;
            for object in objects.iter_mut().filter(|object| object.encrypted.is_none()) {
                set_all(&mut object.value, "labels", keys.labels.as_ref(), change.place);
                set_all(&mut object.value, "annotations", keys.annotations.as_ref(), change.place);
            }
            self.images(change, objects);
            self.replicas(change, objects);
            for patch in keys.patches.iter().flatten() {
                self.patch(&patch.value, patch.place, change, objects);
            }
        }
    }

    fn images(&mut self, change: &Changes, objects: &mut [Rendered]) {
        for (name, wanted) in change.keys.images.iter().flatten() {
            let mut met = false;
            for object in objects.iter_mut().filter(|object| object.encrypted.is_none()) {
                met |= images::set(&mut object.value, name, wanted);
            }
            let target = self.target;
            let message = || messages::image_meets_nothing(wanted.place, name, target);
            self.note(wanted.place, met, change.is_own, message);
        }
    }

    fn replicas(&mut self, change: &Changes, objects: &mut [Rendered]) {
        for (name, wanted) in change.keys.replicas.iter().flatten() {
            let mut met = false;
            for object in objects.iter_mut().filter(|object| has_replicas(&object.value, name)) {
                let replicas = Value::new(wanted.value, wanted.place);
                object.value.map_under(&["spec"]).insert(Key::new("replicas", wanted.place), replicas);
                met = true;
            }
            let target = self.target;
            let message = || messages::replicas_meet_nothing(wanted.place, name, target);
            self.note(wanted.place, met, change.is_own, message);
        }
    }

    /// Notes whether something met an object. The thing's own must do so on every target; what comes from a lower rung
    /// on one of them.
    fn note(&mut self, place: Place, met: bool, is_own: bool, missed: impl FnOnce() -> Diagnostic) {
        self.tally.expect(Duty::Meet, place);
        if !met && is_own {
            self.diagnostics.push(missed());
        }
        if met || is_own {
            self.tally.done(Duty::Meet, place);
        }
    }

    fn patch(&mut self, patch: &Patch, place: Place, rung: &Changes, objects: &mut [Rendered]) {
        let selector = select::of_patch(patch);
        if !self.is_form(patch, &selector, place) {
            return;
        }
        let Some(changes) = self.changes_of(patch) else {
            return;
        };
        let mut met = false;
        for object in objects.iter_mut() {
            if !select::is_for(patch, &selector, &object.value) {
                continue;
            }
            met = true;
            if object.encrypted.is_some() {
                self.diagnostics.push(messages::patch_of_encrypted(place, &ObjectName::of(&object.value)));
                continue;
            }
            self.apply_to(&changes, &mut object.value, place, &rung.locks);
        }
        let target = self.target;
        self.note(place, met, rung.is_own, || messages::patch_meets_nothing(place, target));
    }

    fn apply_to(&mut self, changes: &[Form], object: &mut Value, place: Place, locks: &[KeyPath]) {
        let before = object.clone();
        for change in changes {
            if let Err(diagnostic) = change.apply(object) {
                self.diagnostics.push(diagnostic);
                *object = before;
                return;
            }
        }
        let (old, new) = (ObjectName::of(&before), ObjectName::of(object));
        if old != new {
            self.diagnostics.push(messages::patch_changes_identity(place, &old, &new));
            *object = before;
            return;
        }
        if let Some(lock) = locks::broken(locks, &before, object) {
            self.diagnostics.push(messages::patch_breaks_lock(place, lock, &new));
            *object = before;
            return;
        }
        self.tally.expect(Duty::Change, place);
        if *object != before {
            self.tally.done(Duty::Change, place);
        }
    }

    /// Whether the patch has one form and a choice; says what is wrong with it.
    fn is_form(&mut self, patch: &Patch, selector: &Selector, place: Place) -> bool {
        let written =
            [patch.merge.is_some(), patch.ops.is_some(), patch.remove.is_some(), patch.file.is_some()];
        if written.iter().filter(|it| **it).count() != 1 {
            self.diagnostics.push(messages::patch_form(place));
            return false;
        }
        if *selector == Selector::default() {
            self.diagnostics.push(messages::patch_without_choice(place));
            return false;
        }
        true
    }

    /// The forms of the patch; says what is wrong with it.
    fn changes_of(&mut self, patch: &Patch) -> Option<Vec<Form>> {
        if let Some(merge) = &patch.merge {
            return Some(vec![Form::Merge(merge.0.clone())]);
        }
        let operations = match (&patch.ops, &patch.remove) {
            (Some(ops), _) => ops.iter().map(operation).collect(),
            (_, Some(paths)) => paths.iter().map(removal).collect(),
            _ => return Some(self.forms_of_file(patch.file.as_ref()?)),
        };
        match operations {
            Ok(operations) => Some(vec![Form::Operations(operations)]),
            Err(diagnostic) => {
                self.diagnostics.push(diagnostic);
                None
            }
        }
    }

    /// The patches in a file: each document is a merge, or a list of operations.
    fn forms_of_file(&mut self, file: &Spanned<crate::language::RelativePath>) -> Vec<Form> {
        let files = self.library.files_of(Use::Patch, file);
        let documents = files.iter().flat_map(|file| self.library.documents(file));
        let mut forms = Vec::new();
        for document in documents {
            match &document.data {
                Data::Map(_) => forms.push(Form::Merge(document.clone())),
                Data::List(items) => match items.iter().map(operation_of_file).collect() {
                    Ok(operations) => forms.push(Form::Operations(operations)),
                    Err(diagnostic) => self.diagnostics.push(diagnostic),
                },
                _ => {
                    self.diagnostics.push(messages::wrong_type(document, "a merge, or a list of operations"));
                }
            }
        }
        forms
    }
}

/// One change of an object.
enum Form {
    Merge(Value),
    Operations(Vec<Operation>),
}

impl Form {
    fn apply(&self, object: &mut Value) -> Result<(), Diagnostic> {
        match self {
            Self::Merge(change) => merge(object, change),
            Self::Operations(operations) => patch::apply(object, operations)
                .map_err(|failure| messages::operation_fails(&failure, object)),
        }
    }
}

/// A strategic merge where Kubernetes knows the kind, else a merge patch.
fn merge(object: &mut Value, change: &Value) -> Result<(), Diagnostic> {
    let text = |key: &str| object.get(key).and_then(Value::as_text).unwrap_or_default();
    let kind = kinds::find(text("apiVersion"), text("kind")).filter(|kind| is_built_in(kind.api_version));
    if let Some(kind) = kind {
        return patch::strategic_merge(object, change, kind.shape)
            .map_err(|misfit| messages::merge_misfits(&misfit, object));
    }
    if let Some(key) = patch::directive(change) {
        return Err(messages::merge_directive(key, object));
    }
    patch::merge(object, change);
    Ok(())
}

/// Whether Kubernetes itself serves it, so that lists merge by their keys.
fn is_built_in(api_version: &str) -> bool {
    !kinds::group(api_version).ends_with("fluxcd.io")
        && !kinds::group(api_version).ends_with("controlplane.io")
}

fn operation(written: &PatchOperation) -> Result<Operation, Diagnostic> {
    let path = written.path.as_ref();
    let place = path.map_or(Place::NONE, |path| path.place);
    let (Some(verb), Some(path)) = (&written.op, path) else {
        let place = written.op.as_ref().map_or(place, |op| op.place);
        return Err(messages::operation_form(place, "an operation needs `op` and `path`"));
    };
    let from = || match &written.from {
        Some(from) => pointer(from),
        None => Err(messages::operation_form(place, "`move` and `copy` need `from`")),
    };
    let value = || match &written.value {
        Some(value) => Ok(value.0.clone()),
        None => Err(messages::operation_form(place, "`add`, `replace` and `test` need `value`")),
    };
    let verb = match verb.value {
        PatchVerb::Add => Verb::Add(value()?),
        PatchVerb::Remove => Verb::Remove,
        PatchVerb::Replace => Verb::Replace(value()?),
        PatchVerb::Move => Verb::Move(from()?),
        PatchVerb::Copy => Verb::Copy(from()?),
        PatchVerb::Test => Verb::Test(value()?),
    };
    Ok(Operation { verb, path: pointer(path)?, place })
}

fn removal(path: &Spanned<Text>) -> Result<Operation, Diagnostic> {
    Ok(Operation { verb: Verb::Remove, path: pointer(path)?, place: path.place })
}

fn pointer(path: &Spanned<Text>) -> Result<Pointer, Diagnostic> {
    match Pointer::parse(path) {
        Ok(pointer) if !pointer.tokens().is_empty() => Ok(pointer),
        Ok(_) => Err(messages::operation_form(path.place, "a patch cannot replace the whole object")),
        Err(message) => Err(messages::operation_form(path.place, message)),
    }
}

fn operation_of_file(item: &Value) -> Result<Operation, Diagnostic> {
    use crate::language::{Decoder, Shaped, Stage};
    let mut diagnostics = Diagnostics::default();
    let written = PatchOperation::decode(item, &mut Decoder::new(&mut diagnostics, Stage::Resolved));
    match (diagnostics.sorted().first(), written) {
        (Some(diagnostic), _) => Err((*diagnostic).clone()),
        (None, Some(written)) => operation(&written),
        (None, None) => Err(messages::operation_form(item.place, "this is no operation")),
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

/// An object as it was read, to be changed.
impl From<&Object> for Rendered {
    fn from(object: &Object) -> Self {
        Self { value: object.value.clone(), encrypted: object.encrypted.clone() }
    }
}

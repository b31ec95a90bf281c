//! Patches of fleet.toml, made ready to be applied: what is wrong with their form is said once for all objects.

use fleetc_manifests::patch::{self, Operation, Pointer, Verb};
use fleetc_manifests::{Data, Place, Text, Value, kinds};

use super::select;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::language::{self, PatchOperation, PatchVerb, Selector, Spanned};
use crate::load::{Library, Use};
use crate::messages;

/// A patch whose form is right.
pub(super) struct Patch {
    /// Where it was written.
    pub(super) place: Place,
    choice: Selector,
    not: Option<Selector>,
    forms: Vec<Form>,
}

impl Patch {
    /// The patch, if it has one form and a choice; says what is wrong with it.
    pub(super) fn ready(
        written: &Spanned<language::Patch>,
        library: &Library,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let place = written.place;
        let choice = select::of_patch(written);
        if !is_form(written, &choice, place, diagnostics) {
            return None;
        }
        let forms = forms(written, library, diagnostics)?;
        Some(Self { place, choice, not: written.not.clone(), forms })
    }

    /// Whether it is for the object.
    pub(super) fn is_for(&self, object: &Value) -> bool {
        let chooses = |choice: &Selector| select::chooses(choice, object);
        chooses(&self.choice) && !self.not.as_ref().is_some_and(chooses)
    }

    /// Changes the object; after an error it may be changed in part.
    pub(super) fn apply(&self, object: &mut Value) -> Result<(), Diagnostic> {
        self.forms.iter().try_for_each(|form| form.apply(object))
    }
}

/// Whether the patch has one form and a choice; says what is wrong with it.
fn is_form(patch: &language::Patch, choice: &Selector, place: Place, diagnostics: &mut Diagnostics) -> bool {
    let written = [patch.merge.is_some(), patch.ops.is_some(), patch.remove.is_some(), patch.file.is_some()];
    if written.iter().filter(|it| **it).count() != 1 {
        diagnostics.push(messages::patch_form(place));
        return false;
    }
    if *choice == Selector::default() {
        diagnostics.push(messages::patch_without_choice(place));
        return false;
    }
    true
}

/// The forms of the patch; says what is wrong with it.
fn forms(patch: &language::Patch, library: &Library, diagnostics: &mut Diagnostics) -> Option<Vec<Form>> {
    if let Some(merge) = &patch.merge {
        return Some(vec![Form::Merge(merge.0.clone())]);
    }
    let operations = match (&patch.ops, &patch.remove) {
        (Some(ops), _) => ops.iter().map(operation).collect(),
        (_, Some(paths)) => paths.iter().map(removal).collect(),
        _ => return Some(forms_of_file(patch.file.as_ref()?, library, diagnostics)),
    };
    match operations {
        Ok(operations) => Some(vec![Form::Operations(operations)]),
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            None
        }
    }
}

/// The patches in a file: each document is a merge, or a list of operations.
fn forms_of_file(
    file: &Spanned<language::RelativePath>,
    library: &Library,
    diagnostics: &mut Diagnostics,
) -> Vec<Form> {
    let files = library.files_of(Use::Patch, file);
    let documents = files.iter().flat_map(|file| library.documents(file));
    let mut forms = Vec::new();
    for document in documents {
        match &document.data {
            Data::Map(_) => forms.push(Form::Merge(document.clone())),
            Data::List(items) => match items.iter().map(operation_of_file).collect() {
                Ok(operations) => forms.push(Form::Operations(operations)),
                Err(diagnostic) => diagnostics.push(diagnostic),
            },
            _ => diagnostics.push(messages::wrong_type(document, "a merge, or a list of operations")),
        }
    }
    forms
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

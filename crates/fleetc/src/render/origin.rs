//! What the manifests and Secrets of an app hold, object by object, and what was made of each.

use std::sync::Arc;

use fleetc_manifests::Text;

use super::change::Met;
use super::memo::Memo;
use super::{Rendered, variables};
use crate::fingerprint::Fingerprinter;
use crate::language;
use crate::load::{Library, Object, Use};
use crate::resolve::scope::Asked;

/// An object that an app is made of.
pub(super) struct Origin<'f> {
    pub(super) object: &'f Object,
    /// The file that it was read from.
    file: &'f Text,
    /// Whether the app asks for substitution in it.
    pub(super) is_substituted: bool,
    /// Whether it stands where only encrypted Secrets may.
    pub(super) is_secret: bool,
    pub(super) known: Memo<(), Made>,
}

/// What was made of an object.
#[derive(Debug, Clone)]
pub(super) struct Made {
    /// None if it was left out.
    pub(super) object: Option<Rendered>,
    /// The changes that met it.
    pub(super) met: Met,
    /// The names that were asked for.
    pub(super) asked: Arc<Asked>,
}

/// All objects of the files that an app names.
pub(super) fn of<'f>(keys: &language::App, library: &'f Library) -> Vec<Origin<'f>> {
    let mut origins = Vec::new();
    let manifests = keys.manifests.iter().flat_map(|paths| &paths.0);
    for file in manifests.flat_map(|path| library.files_of(Use::Manifests, path.trim_end_matches('/'))) {
        let acts = variables::acts_in(keys, file);
        origins.extend(library.objects(file).iter().map(|object| {
            let is_substituted = acts && object.encrypted.is_none();
            Origin { object, file, is_substituted, is_secret: false, known: Memo::default() }
        }));
    }
    let secrets = keys.secrets.iter().flatten();
    let files = secrets.flat_map(|path| library.files_of(Use::Secrets, path.trim_end_matches('/')));
    let objects = files.flat_map(|file| library.objects(file).iter().map(move |object| (file, object)));
    origins.extend(objects.map(|(file, object)| Origin {
        object,
        file,
        is_substituted: false,
        is_secret: true,
        known: Memo::default(),
    }));
    origins
}

/// Adds by what they are known again: their files, what is done with them, and what their kinds are like.
pub(super) fn identify(origins: &[Origin<'_>], library: &Library, fingerprinter: &mut Fingerprinter) {
    for (index, origin) in origins.iter().enumerate() {
        if index == 0 || origins[index - 1].file != origin.file {
            fingerprinter.text(origin.file);
            fingerprinter.part(library.fingerprint(origin.file));
        }
        fingerprinter.flag(origin.is_substituted);
        fingerprinter.flag(origin.is_secret);
        let name = origin.object.name();
        let custom = library.custom_kind(&name.group, &name.kind);
        fingerprinter.maybe(custom.map(|kind| if kind.namespaced { "namespaced" } else { "" }));
    }
}

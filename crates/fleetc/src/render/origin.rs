//! What the manifests and Secrets of an app hold, object by object, and what was made of each.

use super::change::Met;
use super::memo::Memo;
use super::{Rendered, variables};
use crate::language;
use crate::load::{Library, Object, Use};

/// An object that an app is made of.
pub(super) struct Origin<'f> {
    pub(super) object: &'f Object,
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
}

/// All objects of the files that an app names.
pub(super) fn of<'f>(keys: &language::App, library: &'f Library) -> Vec<Origin<'f>> {
    let mut origins = Vec::new();
    let manifests = keys.manifests.iter().flat_map(|paths| &paths.0);
    for file in manifests.flat_map(|path| library.files_of(Use::Manifests, path.trim_end_matches('/'))) {
        let acts = variables::acts_in(keys, file);
        origins.extend(library.objects(file).iter().map(|object| {
            let is_substituted = acts && object.encrypted.is_none();
            Origin { object, is_substituted, is_secret: false, known: Memo::default() }
        }));
    }
    let secrets = keys.secrets.iter().flatten();
    let files = secrets.flat_map(|path| library.files_of(Use::Secrets, path.trim_end_matches('/')));
    origins.extend(files.flat_map(|file| library.objects(file)).map(|object| Origin {
        object,
        is_substituted: false,
        is_secret: true,
        known: Memo::default(),
    }));
    origins
}

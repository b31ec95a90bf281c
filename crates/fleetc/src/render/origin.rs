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

/// A file whose objects an app is made of.
struct Named<'f> {
    file: &'f Text,
    is_substituted: bool,
    is_secret: bool,
}

/// The files that an app names.
fn named<'f>(keys: &language::App, library: &'f Library) -> Vec<Named<'f>> {
    let files = |purpose: Use, path: &str| library.files_of(purpose, path.trim_end_matches('/'));
    let manifests = keys.manifests.iter().flat_map(|paths| &paths.0);
    let manifests = manifests.flat_map(|path| files(Use::Manifests, path)).map(|file| Named {
        file,
        is_substituted: variables::acts_in(keys, file),
        is_secret: false,
    });
    let secrets = keys.secrets.iter().flatten().flat_map(|path| files(Use::Secrets, path));
    let secrets = secrets.map(|file| Named { file, is_substituted: false, is_secret: true });
    manifests.chain(secrets).collect()
}

/// All objects of the files that an app names.
pub(super) fn of<'f>(keys: &language::App, library: &'f Library) -> Vec<Origin<'f>> {
    let named = named(keys, library).into_iter();
    let origins = named.flat_map(|Named { file, is_substituted, is_secret }| {
        library.objects(file).iter().map(move |object| {
            let is_substituted = is_substituted && object.encrypted.is_none();
            Origin { object, is_substituted, is_secret, known: Memo::default() }
        })
    });
    origins.collect()
}

/// Adds by what they are known again: their files, what is done with them, and what their kinds are like.
pub(super) fn identify(keys: &language::App, library: &Library, fingerprinter: &mut Fingerprinter) {
    for Named { file, is_substituted, is_secret } in named(keys, library) {
        fingerprinter.text(file);
        fingerprinter.part(library.fingerprint(file));
        fingerprinter.flag(is_substituted);
        fingerprinter.flag(is_secret);
        for (group, kind) in library.kinds(file) {
            let custom = library.custom_kind(group, kind);
            fingerprinter.maybe(custom.map(|kind| if kind.namespaced { "namespaced" } else { "" }));
        }
    }
}

//! The third phase: the files that the fleet names, read and taken apart.

mod expand;
mod file;
mod objects;
mod wanted;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use fleetc_manifests::{Place, Text, Value, yaml};
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::diagnostic::Diagnostics;
use crate::files::{FileError, Files};
use crate::fingerprint::Fingerprint;
use crate::fleet::{App, Fleet};
use crate::messages;
use crate::resolve::substitution::names_in;
use crate::sources::{SourceFile, Sources};

pub(crate) use file::KnownFile;
pub(crate) use objects::{CustomKind, Object, ObjectName, defined};
pub(crate) use wanted::{Use, config_file, files_of_app, files_of_tenant};

use file::File;

/// Everything that was read.
#[derive(Debug, Default)]
pub(crate) struct Library {
    /// What a path in fleet.toml means: the files.
    files_of: BTreeMap<(Use, Text), Arc<[Text]>>,
    /// The files that say what a path means.
    followed: BTreeMap<(Use, Text), Vec<Text>>,
    /// The files with manifests.
    manifests: BTreeMap<Text, File>,
    /// Where the parts of their objects lie in memory.
    lasting: RwLock<FxHashSet<usize>>,
    /// Each other YAML file, and its documents.
    documents: BTreeMap<Text, (Arc<SourceFile>, Vec<Value>)>,
    /// The bytes of each file that becomes part of a ConfigMap.
    raw: BTreeMap<Text, Arc<[u8]>>,
    /// The kinds that CustomResourceDefinitions bring.
    custom_kinds: BTreeMap<(Text, Text), CustomKind>,
    /// Every text that was read, for messages and to tell how a scalar was written.
    pub(crate) sources: Sources,
}

/// What is known of the file with this fingerprint.
pub(crate) type Knows<'k> = &'k (dyn Fn(Fingerprint) -> Option<Arc<KnownFile>> + Sync);

/// Reads all files that the fleet names. Those that are known are taken apart when somebody asks for their objects.
pub(crate) fn load(
    fleet: &Fleet,
    (files, knows): (&dyn Files, Knows<'_>),
    sources: Sources,
    diagnostics: &mut Diagnostics,
) -> Library {
    let mut library = Library { sources, ..Library::default() };
    let wanted = wanted::wanted(fleet, diagnostics);
    let mut places: BTreeMap<(Use, Text), Place> = BTreeMap::new();
    for ((purpose, path), place) in wanted {
        let mut expander = expand::Expander {
            files,
            sources: &mut library.sources,
            diagnostics,
            place,
            followed: Vec::new(),
            seen: BTreeSet::new(),
            open: Vec::new(),
        };
        let found = expander.expand(purpose, &path);
        for file in &found {
            places.entry((purpose, file.clone())).or_insert(place);
        }
        library.followed.insert((purpose, path.clone()), expander.followed);
        library.files_of.insert((purpose, path), found.into());
    }
    library.read((files, knows), &places, diagnostics);
    library.custom_kinds = objects::custom_kinds(library.asked_objects());
    library
}

impl Library {
    /// The files that a path in fleet.toml means.
    pub(crate) fn files_of(&self, purpose: Use, path: &str) -> &[Text] {
        self.files_of.get(&(purpose, path.into())).map_or(&[], |files| files)
    }

    /// The files that say what a path in fleet.toml means: lists of others.
    pub(crate) fn followed(&self, purpose: Use, path: &str) -> &[Text] {
        self.followed.get(&(purpose, path.into())).map_or(&[], |files| files)
    }

    /// The objects of a file.
    pub(crate) fn objects(&self, file: &str) -> &[Object] {
        self.manifests.get(file).map_or(&[], |file| file.objects(|objects| self.note_lasting(objects)))
    }

    /// The groups and kinds of the objects of a file.
    pub(crate) fn kinds(&self, file: &str) -> impl Iterator<Item = &(Text, Text)> {
        self.manifests.get(file).into_iter().flat_map(|file| &file.facts().kinds)
    }

    /// By what the text of a file is known again.
    pub(crate) fn fingerprint(&self, file: &str) -> Fingerprint {
        let manifests = self.manifests.get(file).map(|file| &file.source);
        let source = manifests.or_else(|| self.documents.get(file).map(|(source, _)| source));
        source.map(|source| source.fingerprint()).unwrap_or_default()
    }

    /// The documents of a file.
    pub(crate) fn documents(&self, file: &str) -> &[Value] {
        self.documents.get(file).map_or(&[], |(_, documents)| documents)
    }

    /// The bytes of a file.
    pub(crate) fn raw(&self, file: &str) -> Option<&[u8]> {
        self.raw.get(file).map(|bytes| &bytes[..])
    }

    /// What the fleet's CustomResourceDefinitions say of a kind.
    pub(crate) fn custom_kind(&self, group: &str, kind: &str) -> Option<&CustomKind> {
        self.custom_kinds.get(&(group.into(), kind.into()))
    }

    /// The objects that were asked for so far: all that are not known.
    fn asked_objects(&self) -> impl Iterator<Item = &Object> {
        self.manifests.values().flat_map(File::asked)
    }

    /// Where the parts of manifests lie in memory, as long as the library is there.
    pub(crate) fn lasting(&self) -> RwLockReadGuard<'_, FxHashSet<usize>> {
        self.lasting.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_lasting(&self, objects: &[Object]) {
        let mut lasting = self.lasting.write().unwrap_or_else(PoisonError::into_inner);
        lasting.extend(objects.iter().flat_map(|object| object.value.parts()));
    }

    /// The variables that are named in manifests and other YAML.
    pub(crate) fn names(&self) -> BTreeSet<Text> {
        let mut names = BTreeSet::new();
        for file in self.manifests.values() {
            names.extend(file.facts().names.iter().cloned());
        }
        self.documents.values().flat_map(|(_, documents)| documents).for_each(|it| names_in(it, &mut names));
        names
    }

    /// What the next compilation may know of the files with manifests.
    pub(crate) fn known_files(&self) -> impl Iterator<Item = (Fingerprint, Arc<KnownFile>)> {
        let files = self.manifests.values().filter(|file| file.may_be_known());
        files.map(|file| (file.source.fingerprint(), Arc::clone(file.facts())))
    }

    /// All that becomes part of a ConfigMap.
    pub(crate) fn all_raw(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.raw.values().map(|bytes| String::from_utf8_lossy(bytes))
    }

    /// The apps with one of these names, and all that read a file which such an app reads.
    pub(crate) fn related(&self, fleet: &Fleet, names: &FxHashSet<Text>) -> FxHashSet<Text> {
        let apps = || fleet.apps.iter().enumerate();
        let files = |app: usize| files_of_app(fleet, self, app);
        let read: BTreeSet<Text> =
            apps().filter(|(_, app)| names.contains(&app.name)).flat_map(|(index, _)| files(index)).collect();
        let is_related = |(index, _): &(usize, &App)| files(*index).iter().any(|file| read.contains(file));
        names.iter().cloned().chain(apps().filter(is_related).map(|(_, app)| app.name.clone())).collect()
    }

    /// The objects of `fleet.crds`: they are on the clusters already.
    pub(crate) fn crds(&self) -> impl Iterator<Item = &Object> {
        let files = self.files_of.iter().filter(|((purpose, _), _)| *purpose == Use::Crds);
        files.flat_map(|(_, files)| files.iter()).flat_map(|file| self.objects(file))
    }

    /// Reads the files, gives each its place among the sources, and takes them apart.
    fn read(
        &mut self,
        (files, knows): (&dyn Files, Knows<'_>),
        places: &BTreeMap<(Use, Text), Place>,
        diagnostics: &mut Diagnostics,
    ) {
        let wanted: Vec<(&(Use, Text), &Place)> = places.iter().collect();
        let read: Vec<Result<Vec<u8>, FileError>> =
            wanted.par_iter().map(|((_, path), _)| files.read(path)).collect();
        let mut texts: Vec<(Use, Text, Arc<SourceFile>)> = Vec::new();
        for (((purpose, path), place), bytes) in wanted.into_iter().zip(read) {
            match bytes {
                Err(error) => diagnostics.push(messages::unreadable(*place, path, &error)),
                Ok(bytes) if *purpose == Use::Config => {
                    self.raw.insert(path.clone(), bytes.into());
                }
                Ok(bytes) => match add_text(&mut self.sources, path, bytes, *place) {
                    Ok(file) => texts.push((*purpose, path.clone(), file)),
                    Err(diagnostic) => diagnostics.push(diagnostic),
                },
            }
        }
        let taken: Vec<(Taken, Diagnostics)> =
            texts.into_par_iter().map(|(purpose, path, file)| taken(purpose, path, file, knows)).collect();
        for (taken, said) in taken {
            diagnostics.append(said);
            match taken {
                Taken::Manifests(path, file) => {
                    self.note_lasting(file.asked());
                    self.manifests.insert(path, file);
                }
                Taken::Documents(path, file, values) => drop(self.documents.insert(path, (file, values))),
            }
        }
    }
}

/// A file that was taken apart, if need be.
enum Taken {
    Manifests(Text, File),
    Documents(Text, Arc<SourceFile>, Vec<Value>),
}

fn taken(purpose: Use, path: Text, source: Arc<SourceFile>, find: Knows<'_>) -> (Taken, Diagnostics) {
    let mut said = Diagnostics::default();
    if !purpose.is_manifests() {
        let values = parse(&source, &mut said).into_iter().map(|document| document.value).collect();
        return (Taken::Documents(path, source, values), said);
    }
    let file = match find(source.fingerprint()) {
        Some(known) => File::known(source, known),
        None => File::read(source, &mut said),
    };
    (Taken::Manifests(path, file), said)
}

/// Adds a text to the sources, if it is one.
fn add_text(
    sources: &mut Sources,
    path: &str,
    bytes: Vec<u8>,
    place: Place,
) -> Result<Arc<SourceFile>, crate::diagnostic::Diagnostic> {
    let text = String::from_utf8(bytes)
        .map_err(|error| messages::not_text(place, path, error.utf8_error().valid_up_to()))?;
    sources.add_file(path, text).map_err(|_| messages::too_much(place))
}

/// Takes a file apart: JSON if that is its name, else YAML; says what is wrong with it.
fn parse(file: &SourceFile, diagnostics: &mut Diagnostics) -> Vec<yaml::Document> {
    let (documents, errors) = documents(file);
    for error in errors {
        diagnostics.push(messages::bad_yaml(&error));
    }
    documents
}

fn documents(file: &SourceFile) -> (Vec<yaml::Document>, Vec<yaml::Error>) {
    if !has_extension(&file.name, &["json"]) {
        return yaml::documents(&file.text, file.start());
    }
    match fleetc_manifests::json::read(&file.text, file.start()) {
        Ok(value) => {
            let range = 0..file.text.len();
            (vec![yaml::Document { value, range }], Vec::new())
        }
        Err(error) => (Vec::new(), vec![error]),
    }
}

/// Whether the path ends in one of the extensions.
fn has_extension(path: &str, extensions: &[&str]) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    extension.is_some_and(|it| extensions.contains(&it.as_str()))
}

//! What comes out: folders of files, as a value before it is files.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use fleetc_manifests::{Value, yaml};
use rayon::prelude::*;

use crate::earlier::Recorded;
use crate::facts::Facts;

/// How many objects of a stream are written by one thread at a time.
const STREAMED: usize = 256;

/// The rendered tree: every path, relative to the output folder, and what its file holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tree {
    folders: BTreeMap<String, Arc<Folder>>,
}

/// One folder of the tree, with its files.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Folder {
    /// Its path: `prod/emea-1/payments-checkout`.
    pub path: String,
    /// The environment; none for the root of a cluster.
    pub environment: Option<String>,
    /// The cluster.
    pub cluster: String,
    /// The cluster that its objects end up in: the host, for the Flux objects of a remote.
    pub lands_on: String,
    /// The minor version of Flux that applies it.
    pub flux: String,
    /// Whose it is.
    pub tenant: Option<String>,
    /// The app or component.
    pub app: Option<String>,
    /// Its files, by name; none if it is as it was.
    pub files: BTreeMap<String, File>,
    /// What others want to know of its objects, in the order of the files.
    pub(crate) facts: Vec<Arc<Facts>>,
    /// What is known of its objects.
    pub(crate) recorded: Option<Recorded>,
}

/// A file: a Kubernetes object, or the list of a folder.
#[derive(Debug, Clone)]
pub struct File(Content);

#[derive(Debug, Clone)]
enum Content {
    Object(Value),
    /// An object that other files hold too.
    Shared(Shared),
    /// An object with a text of its own: it is encrypted.
    Encrypted(Value, Arc<str>),
    /// Anything else.
    Text(Arc<str>),
}

/// An object that several files hold; it is written as YAML once.
#[derive(Debug, Clone)]
pub(crate) struct Shared(Arc<SharedObject>);

#[derive(Debug)]
struct SharedObject {
    value: Value,
    text: OnceLock<Box<str>>,
    facts: OnceLock<Arc<Facts>>,
}

impl Shared {
    pub(crate) fn new(object: Value) -> Self {
        Self(Arc::new(SharedObject { value: object, text: OnceLock::new(), facts: OnceLock::new() }))
    }

    /// Whether the value is this object. It is alive, so that a copy which was changed lies elsewhere.
    pub(crate) fn is(&self, value: &Value) -> bool {
        match (self.0.value.as_map(), value.as_map()) {
            (Some(own), Some(other)) => own.address() == other.address(),
            _ => false,
        }
    }

    /// Where it lies in memory, as long as it is alive.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    fn text(&self) -> &str {
        self.0.text.get_or_init(|| yaml::write(&self.0.value).into())
    }

    /// What others want to know of it.
    pub(crate) fn facts(&self) -> Arc<Facts> {
        Arc::clone(self.0.facts.get_or_init(|| Arc::new(Facts::of(&self.0.value, false))))
    }
}

impl PartialEq for File {
    fn eq(&self, other: &Self) -> bool {
        self.object() == other.object() && self.own_text() == other.own_text()
    }
}

impl File {
    /// A file that holds an object; encrypted ones have a text of their own.
    pub(crate) fn of_object(object: Value, text: Option<Arc<str>>) -> Self {
        Self(match text {
            Some(text) => Content::Encrypted(object, text),
            None => Content::Object(object),
        })
    }

    /// A file that holds an object as others do.
    pub(crate) fn of_shared(object: Shared) -> Self {
        Self(Content::Shared(object))
    }

    /// A file that holds anything else.
    pub(crate) fn of_text(text: impl Into<Arc<str>>) -> Self {
        Self(Content::Text(text.into()))
    }

    /// Whether it is encrypted.
    pub fn is_encrypted(&self) -> bool {
        matches!(self.0, Content::Encrypted(..))
    }

    /// The Kubernetes object in it, each value with the place that it comes from; `None` for the list of a folder.
    pub fn object(&self) -> Option<&Value> {
        match &self.0 {
            Content::Object(object) | Content::Encrypted(object, _) => Some(object),
            Content::Shared(shared) => Some(&shared.0.value),
            Content::Text(_) => None,
        }
    }

    /// The object in it, if others may hold it too.
    pub(crate) fn shared(&self) -> Option<&Shared> {
        match &self.0 {
            Content::Shared(shared) => Some(shared),
            _ => None,
        }
    }

    /// What others want to know of the object in it.
    pub(crate) fn facts(&self) -> Option<Arc<Facts>> {
        match &self.0 {
            Content::Object(object) => Some(Arc::new(Facts::of(object, false))),
            Content::Encrypted(object, _) => Some(Arc::new(Facts::of(object, true))),
            Content::Shared(shared) => Some(shared.facts()),
            Content::Text(_) => None,
        }
    }

    /// What is written into it.
    pub fn text(&self) -> Cow<'_, str> {
        match &self.0 {
            Content::Object(object) => Cow::Owned(yaml::write(object)),
            Content::Shared(shared) => Cow::Borrowed(shared.text()),
            Content::Encrypted(_, text) | Content::Text(text) => Cow::Borrowed(text),
        }
    }

    /// What is written into it, in `buffer` if nobody else has it.
    pub fn text_in<'t>(&'t self, buffer: &'t mut String) -> &'t str {
        match &self.0 {
            Content::Object(object) => {
                buffer.clear();
                yaml::write_to(object, buffer);
                buffer
            }
            Content::Shared(shared) => shared.text(),
            Content::Encrypted(_, text) | Content::Text(text) => text,
        }
    }

    /// Its bytes, where they are not those of an object written as YAML.
    fn own_text(&self) -> Option<&str> {
        match &self.0 {
            Content::Encrypted(_, text) | Content::Text(text) => Some(text),
            Content::Object(_) | Content::Shared(_) => None,
        }
    }
}

impl Folder {
    /// Of whom its objects are: its app, or itself.
    pub(crate) fn name(&self) -> &str {
        self.app.as_deref().unwrap_or(&self.path)
    }

    /// Whether it is as an earlier compilation gave it, which is why its files are not given again.
    pub fn is_as_before(&self) -> bool {
        matches!(self.recorded, Some(Recorded::AsBefore(_)))
    }
}

impl Tree {
    /// Adds a folder.
    pub(crate) fn add(&mut self, folder: Folder) {
        self.folders.insert(folder.path.clone(), Arc::new(folder));
    }

    /// The tree with some of its folders only.
    pub fn keep(mut self, keep: impl Fn(&Folder) -> bool) -> Self {
        self.folders.retain(|_, folder| keep(folder));
        self
    }

    /// One of its folders, by its path.
    pub(crate) fn folders_mut(&mut self) -> impl Iterator<Item = &mut Folder> {
        self.folders.values_mut().map(Arc::make_mut)
    }

    /// Its folders, for whoever keeps them.
    pub(crate) fn into_folders(self) -> impl Iterator<Item = Folder> {
        self.folders.into_values().map(Arc::unwrap_or_clone)
    }

    /// Its folders, in the order of their paths.
    pub fn folders(&self) -> impl Iterator<Item = &Folder> {
        self.folders.values().map(|folder| &**folder)
    }

    /// Its files, in the order of their paths.
    pub fn files(&self) -> impl Iterator<Item = (String, &File)> {
        let files = self.folders().flat_map(|folder| {
            folder.files.iter().map(move |(name, file)| (format!("{}/{name}", folder.path), file))
        });
        let mut files: Vec<_> = files.collect();
        files.sort_by(|(a, _), (b, _)| a.cmp(b));
        files.into_iter()
    }

    /// How many Kubernetes objects there are.
    pub fn object_count(&self) -> usize {
        self.folders().flat_map(|folder| folder.files.values()).filter(|file| file.object().is_some()).count()
    }

    /// All objects as one stream of YAML.
    pub fn to_stream(&self) -> String {
        let files: Vec<_> = self.files().filter(|(_, file)| file.object().is_some()).collect();
        let parts = files.par_chunks(STREAMED).map(|files| {
            let (mut part, mut buffer) = (String::new(), String::new());
            for (_, file) in files {
                part.push_str("---\n");
                part.push_str(file.text_in(&mut buffer));
            }
            part
        });
        parts.collect::<Vec<String>>().concat()
    }
}

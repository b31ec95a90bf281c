//! What comes out: folders of files, as a value before it is files.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use fleetc_manifests::{Value, yaml};
use rayon::prelude::*;

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
    /// Its files, by name.
    pub files: BTreeMap<String, File>,
}

/// A file: a Kubernetes object, or the list of a folder.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    object: Option<Value>,
    /// Its bytes, where they are not those of the object written as YAML: a list, or an encrypted object.
    text: Option<Arc<str>>,
}

impl File {
    /// A file that holds an object; encrypted ones have a text of their own.
    pub(crate) fn of_object(object: Value, text: Option<Arc<str>>) -> Self {
        Self { object: Some(object), text }
    }

    /// A file that holds anything else.
    pub(crate) fn of_text(text: impl Into<Arc<str>>) -> Self {
        Self { object: None, text: Some(text.into()) }
    }

    /// Whether it is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.object.is_some() && self.text.is_some()
    }

    /// The Kubernetes object in it, each value with the place that it comes from; `None` for the list of a folder.
    pub fn object(&self) -> Option<&Value> {
        self.object.as_ref()
    }

    /// What is written into it.
    pub fn text(&self) -> Cow<'_, str> {
        match (&self.text, &self.object) {
            (Some(text), _) => Cow::Borrowed(text),
            (None, Some(object)) => Cow::Owned(yaml::write(object)),
            (None, None) => Cow::Borrowed(""),
        }
    }

    /// Adds what is written into it to `out`.
    pub fn write_to(&self, out: &mut String) {
        match (&self.text, &self.object) {
            (Some(text), _) => out.push_str(text),
            (None, Some(object)) => yaml::write_to(object, out),
            (None, None) => {}
        }
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
        self.folders().flat_map(|folder| folder.files.values()).filter(|file| file.object.is_some()).count()
    }

    /// All objects as one stream of YAML.
    pub fn to_stream(&self) -> String {
        let files: Vec<_> = self.files().filter(|(_, file)| file.object.is_some()).collect();
        let parts = files.par_chunks(STREAMED).map(|files| {
            let mut part = String::new();
            for (_, file) in files {
                part.push_str("---\n");
                file.write_to(&mut part);
            }
            part
        });
        parts.collect::<Vec<String>>().concat()
    }
}

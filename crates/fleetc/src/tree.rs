//! What comes out: folders of files, as a value before it is files.

use std::collections::BTreeMap;
use std::sync::Arc;

/// The rendered tree: every path, relative to the output folder, and what its file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    folders: BTreeMap<String, Arc<Folder>>,
}

/// One folder of the tree, with its files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    /// Its path: `prod/emea-1/payments-checkout`.
    pub path: String,
    /// The environment; none for the root of a cluster.
    pub environment: Option<String>,
    /// The cluster.
    pub cluster: String,
    /// Whose it is.
    pub tenant: Option<String>,
    /// The app or component.
    pub app: Option<String>,
    /// Its files, by name.
    pub files: BTreeMap<String, File>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// What it holds.
    pub text: String,
    /// Whether it is a Kubernetes object, and not the list of a folder.
    pub is_object: bool,
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
        self.folders().flat_map(|folder| folder.files.values()).filter(|file| file.is_object).count()
    }

    /// All objects as one stream of YAML.
    pub fn to_stream(&self) -> String {
        let mut stream = String::new();
        for (_, file) in self.files().filter(|(_, file)| file.is_object) {
            stream.push_str("---\n");
            stream.push_str(&file.text);
        }
        stream
    }
}

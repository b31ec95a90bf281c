//! Which folders of the tree stand for which files of the reference.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The content of a `targets.toml`.
pub(crate) struct Targets {
    pub(crate) targets: Vec<Target>,
    /// Files of the reference and folders of the tree that have nothing on the other side.
    alone: Vec<String>,
}

/// What is compared with each other.
pub(crate) struct Target {
    pub(crate) references: Vec<String>,
    pub(crate) folders: Vec<String>,
    /// The namespace of the reference's objects that name none.
    pub(crate) namespace: Option<String>,
    /// What objects are called here, by what they are called there.
    pub(crate) renamed: BTreeMap<String, String>,
    /// Objects that others publish, and that a short one of the same name stands for.
    vendored: Vec<String>,
}

impl Targets {
    pub(crate) fn read(file: &Path) -> Self {
        let content =
            std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let table: toml::Table =
            toml::from_str(&content).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let entries = |key| table.get(key).and_then(toml::Value::as_array).into_iter().flatten();
        Self {
            targets: entries("targets").map(Target::new).collect(),
            alone: entries("alone").flat_map(alone).collect(),
        }
    }

    /// The files of the reference that it names.
    pub(crate) fn references(&self) -> Vec<String> {
        let compared = self.targets.iter().flat_map(|it| &it.references);
        compared.chain(&self.alone).cloned().collect()
    }

    /// The folders of the tree that it does not name.
    pub(crate) fn unmapped(&self, tree: &BTreeMap<String, String>) -> impl Iterator<Item = String> {
        let objects = tree.keys().filter(|path| !path.ends_with("/kustomization.yaml"));
        let folders: BTreeSet<&str> = objects.filter_map(|it| Some(it.rsplit_once('/')?.0)).collect();
        let is_named = |folder: &str| {
            self.targets.iter().any(|it| it.folders.iter().any(|it| it == folder))
                || self.alone.iter().any(|it| matches(it, folder))
        };
        let unmapped: Vec<String> =
            folders.into_iter().filter(|it| !is_named(it)).map(str::to_owned).collect();
        unmapped.into_iter()
    }
}

impl Target {
    fn new(entry: &toml::Value) -> Self {
        Self {
            references: list(entry, "references"),
            folders: list(entry, "folders"),
            namespace: entry.get("namespace").and_then(toml::Value::as_str).map(str::to_owned),
            renamed: entry
                .get("renamed")
                .cloned()
                .map(toml::Value::try_into)
                .map_or_else(BTreeMap::new, |it| it.expect("it holds names")),
            vendored: list(entry, "vendored"),
        }
    }

    pub(crate) fn is_vendored(&self, object: &str) -> bool {
        self.vendored.iter().any(|it| matches(it, object))
    }
}

/// What an entry of `alone` names: it has a reason.
fn alone(entry: &toml::Value) -> Vec<String> {
    assert!(!text(entry, "reason").is_empty(), "what is alone has a reason: {entry}");
    list(entry, "what")
}

/// The text of a key.
pub(crate) fn text<'a>(entry: &'a toml::Value, key: &str) -> &'a str {
    entry.get(key).and_then(toml::Value::as_str).unwrap_or_default()
}

/// The strings of a key that holds one or a list.
pub(crate) fn list(entry: &toml::Value, key: &str) -> Vec<String> {
    let string = |it: &toml::Value| it.as_str().expect("it is text").to_owned();
    match entry.get(key) {
        Some(toml::Value::Array(items)) => items.iter().map(string).collect(),
        Some(one) => vec![string(one)],
        None => Vec::new(),
    }
}

/// Whether a pattern with `*` fits a text.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|tail| {
            let ends = tail.char_indices().map(|(at, _)| at).chain([tail.len()]);
            ends.into_iter().any(|at| matches(rest, &tail[at..]))
        }),
    }
}

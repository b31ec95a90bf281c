//! What a path in fleet.toml means: a file, the files of a folder, those that a glob matches, or those that a
//! kustomization.yaml lists.

use std::collections::BTreeSet;

use fleetc_manifests::{Place, Text, Value, yaml};

use super::{Use, has_extension};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::files::{FileError, Files, Listed};
use crate::language::{Pattern, RelativePath};
use crate::messages;
use crate::sources::Sources;

/// How deep folders may lie in each other.
const MAX_DEPTH: usize = 32;

/// The names that kustomize knows its file by.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

pub(super) struct Expander<'a> {
    pub(super) files: &'a dyn Files,
    pub(super) sources: &'a mut Sources,
    pub(super) diagnostics: &'a mut Diagnostics,
    /// Where the path was written.
    pub(super) place: Place,
    /// The files that say which others are meant.
    pub(super) followed: Vec<Text>,
    /// The folders that were looked into: once is enough, however often they are listed.
    pub(super) seen: BTreeSet<String>,
    /// Those among them that are being looked into.
    pub(super) open: Vec<String>,
}

impl Expander<'_> {
    /// The files that the path means, sorted; says what is wrong if there are none.
    pub(super) fn expand(&mut self, purpose: Use, path: &str) -> Vec<Text> {
        let mut found = Vec::new();
        if path.contains('*') {
            let (first, rest) = path.split_once('/').unwrap_or((path, ""));
            self.glob("", first, rest, &mut found);
            if found.is_empty() {
                self.push(messages::glob_without_match(self.place, path));
            }
        } else if purpose.is_manifests() {
            self.manifests(path, &mut found, 0);
        } else {
            found.push(path.into());
        }
        found.sort();
        found.dedup();
        found
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The files below `folder` that match the pattern and what follows it.
    fn glob(&mut self, folder: &str, pattern: &str, rest: &str, found: &mut Vec<Text>) {
        let Some(matcher) = Pattern::new(pattern) else {
            return;
        };
        let (next, after) = rest.split_once('/').unwrap_or((rest, ""));
        for listed in self.list(folder).unwrap_or_default() {
            let path = join(folder, &listed.name);
            if pattern == "**" && listed.folder && path.matches('/').count() < MAX_DEPTH {
                self.glob(&path, pattern, rest, found);
            }
            let name_matches = pattern != "**" && matcher.matches(&listed.name);
            match (listed.folder, rest.is_empty()) {
                (true, false) if name_matches => self.glob(&path, next, after, found),
                (false, true) if name_matches || pattern == "**" => found.push(path.into()),
                _ => {}
            }
        }
        if pattern == "**" && !rest.is_empty() {
            self.glob(folder, next, after, found);
        }
    }

    /// The manifests that a file or a folder means.
    fn manifests(&mut self, path: &str, found: &mut Vec<Text>, depth: usize) {
        match self.list(path) {
            Err(FileError::IsFile) => found.push(path.into()),
            Err(error) => self.push(messages::unreadable(self.place, path, &error)),
            Ok(_) if self.open.iter().any(|open| open == path) => self.push(messages::too_deep(self.place)),
            Ok(_) if !self.seen.insert(path.to_owned()) => {}
            Ok(listed) => {
                let before = found.len();
                self.open.push(path.to_owned());
                self.folder(path, listed, found, depth);
                self.open.pop();
                if depth == 0 && found.len() == before {
                    self.push(messages::folder_without_manifests(self.place, path));
                }
            }
        }
    }

    fn folder(&mut self, folder: &str, listed: Vec<Listed>, found: &mut Vec<Text>, depth: usize) {
        let kustomization = listed.iter().find(|it| !it.folder && KUSTOMIZATIONS.contains(&it.name.as_str()));
        if let Some(kustomization) = kustomization {
            self.kustomization(folder, &join(folder, &kustomization.name), found, depth);
            return;
        }
        for listed in listed {
            let path = join(folder, &listed.name);
            if listed.folder && depth < MAX_DEPTH {
                self.manifests(&path, found, depth + 1);
            } else if !listed.folder && has_extension(&path, &["yaml", "yml", "json"]) {
                found.push(path.into());
            }
        }
    }

    /// Follows a kustomization.yaml that only lists resources.
    fn kustomization(&mut self, folder: &str, path: &str, found: &mut Vec<Text>, depth: usize) {
        self.followed.push(path.into());
        let Some(value) = self.read_kustomization(path) else {
            return;
        };
        for entry in value.as_map().into_iter().flatten() {
            match entry.key.text.as_str() {
                "apiVersion" | "kind" | "metadata" | "resources" => {}
                key => self.push(messages::kustomization_does_more(entry.key.place, key)),
            }
        }
        for resource in value.items_at(&["resources"]) {
            let inside = resource.as_text().and_then(|path| resolve(folder, path));
            let Some(path) = inside else {
                self.push(messages::resource_outside(resource.place));
                continue;
            };
            if depth >= MAX_DEPTH {
                self.push(messages::too_deep(resource.place));
                return;
            }
            let place = std::mem::replace(&mut self.place, resource.place);
            self.manifests(&path, found, depth + 1);
            self.place = place;
        }
    }

    fn read_kustomization(&mut self, path: &str) -> Option<Value> {
        let bytes = match self.files.read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.push(messages::unreadable(self.place, path, &error));
                return None;
            }
        };
        let file = match super::add_text(self.sources, path, bytes, self.place) {
            Ok(file) => file,
            Err(diagnostic) => {
                self.push(diagnostic);
                return None;
            }
        };
        match yaml::read(&file.text, file.start()) {
            Ok(documents) => documents.into_iter().next(),
            Err(errors) => {
                for error in errors {
                    self.push(messages::bad_yaml(&error));
                }
                None
            }
        }
    }

    /// What lies in a folder, sorted; hidden files do not count.
    fn list(&self, folder: &str) -> Result<Vec<Listed>, FileError> {
        let mut listed = self.files.list(folder)?;
        listed.retain(|it| !it.name.starts_with('.'));
        listed.sort();
        Ok(listed)
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The path that `relative` means in `folder`, if it stays in the fleet's folder.
fn resolve(folder: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') || relative.contains(['\\', ':', '\0']) {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    let path = parts.join("/");
    RelativePath::new(path.as_str()).map(|_| path)
}

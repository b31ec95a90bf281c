//! Where manifests come from: a folder on disk, a commit, or memory.

use std::collections::BTreeMap;
use std::fmt;

/// Gives the compiler the files that a fleet names.
///
/// Paths are relative to the fleet's folder, with `/` between their parts; `.` and `..` never occur in them.
/// An implementation never follows a link out of that folder.
pub trait Files: Sync {
    /// The bytes of a file.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// What lies in a folder (the fleet's own is the empty path), in any order.
    fn list(&self, folder: &str) -> Result<Vec<Listed>, FileError>;
}

/// Something that lies in a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Its name, without the path of the folder.
    pub name: String,
    /// Whether it is a folder.
    pub folder: bool,
}

/// Why a file or folder cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileError {
    /// Nothing has that path.
    NotFound,
    /// It is a folder, where a file is asked for.
    IsFolder,
    /// It is a file, where a folder is asked for.
    IsFile,
    /// It is a link; fleets hold none, so that what is reviewed is what is built.
    IsLink,
    /// It is larger than a manifest may be; the limit in bytes.
    TooLarge(u64),
    /// The machine says no, in its own words.
    Other(String),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("does not exist"),
            Self::IsFolder => f.write_str("is a folder, not a file"),
            Self::IsFile => f.write_str("is a file, not a folder"),
            Self::IsLink => f.write_str("is a symbolic link, which a fleet may not hold"),
            Self::TooLarge(limit) => write!(f, "is larger than {} MiB", limit / (1 << 20)),
            Self::Other(message) => f.write_str(message),
        }
    }
}

/// Files held in memory, by path.
///
/// ```
/// use fleetc::{Files, InMemory};
///
/// let files = InMemory::from([("apps/web/deployment.yaml", "kind: Deployment\n")]);
/// assert_eq!(files.list("apps").unwrap()[0].name, "web");
/// ```
#[derive(Debug, Clone, Default)]
pub struct InMemory(BTreeMap<String, Vec<u8>>);

impl InMemory {
    /// Puts a file in, in the place of one that has the path already.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.insert(path.into(), bytes.into());
    }
}

impl<const N: usize> From<[(&str, &str); N]> for InMemory {
    fn from(files: [(&str, &str); N]) -> Self {
        files.into_iter().collect()
    }
}

impl<P: Into<String>, T: Into<Vec<u8>>> FromIterator<(P, T)> for InMemory {
    fn from_iter<I: IntoIterator<Item = (P, T)>>(files: I) -> Self {
        Self(files.into_iter().map(|(path, bytes)| (path.into(), bytes.into())).collect())
    }
}

impl Files for InMemory {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        match self.0.get(path) {
            Some(bytes) => Ok(bytes.clone()),
            None if self.list(path).is_ok() => Err(FileError::IsFolder),
            None => Err(FileError::NotFound),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<Listed>, FileError> {
        if self.0.contains_key(folder) {
            return Err(FileError::IsFile);
        }
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut listed: Vec<Listed> = Vec::new();
        for path in self.0.range(prefix.clone()..).map(|(path, _)| path) {
            let Some(rest) = path.strip_prefix(&prefix) else {
                break;
            };
            let (name, folder) = match rest.split_once('/') {
                Some((name, _)) => (name, true),
                None => (rest, false),
            };
            let entry = Listed { name: name.into(), folder };
            if listed.last() != Some(&entry) {
                listed.push(entry);
            }
        }
        if listed.is_empty() && !folder.is_empty() {
            return Err(FileError::NotFound);
        }
        Ok(listed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_seen_through_their_files() {
        let files = InMemory::from([("a/b/c.yaml", "x"), ("a/b/d.yaml", "y"), ("a.yaml", "z")]);
        let names = |folder| -> Vec<String> {
            let mut listed = files.list(folder).unwrap();
            listed.sort();
            listed.into_iter().map(|listed| listed.name).collect()
        };
        assert_eq!(names(""), ["a", "a.yaml"]);
        assert_eq!(names("a/b"), ["c.yaml", "d.yaml"]);
        assert_eq!(files.read("a"), Err(FileError::IsFolder));
        assert_eq!(files.list("a.yaml"), Err(FileError::IsFile));
        assert_eq!(files.read("b"), Err(FileError::NotFound));
        assert_eq!(files.list("b"), Err(FileError::NotFound));
    }
}

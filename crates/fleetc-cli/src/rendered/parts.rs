//! The parts of a tree that machines side by side have built, put together.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::ledger::{Entry, Ledger};
use super::{LEDGER, Stage, cannot, read_text};
use crate::digest::Digest;

/// Which part of which tree this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) index: usize,
    pub(crate) count: usize,
    /// Of all that the tree is made of.
    pub(crate) of: Digest,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} of {}", self.index, self.count, self.of)
    }
}

impl FromStr for Mark {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (part, of) = text.split_once(" of ").ok_or(())?;
        let (index, count) = part.split_once('/').ok_or(())?;
        let number = |text: &str| text.parse().map_err(|_| ());
        Ok(Self { index: number(index)?, count: number(count)?, of: of.parse()? })
    }
}

/// All parts of one tree.
pub(crate) struct Parts(Vec<(PathBuf, Ledger)>);

impl Parts {
    /// Reads the ledgers of the parts; an error unless each is there once, and all are of the same tree.
    pub(crate) fn open(folders: &[PathBuf]) -> Result<Self, String> {
        let mut parts: BTreeMap<usize, (PathBuf, Ledger)> = BTreeMap::new();
        let mut first: Option<Mark> = None;
        for folder in folders {
            let shown = folder.display();
            let ledger = Ledger::parse(read_text(&folder.join(LEDGER))?)
                .map_err(|_| format!("`{shown}` was written by another version of fleetc"))?;
            let mark: Option<Mark> = ledger.mark().and_then(|mark| mark.parse().ok());
            let mark = mark
                .ok_or_else(|| format!("`{shown}` is no part of a tree; `fleetc build --shard` makes one"))?;
            let first = first.get_or_insert(mark);
            if (mark.of, mark.count) != (first.of, first.count) {
                return Err(format!("`{shown}` is a part of another tree than `{}`", folders[0].display()));
            }
            if let Some((other, _)) = parts.insert(mark.index, (folder.clone(), ledger)) {
                return Err(format!("`{shown}` and `{}` are the same part, {}", other.display(), mark.index));
            }
        }
        let count = first.map_or(0, |first| first.count);
        match (1..=count).find(|index| !parts.contains_key(index)) {
            Some(missing) => Err(format!("part {missing} of {count} is missing")),
            None => Ok(Self(parts.into_values().collect())),
        }
    }

    /// Stages all files of all parts, each held against the ledger of its part.
    pub(crate) fn stage(&self, stage: &Stage<'_>) -> Result<(), String> {
        let mut owners: BTreeMap<&str, &Path> = BTreeMap::new();
        for (root, ledger) in &self.0 {
            let entries: Vec<Entry<'_>> = ledger.entries().collect();
            for files in entries.chunk_by(|a, b| a.folder == b.folder) {
                let folder = files[0].folder;
                if let Some(other) = owners.insert(folder, root) {
                    return Err(format!(
                        "`{folder}` is in two parts, `{}` and `{}`",
                        other.display(),
                        root.display()
                    ));
                }
                let texts: Vec<String> =
                    files.iter().map(|entry| read(root, entry)).collect::<Result<_, _>>()?;
                let names = files.iter().map(|entry| entry.name);
                stage.take_files(folder, names.zip(&texts));
            }
        }
        Ok(())
    }
}

/// The text of a file of a part, as it was written.
fn read(root: &Path, entry: &Entry<'_>) -> Result<String, String> {
    let path = root.join(entry.path());
    let text = fs::read_to_string(&path).map_err(|error| cannot("read", &path, &error))?;
    if Digest::of_output(text.as_bytes()) != entry.digest {
        return Err(format!("`{}` was changed since it was built; build the part anew", path.display()));
    }
    Ok(text)
}

//! What changes the tree, once everything that is new has been written beside it.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::ledger::{Entry, InFolder, Ledger, Line};
use super::stage::{Found, Mode, Stage, Staged, State};
use super::{JOURNAL, LEDGER, OWN, STAGING, cannot};
use crate::digest::Digest;
use crate::stamp::Stamp;

/// No message names more files.
const NAMED: usize = 10;

/// What was done to a folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) written: usize,
    pub(crate) unchanged: usize,
    pub(crate) removed: usize,
    /// Of the ledger.
    pub(crate) ledger: Digest,
    /// Of each file of the ledger.
    pub(crate) stamps: Vec<Stamp>,
}

/// What must be done to the tree, so that it is what was rendered.
pub(crate) struct Plan<'p> {
    pub(super) stage: &'p Stage<'p>,
    pub(super) folders: Vec<Staged>,
    /// Files that fleetc wrote, and that are no longer in the tree.
    pub(super) stale: Vec<Entry<'p>>,
    /// Of which tree it is which part.
    pub(super) mark: Option<String>,
}

impl<'s> Stage<'s> {
    /// What must be done; an error if something stands in the way that is not fleetc's.
    pub(crate) fn plan(&'s self) -> Result<Plan<'s>, String> {
        let Found { folders, in_the_way: mut foreign, .. } = self.found()?;
        let mut stale = Vec::new();
        for old in self.rendered.ledger.folders() {
            let new = folders.binary_search_by(|folder| (*folder.path).cmp(old.path())).ok();
            let new = new.map(|index| &folders[index]);
            for entry in old.entries().filter(|entry| !new.is_some_and(|new| new.has(entry.name))) {
                if self.is_stale(&entry)? {
                    stale.push(entry);
                }
            }
        }
        foreign.extend(self.found()?.in_the_way);
        if !foreign.is_empty() && self.mode != Mode::Look {
            return Err(not_ours(foreign));
        }
        Ok(Plan { stage: self, folders, stale, mark: None })
    }
}

impl Plan<'_> {
    /// The tree is a part of another.
    pub(crate) fn marked(self, mark: Option<String>) -> Self {
        Self { mark, ..self }
    }

    /// How many files the tree has.
    pub(crate) fn len(&self) -> usize {
        self.folders.iter().map(Staged::len).sum()
    }

    /// The ledger of the tree.
    pub(super) fn ledger(&self) -> String {
        let folders = self.folders.iter().map(|folder| {
            let old = self.stage.rendered.ledger.folder(&folder.path).filter(|_| folder.stands());
            let new = folder.files.iter().map(|file| Line::New(&file.name, file.digest));
            (&*folder.path, old.into_iter().flat_map(InFolder::lines).chain(new))
        });
        Ledger::text_of(self.mark.as_deref(), folders)
    }

    /// Does it.
    pub(crate) fn commit(self) -> Result<Done, String> {
        let text = self.ledger();
        let files = self.folders.iter().flat_map(|folder| &folder.files);
        let written = files.filter(|file| file.state != State::Unchanged).count();
        let done = Done {
            written,
            unchanged: self.len() - written,
            removed: self.stale.len(),
            ledger: Digest::of_output(text.as_bytes()),
            stamps: self.folders.iter().flat_map(Staged::stamps).collect(),
        };
        let rendered = self.stage.rendered;
        if written > 0 || !self.stale.is_empty() || text != rendered.ledger.text() {
            self.change(&text).map_err(|(path, error)| {
                format!("{}; the next build goes on from here", cannot("change", &path, &error))
            })?;
        }
        Ok(done)
    }

    fn change(&self, ledger: &str) -> Result<(), (PathBuf, io::Error)> {
        let rendered = self.stage.rendered;
        let (system, own) = (rendered.system, rendered.root.join(OWN));
        let journal = own.join(JOURNAL);
        rendered
            .replace(&own.join("journal.new"), &journal, ledger.as_bytes())
            .map_err(|error| (journal.clone(), error))?;
        let mut moved = BTreeSet::new();
        for folder in &self.folders {
            self.move_folder(folder, &mut moved)?;
        }
        for entry in &self.stale {
            let path = rendered.root.join(entry.path());
            system.remove_file(&path).map_err(|error| (path, error))?;
            self.remove_empty(entry.folder);
        }
        let path = rendered.root.join(LEDGER);
        system.rename(&journal, &path).map_err(|error| (path, error))?;
        // What is left there is empty.
        let _ = system.remove_all(&own.join(STAGING));
        Ok(())
    }

    /// Moves what is new in a folder: the outermost folder that is new as a whole, or single files.
    fn move_folder(
        &self,
        folder: &Staged,
        moved: &mut BTreeSet<PathBuf>,
    ) -> Result<(), (PathBuf, io::Error)> {
        if folder.files.iter().all(|file| file.state == State::Unchanged) {
            return Ok(());
        }
        let path = Path::new(&folder.path);
        let is_missing = |it: &&Path| *it != Path::new("") && !self.is_there(it);
        if let Some(outermost) = path.ancestors().take_while(is_missing).last() {
            if moved.insert(outermost.to_owned()) {
                self.move_one(outermost)?;
            }
            return Ok(());
        }
        for file in folder.files.iter().filter(|file| file.state != State::Unchanged) {
            self.move_one(&path.join(&*file.name))?;
        }
        Ok(())
    }

    fn is_there(&self, folder: &Path) -> bool {
        folder.to_str().is_some_and(|folder| self.stage.is_there(folder) == Ok(true))
    }

    fn move_one(&self, path: &Path) -> Result<(), (PathBuf, io::Error)> {
        let rendered = self.stage.rendered;
        let (from, to) = (rendered.staged(path), rendered.root.join(path));
        rendered.system.rename(&from, &to).map_err(|error| (to, error))
    }

    /// Removes the folders that a removed file leaves empty.
    fn remove_empty(&self, folder: &str) {
        let rendered = self.stage.rendered;
        let inner = Path::new(folder).ancestors().take_while(|it| *it != Path::new(""));
        for folder in inner {
            if rendered.system.remove_folder(&rendered.root.join(folder)).is_err() {
                return;
            }
        }
    }
}

/// Says which files are not as fleetc wrote them.
fn not_ours(mut files: Vec<String>) -> String {
    files.sort();
    files.dedup();
    let remedy = "undo the change, take the file away, or replace it with `--force`";
    if let [one] = &files[..] {
        return format!("`{one}` was not written by fleetc, or was changed since; {remedy}");
    }
    let mut text =
        format!("{} files were not written by fleetc, or were changed since; {remedy}:", files.len());
    for file in files.iter().take(NAMED) {
        text.push_str("\n  ");
        text.push_str(file);
    }
    if files.len() > NAMED {
        text.push_str("\n  …");
    }
    text
}

//! The files that are new, written beside the tree while it is rendered.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, RwLock};

use fleetc::{File, Folder};
use rustc_hash::FxHashMap;

use super::ledger::{Entry, InFolder};
use super::{Rendered, cannot, is_link};
use crate::digest::Digest;
use crate::stamp::Stamp;

/// Of how many files it is kept what they must hold.
const SHOWN: usize = 16;

/// What is done with what is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It is written, unless something stands in its way.
    Write,
    /// It is written, whoever wrote what stands in its way.
    Force,
    /// It is looked at.
    Look,
}

/// Of each folder of the ledger that was looked at, the stamps of its files, if it stands.
type Standing = Vec<OnceLock<Option<Vec<Stamp>>>>;

/// Takes the folders of a tree, and finds what is new.
pub(crate) struct Stage<'s> {
    pub(super) rendered: &'s Rendered<'s>,
    pub(super) mode: Mode,
    /// Folders of the output, and whether they are there.
    there: RwLock<FxHashMap<String, bool>>,
    /// Folders that were made in the staging folder.
    made: Mutex<BTreeSet<String>>,
    found: Mutex<Found>,
    pub(super) standing: Standing,
    /// What the first files that are new hold, where it is only looked at.
    texts: Mutex<BTreeMap<String, String>>,
    objects: AtomicUsize,
    has_failed: AtomicBool,
}

/// What a file must hold.
pub(super) trait Content {
    /// It as text; in `buffer` if it is not kept anywhere.
    fn text_in<'t>(&'t self, buffer: &'t mut String) -> &'t str;
}

impl Content for File {
    fn text_in<'t>(&'t self, buffer: &'t mut String) -> &'t str {
        File::text_in(self, buffer)
    }
}

impl Content for String {
    fn text_in<'t>(&'t self, _: &'t mut String) -> &'t str {
        self
    }
}

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) folders: Vec<Staged>,
    /// Files that fleetc did not write, or that were changed since.
    pub(super) in_the_way: Vec<String>,
    failed: Option<String>,
}

/// A folder of the tree.
pub(super) struct Staged {
    pub(super) path: String,
    /// Its files; none if it stands.
    pub(super) files: Vec<StagedFile>,
    /// Of each file of the ledger, if it stands as that says.
    standing: Vec<Stamp>,
}

impl Staged {
    /// Whether it stands as the ledger says.
    pub(super) fn stands(&self) -> bool {
        !self.standing.is_empty()
    }

    /// How many files it has.
    pub(super) fn len(&self) -> usize {
        self.files.len() + self.standing.len()
    }

    /// Whether it has a file of the ledger.
    pub(super) fn has(&self, name: &str) -> bool {
        self.stands() || self.files.binary_search_by(|file| (*file.name).cmp(name)).is_ok()
    }

    /// Of each of its files.
    pub(super) fn stamps(&self) -> impl Iterator<Item = Stamp> {
        self.standing.iter().copied().chain(self.files.iter().map(|file| file.stamp))
    }
}

/// A file of the tree.
pub(super) struct StagedFile {
    pub(super) name: Box<str>,
    pub(super) digest: Digest,
    pub(super) stamp: Stamp,
    pub(super) state: State,
}

/// What a file of the tree is to what stands in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// The same.
    Unchanged,
    /// Nothing is there.
    Added,
    /// Another file is there.
    Replaced,
}

/// What stands in the place of a file.
enum Now {
    Nothing,
    /// What the last build left there.
    Known(Stamp),
    Bytes(Vec<u8>, Stamp),
}

impl<'s> Stage<'s> {
    pub(crate) fn new(rendered: &'s Rendered<'s>, mode: Mode) -> Self {
        Self {
            rendered,
            mode,
            there: RwLock::default(),
            made: Mutex::default(),
            found: Mutex::default(),
            standing: rendered.ledger.folders().map(|_| OnceLock::new()).collect(),
            texts: Mutex::default(),
            objects: AtomicUsize::new(0),
            has_failed: AtomicBool::new(false),
        }
    }

    /// Takes a folder of which it was said that it stands.
    fn take_standing(&self, folder: &str) {
        let standing = self.stamps_of(folder).unwrap_or_default().to_vec();
        // One of its files is the list of the others.
        self.objects.fetch_add(standing.len().saturating_sub(1), Ordering::Relaxed);
        let staged = Staged { path: folder.to_owned(), files: Vec::new(), standing };
        self.found.lock().expect("nothing panics while it is held").folders.push(staged);
    }

    /// Takes a folder of the tree; it may be called on any thread.
    pub(crate) fn take(&self, folder: &Folder) {
        if folder.is_as_before() {
            return self.take_standing(&folder.path);
        }
        self.take_files(&folder.path, folder.files.iter().map(|(name, file)| (&**name, file)));
        let objects = folder.files.values().filter(|file| file.object().is_some()).count();
        self.objects.fetch_add(objects, Ordering::Relaxed);
    }

    /// Takes the files of a folder in the order of their names, each with what it must hold.
    pub(super) fn take_files<'n>(
        &self,
        folder: &str,
        files: impl Iterator<Item = (&'n str, &'n (impl Content + 'n))>,
    ) {
        if self.has_failed.load(Ordering::Relaxed) {
            return;
        }
        let staged = self.stage(folder, files);
        let mut found = self.found.lock().expect("nothing panics while it is held");
        match staged {
            Ok(staged) => found.folders.push(staged),
            Err(problem) => {
                found.failed.get_or_insert(problem);
                self.has_failed.store(true, Ordering::Relaxed);
            }
        }
    }

    /// How many objects there were.
    pub(crate) fn objects(&self) -> usize {
        self.objects.load(Ordering::Relaxed)
    }

    /// What was found in all folders, in the order of their paths.
    pub(super) fn found(&self) -> Result<Found, String> {
        let mut found = std::mem::take(&mut *self.found.lock().expect("nothing panics while it is held"));
        if let Some(problem) = found.failed.take() {
            return Err(problem);
        }
        found.folders.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    fn stage<'n>(
        &self,
        folder: &str,
        all: impl Iterator<Item = (&'n str, &'n (impl Content + 'n))>,
    ) -> Result<Staged, String> {
        let is_there = self.is_there(folder)?;
        let old = self.rendered.ledger.folder(folder);
        let mut path = self.rendered.root.join(folder);
        let mut buffer = String::new();
        let mut files = Vec::new();
        let mut is_made = false;
        for (name, content) in all {
            let text = content.text_in(&mut buffer);
            path.push(name);
            let mut staged = self.file(&path, is_there, old, name, text)?;
            path.pop();
            if staged.state == State::Replaced && self.mode == Mode::Look {
                self.show(folder, name, text);
            }
            if staged.state != State::Unchanged && self.mode != Mode::Look {
                if !std::mem::replace(&mut is_made, true) {
                    self.make(folder)?;
                }
                staged.stamp = self.write(folder, name, text)?;
            }
            files.push(staged);
        }
        Ok(Staged { path: folder.to_owned(), files, standing: Vec::new() })
    }

    /// Keeps what a file must hold, if it is among the first.
    fn show(&self, folder: &str, name: &str, text: &str) {
        let mut texts = self.texts.lock().expect("nothing panics while it is held");
        texts.insert(format!("{folder}/{name}"), text.to_owned());
        if texts.len() > SHOWN {
            texts.pop_last();
        }
    }

    /// What the first files that are new hold, by path.
    pub(super) fn texts(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.texts.lock().expect("nothing panics while it is held")
    }

    fn file(
        &self,
        path: &Path,
        is_there: bool,
        old: Option<InFolder<'_>>,
        name: &str,
        text: &str,
    ) -> Result<StagedFile, String> {
        let digest = Digest::of_output(text.as_bytes());
        let old = old.and_then(|old| old.get(name));
        let now = if is_there { self.now(path, old.as_ref())? } else { Now::Nothing };
        let (state, stamp) = match now {
            Now::Nothing => (State::Added, Stamp::default()),
            Now::Known(stamp) if old.is_some_and(|old| old.digest == digest) => (State::Unchanged, stamp),
            Now::Bytes(bytes, stamp) if bytes == text.as_bytes() => (State::Unchanged, stamp),
            Now::Known(_) => (State::Replaced, Stamp::default()),
            Now::Bytes(bytes, _) => {
                self.check_owned(path, old.as_ref(), &bytes);
                (State::Replaced, Stamp::default())
            }
        };
        Ok(StagedFile { name: name.into(), digest, stamp, state })
    }

    /// Whether a file that fleetc wrote, and that is no longer in the tree, is there to be removed.
    pub(super) fn is_stale(&self, entry: &Entry<'_>) -> Result<bool, String> {
        if !self.is_there(entry.folder)? {
            return Ok(false);
        }
        let path = self.rendered.root.join(entry.path());
        Ok(match self.now(&path, Some(entry))? {
            Now::Nothing => false,
            Now::Known(_) => true,
            Now::Bytes(bytes, _) => {
                self.check_owned(&path, Some(entry), &bytes);
                true
            }
        })
    }

    /// Notes a file that is not as fleetc wrote it.
    fn check_owned(&self, path: &Path, old: Option<&Entry<'_>>, bytes: &[u8]) {
        if self.mode != Mode::Force && old.is_none_or(|old| old.digest != Digest::of_output(bytes)) {
            let mut found = self.found.lock().expect("nothing panics while it is held");
            found.in_the_way.push(path.display().to_string());
        }
    }

    /// What stands at a path now.
    fn now(&self, path: &Path, old: Option<&Entry<'_>>) -> Result<Now, String> {
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_symlink() => return Err(is_link(path)),
            Ok(metadata) if metadata.is_dir() => return Err(in_the_way(path, "folder", "file")),
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Now::Nothing),
            Err(error) => return Err(cannot("read", path, &error)),
        };
        let stamp = Stamp::of(&metadata);
        if old.is_some_and(|old| self.rendered.is_known(stamp, old)) {
            return Ok(Now::Known(stamp));
        }
        let bytes = fs::read(path).map_err(|error| cannot("read", path, &error))?;
        Ok(Now::Bytes(bytes, stamp))
    }

    /// Whether the folder is there; a link on the way is never followed.
    pub(super) fn is_there(&self, folder: &str) -> Result<bool, String> {
        if let Some(is_there) = self.there.read().expect("nothing panics while it is held").get(folder) {
            return Ok(*is_there);
        }
        let parent = folder.rsplit_once('/').map(|(parent, _)| parent);
        let parent_is_there = parent.map_or(Ok(true), |parent| self.is_there(parent))?;
        let is_there = parent_is_there && is_folder(&self.rendered.root.join(folder))?;
        self.there.write().expect("nothing panics while it is held").insert(folder.to_owned(), is_there);
        Ok(is_there)
    }

    /// Makes a folder in the staging folder.
    fn make(&self, folder: &str) -> Result<(), String> {
        if self.made.lock().expect("nothing panics while it is held").contains(folder) {
            return Ok(());
        }
        match folder.rsplit_once('/') {
            Some((parent, _)) => self.make(parent)?,
            None => self.create(&self.rendered.staged(""))?,
        }
        self.create(&self.rendered.staged(folder))?;
        self.made.lock().expect("nothing panics while it is held").insert(folder.to_owned());
        Ok(())
    }

    fn create(&self, folder: &Path) -> Result<(), String> {
        self.rendered.system.create_folder(folder).map_err(|error| cannot("make", folder, &error))
    }

    fn write(&self, folder: &str, name: &str, text: &str) -> Result<Stamp, String> {
        let mut path = self.rendered.staged(folder);
        path.push(name);
        let written = self.rendered.system.write(&path, text.as_bytes());
        written.map_err(|error| cannot("write", &path, &error))
    }
}

fn is_folder(path: &Path) -> Result<bool, String> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => Err(is_link(path)),
        Ok(metadata) if metadata.is_dir() => Ok(true),
        Ok(_) => Err(in_the_way(path, "file", "folder")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(cannot("read", path, &error)),
    }
}

fn in_the_way(path: &Path, is: &str, must_be: &str) -> String {
    format!("`{}` is a {is}, where a {must_be} of the tree must lie; take it away", path.display())
}

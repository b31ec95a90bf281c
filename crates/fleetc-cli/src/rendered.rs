//! The rendered tree on disk: only files that fleetc wrote, and that nobody changed since, are replaced or removed, and
//! each file is the old or the new one at any time.
//!
//! What is new is first written below `.fleetc/staging`, as it is rendered. Then the new ledger becomes the journal; from
//! there on the tree changes, by renames and removals alone; at the end the journal becomes the ledger. A build that finds
//! a journal knows of each file that it may be the old or the new one.

mod cache;
mod commit;
mod differences;
#[cfg(test)]
mod faults;
mod guard;
mod ledger;
mod lock;
mod parts;
mod stage;
mod standing;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rayon::prelude::*;

use crate::digest::Digest;
use crate::disk::Disk;
use crate::inputs;
use crate::stamp::Stamp;
use crate::system::System;

pub(crate) use cache::Cache;
pub(crate) use guard::Allowed;
pub(crate) use parts::{Mark, Parts};
pub(crate) use stage::{Mode, Stage};

use ledger::{Entry, Ledger, Line};

/// The ledger, in the output folder: not YAML, and under no path that Flux applies.
const LEDGER: &str = ".fleetc-ledger";

/// What is fleetc's own, and nobody else's, in the output folder.
const OWN: &str = ".fleetc";

/// Keeps [`OWN`] out of repositories.
const IGNORE: &str = ".gitignore";

/// What is to become the tree.
const STAGING: &str = "staging";

/// The ledger of a tree that is being changed.
const JOURNAL: &str = "journal";

/// The output folder, as the last build left it.
pub(crate) struct Rendered<'r> {
    system: &'r dyn System,
    /// The output folder.
    root: &'r Path,
    ledger: Ledger,
    cache: Option<(Cache, Stamp)>,
    /// Folders that were made for this build, the outer ones first.
    made: Vec<PathBuf>,
    _lock: Option<lock::Lock>,
}

impl<'r> Rendered<'r> {
    /// Opens the folder to write into it, once no other build does; `tell` is told of the one that is waited for.
    pub(crate) fn open(
        root: &'r Path,
        system: &'r dyn System,
        patience: Duration,
        tell: impl FnMut(&str),
    ) -> Result<Self, String> {
        let own = root.join(OWN);
        refuse_links(&[&own, &own.join("lock")])?;
        let made = make_folders(&own, system).map_err(|error| cannot("make", &own, &error))?;
        let lock = lock::take(&own.join("lock"), patience, tell)?;
        let mut rendered = Self { made, _lock: Some(lock), ..Self::look(root, system)? };
        rendered.prepare().map_err(|error| cannot("write into", &own, &error))?;
        Ok(rendered)
    }

    /// Looks at the folder, and changes nothing.
    pub(crate) fn look(root: &'r Path, system: &'r dyn System) -> Result<Self, String> {
        refuse_links(&[&root.join(OWN)])?;
        let path = root.join(OWN).join("cache");
        let (mut cache, ledger) = thread::scope(|threads| {
            let cache = threads.spawn(|| Cache::read(&path));
            let ledger = read_ledger(root);
            (cache.join().unwrap_or_default(), ledger)
        });
        let (mut ledger, digest) = ledger?;
        let home = home(root);
        cache = cache.filter(|(cache, _)| cache.ledger == digest && Some(cache.home) == home);
        let journal = read_text(&root.join(OWN).join(JOURNAL))?;
        if !journal.is_empty() {
            let journal = Ledger::parse(journal).map_err(|_| of_another_version(root))?;
            ledger = settled(&ledger, &journal, root);
            cache = None;
        }
        cache = cache.filter(|(cache, _)| cache.stamps.len() == ledger.len());
        Ok(Self { system, root, ledger, cache, made: Vec::new(), _lock: None })
    }

    /// The output folder.
    pub(crate) fn root(&self) -> &Path {
        self.root
    }

    /// Where a file or folder of the tree lies until it becomes one.
    fn staged(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(OWN).join(STAGING).join(path)
    }

    /// Takes away what a build that was ended left behind.
    fn prepare(&mut self) -> io::Result<()> {
        let own = self.root.join(OWN);
        let ignore = own.join(IGNORE);
        if fs::symlink_metadata(&ignore).is_err() {
            self.system.write(&ignore, b"*\n")?;
        }
        self.system.remove_all(&own.join(STAGING))?;
        if fs::symlink_metadata(own.join(JOURNAL)).is_ok() {
            self.replace(&own.join("ledger.new"), &self.root.join(LEDGER), self.ledger.text().as_bytes())?;
            self.system.remove_file(&own.join(JOURNAL))?;
        }
        Ok(())
    }

    /// What the last build left, if it had the same key and the same inputs, and its tree stands as it left it.
    pub(crate) fn current(&self, key: Digest, disk: &Disk) -> Option<&Cache> {
        let (cache, then) = self.cache.as_ref()?;
        let inputs = cache.inputs.as_ref().filter(|_| cache.key == key)?;
        (inputs::are_unchanged(inputs, disk, *then) && self.stands()).then_some(cache)
    }

    /// Whether all files of the ledger are there, and nobody changed them.
    fn stands(&self) -> bool {
        let entries: Vec<Entry<'_>> = self.ledger.entries().collect();
        entries.par_chunks(512).all(|entries| {
            let mut path = PathBuf::new();
            entries.iter().all(|entry| {
                path.clear();
                path.push(self.root);
                path.push(entry.folder);
                path.push(entry.name);
                self.unedited(&path, entry).is_some()
            })
        })
    }

    /// The stamp of a file of the ledger, if it is there, and nobody changed it.
    fn unedited(&self, path: &Path, entry: &Entry<'_>) -> Option<Stamp> {
        let metadata = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
        let stamp = Stamp::of(&metadata);
        let is_same = self.is_known(stamp, entry)
            || fs::read(path).is_ok_and(|bytes| Digest::of_output(&bytes) == entry.digest);
        is_same.then_some(stamp)
    }

    /// Whether a file with the stamp is the one that the last build left.
    fn is_known(&self, stamp: Stamp, entry: &Entry<'_>) -> bool {
        let known = self.cache.as_ref().map(|(cache, then)| (cache.stamps[entry.index], *then));
        known.is_some_and(|(known, then)| known == stamp && !known.is_young(then))
    }

    /// Leaves the folder as it was found; one that is being changed already is for the next build to mend.
    pub(crate) fn discard(&self) {
        let own = self.root.join(OWN);
        let _ = self.system.remove_all(&own.join(STAGING));
        let is_changing = fs::symlink_metadata(own.join(JOURNAL)).is_ok();
        if self.made.contains(&own) && !is_changing {
            let _ = self.system.remove_all(&own);
            for folder in self.made.iter().rev().skip(1) {
                let _ = self.system.remove_folder(folder);
            }
        }
    }

    /// Writes what makes the next build quick; without it, it is slow.
    pub(crate) fn keep(&self, cache: Cache) {
        let Some(home) = home(self.root) else { return };
        let (own, cache) = (self.root.join(OWN), Cache { home, ..cache });
        let _ = self.replace(&own.join("cache.new"), &own.join("cache"), &cache.bytes());
    }

    /// Puts bytes in the place of a file, by way of another.
    fn replace(&self, by: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if fs::symlink_metadata(by).is_ok() {
            self.system.remove_file(by)?;
        }
        self.system.write(by, bytes)?;
        self.system.rename(by, path)
    }
}

/// Of each file that is in the ledger, or in the journal, the digest that it has now, as far as it is one of the two.
fn settled(ledger: &Ledger, journal: &Ledger, root: &Path) -> Ledger {
    let mut files: BTreeMap<(&str, &str), Digest> = BTreeMap::new();
    for entry in ledger.entries().chain(journal.entries()) {
        let Ok(bytes) = fs::read(root.join(entry.path())) else { continue };
        let is_it = Digest::of_output(&bytes) == entry.digest;
        let known = files.entry((entry.folder, entry.name)).or_insert(entry.digest);
        if is_it {
            *known = entry.digest;
        }
    }
    let mut folders: Vec<(&str, Vec<(&str, Digest)>)> = Vec::new();
    for ((folder, name), digest) in files {
        match folders.last_mut() {
            Some((last, files)) if *last == folder => files.push((name, digest)),
            _ => folders.push((folder, vec![(name, digest)])),
        }
    }
    let folders = folders.into_iter().map(|(path, files)| {
        let lines = files.into_iter().map(|(name, digest)| Line::New(name, digest));
        (path, lines)
    });
    let text = Ledger::text_of(ledger.mark(), folders);
    Ledger::parse(text).expect("this version has written it")
}

/// By what the folder of the cache is known to be the one that it was written into.
fn home(root: &Path) -> Option<Stamp> {
    let metadata = fs::symlink_metadata(root.join(OWN).join(IGNORE)).ok()?;
    metadata.is_file().then(|| Stamp::of(&metadata))
}

/// The ledger, and the digest of its text.
fn read_ledger(root: &Path) -> Result<(Ledger, Digest), String> {
    let text = read_text(&root.join(LEDGER))?;
    let digest = Digest::of_output(text.as_bytes());
    let ledger = Ledger::parse(text).map_err(|_| of_another_version(root))?;
    Ok((ledger, digest))
}

fn of_another_version(root: &Path) -> String {
    let remedy = "use that one, or take the folder away and build anew";
    format!("`{}` was written by another version of fleetc; {remedy}", root.join(LEDGER).display())
}

/// The text of a file; empty if there is none.
fn read_text(path: &Path) -> Result<String, String> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => return Err(is_link(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        _ => {}
    }
    fs::read_to_string(path).map_err(|error| cannot("read", path, &error))
}

/// Makes a folder and those that it lies in; which were made.
fn make_folders(path: &Path, system: &dyn System) -> io::Result<Vec<PathBuf>> {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && fs::metadata(folder).is_err();
    let mut missing: Vec<PathBuf> = path.ancestors().take_while(is_missing).map(Path::to_owned).collect();
    missing.reverse();
    for folder in &missing {
        system.create_folder(folder)?;
    }
    Ok(missing)
}

/// Refuses paths that are links.
pub(crate) fn refuse_links(paths: &[&Path]) -> Result<(), String> {
    let is_a_link = |path: &&&Path| fs::symlink_metadata(path).is_ok_and(|it| it.is_symlink());
    paths.iter().find(is_a_link).map_or(Ok(()), |path| Err(is_link(path)))
}

fn is_link(path: &Path) -> String {
    format!("`{}` is a symbolic link, which fleetc does not follow", path.display())
}

fn cannot(verb: &str, path: &Path, error: &io::Error) -> String {
    format!("cannot {verb} `{}`: {error}", path.display())
}

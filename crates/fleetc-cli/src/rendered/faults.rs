//! Builds that are disturbed at every single thing that they ask of the machine.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fleetc::{Folder, InMemory, Input, Way, compile_into};
use rayon::prelude::*;

use super::{Cache, Mode, Rendered, Stage};
use crate::digest::Digest;
use crate::stamp::Stamp;
use crate::system::{Machine, System};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// One thing cannot be done: a permission was lost, a disk has a hole.
    Refused,
    /// The disk is full from there on: nothing grows any more.
    Full,
    /// The process is killed.
    Killed,
}

const FAULTS: [Fault; 3] = [Fault::Refused, Fault::Full, Fault::Killed];

/// The machine, until the fault.
struct Faulty {
    fault: Fault,
    /// At which of the things that it is asked for.
    at: usize,
    asked: AtomicUsize,
}

impl Faulty {
    fn new(fault: Fault, at: usize) -> Self {
        Self { fault, at, asked: AtomicUsize::new(0) }
    }

    /// Whether the next thing goes wrong.
    fn fails(&self, grows: bool) -> bool {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        match self.fault {
            Fault::Refused => asked == self.at,
            Fault::Full => asked >= self.at && grows,
            Fault::Killed => asked >= self.at,
        }
    }

    fn ask<T>(&self, grows: bool, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        if self.fails(grows) { Err(io::ErrorKind::StorageFull.into()) } else { act() }
    }
}

impl System for Faulty {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.ask(true, || Machine.create_folder(path))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<Stamp> {
        let asked = self.asked.load(Ordering::SeqCst);
        if self.fails(true) {
            // Half of it was written before. Once the process is dead, nothing is.
            if asked == self.at {
                Machine.write(path, &bytes[..bytes.len() / 2])?;
            }
            return Err(io::ErrorKind::StorageFull.into());
        }
        Machine.write(path, bytes)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.ask(false, || Machine.rename(from, to))
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.ask(false, || Machine.remove_file(path))
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.ask(false, || Machine.remove_folder(path))
    }

    fn remove_all(&self, path: &Path) -> io::Result<()> {
        self.ask(false, || Machine.remove_all(path))
    }
}

type Files = BTreeMap<String, String>;

/// A tree of some 200 files: of each app and each object in it, the text says the version.
fn tree(apps: std::ops::Range<usize>, version: &str) -> Vec<Folder> {
    let mut text =
        "fleet.source = { git = \"https://example.com/me/home\" }\nclusters.home = {}\n".to_owned();
    let mut files = InMemory::default();
    for app in apps {
        text.push_str(&format!("apps.app{app} = {{ manifests = \"{app}.yaml\", namespace = \"n{app}\" }}\n"));
        let object = |object: usize| {
            format!(
                "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: map{object}\ndata:\n  version: \"{version}\"\n"
            )
        };
        files.insert(format!("{app}.yaml"), (0..10).map(object).collect::<Vec<_>>().concat());
    }
    let folders = std::sync::Mutex::new(Vec::new());
    let take = |folder| folders.lock().unwrap().push(folder);
    let outcome = compile_into(&Input::new(&text, &files), &Way::into(&take));
    assert!(outcome.output.is_some(), "{:?}", outcome.diagnostics);
    folders.into_inner().unwrap()
}

fn files(tree: &[Folder]) -> Files {
    let files = tree.iter().flat_map(|folder| {
        folder.files.iter().map(|(name, file)| (format!("{}/{name}", folder.path), file.text().into_owned()))
    });
    files.collect()
}

/// What a build does, by hand.
fn build(root: &Path, tree: &[Folder], system: &dyn System) -> Result<(), String> {
    let rendered = Rendered::open(root, system, Duration::ZERO, |_| ())?;
    let stage = Stage::new(&rendered, Mode::Write);
    for folder in tree {
        stage.take(folder);
    }
    match stage.plan().and_then(super::commit::Plan::commit) {
        Ok(done) => {
            rendered.keep(Cache { ledger: done.ledger, stamps: done.stamps, ..Cache::default() });
            Ok(())
        }
        Err(error) => {
            rendered.discard();
            Err(error)
        }
    }
}

/// What is on disk, but for what is fleetc's own.
fn on_disk(root: &Path) -> Files {
    let mut files = Files::new();
    let mut open = vec![PathBuf::new()];
    while let Some(inner) = open.pop() {
        for entry in fs::read_dir(root.join(&inner)).into_iter().flatten() {
            let path = inner.join(entry.unwrap().file_name());
            if path.to_string_lossy().starts_with('.') {
                continue;
            }
            if root.join(&path).is_dir() {
                open.push(path);
            } else {
                files.insert(path.display().to_string(), fs::read_to_string(root.join(&path)).unwrap());
            }
        }
    }
    files
}

/// In memory, where there is such a folder.
fn temporary() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

const FOREIGN: [&str; 2] = ["mine.txt", "common/home/app3/mine.yaml"];

fn add_foreign(root: &Path, files: &mut Files) {
    for path in FOREIGN {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), "mine").unwrap();
        files.insert(path.into(), "mine".into());
    }
}

/// Whether each file is as in one of the trees.
fn check_mixed(now: &Files, trees: &[&Files]) {
    for (path, text) in now {
        assert!(trees.iter().any(|tree| tree.get(path) == Some(text)), "{path}: {text}");
    }
    let in_all = trees[0].keys().filter(|path| trees.iter().all(|tree| tree.contains_key(*path)));
    for path in in_all {
        assert!(now.contains_key(path), "{path} is gone");
    }
}

fn check_tidy(root: &Path) {
    let left: Vec<_> =
        fs::read_dir(root.join(".fleetc")).unwrap().map(|it| it.unwrap().file_name()).collect();
    let may_be = [".gitignore", "cache", "lock"];
    assert!(left.iter().all(|name| may_be.iter().any(|may| name == may)), "{left:?}");
}

/// How many things a build asks for.
fn points(from: &[Folder], to: &[Folder]) -> usize {
    let folder = temporary();
    if !from.is_empty() {
        build(folder.path(), from, &Machine).unwrap();
    }
    let counting = Faulty::new(Fault::Refused, usize::MAX);
    build(folder.path(), to, &counting).unwrap();
    counting.asked.into_inner()
}

/// Disturbs a build everywhere, in each way; how often it was.
fn disturb(from: &[Folder], to: &[Folder]) -> usize {
    let points = points(from, to);
    // A kill everywhere; one of the two others at two points of three.
    let cases: Vec<(Fault, usize)> = (0..points)
        .flat_map(|at| [(Fault::Killed, at), (if at % 2 == 0 { Fault::Refused } else { Fault::Full }, at)])
        .filter(|(fault, at)| *fault == Fault::Killed || at % 3 != 2)
        .collect();
    cases.par_chunks(cases.len().div_ceil(16)).for_each(|cases| {
        let folder = temporary();
        let root = folder.path();
        for &(fault, at) in cases {
            let (mut old, mut new) = (files(from), files(to));
            if from.is_empty() {
                fs::remove_dir_all(root).unwrap();
                fs::create_dir(root).unwrap();
            } else {
                build(root, from, &Machine).unwrap();
            }
            add_foreign(root, &mut old);
            add_foreign(root, &mut new);
            let ended = build(root, to, &Faulty::new(fault, at));
            let now = on_disk(root);
            if ended.is_ok() {
                assert_eq!(now, new, "{fault:?} at {at}");
            } else if fault == Fault::Full {
                assert_eq!(now, old, "{fault:?} at {at}");
            } else {
                check_mixed(&now, &[&old, &new]);
            }
            build(root, to, &Machine).unwrap_or_else(|error| panic!("{fault:?} at {at}: {error}"));
            assert_eq!(on_disk(root), new, "{fault:?} at {at}");
            check_tidy(root);
        }
    });
    cases.len()
}

#[test]
fn a_disturbed_build_leaves_old_or_new_files_and_the_next_one_mends() {
    let (old, new) = (tree(0..16, "1"), tree(2..18, "2"));
    assert!(files(&old).len() > 200);
    let count = disturb(&old, &new) + disturb(&[], &new);
    assert!(count > 1_000, "{count} points");
}

#[test]
fn builds_that_are_disturbed_again_and_again_are_mended() {
    let trees = [tree(0..4, "1"), tree(1..5, "2"), tree(2..6, "3")];
    let all: Vec<Files> = trees.iter().map(|tree| files(tree)).collect();
    let points = points(&trees[0], &trees[1]);
    (0..60_usize).into_par_iter().for_each(|round| {
        let folder = temporary();
        // Numbers that look like chance, and are the same each time.
        let mut state = round as u64 + 1;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        for _ in 0..5 {
            let (to, fault, at) = (next(3), FAULTS[next(3)], next(points));
            let _ = build(folder.path(), &trees[to], &Faulty::new(fault, at));
            let now = on_disk(folder.path());
            for (path, text) in &now {
                assert!(all.iter().any(|tree| tree.get(path) == Some(text)), "round {round}: {path}");
            }
        }
        let last = next(3);
        build(folder.path(), &trees[last], &Machine).unwrap_or_else(|error| panic!("round {round}: {error}"));
        assert_eq!(on_disk(folder.path()), all[last], "round {round}");
        check_tidy(folder.path());
    });
}

#[test]
fn a_broken_cache_is_not_believed() {
    let folder = temporary();
    let (old, new) = (tree(0..2, "1"), tree(0..2, "2"));
    build(folder.path(), &old, &Machine).unwrap();
    let cache = folder.path().join(".fleetc/cache");
    let bytes = fs::read(&cache).unwrap();
    fs::write(&cache, &bytes[..bytes.len() / 2]).unwrap();
    build(folder.path(), &new, &Machine).unwrap();
    assert_eq!(on_disk(folder.path()), files(&new));
    let ledger = fs::read(folder.path().join(".fleetc-ledger")).unwrap();
    assert_eq!(Cache::read(&cache).unwrap().0.ledger, Digest::of_output(&ledger));
}

//! The fifth phase: every object of the tree against what its cluster will say of it. Nothing is changed.
//!
//! What a cluster refuses under strict validation, or under server-side apply, is an error; what it accepts is none.

mod across;
mod addresses;
mod admission;
mod ask;
mod cel;
mod cluster;
mod configs;
mod credentials;
mod cron;
mod custom;
mod defaults;
mod definitions;
mod endpoints;
mod exceptions;
mod forms;
mod images;
mod jobs;
mod known;
mod metadata;
mod network;
mod patterns;
mod peers;
mod pods;
mod pulled;
mod quotas;
mod rights;
mod rules;
mod scalars;
mod scaling;
mod served;
mod services;
mod storage;
mod syntax;
mod twins;
mod unused;
mod versions;
mod walk;
mod workloads;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, RwLock};

use fleetc_manifests::kinds::{Kind, Versions};
use fleetc_manifests::{Text, Value};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::earlier::Found;
use crate::fleet::Fleet;
use crate::load::Library;
use crate::messages;
use crate::tree::{Folder, Shared, Tree};

use custom::{CustomKinds, Definition};
use exceptions::Exceptions;
use patterns::Patterns;
use served::Served;
use walk::Walk;

/// How many objects one thread takes at once.
const CHUNK: usize = 256;

/// An object, and what of it is to be looked at.
struct Task<'t> {
    object: &'t Value,
    /// It as other folders may hold it too, if nothing was said of it so far.
    shared: Option<&'t Shared>,
    kind: What<'t>,
    versions: Versions,
    /// Which of its parts nobody has looked at: a bit for each entry.
    fresh: u64,
}

/// What is known of an object's kind.
#[derive(Clone, Copy)]
enum What<'t> {
    /// It is one of Kubernetes' or Flux' own.
    Known(&'static Kind),
    /// A CustomResourceDefinition of the fleet brings it.
    Custom(&'t [Definition<'t>]),
}

/// Checks the objects of clusters.
pub(crate) struct Checker<'f> {
    fleet: &'f Fleet,
    library: &'f Library,
    /// What each cluster runs.
    clusters: BTreeMap<Text, Option<Text>>,
    /// What is made elsewhere.
    expected: Vec<Text>,
    exceptions: Exceptions<'f>,
    patterns: Patterns,
    /// Whether nothing of the fleet was left out: only then something may be missing.
    is_whole: bool,
    /// The parts of manifests that were looked at.
    seen: Mutex<FxHashSet<Part>>,
    /// Objects of which there is nothing to say; they are kept, so that nothing else comes to lie there.
    right: RwLock<FxHashMap<(usize, Versions), Shared>>,
}

/// A part of an object, told by where it lies in memory, and what it is held against.
type Part = (usize, usize, Versions);

impl<'f> Checker<'f> {
    /// A checker for the clusters of the fleet; says what is wrong with what they run.
    pub(crate) fn new(
        fleet: &'f Fleet,
        library: &'f Library,
        is_whole: bool,
        today: Option<&str>,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let exceptions = Exceptions::of(fleet, today, diagnostics);
        let mut said = Diagnostics::default();
        let clusters = cluster::versions(fleet, &mut said);
        pulled::check_sources(fleet, &mut said);
        for diagnostic in said.into_found() {
            diagnostics.push(exceptions.applied(diagnostic, &library.sources));
        }
        let expected = across::expected(fleet);
        let (patterns, seen, right) = (Patterns::default(), Mutex::default(), RwLock::default());
        Self { fleet, library, clusters, expected, exceptions, patterns, is_whole, seen, right }
    }

    /// Says what is wrong with the objects of a tree that holds everything of its clusters. Whether that could be done:
    /// something may have to be said of a folder that is as it was.
    pub(crate) fn check(&self, tree: &mut Tree, found: &Found, diagnostics: &mut Diagnostics) -> bool {
        let mut said = Diagnostics::default();
        cluster::check_pairs(self.fleet, tree, &self.clusters, &mut said);
        if self.is_whole {
            let Some(problems) = across::check(&self.expected, tree) else { return false };
            for (problem, of) in problems {
                found.spoken_of(&of);
                said.push(problem);
            }
        }
        let customs = CustomKinds::of(tree, self.library);
        let Some(sealed) = self.sealed(tree, &customs) else { return false };
        let tasks = self.tasks(tree, &customs, found, &mut said);
        let problems: Vec<Vec<Diagnostic>> =
            tasks.par_chunks(CHUNK).flat_map_iter(|tasks| self.run(tasks)).collect();
        self.note_right(&tasks, &problems);
        known::note_wrong(&tasks, &problems, tree, found);
        for diagnostic in problems.into_iter().flatten() {
            said.push(diagnostic);
        }
        // What an earlier phase has said of a value is said.
        let news: Vec<Diagnostic> =
            said.into_found().into_iter().filter(|it| !diagnostics.has_at(it.place())).collect();
        for diagnostic in news {
            diagnostics.push(self.exceptions.applied(diagnostic, &self.library.sources));
        }
        for (folder, record) in tree.folders_mut().zip(sealed) {
            folder.recorded = record;
        }
        true
    }

    /// Says which exceptions and definitions nothing needed, once all is checked.
    pub(crate) fn finish(&self, diagnostics: &mut Diagnostics) {
        // What nobody uses may be what a mistake should have named.
        if self.is_whole && !diagnostics.has_errors() {
            unused::check(self.fleet, self.library, diagnostics);
        }
        for place in self.exceptions.unused() {
            if self.is_whole {
                diagnostics.push(messages::exception_for_nothing(place));
            }
        }
    }
}

impl Checker<'_> {
    /// What is wrong with each object.
    fn run(&self, tasks: &[Task<'_>]) -> Vec<Vec<Diagnostic>> {
        let mut patterns = self.patterns.for_thread();
        tasks.iter().map(|task| task.run(&mut patterns)).collect()
    }

    /// Notes the objects with which nothing is wrong.
    fn note_right(&self, tasks: &[Task<'_>], found: &[Vec<Diagnostic>]) {
        let mut right = self.right.write().unwrap_or_else(PoisonError::into_inner);
        for (task, _) in tasks.iter().zip(found).filter(|(_, found)| found.is_empty()) {
            if let Some(shared) = task.shared {
                right.insert((shared.address(), task.versions), shared.clone());
            }
        }
    }

    /// Everything that is to be looked at. Values are shared between objects: a part of a manifest that stands in a
    /// hundred targets is looked at once for each version of Kubernetes and Flux.
    fn tasks<'t>(
        &self,
        tree: &'t Tree,
        customs: &'t CustomKinds<'t>,
        found: &Found,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Task<'t>> {
        let mut seen: FxHashSet<Part> = FxHashSet::default();
        let mut tasks = Vec::new();
        let lasting = self.library.lasting();
        let right = self.right.read().unwrap_or_else(PoisonError::into_inner);
        for folder in tree.folders() {
            let versions = versions_of(folder, &self.clusters);
            let is_right = |it: &Shared| right.contains_key(&(it.address(), versions));
            let files = folder.files.values().filter(|file| !file.is_encrypted());
            for file in files.filter(|file| !file.shared().is_some_and(is_right)) {
                let Some(object) = file.object() else { continue };
                let customs = customs.of_cluster(&folder.lands_on);
                let mut said = Diagnostics::default();
                let served = served::find(object, versions, customs, &mut said);
                let is_spoken_of = !said.is_empty();
                if is_spoken_of {
                    found.spoken_of(folder.name());
                }
                diagnostics.append(said);
                let kind = match served {
                    Served::Known(kind) => What::Known(kind),
                    Served::Custom(definitions) => What::Custom(definitions),
                    Served::Not => continue,
                };
                let fresh = self.fresh(object, kind, versions, (&mut seen, &lasting));
                let is_known = matches!(kind, What::Known(_)) && !is_spoken_of;
                let shared = file.shared().filter(|_| is_known);
                tasks.push(Task { object, shared, kind, versions, fresh });
            }
        }
        tasks
    }

    /// Which parts of the object nobody has looked at: a bit for each entry.
    fn fresh(
        &self,
        object: &Value,
        kind: What<'_>,
        versions: Versions,
        (seen, lasting): (&mut FxHashSet<Part>, &FxHashSet<usize>),
    ) -> u64 {
        let number = match kind {
            What::Known(kind) => kind.shape.index(),
            What::Custom(definitions) => std::ptr::from_ref(&definitions[0]).addr(),
        };
        let mut fresh = 0;
        for (index, entry) in object.as_map().into_iter().flatten().enumerate().take(64) {
            let is_new = entry.value.address().is_none_or(|address| {
                let part = (address, number, versions);
                let lasts = matches!(kind, What::Known(_)) && lasting.contains(&address);
                seen.insert(part)
                    && (!lasts || self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(part))
            });
            fresh |= u64::from(is_new) << index;
        }
        fresh
    }
}

/// What the cluster runs, on which the objects of the folder end up.
fn versions_of(folder: &Folder, clusters: &BTreeMap<Text, Option<Text>>) -> Versions {
    let kubernetes = clusters.get(folder.lands_on.as_str()).and_then(Option::as_deref);
    Versions::of(kubernetes, Some(&folder.flux))
}

impl Task<'_> {
    fn run(&self, patterns: &mut patterns::OfThread) -> Vec<Diagnostic> {
        match self.kind {
            What::Known(kind) => {
                let mut walk = Walk::new(kind, self.versions, self.object.place, patterns);
                walk.root(self.object, kind.shape, self.fresh);
                walk.said
            }
            What::Custom(definitions) => custom::check(definitions, self.object, self.fresh, patterns),
        }
    }
}

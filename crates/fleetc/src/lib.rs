//! fleetc compiles one fleet.toml into a tree of Kubernetes manifests, rendered for every cluster and environment, that
//! Flux applies as it stands.
//!
//! ```
//! use fleetc::{InMemory, Input, compile};
//!
//! let files = InMemory::from([(
//!     "apps/web/configmap.yaml",
//!     "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  greeting: hello\n",
//! )]);
//! let text = r#"
//! [fleet]
//! source = { git = "https://example.com/me/home" }
//!
//! [clusters.home]
//!
//! [apps.web]
//! manifests = "apps/web"
//! "#;
//!
//! let outcome = compile(&Input::new(text, &files));
//! let tree = outcome.output.expect("the fleet has no mistakes").tree;
//! let (_, file) = tree.files().find(|(path, _)| path == "common/home/web/configmap-web.yaml").unwrap();
//! assert!(file.text().contains("namespace: web"));
//! ```
//!
//! The data goes one way (docs/architecture.md has the picture):
//!
//! - [`syntax`] reads the text into tables as they were written;
//! - `resolve` makes of them a [`fleet::Fleet`]: names looked up, defaults filled in, things placed;
//! - `load` reads the files that it names, through [`Files`];
//! - `render` makes the [`Tree`];
//! - `check` holds its objects against what their clusters will say of them.
//!
//! Every phase says all that is wrong, with the place, in [`Diagnostics`]. Nothing here reads a file, an environment
//! variable or a clock, or prints; the same input gives the same bytes on any number of threads.

pub mod codes;
pub mod fleet;
pub mod language;
pub mod syntax;

mod bootstrap;
mod check;
mod diagnostic;
mod earlier;
mod facts;
mod files;
mod fingerprint;
mod healthy;
mod load;
mod messages;
mod needs;
mod permissions;
mod render;
mod resolve;
pub mod schema;
pub mod show;
mod sources;
mod tree;

use std::sync::Mutex;

use fleetc_manifests::Place;

pub use bootstrap::{Step, bootstrap};
pub use diagnostic::{Diagnostic, Diagnostics, Label, Severity, suggest};
pub use earlier::{Before, Earlier};
pub use files::{FileError, Files, InMemory, Listed};
pub use fleet::Fleet;
pub use needs::{Need, needs};
pub use permissions::{Permission, permissions};
pub use sources::{Location, SourceFile, Sources, TooLarge};
pub use tree::{File, Folder, Tree};

use earlier::Found;
use resolve::{Duty, Tally};

/// What is compiled.
#[derive(Clone, Copy)]
pub struct Input<'i> {
    /// The name of the file, for messages: `fleet.toml`.
    pub name: &'i str,
    /// Its text.
    pub text: &'i str,
    /// The name of the folder that it lies in; a fleet without a name is called so.
    pub folder: &'i str,
    /// The files beside it.
    pub files: &'i dyn Files,
    /// The day, as `2027-06-30`, on which exceptions may be over; without one, none ever is. Nothing else depends on it.
    pub today: Option<&'i str>,
}

impl<'i> Input<'i> {
    /// A fleet.toml with this text, and the files beside it.
    pub fn new(text: &'i str, files: &'i dyn Files) -> Self {
        Self { name: "fleet.toml", text, folder: "fleet", files, today: None }
    }
}

/// What came out, if nothing was wrong, and everything that was said on the way.
#[derive(Debug, Clone)]
#[must_use]
pub struct Outcome<T> {
    /// What came out; `None` if there was an error.
    pub output: Option<T>,
    /// What was said: errors, warnings and notes.
    pub diagnostics: Diagnostics,
    /// The texts that places lie in.
    pub sources: Sources,
    /// Whether something was not looked at, because a mistake stands before it: there may be more to say.
    pub is_cut_short: bool,
}

/// A fleet, and the tree that it was compiled into.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The fleet.
    pub fleet: Fleet,
    /// Its manifests.
    pub tree: Tree,
}

/// Compiles a fleet into the tree of its manifests.
pub fn compile(input: &Input<'_>) -> Outcome<Compiled> {
    let mut work = Work::default();
    let tree = Mutex::new(Tree::default());
    let take = |folder| tree.lock().expect("nothing panics while it is held").add(folder);
    let fleet = work.compiled(input, &Way::into(&take));
    let tree = tree.into_inner().expect("nothing panics while it is held");
    work.outcome(fleet.map(|given| Compiled { fleet: given.fleet, tree }))
}

/// How [`compile_into`] goes about it.
#[derive(Clone, Copy)]
pub struct Way<'w> {
    /// Takes each folder.
    pub take: &'w (dyn Fn(Folder) + Sync),
    /// Is told of every phase, for whoever has a clock.
    pub began: &'w (dyn Fn(&'static str) + Sync),
    /// Does a part of a phase, on several threads at once, for whoever has a clock: `check`.
    pub within: &'w (dyn Fn(&'static str, &mut dyn FnMut()) + Sync),
    /// The part of the clusters that is rendered; none for all of them.
    pub shard: Option<Shard>,
    /// What an earlier compilation knows, so that folders may be left as they are; none if nothing is to be known by the
    /// next one either.
    pub before: Option<Before<'w>>,
}

impl<'w> Way<'w> {
    /// One that gives each folder to `take`, and has no clock.
    pub fn into(take: &'w (dyn Fn(Folder) + Sync)) -> Self {
        Self { take, began: &|_| (), within: &|_, act| act(), shard: None, before: None }
    }
}

/// A part of a fleet's clusters, for machines side by side: what all parts give together is what the whole gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which of the parts, from 1.
    pub index: usize,
    /// How many parts there are.
    pub count: usize,
}

/// Compiles a fleet, and gives each folder of its tree away as soon as it is made, on the thread that made it.
///
/// The folders come in any order, each path once, and none is kept: a tree of any size takes no more memory than
/// what is being made. If the fleet turns out to have mistakes, some have been given all the same. Of a part, it is not
/// said what has no effect anywhere: other parts may be where it has.
///
/// Where [`Way::before`] knows of folders, an edit renders what it reaches: all others are given without their files.
pub fn compile_into(input: &Input<'_>, way: &Way<'_>) -> Outcome<Given> {
    let mut work = Work::default();
    let given = work.compiled(input, way);
    work.outcome(given)
}

/// A fleet whose folders were given away.
#[derive(Debug, Clone)]
pub struct Given {
    /// The fleet.
    pub fleet: Fleet,
    /// What the next compilation may know; nothing unless [`Way::before`] asks for it.
    pub known: Earlier,
}

/// The folder that the fleet's tree goes into, below its own; needs nothing of the fleet to be right.
pub fn output_of(text: &str) -> String {
    let written = syntax::parse(text, Place::new(1), &mut Diagnostics::default());
    let output = written.fleet.keys.get("output").and_then(|output| output.as_text());
    let is_safe = |output: &&str| language::RelativePath::new(*output).is_some();
    output.filter(is_safe).unwrap_or(fleet::OUTPUT).to_owned()
}

/// Resolves a fleet, and reads no file beside it but those that it includes.
pub fn resolve(input: &Input<'_>) -> Outcome<Fleet> {
    let mut work = Work::default();
    let fleet = work.fleet(input);
    work.outcome(fleet)
}

/// A compilation under way.
#[derive(Default)]
struct Work {
    sources: Sources,
    tally: Tally,
    diagnostics: Diagnostics,
    is_cut_short: bool,
}

impl Work {
    fn fleet(&mut self, input: &Input<'_>) -> Option<Fleet> {
        let Ok(start) = self.sources.add(input.name, input.text) else {
            self.diagnostics.push(messages::too_much(Place::NONE));
            return None;
        };
        let beside = syntax::Beside { files: input.files, sources: &mut self.sources };
        let written = syntax::parse_with(input.text, start, Some(beside), &mut self.diagnostics);
        check_version(&written.fleet, &mut self.diagnostics);
        if self.diagnostics.has(codes::TOML_SYNTAX) {
            self.is_cut_short = true;
            return None;
        }
        let fleet = resolve::resolve(written, input.folder, &mut self.tally, &mut self.diagnostics);
        if self.diagnostics.has(codes::TOO_LARGE) {
            self.tally = Tally::default();
            self.is_cut_short = true;
            return None;
        }
        Some(fleet)
    }

    fn compiled(&mut self, input: &Input<'_>, way: &Way<'_>) -> Option<Given> {
        let Way { take, began, within, shard, before } = *way;
        began("resolve");
        let fleet = self.fleet(input)?;
        began("load");
        let find = |file| before?.earlier.file(file);
        let sources = std::mem::take(&mut self.sources);
        let library = load::load(&fleet, (input.files, &find), sources, &mut self.diagnostics);
        let Some(healthy) = healthy::Healthy::of(&fleet, &library, &self.diagnostics) else {
            self.tally.forget_rendering(|_| false);
            self.sources = library.sources;
            self.is_cut_short = true;
            return Some(Given { fleet, known: Earlier::default() });
        };
        self.is_cut_short = !healthy.is_whole();
        began("render");
        let checker =
            check::Checker::new(&fleet, &library, healthy.is_whole(), input.today, &mut self.diagnostics);
        let nobody = |_| {};
        let take: &(dyn Fn(Folder) + Sync) = if healthy.is_whole() { take } else { &nobody };
        let found = Found::default();
        let check = |tree: &mut Tree, said: &mut Diagnostics| {
            let mut is_done = false;
            within("check", &mut || is_done = checker.check(tree, &found, said));
            is_done
        };
        let before = before.filter(|_| healthy.is_whole());
        let after = render::After { before, found: &found, check: &check, take, shard };
        render::render(&fleet, &library, &healthy, &mut self.tally, &mut self.diagnostics, &after);
        if shard.is_none() {
            checker.finish(&mut self.diagnostics);
        }
        if !healthy.is_whole() {
            self.tally.forget_rendering(|place| healthy.answers_for(place));
        }
        if shard.is_some() {
            self.tally.forget_rendering(|_| false);
        }
        let known = if before.is_some() { found.finish(&fleet, &library) } else { Earlier::default() };
        self.sources = library.sources;
        Some(Given { fleet, known })
    }

    fn outcome<T>(mut self, output: Option<T>) -> Outcome<T> {
        let missed: Vec<_> = self.tally.missed().collect();
        for (place, duty) in missed {
            self.diagnostics.push(match duty {
                Duty::Hold => messages::holds_nowhere(place),
                Duty::Unset | Duty::UnsetWritten => messages::unset_without_effect(place),
                Duty::Meet => messages::meets_nothing_anywhere(place),
                Duty::Change => messages::patch_changes_nothing(place),
            });
        }
        Outcome {
            output: output.filter(|_| !self.diagnostics.has_errors()),
            diagnostics: self.diagnostics,
            sources: self.sources,
            is_cut_short: self.is_cut_short,
        }
    }
}

/// Whether the fleet may be built by this version.
fn check_version(fleet: &syntax::Rung, diagnostics: &mut Diagnostics) {
    let Some(written) = fleet.keys.get("fleetc") else {
        return;
    };
    let Some(text) = written.as_text() else { return };
    match semver::VersionReq::parse(text) {
        Err(_) => diagnostics.push(messages::bad_version_range(written.place, text)),
        Ok(wanted) => {
            let own = semver::Version::parse(VERSION).expect("cargo has checked it");
            if !wanted.matches(&own) {
                diagnostics.push(messages::other_fleetc(written.place, text, VERSION));
            }
        }
    }
}

/// What the README says of the library compiles, and runs.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// The version of this compiler.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

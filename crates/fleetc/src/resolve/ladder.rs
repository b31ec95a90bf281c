//! The ladder: which of several values holds. This is the only place that decides it.
//!
//! A rung is a table followed at once by its overrides, from top to bottom. The later rung wins; within a rung the last
//! override whose `when` holds. Tables merge by key; strings, numbers and lists replace. A source with an address starts
//! anew over one with an address. What changes objects (labels, images, patches …) is kept for each table, so that a
//! later rung also wins there.

use std::collections::BTreeSet;
use std::sync::Arc;

use fleetc_manifests::{Data, Entry, Map, Place, Text, Value};

use super::matching::{Context, holds};
use super::tally::{Duty, Tally};
use crate::diagnostic::Diagnostics;
use crate::fleet::{Bundle, Change, Cluster, Fleet, Settings};
use crate::messages;
use crate::syntax::{KeyPath, Override, Rung};

/// The keys that change objects: applied rung by rung instead of merged.
pub(crate) const CHANGES: [&str; 6] = ["without", "labels", "annotations", "images", "replicas", "patches"];

/// The keys that a tenant hands to its apps.
const HANDED_DOWN: [&str; 4] = ["source", "service-account", "labels", "annotations"];

/// A rung, as one thing sees it.
#[derive(Debug, Clone)]
pub(crate) struct Step<'f> {
    /// What it is called in messages: `[defaults.app]`, `[tenants.payments]`.
    pub(crate) name: StepName<'f>,
    rung: &'f Rung,
    keys: Keys,
    /// Whose source it is, if an address stands in it.
    source_of: &'f str,
}

/// What a rung is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StepName<'f> {
    /// `[defaults]` or one of its tables.
    Defaults(&'f str),
    /// Any other table: its kind and name.
    Table(&'static str, &'f str),
}

impl std::fmt::Display for StepName<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Defaults("") => f.write_str("[defaults]"),
            Self::Defaults(kind) => write!(f, "[defaults.{kind}]"),
            Self::Table(kind, name) => write!(f, "[{kind}.{name}]"),
        }
    }
}

/// Which keys of a rung a thing takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// All of them: the rung is of its own kind. Locks name its keys.
    Own,
    /// What a tenant hands to its apps.
    HandedDown,
    /// None but variables; locks begin with the kind of the thing.
    Variables(&'static str),
    /// How Flux runs.
    Flux,
}

impl Keys {
    fn take(self, key: &str) -> bool {
        match self {
            Self::Own => key != "variables",
            Self::HandedDown => HANDED_DOWN.contains(&key),
            Self::Variables(_) => false,
            Self::Flux => key == "flux",
        }
    }

    /// The path of a lock, or of `unset`, as the thing's own keys say it.
    fn own_path(self, path: &KeyPath) -> Option<KeyPath> {
        match self {
            Self::Variables(kind) if path.keys[0] == kind => path.rest(),
            Self::Variables(_) => (path.keys[0] == "variables").then(|| path.clone()),
            Self::Flux => (path.keys[0] == "flux").then(|| path.clone()),
            Self::HandedDown if !self.take(&path.keys[0]) && path.keys[0] != "variables" => None,
            Self::Own | Self::HandedDown => Some(path.clone()),
        }
    }
}

/// The rungs above the built-in one that decide about a thing, the lowest first.
pub(crate) fn steps<'f>(fleet: &'f Fleet, context: &Context<'f>) -> Vec<Step<'f>> {
    let kind = match (context.app, context.tenant) {
        (Some(app), _) if app.is_component => "component",
        (Some(_), _) => "app",
        (None, Some(_)) => "tenant",
        (None, None) => "target",
    };
    let defaults = &fleet.defaults;
    let elsewhere = Keys::Variables(kind);
    let mut steps = Vec::with_capacity(9);
    let mut push = |name, rung: &'f Arc<Rung>, keys, source_of| {
        steps.push(Step { name, rung, keys, source_of });
    };
    push(StepName::Defaults(""), &defaults.all, elsewhere, "");
    push(StepName::Defaults("environment"), &defaults.environment, elsewhere, "");
    push(StepName::Defaults("cluster"), &defaults.cluster, elsewhere, "");
    if context.app.is_some_and(|app| app.provisions.is_some()) {
        return provision_steps(fleet, context);
    }
    let of_tenant = if context.app.is_some() { Keys::HandedDown } else { Keys::Own };
    if let Some(tenant) = context.tenant {
        push(StepName::Defaults("tenant"), &defaults.tenant, of_tenant, &tenant.team);
    }
    if let Some(app) = context.app {
        let (name, rung) =
            if app.is_component { ("component", &defaults.component) } else { ("app", &defaults.app) };
        push(StepName::Defaults(name), rung, Keys::Own, &app.name);
    }
    if let Some(environment) = context.environment {
        push(StepName::Table("environments", &environment.name), &environment.rung, elsewhere, "");
    }
    if let Some(cluster) = context.cluster {
        for (name, rung) in tables_of_cluster(cluster) {
            push(name, rung, elsewhere, "");
        }
    }
    if let Some(tenant) = context.tenant {
        push(StepName::Table("tenants", &tenant.team), &tenant.rung, of_tenant, &tenant.team);
        if let Some(copy) = &tenant.copy {
            push(StepName::Table("tenants", &copy.title), &copy.rung, of_tenant, &tenant.name);
        }
    }
    if let Some(app) = context.app {
        let table = if app.is_component { "components" } else { "apps" };
        push(StepName::Table(table, &app.name), &app.rung, Keys::Own, &app.name);
    }
    steps
}

/// The tables of a cluster: that of its pool, then those of the member.
fn tables_of_cluster(cluster: &Cluster) -> impl Iterator<Item = (StepName<'_>, &Arc<Rung>)> {
    let own = cluster.pool.as_ref().map_or(&cluster.name, |pool| &pool.name);
    let of_member = cluster
        .pool
        .iter()
        .flat_map(|pool| pool.members.iter().map(|rung| (StepName::Table("clusters", &pool.title), rung)));
    std::iter::once((StepName::Table("clusters", own), &cluster.rung)).chain(of_member)
}

/// The rungs of what makes a cluster: variables of everything that decides about the cluster, and its `provision`.
fn provision_steps<'f>(fleet: &'f Fleet, context: &Context<'f>) -> Vec<Step<'f>> {
    let step = |name, rung| Step { name, rung, keys: Keys::Variables("cluster"), source_of: "" };
    let mut steps = vec![
        step(StepName::Defaults(""), &*fleet.defaults.all),
        step(StepName::Defaults("cluster"), &*fleet.defaults.cluster),
    ];
    let tables = context.cluster.into_iter().flat_map(tables_of_cluster);
    steps.extend(tables.map(|(name, rung)| step(name, &**rung)));
    steps
}

/// The rungs that decide about a bundle that several things share.
pub(crate) fn bundle_steps<'f>(fleet: &'f Fleet, context: &Context<'f>, bundle: &'f Bundle) -> Vec<Step<'f>> {
    let mut steps = steps(fleet, context);
    for step in &mut steps {
        step.keys = Keys::Variables("bundle");
    }
    let own = |name, rung| Step { name, rung, keys: Keys::Own, source_of: "" };
    let defaults = own(StepName::Defaults("bundle"), &*fleet.defaults.bundle);
    // [defaults], and its environment and cluster, come first.
    steps.insert(3, defaults);
    steps.push(own(StepName::Table("bundles", &bundle.name), &*bundle.rung));
    steps
}

/// The rungs that say how Flux runs on a target.
pub(crate) fn flux_steps<'f>(fleet: &'f Fleet, context: &Context<'f>) -> Vec<Step<'f>> {
    let step = |name, rung| Step { name, rung, keys: Keys::Flux, source_of: "" };
    let mut steps = vec![step(StepName::Table("fleet", ""), &*fleet.rung)];
    // As with prefix and source, `common` is not an environment that has these defaults.
    if !context.is_common {
        steps.push(step(StepName::Defaults("environment"), &*fleet.defaults.environment));
    }
    steps.push(step(StepName::Defaults("cluster"), &*fleet.defaults.cluster));
    if let Some(environment) = context.environment {
        steps.push(step(StepName::Table("environments", &environment.name), &*environment.rung));
    }
    if let Some(cluster) = context.cluster {
        steps.extend(tables_of_cluster(cluster).map(|(name, rung)| step(name, &**rung)));
    }
    steps
}

/// The rungs of the keys of a cluster itself.
pub(crate) fn cluster_steps<'f>(fleet: &'f Fleet, cluster: &'f Cluster) -> Vec<Step<'f>> {
    let step = |name, rung| Step { name, rung, keys: Keys::Own, source_of: "" };
    let mut steps = vec![step(StepName::Defaults("cluster"), &*fleet.defaults.cluster)];
    steps.extend(tables_of_cluster(cluster).map(|(name, rung)| step(name, &**rung)));
    steps
}

/// One table or override of a rung that holds.
struct Layer<'f> {
    place: Place,
    keys: &'f Map,
    unset: &'f [KeyPath],
    locked: &'f [KeyPath],
    unlocked: &'f [KeyPath],
}

impl<'f> Step<'f> {
    /// The table, then those of its overrides that hold.
    fn layers(&self, context: &Context<'_>) -> impl DoubleEndedIterator<Item = Layer<'f>> {
        let rung = self.rung;
        let table = Layer {
            place: rung.place,
            keys: &rung.keys,
            unset: &rung.unset,
            locked: &rung.locked,
            unlocked: &[],
        };
        let overrides = rung.overrides.iter().filter(|it| holds(&it.when, context)).map(Layer::from);
        std::iter::once(table).chain(overrides.collect::<Vec<_>>())
    }

    /// Whether it takes variables away: what that comes to depends on every rung below.
    pub(crate) fn unsets_variables(&self) -> bool {
        let of_overrides = self.rung.overrides.iter().flat_map(|it| &it.unset);
        self.rung.unset.iter().chain(of_overrides).any(|path| path.keys[0] == "variables")
    }

    /// Which of the overrides hold: two places with the same answer have the same settings.
    pub(crate) fn holding(&self, context: &Context<'_>, holding: &mut Vec<bool>) {
        holding.extend(self.rung.overrides.iter().map(|it| holds(&it.when, context)));
    }
}

impl<'f> From<&'f Override> for Layer<'f> {
    fn from(it: &'f Override) -> Self {
        Self { place: it.place, keys: &it.keys, unset: &it.unset, locked: &it.locked, unlocked: &it.unlocked }
    }
}

/// What the steps give, all of them together.
pub(crate) fn climb(
    steps: &[Step<'_>],
    context: &Context<'_>,
    tally: &mut Tally,
    diagnostics: &mut Diagnostics,
) -> Settings {
    let mut climber = Climber {
        settings: Settings::default(),
        locks: Vec::new(),
        variables: BTreeSet::new(),
        tally,
        diagnostics,
    };
    for (index, step) in steps.iter().enumerate() {
        climber.step(step, index + 1 == steps.len(), context);
    }
    climber.settings
}

struct Climber<'d> {
    settings: Settings,
    /// What no later step may change.
    locks: Vec<KeyPath>,
    /// The variables that some step has set.
    variables: BTreeSet<Text>,
    tally: &'d mut Tally,
    diagnostics: &'d mut Diagnostics,
}

impl Climber<'_> {
    fn step(&mut self, step: &Step<'_>, is_own: bool, context: &Context<'_>) {
        let mut locks: Vec<KeyPath> = Vec::new();
        for layer in step.layers(context) {
            self.tally.done(Duty::Hold, layer.place);
            self.unset(&layer, step.keys);
            self.set(&layer, step, is_own);
            locks.extend(layer.locked.iter().filter_map(|path| step.keys.own_path(path)));
            for path in layer.unlocked {
                locks.retain(|lock| !path.covers(&lock.keys));
            }
        }
        self.locks.append(&mut locks);
    }

    fn unset(&mut self, layer: &Layer<'_>, keys: Keys) {
        for path in layer.unset {
            let first = path.keys[0].as_str();
            if first == "variables" {
                self.unset_variables(path);
            }
            if !keys.take(first) {
                continue;
            }
            self.check_lock(&path.keys, path.place);
            let mut found = path.remove(&mut self.settings.keys);
            if CHANGES.contains(&first) {
                for change in &mut self.settings.changes {
                    found |= path.remove(&mut change.keys);
                }
            }
            let duty = if matches!(first, "kustomization" | "helm") && path.keys.len() > 1 {
                self.settings.unset.push(path.clone());
                Duty::UnsetWritten
            } else {
                Duty::Unset
            };
            self.tally.expect(duty, path.place);
            if found {
                self.tally.done(duty, path.place);
            }
        }
    }

    /// Takes variables away: all of them, or one.
    fn unset_variables(&mut self, path: &KeyPath) {
        self.check_lock(&path.keys, path.place);
        let before = self.variables.len();
        self.variables.retain(|name| path.keys.get(1).is_some_and(|key| key != name));
        self.tally.expect(Duty::Unset, path.place);
        if self.variables.len() < before {
            self.tally.done(Duty::Unset, path.place);
        }
    }

    fn set(&mut self, layer: &Layer<'_>, step: &Step<'_>, is_own: bool) {
        let mut change = Map::new();
        for entry in layer.keys {
            let key = entry.key.text.as_str();
            if key == "variables" {
                self.check_locks_of(entry);
                self.variables.extend(entry.value.as_map().into_iter().flat_map(Map::keys).map(Text::from));
            }
            if !step.keys.take(key) {
                continue;
            }
            self.check_locks_of(entry);
            if CHANGES.contains(&key) {
                change.push(entry.key.clone(), entry.value.clone());
            } else if key == "source" {
                self.set_source(entry, step.source_of);
            } else {
                merge_entry(&mut self.settings.keys, entry);
            }
        }
        if !change.is_empty() {
            let locks = self.locks.clone();
            self.settings.changes.push(Change { place: layer.place, is_own, locks, keys: change });
        }
    }

    fn set_source(&mut self, entry: &Entry, source_of: &str) {
        let source = source_table(&entry.value);
        if has_address(&source) {
            self.settings.source_of = Some(source_of.into());
        }
        let mut merged = self.settings.keys.get("source").cloned().unwrap_or_default();
        merge_source(&mut merged, &source);
        merged.place = source.place;
        self.settings.keys.insert(entry.key.clone(), merged);
    }

    /// Says which leaves of the entry are locked.
    fn check_locks_of(&mut self, entry: &Entry) {
        if self.locks.is_empty() {
            return;
        }
        let mut path = vec![entry.key.text.clone()];
        self.check_leaves(&mut path, &entry.value, entry.key.place);
    }

    fn check_leaves(&mut self, path: &mut Vec<Text>, value: &Value, place: Place) {
        match &value.data {
            Data::Map(map) if !map.is_empty() => {
                for entry in map {
                    path.push(entry.key.text.clone());
                    self.check_leaves(path, &entry.value, entry.key.place);
                    path.pop();
                }
            }
            _ => self.check_lock(path, place),
        }
    }

    fn check_lock(&mut self, path: &[Text], place: Place) {
        let lock = self.locks.iter().find(|lock| lock.covers(path) || path.starts_with(&lock.keys));
        if let Some(lock) = lock {
            self.diagnostics.push(messages::locked(path, place, lock));
        }
    }
}

/// Sets a key: tables merge, everything else replaces.
pub(crate) fn merge_entry(into: &mut Map, entry: &Entry) {
    match (into.get_mut(&entry.key.text), &entry.value.data) {
        (Some(Value { data: Data::Map(old), .. }), Data::Map(new)) => {
            for entry in new {
                merge_entry(old, entry);
            }
        }
        _ => {
            into.insert(entry.key.clone(), entry.value.clone());
        }
    }
}

/// Merges a source over another: one with an address starts anew over one that has an address too.
pub(crate) fn merge_source(into: &mut Value, source: &Value) {
    let (Data::Map(old), Data::Map(new)) = (&mut into.data, &source.data) else {
        *into = source.clone();
        return;
    };
    if has_address(source) && is_addressed(old) {
        *into = source.clone();
        return;
    }
    for entry in new {
        merge_entry(old, entry);
    }
}

/// A source as a table: its name alone is `use`.
fn source_table(value: &Value) -> Value {
    match &value.data {
        Data::Text(_) => {
            let mut table = Map::new();
            table.push(fleetc_manifests::Key::new("use", value.place), value.clone());
            Value::new(table, value.place)
        }
        _ => value.clone(),
    }
}

/// Whether it says where to pull from, and not only how.
pub(crate) fn has_address(source: &Value) -> bool {
    source.as_map().is_some_and(is_addressed)
}

fn is_addressed(source: &Map) -> bool {
    ["git", "oci", "helm", "bucket", "use"].iter().any(|key| source.get(key).is_some())
}

/// The text of a variable and where the ladder found it: the last step that sets it wins.
pub(crate) fn variable<'f>(
    steps: &[Step<'f>],
    context: &Context<'_>,
    name: &str,
) -> Option<(&'f Value, StepName<'f>)> {
    for step in steps.iter().rev() {
        for layer in step.layers(context).rev() {
            if let Some(value) = layer.keys.get("variables").and_then(|variables| variables.get(name)) {
                return Some((value, step.name));
            }
            let is_unset = |path: &&KeyPath| {
                path.keys[0] == "variables" && path.keys.get(1).is_none_or(|key| key == name)
            };
            if layer.unset.iter().any(|path| is_unset(&path)) {
                return None;
            }
        }
    }
    None
}

/// The names of all variables that any step defines there.
pub(crate) fn variable_names<'f>(steps: &[Step<'f>], context: &Context<'_>) -> Vec<&'f str> {
    let mut names: Vec<&str> = Vec::new();
    for step in steps {
        for layer in step.layers(context) {
            if let Some(variables) = layer.keys.get("variables").and_then(Value::as_map) {
                names.extend(variables.keys());
            }
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

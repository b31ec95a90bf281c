//! The fleet as it is meant: names looked up, defaults filled in, everything placed.

use std::sync::Arc;

use fleetc_manifests::{Map, Place, Text};
use indexmap::IndexMap;

use crate::language::{Exception, Spanned, State, TenantState};
use crate::syntax::{KeyPath, Rung};

/// A fleet: where things run, who owns them, and what runs.
///
/// Parts refer to each other by their index.
#[derive(Debug, Clone, Default)]
pub struct Fleet {
    /// What it is called.
    pub name: Text,
    /// The folder of the rendered tree, below the fleet's own.
    pub output: Text,
    /// `[fleet]`.
    pub rung: Arc<Rung>,
    /// Exceptions from checks.
    pub exceptions: Vec<Spanned<Exception>>,
    /// `[defaults]` and its tables.
    pub defaults: Defaults,
    /// Sources that have a name.
    pub sources: IndexMap<Text, Arc<Rung>>,
    /// Bundles that several things share.
    pub bundles: Vec<Bundle>,
    /// Versions by name: one for all, or one for each environment.
    pub pins: Map,
    /// The environments; the first one is `common`.
    pub environments: Vec<Environment>,
    /// The clusters, in the order in which they were written.
    pub clusters: Vec<Cluster>,
    /// Every cluster in each of its environments, by cluster, `common` first.
    pub targets: Vec<Target>,
    /// The tenants, in the order in which they were written.
    pub tenants: Vec<Tenant>,
    /// Components, then apps, in the order in which they were written.
    pub apps: Vec<App>,
}

/// What everything starts from.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    /// `[defaults]` itself.
    pub all: Arc<Rung>,
    /// `[defaults.environment]`.
    pub environment: Arc<Rung>,
    /// `[defaults.cluster]`.
    pub cluster: Arc<Rung>,
    /// `[defaults.tenant]`.
    pub tenant: Arc<Rung>,
    /// `[defaults.bundle]`.
    pub bundle: Arc<Rung>,
    /// `[defaults.component]`.
    pub component: Arc<Rung>,
    /// `[defaults.app]`.
    pub app: Arc<Rung>,
}

/// The folder of the rendered tree, where the fleet names none.
pub const OUTPUT: &str = "rendered";

/// The index of the environment that every cluster has.
pub const COMMON: usize = 0;

/// A stage of delivery.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Its name.
    pub name: Text,
    /// Where it was written.
    pub place: Place,
    /// What stands before namespaces.
    pub prefix: Text,
    /// Its table.
    pub rung: Arc<Rung>,
}

/// A Kubernetes API.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Its name.
    pub name: Text,
    /// Where it was written.
    pub place: Place,
    /// Its labels.
    pub labels: IndexMap<Text, Text>,
    /// Whether it lives.
    pub state: State,
    /// Its table, or that of its pool.
    pub rung: Arc<Rung>,
    /// The pool that it is a member of.
    pub pool: Option<Pool>,
}

/// The pool that a cluster is a member of.
#[derive(Debug, Clone)]
pub struct Pool {
    /// Its name.
    pub name: Text,
    /// The place of the cluster in it, from 0.
    pub index: usize,
    /// The tables that say what is different in this member.
    pub members: Vec<Arc<Rung>>,
    /// What the member is called in messages: `store.members.north`.
    pub title: Text,
}

/// A cluster in one of its environments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The environment.
    pub environment: usize,
    /// The cluster that objects end up in.
    pub cluster: usize,
    /// The cluster whose Flux applies them.
    pub host: usize,
}

impl Target {
    /// Whether another cluster's Flux applies its objects.
    pub fn is_remote(&self) -> bool {
        self.host != self.cluster
    }
}

/// A team in one of its homes: the tenant itself, or a copy of it.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Its name; of a copy `<copy>-<team>`. What is named for it begins with this.
    pub name: Text,
    /// The name of its table.
    pub team: Text,
    /// The copy that it is.
    pub copy: Option<Copy>,
    /// Where it was written.
    pub place: Place,
    /// A word for matchers.
    pub tier: Option<Text>,
    /// Whether it lives.
    pub state: TenantState,
    /// Whether it has apps, and Flux pulls all of them.
    pub only_pulls: bool,
    /// Its table.
    pub rung: Arc<Rung>,
    /// Where it is present.
    pub placements: Vec<Placement>,
}

/// A tenant's apps once more, in a home of their own.
#[derive(Debug, Clone)]
pub struct Copy {
    /// Its name.
    pub name: Text,
    /// Its table.
    pub rung: Arc<Rung>,
    /// What it is called in messages: `payments.copies.next`.
    pub title: Text,
}

impl Tenant {
    /// The name of the copy; the tenant itself is `main`.
    pub fn copy_name(&self) -> Text {
        self.copy.as_ref().map_or_else(|| "main".into(), |copy| copy.name.clone())
    }
}

/// Something that runs.
#[derive(Debug, Clone)]
pub struct App {
    /// Its name.
    pub name: Text,
    /// Where it was written.
    pub place: Place,
    /// Whether it is a component.
    pub is_component: bool,
    /// Whose it is.
    pub tenant: Option<usize>,
    /// The cluster that its objects are, if it makes one.
    pub provisions: Option<usize>,
    /// Its table.
    pub rung: Arc<Rung>,
    /// Where it runs.
    pub placements: Vec<Placement>,
}

/// A Flux Kustomization that several things share.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Its name.
    pub name: Text,
    /// Where it was written.
    pub place: Place,
    /// Its table.
    pub rung: Arc<Rung>,
    /// The targets on which something lies in it.
    pub placements: Vec<Placement>,
}

/// A thing on one target.
#[derive(Debug, Clone)]
pub struct Placement {
    /// The target.
    pub target: usize,
    /// What the ladder gives there, before substitution; shared by all targets where it is the same.
    pub settings: Arc<Settings>,
}

/// What the ladder gives for a thing.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Its keys.
    pub keys: Map,
    /// What it takes away of what fleetc writes: paths below `kustomization` and `helm`.
    pub unset: Vec<KeyPath>,
    /// What changes its objects, from the first rung to the last.
    pub changes: Vec<Change>,
    /// Whose table holds the address of its source.
    pub source_of: Option<Text>,
}

/// What one table or override changes in objects: `labels`, `annotations`, `images`, `replicas`, `patches`, `without`.
#[derive(Debug, Clone)]
pub struct Change {
    /// Where the table or override was written.
    pub place: Place,
    /// Whether it is the thing's own table, or an override of it.
    pub is_own: bool,
    /// What earlier rungs have locked, and patches may not change either.
    pub locks: Vec<KeyPath>,
    /// The keys.
    pub keys: Map,
}

impl Fleet {
    /// Every table of fleet.toml that is a rung: in each of them anything may be named.
    pub(crate) fn rungs(&self) -> impl Iterator<Item = &Rung> {
        let defaults = &self.defaults;
        let members = self.clusters.iter().filter_map(|it| it.pool.as_ref()).flat_map(|pool| &pool.members);
        let copies = self.tenants.iter().filter_map(|it| it.copy.as_ref()).map(|copy| &copy.rung);
        [&self.rung, &defaults.all, &defaults.environment, &defaults.cluster, &defaults.tenant]
            .into_iter()
            .chain([&defaults.bundle, &defaults.component, &defaults.app])
            .chain(self.environments.iter().map(|it| &it.rung))
            .chain(self.clusters.iter().map(|it| &it.rung))
            .chain(members)
            .chain(self.tenants.iter().map(|it| &it.rung))
            .chain(copies)
            .chain(self.apps.iter().map(|it| &it.rung))
            .chain(self.bundles.iter().map(|it| &it.rung))
            .chain(self.sources.values())
            .map(|rung| &**rung)
    }

    /// The keys of each of them, and of every override.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Map> {
        self.rungs().flat_map(Rung::tables)
    }

    /// `dev/emea-1`: what a target is called in messages.
    pub fn target_name(&self, target: usize) -> String {
        let Target { environment, cluster, .. } = self.targets[target];
        format!("{}/{}", self.environments[environment].name, self.clusters[cluster].name)
    }
}

//! What of a fleet can still be rendered when mistakes were found, so that one run shows the mistakes of everything else too.
//!
//! A mistake belongs to the table that it stands in, or to the things that read the file that it stands in. What has none
//! is rendered; what has one stays known by name, and nothing is said of what follows from it.

use std::collections::BTreeSet;
use std::sync::Arc;

use fleetc_manifests::{Place, Text};

use crate::diagnostic::Diagnostics;
use crate::fleet::Fleet;
use crate::load::{Library, files_of_app, files_of_tenant};
use crate::syntax::Rung;

/// What of the fleet has no mistakes.
pub(crate) struct Healthy {
    apps: Vec<bool>,
    tenants: Vec<bool>,
    targets: Vec<bool>,
    /// Where each table begins, and whose it is.
    owners: Vec<(Place, Owner)>,
}

/// Whose table it is, by index; several for a table that stands for several.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Owner {
    Environment(usize),
    Clusters(Vec<usize>),
    Tenants(Vec<usize>),
    Apps(Vec<usize>),
    Bundle(usize),
    /// Everything's: `[fleet]`, `[defaults]`, sources.
    All,
}

impl Healthy {
    /// What has no mistakes; `None` if one concerns everything.
    pub(crate) fn of(fleet: &Fleet, library: &Library, diagnostics: &Diagnostics) -> Option<Self> {
        let mut healthy = Self {
            apps: vec![true; fleet.apps.len()],
            tenants: vec![true; fleet.tenants.len()],
            targets: vec![true; fleet.targets.len()],
            owners: owners(fleet),
        };
        let mut files: BTreeSet<Text> = BTreeSet::new();
        for place in diagnostics.errors().map(crate::Diagnostic::place) {
            let (file, _) = library.sources.find(place)?;
            match healthy.owner_of(place, file.start()).cloned() {
                Some(owner) => healthy.spoil(fleet, &owner)?,
                None => {
                    files.insert(file.name.as_str().into());
                }
            }
        }
        healthy.spoil_readers(fleet, library, &files)?;
        healthy.spread(fleet);
        Some(healthy)
    }

    /// Whether nothing has a mistake.
    pub(crate) fn is_whole(&self) -> bool {
        [&self.apps, &self.tenants, &self.targets].into_iter().flatten().all(|it| *it)
    }

    pub(crate) fn has_app(&self, app: usize) -> bool {
        self.apps[app]
    }

    pub(crate) fn has_tenant(&self, tenant: usize) -> bool {
        self.tenants[tenant]
    }

    pub(crate) fn has_target(&self, target: usize) -> bool {
        self.targets[target]
    }

    /// Whether what was written there is of an app that has no mistakes: it must have done what it is for.
    pub(crate) fn answers_for(&self, place: Place) -> bool {
        let owner = self.owner_of(place, Place::NONE);
        self.is_whole() || matches!(owner, Some(Owner::Apps(apps)) if apps.iter().all(|app| self.apps[*app]))
    }

    /// The table that the place lies in, if there is one in the text that begins at `start`.
    fn owner_of(&self, place: Place, start: Place) -> Option<&Owner> {
        let after = self.owners.partition_point(|(begins, _)| *begins <= place);
        let (begins, owner) = self.owners.get(after.checked_sub(1)?)?;
        (*begins >= start).then_some(owner)
    }

    fn spoil(&mut self, fleet: &Fleet, owner: &Owner) -> Option<()> {
        match owner {
            Owner::All => return None,
            Owner::Environment(environment) => {
                for (target, it) in fleet.targets.iter().enumerate() {
                    self.targets[target] &= it.environment != *environment;
                }
            }
            Owner::Clusters(clusters) => {
                for (target, it) in fleet.targets.iter().enumerate() {
                    self.targets[target] &= !clusters.contains(&it.cluster) && !clusters.contains(&it.host);
                }
                for (app, it) in fleet.apps.iter().enumerate() {
                    self.apps[app] &= it.provisions.is_none_or(|cluster| !clusters.contains(&cluster));
                }
            }
            Owner::Tenants(tenants) => tenants.iter().for_each(|tenant| self.tenants[*tenant] = false),
            Owner::Apps(apps) => apps.iter().for_each(|app| self.apps[*app] = false),
            Owner::Bundle(bundle) => {
                let name = &fleet.bundles[*bundle].name;
                for (app, it) in fleet.apps.iter().enumerate() {
                    let mut names =
                        it.placements.iter().filter_map(|at| at.settings.keys.get("bundle")?.as_text());
                    self.apps[app] &= !names.any(|it| it == name);
                }
            }
        }
        Some(())
    }

    /// Spoils what reads a file with a mistake; `None` if nothing is known to.
    fn spoil_readers(&mut self, fleet: &Fleet, library: &Library, files: &BTreeSet<Text>) -> Option<()> {
        if files.is_empty() {
            return Some(());
        }
        let mut unread = files.clone();
        let mut reads = |read: BTreeSet<Text>| {
            unread.retain(|file| !read.contains(file));
            !read.is_disjoint(files)
        };
        for app in 0..fleet.apps.len() {
            self.apps[app] &= !reads(files_of_app(fleet, library, app));
        }
        for tenant in 0..fleet.tenants.len() {
            self.tenants[tenant] &= !reads(files_of_tenant(fleet, library, tenant));
        }
        unread.is_empty().then_some(())
    }

    /// Spoils the apps of tenants that are.
    fn spread(&mut self, fleet: &Fleet) {
        for (app, it) in fleet.apps.iter().enumerate() {
            self.apps[app] &= it.tenant.is_none_or(|tenant| self.tenants[tenant]);
        }
    }
}

/// Where every table of the fleet begins, in order.
fn owners(fleet: &Fleet) -> Vec<(Place, Owner)> {
    let mut owners = Vec::new();
    let mut add = |rung: &Arc<Rung>, owner: Owner| {
        let overrides = rung.overrides.iter().map(|it| it.place);
        owners.extend(std::iter::once(rung.place).chain(overrides).map(|place| (place, owner.clone())));
    };
    let defaults = &fleet.defaults;
    let of_all = [&fleet.rung, &defaults.all, &defaults.environment, &defaults.cluster, &defaults.tenant];
    let of_all = of_all.into_iter().chain([&defaults.bundle, &defaults.component, &defaults.app]);
    of_all.chain(fleet.sources.values()).for_each(|rung| add(rung, Owner::All));
    for (index, environment) in fleet.environments.iter().enumerate() {
        add(&environment.rung, Owner::Environment(index));
    }
    for cluster in &fleet.clusters {
        let same = |rung: &Arc<Rung>| {
            let is_of = |index: &usize| {
                let it = &fleet.clusters[*index];
                let mut tables =
                    std::iter::once(&it.rung).chain(it.pool.iter().flat_map(|pool| &pool.members));
                tables.any(|table| Arc::ptr_eq(table, rung))
            };
            Owner::Clusters((0..fleet.clusters.len()).filter(is_of).collect())
        };
        let members = cluster.pool.iter().flat_map(|pool| &pool.members);
        for rung in std::iter::once(&cluster.rung).chain(members) {
            add(rung, same(rung));
        }
    }
    for tenant in &fleet.tenants {
        let of_team = |index: &usize| fleet.tenants[*index].team == tenant.team;
        add(&tenant.rung, Owner::Tenants((0..fleet.tenants.len()).filter(of_team).collect()));
        if let Some(copy) = &tenant.copy {
            let of_copy = |index: &usize| fleet.tenants[*index].name == tenant.name;
            add(&copy.rung, Owner::Tenants((0..fleet.tenants.len()).filter(of_copy).collect()));
        }
    }
    for app in fleet.apps.iter().filter(|app| app.provisions.is_none()) {
        let is_it = |index: &usize| Arc::ptr_eq(&fleet.apps[*index].rung, &app.rung);
        add(&app.rung, Owner::Apps((0..fleet.apps.len()).filter(is_it).collect()));
    }
    for (index, bundle) in fleet.bundles.iter().enumerate() {
        add(&bundle.rung, Owner::Bundle(index));
    }
    owners.retain(|(place, _)| place.is_known());
    owners.sort_by_key(|(place, _)| *place);
    owners
}

//! What of a fleet can still be rendered when mistakes were found, so that one run shows the mistakes of everything else too.
//!
//! A mistake belongs to the table that it stands in, or to the things that read the file that it stands in. What has none
//! is rendered; what has one stays known by name, and nothing is said of what follows from it.

use std::collections::BTreeSet;
use std::sync::Arc;

use fleetc_manifests::{Place, Text};
use indexmap::IndexMap;

use crate::diagnostic::Diagnostics;
use crate::fleet::Fleet;
use crate::load::{Library, files_of_app, files_of_tenant};
use crate::syntax::Rung;

/// What of the fleet has no mistakes.
pub(crate) struct Healthy {
    apps: Vec<bool>,
    tenants: Vec<bool>,
    targets: Vec<bool>,
    tables: Tables,
}

/// The tables of the fleet, and whose they are.
#[derive(Default)]
struct Tables {
    owners: Vec<Owner>,
    /// Where each begins, in order, and its owner; an override has that of its table.
    begins: Vec<(Place, usize)>,
}

/// What has a mistake, by index; what follows from it is not in it.
#[derive(Default)]
struct Spoiled {
    environments: BTreeSet<usize>,
    clusters: BTreeSet<usize>,
    bundles: BTreeSet<usize>,
}

/// Whose table it is, by index; several for a table that stands for several.
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
            tables: Tables::of(fleet),
        };
        let mut owners: BTreeSet<usize> = BTreeSet::new();
        let mut files: BTreeSet<Text> = BTreeSet::new();
        for place in diagnostics.errors().map(crate::Diagnostic::place) {
            let (file, _) = library.sources.find(place)?;
            match healthy.tables.owner_of(place, file.start()) {
                Some(owner) => {
                    owners.insert(owner);
                }
                None => {
                    files.insert(file.name.as_str().into());
                }
            }
        }
        let mut spoiled = Spoiled::default();
        for owner in owners {
            healthy.spoil(owner, &mut spoiled)?;
        }
        healthy.spoil_readers(fleet, library, &files)?;
        healthy.spread(fleet, &spoiled);
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
        let owner = self.tables.owner_of(place, Place::NONE).map(|owner| &self.tables.owners[owner]);
        matches!(owner, Some(Owner::Apps(apps)) if apps.iter().all(|app| self.apps[*app]))
    }

    /// Spoils whose table it is; `None` if it is everything's.
    fn spoil(&mut self, owner: usize, spoiled: &mut Spoiled) -> Option<()> {
        match &self.tables.owners[owner] {
            Owner::All => return None,
            Owner::Environment(environment) => {
                spoiled.environments.insert(*environment);
            }
            Owner::Clusters(clusters) => spoiled.clusters.extend(clusters),
            Owner::Tenants(tenants) => tenants.iter().for_each(|tenant| self.tenants[*tenant] = false),
            Owner::Apps(apps) => apps.iter().for_each(|app| self.apps[*app] = false),
            Owner::Bundle(bundle) => {
                spoiled.bundles.insert(*bundle);
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

    /// Spoils the targets of environments and clusters that are, and the apps of tenants, clusters and bundles.
    fn spread(&mut self, fleet: &Fleet, spoiled: &Spoiled) {
        let Spoiled { environments, clusters, bundles } = spoiled;
        for (target, it) in fleet.targets.iter().enumerate() {
            self.targets[target] &= !environments.contains(&it.environment)
                && !clusters.contains(&it.cluster)
                && !clusters.contains(&it.host);
        }
        let bundles: BTreeSet<&str> =
            bundles.iter().map(|bundle| fleet.bundles[*bundle].name.as_str()).collect();
        for (app, it) in fleet.apps.iter().enumerate() {
            let mut names = it.placements.iter().filter_map(|at| at.settings.keys.get("bundle")?.as_text());
            self.apps[app] &= it.tenant.is_none_or(|tenant| self.tenants[tenant])
                && it.provisions.is_none_or(|cluster| !clusters.contains(&cluster))
                && (bundles.is_empty() || !names.any(|name| bundles.contains(name)));
        }
    }
}

impl Tables {
    fn of(fleet: &Fleet) -> Self {
        let mut tables = Self::default();
        let defaults = &fleet.defaults;
        let of_all = [&fleet.rung, &defaults.all, &defaults.environment, &defaults.cluster, &defaults.tenant];
        let of_all = of_all.into_iter().chain([&defaults.bundle, &defaults.component, &defaults.app]);
        of_all.chain(fleet.sources.values()).for_each(|rung| tables.add(rung, Owner::All));
        for (index, environment) in fleet.environments.iter().enumerate() {
            tables.add(&environment.rung, Owner::Environment(index));
        }
        let clusters = fleet.clusters.iter().enumerate().flat_map(|(index, cluster)| {
            let members = cluster.pool.iter().flat_map(|pool| &pool.members);
            std::iter::once(&cluster.rung).chain(members).map(move |rung| (rung, index))
        });
        tables.add_shared(clusters, Owner::Clusters);
        let tenants = fleet.tenants.iter().enumerate().flat_map(|(index, tenant)| {
            let copy = tenant.copy.iter().map(|copy| &copy.rung);
            std::iter::once(&tenant.rung).chain(copy).map(move |rung| (rung, index))
        });
        tables.add_shared(tenants, Owner::Tenants);
        let apps = fleet.apps.iter().enumerate().filter(|(_, app)| app.provisions.is_none());
        tables.add_shared(apps.map(|(index, app)| (&app.rung, index)), Owner::Apps);
        for (index, bundle) in fleet.bundles.iter().enumerate() {
            tables.add(&bundle.rung, Owner::Bundle(index));
        }
        tables.begins.sort_by_key(|(place, _)| *place);
        tables
    }

    fn add(&mut self, rung: &Rung, owner: Owner) {
        let places = std::iter::once(rung.place).chain(rung.overrides.iter().map(|it| it.place));
        let known = places.filter(|place| place.is_known());
        self.begins.extend(known.map(|place| (place, self.owners.len())));
        self.owners.push(owner);
    }

    /// Adds tables that may each stand for several things.
    fn add_shared<'f>(
        &mut self,
        tables: impl Iterator<Item = (&'f Arc<Rung>, usize)>,
        owner: fn(Vec<usize>) -> Owner,
    ) {
        let mut things: IndexMap<*const Rung, (&Rung, Vec<usize>)> = IndexMap::new();
        for (rung, thing) in tables {
            things.entry(Arc::as_ptr(rung)).or_insert_with(|| (rung, Vec::new())).1.push(thing);
        }
        for (rung, things) in things.into_values() {
            self.add(rung, owner(things));
        }
    }

    /// The owner of the table that the place lies in, if there is one in the text that begins at `start`.
    fn owner_of(&self, place: Place, start: Place) -> Option<usize> {
        let after = self.begins.partition_point(|(begins, _)| *begins <= place);
        let (begins, owner) = self.begins.get(after.checked_sub(1)?)?;
        (*begins >= start).then_some(*owner)
    }
}

//! Everything that one cluster's Flux applies: on itself, and on the clusters that it manages.

mod apps;
mod before;
mod brought;
mod bundles;
mod flux;
mod order;
mod owners;
mod policies;
pub(super) mod rights;
mod root;
mod sources;
mod tenants;

use fleetc_manifests::Text;

use super::fleet_source::{self, TreeSource};
use super::flux::Flux;
use super::folder::About;
use super::here::Objects;
use super::target::{Access, On};
use super::{OnTargets, Part, Rendered, folder, placed, target};
use crate::diagnostic::Diagnostics;
use crate::earlier::{Before, Found, Recorded};
use crate::fleet::{COMMON, Fleet, Target};
use crate::healthy::Healthy;
use crate::language::State;
use crate::load::Library;

pub(crate) use flux::is_installed_from_elsewhere;
use owners::Owners;

/// A cluster that runs Flux, while its part of the tree is made.
pub(super) struct Host<'f> {
    pub(super) fleet: &'f Fleet,
    pub(super) library: &'f Library,
    /// What of the fleet has no mistakes.
    pub(super) healthy: &'f Healthy,
    /// The cluster.
    pub(super) index: usize,
    /// How Flux runs on it.
    pub(super) flux: Flux,
    /// Its targets, and those of the clusters that it manages; its own `common` first.
    pub(super) ons: Vec<On<'f>>,
    /// What must be ready first, and who is waited for.
    pub(super) order: order::Order,
    /// Who holds which source.
    pub(super) sources: sources::Holders,
    /// Who brings what others need.
    pub(super) brought: brought::Brought,
    /// What an earlier compilation knows.
    pub(super) before: Option<Before<'f>>,
    /// What this one finds out.
    pub(super) found: &'f Found,
    pub(super) part: Part,
}

/// What one Kustomization applies.
pub(super) struct Bundle {
    /// Its name, and that of its folder.
    pub(super) name: Text,
    /// Its objects, but for those of its app that are as they were.
    pub(super) objects: Vec<Rendered>,
    /// What is known of its app's objects.
    pub(super) record: Option<Recorded>,
    /// The Kustomization.
    pub(super) kustomization: Rendered,
    /// Whose it is.
    pub(super) tenant: Option<Text>,
    /// The app or component.
    pub(super) app: Option<Text>,
    /// Whether its objects end up on the cluster of the target, and not on the host.
    pub(super) is_far: bool,
}

/// The part of the tree that the host's Flux applies.
pub(super) fn render<'f>(
    fleet: &'f Fleet,
    library: &'f Library,
    healthy: &'f Healthy,
    on_targets: &OnTargets<'f>,
    (before, found): (Option<Before<'f>>, &'f Found),
    index: usize,
) -> Part {
    let mut part = Part::default();
    let flux = Flux::of(fleet, COMMON, index, &mut part.tally, &mut part.diagnostics);
    let mut host = Host {
        fleet,
        library,
        healthy,
        index,
        flux,
        ons: Vec::new(),
        order: order::Order::default(),
        sources: sources::Holders::default(),
        brought: brought::Brought::default(),
        before,
        found,
        part,
    };
    if fleet.clusters[index].state == State::Retired {
        root::retired(&mut host);
        return host.part;
    }
    host.place(on_targets);
    host.order = order::order(&mut host);
    host.sources = sources::holders(&mut host);
    host.write();
    host.part
}

impl<'f> Host<'f> {
    /// Finds every target, and what is on it.
    fn place(&mut self, on_targets: &OnTargets<'f>) {
        let fleet = self.fleet;
        let targets = on_targets.of_host[self.index].iter().copied();
        let mut targets: Vec<usize> = targets.filter(|target| self.healthy.has_target(*target)).collect();
        targets.sort_by_key(|target| (fleet.targets[*target].is_remote(), *target));
        for target in targets {
            if let Some(on) = self.on(fleet.targets[target], Some((target, on_targets))) {
                self.ons.push(on);
            }
        }
        self.place_near();
        let shared: Vec<bool> = self.ons.iter().map(|on| self.shares_namespace(on)).collect();
        for (on, shared) in self.ons.iter_mut().zip(shared) {
            on.flux_prefix = if shared { on.prefix.clone() } else { Text::new() };
        }
    }

    /// A target, with what is on it.
    fn on(&mut self, target: Target, things: Option<(usize, &OnTargets<'f>)>) -> Option<On<'f>> {
        let fleet = self.fleet;
        let Part { tally, diagnostics, .. } = &mut self.part;
        let access = Access::of(fleet, target, tally, diagnostics);
        let mut flux = Flux::of(fleet, target.environment, self.index, tally, diagnostics);
        if target.is_remote() {
            // They are a matter of the cluster that tenants are on, and not of the one whose Flux applies them.
            let own = Flux::of(fleet, target.environment, target.cluster, tally, diagnostics);
            flux.admission_policies = own.admission_policies;
        }
        let root_namespace = self.flux.namespace.clone();
        flux.namespace = access.namespace.clone().unwrap_or(flux.namespace);
        let own =
            fleet_source::of_environment(fleet, target.environment, self.index, &flux.namespace, diagnostics);
        let source = match own {
            Some(own) => own,
            None => self.copy_of_root(&root_namespace, &flux.namespace)?,
        };
        let Part { diagnostics, .. } = &mut self.part;
        let environment = &fleet.environments[target.environment];
        let cluster = &fleet.clusters[target.cluster];
        let (suspended, retired) = target::rests(cluster.state);
        let mut on = On {
            target,
            name: format!("{}/{}", environment.name, cluster.name),
            place: if target.environment == COMMON { cluster.place } else { environment.place },
            environment: &environment.name,
            cluster: &cluster.name,
            prefix: &environment.prefix,
            flux_prefix: Text::new(),
            flux,
            source,
            suspended: suspended || fleet.clusters[self.index].state == State::Suspended,
            retired,
            access,
            tenants: Vec::new(),
            apps: Vec::new(),
            bundles: Vec::new(),
            near: Vec::new(),
        };
        if let Some((index, on_targets)) = things {
            for &(tenant, place) in &on_targets.tenants[index] {
                let (read, tenant) = ((fleet, self.library), &fleet.tenants[tenant]);
                on.tenants.push(placed::tenant(read, tenant, &tenant.placements[place], diagnostics));
            }
            for &(app, place) in &on_targets.apps[index] {
                let (app, known) = (&fleet.apps[app], &on_targets.known_apps[app]);
                let home = app.tenant.and_then(|tenant| {
                    let name = &fleet.tenants[tenant].name;
                    on.tenants.iter().find(|tenant| tenant.tenant.name == *name)
                });
                let placement = &app.placements[place];
                let (read, home) = ((fleet, self.library), (home, &on.flux.namespace));
                let placed = placed::app(read, app, placement, home, known, diagnostics);
                on.apps.extend(placed);
            }
            on.leave_out_retired(self.fleet);
            for &(bundle, place) in &on_targets.bundles[index] {
                let bundle = &fleet.bundles[bundle];
                on.bundles.push(placed::bundle(fleet, bundle, &bundle.placements[place], diagnostics));
            }
        }
        Some(on)
    }

    /// What the root pulls, in the namespace.
    fn copy_of_root(&mut self, root_namespace: &Text, namespace: &Text) -> Option<TreeSource> {
        let of_root =
            fleet_source::of_root(self.fleet, self.index, root_namespace, &mut self.part.diagnostics)?;
        let mut copy = of_root;
        copy.source.namespace = namespace.clone();
        Some(copy)
    }

    /// Finds what remotes need of their tenants on the host, also in environments that the host itself is not in.
    fn place_near(&mut self) {
        let mut needs: Vec<(usize, usize, usize)> = Vec::new();
        for (index, on) in self.ons.iter().enumerate().filter(|(_, on)| on.target.is_remote()) {
            needs.extend((0..on.tenants.len()).map(|tenant| (on.target.environment, index, tenant)));
        }
        for (environment, remote, tenant) in needs {
            let is_own = |on: &On<'_>| on.target.environment == environment && !on.target.is_remote();
            let found = self.ons.iter().position(is_own).or_else(|| {
                let target = Target { environment, cluster: self.index, host: self.index };
                let on = self.on(target, None)?;
                self.ons.push(on);
                Some(self.ons.len() - 1)
            });
            if let Some(found) = found {
                self.ons[found].near.push((remote, tenant));
            }
        }
    }

    /// Whether another environment's Flux objects lie in the same namespace.
    fn shares_namespace(&self, on: &On<'_>) -> bool {
        self.ons.iter().any(|other| {
            other.flux.namespace == on.flux.namespace && other.target.environment != on.target.environment
        })
    }

    /// Makes all folders.
    fn write(&mut self) {
        let objects: Vec<Vec<Objects>> =
            (0..self.ons.len()).map(|index| bundles::objects(self, index)).collect();
        for (on, objects) in objects.iter().enumerate() {
            for (app, objects) in objects.iter().enumerate() {
                self.brought.note((on, app), &objects.facts);
            }
        }
        let mut owners = Owners::of_about(objects.iter().flatten().map(|objects| objects.facts.len()).sum());
        for (index, objects) in objects.into_iter().enumerate() {
            let mut flux: Vec<Rendered> = self.sources_in_flux(index);
            for bundle in bundles::of(self, index, objects, &mut flux) {
                let path = self.ons[index].folder(&bundle.name);
                self.own(&mut owners, index, &bundle, &path);
                let on = &self.ons[index];
                let mut about = on.about();
                if !bundle.is_far {
                    about.lands_on = self.fleet.clusters[self.index].name.to_string();
                }
                about.tenant = bundle.tenant.as_ref().map(Text::to_string);
                about.app = bundle.app.as_ref().map(Text::to_string);
                let folder = match bundle.record {
                    None => self.folder(path, &bundle.objects, about),
                    Some(recorded) => folder::of_app(path, &bundle.objects, about, recorded),
                };
                self.part.folders.push(folder);
                flux.push(bundle.kustomization);
            }
            let mut said = Diagnostics::default();
            owners.add_flux(&self.ons[index], &flux, &mut said);
            let on = &self.ons[index];
            let lands_on = self.fleet.clusters[self.index].name.to_string();
            let (path, about) = (on.folder("flux"), About { lands_on, ..on.about() });
            self.said(&path, said);
            let folder = self.folder(path, &flux, about);
            self.part.folders.push(folder);
        }
        root::write(self, &mut owners);
        let is_sure = owners.finish(&self.fleet.clusters[self.index].name, &mut self.part.diagnostics);
        self.part.is_unsure = !is_sure;
    }

    /// Notes who owns the objects of a bundle, whose folder has the path.
    fn own(&mut self, owners: &mut Owners, index: usize, bundle: &Bundle, path: &str) {
        let on = &self.ons[index];
        let mut said = Diagnostics::default();
        owners.add_all(on, bundle, &mut said);
        if let Some(record) = bundle.record.as_ref().and_then(Recorded::as_before) {
            owners.add_kept(on, bundle.is_far, &record.known.facts);
        }
        self.said(bundle.app.as_deref().unwrap_or(path), said);
    }

    /// The target of the host itself in the same environment.
    pub(super) fn own_target_of(&self, environment: usize) -> Option<usize> {
        self.ons.iter().position(|on| on.target.environment == environment && !on.target.is_remote())
    }

    /// The target of `common` on the same cluster.
    pub(super) fn common_of(&self, cluster: usize) -> Option<usize> {
        self.ons.iter().position(|on| on.target.cluster == cluster && on.target.environment == COMMON)
    }
}

impl On<'_> {
    /// What its folders are for.
    fn about(&self) -> About {
        About {
            environment: Some(self.environment.to_string()),
            cluster: self.cluster.to_string(),
            lands_on: self.cluster.to_string(),
            flux: self.flux.version.word().to_owned(),
            ..About::default()
        }
    }

    /// Takes off what is retired: the apps of tenants that are, and on a remote that is, what Flux pulls for tenants.
    fn leave_out_retired(&mut self, fleet: &Fleet) {
        let is_retired = self.retired;
        self.apps.retain(|app| {
            let tenant = app.app.tenant.map(|tenant| &fleet.tenants[tenant]);
            let tenant_is_retired =
                tenant.is_some_and(|it| it.state == crate::language::TenantState::Retired);
            let goes = is_retired && tenant.is_some() && app.is_pulled();
            !tenant_is_retired && !goes
        });
    }
}

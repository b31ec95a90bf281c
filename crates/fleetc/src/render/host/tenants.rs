//! The bundles of tenants on a target.

use std::collections::BTreeMap;

use fleetc_manifests::{Place, Text, kinds};

use super::Host;
use super::bundles::{Draft, Maker, tenant_label};
use super::sources::Holder;
use crate::diagnostic::Diagnostics;
use crate::fleet::COMMON;
use crate::language::{Peer, is_range};
use crate::messages;
use crate::render::change;
use crate::render::flux::is_of_flux;
use crate::render::kustomization::Kustomization;
use crate::render::network::Known;
use crate::render::placed::{self, Body, PlacedApp, PlacedTenant};
use crate::render::target::{On, Thing};
use crate::render::{Part, Rendered, tenant};

impl Maker<'_, '_> {
    /// The bundles of tenants.
    pub(super) fn tenants(&mut self, mut pulled: BTreeMap<Text, Vec<Rendered>>) {
        for index in 0..self.on().tenants.len() {
            let name = self.on().tenants[index].tenant.name.clone();
            let pulled = pulled.remove(&name).unwrap_or_default();
            if self.on().flux.lockdown && self.on().tenants[index].account.is_none() {
                let tenant = &self.on().tenants[index];
                let place = tenant.keys.service_account.as_ref().map_or(tenant.place, |it| it.place);
                self.push(messages::tenant_without_account(place, &name));
            }
            self.check_account(index);
            self.check_allowed(index);
            self.check_namespaces(index);
            let mut objects = self.tenant_objects(index);
            let is_remote = self.on().target.is_remote();
            let team = self.on().tenants[index].tenant.team.clone();
            let bundle = self.on().tenants[index].bundle();
            if !is_remote {
                objects.extend(self.near_objects(&name));
            }
            self.change_tenant(index, &mut objects);
            if !is_remote {
                objects.extend(pulled);
            } else if !pulled.is_empty() {
                self.host_bundle_of_tenant(index, pulled);
            }
            let on = self.on();
            let tenant = &on.tenants[index];
            let mut problems = Vec::new();
            let mut after = self.after(Thing::Tenant(index), &on.flux.namespace, &mut problems);
            after.extend(self.policies_before());
            let kustomization = Kustomization {
                after,
                labels: tenant_label(&team),
                place: tenant.place,
                ..Kustomization::default()
            };
            let more = tenant.more();
            let shared = tenant.keys.bundle.is_some();
            let (name, tenant, is_far) = (bundle, Some(team), is_remote);
            self.extend(problems);
            self.bundle(Draft {
                name,
                shared,
                tenant,
                objects,
                kustomization,
                more,
                is_far,
                ..Draft::default()
            });
        }
    }

    /// Says which kinds that a tenant is allowed nothing knows.
    fn check_allowed(&mut self, index: usize) {
        let tenant = &self.on().tenants[index];
        let kinds = tenant.keys.allow.as_ref().and_then(|allow| allow.kinds.as_ref());
        let unknown = kinds.into_iter().flatten().filter(|kind| self.resource_of(kind).is_none());
        let problems = unknown.map(|kind| messages::allowed_kind_unknown(tenant.place, kind));
        let problems = problems.collect();
        self.extend(problems);
    }

    /// Says if the account beside a tenant's Kustomizations is one of Flux itself, which may do everything.
    fn check_account(&mut self, index: usize) {
        let on = self.on();
        let tenant = &on.tenants[index];
        let beside = on.account_beside(tenant).filter(|(name, _)| is_of_flux(name));
        let problem = beside.map(|(account, _)| {
            messages::tenant_with_account_of_flux(tenant.place, &tenant.tenant.name, &account)
        });
        self.extend(problem.into_iter().collect());
    }

    /// Says which namespaces the admission policies do not know, as somebody else writes them.
    fn check_namespaces(&mut self, index: usize) {
        let on = self.on();
        let tenant = &on.tenants[index];
        let are_elsewhere =
            on.flux.admission_policies.is_some() && tenant.keys.create_namespace == Some(false);
        let problem =
            are_elsewhere.then(|| messages::tenant_without_policies(tenant.place, &tenant.tenant.name));
        self.extend(problem.into_iter().collect());
    }

    /// The objects of a tenant itself.
    fn tenant_objects(&self, index: usize) -> Vec<Rendered> {
        let on = self.on();
        let placed = &on.tenants[index];
        let beside = on.account_beside(placed);
        let setting = tenant::Setting {
            near_account: beside.as_ref().map(|(name, namespace)| (name, namespace)),
            holds_near_account: !on.target.is_remote(),
            impersonates_itself: on.access.tenant_kubeconfig.is_some(),
            policies: on.flux.admission_policies.map(|_| &on.flux.namespace),
            resource: &|kind| self.resource_of(kind),
            peer: &|peer| self.who_is(peer),
        };
        tenant::objects(placed, &setting)
    }

    /// The group and the resource of `group/Kind`, or of a `Kind` of the core group.
    fn resource_of(&self, written: &str) -> Option<(Text, Text)> {
        let (group, name) = written.rsplit_once('/').unwrap_or(("", written));
        let is_it = |kind: &&kinds::Kind| kind.name == name && kinds::group(kind.api_version) == group;
        let plural = match kinds::all().iter().find(is_it) {
            Some(kind) => kind.plural.into(),
            None => self.host.library.custom_kind(group, name)?.plural.clone(),
        };
        Some((group.into(), plural))
    }

    /// Who a peer of a tenant's network is, on this cluster; `None` if nothing has that name.
    fn who_is(&self, peer: &Peer) -> Option<Known> {
        let name = peer.0.peer.as_ref()?;
        if name.value == "internet" {
            return Some(Known::Internet);
        }
        if is_range(name) {
            return Some(Known::Range);
        }
        let fleet = self.host.fleet;
        let on = self.on();
        let on_cluster = |target: &usize| {
            let target = fleet.targets[*target];
            let environment = target.environment == on.target.environment || target.environment == COMMON;
            target.cluster == on.target.cluster && environment
        };
        let component = fleet.apps.iter().find(|app| app.is_component && app.name == name.value);
        let homes: Vec<_> = fleet.tenants.iter().filter(|tenant| tenant.team == name.value).collect();
        let mut namespaces: Vec<Text> = Vec::new();
        match component {
            None if homes.is_empty() => return None,
            Some(app) => {
                for placement in app.placements.iter().filter(|placement| on_cluster(&placement.target)) {
                    namespaces.push(placed::namespace_of_component(fleet, app, placement));
                }
            }
            None => {
                let placements = homes.iter().flat_map(|it| it.placements.iter().map(move |at| (*it, at)));
                for (tenant, placement) in placements.filter(|(_, it)| on_cluster(&it.target)) {
                    let mut ignored = Diagnostics::default();
                    let read = (fleet, self.host.library);
                    let placed = placed::tenant(read, tenant, placement, &mut ignored);
                    namespaces.extend(tenant::namespaces(&placed));
                }
            }
        }
        Some(Known::Namespaces(namespaces))
    }

    /// What a tenant has on the host for the sake of what Flux pulls, here and on remotes: sources and near accounts.
    fn near_objects(&self, tenant: &Text) -> Vec<Rendered> {
        let by_index = self.host.fleet.tenants.iter().position(|it| it.name == *tenant);
        let sources =
            by_index.into_iter().flat_map(|it| self.host.sources.held_by(Holder::Tenant(self.index, it)));
        let mut objects: Vec<Rendered> = sources.map(|source| Rendered::from(source.object())).collect();
        for &(remote, index) in &self.on().near {
            let remote = &self.host.ons[remote];
            let placed = &remote.tenants[index];
            let beside = remote.account_beside(placed).filter(|_| placed.tenant.name == *tenant);
            if let Some((name, namespace)) = beside {
                let account = tenant::account(&name, &namespace);
                objects.push(Rendered::from(account.at(placed.place)));
            }
        }
        let team = by_index.map_or(tenant, |index| &self.host.fleet.tenants[index].team);
        for object in &mut objects {
            tenant::label(&mut object.value, team, Place::NONE);
        }
        objects
    }

    /// The bundle on the host of what Flux pulls for a tenant onto a remote.
    fn host_bundle_of_tenant(&mut self, index: usize, pulled: Vec<Rendered>) {
        let on = self.on();
        let placed = &on.tenants[index];
        let bundle = placed.bundle();
        let near = self.near_bundle_of_tenant(&placed.tenant.name);
        let after = near.into_iter().chain([on.flux_name(&bundle)]).map(|name| (name, None)).collect();
        let labels = tenant_label(&placed.tenant.team);
        let kustomization = Kustomization { after, labels, place: placed.place, ..Kustomization::default() };
        let (name, tenant) = (format!("{bundle}-host").into(), Some(placed.tenant.team.clone()));
        let shared = placed.keys.bundle.is_some();
        self.bundle(Draft { name, shared, tenant, objects: pulled, kustomization, ..Draft::default() });
    }

    /// The Kustomization on the host of what a tenant needs there for the sake of a remote.
    pub(super) fn near_bundle_of_tenant(&self, tenant: &Text) -> Option<Text> {
        let own = self.host.own_target_of(self.on().target.environment)?;
        let on = &self.host.ons[own];
        Some(on.flux_name(&on.bundle_of_tenant(tenant)))
    }

    /// Applies what the rungs change in a tenant's own objects.
    fn change_tenant(&mut self, index: usize, objects: &mut [Rendered]) {
        let Host { ons, part: Part { tally, diagnostics, .. }, .. } = &mut *self.host;
        let On { tenants, name, .. } = &ons[self.index];
        change::apply(&tenants[index].changes, objects, name, tally, diagnostics);
    }

    /// What a tenant that is only on remotes has here.
    fn home_of(&self, placed: &PlacedTenant<'_>) -> Vec<Rendered> {
        let on = self.on();
        let beside = on.account_beside(placed);
        let setting = tenant::Setting {
            near_account: beside.as_ref().map(|(name, namespace)| (name, namespace)),
            holds_near_account: true,
            impersonates_itself: false,
            policies: on.flux.admission_policies.map(|_| &on.flux.namespace),
            resource: &|_| None,
            peer: &|_| None,
        };
        tenant::home(placed, &setting)
    }

    /// The bundles of tenants that are only on remotes: what Flux needs of them here.
    pub(super) fn near_tenants(&mut self) {
        let mut only_near: BTreeMap<Text, (usize, usize)> = BTreeMap::new();
        for &(remote, index) in &self.on().near {
            let placed = &self.host.ons[remote].tenants[index];
            if self.on().tenants.iter().all(|tenant| tenant.tenant.name != placed.tenant.name) {
                only_near.insert(placed.tenant.name.clone(), (remote, index));
            }
        }
        for (name, (remote, index)) in only_near {
            let mut objects = self.near_objects(&name);
            let placed = &self.host.ons[remote].tenants[index];
            // Also when Flux pulls nothing for it: what it pulled last is deleted with these accounts.
            let on = &self.host.ons[remote];
            let is_pulled = |app: &PlacedApp<'_>| app.tenant_name() == Some(&name) && app.body != Body::Here;
            if on.access.tenant_kubeconfig.is_some() || on.apps.iter().any(is_pulled) {
                objects.extend(self.home_of(placed));
            }
            if !objects.is_empty() {
                let kustomization = Kustomization {
                    after: self.policies_before().into_iter().collect(),
                    labels: tenant_label(&placed.tenant.team),
                    place: placed.place,
                    ..Kustomization::default()
                };
                let (bundle, tenant) = (format!("tenant-{name}").into(), Some(placed.tenant.team.clone()));
                self.bundle(Draft { name: bundle, tenant, objects, kustomization, ..Draft::default() });
            }
        }
    }
}

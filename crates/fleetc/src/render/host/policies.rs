//! The bundle of the admission policies: once on each cluster with tenants, and before them.

use fleetc_manifests::{Place, Text};

use super::bundles::{Draft, Maker};
use super::is_installed_from_elsewhere;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fleet::{COMMON, Fleet};
use crate::messages;
use crate::render::flux::Flux;
use crate::render::kustomization::Kustomization;
use crate::render::policies;
use crate::resolve::Tally;
use crate::resolve::ladder::{climb, cluster_steps};
use crate::resolve::matching::Context;

/// The first minor version of Kubernetes 1 that serves the policies.
const FIRST: u32 = 30;

/// The bundle, and its Kustomization before what its target adds to it.
const BUNDLE: &str = "admission-policies";

impl Maker<'_, '_> {
    /// The bundle of the admission policies, among what is common on the cluster.
    pub(super) fn policies(&mut self) {
        let target = self.on().target;
        let place = self.policies_of(target.cluster);
        let Some(place) = place.filter(|_| target.environment == COMMON) else { return };
        if let Some(problem) = too_old(self.host.fleet, target.cluster, place) {
            self.push(problem);
            return;
        }
        let kustomization = Kustomization { wait: true, place, ..Kustomization::default() };
        let (objects, is_far) = (policies::objects(place), target.is_remote());
        self.bundle(Draft { name: BUNDLE.into(), objects, kustomization, is_far, ..Draft::default() });
    }

    /// The Kustomization that a tenant waits for, so that the policies hold before its first object; none where another
    /// cluster's Flux applies what is common.
    pub(super) fn policies_before(&self) -> Option<(Text, Option<Text>)> {
        let on = self.on();
        on.flux.admission_policies?;
        // What a remote's tenant has on the host lands on the host.
        let common = &self.host.ons[self.host.common_of(on.target.cluster)?];
        let namespace = Some(common.flux.namespace.clone()).filter(|it| *it != on.flux.namespace);
        Some((common.flux_name(BUNDLE), namespace))
    }

    /// Where it was said that policies hold for tenants of the cluster, if it has any.
    fn policies_of(&self, cluster: usize) -> Option<Place> {
        let here = self.host.ons.iter().filter(|on| on.target.cluster == cluster);
        let mut with_tenants = here.filter(|on| !on.tenants.is_empty() || !on.near.is_empty());
        with_tenants.find_map(|on| on.flux.admission_policies).or_else(|| self.policies_elsewhere(cluster))
    }

    /// The same, where the cluster's own Flux applies its tenants, and this one only what is common.
    fn policies_elsewhere(&self, cluster: usize) -> Option<Place> {
        let fleet = self.host.fleet;
        if !is_installed_from_elsewhere(fleet, cluster) {
            return None;
        }
        let placements = fleet.tenants.iter().flat_map(|tenant| &tenant.placements);
        let targets = placements.map(|placement| fleet.targets[placement.target]);
        targets.filter(|target| target.cluster == cluster).find_map(|target| {
            let (mut tally, mut said) = (Tally::default(), Diagnostics::default());
            Flux::of(fleet, target.environment, cluster, &mut tally, &mut said).admission_policies
        })
    }
}

/// What is wrong if the cluster says a version of Kubernetes that has no such policies.
fn too_old(fleet: &Fleet, cluster: usize, place: Place) -> Option<Diagnostic> {
    let cluster = &fleet.clusters[cluster];
    let context = Context { cluster: Some(cluster), ..Context::default() };
    let (tally, said) = (&mut Tally::default(), &mut Diagnostics::default());
    let settings = climb(&cluster_steps(fleet, cluster), &context, tally, said);
    let version = settings.keys.get("kubernetes")?;
    let minor: u32 = version.as_text()?.split('.').nth(1)?.parse().ok()?;
    (minor < FIRST).then(|| messages::policies_not_served(version.place, place, &cluster.name))
}

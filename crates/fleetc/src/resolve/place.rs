//! Where things are: targets, and the tenants and apps on them.

use std::collections::BTreeMap;
use std::sync::Arc;

use fleetc_manifests::{Place, Text};
use indexmap::IndexMap;

use super::ladder::{Step, climb, steps};
use super::matching::{Context, holds};
use super::{Tally, decode, filled_in, host_of};
use crate::diagnostic::Diagnostics;
use crate::fleet::{App, COMMON, Fleet, Placement, Settings, Target, Tenant};
use crate::language::{self, Matcher, Name, OneOrMany, Pattern, Spanned, TenantState};
use crate::messages;
use crate::syntax::Rung;

/// Puts tenants, components and apps into the fleet, not yet placed.
pub(super) fn declare(
    fleet: &mut Fleet,
    tenants: IndexMap<Text, Rung>,
    components: IndexMap<Text, Rung>,
    apps: IndexMap<Text, Rung>,
    diagnostics: &mut Diagnostics,
) {
    for (name, rung) in tenants {
        let keys: language::Tenant = decode(&filled_in(&fleet.defaults.tenant, &rung), diagnostics);
        fleet.tenants.push(Tenant {
            name,
            place: rung.place,
            tier: keys.tier.map(|tier| tier.value),
            state: keys.state.unwrap_or(TenantState::Active),
            rung: Arc::new(rung),
            placements: Vec::new(),
        });
    }
    let components = components.into_iter().map(|(name, rung)| (name, rung, true));
    let apps = apps.into_iter().map(|(name, rung)| (name, rung, false));
    for (name, rung, is_component) in components.chain(apps) {
        let defaults = if is_component { &fleet.defaults.component } else { &fleet.defaults.app };
        let keys: language::App = decode(&filled_in(defaults, &rung), diagnostics);
        let tenant = keys.tenant.and_then(|name| tenant_named(fleet, &name, diagnostics));
        fleet.apps.push(App {
            name,
            place: rung.place,
            is_component,
            tenant,
            rung: Arc::new(rung),
            placements: Vec::new(),
        });
    }
}

fn tenant_named(fleet: &Fleet, name: &Spanned<Name>, diagnostics: &mut Diagnostics) -> Option<usize> {
    let found = fleet.tenants.iter().position(|tenant| tenant.name == *name.as_text());
    if found.is_none() {
        let known = fleet.tenants.iter().map(|tenant| tenant.name.as_str());
        diagnostics.push(messages::unknown_name("tenant", name, name.place, known));
    }
    found
}

/// Finds every target, and the cluster whose Flux applies what is on it.
pub(super) fn targets(fleet: &mut Fleet, diagnostics: &mut Diagnostics) {
    for index in 0..fleet.clusters.len() {
        let cluster = &fleet.clusters[index];
        let keys: language::Cluster = decode(&filled_in(&fleet.defaults.cluster, &cluster.rung), diagnostics);
        for environment in environments_of(fleet, index, keys.environments.as_deref(), diagnostics) {
            let name = &fleet.environments[environment].name;
            let host = match host_of(keys.managed_by.as_ref(), name) {
                Some(host) => cluster_named(fleet, &host, diagnostics).unwrap_or(index),
                None => index,
            };
            fleet.targets.push(Target { environment, cluster: index, host });
        }
        if let Some(language::ManagedBy::Some(hosts)) = &keys.managed_by {
            check_hosts(fleet, index, hosts, diagnostics);
        }
    }
    for &target in &fleet.targets {
        let of_host = fleet.targets.iter().find(|it| it.cluster == target.host && it.environment == COMMON);
        if target.is_remote() && of_host.is_some_and(Target::is_remote) {
            let names = [target.cluster, target.host].map(|index| fleet.clusters[index].name.as_str());
            diagnostics.push(messages::remote_of_a_remote(fleet.clusters[target.cluster].place, names));
        }
    }
}

/// The environments of a cluster, `common` first, then in the order in which environments were written.
fn environments_of(
    fleet: &Fleet,
    cluster: usize,
    written: Option<&[Spanned<Name>]>,
    diagnostics: &mut Diagnostics,
) -> Vec<usize> {
    let cluster = &fleet.clusters[cluster];
    let has_environments = fleet.environments.len() > 1;
    let mut found = vec![COMMON];
    match written {
        None if has_environments => diagnostics.push(messages::cluster_without_environments(cluster)),
        None => {}
        Some(names) => {
            for name in names {
                match fleet.environments.iter().position(|environment| environment.name == *name.as_text()) {
                    Some(COMMON) => diagnostics.push(messages::common_is_everywhere(name.place)),
                    Some(index) if found.contains(&index) => {
                        diagnostics.push(messages::named_twice("environment", name, name.place));
                    }
                    Some(index) => found.push(index),
                    None => {
                        let known =
                            fleet.environments.iter().skip(1).map(|environment| environment.name.as_str());
                        diagnostics.push(messages::unknown_name("environment", name, name.place, known));
                    }
                }
            }
        }
    }
    found.sort_unstable();
    found
}

fn cluster_named(fleet: &Fleet, name: &Spanned<Name>, diagnostics: &mut Diagnostics) -> Option<usize> {
    let found = fleet.clusters.iter().position(|cluster| cluster.name == *name.as_text());
    if found.is_none() {
        let known = fleet.clusters.iter().map(|cluster| cluster.name.as_str());
        diagnostics.push(messages::unknown_name("cluster", name, name.place, known));
    }
    found
}

/// Says which of the environments in `managed-by` are not on the cluster.
fn check_hosts(
    fleet: &Fleet,
    cluster: usize,
    hosts: &IndexMap<Text, Spanned<Name>>,
    diagnostics: &mut Diagnostics,
) {
    let here: Vec<&str> = (fleet.targets.iter())
        .filter(|target| target.cluster == cluster)
        .map(|target| fleet.environments[target.environment].name.as_str())
        .collect();
    for (environment, host) in hosts {
        if !here.contains(&environment.as_str()) {
            diagnostics.push(messages::unknown_name(
                "environment of this cluster",
                environment,
                host.place,
                here.clone(),
            ));
        }
    }
}

/// Places tenants, and climbs the ladder for each of them on each target.
pub(super) fn tenants(fleet: &mut Fleet, tally: &mut Tally, diagnostics: &mut Diagnostics) {
    for index in 0..fleet.tenants.len() {
        let tenant = &fleet.tenants[index];
        let keys: language::Tenant = decode(&filled_in(&fleet.defaults.tenant, &tenant.rung), diagnostics);
        let targets = targets_where(fleet, keys.where_.unwrap_or_default());
        let place = |target| Context::target(fleet, target).with_tenant(tenant);
        let placements = climb_everywhere(fleet, &targets, place, tally, diagnostics);
        fleet.tenants[index].placements = placements;
    }
}

/// Places components and apps, and climbs the ladder for each of them on each target.
pub(super) fn apps(fleet: &mut Fleet, tally: &mut Tally, diagnostics: &mut Diagnostics) {
    for index in 0..fleet.apps.len() {
        let app = &fleet.apps[index];
        let defaults = if app.is_component { &fleet.defaults.component } else { &fleet.defaults.app };
        let keys: language::App = decode(&filled_in(defaults, &app.rung), diagnostics);
        let mut targets = targets_where(fleet, keys.where_.unwrap_or_default());
        if let Some(tenant) = app.tenant {
            let of_tenant = &fleet.tenants[tenant].placements;
            targets.retain(|target| of_tenant.iter().any(|placement| placement.target == *target));
        }
        let place = |target| Context::target(fleet, target).with_app(fleet, app);
        let placements = climb_everywhere(fleet, &targets, place, tally, diagnostics);
        fleet.apps[index].placements = placements;
    }
}

/// The targets where a `where` holds; without an environment in it, in each but `common`.
fn targets_where(fleet: &Fleet, matcher: Matcher) -> Vec<usize> {
    let mut matcher = of_targets(matcher);
    matcher.not = matcher.not.map(|not| Box::new(of_targets(*not)));
    if matcher.environment.is_none() {
        let default = if fleet.environments.len() > 1 { "*" } else { "common" };
        let pattern = Pattern::new(default).expect("it is not empty");
        matcher.environment = Some(OneOrMany(vec![Spanned { value: pattern, place: Place::NONE }]));
    }
    let all = 0..fleet.targets.len();
    all.filter(|&target| holds(&matcher, &Context::target(fleet, target))).collect()
}

/// The matcher without what targets do not have; that was an error already.
fn of_targets(matcher: Matcher) -> Matcher {
    Matcher { tenant: None, tier: None, copy: None, app: None, component: None, ..matcher }
}

/// Climbs the ladder on each target; targets on which the same overrides hold share what comes out.
fn climb_everywhere<'f>(
    fleet: &'f Fleet,
    targets: &[usize],
    place: impl Fn(usize) -> Context<'f>,
    tally: &mut Tally,
    diagnostics: &mut Diagnostics,
) -> Vec<Placement> {
    let mut known: BTreeMap<(usize, usize, Vec<bool>), Arc<Settings>> = BTreeMap::new();
    let mut placements = Vec::with_capacity(targets.len());
    for &target in targets {
        let context = place(target);
        let steps = steps(fleet, &context);
        let mut holding = Vec::new();
        for step in &steps {
            step.holding(&context, &mut holding);
        }
        // The environment and the cluster count where they lock something, or where variables are taken away.
        let Target { environment, cluster, .. } = fleet.targets[target];
        let all_count = steps.iter().any(Step::unsets_variables);
        let counts = |rung: &Rung| usize::from(all_count || locks(rung));
        let of_environment = environment * counts(&fleet.environments[environment].rung);
        let of_cluster = (cluster + 1) * counts(&fleet.clusters[cluster].rung);
        let settings = (known.entry((of_environment, of_cluster, holding)))
            .or_insert_with(|| Arc::new(climb(&steps, &context, tally, diagnostics)));
        placements.push(Placement { target, settings: settings.clone() });
    }
    placements
}

fn locks(rung: &Rung) -> bool {
    !rung.locked.is_empty() || rung.overrides.iter().any(|it| !it.locked.is_empty())
}

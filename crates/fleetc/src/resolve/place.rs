//! Where things are: targets, and the tenants and apps on them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fleetc_manifests::{Key, Place, Text, Value};
use indexmap::IndexMap;

use super::ladder::{Step, bundle_steps, climb, steps};
use super::matching::{Context, holds};
use super::{Tally, cluster_keys, decode, filled_in, host_of, limits, tenant_keys};
use crate::diagnostic::Diagnostics;
use crate::fleet::{App, Bundle, COMMON, Copy, Fleet, Placement, Settings, Target, Tenant};
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
    for (name, mut rung) in tenants {
        let copies = std::mem::take(&mut rung.parts);
        let rung = Arc::new(rung);
        declare_tenant(fleet, &name, &rung, None, diagnostics);
        for (copy, of_copy) in copies {
            let title = format!("{name}.copies.{copy}").into();
            let copy = Copy { name: copy, rung: Arc::new(of_copy), title };
            declare_tenant(fleet, &name, &rung, Some(copy), diagnostics);
        }
    }
    let components = components.into_iter().map(|(name, rung)| (name, rung, true));
    let apps = apps.into_iter().map(|(name, rung)| (name, rung, false));
    for (name, rung, is_component) in components.chain(apps) {
        let defaults = if is_component { &fleet.defaults.component } else { &fleet.defaults.app };
        let keys: language::App = decode(&filled_in(&[&**defaults, &rung]), diagnostics);
        let homes = match keys.tenant {
            None => vec![None],
            Some(name) => homes_of(fleet, &name, diagnostics),
        };
        if !limits::placements(fleet.apps.len() + homes.len(), rung.place, diagnostics) {
            return;
        }
        let (place, rung) = (rung.place, Arc::new(rung));
        for tenant in homes {
            fleet.apps.push(App {
                name: name.clone(),
                place,
                is_component,
                tenant,
                provisions: None,
                rung: rung.clone(),
                placements: Vec::new(),
            });
        }
    }
    only_pull(fleet);
}

/// Finds the tenants that have apps, all of which Flux pulls.
fn only_pull(fleet: &mut Fleet) {
    let mut pulls: BTreeMap<usize, bool> = BTreeMap::new();
    for app in &fleet.apps {
        if let Some(tenant) = app.tenant {
            *pulls.entry(tenant).or_insert(true) &= is_pulled(&app.rung);
        }
    }
    for (tenant, pulls) in pulls {
        fleet.tenants[tenant].only_pulls = pulls;
    }
}

/// Whether Flux pulls the app of the table, and nothing is rendered beside it.
fn is_pulled(app: &Rung) -> bool {
    let says = |key: &str| app.tables().any(|keys| keys.get(key).is_some());
    says("path") && !["manifests", "secrets", "config"].into_iter().any(says)
}

/// Puts a tenant, or a copy of one, into the fleet.
fn declare_tenant(
    fleet: &mut Fleet,
    team: &Text,
    rung: &Arc<Rung>,
    copy: Option<Copy>,
    diagnostics: &mut Diagnostics,
) {
    let name = copy.as_ref().map_or_else(|| team.clone(), |copy| format!("{}-{team}", copy.name).into());
    let place = copy.as_ref().map_or(rung.place, |copy| copy.rung.place);
    if let Some(copy) = &copy {
        if Name::new(copy.name.clone()).is_none() {
            diagnostics.push(messages::bad_name(&Key::new(&copy.name, place)));
        } else if copy.name == "main" {
            diagnostics.push(messages::reserved_name(&Key::new(&copy.name, place)));
        }
    }
    let mut tenant = Tenant {
        name,
        team: team.clone(),
        copy,
        place,
        tier: None,
        state: TenantState::Active,
        only_pulls: false,
        rung: rung.clone(),
        placements: Vec::new(),
    };
    let keys: language::Tenant = decode(&tenant_keys(fleet, &tenant), diagnostics);
    tenant.tier = keys.tier.map(|tier| tier.value);
    tenant.state = keys.state.unwrap_or(TenantState::Active);
    match fleet.tenants.iter().find(|it| it.name == tenant.name) {
        Some(first) => {
            diagnostics.push(messages::two_of_one_name("tenant", &tenant.name, place, first.place));
        }
        None => fleet.tenants.push(tenant),
    }
}

/// The homes of an app: its tenant, and the tenant's copies.
fn homes_of(fleet: &Fleet, name: &Spanned<Name>, diagnostics: &mut Diagnostics) -> Vec<Option<usize>> {
    let of_team = |tenant: &Tenant| tenant.team == *name.as_text();
    let found = (0..fleet.tenants.len()).filter(|index| of_team(&fleet.tenants[*index]));
    let mut homes: Vec<Option<usize>> = found.map(Some).collect();
    if homes.is_empty() {
        let known = fleet.tenants.iter().filter(|it| it.copy.is_none()).map(|tenant| tenant.team.as_str());
        diagnostics.push(messages::unknown_name("tenant", name, name.place, known));
        homes.push(None);
    }
    homes
}

/// Finds every target, and the cluster whose Flux applies what is on it.
pub(super) fn targets(fleet: &mut Fleet, diagnostics: &mut Diagnostics) {
    for index in 0..fleet.clusters.len() {
        let cluster = &fleet.clusters[index];
        let written = cluster_keys(fleet, cluster);
        let keys: language::Cluster = decode(&written, diagnostics);
        // One that is no list was said when it was read.
        let is_broken = keys.environments.is_none() && written.get("environments").is_some();
        let environments = if is_broken { Some(&[][..]) } else { keys.environments.as_deref() };
        for environment in environments_of(fleet, index, environments, diagnostics) {
            let name = &fleet.environments[environment].name;
            let host = match host_of(keys.managed_by.as_ref(), name) {
                Some(host) => cluster_named(fleet, &host, diagnostics).unwrap_or(index),
                None => index,
            };
            fleet.targets.push(Target { environment, cluster: index, host });
        }
        if !limits::targets(fleet.targets.len(), fleet.clusters[index].place, diagnostics) {
            return;
        }
        if let Some(language::ManagedBy::Some(hosts)) = &keys.managed_by {
            check_hosts(fleet, index, hosts, diagnostics);
        }
    }
    let common = fleet.targets.iter().filter(|it| it.environment == COMMON);
    let is_remote: BTreeMap<usize, bool> = common.map(|it| (it.cluster, it.is_remote())).collect();
    for &target in &fleet.targets {
        if target.is_remote() && is_remote.get(&target.host) == Some(&true) {
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

pub(super) fn cluster_named(
    fleet: &Fleet,
    name: &Spanned<Name>,
    diagnostics: &mut Diagnostics,
) -> Option<usize> {
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

/// Places tenants, components and apps, as many as a fleet may have.
pub(super) fn things(fleet: &mut Fleet, tally: &mut Tally, diagnostics: &mut Diagnostics) {
    let mut count = 0;
    if tenants(fleet, &mut count, tally, diagnostics).is_some() {
        apps(fleet, &mut count, tally, diagnostics);
    }
}

/// Places tenants, and climbs the ladder for each of them on each target; `None` if there are too many.
fn tenants(
    fleet: &mut Fleet,
    count: &mut usize,
    tally: &mut Tally,
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    for index in 0..fleet.tenants.len() {
        let tenant = &fleet.tenants[index];
        let keys: language::Tenant = decode(&tenant_keys(fleet, tenant), diagnostics);
        let targets = targets_where(fleet, keys.where_.unwrap_or_default());
        *count += targets.len();
        limits::placements(*count, tenant.place, diagnostics).then_some(())?;
        let place = |target| Context::target(fleet, target).with_tenant(tenant);
        let placements = climb_everywhere(fleet, &targets, place, tally, diagnostics);
        fleet.tenants[index].placements = placements;
    }
    Some(())
}

/// Places components and apps, and climbs the ladder for each of them on each target, until there are too many.
fn apps(fleet: &mut Fleet, count: &mut usize, tally: &mut Tally, diagnostics: &mut Diagnostics) {
    for index in 0..fleet.apps.len() {
        let app = &fleet.apps[index];
        if app.provisions.is_some() {
            continue;
        }
        let defaults = if app.is_component { &fleet.defaults.component } else { &fleet.defaults.app };
        let keys: language::App = decode(&filled_in(&[&**defaults, &*app.rung]), diagnostics);
        let mut targets = targets_where(fleet, keys.where_.unwrap_or_default());
        if let Some(tenant) = app.tenant {
            let of_tenant = &fleet.tenants[tenant].placements;
            targets.retain(|target| of_tenant.binary_search_by_key(target, |it| it.target).is_ok());
        }
        *count += targets.len();
        if !limits::placements(*count, app.place, diagnostics) {
            return;
        }
        let place = |target| Context::target(fleet, target).with_app(fleet, app);
        let placements = climb_everywhere(fleet, &targets, place, tally, diagnostics);
        fleet.apps[index].placements = placements;
    }
}

/// A bundle that several things share, not yet placed.
pub(super) fn declare_bundle((name, rung): (Text, Rung)) -> Bundle {
    Bundle { name, place: rung.place, rung: Arc::new(rung), placements: Vec::new() }
}

/// Places bundles wherever something lies in them, and climbs the ladder for each.
pub(super) fn bundles(fleet: &mut Fleet, tally: &mut Tally, diagnostics: &mut Diagnostics) {
    let mut targets: BTreeMap<Text, BTreeSet<usize>> = BTreeMap::new();
    let of_apps = fleet.apps.iter().flat_map(|app| &app.placements);
    let of_tenants = fleet.tenants.iter().flat_map(|tenant| &tenant.placements);
    for placement in of_apps.chain(of_tenants) {
        if let Some(name) = placement.settings.keys.get("bundle").and_then(Value::as_text) {
            targets.entry(name.into()).or_default().insert(placement.target);
        }
    }
    for index in 0..fleet.bundles.len() {
        let bundle = &fleet.bundles[index];
        let targets: Vec<usize> = targets.remove(&bundle.name).into_iter().flatten().collect();
        let placements = targets.into_iter().map(|target| {
            let context = Context::target(fleet, target);
            let steps = bundle_steps(fleet, &context, bundle);
            Placement { target, settings: Arc::new(climb(&steps, &context, tally, diagnostics)) }
        });
        let placements = placements.collect();
        fleet.bundles[index].placements = placements;
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
        let members = fleet.clusters[cluster].pool.iter().flat_map(|pool| &pool.members);
        let of_member = members.map(|rung| counts(rung)).max().unwrap_or(0);
        let of_cluster = (cluster + 1) * counts(&fleet.clusters[cluster].rung).max(of_member);
        let settings = (known.entry((of_environment, of_cluster, holding)))
            .or_insert_with(|| Arc::new(climb(&steps, &context, tally, diagnostics)));
        placements.push(Placement { target, settings: settings.clone() });
    }
    placements
}

fn locks(rung: &Rung) -> bool {
    !rung.locked.is_empty() || rung.overrides.iter().any(|it| !it.locked.is_empty())
}

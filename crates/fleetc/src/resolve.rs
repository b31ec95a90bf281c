//! The second phase: what was written into what is meant. Names are looked up, defaults filled in, things placed.

pub(crate) mod ladder;
pub(crate) mod limits;
pub(crate) mod matching;
mod names;
mod peers;
mod pins;
mod place;
mod pool;
mod provision;
pub(crate) mod scope;
pub(crate) mod substitution;
pub(crate) mod tally;

use std::collections::BTreeMap;
use std::sync::Arc;

use fleetc_manifests::{Map, Place, Text, Value};
use indexmap::IndexMap;

use crate::diagnostic::Diagnostics;
use crate::fleet::{Cluster, Defaults, Environment, Fleet, OUTPUT, Tenant};
use crate::language::{self, Decoder, ManagedBy, RelativePath, Shaped, Stage};

use crate::messages;
use crate::syntax::{self, Rung};

pub(crate) use tally::{Duty, Tally};

/// Resolves a fleet. `folder` is the name of the folder that it lies in.
pub(crate) fn resolve(
    written: syntax::Fleet,
    folder: &str,
    tally: &mut Tally,
    diagnostics: &mut Diagnostics,
) -> Fleet {
    let mut fleet = frame(written, folder, diagnostics);
    place::targets(&mut fleet, diagnostics);
    if limits::are_reached(diagnostics) {
        return fleet;
    }
    provision::declare(&mut fleet, tally, diagnostics);
    place::things(&mut fleet, tally, diagnostics);
    if limits::are_reached(diagnostics) {
        return fleet;
    }
    place::bundles(&mut fleet, tally, diagnostics);
    pins::check(&fleet, diagnostics);
    names::check_matchers(&fleet, tally, diagnostics);
    peers::check(&fleet, diagnostics);
    fleet
}

/// The fleet with everything in it that needs no look-up of another thing.
fn frame(written: syntax::Fleet, folder: &str, diagnostics: &mut Diagnostics) -> Fleet {
    let top: language::Fleet = decode(&written.fleet.keys, diagnostics);
    if let (Some(output), None) = (written.fleet.keys.get("output"), &top.output)
        && let Some(text) = output.as_text().filter(|text| RelativePath::new(*text).is_some())
    {
        diagnostics.push(messages::path_outside(output.place, text));
    }
    let defaults = Defaults {
        all: Arc::new(written.defaults.all),
        environment: Arc::new(written.defaults.environment),
        cluster: Arc::new(written.defaults.cluster),
        tenant: Arc::new(written.defaults.tenant),
        bundle: Arc::new(written.defaults.bundle),
        component: Arc::new(written.defaults.component),
        app: Arc::new(written.defaults.app),
    };
    let mut fleet = Fleet {
        name: top.name.unwrap_or_else(|| folder.into()),
        output: top.output.map_or_else(|| OUTPUT.into(), |output| output.as_text().clone()),
        rung: Arc::new(written.fleet),
        exceptions: top.allow.unwrap_or_default(),
        defaults,
        sources: written.sources.into_iter().map(|(name, rung)| (name, Arc::new(rung))).collect(),
        bundles: written.bundles.into_iter().map(place::declare_bundle).collect(),
        pins: written.pins,
        ..Fleet::default()
    };
    environments(&mut fleet, written.environments, diagnostics);
    clusters(&mut fleet, written.clusters, diagnostics);
    place::declare(&mut fleet, written.tenants, written.components, written.apps, diagnostics);
    fleet
}

fn clusters(fleet: &mut Fleet, written: IndexMap<Text, Rung>, diagnostics: &mut Diagnostics) {
    let mut names: BTreeMap<Text, Place> = BTreeMap::new();
    for (name, rung) in written {
        let place = rung.place;
        for cluster in pool::clusters(fleet, &name, rung, diagnostics) {
            let first = *names.entry(cluster.name.clone()).or_insert(cluster.place);
            if first == cluster.place {
                fleet.clusters.push(cluster);
            } else {
                diagnostics.push(messages::two_of_one_name("cluster", &cluster.name, cluster.place, first));
            }
        }
        // Each is a target at least.
        if !limits::targets(fleet.clusters.len(), place, diagnostics) {
            return;
        }
    }
}

/// Says what of an environment's `flux` is for a cluster to say: one Flux runs on it, for all of its environments.
fn check_flux(rung: &Rung, diagnostics: &mut Diagnostics) {
    const OF_CLUSTERS: [&str; 4] = ["install", "manifests", "patches", "instance"];
    let entries = rung.tables().filter_map(|keys| keys.get("flux").and_then(Value::as_map)).flatten();
    for entry in entries.filter(|entry| OF_CLUSTERS.contains(&entry.key.text.as_str())) {
        diagnostics.push(messages::flux_of_an_environment(&entry.key));
    }
}

fn environments(fleet: &mut Fleet, mut written: IndexMap<Text, Rung>, diagnostics: &mut Diagnostics) {
    let common = written.shift_remove("common").unwrap_or_default();
    let all = std::iter::once((Text::from("common"), common)).chain(written);
    for (name, rung) in all {
        let environment = Environment { name, place: rung.place, prefix: Text::new(), rung: Arc::new(rung) };
        fleet.environments.push(environment);
    }
    let of_environments = fleet.environments.iter().skip(1).map(|environment| &*environment.rung);
    for rung in of_environments.chain([&*fleet.defaults.environment]) {
        check_flux(rung, diagnostics);
    }
    for index in 0..fleet.environments.len() {
        let prefix = scope::prefix(fleet, index, diagnostics);
        fleet.environments[index].prefix = prefix;
    }
}

/// The keys of a cluster that matchers read.
pub(crate) fn cluster_keys(fleet: &Fleet, cluster: &Cluster) -> Map {
    let members = cluster.pool.iter().flat_map(|pool| &pool.members);
    let rungs = [&fleet.defaults.cluster, &cluster.rung].into_iter().chain(members);
    filled_in(&rungs.map(|rung| &**rung).collect::<Vec<_>>())
}

/// The keys of a tenant that matchers read.
pub(crate) fn tenant_keys(fleet: &Fleet, tenant: &Tenant) -> Map {
    let copy = tenant.copy.iter().map(|copy| &copy.rung);
    let rungs = [&fleet.defaults.tenant, &tenant.rung].into_iter().chain(copy);
    filled_in(&rungs.map(|rung| &**rung).collect::<Vec<_>>())
}

/// The keys that are filled in from `[defaults.K]` before the ladder starts: those that matchers read.
pub(crate) fn filled_in(rungs: &[&Rung]) -> Map {
    const BEFORE: [&str; 8] =
        ["environments", "labels", "state", "managed-by", "where", "tier", "prefix", "tenant"];
    let mut keys = Map::new();
    for rung in rungs {
        for entry in &rung.keys {
            if BEFORE.contains(&entry.key.text.as_str()) {
                ladder::merge_entry(&mut keys, entry);
            }
        }
    }
    keys
}

/// Reads keys that the first phase has checked; what is wrong with them was said there.
pub(crate) fn decode<T: Shaped + Default>(keys: &Map, diagnostics: &mut Diagnostics) -> T {
    let value = Value::new(keys.clone(), Place::NONE);
    T::decode(&value, &mut Decoder::new(diagnostics, Stage::Written)).unwrap_or_default()
}

/// The cluster whose Flux applies what an environment has on a cluster.
pub(crate) fn host_of(
    managed_by: Option<&ManagedBy>,
    environment: &str,
) -> Option<language::Spanned<language::Name>> {
    match managed_by? {
        ManagedBy::All(cluster) => Some(cluster.clone()),
        ManagedBy::Some(clusters) => clusters.get(environment).cloned(),
    }
}

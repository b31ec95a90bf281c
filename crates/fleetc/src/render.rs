//! The last phase: the fleet into the tree. The one step that runs in parallel, host by host.

mod address;
mod change;
mod chart;
mod config;
mod expected;
mod fleet_source;
mod flux;
mod folder;
mod here;
mod host;
mod images;
mod kustomization;
mod late;
mod locks;
mod memo;
mod names;
mod network;
mod origin;
mod patches;
mod placed;
mod pods;
mod policies;
mod references;
mod rendered;
mod select;
mod source;
mod spec;
mod target;
mod tenant;
mod variables;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use expected::expected;
pub(crate) use fleet_source::{TreeSource, of_root as source_of_root};
pub(crate) use flux::Flux;
pub(crate) use host::is_installed_from_elsewhere;

use placed::KnownApp;
use rayon::prelude::*;
use rendered::Rendered;

use crate::Shard;
use crate::diagnostic::Diagnostics;
use crate::earlier::{Before, Earlier, Found};
use crate::fleet::{Fleet, Placement};
use crate::healthy::Healthy;
use crate::load::Library;
use crate::resolve::Tally;
use crate::tree::{Folder, Tree};

/// The label that says whose an object is; Flux' own documentation uses it.
const TENANT_LABEL: &str = "toolkit.fluxcd.io/tenant";

/// What the clusters of one host come to.
#[derive(Default)]
struct Part {
    folders: Vec<Folder>,
    tally: Tally,
    diagnostics: Diagnostics,
    /// Whether something may have to be said of a folder that is as it was.
    is_unsure: bool,
}

/// What is on each target: tenants, apps and bundles, with the index of their placement.
struct OnTargets<'f> {
    tenants: Vec<Vec<(usize, usize)>>,
    apps: Vec<Vec<(usize, usize)>>,
    bundles: Vec<Vec<(usize, usize)>>,
    /// The targets that each cluster's Flux applies.
    of_host: Vec<Vec<usize>>,
    /// Of each app, what it is on targets that were rendered already.
    known_apps: Vec<KnownApp<'f>>,
}

/// What is done with folders once they are whole.
pub(crate) struct After<'a> {
    /// What an earlier compilation knows, and this one is to find out for the next.
    pub(crate) before: Option<Before<'a>>,
    pub(crate) found: &'a Found,
    /// Says what is wrong with everything that some clusters get; whether that could be done.
    pub(crate) check: &'a (dyn Fn(&mut Tree, &mut Diagnostics) -> bool + Sync),
    /// Takes a folder.
    pub(crate) take: &'a (dyn Fn(Folder) + Sync),
    /// The part of the clusters whose folders are made.
    pub(crate) shard: Option<Shard>,
}

/// Renders the fleet, and gives every folder away as soon as its clusters are done. The same fleet gives the same
/// folders, on any number of threads.
pub(crate) fn render(
    fleet: &Fleet,
    library: &Library,
    healthy: &Healthy,
    tally: &mut Tally,
    diagnostics: &mut Diagnostics,
    after: &After<'_>,
) {
    let nothing = Earlier::default();
    let of_nothing = after.before.map(|before| Before { earlier: &nothing, ..before });
    let on_targets = OnTargets::of(fleet, healthy);
    let made = |hosts: &Vec<usize>, is_anew: bool| {
        let notes = (if is_anew { of_nothing } else { after.before }, after.found);
        let render = |host: &usize| host::render(fleet, library, healthy, &on_targets, notes, *host);
        given(hosts.par_iter().map(render).collect(), after)
    };
    let render = |hosts: &Vec<usize>| {
        let part = made(hosts, false).or_else(|| made(hosts, true));
        part.expect("what is made anew can be looked at")
    };
    let mut groups = host_groups(fleet);
    if let Some(Shard { index, count }) = after.shard {
        groups = groups.into_iter().skip(index - 1).step_by(count).collect();
    }
    let parts: Vec<Part> = groups.par_iter().map(render).collect();
    let mut roots = BTreeMap::new();
    for part in parts {
        tally.append(part.tally);
        diagnostics.append(part.diagnostics);
        roots.extend(part.folders.into_iter().map(|folder| (folder.path.clone(), folder)));
    }
    roots.into_values().for_each(after.take);
}

/// The clusters whose Flux applies something; those that apply things on the same cluster stand together.
fn host_groups(fleet: &Fleet) -> Vec<Vec<usize>> {
    let mut group_of: Vec<usize> = (0..fleet.clusters.len()).collect();
    let find = |group_of: &[usize], mut at: usize| {
        while group_of[at] != at {
            at = group_of[at];
        }
        at
    };
    for target in &fleet.targets {
        let (host, cluster) = (find(&group_of, target.host), find(&group_of, target.cluster));
        group_of[host.max(cluster)] = host.min(cluster);
    }
    let mut groups: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for target in &fleet.targets {
        groups.entry(find(&group_of, target.host)).or_default().insert(target.host);
    }
    groups.into_values().map(|hosts| hosts.into_iter().collect()).collect()
}

/// What some hosts apply: checked, and given away, all but the folders below `clusters`, for what a remote needs may be
/// made by several hosts. None if something may have to be said of a folder that is as it was.
fn given(parts: Vec<Part>, after: &After<'_>) -> Option<Part> {
    let mut whole = Part::default();
    let mut tree = Tree::default();
    if parts.iter().any(|part| part.is_unsure) {
        return None;
    }
    for part in parts {
        whole.tally.append(part.tally);
        whole.diagnostics.append(part.diagnostics);
        part.folders.into_iter().for_each(|folder| tree.add(folder));
    }
    if !(after.check)(&mut tree, &mut whole.diagnostics) {
        return None;
    }
    if whole.diagnostics.has_errors() {
        return Some(whole);
    }
    for folder in tree.folders() {
        if let Some(recorded) = &folder.recorded {
            after.found.note(folder.path.clone(), recorded.record().clone());
        }
    }
    let (roots, others): (Vec<_>, Vec<_>) =
        tree.into_folders().partition(|folder| folder.path.starts_with("clusters/"));
    whole.folders = roots;
    others.into_par_iter().for_each(after.take);
    Some(whole)
}

impl OnTargets<'_> {
    fn of(fleet: &Fleet, healthy: &Healthy) -> Self {
        let tenants = fleet.tenants.iter().map(|tenant| &tenant.placements).enumerate();
        let apps = fleet.apps.iter().map(|app| &app.placements).enumerate();
        let bundles = fleet.bundles.iter().map(|bundle| &bundle.placements).enumerate();
        let mut of_host = vec![Vec::new(); fleet.clusters.len()];
        for (index, target) in fleet.targets.iter().enumerate() {
            of_host[target.host].push(index);
        }
        let count = fleet.targets.len();
        Self {
            tenants: by_target(tenants.filter(|(it, _)| healthy.has_tenant(*it)), count),
            apps: by_target(apps.filter(|(it, _)| healthy.has_app(*it)), count),
            bundles: by_target(bundles, count),
            of_host,
            known_apps: fleet.apps.iter().map(|_| KnownApp::default()).collect(),
        }
    }
}

/// Which of the things are on each target, with the index of their placement.
fn by_target<'f>(
    things: impl Iterator<Item = (usize, &'f Vec<Placement>)>,
    targets: usize,
) -> Vec<Vec<(usize, usize)>> {
    let mut on = vec![Vec::new(); targets];
    for (thing, placements) in things {
        for (place, placement) in placements.iter().enumerate() {
            on[placement.target].push((thing, place));
        }
    }
    on
}

//! The last phase: the fleet into the tree. The one step that runs in parallel, host by host.

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
mod names;
mod network;
mod placed;
mod pods;
mod references;
mod select;
mod source;
mod spec;
mod target;
mod tenant;
mod variables;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use expected::expected;
pub(crate) use fleet_source::{TreeSource, of_root as source_of_root};
pub(crate) use flux::Flux;
pub(crate) use host::is_installed_from_elsewhere;

use fleetc_manifests::Value;
use rayon::prelude::*;

use crate::diagnostic::Diagnostics;
use crate::fleet::Fleet;
use crate::load::Library;
use crate::resolve::Tally;
use crate::tree::Folder;

/// The label that says whose an object is; Flux' own documentation uses it.
const TENANT_LABEL: &str = "toolkit.fluxcd.io/tenant";

/// An object of the tree.
#[derive(Debug, Clone)]
struct Rendered {
    value: Value,
    /// Its own text, if it is encrypted.
    encrypted: Option<Arc<str>>,
}

impl From<Value> for Rendered {
    fn from(value: Value) -> Self {
        Self { value, encrypted: None }
    }
}

/// What the clusters of one host come to.
#[derive(Default)]
struct Part {
    folders: Vec<Folder>,
    tally: Tally,
    diagnostics: Diagnostics,
}

/// What is on each target: tenants and apps, with the index of their placement.
struct OnTargets {
    tenants: Vec<Vec<(usize, usize)>>,
    apps: Vec<Vec<(usize, usize)>>,
}

/// Renders the fleet, lets `check` look at what each host gets, and gives every folder to `take` as soon as its host is done. The same fleet gives the same
/// folders, on any number of threads.
pub(crate) fn render(
    fleet: &Fleet,
    library: &Library,
    tally: &mut Tally,
    diagnostics: &mut Diagnostics,
    check: &(dyn Fn(&[Folder]) -> Diagnostics + Sync),
    take: &(dyn Fn(Folder) + Sync),
) {
    let on_targets = OnTargets::of(fleet);
    let hosts: Vec<usize> = (0..fleet.clusters.len())
        .filter(|host| fleet.targets.iter().any(|target| target.host == *host))
        .collect();
    let make = |host: &usize| {
        let mut part = host::render(fleet, library, &on_targets, *host);
        // What rendering has said of a value is said.
        let found = check(&part.folders);
        part.diagnostics.append_news(found);
        give(part, take)
    };
    let parts: Vec<Part> = hosts.par_iter().map(make).collect();
    let mut roots = BTreeMap::new();
    for part in parts {
        tally.append(part.tally);
        diagnostics.append(part.diagnostics);
        roots.extend(part.folders.into_iter().map(|folder| (folder.path.clone(), folder)));
    }
    roots.into_values().for_each(take);
}

/// Gives away all folders of a host but those below `clusters`: what a remote needs may be made by several hosts.
fn give(mut part: Part, take: &(dyn Fn(Folder) + Sync)) -> Part {
    if part.diagnostics.has_errors() {
        part.folders.clear();
        return part;
    }
    let (roots, others): (Vec<_>, Vec<_>) =
        part.folders.into_iter().partition(|folder| folder.path.starts_with("clusters/"));
    part.folders = roots;
    others.into_par_iter().for_each(take);
    part
}

impl OnTargets {
    fn of(fleet: &Fleet) -> Self {
        let mut on = Self {
            tenants: vec![Vec::new(); fleet.targets.len()],
            apps: vec![Vec::new(); fleet.targets.len()],
        };
        for (index, tenant) in fleet.tenants.iter().enumerate() {
            for (place, placement) in tenant.placements.iter().enumerate() {
                on.tenants[placement.target].push((index, place));
            }
        }
        for (index, app) in fleet.apps.iter().enumerate() {
            for (place, placement) in app.placements.iter().enumerate() {
                on.apps[placement.target].push((index, place));
            }
        }
        on
    }
}

//! Which files the fleet names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fleetc_manifests::{Data, Map, Place, Text, Value};

use super::Library;
use crate::diagnostic::Diagnostics;
use crate::fleet::{App, COMMON, Fleet, Placement, Tenant};
use crate::language::RelativePath;
use crate::messages;
use crate::resolve::Tally;
use crate::resolve::ladder::{climb, flux_steps};
use crate::resolve::matching::Context;
use crate::resolve::scope::Scope;
use crate::resolve::substitution::{Substitute, has_live};

/// What a file is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    /// Its objects.
    Manifests,
    /// Its objects, which SOPS encrypted.
    Secrets,
    /// The kinds that it brings; its objects are on the clusters already.
    Crds,
    /// The values of a chart in it.
    Values,
    /// The patches in it.
    Patch,
    /// Its bytes, for a ConfigMap.
    Config,
}

impl Use {
    /// Whether the file holds manifests.
    pub(crate) fn is_manifests(self) -> bool {
        matches!(self, Self::Manifests | Self::Secrets | Self::Crds)
    }
}

/// The keys of settings that name files.
const KEYS: [(&str, Use); 4] = [
    ("manifests", Use::Manifests),
    ("secrets", Use::Secrets),
    ("values-files", Use::Values),
    ("config", Use::Config),
];

/// Every path that is named on some target, and where.
pub(super) fn wanted(fleet: &Fleet, diagnostics: &mut Diagnostics) -> BTreeMap<(Use, Text), Place> {
    let mut found = Found::default();
    if let Some(crds) = fleet.rung.keys.get("crds") {
        found.paths(Use::Crds, crds);
    }
    for index in 0..fleet.clusters.len() {
        found.flux(fleet, index);
    }
    for app in &fleet.apps {
        found.app(fleet, app, diagnostics);
    }
    for tenant in &fleet.tenants {
        found.tenant(fleet, tenant, diagnostics);
    }
    found.0
}

/// The files that an app reads.
pub(crate) fn files_of_app(fleet: &Fleet, library: &Library, app: usize) -> BTreeSet<Text> {
    let mut found = Found::default();
    // What is wrong with the paths was said when they were looked for.
    found.app(fleet, &fleet.apps[app], &mut Diagnostics::default());
    found.files(library)
}

/// The files that a tenant's own objects are changed with.
pub(crate) fn files_of_tenant(fleet: &Fleet, library: &Library, tenant: usize) -> BTreeSet<Text> {
    let mut found = Found::default();
    found.tenant(fleet, &fleet.tenants[tenant], &mut Diagnostics::default());
    found.files(library)
}

/// Visits each placement whose paths may differ from those of all before it.
fn each_setting(placements: &[Placement], mut visit: impl FnMut(&Placement, bool)) {
    let mut seen = BTreeSet::new();
    for placement in placements {
        let is_live = naming(placement).any(|(_, value)| has_live(value));
        if seen.insert(Arc::as_ptr(&placement.settings)) || is_live {
            visit(placement, is_live);
        }
    }
}

/// The values that name files.
fn naming(placement: &Placement) -> impl Iterator<Item = (Use, &Value)> {
    let settings = &placement.settings;
    let keys = KEYS.iter().filter_map(|(key, purpose)| Some((*purpose, settings.keys.get(key)?)));
    let patches = settings.changes.iter().filter_map(|change| change.keys.get("patches")?.as_list());
    let files = patches.flatten().filter_map(|patch| Some((Use::Patch, patch.get("file")?)));
    keys.chain(files)
}

#[derive(Default)]
struct Found(BTreeMap<(Use, Text), Place>);

impl Found {
    /// The files that the paths mean, and those that say so.
    fn files(self, library: &Library) -> BTreeSet<Text> {
        let all = self.0.keys().map(|(purpose, path)| {
            library.files_of(*purpose, path).iter().chain(library.followed(*purpose, path))
        });
        all.flatten().cloned().collect()
    }

    /// What an app names on its targets.
    fn app(&mut self, fleet: &Fleet, app: &App, diagnostics: &mut Diagnostics) {
        each_setting(&app.placements, |placement, is_live| {
            let context = || Context::target(fleet, placement.target).with_app(fleet, app);
            self.settings(placement, is_live, || Scope::new(fleet, context()), diagnostics);
        });
    }

    /// What a tenant names on its targets.
    fn tenant(&mut self, fleet: &Fleet, tenant: &Tenant, diagnostics: &mut Diagnostics) {
        each_setting(&tenant.placements, |placement, is_live| {
            let context = || Context::target(fleet, placement.target).with_tenant(tenant);
            self.settings(placement, is_live, || Scope::new(fleet, context()), diagnostics);
        });
    }

    /// What Flux itself is rendered from on a cluster, and what changes it.
    fn flux(&mut self, fleet: &Fleet, cluster: usize) {
        let context = Context {
            environment: Some(&fleet.environments[COMMON]),
            is_common: true,
            cluster: Some(&fleet.clusters[cluster]),
            ..Context::default()
        };
        // What is wrong with it is said when it is rendered.
        let (mut tally, mut ignored) = (Tally::default(), Diagnostics::default());
        let settings = climb(&flux_steps(fleet, &context), &context, &mut tally, &mut ignored);
        let Some(flux) = settings.keys.get("flux") else { return };
        let flux = Scope::new(fleet, context).value(flux);
        if let Some(manifests) = flux.get("manifests") {
            self.paths(Use::Manifests, manifests);
        }
        for patch in flux.items_at(&["patches"]) {
            if let Some(file) = patch.get("file") {
                self.paths(Use::Patch, file);
            }
        }
    }

    fn settings<'f>(
        &mut self,
        placement: &Placement,
        is_live: bool,
        scope: impl FnOnce() -> Scope<'f>,
        diagnostics: &mut Diagnostics,
    ) {
        let mut scope = is_live.then(scope);
        for (purpose, value) in naming(placement) {
            let value = scope.as_mut().map_or_else(|| value.clone(), |scope| scope.value(value));
            if purpose == Use::Config {
                self.configs(&value, diagnostics);
            } else {
                self.paths(purpose, &value);
            }
        }
        if let Some(scope) = scope {
            diagnostics.append(scope.diagnostics);
        }
    }

    /// A path, or a list of them.
    fn paths(&mut self, purpose: Use, value: &Value) {
        match &value.data {
            Data::Text(path) => self.path(purpose, path, value.place),
            Data::List(items) => items.iter().for_each(|item| self.paths(purpose, item)),
            _ => {}
        }
    }

    fn configs(&mut self, value: &Value, diagnostics: &mut Diagnostics) {
        for entry in value.as_map().map_or([].iter(), Map::iter) {
            let files = entry.value.get("files").unwrap_or(&entry.value);
            for file in files.as_list().into_iter().flatten() {
                let Some(text) = file.as_text() else { continue };
                let (_, path) = config_file(text);
                if RelativePath::new(path).is_none() {
                    diagnostics.push(messages::path_outside(file.place, path));
                }
                self.path(Use::Config, path, file.place);
            }
        }
    }

    fn path(&mut self, purpose: Use, path: &str, place: Place) {
        // A path that is none was said when it was read.
        if RelativePath::new(path).is_some() {
            let path = Text::from(path.trim_end_matches('/'));
            self.0.entry((purpose, path)).or_insert(place);
        }
    }
}

/// The key and the path of `key=path`; of a path alone the key is the name of the file.
pub(crate) fn config_file(text: &str) -> (&str, &str) {
    text.split_once('=').unwrap_or_else(|| (text.rsplit('/').next().unwrap_or_default(), text))
}

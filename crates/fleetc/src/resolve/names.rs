//! Whether what matchers name exists, and whether every override holds somewhere.

use std::collections::BTreeSet;
use std::sync::Arc;

use fleetc_manifests::{Data, Place, Text, Value};

use super::tally::{Duty, Tally};
use crate::diagnostic::Diagnostics;
use crate::fleet::{Cluster, Fleet, Placement};
use crate::language::{Matcher, OneOrMany, Pattern, is_range};
use crate::messages;
use crate::syntax::{Override, Rung};

/// The keys that things under a table can have.
#[derive(Clone, Copy, Default)]
struct Facets {
    tenant: bool,
    app: bool,
    component: bool,
}

/// Says which names in matchers do not exist, and which overrides hold nowhere.
pub(super) fn check_matchers(fleet: &Fleet, tally: &Tally, diagnostics: &mut Diagnostics) {
    // Without its environments a cluster has no targets: what is on none would be noise.
    let clusters_are_whole = !diagnostics.has_errors();
    let mut checker = Checker { names: Names::of(fleet), clusters_are_whole, tally, diagnostics };
    checker.check_all(fleet);
}

struct Checker<'d> {
    names: Names<'d>,
    clusters_are_whole: bool,
    tally: &'d Tally,
    diagnostics: &'d mut Diagnostics,
}

impl Checker<'_> {
    fn check_all(&mut self, fleet: &Fleet) {
        let all = Facets { tenant: true, app: true, component: true };
        let of_apps = Facets { component: false, ..all };
        let of_components = Facets { tenant: false, app: false, component: true };
        let defaults = &fleet.defaults;
        self.rung(&defaults.environment, all);
        self.rung(&defaults.cluster, all);
        self.rung(&defaults.tenant, of_apps);
        self.rung(&defaults.app, of_apps);
        self.rung(&defaults.component, of_components);
        for environment in &fleet.environments {
            self.rung(&environment.rung, all);
        }
        self.rung(&defaults.bundle, Facets::default());
        let mut seen = BTreeSet::new();
        for cluster in &fleet.clusters {
            let members = cluster.pool.iter().flat_map(|pool| &pool.members);
            for rung in
                std::iter::once(&cluster.rung).chain(members).filter(|it| seen.insert(Arc::as_ptr(it)))
            {
                self.rung(rung, all);
            }
        }
        for bundle in &fleet.bundles {
            self.settings(&bundle.placements);
            let is_known = self.rung(&bundle.rung, Facets::default());
            if is_known && bundle.placements.is_empty() && self.clusters_are_whole {
                self.diagnostics.push(messages::empty_bundle(&bundle.name, bundle.place));
            }
        }
        for tenant in &fleet.tenants {
            self.settings(&tenant.placements);
            let own = tenant.copy.as_ref().map_or(&tenant.rung, |copy| &copy.rung);
            if self.rung(own, of_apps) && tenant.placements.is_empty() && self.clusters_are_whole {
                self.diagnostics.push(messages::lands_nowhere("tenant", &tenant.name, tenant.place));
            }
        }
        for app in fleet.apps.iter().filter(|app| app.provisions.is_none()) {
            let is_copy = app.tenant.is_some_and(|tenant| fleet.tenants[tenant].copy.is_some());
            if is_copy {
                self.settings(&app.placements);
                continue;
            }
            let facets = if app.is_component { of_components } else { of_apps };
            self.settings(&app.placements);
            let tenant_is_somewhere = app.tenant.is_none_or(|it| !fleet.tenants[it].placements.is_empty());
            if self.rung(&app.rung, facets)
                && tenant_is_somewhere
                && app.placements.is_empty()
                && self.clusters_are_whole
            {
                let what = if app.is_component { "component" } else { "app" };
                self.diagnostics.push(messages::lands_nowhere(what, &app.name, app.place));
            }
        }
    }

    /// Says which names in the settings of a thing do not exist.
    fn settings(&mut self, placements: &[Placement]) {
        let mut seen = BTreeSet::new();
        for placement in placements {
            if seen.insert(Arc::as_ptr(&placement.settings)) {
                let keys = &placement.settings.keys;
                let names = &self.names;
                let first: Vec<&str> =
                    names.apps.iter().chain(&names.components).chain(&names.bundles).copied().collect();
                self.each_text(keys.get("after"), "component, app or bundle", &first);
                self.each_text(keys.get("bundle"), "bundle", &self.names.bundles.clone());
                self.each_text(
                    keys.get("source").and_then(|source| source.get("use")),
                    "source",
                    &self.names.sources.clone(),
                );
                let peers: Vec<&str> = self
                    .names
                    .components
                    .iter()
                    .chain(&self.names.tenants)
                    .copied()
                    .chain(["internet"])
                    .collect();
                for direction in ["from", "to"] {
                    let of_network = keys.get("network").and_then(|network| network.get(direction));
                    for peer in of_network.and_then(Value::as_list).into_iter().flatten() {
                        let name = peer.get("peer").unwrap_or(peer);
                        if !name.as_text().is_some_and(is_range) {
                            self.each_text(Some(name), "component or tenant", &peers);
                        }
                    }
                }
            }
        }
    }

    /// Says which of the texts, one or a list of them, is not among the names.
    fn each_text(&mut self, value: Option<&Value>, what: &str, names: &[&str]) {
        match value.map(|value| (&value.data, value.place)) {
            Some((Data::List(items), _)) => {
                items.iter().for_each(|item| self.each_text(Some(item), what, names));
            }
            Some((Data::Text(name), place)) if !names.contains(&name.as_str()) => {
                self.diagnostics.push(messages::unknown_name(what, name, place, names.iter().copied()));
            }
            _ => {}
        }
    }

    /// Checks the matchers of a table; whether its `where` names only what exists.
    fn rung(&mut self, rung: &Arc<Rung>, facets: Facets) -> bool {
        let before = self.diagnostics.len();
        if let Some(matcher) = rung.keys.get("where").and_then(Value::as_map) {
            // What does not fit was said when it was read.
            let matcher: Matcher = super::decode(matcher, &mut Diagnostics::default());
            self.matcher(&matcher, Facets::default());
        }
        let is_known = self.diagnostics.len() == before;
        for it in &rung.overrides {
            self.check_override(it, facets);
        }
        is_known
    }

    fn check_override(&mut self, it: &Override, facets: Facets) {
        let before = self.diagnostics.len();
        self.matcher(&it.when, facets);
        let all_known = self.diagnostics.len() == before;
        if all_known && self.clusters_are_whole && !self.tally.has_done(Duty::Hold, it.place) {
            self.diagnostics.push(messages::holds_nowhere(it.when_place.or(it.place)));
        }
    }

    fn matcher(&mut self, matcher: &Matcher, facets: Facets) {
        self.patterns("environment", matcher.environment.as_ref(), &self.names.environments.clone());
        self.patterns("cluster", matcher.cluster.as_ref(), &self.names.clusters.clone());
        self.labels(matcher);
        self.facet("tenant", matcher.tenant.as_ref(), facets.tenant, &self.names.tenants.clone());
        self.facet("tier", matcher.tier.as_ref(), facets.tenant, &self.names.tiers.clone());
        self.facet("copy", matcher.copy.as_ref(), facets.tenant, &self.names.copies.clone());
        self.facet("app", matcher.app.as_ref(), facets.app, &self.names.apps.clone());
        self.facet("component", matcher.component.as_ref(), facets.component, &self.names.components.clone());
        if let Some(not) = &matcher.not {
            if not.not.is_some() {
                self.diagnostics.push(messages::nested_not(first_place(not)));
            }
            self.matcher(&Matcher { not: None, ..not.as_ref().clone() }, facets);
        }
    }

    fn facet(
        &mut self,
        key: &'static str,
        patterns: Option<&OneOrMany<Pattern>>,
        possible: bool,
        names: &[&str],
    ) {
        match patterns.and_then(|patterns| patterns.0.first()) {
            Some(first) if !possible => self.diagnostics.push(messages::cannot_have(key, first.place)),
            _ => self.patterns(key, patterns, names),
        }
    }

    fn patterns(&mut self, what: &str, patterns: Option<&OneOrMany<Pattern>>, names: &[&str]) {
        for pattern in patterns.iter().flat_map(|patterns| &patterns.0) {
            if pattern.as_text() != "*" && !names.iter().any(|name| pattern.matches(name)) {
                let known = names.iter().copied();
                self.diagnostics.push(messages::unknown_name(what, pattern, pattern.place, known));
            }
        }
    }

    fn labels(&mut self, matcher: &Matcher) {
        for (label, patterns) in matcher.labels.iter().flatten() {
            let Some(first) = patterns.0.first() else { continue };
            let values: Vec<&str> = self.names.values_of(label);
            if values.is_empty() {
                let known = self.names.labels.iter().map(|(label, _)| *label);
                self.diagnostics.push(messages::unknown_name(
                    "label of a cluster",
                    label,
                    first.place,
                    known.collect::<Vec<_>>(),
                ));
            } else {
                self.patterns(&format!("value of the label `{label}`"), Some(patterns), &values);
            }
        }
    }
}

fn first_place(matcher: &Matcher) -> Place {
    let keys = [
        &matcher.environment,
        &matcher.cluster,
        &matcher.tenant,
        &matcher.tier,
        &matcher.copy,
        &matcher.app,
        &matcher.component,
    ];
    let first = keys.into_iter().flatten().flat_map(|patterns| &patterns.0).next();
    match (first, &matcher.not) {
        (Some(pattern), _) => pattern.place,
        (None, Some(not)) => first_place(not),
        (None, None) => Place::NONE,
    }
}

/// Every name that a matcher may use.
struct Names<'f> {
    environments: Vec<&'f str>,
    clusters: Vec<&'f str>,
    labels: Vec<(&'f str, &'f str)>,
    tenants: Vec<&'f str>,
    copies: Vec<&'f str>,
    tiers: Vec<&'f str>,
    bundles: Vec<&'f str>,
    sources: Vec<&'f str>,
    apps: Vec<&'f str>,
    components: Vec<&'f str>,
}

/// The name of a cluster, and that of its pool.
fn names_of(cluster: &Cluster) -> impl Iterator<Item = &str> {
    std::iter::once(cluster.name.as_str()).chain(cluster.pool.iter().map(|pool| pool.name.as_str()))
}

impl<'f> Names<'f> {
    fn of(fleet: &'f Fleet) -> Self {
        let apps = |component| {
            let apps = fleet.apps.iter().filter(move |app| app.is_component == component);
            apps.map(|app| app.name.as_str()).collect()
        };
        let copies = fleet.tenants.iter().filter_map(|it| it.copy.as_ref()).map(|copy| copy.name.as_str());
        let labels = fleet.clusters.iter().flat_map(|cluster| &cluster.labels);
        Self {
            environments: fleet.environments.iter().map(|it| it.name.as_str()).collect(),
            clusters: fleet.clusters.iter().flat_map(names_of).collect(),
            copies: std::iter::once("main").chain(copies).collect(),
            bundles: fleet.bundles.iter().map(|it| it.name.as_str()).collect(),
            labels: labels.map(|(label, value): (&Text, &Text)| (label.as_str(), value.as_str())).collect(),
            tenants: fleet.tenants.iter().map(|it| it.team.as_str()).collect(),
            tiers: fleet.tenants.iter().filter_map(|it| it.tier.as_deref()).collect(),
            sources: fleet.sources.keys().map(Text::as_str).collect(),
            apps: apps(false),
            components: apps(true),
        }
    }

    fn values_of(&self, label: &str) -> Vec<&'f str> {
        self.labels.iter().filter(|(it, _)| *it == label).map(|(_, value)| *value).collect()
    }
}

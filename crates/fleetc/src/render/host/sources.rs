//! Who holds which source: one that several use is one object.

use std::collections::BTreeMap;

use fleetc_manifests::Text;

use super::Host;
use crate::messages;
use crate::render::Rendered;
use crate::render::placed::Body;
use crate::render::source::{self, Ask, Chart, Source};
use crate::resolve::substitution::Substitute as _;

/// Where a source lies in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::render) enum Holder {
    /// With the app that uses it: the target, and the app on it.
    App(usize, usize),
    /// Among the Flux objects of a target.
    Flux(usize),
    /// With the objects of a tenant: a target of the host itself, and the tenant's name by its index in the fleet.
    Tenant(usize, usize),
}

/// The sources, and who holds them.
#[derive(Debug, Default)]
pub(in crate::render) struct Holders {
    /// The source of each app: target and app.
    of_apps: BTreeMap<(usize, usize), Source>,
    /// What is held where.
    held: Vec<(Holder, Source)>,
}

impl Holders {
    /// The source of an app.
    pub(in crate::render) fn of_app(&self, on: usize, app: usize) -> Option<&Source> {
        self.of_apps.get(&(on, app))
    }

    /// What somebody holds.
    pub(in crate::render) fn held_by(&self, holder: Holder) -> impl Iterator<Item = &Source> {
        self.held.iter().filter(move |(it, _)| *it == holder).map(|(_, source)| source)
    }
}

impl Host<'_> {
    /// The sources among the Flux objects of a target.
    pub(super) fn sources_in_flux(&self, on: usize) -> Vec<Rendered> {
        self.sources.held_by(Holder::Flux(on)).map(|source| Rendered::from(source.object())).collect()
    }
}

/// Makes the source of every app, and finds who holds it.
pub(super) fn holders(host: &mut Host<'_>) -> Holders {
    let mut holders = Holders::default();
    let mut users: BTreeMap<(Text, Text), Vec<(usize, usize)>> = BTreeMap::new();
    for on in 0..host.ons.len() {
        for app in 0..host.ons[on].apps.len() {
            let Some(source) = source_of(host, on, app) else {
                continue;
            };
            users.entry((source.namespace.clone(), source.name.clone())).or_default().push((on, app));
            holders.of_apps.insert((on, app), source);
        }
    }
    for users in users.into_values() {
        let first = holders.of_apps[&users[0]].clone();
        for user in &users[1..] {
            let other = &holders.of_apps[user];
            if !source::are_equal(&first, other) {
                host.part.diagnostics.push(messages::sources_differ(
                    other.place,
                    first.place,
                    &first.namespace,
                    &first.name,
                ));
            }
        }
        holders.held.push((holder(host, &users, &first), first));
    }
    holders
}

fn source_of(host: &mut Host<'_>, on: usize, app: usize) -> Option<Source> {
    let Host { ons, fleet, part, .. } = &mut *host;
    let diagnostics = &mut part.diagnostics;
    let placed = &mut ons[on].apps[app];
    if placed.body == Body::Here {
        return None;
    }
    let (written, owner) = placed.source.clone()?;
    let (written, named) = source::with_named(fleet, &written, diagnostics);
    let written = placed.scope.value(&written);
    diagnostics.append(std::mem::take(&mut placed.scope.diagnostics));
    let on = &ons[on];
    let placed = &on.apps[app];
    let chart = match &placed.body {
        Body::Chart(name) => Some(Chart { name: name.as_deref(), version: placed.keys.version.as_ref() }),
        _ => None,
    };
    let in_flux = placed.flux_namespace == on.flux.namespace;
    let default = match (&named, in_flux) {
        (Some(name), _) => name.clone(),
        (None, true) => format!("{}{owner}", on.flux_prefix).into(),
        (None, false) => owner,
    };
    let ask = Ask { name: &default, namespace: &placed.flux_namespace, chart };
    let source = source::make(&written, ask, diagnostics)?;
    if source.namespace != placed.flux_namespace && on.flux.lockdown {
        diagnostics.push(messages::source_across_namespaces(source.place, &source.namespace));
    }
    Some(source)
}

fn holder(host: &Host<'_>, users: &[(usize, usize)], source: &Source) -> Holder {
    let (on, app) = users[0];
    let placed = &host.ons[on].apps[app];
    if let Some(tenant) = placed.app.tenant
        && (users.len() > 1 || placed.is_pulled() || host.ons[on].target.is_remote())
        && let Some(own) = host.own_target_of(host.ons[on].target.environment)
    {
        return Holder::Tenant(own, tenant);
    }
    let is_in_one = users.iter().all(|user| user.0 == on);
    let in_flux = source.namespace == host.ons[on].flux.namespace;
    match (users.len(), is_in_one, in_flux) {
        (1, _, true) if placed.is_pulled() && placed.keys.bundle.is_none() => Holder::Flux(on),
        (1, ..) | (_, _, false) => Holder::App(on, app),
        (_, true, true) => Holder::Flux(on),
        (_, false, true) => Holder::Flux(host.common_of(host.index).unwrap_or(on)),
    }
}

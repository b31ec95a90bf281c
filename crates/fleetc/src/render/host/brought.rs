//! What bundles bring for others: CustomResourceDefinitions and Namespaces. Who needs them must come after.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fleetc_manifests::Text;

use super::Host;
use super::order::units_before;
use crate::diagnostic::Diagnostic;
use crate::facts::Facts;
use crate::messages;
use crate::render::here::Objects;
use crate::render::target::Thing;

/// Who brings which custom kinds and namespaces: a target and an app on it.
#[derive(Debug, Default)]
pub(in crate::render) struct Brought {
    kinds: BTreeMap<(Text, Text), Vec<(usize, usize)>>,
    namespaces: BTreeMap<Text, Vec<(usize, usize)>>,
}

impl Brought {
    /// Notes what an app brings, as the facts of its objects say.
    pub(super) fn note(&mut self, app: (usize, usize), objects: &[Arc<Facts>]) {
        for facts in objects {
            if let Some(kind) = &facts.defines {
                self.kinds.entry(kind.clone()).or_default().push(app);
            }
            if facts.id.kind == "Namespace" {
                self.namespaces.entry(facts.id.name.clone()).or_default().push(app);
            }
        }
    }

    /// What an app needs of others on its cluster, and does not wait for; none if its objects must be there to say so.
    pub(super) fn check(
        &self,
        host: &Host<'_>,
        app: (usize, usize),
        objects: &Objects,
    ) -> Option<Vec<Diagnostic>> {
        let placed = &host.ons[app.0].apps[app.1];
        if self.kinds.is_empty() && !self.namespaces.contains_key(&placed.namespace) {
            return Some(Vec::new());
        }
        let before = before(host, app);
        let cluster = host.ons[app.0].target.cluster;
        let missing = |bringers: Option<&Vec<(usize, usize)>>| {
            let here: Vec<_> =
                bringers?.iter().filter(|it| host.ons[it.0].target.cluster == cluster).collect();
            let is_there = here.iter().any(|it| **it == app || before.contains(it));
            here.first().filter(|_| !is_there).map(|it| host.ons[it.0].apps[it.1].app.name.clone())
        };
        let kind = if placed.app.is_component { "components" } else { "apps" };
        let table = format!("[{kind}.{}]", placed.app.name);
        let mut problems = Vec::new();
        for (index, facts) in objects.facts.iter().enumerate().filter(|_| !self.kinds.is_empty()) {
            let name = &facts.id;
            if let Some(owner) = missing(self.kinds.get(&(name.group.clone(), name.kind.clone()))) {
                let object = &objects.own.made()?[index].value;
                let place = object.get("kind").map_or(object.place, |kind| kind.place);
                problems.push(messages::crd_not_waited_for(place, name, &table, &owner));
            }
        }
        if let Some(owner) = missing(self.namespaces.get(&placed.namespace)) {
            let place = placed.keys.namespace.as_ref().map_or(placed.app.place, |it| it.place);
            problems.push(messages::namespace_not_waited_for(
                place,
                &placed.app.name,
                &placed.namespace,
                &owner,
            ));
        }
        Some(problems)
    }
}

/// The apps that are ready before the app, or are applied with it.
fn before(host: &Host<'_>, (on, app): (usize, usize)) -> BTreeSet<(usize, usize)> {
    let mut seen = BTreeSet::new();
    let mut open = vec![(on, host.ons[on].unit_of(Thing::App(app)))];
    while let Some(unit) = open.pop() {
        if seen.insert(unit) {
            open.extend(units_before(host, &host.order, unit));
        }
    }
    let apps = seen.into_iter().flat_map(|(on, unit)| {
        let members: Vec<Thing> = match unit {
            Thing::Bundle(bundle) => host.ons[on].members_of(bundle).collect(),
            unit => vec![unit],
        };
        members.into_iter().map(move |thing| (on, thing))
    });
    apps.filter_map(|(on, thing)| match thing {
        Thing::App(app) => Some((on, app)),
        _ => None,
    })
    .collect()
}

//! What makes a cluster: manifests on another one.

use std::sync::Arc;

use fleetc_manifests::{Key, Map, Place, Value};

use super::ladder::{climb, cluster_steps};
use super::matching::Context;
use super::place::cluster_named;
use super::{Tally, decode};
use crate::diagnostic::Diagnostics;
use crate::fleet::{App, COMMON, Change, Fleet, Placement, Settings};
use crate::language::{self, Spanned};
use crate::messages;
use crate::syntax::Rung;

/// Puts what makes clusters among the components, each placed on the cluster on which it is applied.
pub(super) fn declare(fleet: &mut Fleet, tally: &mut Tally, diagnostics: &mut Diagnostics) {
    for index in 0..fleet.clusters.len() {
        let app = provision(fleet, index, tally, diagnostics);
        fleet.apps.extend(app);
    }
}

fn provision(fleet: &Fleet, index: usize, tally: &mut Tally, diagnostics: &mut Diagnostics) -> Option<App> {
    let cluster = &fleet.clusters[index];
    let context = Context { cluster: Some(cluster), ..Context::default() };
    let settings = climb(&cluster_steps(fleet, cluster), &context, tally, diagnostics);
    let mut keys = settings.keys.get("provision")?.as_map()?.clone();
    let place = cluster.place;
    let on = keys.remove("on").and_then(|on| decode_name(&on));
    let Some(on) = on else {
        diagnostics.push(messages::provision_without_cluster(place, &cluster.name));
        return None;
    };
    let place_of_on = on.place;
    let on = cluster_named(fleet, &on, diagnostics)?;
    if on == index {
        diagnostics.push(messages::makes_itself(place_of_on, &cluster.name));
        return None;
    }
    let target = fleet.targets.iter().position(|it| it.cluster == on && it.environment == COMMON)?;
    let mut changed = Map::new();
    if let Some(patches) = keys.remove("patches") {
        changed.push(Key::new("patches", patches.place), patches);
    }
    if keys.get("namespace").is_none() {
        keys.push(Key::new("namespace", place), Value::new(&cluster.name, place));
    }
    keys.push(Key::new("substitute", place), Value::new(true, place));
    let change = Change { place, is_own: true, locks: Vec::new(), keys: changed };
    let rung = Rung { place, keys: keys.clone(), ..Rung::default() };
    let settings = Settings { keys, changes: vec![change], ..settings };
    Some(App {
        name: format!("cluster-{}", cluster.name).into(),
        place,
        is_component: true,
        tenant: None,
        provisions: Some(index),
        rung: Arc::new(rung),
        placements: vec![Placement { target, settings: Arc::new(settings) }],
    })
}

fn decode_name(value: &Value) -> Option<Spanned<language::Name>> {
    let mut keys = Map::new();
    keys.push(Key::new("on", Place::NONE), value.clone());
    // What does not fit was said when it was read.
    decode::<language::Provision>(&keys, &mut Diagnostics::default()).on
}

//! Whether tenants that talk to each other both say so.

use std::collections::BTreeSet;

use fleetc_manifests::{Text, Value};

use super::substitution::has_live;
use crate::diagnostic::Diagnostics;
use crate::fleet::{COMMON, Fleet, Placement, Tenant};
use crate::messages;

/// Says which tenants want to reach others that do not let them in.
pub(super) fn check(fleet: &Fleet, diagnostics: &mut Diagnostics) {
    for tenant in &fleet.tenants {
        let mut seen = BTreeSet::new();
        for placement in &tenant.placements {
            for peer in peers(placement, "to") {
                let Some(name) = name_of(peer).and_then(Value::as_text) else { continue };
                if name != tenant.team
                    && seen.insert((peer.place, placement.target))
                    && !is_component(fleet, name)
                {
                    check_peer(fleet, (tenant, placement), (name, peer), diagnostics);
                }
            }
        }
    }
}

/// Says if a tenant of that name is there too, and does not let this one in.
fn check_peer(
    fleet: &Fleet,
    (tenant, at): (&Tenant, &Placement),
    (name, peer): (&str, &Value),
    diagnostics: &mut Diagnostics,
) {
    for other in fleet.tenants.iter().filter(|it| it.team == name) {
        let mut there = other.placements.iter().filter(|it| are_together(fleet, at.target, it.target));
        if there.any(|it| !lets_in(it, &tenant.team)) {
            let place = name_of(peer).map_or(peer.place, |name| name.place);
            diagnostics.push(messages::one_sided_peer(place, other.place, [&tenant.team, name]));
        }
    }
}

/// Whether what is on one target can reach what is on the other: on one cluster, in one environment or in `common`.
fn are_together(fleet: &Fleet, target: usize, other: usize) -> bool {
    let (target, other) = (fleet.targets[target], fleet.targets[other]);
    let environment = other.environment == target.environment || other.environment == COMMON;
    target.cluster == other.cluster && environment
}

/// Whether a tenant lets another one in, as far as is known before substitution.
fn lets_in(placement: &Placement, team: &Text) -> bool {
    let Some(network) = placement.settings.keys.get("network") else { return false };
    let is_it = |peer: &Value| name_of(peer).and_then(Value::as_text) == Some(team.as_str());
    network.as_bool() == Some(false) || has_live(network) || peers(placement, "from").any(is_it)
}

fn peers<'p>(placement: &'p Placement, direction: &str) -> impl Iterator<Item = &'p Value> {
    let of_network = placement.settings.keys.get("network").and_then(|network| network.get(direction));
    of_network.and_then(Value::as_list).into_iter().flatten()
}

/// The name of a peer, which may stand beside its ports.
fn name_of(peer: &Value) -> Option<&Value> {
    if peer.as_map().is_some() { peer.get("peer") } else { Some(peer) }
}

fn is_component(fleet: &Fleet, name: &str) -> bool {
    fleet.apps.iter().any(|app| app.is_component && app.name == name)
}

//! Whether every pin is of use, and its lines are for environments that there are.

use std::collections::BTreeSet;

use super::substitution::names_in;
use crate::diagnostic::Diagnostics;
use crate::fleet::Fleet;
use crate::messages;

/// Says which pins nothing uses, and which of their lines are for no environment of a cluster.
pub(super) fn check(fleet: &Fleet, diagnostics: &mut Diagnostics) {
    if fleet.pins.is_empty() {
        return;
    }
    let mut used = BTreeSet::new();
    for entry in fleet.tables().flatten() {
        names_in(&entry.value, &mut used);
    }
    let with_clusters: BTreeSet<&str> =
        fleet.targets.iter().map(|target| fleet.environments[target.environment].name.as_str()).collect();
    for pin in &fleet.pins {
        if !used.contains(&*format!("pins.{}", pin.key.text)) {
            diagnostics.push(messages::unused_pin(&pin.key));
        }
        for line in pin.value.as_map().into_iter().flatten() {
            let name = line.key.text.as_str();
            if fleet.environments.iter().all(|it| it.name != name) {
                let known = fleet.environments.iter().map(|it| it.name.as_str());
                diagnostics.push(messages::unknown_name("environment", name, line.key.place, known));
            } else if !with_clusters.contains(name) {
                diagnostics.push(messages::pin_for_nobody(&line.key));
            }
        }
    }
}

//! Whether every pin is of use, and its lines are for environments that there are.

use std::collections::BTreeSet;

use fleetc_manifests::{Data, Map, Text, Value};

use super::substitution::{Part, is_live, parts};
use crate::diagnostic::Diagnostics;
use crate::fleet::Fleet;
use crate::messages;

/// Says which pins nothing uses, and which of their lines are for no environment of a cluster.
pub(super) fn check(fleet: &Fleet, diagnostics: &mut Diagnostics) {
    if fleet.pins.is_empty() {
        return;
    }
    let mut used = BTreeSet::new();
    for rung in fleet.rungs() {
        names_in(&rung.keys, &mut used);
        for it in &rung.overrides {
            names_in(&it.keys, &mut used);
        }
    }
    let with_clusters: BTreeSet<&str> =
        fleet.targets.iter().map(|target| fleet.environments[target.environment].name.as_str()).collect();
    for pin in &fleet.pins {
        if !used.contains(&pin.key.text) {
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

/// The names of pins in the texts of a table.
fn names_in(map: &Map, used: &mut BTreeSet<Text>) {
    for entry in map {
        names_in_value(&entry.value, used);
    }
}

fn names_in_value(value: &Value, used: &mut BTreeSet<Text>) {
    match &value.data {
        Data::Text(text) if is_live(text) => {
            for part in parts(text) {
                if let Part::Variable { name, .. } = part
                    && let Some(pin) = name.strip_prefix("pins.")
                {
                    used.insert(pin.into());
                }
            }
        }
        Data::List(items) => items.iter().for_each(|item| names_in_value(item, used)),
        Data::Map(map) => names_in(map, used),
        _ => {}
    }
}

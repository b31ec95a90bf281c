//! Probes and hooks of containers.

use fleetc_manifests::Value;

use super::super::ask::{has, items, number, text};
use super::super::walk::{Rule, Walk};
use crate::messages;

/// Rules about probes.
pub(in super::super) const RULES: &[(&str, Rule)] = &[("core.v1.Container", probes)];

fn probes<'v>(container: &'v Value, walk: &mut Walk<'v, '_>) {
    for field in ["livenessProbe", "startupProbe"] {
        walk.inside(container, field, |walk, probe| {
            if number(probe, "successThreshold").is_some_and(|it| it > 1) {
                walk.bad(probe, "successThreshold", "can only be 1 here", "take it away");
            }
            if number(probe, "terminationGracePeriodSeconds").is_some_and(|it| it < 1) {
                walk.bad(probe, "terminationGracePeriodSeconds", "is too small", "write 1 or more");
            }
        });
    }
    walk.inside(container, "readinessProbe", |walk, probe| {
        if has(probe, "terminationGracePeriodSeconds") {
            walk.only(probe, "terminationGracePeriodSeconds", "for other probes: this one stops nothing");
        }
    });
    let ports: Vec<&str> = items(container, "ports").filter_map(|port| text(port, "name")).collect();
    for field in ["livenessProbe", "readinessProbe", "startupProbe"] {
        walk.inside(container, field, |walk, probe| {
            for action in ["httpGet", "tcpSocket"] {
                walk.inside(probe, action, |walk, action| named_port(action, &ports, walk));
            }
        });
    }
    let fields = ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"];
    let goes_on = text(container, "restartPolicy") == Some("Always");
    for field in fields.into_iter().filter(|field| has(container, field)) {
        if walk.is_below("initContainers") && !goes_on {
            walk.only(container, field, "beside `restartPolicy: Always`: an init container ends");
        }
    }
}

/// The server takes any name; the probe then fails for ever.
fn named_port<'v>(action: &'v Value, ports: &[&str], walk: &mut Walk<'v, '_>) {
    let Some(name) = text(action, "port") else { return };
    if !ports.contains(&name) && name.parse::<u16>().is_err() {
        let place = walk.place(action.get("port").map_or(action.place, |port| port.place));
        walk.say(messages::dangling_port(place, &walk.path_to("port"), name, ports.iter().copied()));
    }
}

//! Network policies: who may talk to whom.

use fleetc_manifests::{List, Value};

use super::addresses::network;
use super::ask::{has, items, number};
use super::walk::{Rule, Walk};
use crate::messages;

/// Rules about network policies.
pub(super) const RULES: &[(&str, Rule)] = &[
    ("networking.v1.NetworkPolicyPeer", peer),
    ("networking.v1.NetworkPolicyPort", port),
    ("networking.v1.IPBlock", block),
];

fn peer<'v>(peer: &'v Value, walk: &mut Walk<'v, '_>) {
    let fields = ["ipBlock", "namespaceSelector", "podSelector"];
    let found: Vec<&str> = fields.into_iter().filter(|field| has(peer, field)).collect();
    if found.is_empty() || (found.len() > 1 && found[0] == "ipBlock") {
        walk.say(messages::not_one_of(walk.place(peer.place), &walk.path(), &fields, &found));
    }
}

fn port<'v>(port: &'v Value, walk: &mut Walk<'v, '_>) {
    let Some(last) = number(port, "endPort") else { return };
    match number(port, "port") {
        None => walk.only(port, "endPort", "beside a `port` that is a number"),
        Some(first) if last < first => {
            let help = format!("write {first} or more");
            walk.bad(port, "endPort", &format!("is {last}, and `port` is {first}"), &help);
        }
        Some(_) => {}
    }
}

fn block<'v>(block: &'v Value, walk: &mut Walk<'v, '_>) {
    let Some(whole) = block.get("cidr").and_then(Value::as_text).and_then(network) else { return };
    if block.get("except").and_then(Value::as_list).is_some_and(List::is_empty) {
        return;
    }
    for except in items(block, "except").filter_map(Value::as_text) {
        if network(except).is_some_and(|part| !whole.holds(part)) {
            let help = "name networks that lie in it, and are smaller";
            walk.bad(block, "except", &format!("holds `{except}`, which is no part of `cidr`"), help);
        }
    }
}

//! NetworkPolicies of a tenant's namespaces: nothing, but for itself, DNS, and whom the tenant names.

use fleetc_manifests::{Map, Place, Text, Value, value};

use super::Rendered;
use crate::language::{Network, OrFalse, Peer};

/// What is not the internet: private, shared, link-local and loopback addresses
/// ([RFC 6890](https://www.rfc-editor.org/rfc/rfc6890)).
const NOT_INTERNET: [(&str, &[&str]); 2] = [
    (
        "0.0.0.0/0",
        &["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
    ),
    ("::/0", &["::1/128", "fc00::/7", "fe80::/10"]),
];

/// Who a peer is.
pub(super) enum Known {
    /// The namespaces of a component or tenant; none where it is not on the cluster.
    Namespaces(Vec<Text>),
    /// Everything beyond the cluster's own networks.
    Internet,
    /// A range of addresses.
    Range,
}

/// The policies of one namespace.
pub(super) fn policies(
    namespace: &Text,
    own: &[Text],
    network: Option<&OrFalse<Network>>,
    known: impl Fn(&Peer) -> Option<Known>,
    place: Place,
) -> Vec<Rendered> {
    let empty = Network::default();
    let network = match network {
        Some(OrFalse::False) => return Vec::new(),
        Some(OrFalse::Some(network)) => network,
        None => &empty,
    };
    let policy = |name: &str, spec: Value| {
        let object = value!({
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": { "name": name, "namespace": namespace },
            "spec": spec,
        });
        Rendered::from(object.at(place))
    };
    let same = in_namespaces(own);
    let mut policies = vec![
        policy("default-deny", value!({ "podSelector": {}, "policyTypes": ["Ingress", "Egress"] })),
        policy("allow-dns", dns()),
        policy(
            "allow-tenant",
            value!({
                "podSelector": {},
                "policyTypes": ["Ingress", "Egress"],
                "ingress": [{ "from": [(same.clone())] }],
                "egress": [{ "to": [same] }],
            }),
        ),
    ];
    let from = rules("from", network.from.as_deref().unwrap_or_default(), &known);
    if !from.is_empty() {
        let spec = value!({ "podSelector": {}, "policyTypes": ["Ingress"], "ingress": from });
        policies.push(policy("allow-from", spec));
    }
    let to = rules("to", network.to.as_deref().unwrap_or_default(), &known);
    if !to.is_empty() {
        let spec = value!({ "podSelector": {}, "policyTypes": ["Egress"], "egress": to });
        policies.push(policy("allow-to", spec));
    }
    policies
}

/// DNS of the cluster.
fn dns() -> Value {
    value!({
        "podSelector": {},
        "policyTypes": ["Egress"],
        "egress": [{
            "to": [{
                "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "kube-system" } },
                "podSelector": { "matchLabels": { "k8s-app": "kube-dns" } },
            }],
            "ports": [{ "protocol": "UDP", "port": 53 }, { "protocol": "TCP", "port": 53 }],
        }],
    })
}

/// A peer that is every pod of some namespaces.
fn in_namespaces(namespaces: &[Text]) -> Value {
    const NAME: &str = "kubernetes.io/metadata.name";
    match namespaces {
        [one] => value!({ "namespaceSelector": { "matchLabels": { NAME: one } } }),
        many => {
            let values: Vec<Value> = many.iter().map(Value::from).collect();
            let expression = value!({ "key": NAME, "operator": "In", "values": values });
            value!({ "namespaceSelector": { "matchExpressions": [expression] } })
        }
    }
}

/// A rule for each peer that is on the cluster.
fn rules(direction: &str, peers: &[Peer], known: &impl Fn(&Peer) -> Option<Known>) -> Vec<Value> {
    let mut rules = Vec::new();
    for peer in peers {
        let name = peer.0.peer.as_ref().map(|name| &name.value);
        let to: Vec<Value> = match (known(peer), name) {
            (Some(Known::Namespaces(namespaces)), _) if !namespaces.is_empty() => {
                vec![in_namespaces(&namespaces)]
            }
            (Some(Known::Internet), _) => NOT_INTERNET
                .iter()
                .map(|(cidr, except)| {
                    let except: Vec<Value> = except.iter().map(|it| Value::from(*it)).collect();
                    value!({ "ipBlock": { "cidr": (*cidr), "except": except } })
                })
                .collect(),
            (Some(Known::Range), Some(cidr)) => vec![value!({ "ipBlock": { "cidr": cidr } })],
            _ => continue,
        };
        let mut rule = Map::new();
        rule.push(direction, to.into());
        let ports: Vec<Value> = peer
            .0
            .ports
            .iter()
            .flatten()
            .map(|port| value!({ "protocol": (port.protocol), "port": (port.port.clone()) }))
            .collect();
        if !ports.is_empty() {
            rule.push("ports", ports.into());
        }
        rules.push(rule.into());
    }
    rules
}

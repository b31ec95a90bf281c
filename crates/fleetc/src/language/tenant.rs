//! `[tenants.T]`.

use fleetc_manifests::{Data, Text, Value};
use indexmap::IndexMap;

use super::matcher::Matcher;
use super::parts::Parts;
use super::patch::Patch;
use super::scalars::{Foreign, KustomizationSpec, OrFalse, Quantity, Scalar, Spanned, words};
use super::source::SourceUse;
use super::table::table;
use super::texts::Name;
use super::{Decoder, Shape, Shaped, TextForm};

table! {
    "tenants.T"
    /// A team: its namespaces, identity, rights, quota and network, on each target that it is present on.
    pub struct Tenant {
        /// Where it is present.
        "where" where_: Matcher, default "{ environment = \"*\" }; without environments `common`", example "where = { environment = [\"qa\", \"prod\"] }" [once];
        /// A word for matchers, so that a hundred tenants are one line each.
        "tier" tier: Spanned<Text>, example "tier = \"gold\"" [once];
        /// `"retired"`: its apps go; the table itself may go one build later.
        "state" state: TenantState, default "\"active\"" [once];
        /// Its home.
        "namespace" namespace: Spanned<Name>, default "\"${environment.prefix}${tenant}\"; of a copy `\"${environment.prefix}${copy}-${tenant}\"`";
        /// More namespaces, with the same rights, quota and policies.
        "extra-namespaces" extra_namespaces: Vec<Spanned<Name>>, default "[]";
        /// Whether fleetc writes its Namespaces; `false`: they exist already.
        "create-namespace" create_namespace: bool, default "true";
        /// Labels of all its objects, beside `toolkit.fluxcd.io/tenant`.
        "labels" labels: IndexMap<Text, Text>;
        /// Annotations of all its objects.
        "annotations" annotations: IndexMap<Text, Text>;
        /// Labels of its Namespaces alone.
        "namespace-labels" namespace_labels: IndexMap<Text, Text>;
        /// Its identity in its home namespace; `false`: nobody is impersonated, an error under lockdown.
        "service-account" service_account: Spanned<OrFalse<Name>>, default "\"${tenant}\"";
        /// Secrets with which its identity pulls images.
        "pull-secrets" pull_secrets: Vec<Name>, default "[]";
        /// The ClusterRole that it is bound to, in its namespaces only.
        "role" role: Spanned<Text>, default "\"admin\"";
        /// Instead of a role: RBAC rules, of which a Role is made.
        "rules" rules: Vec<Foreign>, example "rules = [{ apiGroups = [\"\"], resources = [\"configmaps\"], verbs = [\"*\"] }]";
        /// The name of its RoleBinding.
        "role-binding" role_binding: Text, default "\"flux-${tenant}\"";
        /// More subjects of that binding.
        "subjects" subjects: Vec<Foreign>, default "[]", example "subjects = [{ kind = \"Group\", name = \"payments\" }]";
        /// Further bindings in its namespaces, by name.
        "grants" grants: IndexMap<Text, Grant>, example "grants = { developers = { role = \"view\", subjects = [{ kind = \"Group\", name = \"payments\" }] } }";
        /// The `hard` limits of its ResourceQuota.
        "quota" quota: IndexMap<Text, Quantity>, example "quota = { \"requests.cpu\" = \"16\", pods = 50 }";
        /// Its LimitRange for containers: `default`, `defaultRequest`, `min`, `max`.
        "limits" limits: Foreign, example "limits = { default = { cpu = \"500m\", memory = \"512Mi\" } }";
        /// The level that its Namespaces enforce (`restricted` is warned of and audited); `"none"`: no labels.
        "pod-security" pod_security: PodSecurity, default "\"baseline\"";
        /// Who may reach its pods and whom they may reach, beside themselves and DNS; `false`: no policy is written.
        "network" network: OrFalse<Network>, default "{ from = [], to = [] }", example "network = { from = [\"ingress\"], to = [\"internet\"] }";
        /// What it may do beyond the default.
        "allow" allow: Allow;
        /// What its apps pull from, unless they say otherwise.
        "source" source: SourceUse;
        /// What must be ready before its own objects are applied.
        "after" after: Vec<Spanned<Name>>, default "[]", example "after = [\"policies\"]";
        /// All else about the Flux Kustomization of its own objects.
        "kustomization" kustomization: KustomizationSpec;
        /// Patches of its own objects.
        "patches" patches: Vec<Spanned<Patch>>;
        /// Whether its Namespaces stay when it goes, with account, rights, quota, limits and network policies.
        "keep" keep: bool, default "false";
        /// The bundle that its own objects lie in.
        "bundle" bundle: Spanned<Name>, default "its own, `tenant-T`";
        /// Its apps once more, in a home of their own with all that belongs to it, and with what is written here changed: a
        /// release line, a second repository, a sandbox.
        "copies" copies: Parts<Tenant>, example "copies = { next = { source = { branch = \"next\" } } }" [once];
        /// Objects that others make, and its apps need: `Kind/name`.
        "expects" expects: Vec<Text>, example "expects = [\"Secret/github\"]";
        /// Variables.
        "variables" variables: IndexMap<Text, Scalar>;
    }
}

table! {
    "grant"
    /// A binding in the namespaces of a tenant.
    pub struct Grant {
        /// The ClusterRole.
        "role" role: Text;
        /// Instead of a role: RBAC rules, of which a Role is made.
        "rules" rules: Vec<Foreign>;
        /// Who gets it.
        "subjects" subjects: Vec<Foreign>;
    }
}

table! {
    "network"
    /// Who talks to whom. A peer is a component or tenant (its namespaces on that cluster), `"internet"`, or a CIDR.
    pub struct Network {
        /// Who may reach the tenant's pods.
        "from" from: Vec<Peer>, default "[]";
        /// Whom they may reach.
        "to" to: Vec<Peer>, default "[]";
    }
}

table! {
    "peer"
    /// A peer, on some ports only.
    pub struct PeerWithPorts {
        /// A component, a tenant, `"internet"` or a CIDR.
        "peer" peer: Spanned<Text>;
        /// Numbers or names of ports, with `/UDP` or `/SCTP` where it is not TCP.
        "ports" ports: Vec<PortOf>, example "ports = [5432, \"53/UDP\"]";
    }
}

table! {
    "allow"
    /// What a tenant may do beyond the default.
    pub struct Allow {
        /// Kinds that it may have in its namespaces, beside those of its role: `group/Kind`. fleetc writes a Role for them.
        "kinds" kinds: Vec<Text>, example "kinds = [\"cert-manager.io/Certificate\"]";
        /// Addresses that sources in its manifests may pull from: these, and what is below them.
        "sources" sources: Vec<Text>, default "[]", example "sources = [\"https://github.com/acme/\"]";
        /// Images that its manifests may run: these, and what is below them.
        "images" images: Vec<Text>, default "any", example "images = [\"ghcr.io/acme\"]";
        /// Annotations that Flux acts upon, which its manifests may have.
        "annotations" annotations: Vec<Text>, default "[]", example "annotations = [\"kustomize.toolkit.fluxcd.io/force\"]";
    }
}

words! {
    /// Whether a tenant lives.
    pub enum TenantState {
        /// It is there.
        Active = "active",
        /// Its apps go first, then it.
        Retired = "retired",
    }
}

words! {
    /// A level of the [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/).
    pub enum PodSecurity {
        /// Pods may do anything.
        Privileged = "privileged",
        /// What is known to be dangerous is refused.
        Baseline = "baseline",
        /// Only what is hardened is let in.
        Restricted = "restricted",
        /// No labels are written.
        Unset = "none",
    }
}

/// Somebody whom a tenant talks to.
#[derive(Debug, Clone, PartialEq)]
pub struct Peer(pub PeerWithPorts);

impl Shaped for Peer {
    fn shape() -> Shape {
        Shape::OneOf(vec![Text::shape(), PeerWithPorts::shape()])
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &value.data {
            Data::Map(_) => PeerWithPorts::decode(value, decoder).map(Self),
            _ => Some(Self(PeerWithPorts { peer: Spanned::decode(value, decoder), ports: None })),
        }
    }
}

/// Whether the text is a range of addresses: `10.0.0.0/8`.
pub fn is_range(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let longest = match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => 32,
        Ok(std::net::IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    length.parse::<u8>().is_ok_and(|length| length <= longest)
}

/// A port, and its protocol.
#[derive(Debug, Clone, PartialEq)]
pub struct PortOf {
    /// The number, or the name, as Kubernetes writes it.
    pub port: Value,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: &'static str,
}

impl Shaped for PortOf {
    fn shape() -> Shape {
        Shape::OneOf(vec![Shape::Integer, Shape::Text(TextForm::Any)])
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        const HELP: &str =
            "a number from 1 to 65535 or the name of a port, with `/UDP` or `/SCTP` where it is not TCP";
        let (port, protocol) = match value.as_text() {
            None => (value.clone(), "TCP"),
            Some(text) => {
                let (port, protocol) = text.split_once('/').unwrap_or((text, "TCP"));
                let protocol =
                    ["TCP", "UDP", "SCTP"].into_iter().find(|it| it.eq_ignore_ascii_case(protocol));
                let port = match port.parse::<i64>() {
                    Ok(number) => Value::new(number, value.place),
                    Err(_) => Value::new(port, value.place),
                };
                let Some(protocol) = protocol else {
                    decoder.wrong_form(value, format!("`{text}` is no port"), HELP);
                    return None;
                };
                (port, protocol)
            }
        };
        let fits = match (&port.as_integer(), port.as_text()) {
            (Some(number), _) => (1..=65535).contains(number),
            (None, Some(name)) => !name.is_empty() && name.len() <= 15,
            _ => false,
        };
        if !fits {
            decoder.wrong_form(value, "this is no port", HELP);
        }
        fits.then_some(Self { port, protocol })
    }
}

//! `[clusters.C]`.

use fleetc_manifests::{Data, Text, Value};
use indexmap::IndexMap;

use super::flux::Flux;
use super::scalars::{Name, Scalar, Spanned, words};
use super::source::Source;
use super::table::table;
use super::{Decoder, Shape, Shaped};

table! {
    "clusters.C"
    /// A Kubernetes API that objects end up in.
    pub struct Cluster {
        /// The environments that are on it, besides `common`. Required as soon as there are environments; may be `[]`.
        "environments" environments: Vec<Spanned<Name>>, example "environments = [\"dev\", \"prod\"]" [once];
        /// Labels, for matchers and `${cluster.labels.K}`.
        "labels" labels: IndexMap<Text, Text>, default "{}", example "labels = { region = \"emea\" }" [once];
        /// Its version of Kubernetes, for what may be served there.
        "kubernetes" kubernetes: Spanned<Text>, example "kubernetes = \"1.34\"";
        /// Merged over `fleet.source`: what this cluster's root and its `common` pull.
        "source" source: Source, default "`fleet.source`" [once];
        /// `"active"`; `"suspended"`: Flux leaves everything as it is; `"retired"`: Flux deletes everything, before the
        /// table itself may go.
        "state" state: State, default "\"active\"" [once];
        /// The cluster whose Flux applies everything here, or the named environments.
        "managed-by" managed_by: ManagedBy, default "itself", example "managed-by = { common = \"mgmt\" }" [once];
        /// How that cluster reaches this one.
        "kubeconfig" kubeconfig: Kubeconfig, default "{ secret = \"${cluster}-kubeconfig\", key = \"value\" }";
        /// The Secret for Kustomizations in tenants' namespaces: an identity that may impersonate the tenant alone.
        "tenant-kubeconfig" tenant_kubeconfig: Spanned<Text>, example "tenant-kubeconfig = \"${cluster}-tenant\"";
        /// How Flux runs here, merged over that of the environment.
        "flux" flux: Flux;
        /// Variables.
        "variables" variables: IndexMap<Text, Scalar>, example "variables = { zone = \"emea.acme.example\" }";
    }
}

table! {
    "kubeconfig"
    /// How a cluster is reached from the one that manages it. The Kustomizations that use it lie in Flux's namespace there.
    pub struct Kubeconfig {
        /// The Secret with a kubeconfig.
        "secret" secret: Spanned<Text>, default "\"${cluster}-kubeconfig\"";
        /// The key in it.
        "key" key: Text, default "\"value\"";
        /// Instead of a Secret: the ConfigMap that says how to authenticate with a cloud.
        "config-map" config_map: Spanned<Text>;
    }
}

words! {
    /// Whether a cluster lives.
    pub enum State {
        /// It is reconciled.
        Active = "active",
        /// Flux leaves it as it is.
        Suspended = "suspended",
        /// Flux deletes what it brought.
        Retired = "retired",
    }
}

/// The cluster whose Flux applies what is on this one.
#[derive(Debug, Clone, PartialEq)]
pub enum ManagedBy {
    /// In every environment.
    All(Spanned<Name>),
    /// In the named environments.
    Some(IndexMap<Text, Spanned<Name>>),
}

impl Shaped for ManagedBy {
    fn shape() -> Shape {
        Shape::OneOf(vec![Name::shape(), Shape::Map(Box::new(Name::shape()))])
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &value.data {
            Data::Map(_) => IndexMap::decode(value, decoder).map(Self::Some),
            _ => Spanned::decode(value, decoder).map(Self::All),
        }
    }
}

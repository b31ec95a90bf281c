//! `[clusters.C]`.

use fleetc_manifests::{Data, Text, Value};
use indexmap::IndexMap;

use super::flux::Flux;
use super::parts::Parts;
use super::patch::Patch;
use super::scalars::{KustomizationSpec, OneOrMany, Scalar, Spanned, words};
use super::source::Source;
use super::table::table;
use super::texts::{Name, RelativePath};
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
        /// A pool: so many clusters of this shape, `C-0`, `C-1` and so on.
        "count" count: Spanned<i64>, example "count = 3" [once];
        /// A pool: its clusters by name, with what is different in each; with `count`, by index or range of indexes.
        "members" members: Parts<Cluster>, example "members = { north = {}, south = { labels = { size = \"l\" } } }" [once];
        /// Manifests on another cluster whose objects are this cluster: Cluster API, an operator of a cloud.
        "provision" provision: Provision, example "provision = { on = \"mgmt\", manifests = \"capi/aks\", namespace = \"clusters\" }";
        /// How Flux runs here, merged over that of the environment.
        "flux" flux: Flux;
        /// Variables.
        "variables" variables: IndexMap<Text, Scalar>, example "variables = { zone = \"emea.acme.example\" }";
    }
}

table! {
    "provision"
    /// What makes a cluster: manifests that are applied on another one. `${…}` is replaced in them, with what holds for the
    /// cluster that they make.
    pub struct Provision {
        /// The cluster on which they are applied. Required.
        "on" on: Spanned<Name>, example "on = \"mgmt\"";
        /// The manifests: a folder, a file, a glob, or a list of them.
        "manifests" manifests: OneOrMany<RelativePath>, example "manifests = \"capi/aks\"";
        /// The namespace of objects that name none; the kubeconfig of the new cluster lies there.
        "namespace" namespace: Spanned<Name>, default "`\"${cluster}\"`";
        /// Whether fleetc writes that Namespace.
        "create-namespace" create_namespace: bool, default "true";
        /// Components, apps and bundles on the other cluster that must be ready first.
        "after" after: Vec<Spanned<Name>>, default "[]", example "after = [\"cluster-api\"]";
        /// The bundle that the objects lie in.
        "bundle" bundle: Spanned<Name>, default "its own, `cluster-C`";
        /// Changes of the objects.
        "patches" patches: Vec<Spanned<Patch>>;
        /// All else about its Flux Kustomization.
        "kustomization" kustomization: KustomizationSpec;
    }
}

table! {
    "kubeconfig"
    /// How a cluster is reached from the one that manages it.
    pub struct Kubeconfig {
        /// The Secret with a kubeconfig.
        "secret" secret: Spanned<Text>, default "\"${cluster}-kubeconfig\"";
        /// The key in it.
        "key" key: Text, default "\"value\"";
        /// Where it lies; Flux demands that the Kustomizations that use it lie there too.
        "namespace" namespace: Spanned<Name>, default "`flux.namespace` of the host; of a provisioned cluster that of its objects";
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

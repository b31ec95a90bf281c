//! `[components.C]` and `[apps.A]`.

use fleetc_manifests::{Data, Entry, Map, Text, Value};
use indexmap::IndexMap;

use super::matcher::Matcher;
use super::patch::{Patch, Selector};
use super::scalars::{Foreign, HelmSpec, KustomizationSpec, OneOrMany, OrFalse, Scalar, Spanned};
use super::source::SourceUse;
use super::table::table;
use super::texts::{Name, RelativePath};
use super::{Decoder, Shape, Shaped, Table, TableShape};

table! {
    "apps.A"
    /// Something that runs: rendered here (`manifests`), pulled by Flux (`path`), or a Helm release (`chart`).
    ///
    /// With a tenant it has that tenant's rights and ends at its namespaces; without, it is the platform's.
    pub struct App {
        /// Whose it is.
        "tenant" tenant: Spanned<Name>, example "tenant = \"payments\"" [once];
        /// Where it runs.
        "where" where_: Matcher, default "{ environment = \"*\" }; without environments `common`", example "where = { environment = \"prod\" }" [once];
        /// Rendered here: a folder, a file, a glob, or a list of them, with the objects as they are.
        "manifests" manifests: OneOrMany<RelativePath>, example "manifests = \"apps/web\"";
        /// Pulled by Flux: the path in `source`.
        "path" path: Spanned<Text>, example "path = \"./deploy/${environment}\"";
        /// A Helm release: the name of the chart in `source.helm` or `source.oci`, its path in `source.git`.
        "chart" chart: Spanned<Text>, example "chart = \"podinfo\"";
        /// The version of the chart: exact, a range, or with a digest.
        "version" version: Spanned<Text>, example "version = \"6.7.1\"";
        /// Where Flux pulls it from.
        "source" source: SourceUse;
        /// Components, apps and bundles on the same target that must be ready first.
        "after" after: Vec<Spanned<Name>>, default "[]", example "after = [\"cert-manager\"]";
        /// Where it runs. Objects that name no namespace get it.
        "namespace" namespace: Spanned<Name>, default "the tenant's home, else `\"${environment.prefix}<name>\"`";
        /// Whether fleetc writes that Namespace, if something is in it and the manifests do not bring it.
        "create-namespace" create_namespace: bool, default "true; with a tenant the tenant brings it";
        /// Labels of that Namespace.
        "namespace-labels" namespace_labels: IndexMap<Text, Text>;
        /// The name of its HelmRelease or pulled Kustomization.
        "object-name" object_name: Spanned<Name>, default "its name";
        /// Where its source, pulled Kustomization and HelmRelease lie. Under lockdown, something of the platform that lies
        /// elsewhere names the account there that it acts as, with `service-account`.
        "flux-namespace" flux_namespace: Spanned<Name>, default "the tenant's home, else `flux.namespace`";
        /// Whom it is applied as.
        "service-account" service_account: Spanned<OrFalse<Name>>, default "the tenant's, else under lockdown the controller's own";
        /// Images by name: a tag, a tag with a digest, or another name. One that meets no container is an error.
        "images" images: IndexMap<Text, Spanned<Text>>, example "images = { \"ghcr.io/acme/web\" = \"1.4.2\" }";
        /// Replicas by the name of the Deployment or StatefulSet.
        "replicas" replicas: IndexMap<Text, Spanned<i64>>, example "replicas = { web = 3 }";
        /// Labels of all its objects: in their metadata, never in selectors.
        "labels" labels: IndexMap<Text, Text>;
        /// Annotations of all its objects.
        "annotations" annotations: IndexMap<Text, Text>;
        /// What stands before the names of its namespaced objects; references to them follow.
        "name-prefix" name_prefix: Spanned<Text>, example "name-prefix = \"blue-\"";
        /// Values of the chart.
        "values" values: Foreign, example "values = { replicaCount = 2 }";
        /// YAML files with values of the chart, below the table `values`; later ones win.
        "values-files" values_files: Vec<Spanned<RelativePath>>, example "values-files = [\"charts/web.yaml\"]";
        /// Paths in the values that are `null`, which deletes a default of the chart.
        "values-null" values_null: Vec<Spanned<Text>>, example "values-null = [\"resources.limits.cpu\"]";
        /// Changes of the objects.
        "patches" patches: Vec<Spanned<Patch>>;
        /// Objects that are left out.
        "without" without: Vec<Spanned<Selector>>, example "without = [{ kind = \"Ingress\" }]";
        /// Variables.
        "variables" variables: IndexMap<Text, Scalar>;
        /// Whether `${…}` in the manifests is replaced: `true`, or globs of the files in which it is. Of a pulled app: what Flux
        /// replaces in it, by name.
        "substitute" substitute: Substitute, default "false";
        /// Variables that only the cluster knows.
        "late" late: IndexMap<Text, Late>, example "late = { zone = { from = \"ConfigMap/cluster-info\" } }";
        /// ConfigMaps made of files and values, with a hash of their content in their name, which references follow.
        "config" config: IndexMap<Text, Config>, example "config = { web = [\"nginx.conf=web/nginx.conf\"] }";
        /// Files with Secrets that SOPS encrypted, byte for byte.
        "secrets" secrets: Vec<Spanned<RelativePath>>, example "secrets = [\"apps/web/secrets/*.yaml\"]";
        /// Objects that Flux never deletes; `true`: all of them.
        "keep" keep: Keep, example "keep = [{ kind = \"PersistentVolumeClaim\" }]";
        /// All else about its Flux Kustomization.
        "kustomization" kustomization: KustomizationSpec, example "kustomization = { interval = \"1m\" }";
        /// All else about its Flux HelmRelease.
        "helm" helm: HelmSpec, example "helm = { install = { crds = \"Create\" } }";
        /// The bundle that it lies in.
        "bundle" bundle: Spanned<Name>, default "its own", example "bundle = \"infrastructure\"";
        /// Objects that others make, and it needs: `Kind/name`.
        "expects" expects: Vec<Text>, example "expects = [\"Secret/web-tls\"]";
    }
}

/// A component: an app of the platform, without a tenant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Component(pub App);

impl Table for Component {
    const SHAPE: &'static TableShape = &TableShape {
        name: "components.C",
        doc: "What the platform brings: it may hold cluster-wide objects, Flux waits until it is ready, and others come after it.",
        keys: || (App::SHAPE.keys)().into_iter().filter(|key| key.name != "tenant").collect(),
    };
}

impl Shaped for Component {
    fn shape() -> Shape {
        Shape::Table(Self::SHAPE)
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        let keys = (Self::SHAPE.keys)();
        let (known, unknown): (Vec<_>, Vec<_>) =
            decoder.table(value)?.iter().partition(|entry| keys.iter().any(|key| key.name == entry.key.text));
        for entry in unknown {
            decoder.unknown_key(&entry.key, Self::SHAPE);
        }
        let known: Vec<Entry> = known.into_iter().cloned().collect();
        App::decode(&Value::new(Map::from(known), value.place), decoder).map(Self)
    }
}

/// Which manifests `${…}` is replaced in.
#[derive(Debug, Clone, PartialEq)]
pub enum Substitute {
    /// In all or none.
    All(bool),
    /// In the files that one of the globs matches.
    Files(Vec<Spanned<RelativePath>>),
    /// What Flux puts in, in what it pulls: the variables of its `postBuild`.
    Pulled(IndexMap<Text, Scalar>),
}

impl Shaped for Substitute {
    fn shape() -> Shape {
        Shape::OneOf(vec![
            Shape::Boolean,
            Vec::<RelativePath>::shape(),
            Shape::Map(Box::new(Scalar::shape())),
        ])
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &value.data {
            Data::List(_) => Vec::decode(value, decoder).map(Self::Files),
            Data::Map(_) => IndexMap::decode(value, decoder).map(Self::Pulled),
            _ => bool::decode(value, decoder).map(Self::All),
        }
    }
}

table! {
    "late"
    /// A variable that only the cluster knows.
    pub struct Late {
        /// The ConfigMap or Secret that holds it, in Flux's namespace: `Kind/name`.
        "from" from: Spanned<Text>, example "from = \"ConfigMap/cluster-info\"";
        /// Whether it may be missing; the manifest then says what holds: `${zone:=example.com}`.
        "optional" optional: bool, default "false";
    }
}

/// A ConfigMap made of files and values.
#[derive(Debug, Clone, PartialEq)]
pub struct Config(pub ConfigFiles);

impl Shaped for Config {
    fn shape() -> Shape {
        Shape::OneOf(vec![Vec::<Text>::shape(), ConfigFiles::shape()])
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &value.data {
            Data::List(_) => {
                Some(Self(ConfigFiles { files: Vec::decode(value, decoder), ..ConfigFiles::default() }))
            }
            _ => ConfigFiles::decode(value, decoder).map(Self),
        }
    }
}

table! {
    "config"
    /// What a ConfigMap is made of.
    pub struct ConfigFiles {
        /// Files: a path, or `key=path`.
        "files" files: Vec<Spanned<Text>>, example "files = [\"nginx.conf=web/nginx.conf\"]";
        /// Values by key.
        "values" values: IndexMap<Text, Scalar>, example "values = { LOG_LEVEL = \"info\" }";
        /// Whether its name ends in a hash of its content.
        "hash" hash: bool, default "true";
        /// Labels of it.
        "labels" labels: IndexMap<Text, Text>;
    }
}

/// What Flux never deletes.
#[derive(Debug, Clone, PartialEq)]
pub enum Keep {
    /// Everything, or nothing.
    All(bool),
    /// The objects that one of these chooses.
    Some(Vec<Selector>),
}

impl Shaped for Keep {
    fn shape() -> Shape {
        Shape::OneOf(vec![Shape::Boolean, Shape::List(Box::new(Selector::shape()))])
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &value.data {
            Data::List(_) => Vec::decode(value, decoder).map(Self::Some),
            _ => bool::decode(value, decoder).map(Self::All),
        }
    }
}

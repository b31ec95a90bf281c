//! Where Flux pulls from.

use fleetc_manifests::{Data, Text, Value};

use super::scalars::{Foreign, Spanned};
use super::table::table;
use super::texts::{Duration, Name};
use super::{Decoder, Shape, Shaped};

table! {
    "source"
    /// Something that Flux pulls: exactly one of `git`, `oci`, `helm` and `bucket` (or `use`), and how.
    ///
    /// Sources merge key by key on the ladder; but where one with an address stands over another with an address, nothing
    /// of the lower one is kept.
    pub struct Source {
        /// The name of a table `[sources.S]`, which the other keys change.
        "use" use_: Spanned<Name>, example "use = \"charts\"";
        /// The address of a Git repository: a GitRepository.
        "git" git: Spanned<Text>, example "git = \"https://github.com/acme/platform\"";
        /// The address of an OCI artifact, or of the folder a chart is in: an OCIRepository.
        "oci" oci: Spanned<Text>, example "oci = \"oci://ghcr.io/acme/manifests/policies\"";
        /// The address of a Helm repository: `https://` is a HelmRepository, `oci://` an OCIRepository.
        "helm" helm: Spanned<Text>, example "helm = \"https://charts.jetstack.io\"";
        /// The endpoint of a bucket; its name and the rest stand in `spec`.
        "bucket" bucket: Spanned<Text>, example "bucket = \"minio.example.com\"";
        /// The branch of a Git repository.
        "branch" branch: Text, default "\"main\"";
        /// The tag of a Git repository or an OCI artifact.
        "tag" tag: Text, default "of an OCI artifact: `\"latest\"`";
        /// A range of versions, of which the newest tag is taken.
        "semver" semver: Spanned<Text>, example "semver = \">=1.2.0 <2.0.0\"";
        /// A commit of a Git repository.
        "commit" commit: Text;
        /// The digest of an OCI artifact.
        "digest" digest: Text, example "digest = \"sha256:…\"";
        /// Where the rendered tree lies in it; `""` when a branch or artifact holds the tree alone.
        /// For the source of the fleet, an environment or a cluster only.
        "path" path: Text, default "`fleet.output`";
        /// The name of its object.
        "name" name: Spanned<Text>, default "of the fleet's: `\"flux-system\"`; of `[sources.S]`: S; else the name of the thing whose table holds the address";
        /// How often Flux looks.
        "interval" interval: Duration, default "\"10m\"";
        /// The name of the Secret with the credentials, in the namespace of the source.
        "secret" secret: Text;
        /// Who authenticates: `generic`, `aws`, `azure`, `gcp`, `github`.
        "provider" provider: Text, default "`generic`, Flux's own";
        /// How signatures are checked, in Flux's words.
        "verify" verify: Foreign, example "verify = { provider = \"cosign\" }";
        /// What of it is left out, in the form of `.gitignore`.
        "ignore" ignore: Text;
        /// Where its object lies, if others share it. Under lockdown every namespace gets its own.
        "namespace" namespace: Spanned<Name>, default "where its user's Flux objects lie";
        /// Whatever else, in Flux's words: merged over the `spec` that fleetc writes.
        "spec" spec: Foreign, example "spec = { recurseSubmodules = true }";
    }
}

/// A source, or the name of one.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceUse(pub Source);

impl Shaped for SourceUse {
    fn shape() -> Shape {
        Shape::OneOf(vec![Name::shape(), Source::shape()])
    }

    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
        let source = match &value.data {
            Data::Text(_) => Source { use_: Spanned::decode(value, decoder), ..Source::default() },
            _ => Source::decode(value, decoder)?,
        };
        Some(Self(source))
    }
}

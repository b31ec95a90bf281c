//! How Flux runs.

use super::patch::Patch;
use super::scalars::{Foreign, OneOrMany, Spanned, words};
use super::table::table;
use super::texts::{Name, RelativePath};

table! {
    "flux"
    /// How Flux is installed and runs. Environments and clusters may have a `flux` of their own, merged over it; what
    /// installs Flux, and changes it, is not for environments to say.
    pub struct Flux {
        /// The minor version of Flux: decides API versions, and what is refused.
        "version" version: FluxVersion, default "the newest that this fleetc knows", example "version = \"2.8\"";
        /// Who installs Flux.
        "install" install: Install, default "\"bootstrap\"";
        /// With `install = "rendered"`: what `flux install --export` gave.
        "manifests" manifests: OneOrMany<RelativePath>, example "manifests = \"flux/install.yaml\"";
        /// Changes of Flux's own objects: arguments, limits, feature gates. For `bootstrap` and `rendered`.
        "patches" patches: Vec<Spanned<Patch>>, example "patches = [{ kind = \"Deployment\", name = \"source-controller\", merge = { spec = { replicas = 2 } } }]";
        /// With `install = "operator"`: merged over the `spec` of the FluxInstance.
        "instance" instance: Foreign, example "instance = { distribution = { registry = \"registry.acme.example/fluxcd\" } }";
        /// Where Flux's own objects lie, for this environment or cluster.
        "namespace" namespace: Name, default "\"flux-system\"";
        /// Tenants are kept apart: no references across namespaces, no remote bases, no rights by default. Each object of the
        /// platform then names its controller's own account.
        "lockdown" lockdown: bool, default "true";
        /// Clusters with tenants get ValidatingAdmissionPolicies: what fleetc checks in tenants' manifests, the API server then
        /// checks in all that tenants write, what Flux pulls for them included. Kubernetes 1.30 or newer. The table of a remote may say it too.
        "admission-policies" admission_policies: Spanned<bool>, default "false";
        /// How Flux decrypts what SOPS encrypted, in Flux's words, for every bundle that contains such a file.
        "decryption" decryption: Foreign, example "decryption = { provider = \"sops\", secretRef = { name = \"sops-age\" } }";
    }
}

words! {
    /// A minor version of Flux that fleetc writes for.
    pub enum FluxVersion {
        /// Of 2025.
        V2_7 = "2.7",
        /// Applies Roles before what needs them, if it is told to.
        V2_8 = "2.8",
        /// The newest.
        V2_9 = "2.9",
    }
}

words! {
    /// Who installs Flux on a cluster.
    pub enum Install {
        /// `flux bootstrap` owns `gotk-*.yaml`; fleetc writes the kustomization.yaml beside them.
        Bootstrap = "bootstrap",
        /// fleetc, from `flux.manifests`.
        Rendered = "rendered",
        /// The Flux Operator, from a FluxInstance that fleetc writes.
        Operator = "operator",
        /// Somebody else.
        Nobody = "none",
    }
}

//! How Flux runs on a target.

use fleetc_manifests::{Place, Text, Value};

use crate::diagnostic::Diagnostics;
use crate::fleet::Fleet;
use crate::language::{
    self, Decoder, FluxVersion, Install, OneOrMany, Patch, RelativePath, Shaped, Spanned, Stage,
};
use crate::resolve::Tally;
use crate::resolve::ladder::{climb, flux_steps};
use crate::resolve::matching::Context;
use crate::resolve::scope::Scope;
use crate::resolve::substitution::Substitute;

/// The account of the controller that applies Kustomizations.
pub(crate) const KUSTOMIZE_CONTROLLER: &str = "kustomize-controller";
/// The account of the controller that runs HelmReleases.
pub(crate) const HELM_CONTROLLER: &str = "helm-controller";

/// Whether an account in Flux's namespace is one that Flux brings, or the one of whatever names none.
pub(crate) fn is_of_flux(account: &str) -> bool {
    const OTHERS: [&str; 7] = [
        "default",
        "flux-operator",
        "image-automation-controller",
        "image-reflector-controller",
        "notification-controller",
        "source-controller",
        "source-watcher",
    ];
    account == KUSTOMIZE_CONTROLLER || account == HELM_CONTROLLER || OTHERS.contains(&account)
}

/// How Flux runs there.
#[derive(Debug, Clone)]
pub(crate) struct Flux {
    /// Its minor version.
    pub(crate) version: FluxVersion,
    /// Who installs it.
    pub(crate) install: Install,
    /// Where its objects lie.
    pub(crate) namespace: Text,
    /// Whether tenants are kept apart.
    pub(crate) lockdown: bool,
    /// Where it was said that admission policies hold for tenants; `None` if they do not.
    pub(crate) admission_policies: Option<Place>,
    /// How it decrypts.
    pub(crate) decryption: Option<Value>,
    /// What Flux itself is rendered from.
    pub(crate) manifests: Option<OneOrMany<RelativePath>>,
    /// What is changed in Flux itself.
    pub(crate) patches: Vec<Spanned<Patch>>,
    /// What is said about the FluxInstance.
    pub(crate) instance: Option<Value>,
}

impl Flux {
    /// That of the environment on the cluster whose Flux applies it.
    pub(crate) fn of(
        fleet: &Fleet,
        environment: usize,
        host: usize,
        tally: &mut Tally,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let context = Context {
            environment: Some(&fleet.environments[environment]),
            is_common: environment == crate::fleet::COMMON,
            cluster: Some(&fleet.clusters[host]),
            ..Context::default()
        };
        let settings = climb(&flux_steps(fleet, &context), &context, tally, diagnostics);
        let mut scope = Scope::new(fleet, context);
        let written = settings.keys.get("flux").map(|flux| scope.value(flux)).unwrap_or_default();
        diagnostics.append(std::mem::take(&mut scope.diagnostics));
        let keys = if written.is_null() {
            language::Flux::default()
        } else {
            language::Flux::decode(&written, &mut Decoder::new(diagnostics, Stage::Resolved))
                .unwrap_or_default()
        };
        Self {
            version: keys.version.unwrap_or(FluxVersion::V2_9),
            install: keys.install.unwrap_or(Install::Bootstrap),
            namespace: keys.namespace.map_or_else(|| "flux-system".into(), |it| it.as_text().clone()),
            lockdown: keys.lockdown.unwrap_or(true),
            admission_policies: keys.admission_policies.filter(|it| it.value).map(|it| it.place),
            decryption: keys.decryption.map(|it| it.0),
            manifests: keys.manifests,
            patches: keys.patches.unwrap_or_default(),
            instance: keys.instance.map(|it| it.0),
        }
    }

    /// Whether this Flux applies Roles before what needs them.
    pub(crate) fn applies_roles_first(&self) -> bool {
        self.version != FluxVersion::V2_7
    }

    /// The account that the platform's Kustomizations act as.
    pub(crate) fn platform_account(&self) -> Option<&'static str> {
        self.lockdown.then_some(KUSTOMIZE_CONTROLLER)
    }
}

//! A target with everything on it, and what things are called there.

use fleetc_manifests::{Place, Text, Value, value};

use super::fleet_source::TreeSource;
use super::flux::Flux;
use super::kustomization::Account;
use super::placed::{Body, PlacedApp, PlacedBundle, PlacedTenant};
use crate::diagnostic::Diagnostics;
use crate::fleet::{Fleet, Target};
use crate::language::{self, Decoder, Shaped, Stage, State};
use crate::resolve::Tally;
use crate::resolve::ladder::{climb, cluster_steps};
use crate::resolve::matching::Context;
use crate::resolve::scope::Scope;
use crate::resolve::substitution::Substitute;

/// A target, with everything on it.
pub(super) struct On<'f> {
    pub(super) target: Target,
    /// `dev/emea-1`.
    pub(super) name: String,
    /// Where the environment was written, or the cluster if it is `common`.
    pub(super) place: Place,
    pub(super) environment: &'f Text,
    pub(super) cluster: &'f Text,
    /// What stands before namespaces.
    pub(super) prefix: &'f Text,
    /// What stands before the names of Flux objects in Flux's namespace.
    pub(super) flux_prefix: Text,
    pub(super) flux: Flux,
    /// Where its folders are pulled from.
    pub(super) source: TreeSource,
    /// Whether Flux leaves everything as it is.
    pub(super) suspended: bool,
    /// Whether only its tenants' apps go.
    pub(super) retired: bool,
    pub(super) access: Access,
    pub(super) tenants: Vec<PlacedTenant<'f>>,
    pub(super) apps: Vec<PlacedApp<'f>>,
    /// The bundles that several of them share.
    pub(super) bundles: Vec<PlacedBundle<'f>>,
    /// Tenants that need something here for the sake of a remote: the index of the remote's target, and of the tenant there.
    pub(super) near: Vec<(usize, usize)>,
}

/// Something on a target that is ordered, by its index there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    /// A component or an app.
    App(usize),
    /// A tenant.
    Tenant(usize),
    /// A bundle that several things share.
    Bundle(usize),
}

/// How a remote cluster is reached from its host.
#[derive(Debug, Clone, Default)]
pub(super) struct Access {
    /// The `kubeConfig` of the platform's Flux objects.
    pub(super) kubeconfig: Option<Value>,
    /// Where it lies, if not in Flux's namespace.
    pub(super) namespace: Option<Text>,
    /// The `kubeConfig` of those in tenants' namespaces.
    pub(super) tenant_kubeconfig: Option<Value>,
}

impl Access {
    /// That of the cluster of a target; none if it is its own host.
    pub(super) fn of(
        fleet: &Fleet,
        target: Target,
        tally: &mut Tally,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        if !target.is_remote() {
            return Self::default();
        }
        let cluster = &fleet.clusters[target.cluster];
        let context = Context {
            environment: Some(&fleet.environments[target.environment]),
            is_common: target.environment == crate::fleet::COMMON,
            cluster: Some(cluster),
            ..Context::default()
        };
        let mut settings = climb(&cluster_steps(fleet, cluster), &context, tally, diagnostics);
        settings.keys.retain(|entry| {
            matches!(entry.key.text.as_str(), "kubeconfig" | "tenant-kubeconfig" | "provision")
        });
        let mut scope = Scope::new(fleet, context);
        let written = scope.value(&settings.keys.into());
        diagnostics.append(std::mem::take(&mut scope.diagnostics));
        let keys = language::Cluster::decode(&written, &mut Decoder::new(diagnostics, Stage::Resolved))
            .unwrap_or_default();
        let kubeconfig = keys.kubeconfig.unwrap_or_default();
        let of_provision = keys
            .provision
            .map(|it| it.namespace.map_or_else(|| cluster.name.clone(), |name| name.as_text().clone()));
        let default = format!("{}-kubeconfig", cluster.name);
        let secret = kubeconfig.secret.map_or_else(|| default.into(), |secret| secret.value);
        let key = kubeconfig.key.unwrap_or_else(|| "value".into());
        let by_secret = |secret: &Text| value!({ "secretRef": { "name": secret, "key": (&key) } });
        Self {
            kubeconfig: Some(match &kubeconfig.config_map {
                Some(name) => value!({ "configMapRef": { "name": (&name.value) } }),
                None => by_secret(&secret),
            }),
            namespace: kubeconfig.namespace.map(|name| name.as_text().clone()).or(of_provision),
            tenant_kubeconfig: keys.tenant_kubeconfig.map(|secret| by_secret(&secret.value)),
        }
    }
}

impl On<'_> {
    /// The folder of one of its bundles.
    pub(super) fn folder(&self, bundle: &str) -> String {
        format!("{}/{}/{bundle}", self.environment, self.cluster)
    }

    /// What a bundle is called in Flux's namespace.
    pub(super) fn flux_name(&self, bundle: &str) -> Text {
        if self.target.is_remote() {
            format!("{}-{}{bundle}", self.cluster, self.flux_prefix).into()
        } else {
            format!("{}{bundle}", self.flux_prefix).into()
        }
    }

    /// What the HelmRelease, or the pulled Kustomization, of an app is called.
    pub(super) fn object_name_of(&self, app: &PlacedApp<'_>) -> Text {
        let name = app.object_name();
        if app.flux_namespace == self.flux.namespace {
            self.flux_name(&name)
        } else if self.target.is_remote() {
            format!("{}-{name}", self.cluster).into()
        } else {
            name
        }
    }

    /// The account beside the Kustomizations of what is rendered here for the tenant.
    pub(super) fn near_account(&self, tenant: &Text) -> Text {
        if self.target.is_remote() {
            format!("{}-{}{tenant}", self.cluster, self.prefix).into()
        } else {
            format!("{}{tenant}", self.prefix).into()
        }
    }

    /// The Kustomization that stands for a thing in `dependsOn`: its name and namespace.
    pub(super) fn kustomization_of(&self, thing: Thing) -> (Text, Text) {
        match thing {
            Thing::App(app) if self.apps[app].is_pulled() => {
                (self.object_name_of(&self.apps[app]), self.apps[app].flux_namespace.clone())
            }
            thing => (self.flux_name(&self.bundle_of(thing)), self.flux.namespace.clone()),
        }
    }

    /// The bundle of a thing.
    pub(super) fn bundle_of(&self, thing: Thing) -> Text {
        match thing {
            Thing::App(app) => self.apps[app].bundle(),
            Thing::Tenant(tenant) => self.tenants[tenant].bundle(),
            Thing::Bundle(bundle) => self.bundles[bundle].bundle.name.clone(),
        }
    }

    /// The bundle of a tenant that is here, or would be.
    pub(super) fn bundle_of_tenant(&self, name: &Text) -> Text {
        let here = self.tenants.iter().find(|tenant| tenant.tenant.name == *name);
        here.map_or_else(|| format!("tenant-{name}").into(), PlacedTenant::bundle)
    }

    /// The bundle with the name that several things share.
    pub(super) fn shared_bundle(&self, name: &Text) -> Option<usize> {
        self.bundles.iter().position(|bundle| bundle.bundle.name == *name)
    }

    /// What is ordered with the thing: the bundle that it shares with others, or it alone.
    pub(super) fn unit_of(&self, thing: Thing) -> Thing {
        let shared = match thing {
            Thing::App(app) if self.apps[app].is_pulled() => None,
            Thing::Bundle(bundle) => Some(bundle),
            thing => self.shared_bundle(&self.bundle_of(thing)),
        };
        shared.map_or(thing, Thing::Bundle)
    }

    /// The things that share a bundle.
    pub(super) fn members_of(&self, bundle: usize) -> impl Iterator<Item = Thing> {
        let apps = (0..self.apps.len()).map(Thing::App);
        let tenants = (0..self.tenants.len()).map(Thing::Tenant);
        apps.chain(tenants).filter(move |thing| self.unit_of(*thing) == Thing::Bundle(bundle))
    }

    /// Whether it is a Helm release.
    pub(super) fn is_chart(&self, thing: Thing) -> bool {
        matches!(thing, Thing::App(app) if matches!(self.apps[app].body, Body::Chart(_)))
    }

    /// Whom what Flux pulls for the app acts as, or its HelmRelease: an account where that lies.
    pub(super) fn account_of(&self, app: &PlacedApp<'_>, of_platform: &str) -> Account {
        let of_platform =
            || if self.flux.lockdown { Account::Named(of_platform.into()) } else { Account::Nobody };
        let of_tenant =
            |account: Option<&Text>| account.map_or(Account::Nobody, |name| Account::Named(name.clone()));
        match (self.own_account(app), app.tenant_name()) {
            (Some(own), _) => own,
            (None, None) => of_platform(),
            (None, Some(_)) => of_tenant(self.tenant_of(app).and_then(|tenant| tenant.account.as_ref())),
        }
    }

    /// The account beside the Kustomizations of what is rendered here for the tenant, and its namespace.
    ///
    /// It is there also where nothing is rendered now: without it Flux could not delete the last thing that was. A team
    /// all of whose apps are pulled needs none.
    pub(super) fn account_beside(&self, tenant: &PlacedTenant<'_>) -> Option<(Text, Text)> {
        tenant.account.as_ref()?;
        let is_its = |app: &&PlacedApp<'_>| app.tenant_name() == Some(&tenant.tenant.name);
        if tenant.tenant.only_pulls && !self.apps.iter().filter(is_its).any(PlacedApp::renders_here) {
            return None;
        }
        Some((self.near_account(&tenant.tenant.name), self.flux.namespace.clone()))
    }

    /// The account that an app says itself. The one that its tenant hands it is none: it stands for the tenant's account,
    /// which has another name beside what is rendered here.
    pub(super) fn own_account(&self, app: &PlacedApp<'_>) -> Option<Account> {
        let own = app.own_account()?;
        let of_tenant = self.tenant_of(app).map(|tenant| tenant.account.clone());
        let is_handed = of_tenant.is_some_and(|it| own == it.map_or(Account::Nobody, Account::Named));
        (!is_handed).then_some(own)
    }

    /// The tenant of an app, as it is here.
    pub(super) fn tenant_of(&self, app: &PlacedApp<'_>) -> Option<&PlacedTenant<'_>> {
        let name = app.tenant_name()?;
        self.tenants.iter().find(|tenant| tenant.tenant.name == *name)
    }
}

/// Whether a cluster with the state is retired, or only rests.
pub(super) fn rests(state: State) -> (bool, bool) {
    (state == State::Suspended, state == State::Retired)
}

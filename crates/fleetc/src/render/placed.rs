//! Tenants and apps on one target, with everything substituted.

use fleetc_manifests::{Map, Place, Text, Value};

use super::config::{self, ConfigMap};
use super::kustomization::Account;
use super::spec::More;
use crate::diagnostic::Diagnostics;
use crate::fleet::{App, Bundle, Fleet, Placement, Tenant};
use crate::language::{self, Decoder, Name, OrFalse, Shaped, Stage};
use crate::load::Library;
use crate::messages;
use crate::resolve::matching::Context;
use crate::resolve::scope::Scope;
use crate::resolve::substitution::Substitute;
use crate::syntax::KeyPath;

/// A tenant on a target.
pub(super) struct PlacedTenant<'f> {
    pub(super) tenant: &'f Tenant,
    /// Its keys there.
    pub(super) keys: language::Tenant,
    /// What it takes away of what fleetc writes.
    pub(super) unset: &'f [KeyPath],
    /// What changes its objects, rung by rung.
    pub(super) changes: Vec<Changes>,
    /// Its home.
    pub(super) namespace: Text,
    /// Its identity in its home; `None` if nobody is impersonated.
    pub(super) account: Option<Text>,
    /// Where it was written.
    pub(super) place: Place,
}

/// A component or an app on a target.
pub(super) struct PlacedApp<'f> {
    pub(super) app: &'f App,
    /// Its keys there.
    pub(super) keys: language::App,
    /// What it takes away of what fleetc writes.
    pub(super) unset: &'f [KeyPath],
    /// What changes its objects, rung by rung.
    pub(super) changes: Vec<Changes>,
    /// What it is.
    pub(super) body: Body,
    /// Where it runs.
    pub(super) namespace: Text,
    /// Where its source, pulled Kustomization and HelmRelease lie.
    pub(super) flux_namespace: Text,
    /// Whose it is.
    tenant: Option<&'f Tenant>,
    /// Its source, as it was written, and whose table holds the address.
    pub(super) source: Option<(Value, Text)>,
    /// Its ConfigMaps, by the name that fleet.toml gives them.
    pub(super) configs: Vec<ConfigMap>,
    /// What its names stand for.
    pub(super) scope: Scope<'f>,
}

/// A bundle that several things share, on a target.
pub(super) struct PlacedBundle<'f> {
    pub(super) bundle: &'f Bundle,
    /// Its keys there.
    pub(super) keys: language::Bundle,
    /// What it takes away of what fleetc writes.
    unset: &'f [KeyPath],
}

/// What an app is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Body {
    /// Its objects are rendered here.
    Here,
    /// Flux pulls them, from this path.
    Pulled(Text),
    /// A Helm release; the name of the chart, if it is not in the address.
    Chart(Option<Text>),
}

/// What one rung changes.
#[derive(Debug)]
pub(super) struct Changes {
    /// Where the table or override was written.
    pub(super) place: Place,
    /// Whether it is the thing's own.
    pub(super) is_own: bool,
    /// What earlier rungs have locked.
    pub(super) locks: Vec<KeyPath>,
    /// The keys that change objects.
    pub(super) keys: language::App,
}

/// The tenant on the target of the placement.
pub(super) fn tenant<'f>(
    fleet: &'f Fleet,
    tenant: &'f Tenant,
    placement: &'f Placement,
    diagnostics: &mut Diagnostics,
) -> PlacedTenant<'f> {
    let context = Context::target(fleet, placement.target).with_tenant(tenant);
    let mut scope = Scope::new(fleet, context);
    let default = format!("{}{}", prefix(&context), tenant.name);
    let namespace = namespace(&placement.settings.keys, &mut scope, (default, tenant.place), diagnostics);
    let keys: language::Tenant = resolved(&placement.settings.keys, &mut scope, diagnostics);
    let changes = changes(placement, &mut scope, diagnostics);
    let account = match keys.service_account.as_ref().map(|it| &it.value) {
        None => Some(tenant.team.clone()),
        Some(OrFalse::Some(name)) => Some(name.as_text().clone()),
        Some(OrFalse::False) => None,
    };
    let unset = &placement.settings.unset;
    PlacedTenant { tenant, keys, unset, changes, namespace, account, place: tenant.place }
}

/// The bundle on the target of the placement.
pub(super) fn bundle<'f>(
    fleet: &'f Fleet,
    bundle: &'f Bundle,
    placement: &'f Placement,
    diagnostics: &mut Diagnostics,
) -> PlacedBundle<'f> {
    let mut scope = Scope::new(fleet, Context::target(fleet, placement.target));
    let keys = resolved(&placement.settings.keys, &mut scope, diagnostics);
    PlacedBundle { bundle, keys, unset: &placement.settings.unset }
}

/// The app on the target of the placement.
pub(super) fn app<'f>(
    fleet: &'f Fleet,
    library: &Library,
    app: &'f App,
    placement: &'f Placement,
    home: Option<&PlacedTenant<'_>>,
    flux_namespace: &Text,
    diagnostics: &mut Diagnostics,
) -> Option<PlacedApp<'f>> {
    let context = Context::target(fleet, placement.target).with_app(fleet, app);
    let mut scope = Scope::new(fleet, context);
    let default =
        home.map_or_else(|| format!("{}{}", prefix(&context), app.name), |home| home.namespace.to_string());
    let written = &placement.settings.keys;
    let namespace = namespace(written, &mut scope, (default, app.place), diagnostics);
    let configs = config::make(written, &mut scope, library, diagnostics);
    let mut written = written.clone();
    let source = written.remove("source").map(|source| {
        let owner = placement.settings.source_of.clone().unwrap_or_else(|| app.name.clone());
        (scope.value(&source), owner)
    });
    let keys: language::App = resolved(&written, &mut scope, diagnostics);
    let changes = changes(placement, &mut scope, diagnostics);
    let body = body(app, &keys, source.as_ref().map(|(source, _)| source), diagnostics)?;
    let flux_namespace = match &keys.flux_namespace {
        Some(written) => written.as_text().clone(),
        None => home.map_or_else(|| flux_namespace.clone(), |home| home.namespace.clone()),
    };
    Some(PlacedApp {
        app,
        flux_namespace,
        tenant: app.tenant.map(|tenant| &fleet.tenants[tenant]),
        keys,
        unset: &placement.settings.unset,
        changes,
        body,
        namespace,
        source,
        configs,
        scope,
    })
}

fn prefix<'f>(context: &Context<'f>) -> &'f str {
    context.environment.map_or("", |environment| &environment.prefix)
}

/// Where the thing runs; tells the scope.
fn namespace(
    keys: &Map,
    scope: &mut Scope<'_>,
    (default, place): (String, Place),
    diagnostics: &mut Diagnostics,
) -> Text {
    let written = keys.get("namespace").map(|value| scope.value(value));
    let namespace: Text = match &written {
        Some(value) => value.as_text().unwrap_or_default().into(),
        None => default.into(),
    };
    if written.is_none() && Name::new(namespace.clone()).is_none() {
        diagnostics.push(messages::bad_namespace(place, &namespace));
    }
    scope.namespace = Some(namespace.clone());
    namespace
}

/// The keys with their substitutions.
fn resolved<T: Shaped + Default>(keys: &Map, scope: &mut Scope<'_>, diagnostics: &mut Diagnostics) -> T {
    let value = scope.value(&Value::from(keys.clone()));
    diagnostics.append(std::mem::take(&mut scope.diagnostics));
    T::decode(&value, &mut Decoder::new(diagnostics, Stage::Resolved)).unwrap_or_default()
}

fn changes(placement: &Placement, scope: &mut Scope<'_>, diagnostics: &mut Diagnostics) -> Vec<Changes> {
    let changes = placement.settings.changes.iter().map(|change| Changes {
        place: change.place,
        is_own: change.is_own,
        locks: change.locks.clone(),
        keys: resolved(&change.keys, scope, diagnostics),
    });
    changes.collect()
}

/// What the app is; exactly one body must be written.
fn body(
    app: &App,
    keys: &language::App,
    source: Option<&Value>,
    diagnostics: &mut Diagnostics,
) -> Option<Body> {
    let what = if app.is_component { "component" } else { "app" };
    let is_chart_in_oci = source.is_some_and(|source| source.get("oci").is_some()) && keys.version.is_some();
    let body = match (&keys.path, &keys.chart, &keys.manifests) {
        (Some(_), Some(chart), _) => {
            diagnostics.push(messages::two_bodies(chart.place, what, &app.name));
            return None;
        }
        (Some(path), None, _) => Body::Pulled(path.value.clone()),
        (None, Some(chart), _) => Body::Chart(Some(chart.value.clone())),
        (None, None, _) if is_chart_in_oci => Body::Chart(None),
        (None, None, Some(_)) => Body::Here,
        (None, None, None) if keys.secrets.is_some() || keys.config.is_some() => Body::Here,
        (None, None, None) => {
            diagnostics.push(messages::no_body(app.place, what, &app.name));
            return None;
        }
    };
    if body != Body::Here && source.is_none() {
        diagnostics.push(messages::body_without_source(app.place, what, &app.name));
        return None;
    }
    check_keys_of_body(app, keys, &body, diagnostics);
    let has_bundle = app.rung.keys.get("bundle").filter(|_| app.tenant.is_some());
    if let (Some(bundle), Body::Pulled(_)) = (has_bundle, &body) {
        diagnostics.push(messages::pulled_of_a_tenant_in_a_bundle(bundle.place, &app.name));
    }
    Some(body)
}

/// Says which keys in the app's own table are meant for another body.
fn check_keys_of_body(app: &App, keys: &language::App, body: &Body, diagnostics: &mut Diagnostics) {
    const OF_CHARTS: [&str; 5] = ["version", "values", "values-files", "values-null", "helm"];
    const OF_MANIFESTS: [&str; 2] = ["substitute", "name-prefix"];
    let is_chart = matches!(body, Body::Chart(_));
    let has_manifests = keys.manifests.is_some() || keys.secrets.is_some();
    let tables = std::iter::once(&app.rung.keys).chain(app.rung.overrides.iter().map(|it| &it.keys));
    for entry in tables.flatten() {
        let key = entry.key.text.as_str();
        let is_pulled_substitute = key == "substitute" && matches!(body, Body::Pulled(_));
        if OF_CHARTS.contains(&key) && !is_chart {
            diagnostics.push(messages::key_of_another_body(&entry.key, "a Helm release, which has `chart`"));
        } else if key == "kustomization" && keys.bundle.is_some() && !matches!(body, Body::Pulled(_)) {
            let bundle = keys.bundle.as_ref().map_or("", |name| name.as_text().as_str());
            diagnostics.push(messages::kustomization_of_member(&entry.key, bundle));
        } else if OF_MANIFESTS.contains(&key) && !has_manifests && !is_pulled_substitute {
            diagnostics.push(messages::key_of_another_body(
                &entry.key,
                "what is rendered here, which has `manifests`",
            ));
        }
    }
}

impl PlacedBundle<'_> {
    /// What fleet.toml says of its Kustomization.
    pub(super) fn more(&self) -> More {
        More::of("kustomization", self.keys.kustomization.as_ref().map(|it| &it.0), self.unset)
    }
}

impl PlacedTenant<'_> {
    /// The bundle of its own objects, and the folder of it.
    pub(super) fn bundle(&self) -> Text {
        let shared = self.keys.bundle.as_ref().map(|name| name.as_text().clone());
        shared.unwrap_or_else(|| format!("tenant-{}", self.tenant.name).into())
    }

    /// What fleet.toml says of the Kustomization of its own objects.
    pub(super) fn more(&self) -> More {
        More::of("kustomization", self.keys.kustomization.as_ref().map(|it| &it.0), self.unset)
    }
}

impl PlacedApp<'_> {
    /// What fleet.toml says of its Kustomization.
    pub(super) fn more(&self) -> More {
        More::of("kustomization", self.keys.kustomization.as_ref().map(|it| &it.0), self.unset)
    }

    /// The name of its tenant, or of the copy of one.
    pub(super) fn tenant_name(&self) -> Option<&Text> {
        self.tenant.map(|tenant| &tenant.name)
    }

    /// The name of the tenant's table.
    pub(super) fn team(&self) -> Option<&Text> {
        self.tenant.map(|tenant| &tenant.team)
    }

    /// The name of its HelmRelease or pulled Kustomization, before what its target adds to it.
    pub(super) fn object_name(&self) -> Text {
        self.keys.object_name.as_ref().map_or_else(|| self.app.name.clone(), |name| name.as_text().clone())
    }

    /// Whether Flux pulls it.
    pub(super) fn is_pulled(&self) -> bool {
        matches!(self.body, Body::Pulled(_))
    }

    /// Whether it has a bundle of its own: Flux does not pull it, or something is rendered here beside it.
    pub(super) fn renders_here(&self) -> bool {
        let keys = &self.keys;
        !self.is_pulled() || keys.manifests.is_some() || keys.secrets.is_some() || keys.config.is_some()
    }

    /// The account that it says itself.
    pub(super) fn own_account(&self) -> Option<Account> {
        self.keys.service_account.as_ref().map(|account| match &account.value {
            OrFalse::Some(name) => Account::Named(name.as_text().clone()),
            OrFalse::False => Account::Nobody,
        })
    }

    /// Its bundle, and the folder of it. That of an app which Flux pulls only holds what is rendered here beside it,
    /// unless others share it.
    pub(super) fn bundle(&self) -> Text {
        if let Some(shared) = &self.keys.bundle {
            return shared.as_text().clone();
        }
        let name = match self.tenant {
            Some(tenant) => format!("{}-{}", tenant.name, self.app.name).into(),
            None => self.app.name.clone(),
        };
        if self.is_pulled() { format!("{name}-manifests").into() } else { name }
    }
}

/// The namespace that a component runs in on a target, for what only names it.
pub(super) fn namespace_of_component(fleet: &Fleet, app: &App, placement: &Placement) -> Text {
    let context = Context::target(fleet, placement.target).with_app(fleet, app);
    let mut scope = Scope::new(fleet, context);
    let default = format!("{}{}", prefix(&context), app.name);
    namespace(&placement.settings.keys, &mut scope, (default, app.place), &mut Diagnostics::default())
}

//! An app on one target, with everything substituted; what it is there is made once for all targets that agree.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use fleetc_manifests::{Text, Value};

use super::{PlacedTenant, changes, decoded, namespace, prefix, substituted};
use crate::diagnostic::Diagnostics;
use crate::fingerprint::{Fingerprint, Fingerprinter};
use crate::fleet::{App, Fleet, Placement, Tenant};
use crate::language::{self, OrFalse};
use crate::load::Library;
use crate::messages;
use crate::render::change::Changes;
use crate::render::config::{self, ConfigMap};
use crate::render::host::rights::Reach;
use crate::render::kustomization::Account;
use crate::render::memo::Memo;
use crate::render::origin::{self, Origin};
use crate::render::spec::More;
use crate::resolve::matching::Context;
use crate::resolve::scope::Scope;
use crate::resolve::substitution::Substitute;
use crate::syntax::KeyPath;

/// Keys that say nothing of an app's objects, but of the Kustomization that applies them, and of what others bring.
const OF_ITS_KUSTOMIZATION: [&str; 3] = ["after", "expects", "kustomization"];

/// A component or an app on a target.
pub(in crate::render) struct PlacedApp<'f> {
    pub(in crate::render) app: &'f App,
    /// What it takes away of what fleetc writes.
    pub(in crate::render) unset: &'f [KeyPath],
    /// Whose it is.
    tenant: Option<&'f Tenant>,
    /// What its names stand for.
    pub(in crate::render) scope: Scope<'f>,
    /// What it is there, shared with the targets on which it is the same.
    pub(in crate::render) effective: Arc<Effective<'f>>,
}

/// What an app is on a target, with everything substituted.
pub(in crate::render) struct Effective<'f> {
    /// Its keys, as they were written.
    written: Value,
    /// Its keys.
    pub(in crate::render) keys: language::App,
    /// What changes its objects, rung by rung.
    pub(in crate::render) changes: Vec<Changes>,
    /// What it is.
    pub(in crate::render) body: Body,
    /// Where it runs.
    pub(in crate::render) namespace: Text,
    /// Where its source, pulled Kustomization and HelmRelease lie.
    pub(in crate::render) flux_namespace: Text,
    /// Its source, as it was written, and whose table holds the address.
    pub(in crate::render) source: Option<(Value, Text)>,
    /// Its ConfigMaps, by the name that fleet.toml gives them.
    pub(in crate::render) configs: Vec<ConfigMap>,
    /// What its tenant may bring.
    pub(in crate::render) reach: Option<Arc<Reach>>,
    /// Whether other targets may have the same.
    pub(in crate::render) is_kept: bool,
    /// What its manifests and Secrets hold, and what was made of each.
    origins: OnceLock<Vec<Origin<'f>>>,
    /// By what all that decides its objects, but for names in its manifests, is known again.
    fingerprint: OnceLock<Fingerprint>,
}

/// What decides what an app is on a target, but for what its names stand for.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::render) struct Given {
    /// Where what the ladder gives lies in memory.
    ladder: usize,
    namespace: Text,
    /// Where its Flux objects lie, if it does not say.
    flux_namespace: Text,
    /// What its tenant may bring.
    reach: Option<Arc<Reach>>,
}

/// What one app is, as far as it is the same on several targets.
pub(in crate::render) type KnownApp<'f> = Memo<Given, Arc<Effective<'f>>>;

/// What an app is.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::render) enum Body {
    /// Its objects are rendered here.
    Here,
    /// Flux pulls them, from this path.
    Pulled(Text),
    /// A Helm release; the name of the chart, if it is not in the address.
    Chart(Option<Text>),
}

/// The app on the target of the placement.
pub(in crate::render) fn app<'f>(
    (fleet, library): (&'f Fleet, &'f Library),
    app: &'f App,
    placement: &'f Placement,
    (home, flux_namespace): (Option<&PlacedTenant<'_>>, &Text),
    known: &KnownApp<'f>,
    diagnostics: &mut Diagnostics,
) -> Option<PlacedApp<'f>> {
    let context = Context::target(fleet, placement.target).with_app(fleet, app);
    let mut scope = Scope::new(fleet, context);
    let default =
        home.map_or_else(|| format!("{}{}", prefix(&context), app.name), |home| home.namespace.to_string());
    let mut said = Diagnostics::default();
    let namespace = namespace(&placement.settings.keys, &mut scope, (default, app.place), &mut said);
    let ladder = Arc::as_ptr(&placement.settings).addr();
    let flux_namespace = home.map_or(flux_namespace, |home| &home.namespace).clone();
    let given = Given { ladder, namespace, flux_namespace, reach: home.map(|home| Arc::clone(home.reach())) };
    let effective = known.find(&given, &mut scope).or_else(|| {
        let effective = effective(&given, app, placement, &mut scope, library, &mut said)?;
        // Targets on which the ladder gives the same share what it gives.
        let is_alone = Arc::strong_count(&placement.settings) == 1;
        let is_kept = !is_alone && said.is_empty() && known.keeps();
        Some(kept(Effective { is_kept, ..effective }, given, known, &mut scope))
    });
    diagnostics.append(said);
    let effective = effective?;
    let configs = effective.configs.iter();
    scope.configs = configs.map(|config| (config.short.clone(), config.name.clone())).collect();
    let (tenant, unset) = (app.tenant.map(|tenant| &fleet.tenants[tenant]), &placement.settings.unset[..]);
    Some(PlacedApp { app, unset, tenant, scope, effective })
}

/// What the app is, kept for other targets if they may have the same.
fn kept<'f>(
    effective: Effective<'f>,
    given: Given,
    known: &KnownApp<'f>,
    scope: &mut Scope<'_>,
) -> Arc<Effective<'f>> {
    let effective = Arc::new(effective);
    if effective.is_kept {
        known.keep(given, Arc::new(scope.take_asked()), Arc::clone(&effective));
    }
    effective
}

/// What the app is where names stand for what they do in the scope.
fn effective<'f>(
    given: &Given,
    app: &App,
    placement: &Placement,
    scope: &mut Scope<'_>,
    library: &'f Library,
    diagnostics: &mut Diagnostics,
) -> Option<Effective<'f>> {
    let mut written = placement.settings.keys.clone();
    let configs = config::make(&written, scope, library, diagnostics);
    let source = written.remove("source").map(|source| {
        let owner = placement.settings.source_of.clone().unwrap_or_else(|| app.name.clone());
        (scope.value(&source), owner)
    });
    let written = substituted(&written, scope, diagnostics);
    let keys: language::App = decoded(&written, diagnostics);
    let changes = changes(placement, scope, library, diagnostics);
    let body = body(app, &keys, source.as_ref().map(|(source, _)| source), diagnostics)?;
    let own = keys.flux_namespace.as_ref().map(|name| name.as_text().clone());
    let flux_namespace = own.unwrap_or_else(|| given.flux_namespace.clone());
    let (namespace, reach, is_kept) = (given.namespace.clone(), given.reach.clone(), false);
    Some(Effective {
        written,
        keys,
        changes,
        body,
        namespace,
        flux_namespace,
        source,
        configs,
        reach,
        is_kept,
        origins: OnceLock::new(),
        fingerprint: OnceLock::new(),
    })
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
    for entry in app.rung.tables().flatten() {
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

impl<'f> Effective<'f> {
    /// What its manifests and Secrets hold, and what was made of each.
    pub(in crate::render) fn origins(&self, library: &'f Library) -> &[Origin<'f>] {
        self.origins.get_or_init(|| origin::of(&self.keys, library))
    }

    /// Adds by what it is known again.
    fn identify(&self, library: &Library, all: &mut Fingerprinter) {
        all.text(&self.namespace);
        all.text(&self.flux_namespace);
        let mut written = self.written.as_map().cloned().unwrap_or_default();
        written.retain(|entry| !OF_ITS_KUSTOMIZATION.contains(&entry.key.text.as_str()));
        all.map(&written);
        all.number(self.changes.len());
        self.changes.iter().for_each(|changes| changes.identify(library, all));
        all.number(self.configs.len());
        self.configs.iter().for_each(|config| config.identify(all));
        all.flag(self.reach.is_some());
        self.reach.iter().for_each(|reach| reach.identify(all));
        origin::identify(&self.keys, library, all);
    }
}

impl<'f> Deref for PlacedApp<'f> {
    type Target = Effective<'f>;

    fn deref(&self) -> &Effective<'f> {
        &self.effective
    }
}

impl PlacedApp<'_> {
    /// By what all that decides its objects, but for names in its manifests, is known again.
    pub(in crate::render) fn fingerprint(&self, library: &Library) -> Fingerprint {
        *self.effective.fingerprint.get_or_init(|| {
            let mut all = Fingerprinter::default();
            all.text(&self.app.name);
            all.flag(self.app.is_component);
            all.maybe(self.team().map(Text::as_str));
            self.effective.identify(library, &mut all);
            all.finish()
        })
    }

    /// What fleet.toml says of its Kustomization.
    pub(in crate::render) fn more(&self) -> More {
        More::of("kustomization", self.keys.kustomization.as_ref().map(|it| &it.0), self.unset)
    }

    /// The name of its tenant, or of the copy of one.
    pub(in crate::render) fn tenant_name(&self) -> Option<&Text> {
        self.tenant.map(|tenant| &tenant.name)
    }

    /// The name of the tenant's table.
    pub(in crate::render) fn team(&self) -> Option<&Text> {
        self.tenant.map(|tenant| &tenant.team)
    }

    /// The name of its HelmRelease or pulled Kustomization, before what its target adds to it.
    pub(in crate::render) fn object_name(&self) -> Text {
        self.keys.object_name.as_ref().map_or_else(|| self.app.name.clone(), |name| name.as_text().clone())
    }

    /// Whether Flux pulls it.
    pub(in crate::render) fn is_pulled(&self) -> bool {
        matches!(self.body, Body::Pulled(_))
    }

    /// Whether it has a bundle of its own: Flux does not pull it, or something is rendered here beside it.
    pub(in crate::render) fn renders_here(&self) -> bool {
        let keys = &self.keys;
        !self.is_pulled() || keys.manifests.is_some() || keys.secrets.is_some() || keys.config.is_some()
    }

    /// The account that it says itself.
    pub(in crate::render) fn own_account(&self) -> Option<Account> {
        self.keys.service_account.as_ref().map(|account| match &account.value {
            OrFalse::Some(name) => Account::Named(name.as_text().clone()),
            OrFalse::False => Account::Nobody,
        })
    }

    /// Its bundle, and the folder of it. That of an app which Flux pulls only holds what is rendered here beside it,
    /// unless others share it.
    pub(in crate::render) fn bundle(&self) -> Text {
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

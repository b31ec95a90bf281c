//! Tenants and apps on one target, with everything substituted.

mod app;

use std::sync::{Arc, OnceLock};

use fleetc_manifests::{Map, Place, Text, Value};

use super::change::Changes;
use super::host::rights::Reach;
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

pub(super) use app::{Body, Effective, KnownApp, PlacedApp, app};

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
    /// What it may bring.
    reach: OnceLock<Arc<Reach>>,
}

/// A bundle that several things share, on a target.
pub(super) struct PlacedBundle<'f> {
    pub(super) bundle: &'f Bundle,
    /// Its keys there.
    pub(super) keys: language::Bundle,
    /// What it takes away of what fleetc writes.
    unset: &'f [KeyPath],
}

/// The tenant on the target of the placement.
pub(super) fn tenant<'f>(
    (fleet, library): (&'f Fleet, &Library),
    tenant: &'f Tenant,
    placement: &'f Placement,
    diagnostics: &mut Diagnostics,
) -> PlacedTenant<'f> {
    let (mut scope, namespace) = home(fleet, tenant, placement, diagnostics);
    let keys: language::Tenant = resolved(&placement.settings.keys, &mut scope, diagnostics);
    let changes = changes(placement, &mut scope, library, diagnostics);
    let account = match keys.service_account.as_ref().map(|it| &it.value) {
        None => Some(tenant.team.clone()),
        Some(OrFalse::Some(name)) => Some(name.as_text().clone()),
        Some(OrFalse::False) => None,
    };
    let unset = &placement.settings.unset;
    let (place, reach) = (tenant.place, OnceLock::new());
    PlacedTenant { tenant, keys, unset, changes, namespace, account, place, reach }
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
    decoded(&substituted(keys, scope, diagnostics), diagnostics)
}

/// The keys with their substitutions, as they were written.
fn substituted(keys: &Map, scope: &mut Scope<'_>, diagnostics: &mut Diagnostics) -> Value {
    let value = scope.value(&Value::from(keys.clone()));
    diagnostics.append(std::mem::take(&mut scope.diagnostics));
    value
}

/// The keys, once they are substituted.
fn decoded<T: Shaped + Default>(written: &Value, diagnostics: &mut Diagnostics) -> T {
    T::decode(written, &mut Decoder::new(diagnostics, Stage::Resolved)).unwrap_or_default()
}

fn changes(
    placement: &Placement,
    scope: &mut Scope<'_>,
    library: &Library,
    diagnostics: &mut Diagnostics,
) -> Vec<Changes> {
    let changes = placement.settings.changes.iter().map(|change| {
        let written = substituted(&change.keys, scope, diagnostics);
        let keys = decoded(&written, diagnostics);
        let (place, locks) = ((change.place, change.is_own), change.locks.clone());
        Changes::new(place, locks, (written, keys), library, diagnostics)
    });
    changes.collect()
}

impl PlacedBundle<'_> {
    /// What fleet.toml says of its Kustomization.
    pub(super) fn more(&self) -> More {
        More::of("kustomization", self.keys.kustomization.as_ref().map(|it| &it.0), self.unset)
    }
}

impl PlacedTenant<'_> {
    /// What it may bring, which all its apps share.
    pub(super) fn reach(&self) -> &Arc<Reach> {
        self.reach.get_or_init(|| Arc::new(Reach::of(self)))
    }

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

/// The home of a tenant on a target, for what only names it.
pub(super) fn namespace_of_tenant(fleet: &Fleet, tenant: &Tenant, placement: &Placement) -> Text {
    home(fleet, tenant, placement, &mut Diagnostics::default()).1
}

/// What names stand for where a tenant is, and its home there.
fn home<'f>(
    fleet: &'f Fleet,
    tenant: &'f Tenant,
    placement: &Placement,
    diagnostics: &mut Diagnostics,
) -> (Scope<'f>, Text) {
    let context = Context::target(fleet, placement.target).with_tenant(tenant);
    let mut scope = Scope::new(fleet, context);
    let default = format!("{}{}", prefix(&context), tenant.name);
    let namespace = namespace(&placement.settings.keys, &mut scope, (default, tenant.place), diagnostics);
    (scope, namespace)
}

/// The namespace that a component runs in on a target, for what only names it.
pub(super) fn namespace_of_component(fleet: &Fleet, app: &App, placement: &Placement) -> Text {
    let context = Context::target(fleet, placement.target).with_app(fleet, app);
    let mut scope = Scope::new(fleet, context);
    let default = format!("{}{}", prefix(&context), app.name);
    namespace(&placement.settings.keys, &mut scope, (default, app.place), &mut Diagnostics::default())
}

//! What tenants and apps say that others make for them.

use fleetc_manifests::Value;

use super::placed;
use crate::fleet::{App, Fleet, Placement, Tenant};
use crate::resolve::matching::Context;
use crate::resolve::scope::Scope;
use crate::resolve::substitution::Substitute;

/// An object that somebody else makes.
pub(crate) struct Expected {
    /// The cluster.
    pub(crate) cluster: String,
    /// The namespace of the tenant or app.
    pub(crate) namespace: String,
    /// The kind.
    pub(crate) kind: String,
    /// The name.
    pub(crate) name: String,
    /// The table that says so.
    pub(crate) table: String,
}

/// All that `expects` names, on every target.
pub(crate) fn expected(fleet: &Fleet) -> Vec<Expected> {
    let expects = |it: &&Placement| it.settings.keys.get("expects").is_some();
    let of_tenants = fleet.tenants.iter().flat_map(|tenant| {
        tenant.placements.iter().filter(expects).flat_map(|it| of_tenant(fleet, tenant, it))
    });
    let of_apps = fleet
        .apps
        .iter()
        .flat_map(|app| app.placements.iter().filter(expects).flat_map(|it| of_app(fleet, app, it)));
    of_tenants.chain(of_apps).collect()
}

fn of_tenant(fleet: &Fleet, tenant: &Tenant, placement: &Placement) -> Vec<Expected> {
    let context = Context::target(fleet, placement.target).with_tenant(tenant);
    let namespace = placed::namespace_of_tenant(fleet, tenant, placement);
    written(fleet, placement, context, &namespace, &format!("[tenants.{}]", tenant.team))
}

fn of_app(fleet: &Fleet, app: &App, placement: &Placement) -> Vec<Expected> {
    let context = Context::target(fleet, placement.target).with_app(fleet, app);
    let home = app.tenant.and_then(|tenant| {
        let tenant = &fleet.tenants[tenant];
        let here = tenant.placements.iter().find(|it| it.target == placement.target)?;
        Some(placed::namespace_of_tenant(fleet, tenant, here))
    });
    let own = placement.settings.keys.get("namespace").is_some();
    let namespace = match home {
        Some(home) if !own => home,
        _ => placed::namespace_of_component(fleet, app, placement),
    };
    let kind = if app.is_component { "components" } else { "apps" };
    written(fleet, placement, context, &namespace, &format!("[{kind}.{}]", app.name))
}

fn written<'f>(
    fleet: &'f Fleet,
    placement: &Placement,
    context: Context<'f>,
    namespace: &str,
    table: &str,
) -> Vec<Expected> {
    let Some(expects) = placement.settings.keys.get("expects") else { return Vec::new() };
    let expects = Scope::new(fleet, context).value(expects);
    let cluster = fleet.clusters[fleet.targets[placement.target].cluster].name.to_string();
    let texts = expects.as_list().into_iter().flatten().filter_map(Value::as_text);
    let named = texts.filter_map(|text| text.split_once('/')).map(|(kind, name)| Expected {
        cluster: cluster.clone(),
        namespace: namespace.to_owned(),
        kind: kind.to_owned(),
        name: name.to_owned(),
        table: table.to_owned(),
    });
    named.collect()
}

//! Order: what must be ready first, and who is waited for.

use std::collections::BTreeSet;

use fleetc_manifests::Text;

use super::Host;
use crate::language::{Name, Spanned};
use crate::messages;
use crate::render::target::On;

/// What must be ready before each thing, as indexes of targets and of the apps on them.
#[derive(Debug, Default)]
pub(in crate::render) struct Order {
    /// For each target, for each app on it.
    pub(in crate::render) of_apps: Vec<Vec<Vec<(usize, usize)>>>,
    /// For each target, for each tenant on it.
    pub(in crate::render) of_tenants: Vec<Vec<Vec<(usize, usize)>>>,
    /// The apps that somebody waits for.
    waited_for: BTreeSet<(usize, usize)>,
}

impl Order {
    /// Whether somebody waits for the app.
    pub(in crate::render) fn is_waited_for(&self, on: usize, app: usize) -> bool {
        self.waited_for.contains(&(on, app))
    }
}

/// Looks up every `after`; says which names are unknown or not on the target, and which things wait for themselves.
pub(super) fn order(host: &mut Host<'_>) -> Order {
    let mut order = Order::default();
    let mut found = Vec::new();
    for index in 0..host.ons.len() {
        let on = &host.ons[index];
        let of_apps = on.apps.iter().map(|app| look_up(host, index, app.keys.after.as_deref(), &mut found));
        order.of_apps.push(of_apps.collect());
        let of_tenants =
            on.tenants.iter().map(|tenant| look_up(host, index, tenant.keys.after.as_deref(), &mut found));
        order.of_tenants.push(of_tenants.collect());
    }
    let all = order.of_apps.iter().chain(&order.of_tenants).flatten().flatten();
    order.waited_for = all.copied().collect();
    for (index, on) in host.ons.iter().enumerate() {
        for app in 0..on.apps.len() {
            found.extend(cycle(host, &order, (index, app)));
        }
    }
    for diagnostic in found {
        host.part.diagnostics.push(diagnostic);
    }
    order
}

fn look_up(
    host: &Host<'_>,
    index: usize,
    after: Option<&[Spanned<Name>]>,
    found: &mut Vec<crate::diagnostic::Diagnostic>,
) -> Vec<(usize, usize)> {
    let on = &host.ons[index];
    let mut dependencies = Vec::new();
    for name in after.unwrap_or_default() {
        let here = position(on, name.as_text()).map(|app| (index, app));
        let in_common = || {
            let common = host.common_of(on.target.cluster)?;
            Some((common, position(&host.ons[common], name.as_text())?))
        };
        match here.or_else(in_common) {
            Some(dependency) => dependencies.push(dependency),
            None => found.push(missing(host, on, name)),
        }
    }
    dependencies
}

fn position(on: &On<'_>, name: &Text) -> Option<usize> {
    on.apps.iter().position(|app| app.app.name == *name)
}

fn missing(host: &Host<'_>, on: &On<'_>, name: &Spanned<Name>) -> crate::diagnostic::Diagnostic {
    let known = host.fleet.apps.iter().map(|app| app.name.as_str());
    if known.clone().any(|known| known == name.as_text()) {
        messages::after_is_elsewhere(name.place, name, &on.name)
    } else {
        messages::unknown_name("component or app", name, name.place, known)
    }
}

/// The way back to the app itself, if what it waits for waits for it.
fn cycle(host: &Host<'_>, order: &Order, start: (usize, usize)) -> Option<crate::diagnostic::Diagnostic> {
    let mut path = vec![start];
    let mut seen = BTreeSet::new();
    if !leads_back(host, order, start, start, &mut path, &mut seen) {
        return None;
    }
    // Told once, for the first app of the circle.
    if path.iter().min() != Some(&start) {
        return None;
    }
    let app = |(on, app): &(usize, usize)| &host.ons[*on].apps[*app];
    let names: Vec<&str> = path.iter().map(|it| app(it).app.name.as_str()).collect();
    let written = app(&start).keys.after.iter().flatten().next();
    Some(messages::after_cycle(written.map_or(app(&start).app.place, |name| name.place), &names))
}

fn leads_back(
    host: &Host<'_>,
    order: &Order,
    start: (usize, usize),
    at: (usize, usize),
    path: &mut Vec<(usize, usize)>,
    seen: &mut BTreeSet<(usize, usize)>,
) -> bool {
    let (on, app) = at;
    let of_tenant = host.ons[on].apps[app].tenant_name().and_then(|name| {
        let tenant = host.ons[on].tenants.iter().position(|tenant| tenant.tenant.name == *name)?;
        Some(&order.of_tenants[on][tenant])
    });
    let next = order.of_apps[on][app].iter().chain(of_tenant.into_iter().flatten());
    for &next in next {
        if next == start {
            return true;
        }
        if seen.insert(next) {
            path.push(next);
            if leads_back(host, order, start, next, path, seen) {
                return true;
            }
            path.pop();
        }
    }
    false
}

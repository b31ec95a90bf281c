//! Order: what must be ready first, and who is waited for.

use std::collections::{BTreeMap, BTreeSet};

use super::Host;
use crate::diagnostic::Diagnostic;
use crate::fleet::Fleet;
use crate::language::{Name, Spanned};
use crate::messages;
use crate::render::target::{On, Thing};

/// A thing on a target of the host.
pub(in crate::render) type At = (usize, Thing);

/// What must be ready before each thing.
#[derive(Debug, Default)]
pub(in crate::render) struct Order {
    after: BTreeMap<At, Vec<At>>,
    /// The things that somebody waits for.
    waited_for: BTreeSet<At>,
}

impl Order {
    /// What must be ready before the thing, as `after` says it.
    pub(in crate::render) fn of(&self, at: At) -> &[At] {
        self.after.get(&at).map_or(&[], |after| after)
    }

    /// Whether somebody waits for the thing.
    pub(in crate::render) fn is_waited_for(&self, at: At) -> bool {
        self.waited_for.contains(&at)
    }
}

/// Looks up every `after`; says which names are unknown or not on the target, and which things wait for themselves.
pub(super) fn order(host: &mut Host<'_>) -> Order {
    let mut order = Order::default();
    let mut found = Vec::new();
    for (index, on) in host.ons.iter().enumerate() {
        for thing in things(on) {
            let after = look_up(host, (index, thing), &mut found);
            order.after.insert((index, thing), after);
        }
    }
    let all = order.after.values().flatten();
    order.waited_for =
        all.flat_map(|&(on, thing)| [(on, thing), (on, host.ons[on].unit_of(thing))]).collect();
    for (index, on) in host.ons.iter().enumerate() {
        for thing in things(on).filter(|thing| on.unit_of(*thing) == *thing) {
            found.extend(cycle(host, &order, (index, thing)));
        }
    }
    for diagnostic in found {
        host.part.diagnostics.push(diagnostic);
    }
    order
}

/// Everything on a target that may wait for something.
fn things(on: &On<'_>) -> impl Iterator<Item = Thing> {
    let apps = (0..on.apps.len()).map(Thing::App);
    let tenants = (0..on.tenants.len()).map(Thing::Tenant);
    apps.chain(tenants).chain((0..on.bundles.len()).map(Thing::Bundle))
}

impl On<'_> {
    /// What `after` of a thing says.
    pub(super) fn written_after(&self, thing: Thing) -> &[Spanned<Name>] {
        let after = match thing {
            Thing::App(app) => &self.apps[app].keys.after,
            Thing::Tenant(tenant) => &self.tenants[tenant].keys.after,
            Thing::Bundle(bundle) => &self.bundles[bundle].keys.after,
        };
        after.as_deref().unwrap_or_default()
    }

    pub(super) fn name_of(&self, thing: Thing) -> &str {
        match thing {
            Thing::App(app) => &self.apps[app].app.name,
            Thing::Tenant(tenant) => &self.tenants[tenant].tenant.name,
            Thing::Bundle(bundle) => &self.bundles[bundle].bundle.name,
        }
    }
}

fn look_up(host: &Host<'_>, (index, thing): At, found: &mut Vec<Diagnostic>) -> Vec<At> {
    let on = &host.ons[index];
    let home = match thing {
        Thing::App(app) => on.apps[app].app.tenant,
        _ => None,
    };
    let mut dependencies = Vec::new();
    for name in on.written_after(thing) {
        let here = named(on, name, home).map(|thing| (index, thing));
        let in_common = || {
            let common = host.common_of(on.target.cluster)?;
            Some((common, named(&host.ons[common], name, home)?))
        };
        match here.or_else(in_common) {
            Some(dependency) => dependencies.push(dependency),
            // What has mistakes of its own is not here, and nothing is said of what follows from that.
            None if is_left_out(host, name) => {}
            None => found.push(missing(host.fleet, on, name)),
        }
    }
    dependencies
}

/// Whether something of that name has mistakes, and was left out.
fn is_left_out(host: &Host<'_>, name: &Spanned<Name>) -> bool {
    let apps = host.fleet.apps.iter().enumerate();
    apps.filter(|(_, app)| app.name == *name.as_text()).any(|(index, _)| !host.healthy.has_app(index))
}

/// The app or bundle with the name; of the apps of a tenant's copies, the one in the same home.
fn named(on: &On<'_>, name: &Spanned<Name>, home: Option<usize>) -> Option<Thing> {
    let name = name.as_text();
    let of_home = on.apps.iter().position(|app| app.app.name == *name && app.app.tenant == home);
    let app = of_home.or_else(|| on.apps.iter().position(|app| app.app.name == *name));
    app.map(Thing::App).or_else(|| on.shared_bundle(name).map(Thing::Bundle))
}

fn missing(fleet: &Fleet, on: &On<'_>, name: &Spanned<Name>) -> Diagnostic {
    let apps = fleet.apps.iter().map(|app| app.name.as_str());
    let known = apps.chain(fleet.bundles.iter().map(|bundle| bundle.name.as_str()));
    if known.clone().any(|known| known == name.as_text()) {
        messages::after_is_elsewhere(name.place, name, &on.name)
    } else {
        messages::unknown_name("component, app or bundle", name, name.place, known)
    }
}

/// The way back to the thing itself, if what it waits for waits for it.
fn cycle(host: &Host<'_>, order: &Order, start: At) -> Option<Diagnostic> {
    let mut path = vec![start];
    let mut seen = BTreeSet::new();
    if !leads_back(host, order, start, start, &mut path, &mut seen) {
        return None;
    }
    // Told once, for the first thing of the circle.
    if path.iter().min() != Some(&start) {
        return None;
    }
    let names: Vec<&str> = path.iter().map(|(on, thing)| host.ons[*on].name_of(*thing)).collect();
    let (on, thing) = (&host.ons[start.0], start.1);
    let members = match thing {
        Thing::Bundle(bundle) => on.members_of(bundle).collect(),
        thing => vec![thing],
    };
    let written = std::iter::once(thing).chain(members).flat_map(|it| on.written_after(it)).next();
    Some(messages::after_cycle(written.map_or(on.place, |name| name.place), &names))
}

fn leads_back(
    host: &Host<'_>,
    order: &Order,
    start: At,
    at: At,
    path: &mut Vec<At>,
    seen: &mut BTreeSet<At>,
) -> bool {
    for next in units_before(host, order, at) {
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

/// What must be ready before a unit: what its members wait for, and the tenants of its apps.
pub(super) fn units_before(host: &Host<'_>, order: &Order, (index, unit): At) -> BTreeSet<At> {
    let on = &host.ons[index];
    let members = match unit {
        Thing::Bundle(bundle) => on.members_of(bundle).chain([unit]).collect(),
        unit => vec![unit],
    };
    let mut before = BTreeSet::new();
    for thing in members {
        let of_tenant = match thing {
            Thing::App(app) => on.apps[app].tenant_name().and_then(|name| {
                let tenant = on.tenants.iter().position(|tenant| tenant.tenant.name == *name)?;
                Some((index, Thing::Tenant(tenant)))
            }),
            _ => None,
        };
        let all = order.of((index, thing)).iter().copied().chain(of_tenant);
        before.extend(all.map(|(on, thing)| (on, host.ons[on].unit_of(thing))));
    }
    // Within a bundle it is the Helm releases that wait for each other.
    if matches!(unit, Thing::Bundle(_)) {
        before.remove(&(index, unit));
    }
    before
}

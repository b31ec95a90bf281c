//! Whether a matcher holds.

use fleetc_manifests::Text;

use crate::fleet::{App, COMMON, Cluster, Environment, Fleet, Tenant};
use crate::language::{Matcher, OneOrMany, Pattern};

/// Somewhere in the fleet, as far as it is known: what a matcher is held against.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Context<'f> {
    /// The environment.
    pub environment: Option<&'f Environment>,
    /// Whether that is `common`.
    pub is_common: bool,
    /// The cluster.
    pub cluster: Option<&'f Cluster>,
    /// Whose thing it is.
    pub tenant: Option<&'f Tenant>,
    /// The app or component.
    pub app: Option<&'f App>,
}

impl<'f> Context<'f> {
    /// A target, and nothing on it yet.
    pub(crate) fn target(fleet: &'f Fleet, target: usize) -> Self {
        let target = fleet.targets[target];
        Self {
            environment: Some(&fleet.environments[target.environment]),
            is_common: target.environment == COMMON,
            cluster: Some(&fleet.clusters[target.cluster]),
            tenant: None,
            app: None,
        }
    }

    /// A tenant there.
    pub(crate) fn with_tenant(self, tenant: &'f Tenant) -> Self {
        Self { tenant: Some(tenant), ..self }
    }

    /// An app there, and the tenant whose it is.
    pub(crate) fn with_app(self, fleet: &'f Fleet, app: &'f App) -> Self {
        let cluster = app.provisions.map(|cluster| &fleet.clusters[cluster]).or(self.cluster);
        Self { app: Some(app), tenant: app.tenant.map(|tenant| &fleet.tenants[tenant]), cluster, ..self }
    }
}

/// Whether the matcher holds there. What is not known there does not match.
pub(crate) fn holds(matcher: &Matcher, context: &Context<'_>) -> bool {
    holds_without_not(matcher, context)
        && matcher.not.as_ref().is_none_or(|not| !holds_without_not(not, context))
}

fn holds_without_not(matcher: &Matcher, context: &Context<'_>) -> bool {
    let environment = context.environment.map(|environment| environment.name.as_str());
    let tenant = context.tenant.map(|tenant| tenant.team.as_str());
    let tier = context.tenant.and_then(|tenant| tenant.tier.as_deref());
    let copy = context.tenant.map(Tenant::copy_name);
    let named = |component: bool| {
        let app = context.app.filter(|app| app.is_component == component);
        app.map(|app| app.name.as_str())
    };
    environment_holds(matcher.environment.as_ref(), environment, context.is_common)
        && cluster_holds(matcher.cluster.as_ref(), context.cluster)
        && labels_hold(matcher, context.cluster)
        && one_holds(matcher.tenant.as_ref(), tenant)
        && one_holds(matcher.tier.as_ref(), tier)
        && one_holds(matcher.copy.as_ref(), copy.as_deref())
        && one_holds(matcher.app.as_ref(), named(false))
        && one_holds(matcher.component.as_ref(), named(true))
}

/// Whether one of the patterns matches; all hold where none is written.
fn one_holds(patterns: Option<&OneOrMany<Pattern>>, name: Option<&str>) -> bool {
    let Some(patterns) = patterns else { return true };
    name.is_some_and(|name| patterns.0.iter().any(|pattern| pattern.matches(name)))
}

/// As [`one_holds`]; the name of a pool means all its members.
fn cluster_holds(patterns: Option<&OneOrMany<Pattern>>, cluster: Option<&Cluster>) -> bool {
    let pool = cluster.and_then(|cluster| cluster.pool.as_ref());
    one_holds(patterns, cluster.map(|cluster| cluster.name.as_str()))
        || pool.is_some_and(|pool| one_holds(patterns, Some(&pool.name)))
}

/// As [`one_holds`]; an open pattern never means `common`, which is an environment only by name.
fn environment_holds(patterns: Option<&OneOrMany<Pattern>>, name: Option<&str>, is_common: bool) -> bool {
    let Some(patterns) = patterns else { return true };
    let matches = |name: &str| {
        (patterns.0.iter()).any(|pattern| pattern.matches(name) && (!is_common || pattern.as_text() == name))
    };
    name.is_some_and(matches)
}

fn labels_hold(matcher: &Matcher, cluster: Option<&Cluster>) -> bool {
    let Some(labels) = &matcher.labels else {
        return true;
    };
    labels.iter().all(|(label, patterns): (&Text, _)| {
        one_holds(Some(patterns), cluster.and_then(|cluster| cluster.labels.get(label)).map(Text::as_str))
    })
}

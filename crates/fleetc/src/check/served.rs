//! Whether a cluster serves the kind of an object.

use fleetc_manifests::kinds::{self, Kind, Versions};
use fleetc_manifests::{Place, Value};

use super::custom::{Definition, OfCluster};
use crate::diagnostic::{Diagnostics, nearest};
use crate::messages;

/// Kinds that are served, but that nobody can create and read: no table has them.
const WITHOUT_TABLE: [&str; 9] = [
    "Binding",
    "ComponentStatus",
    "Eviction",
    "List",
    "Scale",
    "Status",
    "PodStatusResult",
    "RangeAllocation",
    "SerializedReference",
];

/// What is known of an object's kind on its cluster.
pub(super) enum Served<'t> {
    /// It is one of Kubernetes' or Flux' own.
    Known(&'static Kind),
    /// CustomResourceDefinitions of the fleet bring it.
    Custom(&'t [Definition<'t>]),
    /// It is not served, or nobody knows it.
    Not,
}

/// The kind of the object on a cluster with these versions; says where it is not served.
pub(super) fn find<'t>(
    object: &Value,
    versions: Versions,
    customs: OfCluster<'t>,
    diagnostics: &mut Diagnostics,
) -> Served<'t> {
    let text = |key: &str| object.get(key).and_then(Value::as_text).unwrap_or_default();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    let place = object.get("apiVersion").map_or(object.place, |it| it.place.or(object.place));
    let known = kinds::find(api_version, kind);
    if let Some(known) = known.filter(|known| known.versions.meet(versions)) {
        look_ahead(known, versions, place, diagnostics);
        return Served::Known(known);
    }
    let group = kinds::group(api_version);
    if let Some(definitions) = customs.find(group, kind) {
        let version = api_version.rsplit('/').next().unwrap_or_default();
        if definitions.iter().any(|definition| definition.serves(version)) {
            return Served::Custom(definitions);
        }
        let mut served: Vec<&str> = definitions.iter().flat_map(Definition::served).collect();
        served.dedup();
        if served.is_empty() {
            // The definition itself is wrong.
            return Served::Not;
        }
        diagnostics.push(messages::version_of_custom_kind(place, kind, version, &served));
        return Served::Not;
    }
    refuse(api_version, kind, versions, place, diagnostics);
    Served::Not
}

/// Says what a kind that is served will come to.
fn look_ahead(kind: &Kind, versions: Versions, place: Place, diagnostics: &mut Diagnostics) {
    if versions.is_one_kubernetes() && kind.off.meet(versions) {
        diagnostics.push(messages::kind_is_off(place, kind.api_version, kind.name));
    }
    let Some(lifecycle) = kinds::lifecycle(kind.api_version, kind.name) else { return };
    if versions.is_one_kubernetes() && lifecycle.deprecated.is_some_and(|since| is_reached(since, versions)) {
        diagnostics.push(messages::kind_deprecated(place, lifecycle));
    }
}

/// Says why nobody serves a kind, where that is certain.
fn refuse(api_version: &str, kind: &str, versions: Versions, place: Place, diagnostics: &mut Diagnostics) {
    let lifecycle = kinds::lifecycle(api_version, kind);
    if let Some(gone) = lifecycle.filter(|it| it.removed.is_some_and(|since| is_reached(since, versions))) {
        diagnostics.push(messages::kind_removed(place, gone));
        return;
    }
    let group = kinds::group(api_version);
    let others = kinds::all().iter().filter(|it| kinds::group(it.api_version) == group);
    let same = others.clone().rfind(|it| it.name == kind && it.versions.meet(versions));
    let is_elsewhere = kinds::find(api_version, kind).is_some();
    let is_served = others.clone().any(|it| it.api_version == api_version);
    // Other groups may be served by anything: a CustomResourceDefinition, or an API server of its own.
    let is_own = is_served || (others.clone().count() > 0 && !group.contains('.'));
    if same.is_some() || is_elsewhere || (is_own && !WITHOUT_TABLE.contains(&kind)) {
        let who = if is_elsewhere { who(group, versions) } else { who(group, Versions::of(None, None)) };
        let instead = same.map(|it| it.api_version);
        let near = nearest(kind, others.filter(|it| it.api_version == api_version).map(|it| it.name));
        diagnostics.push(messages::kind_not_served(place, api_version, kind, &who, instead, near));
    }
}

/// `Kubernetes 1.30 serves`.
fn who(group: &str, versions: Versions) -> String {
    if group.ends_with("toolkit.fluxcd.io") {
        let minors: Vec<&str> = versions.flux().collect();
        return if let [minor] = minors[..] { format!("Flux {minor} has") } else { "Flux has".into() };
    }
    match versions.kubernetes().collect::<Vec<_>>()[..] {
        [minor] => format!("Kubernetes {minor} serves"),
        _ => "Kubernetes serves".into(),
    }
}

/// Whether all the versions are this minor (`1.22`, `flux2.7`) or a later one.
fn is_reached(since: &str, versions: Versions) -> bool {
    let number = |minor: &str| minor.split_once('.').and_then(|(_, minor)| minor.parse::<u32>().ok());
    let oldest = match since.strip_prefix("flux") {
        Some(_) => versions.flux().next(),
        None => versions.kubernetes().next(),
    };
    oldest.and_then(number) >= number(since)
}

//! What each cluster runs.

use std::collections::{BTreeMap, BTreeSet};

use fleetc_manifests::kinds::KUBERNETES;
use fleetc_manifests::{Place, Text};

use crate::diagnostic::Diagnostics;
use crate::fleet::Fleet;
use crate::language::{self, Decoder, Shaped, Stage};
use crate::messages;
use crate::resolve::Tally;
use crate::resolve::ladder::{climb, cluster_steps};
use crate::resolve::matching::Context;
use crate::tree::Tree;

/// The versions of Kubernetes that each minor of Flux supports: its three newest when it came out.
///
/// Source: <https://fluxcd.io/flux/installation/#prerequisites>.
const SUPPORTED: [(&str, [&str; 3]); 3] =
    [("2.7", ["1.32", "1.33", "1.34"]), ("2.8", ["1.33", "1.34", "1.35"]), ("2.9", ["1.34", "1.35", "1.36"])];

/// The minor version of Kubernetes of each cluster that says one which the tables know.
pub(super) fn versions(fleet: &Fleet, diagnostics: &mut Diagnostics) -> BTreeMap<Text, Option<Text>> {
    let mut versions = BTreeMap::new();
    for cluster in &fleet.clusters {
        let context = Context { cluster: Some(cluster), ..Context::default() };
        // What is wrong with the ladder was said when the cluster was rendered.
        let (tally, said) = (&mut Tally::default(), &mut Diagnostics::default());
        let settings = climb(&cluster_steps(fleet, cluster), &context, tally, said);
        let written = settings.keys.get("kubernetes").cloned();
        let decoded = written.and_then(|value| {
            language::Spanned::<Text>::decode(&value, &mut Decoder::new(said, Stage::Written))
        });
        let version = decoded.and_then(|it| {
            let minor = minor(&it.value);
            if minor.is_none() {
                diagnostics.push(messages::unknown_kubernetes(it.place, &it.value, &KUBERNETES));
            }
            minor.map(Text::from)
        });
        versions.insert(cluster.name.clone(), version);
    }
    versions
}

/// `1.34` of `1.34`, `v1.34` and `1.34.2`, if the tables know it.
fn minor(written: &str) -> Option<&'static str> {
    let text = written.strip_prefix('v').unwrap_or(written);
    let mut parts = text.split('.');
    let minor = format!("{}.{}", parts.next()?, parts.next()?);
    KUBERNETES.into_iter().find(|known| *known == minor)
}

/// Says where Flux does not support the Kubernetes that it runs on.
pub(super) fn check_pairs(
    fleet: &Fleet,
    tree: &Tree,
    clusters: &BTreeMap<Text, Option<Text>>,
    diagnostics: &mut Diagnostics,
) {
    let pairs: BTreeSet<(&str, &str)> =
        tree.folders().map(|folder| (folder.lands_on.as_str(), folder.flux.as_str())).collect();
    for (name, flux) in pairs {
        let supported = SUPPORTED.iter().find(|(minor, _)| *minor == flux).map(|(_, supported)| supported);
        let kubernetes = clusters.get(name).and_then(Option::as_deref);
        let (Some(supported), Some(kubernetes)) = (supported, kubernetes) else { continue };
        if !supported.contains(&kubernetes) {
            let cluster = fleet.clusters.iter().find(|cluster| cluster.name == name);
            let place = cluster.map_or(Place::NONE, |cluster| {
                cluster.rung.keys.get("kubernetes").map_or(cluster.place, |it| it.place)
            });
            diagnostics.push(messages::flux_without_kubernetes(place, flux, kubernetes, supported));
        }
    }
}

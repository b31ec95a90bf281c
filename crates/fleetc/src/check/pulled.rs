//! What Flux pulls: addresses and versions.

use fleetc_manifests::Value;

use super::syntax::is_late;
use super::versions::is_range;
use super::walk::{Rule, Walk};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fleet::Fleet;
use crate::language::Address;
use crate::messages;

/// Rules about what Flux pulls.
pub(super) const RULES: &[(&str, Rule)] = &[
    ("source.v1.GitRepository.spec", url),
    ("source.v1.OCIRepository.spec", url),
    ("source.v1.HelmRepository.spec", url),
    ("source.v1.Bucket.spec", endpoint),
    ("source.v1.GitRepository.spec.ref", semver),
    ("source.v1.OCIRepository.spec.ref", semver),
    ("source.v1.HelmChart.spec", version),
    ("helm.v2.HelmRelease.spec.chart.spec", version),
];

/// Says what is wrong with where the clusters pull the tree from: that object lies beside the tree.
pub(super) fn check_sources(fleet: &Fleet, diagnostics: &mut Diagnostics) {
    let (environments, clusters) = (fleet.environments.iter(), fleet.clusters.iter());
    let rungs = [&fleet.rung, &fleet.defaults.environment, &fleet.defaults.cluster]
        .into_iter()
        .chain(environments.map(|it| &it.rung))
        .chain(clusters.map(|it| &it.rung));
    for source in rungs.filter_map(|rung| rung.keys.get("source")) {
        let addresses = ["git", "oci", "helm"].into_iter().filter_map(|key| source.get(key));
        let insecure = source.find(&["spec", "insecure"]);
        let of_addresses = addresses.flat_map(|written| problems_of_address(written, insecure));
        let of_range = source.get("semver").and_then(problem_of_range);
        of_addresses.chain(of_range).for_each(|problem| diagnostics.push(problem));
    }
}

fn url<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    address(spec, "url", walk);
}

fn endpoint<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    address(spec, "endpoint", walk);
}

fn address<'v>(spec: &'v Value, key: &str, walk: &mut Walk<'v, '_>) {
    let Some(written) = spec.get(key) else { return };
    for problem in problems_of_address(written, spec.get("insecure")) {
        let place = walk.place(problem.place());
        walk.say(problem.at(place));
    }
}

fn semver<'v>(reference: &'v Value, walk: &mut Walk<'v, '_>) {
    range(reference, "semver", walk);
}

fn version<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let kind = spec.find(&["sourceRef", "kind"]).and_then(Value::as_text);
    if kind == Some("HelmRepository") {
        range(spec, "version", walk);
    }
}

fn range<'v>(value: &'v Value, key: &str, walk: &mut Walk<'v, '_>) {
    if let Some(problem) = value.get(key).and_then(problem_of_range) {
        let place = walk.place(problem.place());
        walk.say(problem.at(place));
    }
}

fn problems_of_address(written: &Value, insecure: Option<&Value>) -> Vec<Diagnostic> {
    let Some(address) = written.as_text().map(Address::of) else { return Vec::new() };
    let mut problems = Vec::new();
    if address.has_credentials() {
        problems.push(messages::credentials_in_address(written.place, &address.shown()));
    }
    let insecure = insecure.filter(|it| it.as_bool() == Some(true));
    if address.is_in_the_clear() {
        problems.push(messages::plain_address(written.place, &address.shown()));
    } else if let Some(insecure) = insecure.filter(|_| !address.is_inside_a_cluster()) {
        problems.push(messages::pulled_in_the_clear(insecure.place, &address.shown()));
    }
    problems
}

fn problem_of_range(written: &Value) -> Option<Diagnostic> {
    let text = written.as_text().filter(|text| !text.is_empty() && !is_late(text) && !is_range(text))?;
    Some(messages::no_range_of_versions(written.place, text))
}

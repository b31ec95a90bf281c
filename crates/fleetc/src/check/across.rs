//! Objects of a cluster against each other: what one needs, another brings.
//!
//! All of it is a warning: charts, operators and people bring objects too. Where a namespace has something that is not
//! rendered here (a chart, or what Flux pulls), nothing is said about it.

use std::collections::BTreeMap;

use fleetc_manifests::{Text, Value};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::diagnostic::Diagnostic;
use crate::facts::{self, Facts, Labels, Level};
use crate::fleet::{Fleet, Placement};
use crate::messages;
use crate::tree::{Folder, Tree};

/// What one cluster gets.
#[derive(Default)]
struct Brought<'t> {
    /// Kind, namespace, name.
    objects: FxHashSet<(&'t str, &'t str, &'t str)>,
    /// The labels of templates of pods, by namespace.
    pods: FxHashMap<&'t str, Vec<&'t Labels>>,
    /// Namespaces into which something comes that is not rendered here.
    opaque: FxHashSet<&'t str>,
    /// Namespaces with objects of custom kinds, which may run pods.
    custom: FxHashSet<&'t str>,
    /// What Namespaces enforce.
    levels: FxHashMap<&'t str, Level>,
}

/// Something that is said, and of whom it is.
pub(super) type Said = (Diagnostic, Text);

/// What objects need of others on their cluster, and do not find; none if the facts do not say where.
pub(super) fn check(expected: &[Text], tree: &Tree) -> Option<Vec<Said>> {
    let mut clusters: BTreeMap<&str, Vec<&Folder>> = BTreeMap::new();
    for folder in tree.folders() {
        clusters.entry(&folder.lands_on).or_default().push(folder);
    }
    let clusters: Vec<Vec<&Folder>> = clusters.into_values().collect();
    let found: Option<Vec<Vec<Said>>> =
        clusters.par_iter().map(|folders| check_cluster(folders, expected)).collect();
    Some(found?.into_iter().flatten().collect())
}

/// What is made elsewhere: `Kind/name`.
pub(super) fn expected(fleet: &Fleet) -> Vec<Text> {
    let of_apps = fleet.apps.iter().flat_map(|app| &app.placements);
    let of_tenants = fleet.tenants.iter().flat_map(|tenant| &tenant.placements);
    let lists =
        of_apps.chain(of_tenants).filter_map(|it: &Placement| it.settings.keys.get("expects")?.as_list());
    let mut expected: Vec<Text> = lists.flatten().filter_map(Value::as_text).map(Text::from).collect();
    expected.sort();
    expected.dedup();
    expected
}

/// What is said of a cluster's objects, each with whom it is said of; none if something must be said of a folder
/// that is as it was, and nobody knows where.
fn check_cluster(folders: &[&Folder], expected: &[Text]) -> Option<Vec<Said>> {
    let brought = Brought::of(folders);
    let mut said = Vec::new();
    for folder in folders {
        if folder.is_as_before() {
            if !folder.facts.iter().all(|facts| brought.has_all(facts, expected)) {
                return None;
            }
            continue;
        }
        let target = format!("{}/{}", folder.environment.as_deref().unwrap_or("common"), folder.cluster);
        let objects = folder.files.values().filter_map(|file| file.object());
        for (object, facts) in objects.zip(&folder.facts) {
            if !brought.has_all(facts, expected) {
                let found = brought.problems(object, facts, expected, &target).into_iter();
                said.extend(found.map(|problem| (problem, folder.name().into())));
            }
        }
    }
    Some(said)
}

/// `Deployment web`.
fn owner(object: &Value) -> String {
    format!("{} {}", object.text_at(&["kind"]), object.text_at(&["metadata", "name"]))
}

/// Whether the list names it, as `Kind/name` or `Kind/namespace/name`; what stands behind `${` may be anything.
fn is_expected(expected: &[Text], kind: &str, namespace: &str, name: &str) -> bool {
    let spellings = [format!("{kind}/{name}"), format!("{kind}/{namespace}/{name}")];
    expected.iter().any(|it| match it.split_once("${") {
        Some((start, _)) => spellings.iter().any(|spelling| spelling.starts_with(start)),
        None => spellings.iter().any(|spelling| it == spelling),
    })
}

impl<'t> Brought<'t> {
    fn of(folders: &[&'t Folder]) -> Self {
        let mut brought = Self::default();
        brought.objects.reserve(folders.iter().map(|folder| folder.facts.len()).sum());
        for facts in folders.iter().flat_map(|folder| &folder.facts) {
            brought.note(facts);
        }
        brought
    }

    fn note(&mut self, facts: &'t Facts) {
        let namespace = facts.id.namespace.as_str();
        self.objects.insert((&facts.id.kind, namespace, &facts.id.name));
        self.objects.extend(facts.makes.iter().map(|name| ("Secret", namespace, name.as_str())));
        self.levels.extend(facts.enforces.map(|level| (facts.id.name.as_str(), level)));
        if let Some(labels) = &facts.labels {
            self.pods.entry(namespace).or_default().push(labels);
        }
        self.opaque.extend(facts.fills.as_deref());
        if facts.is_custom && facts.fills.is_none() && facts.id.kind != "Namespace" {
            self.custom.insert(namespace);
        }
    }

    /// Whether nothing is wrong with an object.
    fn has_all(&self, facts: &Facts, expected: &[Text]) -> bool {
        let namespace = facts.id.namespace.as_str();
        if self.refuses_pods(facts).is_some() {
            return false;
        }
        self.is_unknown(namespace)
            || facts.needs.iter().all(|(kind, name)| self.has(kind, namespace, name, expected))
                && self.selects(facts)
    }

    /// Whether it is not known what the namespace holds.
    fn is_unknown(&self, namespace: &str) -> bool {
        namespace.is_empty() || self.opaque.contains(namespace)
    }

    /// Whether an object is there, or is made elsewhere.
    fn has(&self, kind: &str, namespace: &str, name: &str, expected: &[Text]) -> bool {
        self.objects.contains(&(kind, namespace, name)) || is_expected(expected, kind, namespace, name)
    }

    /// The level that its Namespace enforces, if its pods are too much for it.
    fn refuses_pods(&self, facts: &Facts) -> Option<Level> {
        let level = *self.levels.get(facts.id.namespace.as_str())?;
        facts.is_refused_at.filter(|refused| *refused <= level).map(|_| level)
    }

    /// Whether it chooses pods that are there, or nobody knows.
    fn selects(&self, facts: &Facts) -> bool {
        let (Some(asked), namespace) = (&facts.selects, facts.id.namespace.as_str()) else { return true };
        let has = |labels: &&&Labels| asked.iter().all(|it| labels.binary_search(it).is_ok());
        let is_met = self.pods.get(namespace).is_some_and(|pods| pods.iter().any(|labels| has(&labels)));
        is_met || self.custom.contains(namespace)
    }

    /// Everything that is wrong with an object, at its place.
    fn problems(&self, object: &Value, facts: &Facts, expected: &[Text], target: &str) -> Vec<Diagnostic> {
        let namespace = facts.id.namespace.as_str();
        let mut said = self.refused_pods(object, facts, target);
        if self.is_unknown(namespace) {
            return said;
        }
        let missing = facts::needs(object).into_iter();
        for need in missing.filter(|need| !self.has(need.kind, namespace, need.name, expected)) {
            let place = need.place.or(object.place);
            said.push(messages::missing_object(place, &owner(object), need.kind, need.name, target));
        }
        if let Some(selector) = facts::selector(object).filter(|_| !self.selects(facts)) {
            said.push(messages::selects_nothing(selector.place.or(object.place), &owner(object), target));
        }
        said
    }

    /// What of its pods their Namespace forbids: a Pod is refused, of all else the pods.
    fn refused_pods(&self, object: &Value, facts: &Facts, target: &str) -> Vec<Diagnostic> {
        let (Some(level), Some(spec)) = (self.refuses_pods(facts), facts::pod_spec(object)) else {
            return Vec::new();
        };
        let (namespace, is_pod) = (facts.id.namespace.as_str(), facts.id.kind == "Pod");
        let found = facts::forbidden(spec, level).into_iter();
        found
            .map(|(place, what)| {
                let place = place.or(spec.place).or(object.place);
                messages::forbidden_pod(place, &owner(object), &what, [level.word(), namespace], is_pod)
                    .on(target)
            })
            .collect()
    }
}

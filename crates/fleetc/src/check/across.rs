//! Objects of a cluster against each other: what one needs, another brings.
//!
//! All of it is a warning: charts, operators and people bring objects too. Where a namespace has something that is not
//! rendered here (a chart, or what Flux pulls), nothing is said about it.

mod needs;
mod security;

use std::collections::BTreeMap;

use fleetc_manifests::kinds;
use fleetc_manifests::{Map, Text, Value};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fleet::{Fleet, Placement};
use crate::messages;
use crate::tree::{Folder, Tree};

use security::Level;

/// What one cluster gets.
#[derive(Default)]
struct Brought<'t> {
    /// Kind, namespace, name.
    objects: FxHashSet<(&'t str, &'t str, &'t str)>,
    /// The labels of templates of pods, by namespace.
    pods: FxHashMap<&'t str, Vec<&'t Map>>,
    /// Namespaces into which something comes that is not rendered here.
    opaque: FxHashSet<&'t str>,
    /// Namespaces with objects of custom kinds, which may run pods.
    custom: FxHashSet<&'t str>,
    /// What Namespaces enforce.
    levels: FxHashMap<&'t str, Level>,
}

/// Says what objects need of others on their cluster, and do not find.
pub(super) fn check(expected: &[Text], tree: &Tree, diagnostics: &mut Diagnostics) {
    let mut clusters: BTreeMap<&str, Vec<&Folder>> = BTreeMap::new();
    for folder in tree.folders() {
        clusters.entry(&folder.lands_on).or_default().push(folder);
    }
    let clusters: Vec<Vec<&Folder>> = clusters.into_values().collect();
    let found: Vec<Vec<Diagnostic>> =
        clusters.par_iter().map(|folders| check_cluster(folders, expected)).collect();
    for diagnostic in found.into_iter().flatten() {
        diagnostics.push(diagnostic);
    }
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

fn check_cluster(folders: &[&Folder], expected: &[Text]) -> Vec<Diagnostic> {
    let brought = Brought::of(folders);
    let mut said = Vec::new();
    for folder in folders {
        let target = format!("{}/{}", folder.environment.as_deref().unwrap_or("common"), folder.cluster);
        let objects =
            folder.files.values().filter(|file| !file.is_encrypted()).filter_map(|file| file.object());
        for object in objects {
            let namespace = object.text_at(&["metadata", "namespace"]);
            said.extend(brought.refused_pods(object, namespace, &target));
            if brought.opaque.contains(namespace) || namespace.is_empty() {
                continue;
            }
            for need in needs::of(object) {
                let is_there = brought.objects.contains(&(need.kind, namespace, need.name));
                if !is_there && !is_expected(expected, need.kind, namespace, need.name) {
                    let place = need.place.or(object.place);
                    said.push(messages::missing_object(place, &owner(object), need.kind, need.name, &target));
                }
            }
            said.extend(brought.selection(object, namespace, &target));
        }
    }
    said
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
        brought.objects.reserve(folders.iter().map(|folder| folder.files.len()).sum());
        for object in folders.iter().flat_map(|folder| folder.files.values()).filter_map(|file| file.object())
        {
            brought.note(object);
        }
        brought
    }

    fn note(&mut self, object: &'t Value) {
        let (kind, namespace) = (object.text_at(&["kind"]), object.text_at(&["metadata", "namespace"]));
        self.objects.insert((kind, namespace, object.text_at(&["metadata", "name"])));
        if let Some(made) = needs::made_by(object) {
            self.objects.insert(("Secret", namespace, made));
        }
        match kind {
            // Flux' own objects that apply a bundle of this tree lie in Flux' namespace.
            "HelmRelease" | "Kustomization" => {
                let target = object.text_at(&["spec", "targetNamespace"]);
                self.opaque.insert(if target.is_empty() { namespace } else { target });
            }
            "Namespace" => {
                let level = Level::of(object).map(|level| (object.text_at(&["metadata", "name"]), level));
                self.levels.extend(level);
            }
            _ if kinds::find(object.text_at(&["apiVersion"]), kind).is_none() => {
                self.custom.insert(namespace);
            }
            _ => {}
        }
        if let Some(template) = needs::template(object) {
            let labels = template.find(&["metadata", "labels"]).and_then(Value::as_map);
            self.pods.entry(namespace).or_default().extend(labels);
        }
    }

    /// What of its pods their Namespace forbids: a Pod is refused, of all else the pods.
    fn refused_pods(&self, object: &Value, namespace: &str, target: &str) -> Vec<Diagnostic> {
        let Some(level) = self.levels.get(namespace) else { return Vec::new() };
        let Some(spec) = needs::template(object).and_then(|template| template.get("spec")) else {
            return Vec::new();
        };
        let is_pod = object.text_at(&["kind"]) == "Pod";
        let found = security::forbidden(spec, *level).into_iter();
        found
            .map(|(place, what)| {
                let place = place.or(spec.place).or(object.place);
                messages::forbidden_pod(place, &owner(object), &what, [level.word(), namespace], is_pod)
                    .on(target)
            })
            .collect()
    }

    /// What is wrong with the selector of a Service or a PodDisruptionBudget.
    fn selection(&self, object: &Value, namespace: &str, target: &str) -> Option<Diagnostic> {
        let selector = match object.text_at(&["kind"]) {
            "Service" => object.find(&["spec", "selector"])?,
            "PodDisruptionBudget" => object.find(&["spec", "selector", "matchLabels"])?,
            _ => return None,
        };
        let asked = selector.as_map().filter(|asked| !asked.is_empty())?;
        let has = |labels: &&&Map| asked.iter().all(|it| labels.get(&it.key.text) == Some(&it.value));
        let is_met = self.pods.get(namespace).is_some_and(|pods| pods.iter().any(|labels| has(&labels)));
        let is_unsure = self.custom.contains(namespace);
        (!is_met && !is_unsure)
            .then(|| messages::selects_nothing(selector.place.or(object.place), &owner(object), target))
    }
}

//! What others on a cluster want to know of an object: what it brings, and what it needs.

mod needs;
mod security;

use fleetc_manifests::kinds::Versions;
use fleetc_manifests::{Map, Text, Value, kinds};
use serde::{Deserialize, Serialize};

use crate::load::{ObjectName, defined};

pub(crate) use needs::needs;
pub(crate) use security::{Level, forbidden};

/// Labels, in the order of their names.
pub(crate) type Labels = Vec<(Text, Text)>;

/// What there is to know of one object. It has no places, so that it holds for whoever writes the same.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// What tells it apart.
    pub(crate) id: ObjectName,
    /// Whether its kind is neither Kubernetes' nor Flux' own.
    pub(crate) is_custom: bool,
    /// Whether that is so with some version of them.
    pub(crate) may_be_custom: bool,
    /// The Secret that a controller makes of it.
    pub(crate) makes: Option<Text>,
    /// The namespace that it lets something come into which is not rendered here.
    pub(crate) fills: Option<Text>,
    /// What it enforces, as a Namespace.
    pub(crate) enforces: Option<Level>,
    /// The group and the kind that it brings, as a CustomResourceDefinition.
    pub(crate) defines: Option<(Text, Text)>,
    /// The labels of its pods.
    pub(crate) labels: Option<Labels>,
    /// Kinds and names that must be in its namespace.
    pub(crate) needs: Vec<(Text, Text)>,
    /// The labels by which it chooses pods.
    pub(crate) selects: Option<Labels>,
    /// The mildest level that its pods are too much for.
    pub(crate) is_refused_at: Option<Level>,
}

impl Facts {
    /// Those of an object; of an encrypted one it is known what it brings, and not what it needs.
    pub(crate) fn of(object: &Value, is_encrypted: bool) -> Self {
        let id = ObjectName::of(object);
        let api_version = object.text_at(&["apiVersion"]);
        let kind = kinds::find(api_version, &id.kind);
        let is_everywhere = |kind: &kinds::Kind| kind.versions.hold(Versions::of(None, None));
        let template = needs::template(object);
        let labels = template.and_then(|it| it.find(&["metadata", "labels"])).and_then(Value::as_map);
        let facts = Self {
            is_custom: kind.is_none(),
            may_be_custom: !kind.is_some_and(is_everywhere),
            makes: needs::made_by(object).map(Text::from),
            fills: filled(object, &id),
            enforces: (id.kind == "Namespace").then(|| Level::of(object)).flatten(),
            defines: defined(object),
            labels: labels.map(sorted),
            id,
            ..Self::default()
        };
        if is_encrypted {
            return facts;
        }
        let spec = template.and_then(|template| template.get("spec"));
        let is_forbidden = |level: &Level| spec.is_some_and(|spec| !forbidden(spec, *level).is_empty());
        Self {
            needs: needs(object).into_iter().map(|need| (need.kind.into(), need.name.into())).collect(),
            selects: selector(object).and_then(Value::as_map).map(sorted),
            is_refused_at: [Level::Baseline, Level::Restricted].into_iter().find(is_forbidden),
            ..facts
        }
    }
}

/// Where Flux puts what it pulls. Flux' own objects that apply a bundle of this tree lie in Flux' namespace.
fn filled(object: &Value, id: &ObjectName) -> Option<Text> {
    if !matches!(id.kind.as_str(), "HelmRelease" | "Kustomization") {
        return None;
    }
    let target = object.text_at(&["spec", "targetNamespace"]);
    Some(if target.is_empty() { id.namespace.clone() } else { target.into() })
}

/// The selector of a Service or a PodDisruptionBudget.
pub(crate) fn selector(object: &Value) -> Option<&Value> {
    let selector = match object.text_at(&["kind"]) {
        "Service" => object.find(&["spec", "selector"])?,
        "PodDisruptionBudget" => object.find(&["spec", "selector", "matchLabels"])?,
        _ => return None,
    };
    selector.as_map().is_some_and(|asked| !asked.is_empty()).then_some(selector)
}

/// What pods of the object are made of.
pub(crate) fn pod_spec(object: &Value) -> Option<&Value> {
    needs::template(object)?.get("spec")
}

fn sorted(labels: &Map) -> Labels {
    let mut sorted: Labels = labels
        .iter()
        .map(|label| {
            let value = label.value.as_text().map_or_else(|| format!("{:?}", label.value).into(), Text::from);
            (label.key.text.clone(), value)
        })
        .collect();
    sorted.sort();
    sorted
}

//! Fields that no update changes: where one must be another, the object has to be deleted and made anew.
//!
//! No published schema says which they are; the API server's own validation does. `tests/conformance` asks it.

mod fields;

use crate::kinds::{self, Scalar, Shape};
use crate::quantity::Quantity;
use crate::{Data, List, Map, Value, json};

use fields::IMMUTABLE;
use fields::Rule::{self, Fixed, Grows};

/// Whether objects of a kind of that name, in letters of any case, have fields that no update changes.
pub fn has(kind: &str) -> bool {
    let is_it = |known: &&str| known.eq_ignore_ascii_case(kind);
    is_it(&"ConfigMap") || IMMUTABLE.iter().any(|it| it.kinds.iter().any(is_it))
}

/// The fields of an object that is on a cluster which a later form of it changes, and which no update changes, by their
/// paths: `spec.selector`.
///
/// Only what is sure is said: what the cluster may have filled in, what Flux fills in later, and what is encrypted is taken
/// as equal.
///
/// ```
/// use fleetc_manifests::{Place, immutable, yaml};
///
/// let binding = |role: &str| {
///     let text = format!(
///         "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nroleRef:\n  kind: Role\n  name: {role}\n"
///     );
///     yaml::read(&text, Place::NONE).unwrap().remove(0)
/// };
/// assert_eq!(immutable::changed(&binding("view"), &binding("edit")), ["roleRef"]);
/// assert!(immutable::changed(&binding("view"), &binding("view")).is_empty());
/// ```
pub fn changed(old: &Value, new: &Value) -> Vec<&'static str> {
    let text = |key| old.get(key).and_then(Value::as_text).unwrap_or_default();
    let (version, kind) = (text("apiVersion"), text("kind"));
    if is_replaced(kind, old, new) {
        return Vec::new();
    }
    let group = kinds::group(version);
    let shape = kinds::find(version, kind).map(|kind| Shape::Object(kind.shape));
    let is_changed = |path: &str, rule: Rule| {
        let keys: Vec<&str> = path.split('.').collect();
        let [old, new] = [old, new].map(|it| it.find(&keys).filter(|value| !value.is_null()));
        !holds(rule, old, new, shape.and_then(|shape| field(shape, &keys)).as_ref())
    };
    let of_kind = IMMUTABLE.iter().filter(|it| it.group == group && it.kinds.contains(&kind));
    let changed = of_kind.flat_map(|it| it.fields).filter(|(path, rule)| is_changed(path, *rule));
    let mut paths: Vec<&'static str> = changed.map(|(path, _)| *path).collect();
    paths.extend(match (group, kind) {
        ("", "ConfigMap" | "Secret") => frozen(old, new),
        ("", "Service") => headless(old, new),
        ("apps", "Deployment") => held(old, new, "strategy", "Recreate", "spec.strategy.type"),
        ("apps", "StatefulSet") => held(old, new, "updateStrategy", "OnDelete", "spec.updateStrategy.type"),
        _ => Vec::new(),
    });
    paths
}

/// Whether the object as it was is not there any more, or its fields are freed with the change.
fn is_replaced(kind: &str, old: &Value, new: &Value) -> bool {
    let is_external =
        |service: &Value| service.find(&["spec", "type"]).and_then(Value::as_text) == Some("ExternalName");
    match kind {
        "Job" => {
            let is_suspended = old.find(&["spec", "suspend"]).and_then(Value::as_bool) == Some(true);
            is_suspended || old.find(&["spec", "ttlSecondsAfterFinished"]).is_some()
        }
        "Service" => is_external(old) || is_external(new),
        _ => false,
    }
}

/// What of a ConfigMap or Secret that is `immutable` changes.
fn frozen(old: &Value, new: &Value) -> Vec<&'static str> {
    let is_frozen = |object: &Value| object.get("immutable").and_then(Value::as_bool) == Some(true);
    if !is_frozen(old) || old.get("sops").is_some() {
        return Vec::new();
    }
    let text = Shape::Map(&Shape::Scalar(Scalar::Text));
    let is_changed = |key: &&str| !holds(Fixed, old.get(key), new.get(key), Some(&text));
    let data = ["data", "binaryData", "stringData"].into_iter().filter(is_changed);
    data.chain((!is_frozen(new)).then_some("immutable")).collect()
}

/// The address of a Service that has none any more: where nobody wrote one, the server gave it one.
fn headless(old: &Value, new: &Value) -> Vec<&'static str> {
    let address = |service| Value::find(service, &["spec", "clusterIP"]).and_then(Value::as_text);
    let is_headless = address(old).is_none_or(str::is_empty) && address(new) == Some("None");
    is_headless.then_some("spec.clusterIP").into_iter().collect()
}

/// The type of a strategy that becomes one beside which `rollingUpdate` may not stand, where nobody wrote that: the server
/// filled it in, so that it belongs to nobody who applies, and stays.
fn held(old: &Value, new: &Value, strategy: &str, becomes: &str, path: &'static str) -> Vec<&'static str> {
    let type_of = |object| Value::find(object, &["spec", strategy, "type"]).and_then(Value::as_text);
    let is_written = old.find(&["spec", strategy, "rollingUpdate"]).is_some_and(|value| !is_empty(value));
    let was_other = type_of(old).is_none_or(|was| was != becomes && !is_unknown(was));
    let is_held = was_other && !is_written && type_of(new) == Some(becomes);
    is_held.then_some(path).into_iter().collect()
}

/// The shape of a field below an object.
fn field(shape: Shape, keys: &[&str]) -> Option<Shape> {
    keys.iter().try_fold(shape, |shape, key| match shape {
        Shape::Object(shape) => shape.field(key).map(|field| field.shape),
        Shape::Map(inner) => Some(*inner),
        _ => None,
    })
}

fn holds(rule: Rule, old: Option<&Value>, new: Option<&Value>, shape: Option<&Shape>) -> bool {
    match (old, new, rule) {
        (Some(old), Some(new), Grows) => {
            let amounts = Quantity::of_value(old).zip(Quantity::of_value(new));
            amounts.is_none_or(|(old, new)| !old.exceeds(new))
        }
        (Some(old), Some(new), _) => are_same(old, new, shape),
        (Some(one), None, Fixed) | (None, Some(one), Fixed) => is_empty(one),
        _ => true,
    }
}

/// Whether two values mean the same to the server, or may do.
fn are_same(old: &Value, new: &Value, shape: Option<&Shape>) -> bool {
    match (&old.data, &new.data) {
        (Data::Map(old), Data::Map(new)) => are_same_maps(old, new, shape),
        (Data::List(old), Data::List(new)) => are_same_lists(old, new, shape),
        (Data::Text(text), _) | (_, Data::Text(text)) if is_unknown(text) => true,
        (old_data, new_data) => {
            let is_amount = matches!(shape, Some(Shape::Scalar(Scalar::Quantity)));
            old_data == new_data || is_amount && Quantity::of_value(old) == Quantity::of_value(new)
        }
    }
}

fn are_same_lists(old: &List, new: &List, shape: Option<&Shape>) -> bool {
    let inner = match shape {
        Some(Shape::List(inner)) => Some(*inner),
        _ => None,
    };
    old.len() == new.len() && old.iter().zip(new.iter()).all(|(old, new)| are_same(old, new, inner))
}

fn are_same_maps(old: &Map, new: &Map, shape: Option<&Shape>) -> bool {
    let keys = old.iter().chain(new.iter()).map(|entry| entry.key.text.as_str());
    let is_same = |key: &str| {
        let (inner, default) = match shape {
            Some(Shape::Object(shape)) => {
                let field = shape.field(key);
                (field.map(|field| &field.shape), field.and_then(|field| field.limits.default))
            }
            Some(Shape::Map(inner)) => (Some(*inner), None),
            _ => (None, None),
        };
        match [old, new].map(|map| map.get(key).filter(|value| !value.is_null())) {
            [Some(old), Some(new)] => are_same(old, new, inner),
            [Some(one), None] | [None, Some(one)] => may_be_filled_in(one, shape, default),
            [None, None] => true,
        }
    };
    keys.into_iter().all(is_same)
}

/// Whether the value of a field may be what the server fills in where nobody writes it.
fn may_be_filled_in(value: &Value, within: Option<&Shape>, default: Option<&str>) -> bool {
    if !matches!(within, Some(Shape::Object(_))) {
        return false;
    }
    match (&value.data, default) {
        (_, Some(default)) => json::read(default, crate::Place::NONE).is_ok_and(|it| it.data == value.data),
        // Of scalars, schemas do not say all that is filled in.
        (Data::Map(_) | Data::List(_), None) => is_empty(value),
        _ => true,
    }
}

fn is_empty(value: &Value) -> bool {
    match &value.data {
        Data::Map(map) => map.is_empty(),
        Data::List(list) => list.is_empty(),
        Data::Text(text) => text.is_empty() || is_unknown(text),
        _ => false,
    }
}

/// Whether Flux fills something in on the cluster, or decrypts it.
fn is_unknown(text: &str) -> bool {
    text.contains("${") || text.starts_with("ENC[")
}

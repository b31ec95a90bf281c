//! What runs pods: selectors and templates.

use fleetc_manifests::{Place, Value};

use super::metadata;
use super::syntax::is_late;
use super::walk::{Rule, Walk};
use crate::messages;

/// Rules about workloads.
pub(super) const RULES: &[(&str, Rule)] = &[
    ("apps.v1.DeploymentSpec", selected),
    ("apps.v1.StatefulSetSpec", selected),
    ("apps.v1.DaemonSetSpec", selected),
    ("apps.v1.ReplicaSetSpec", selected),
    ("apps.v1.DeploymentSpec", always),
    ("apps.v1.StatefulSetSpec", always),
    ("apps.v1.DaemonSetSpec", always),
    ("apps.v1.ReplicaSetSpec", always),
    ("batch.v1.JobSpec", ends),
    ("apps.v1.DeploymentSpec", counted),
    ("apps.v1.StatefulSetSpec", counted),
    ("apps.v1.ReplicaSetSpec", counted),
    ("core.v1.PodTemplateSpec", template),
    ("meta.v1.LabelSelector", selector),
];

/// The selector chooses the pods of the template.
fn selected<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let (Some(selector), Some(template)) = (spec.get("selector"), spec.get("template")) else { return };
    let Some(asked) = selector.as_map() else { return };
    if asked.is_empty() {
        walk.say(messages::empty_selector(walk.place(selector.place), "workload"));
    }
    let labels = template.find(&["metadata", "labels"]);
    let known = labels.and_then(Value::as_map);
    let place = labels.map_or(template.place, |labels| labels.place);
    for entry in selector.get("matchLabels").and_then(Value::as_map).into_iter().flatten() {
        let has = known.and_then(|labels| labels.get(&entry.key.text));
        let is_text = |value: &Value| value.as_text().is_some_and(|text| !is_late(text));
        let differs = has.is_none_or(|has| is_text(has) && *has != entry.value);
        if differs && is_text(&entry.value) {
            let text = format!("{}: {}", entry.key.text, entry.value.as_text().unwrap_or_default());
            let places = [entry.value.place, place].map(|place| walk.place(place));
            walk.say(messages::selector_misses_template(places[0], places[1], &text));
        }
    }
}

/// Pods of this workload run for ever.
fn always<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    restart_policy(spec, &["Always"], walk);
}

/// Pods of a Job end.
fn ends<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    restart_policy(spec, &["OnFailure", "Never"], walk);
    for field in
        ["parallelism", "completions", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"]
    {
        not_negative(spec, field, walk);
    }
}

fn restart_policy(spec: &Value, allowed: &[&str], walk: &mut Walk<'_, '_>) {
    let Some(pod) = spec.find(&["template", "spec"]) else { return };
    let path = walk.path_to("template.spec.restartPolicy");
    match pod.get("restartPolicy") {
        Some(written) => {
            // Values that no pod can have are said elsewhere.
            let wrong = written.as_text().filter(|it| ["Always", "OnFailure", "Never"].contains(it));
            if let Some(text) = wrong.filter(|text| !allowed.contains(text)) {
                walk.say(messages::not_a_value(walk.place(written.place), &path, text, allowed));
            }
        }
        None if pod.as_map().is_some() && !allowed.contains(&"Always") => {
            let help = "add `restartPolicy: OnFailure`, or `Never`";
            walk.say(messages::bad_field_value(
                walk.place(pod.place),
                &path,
                "is missing, and would be `Always`",
                help,
            ));
        }
        None => {}
    }
}

fn counted<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    for field in ["replicas", "minReadySeconds", "revisionHistoryLimit"] {
        not_negative(spec, field, walk);
    }
}

/// A number that is zero or more.
pub(super) fn not_negative(value: &Value, field: &str, walk: &mut Walk<'_, '_>) {
    in_range(value, field, 0, i64::MAX, walk);
}

/// A number between two others.
pub(super) fn in_range(value: &Value, field: &str, least: i64, most: i64, walk: &mut Walk<'_, '_>) {
    let Some(written) = value.get(field) else { return };
    let Some(number) = written.as_integer() else { return };
    if !(least..=most).contains(&number) {
        let help = if most == i64::MAX {
            format!("write {least} or more")
        } else {
            format!("write {least} to {most}")
        };
        let path = walk.path_to(field);
        walk.say(messages::bad_field_value(
            walk.place(written.place),
            &path,
            &format!("cannot be {number}"),
            &help,
        ));
    }
}

/// The labels of pods.
fn template<'v>(template: &'v Value, walk: &mut Walk<'v, '_>) {
    if let Some(metadata) = template.get("metadata") {
        metadata::check(metadata, walk);
    }
}

/// What a selector asks for.
fn selector<'v>(selector: &'v Value, walk: &mut Walk<'v, '_>) {
    if let Some(labels) = selector.get("matchLabels") {
        metadata::check_labels(labels, walk);
    }
    walk.each(selector, "matchExpressions", |walk, expression| {
        let operator = expression.get("operator");
        let text = operator.and_then(Value::as_text).unwrap_or_default();
        let count = expression.get("values").and_then(Value::as_list).map_or(0, fleetc_manifests::List::len);
        let place = walk.place(operator.map_or(Place::NONE, |it| it.place));
        let path = walk.path_to("values");
        match text {
            "In" | "NotIn" if count == 0 => {
                let problem = format!("must not be empty for `{text}`");
                walk.say(messages::bad_field_value(place, &path, &problem, "add values, or use `Exists`"));
            }
            "Exists" | "DoesNotExist" if count > 0 => {
                let problem = format!("must be empty for `{text}`");
                walk.say(messages::bad_field_value(
                    place,
                    &path,
                    &problem,
                    "take the values away, or use `In`",
                ));
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" | "" => {}
            _ if is_late(text) => {}
            _ => {
                let known = ["In", "NotIn", "Exists", "DoesNotExist"];
                walk.say(messages::not_a_value(place, &walk.path_to("operator"), text, &known));
            }
        }
    });
}

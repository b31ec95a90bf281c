//! What runs pods: selectors and templates.

use fleetc_manifests::{Map, Place, Value};

use super::ask::{has, items, number, text, texts, word};
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
    ("apps.v1.DeploymentSpec", rollout),
    ("apps.v1.DaemonSetSpec", replacement),
    ("apps.v1.StatefulSetSpec", update),
    ("core.v1.ReplicationControllerSpec", selected_by_labels),
    ("core.v1.ReplicationControllerSpec", always),
    ("core.v1.PodTemplateSpec", template),
    ("meta.v1.LabelSelector", selector),
];

/// The selector chooses the pods of the template.
fn selected<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let Some(selector) = spec.get("selector") else { return };
    if selector.as_map().is_none() {
        return;
    }
    if ["matchLabels", "matchExpressions"].iter().all(|field| selector.get(field).is_none_or(is_nothing)) {
        walk.say(messages::empty_selector(walk.place(selector.place), "workload"));
        return;
    }
    let labels = spec.find(&["template", "metadata", "labels"]);
    if let Some(asked) = selector.get("matchLabels").and_then(Value::as_map) {
        say_differences(spec, asked, walk);
    }
    for expression in items(selector, "matchExpressions").filter(|it| !is_met(it, labels)) {
        let text = format!(
            "{} {}",
            text(expression, "key").unwrap_or_default(),
            text(expression, "operator").unwrap_or_default()
        );
        let places = [expression.place, labels.map_or(spec.place, |labels| labels.place)];
        let places = places.map(|place| walk.place(place));
        walk.say(messages::selector_misses_template(places[0], places[1], &text));
    }
}

/// A ReplicationController names the labels one by one.
fn selected_by_labels<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let asked = spec.get("selector").and_then(Value::as_map).filter(|asked| !asked.is_empty());
    match asked {
        Some(asked) => say_differences(spec, asked, walk),
        // Without one, it is made of the labels.
        None if spec.find(&["template", "metadata", "labels"]).is_none_or(is_nothing) => {
            walk.needs(spec, "selector");
        }
        None => {}
    }
}

fn say_differences(spec: &Value, asked: &Map, walk: &mut Walk<'_, '_>) {
    let labels = spec.find(&["template", "metadata", "labels"]);
    let known = labels.and_then(Value::as_map);
    let place = labels.map_or(spec.place, |labels| labels.place);
    for entry in asked {
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

/// Whether the value is null, or a table or a list without anything in it.
pub(super) fn is_nothing(value: &Value) -> bool {
    value.is_null()
        || value.as_map().is_some_and(Map::is_empty)
        || value.as_list().is_some_and(fleetc_manifests::List::is_empty)
}

/// Whether labels meet what an expression asks, or nobody knows it yet.
fn is_met(expression: &Value, labels: Option<&Value>) -> bool {
    let Some(key) = text(expression, "key") else { return true };
    let has = labels.and_then(|labels| labels.get(key)).filter(|it| !it.is_null());
    let values = texts(expression, "values");
    if has.and_then(Value::as_text).is_some_and(is_late) || values.iter().any(|it| is_late(it)) {
        return true;
    }
    let is_among = has.and_then(Value::as_text).is_some_and(|has| values.contains(&has));
    match text(expression, "operator") {
        Some("In") => is_among,
        Some("NotIn") => !is_among,
        Some("Exists") => has.is_some(),
        Some("DoesNotExist") => has.is_none(),
        _ => true,
    }
}

/// How the pods of a Deployment are replaced.
fn rollout<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let (patience, ready) = (number(spec, "progressDeadlineSeconds"), number(spec, "minReadySeconds"));
    let ready = ready.unwrap_or_default();
    if let Some(patience) = Some(patience.unwrap_or(600)).filter(|it| *it <= ready) {
        let problem = format!("is {patience}, and `minReadySeconds` is {ready}");
        walk.bad(spec, "progressDeadlineSeconds", &problem, "write more than `minReadySeconds`");
    }
    walk.inside(spec, "strategy", |walk, strategy| {
        if word(strategy, "type", "RollingUpdate") == Some("Recreate") && has(strategy, "rollingUpdate") {
            walk.only(strategy, "rollingUpdate", "for the type `RollingUpdate`");
        }
        walk.inside(strategy, "rollingUpdate", |walk, update| {
            if is_zero(update, "maxSurge") && is_zero(update, "maxUnavailable") {
                let help = "give one of them more than 0";
                walk.bad(update, "maxUnavailable", "cannot be 0 where `maxSurge` is", help);
            }
        });
    });
}

/// How the pods of a StatefulSet are replaced.
fn update<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    walk.inside(spec, "updateStrategy", |walk, strategy| {
        if word(strategy, "type", "RollingUpdate") == Some("OnDelete") && has(strategy, "rollingUpdate") {
            walk.only(strategy, "rollingUpdate", "for the type `RollingUpdate`");
        }
    });
}

/// How the pods of a DaemonSet are replaced: beside the old one, or after it.
fn replacement<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    walk.inside(spec, "updateStrategy", |walk, strategy| {
        if word(strategy, "type", "RollingUpdate") != Some("RollingUpdate") {
            return;
        }
        walk.inside(strategy, "rollingUpdate", |walk, update| {
            let surges = has(update, "maxSurge") && !is_zero(update, "maxSurge");
            let stops = !is_zero(update, "maxUnavailable");
            let is_late = |field: &str| update.get(field).and_then(Value::as_text).is_some_and(is_late);
            if surges == stops && !is_late("maxSurge") && !is_late("maxUnavailable") {
                let help = "give exactly one of `maxSurge` and `maxUnavailable` more than 0; the latter is 1 if missing";
                walk.bad(update, "maxUnavailable", "does not go with `maxSurge`", help);
            }
        });
    });
}

/// Whether the field says 0, or 0 percent.
fn is_zero(value: &Value, field: &str) -> bool {
    let zeros =
        |text: &str| text.strip_suffix('%').is_some_and(|it| !it.is_empty() && it.bytes().all(|b| b == b'0'));
    value.get(field).is_some_and(|it| it.as_integer() == Some(0) || it.as_text().is_some_and(zeros))
}

/// Pods of this workload run for ever.
fn always<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    restart_policy(spec, &["Always"], walk);
    let pod = spec.find(&["template", "spec"]);
    if let Some(pod) =
        pod.filter(|pod| has(pod, "activeDeadlineSeconds") && walk.kind != "ReplicationController")
    {
        walk.below("template", |walk| {
            walk.below("spec", |walk| walk.only(pod, "activeDeadlineSeconds", "in a Pod or a Job"));
        });
    }
}

/// Pods of a Job end.
fn ends<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    restart_policy(spec, &["OnFailure", "Never"], walk);
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

/// A number between two others.
pub(super) fn in_range(value: &Value, field: &str, least: i64, most: i64, walk: &mut Walk<'_, '_>) {
    let Some(written) = value.get(field) else { return };
    // What has more than 32 bits is another number on the server: that is said elsewhere.
    let Some(number) = written.as_integer().filter(|it| i32::try_from(*it).is_ok()) else { return };
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

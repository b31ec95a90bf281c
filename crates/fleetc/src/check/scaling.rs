//! How many: autoscalers and budgets.

use fleetc_manifests::Value;

use super::ask::{has, items, text, word};
use super::walk::{Rule, Walk};
use super::workloads::in_range;
use crate::messages;

/// Rules about how many of something there are.
pub(super) const RULES: &[(&str, Rule)] = &[
    ("autoscaling.v2.HorizontalPodAutoscalerSpec", autoscaler),
    ("autoscaling.v1.HorizontalPodAutoscalerSpec", autoscaler),
    ("policy.v1.PodDisruptionBudgetSpec", budget),
    ("autoscaling.v2.MetricSpec", metric),
    ("autoscaling.v2.ResourceMetricSource", resource),
    ("autoscaling.v2.ContainerResourceMetricSource", resource),
    ("autoscaling.v2.PodsMetricSource", of_pods),
    ("autoscaling.v2.ObjectMetricSource", of_others),
    ("autoscaling.v2.ExternalMetricSource", of_others),
    ("autoscaling.v1.CrossVersionObjectReference", target),
    ("autoscaling.v2.CrossVersionObjectReference", target),
];

fn autoscaler<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    in_range(spec, "maxReplicas", 1, i64::MAX, walk);
    let measures_elsewhere =
        |metric: &Value| matches!(text(metric, "type"), Some("Object" | "External") | None);
    let least = i64::from(!items(spec, "metrics").any(measures_elsewhere));
    in_range(spec, "minReplicas", least, i64::MAX, walk);
    let number = |key: &str| spec.get(key).and_then(Value::as_integer);
    if let (Some(least), Some(most)) = (number("minReplicas"), number("maxReplicas"))
        && least > most
        && most > 0
        && let Some(written) = spec.get("maxReplicas")
    {
        let problem = format!("is {most}, and `minReplicas` is {least}");
        let path = walk.path_to("maxReplicas");
        walk.say(messages::bad_field_value(
            walk.place(written.place),
            &path,
            &problem,
            "make it as large, or larger",
        ));
    }
}

fn budget<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    if has(spec, "minAvailable") && has(spec, "maxUnavailable") {
        let message = format!("`{}` has `minAvailable` and `maxUnavailable` at once", walk.path());
        walk.say(messages::fields_that_exclude(walk.place(spec.place), &message, "keep one of them"));
    }
}

/// What a metric of each type is about stands under a field of its own.
fn metric<'v>(metric: &'v Value, walk: &mut Walk<'v, '_>) {
    let fields = ["containerResource", "external", "object", "pods", "resource"];
    let wanted = match text(metric, "type") {
        Some("ContainerResource") => "containerResource",
        Some("External") => "external",
        Some("Object") => "object",
        Some("Pods") => "pods",
        Some("Resource") => "resource",
        _ => return,
    };
    if !has(metric, wanted) {
        walk.needs(metric, wanted);
    }
    for field in fields.into_iter().filter(|field| *field != wanted && has(metric, field)) {
        walk.only(metric, field, "for another `type`");
    }
}

fn resource<'v>(source: &'v Value, walk: &mut Walk<'v, '_>) {
    goal(source, ["averageUtilization", "averageValue"], walk);
}

fn of_pods<'v>(source: &'v Value, walk: &mut Walk<'v, '_>) {
    walk.inside(source, "target", |walk, target| {
        if !has(target, "averageValue") {
            walk.needs(target, "averageValue");
        }
    });
}

fn of_others<'v>(source: &'v Value, walk: &mut Walk<'v, '_>) {
    let is_object = has(source, "describedObject");
    let target = source.get("target");
    // What an object is measured by may have both.
    if !is_object || target.is_some_and(|it| !has(it, "value")) {
        goal(source, ["averageValue", "value"], walk);
    }
}

/// What is aimed at is said once.
fn goal<'v>(source: &'v Value, fields: [&str; 2], walk: &mut Walk<'v, '_>) {
    walk.inside(source, "target", |walk, target| walk.exactly_one(target, &fields));
}

/// Since 1.35 a server asks for the group of what is scaled.
fn target<'v>(target: &'v Value, walk: &mut Walk<'v, '_>) {
    let is_late_enough =
        |minor: &str| minor.strip_prefix("1.").and_then(|it| it.parse().ok()) >= Some(35_u32);
    if !walk.versions.kubernetes().all(is_late_enough) || !walk.is_below("scaleTargetRef") {
        return;
    }
    if word(target, "apiVersion", "").is_some_and(|it| !it.contains('/')) {
        let help = "write the group and version of the kind: `apps/v1`";
        walk.bad(target, "apiVersion", "names no group", help);
    }
}

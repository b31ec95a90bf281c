//! How many: autoscalers, budgets, schedules.

use fleetc_manifests::Value;

use super::syntax::is_late;
use super::walk::{Rule, Walk};
use super::workloads::in_range;
use crate::messages;

/// Rules about how many of something there are, and when.
pub(super) const RULES: &[(&str, Rule)] = &[
    ("autoscaling.v2.HorizontalPodAutoscalerSpec", autoscaler),
    ("autoscaling.v1.HorizontalPodAutoscalerSpec", autoscaler),
    ("policy.v1.PodDisruptionBudgetSpec", budget),
    ("batch.v1.CronJobSpec", schedule),
];

fn autoscaler<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    in_range(spec, "maxReplicas", 1, i64::MAX, walk);
    in_range(spec, "minReplicas", 0, i64::MAX, walk);
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
    let has = |key: &str| spec.get(key).is_some_and(|it| !it.is_null());
    if has("minAvailable") && has("maxUnavailable") {
        let message = format!("`{}` has `minAvailable` and `maxUnavailable` at once", walk.path());
        walk.say(messages::fields_that_exclude(walk.place(spec.place), &message, "keep one of them"));
    }
}

/// Five fields, or one of the words; what is in them is left to the server.
fn schedule<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let Some(written) = spec.get("schedule") else { return };
    let Some(text) = written.as_text().filter(|text| !is_late(text)) else { return };
    let fields = text.split_whitespace().count();
    if !text.starts_with('@') && !text.contains("TZ=") && fields != 5 {
        let problem = format!("has {fields} fields, and a schedule has 5");
        let help = "minute, hour, day of the month, month, day of the week: `30 4 * * 1-5`";
        let path = walk.path_to("schedule");
        walk.say(messages::bad_field_value(walk.place(written.place), &path, &problem, help));
    }
}

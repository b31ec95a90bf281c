//! Jobs: how often, and what happens when a pod fails.

use fleetc_manifests::Value;

use super::ask::{has, is_empty, is_true, items, number, text, word};
use super::walk::{Rule, Walk};
use super::workloads::is_nothing;

/// Rules about Jobs.
pub(super) const RULES: &[(&str, Rule)] = &[
    ("batch.v1.JobSpec", indexed),
    ("batch.v1.JobSpec", selector),
    ("batch.v1.JobSpec", failures),
    ("batch.v1.PodFailurePolicyRule", failure),
    ("batch.v1.SuccessPolicyRule", success),
];

/// How many pods of a Job with indexes may run at once.
const MOST_AT_ONCE: i64 = 100_000;

/// What only Jobs with indexes have, and what they need.
fn indexed<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    match word(spec, "completionMode", "NonIndexed") {
        Some("NonIndexed") => {
            let fields = ["backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"];
            for field in fields.into_iter().filter(|field| has(spec, field)) {
                walk.only(spec, field, "beside `completionMode: Indexed`");
            }
        }
        Some("Indexed") => {
            if !has(spec, "completions") {
                walk.needs(spec, "completions");
            }
            if number(spec, "parallelism").is_some_and(|it| it > MOST_AT_ONCE) {
                walk.bad(spec, "parallelism", "is too large", &format!("write {MOST_AT_ONCE} or less"));
            }
            let (failed, all) = (number(spec, "maxFailedIndexes"), number(spec, "completions"));
            if failed.zip(all).is_some_and(|(failed, all)| failed > all) {
                walk.bad(spec, "maxFailedIndexes", "is more than `completions`", "write less");
            }
            if has(spec, "maxFailedIndexes") && !has(spec, "backoffLimitPerIndex") {
                walk.needs(spec, "backoffLimitPerIndex");
            }
        }
        _ => {}
    }
}

/// The server chooses the pods of a Job itself, unless it is told otherwise.
fn selector<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let is_manual = is_true(spec, "manualSelector");
    if walk.kind == "CronJob" && is_manual {
        walk.bad(spec, "manualSelector", "cannot be `true` here", "take it away");
    } else if is_manual && !has(spec, "selector") {
        walk.needs(spec, "selector");
    } else if !is_manual && has(spec, "selector") && (walk.kind == "CronJob" || !chooses_nothing(spec)) {
        walk.bad(spec, "selector", "is made by the server", "take it away");
    }
}

/// Whether the selector is there, and empty.
fn chooses_nothing(spec: &Value) -> bool {
    let is_empty = |field: &str| spec.find(&["selector", field]).is_none_or(is_nothing);
    is_empty("matchLabels") && is_empty("matchExpressions")
}

fn failures<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    let Some(policy) = spec.get("podFailurePolicy").filter(|it| !it.is_null()) else { return };
    let pod = spec.find(&["template", "spec"]);
    if let Some(pod) = pod.filter(|pod| text(pod, "restartPolicy") == Some("OnFailure")) {
        walk.below("template", |walk| {
            walk.below("spec", |walk| {
                walk.bad(
                    pod,
                    "restartPolicy",
                    "cannot be `OnFailure` beside `podFailurePolicy`",
                    "write `Never`",
                );
            });
        });
    }
    if text(spec, "podReplacementPolicy").is_some_and(|it| it != "Failed") {
        let problem = "can only be `Failed` beside `podFailurePolicy`";
        walk.bad(spec, "podReplacementPolicy", problem, "write `Failed`");
    }
    let names: Vec<&str> = ["containers", "initContainers"]
        .into_iter()
        .flat_map(|field| pod.map(|pod| items(pod, field)).into_iter().flatten())
        .filter_map(|container| container.get("name")?.as_text())
        .collect();
    walk.below("podFailurePolicy", |walk| {
        walk.each(policy, "rules", |walk, rule| {
            walk.inside(rule, "onExitCodes", |walk, codes| {
                if text(codes, "containerName").is_some_and(|name| !names.contains(&name)) {
                    walk.bad(codes, "containerName", "names no container of the Job", "mend the name");
                }
            });
            if text(rule, "action") == Some("FailIndex") && !has(spec, "backoffLimitPerIndex") {
                walk.only_value(rule, "action", "FailIndex", "beside `backoffLimitPerIndex`");
            }
        });
    });
}

fn failure<'v>(rule: &'v Value, walk: &mut Walk<'v, '_>) {
    let has_conditions = !is_empty(rule, "onPodConditions");
    if has(rule, "onExitCodes") == has_conditions {
        let fields = ["onExitCodes", "onPodConditions"];
        let found = if has_conditions { &fields[..] } else { &[] };
        let (place, path) = (walk.place(rule.place), walk.path());
        walk.say(crate::messages::not_one_of(place, &path, &fields, found));
    }
    walk.inside(rule, "onExitCodes", |walk, codes| {
        let numbers: Vec<i64> = items(codes, "values").filter_map(Value::as_integer).collect();
        if text(codes, "operator") == Some("In") && numbers.contains(&0) {
            walk.bad(codes, "values", "cannot hold 0 for `In`", "take it away: 0 is no failure");
        }
        if !numbers.is_sorted_by(|one, next| one < next) {
            walk.bad(codes, "values", "are not in order, each once", "sort them");
        }
    });
}

fn success<'v>(rule: &'v Value, walk: &mut Walk<'v, '_>) {
    if !has(rule, "succeededCount") && !has(rule, "succeededIndexes") {
        walk.needs(rule, "succeededCount");
    }
    let Some(all) = walk.around(2).and_then(|job| number(job, "completions")) else { return };
    let mut most = all;
    if let Some(text) = text(rule, "succeededIndexes") {
        let Some(count) = count_indexes(text, all) else {
            let help = "write indexes below `completions`, in order: `0-2,5`";
            walk.bad(rule, "succeededIndexes", &format!("cannot be `{text}`"), help);
            return;
        };
        most = count;
    }
    if number(rule, "succeededCount").is_some_and(|count| count > most) {
        walk.bad(rule, "succeededCount", "is more than there are", &format!("write {most} or less"));
    }
}

/// How many indexes are written: `0-2,5` are four.
fn count_indexes(text: &str, all: i64) -> Option<i64> {
    let (mut last, mut count) = (-1, 0);
    for interval in text.split(',') {
        let (start, end) = interval.split_once('-').unwrap_or((interval, interval));
        let (first, end): (i64, i64) = (start.parse().ok()?, end.parse().ok()?);
        let is_in_order = first > last && if interval.contains('-') { first < end } else { first == end };
        if !is_in_order || end >= all || first < 0 {
            return None;
        }
        count += end - first + 1;
        last = end;
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_are_counted() {
        assert_eq!(count_indexes("0-2,5", 10), Some(4));
        for wrong in ["2-1", "1,1", "a", "0-9", "1-2-3", "", "3,1", "1-1"] {
            assert_eq!(count_indexes(wrong, 9), None, "{wrong}");
        }
    }
}

//! Where pods run: tolerations, affinities and spread.

use fleetc_manifests::{List, Value};

use super::super::ask::{has, is_empty, text, texts, word};
use super::super::forms;
use super::super::syntax::is_label_value;
use super::super::walk::{Rule, Walk};
use fleetc_manifests::kinds::Form;

/// Rules about where pods run.
pub(in super::super) const RULES: &[(&str, Rule)] = &[
    ("core.v1.Toleration", toleration),
    ("core.v1.TopologySpreadConstraint", spread),
    ("core.v1.NodeSelectorTerm", term),
    ("core.v1.PodAffinityTerm", affinity),
    ("node.v1.Scheduling", twins),
];

fn toleration<'v>(toleration: &'v Value, walk: &mut Walk<'v, '_>) {
    let (Some(operator), Some(key)) = (word(toleration, "operator", "Equal"), word(toleration, "key", ""))
    else {
        return;
    };
    if key.is_empty() && operator != "Exists" {
        let help = "write `operator: Exists`, or the key";
        walk.bad(toleration, "operator", "can only be `Exists` without a `key`", help);
    }
    let is_timed = has(toleration, "tolerationSeconds");
    if is_timed && word(toleration, "effect", "").is_some_and(|it| it != "NoExecute") {
        walk.only(toleration, "tolerationSeconds", "beside `effect: NoExecute`");
    }
    match (operator, text(toleration, "value")) {
        ("Exists", Some(_)) => walk.only(toleration, "value", "beside `operator: Equal`"),
        ("Equal", Some(value)) if !is_label_value(value) => {
            let help = forms::help(Form::LabelValue);
            walk.bad(toleration, "value", &format!("cannot be `{value}`"), help);
        }
        _ => {}
    }
}

fn spread<'v>(spread: &'v Value, walk: &mut Walk<'v, '_>) {
    let is_firm = word(spread, "whenUnsatisfiable", "DoNotSchedule") == Some("DoNotSchedule");
    if has(spread, "minDomains") && !is_firm {
        walk.only(spread, "minDomains", "beside `whenUnsatisfiable: DoNotSchedule`");
    }
    keys(spread, &["matchLabelKeys"], walk);
}

fn affinity<'v>(term: &'v Value, walk: &mut Walk<'v, '_>) {
    keys(term, &["matchLabelKeys", "mismatchLabelKeys"], walk);
}

/// Keys of labels that are asked for beside a selector.
fn keys<'v>(value: &'v Value, fields: &[&'v str], walk: &mut Walk<'v, '_>) {
    for field in fields.iter().filter(|field| !is_empty(value, field)) {
        if !has(value, "labelSelector") {
            walk.only(value, field, "beside `labelSelector`");
        }
    }
}

fn term<'v>(term: &'v Value, walk: &mut Walk<'v, '_>) {
    walk.each(term, "matchExpressions", |walk, expression| {
        requirement(expression, walk);
        walk.has_form(expression, "key", Form::QualifiedName);
    });
    walk.each(term, "matchFields", |walk, field| {
        if text(field, "key").is_some_and(|key| key != "metadata.name") {
            walk.bad(field, "key", "is no field that nodes are chosen by", "write `metadata.name`");
        }
        let count = texts(field, "values").len();
        if matches!(text(field, "operator"), Some("In" | "NotIn")) && count != 1 {
            walk.bad(field, "values", "must be one value here", "name one node");
        }
    });
}

fn requirement<'v>(expression: &'v Value, walk: &mut Walk<'v, '_>) {
    let count = expression.get("values").and_then(Value::as_list).map_or(0, List::len);
    match text(expression, "operator") {
        Some(operator @ ("In" | "NotIn")) if count == 0 => {
            let help = "add values, or use `Exists`";
            walk.bad(expression, "values", &format!("must not be empty for `{operator}`"), help);
        }
        Some(operator @ ("Exists" | "DoesNotExist")) if count > 0 => {
            let help = "take the values away, or use `In`";
            walk.bad(expression, "values", &format!("must be empty for `{operator}`"), help);
        }
        Some(operator @ ("Gt" | "Lt")) if count != 1 => {
            walk.bad(
                expression,
                "values",
                &format!("must be one value for `{operator}`"),
                "write one number",
            );
        }
        _ => {}
    }
}

fn twins<'v>(scheduling: &'v Value, walk: &mut Walk<'v, '_>) {
    walk.no_twins(scheduling, "tolerations", &["key", "operator", "value", "effect", "tolerationSeconds"]);
}

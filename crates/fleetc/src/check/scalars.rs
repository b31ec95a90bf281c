//! Strings, numbers and booleans.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fleetc_manifests::kinds::{Limits, Scalar};
use fleetc_manifests::quantity::is_quantity;
use fleetc_manifests::{Data, Number, Value};

use super::forms;
use super::syntax::{is_late, is_time};
use super::walk::Walk;
use crate::messages;

/// Checks a scalar, and what it may be.
pub(super) fn check(value: &Value, scalar: Scalar, limits: &Limits, walk: &mut Walk<'_, '_>) {
    if value.as_text().is_some_and(is_late) {
        return;
    }
    if !is_of_type(value, scalar) {
        let place = walk.place(value.place);
        let found = value.type_name();
        walk.say(messages::wrong_field_type(place, &walk.path(), type_name(scalar), found));
        return;
    }
    check_form(value, scalar, walk);
    check_limits(value, scalar, limits, walk);
}

fn is_of_type(value: &Value, scalar: Scalar) -> bool {
    match (&value.data, scalar) {
        (Data::Bool(_), Scalar::Bool)
        | (
            Data::Text(_),
            Scalar::Text
            | Scalar::Time
            | Scalar::MicroTime
            | Scalar::Bytes
            | Scalar::Quantity
            | Scalar::IntOrString,
        )
        | (Data::Number(_), Scalar::Quantity | Scalar::Double) => true,
        (Data::Number(number), Scalar::Int32 | Scalar::Int64 | Scalar::IntOrString) => is_whole(number),
        _ => false,
    }
}

/// Whether it is an integer, also as `3.0`: apply takes that.
fn is_whole(number: &Number) -> bool {
    number.as_integer().is_some() || number.as_float().fract() == 0.0
}

fn type_name(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Text | Scalar::Time | Scalar::MicroTime | Scalar::Bytes => "a string",
        Scalar::Bool => "a boolean",
        Scalar::Int32 | Scalar::Int64 => "an integer",
        Scalar::Double => "a number",
        Scalar::Quantity => "an amount",
        Scalar::IntOrString => "an integer or a string",
    }
}

fn check_form(value: &Value, scalar: Scalar, walk: &mut Walk<'_, '_>) {
    let place = walk.place(value.place);
    match (scalar, value.as_text(), value.as_integer()) {
        (Scalar::Quantity, Some(text), _) if !is_quantity(text) => {
            let problem = format!("is no amount: `{text}`");
            let help = "a number and a unit without a space: `500m`, `0.5`, `64Mi`, `2Gi`";
            walk.say(messages::bad_field_value(place, &walk.path(), &problem, help));
        }
        (Scalar::Time, Some(text), _) if !is_time(text) => {
            walk.say(messages::bad_field_value(
                place,
                &walk.path(),
                "is no time",
                "write `2026-01-02T03:04:05Z`",
            ));
        }
        (Scalar::MicroTime, Some(text), _) if !is_time(text) || micros(text) != 6 => {
            let help = "write it with six digits behind the second: `2026-01-02T03:04:05.000000Z`";
            walk.say(messages::bad_field_value(place, &walk.path(), "is no time", help));
        }
        (Scalar::Bytes, Some(text), _) if !is_base64(text) => {
            // The value may be a secret: it is not shown.
            let help = "encode it with `base64 --wrap 0`, or write it as it is into `stringData`";
            walk.say(messages::bad_field_value(place, &walk.path(), "is not base64", help));
        }
        (Scalar::Int32, _, Some(integer)) if i32::try_from(integer).is_err() => {
            walk.say(messages::large_integer(place, &walk.path()));
        }
        _ => {}
    }
}

/// How many digits stand behind the second.
fn micros(text: &str) -> usize {
    let rest = text.split_once('.').map_or("", |(_, rest)| rest);
    rest.bytes().take_while(u8::is_ascii_digit).count()
}

fn is_base64(text: &str) -> bool {
    let without_breaks: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    STANDARD.decode(without_breaks).is_ok()
}

fn check_limits(value: &Value, scalar: Scalar, limits: &Limits, walk: &mut Walk<'_, '_>) {
    if let Some(form) = limits.form {
        forms::check(value, form, walk);
    }
    if let Some(text) = value.as_text() {
        check_values(value, text, limits, walk);
        check_text(value, text, limits, walk);
    }
    if let Some(written) = value.as_integer() {
        // The server keeps the lower bits of what does not fit.
        #[allow(clippy::cast_possible_truncation, reason = "it is what the server does")]
        let number =
            if scalar == Scalar::Int32 && !walk.is_custom { i64::from(written as i32) } else { written };
        let place = walk.place(value.place);
        if let Some(minimum) = limits.minimum.filter(|minimum| number < *minimum) {
            let help = format!("write {minimum} or more");
            walk.say(messages::bad_field_value(place, &walk.path(), &format!("cannot be {written}"), &help));
        }
        if let Some(maximum) = limits.maximum.filter(|maximum| number > *maximum) {
            let help = format!("write {maximum} or less");
            walk.say(messages::bad_field_value(place, &walk.path(), &format!("cannot be {written}"), &help));
        }
    }
}

/// Kinds of Kubernetes take the empty string in many places, for the default.
fn check_values(value: &Value, text: &str, limits: &Limits, walk: &mut Walk<'_, '_>) {
    if limits.values.is_empty() || (text.is_empty() && !walk.is_custom) {
        return;
    }
    let known = limits.values.iter().filter(|(_, versions)| versions.meet(walk.versions));
    let known: Vec<&str> = known.map(|(value, _)| *value).collect();
    if !known.contains(&text) {
        walk.say(messages::not_a_value(walk.place(value.place), &walk.path(), text, &known));
    }
}

fn check_text(value: &Value, text: &str, limits: &Limits, walk: &mut Walk<'_, '_>) {
    let place = walk.place(value.place);
    let has_limit = limits.min_length.is_some() || limits.max_length.is_some();
    let length = if has_limit { text.chars().count() } else { 0 };
    if length == 0 && limits.min_length.is_some_and(|least| least > 0) {
        walk.say(messages::bad_field_value(place, &walk.path(), "is empty", "write a value"));
    } else if let Some(least) = limits.min_length.filter(|least| length < *least) {
        let (problem, help) = (format!("has {length} characters"), format!("write at least {least}"));
        walk.say(messages::bad_field_value(place, &walk.path(), &problem, &help));
    } else if let Some(most) = limits.max_length.filter(|most| length > *most) {
        let (problem, help) = (format!("has {length} characters"), format!("{most} are the most"));
        walk.say(messages::bad_field_value(place, &walk.path(), &problem, &help));
    }
    if let Some(pattern) = limits.pattern.filter(|pattern| !walk.patterns.meets(pattern, text)) {
        let help = match pattern {
            it if it.contains("(ms|s|m") => "a duration is a number and a unit: `30s`, `5m`, `1h`".to_owned(),
            it => format!("it must match `{it}`"),
        };
        walk.say(messages::bad_field_value(
            place,
            &walk.path(),
            "does not have the form that it needs",
            &help,
        ));
    }
}

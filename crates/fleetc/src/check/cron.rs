//! Schedules of CronJobs.

use std::ops::RangeInclusive;

use fleetc_manifests::Value;

use super::ask::text;
use super::walk::{Rule, Walk};

/// Rules about schedules.
pub(super) const RULES: &[(&str, Rule)] = &[("batch.v1.CronJobSpec", schedule)];

/// A field: what it is called, its numbers, and the names that stand for the first of them and those after it.
struct Field {
    name: &'static str,
    numbers: RangeInclusive<u32>,
    words: &'static [&'static str],
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const FIELDS: [Field; 5] = [
    Field { name: "minute", numbers: 0..=59, words: &[] },
    Field { name: "hour", numbers: 0..=23, words: &[] },
    Field { name: "day of the month", numbers: 1..=31, words: &[] },
    Field { name: "month", numbers: 1..=12, words: &MONTHS },
    Field { name: "day of the week", numbers: 0..=6, words: &DAYS },
];

const NAMED: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

fn schedule<'v>(spec: &'v Value, walk: &mut Walk<'v, '_>) {
    if let Some(written) = text(spec, "schedule")
        && let Some(problem) = problem(written)
    {
        let help = "minute, hour, day of the month, month, day of the week: `30 4 * * 1-5`";
        walk.bad(spec, "schedule", &problem, help);
    }
    let zone = text(spec, "timeZone");
    if let Some(zone) = zone.filter(|zone| zone.eq_ignore_ascii_case("local") || !is_zone(zone)) {
        let help = "write a time zone of IANA: `Europe/Berlin`, `Etc/UTC`";
        walk.bad(spec, "timeZone", &format!("cannot be `{zone}`"), help);
    }
}

/// Whether it can be the name of a time zone: which ones there are is the server's to know.
fn is_zone(text: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
    text.split('/').all(|part| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && !part.starts_with('-')
            && part.chars().all(is_of_name)
    })
}

/// What is wrong with a schedule.
fn problem(text: &str) -> Option<String> {
    if text.contains("TZ") {
        return Some("cannot name a time zone: `timeZone` does".into());
    }
    if text.starts_with('@') {
        let is_known = NAMED.contains(&text) || text.strip_prefix("@every ").is_some_and(may_be_duration);
        return (!is_known).then(|| format!("cannot be `{text}`"));
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Some(format!("has {} fields, and a schedule has 5", fields.len()));
    }
    let wrong = FIELDS.iter().zip(fields).find(|(field, text)| !is_field(text, field));
    wrong.map(|(field, text)| format!("cannot have `{text}` as {}", field.name))
}

/// Whether it looks like a duration: `1h30m`.
fn may_be_duration(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) && text.ends_with(['s', 'm', 'h'])
}

fn is_field(text: &str, field: &Field) -> bool {
    text.split(',').filter(|part| !part.is_empty()).all(|part| is_range(part, field))
}

/// `5`, `1-5`, `*/10`, `mon-fri`.
fn is_range(text: &str, field: &Field) -> bool {
    let (range, step) = text.split_once('/').map_or((text, None), |(range, step)| (range, Some(step)));
    if step.is_some_and(|step| number(step).is_none_or(|step| step == 0)) {
        return false;
    }
    let ends: Vec<&str> = range.split('-').collect();
    if matches!(ends[0], "*" | "?") {
        return true;
    }
    let numbers: Option<Vec<u32>> = ends.iter().map(|end| number_or_name(end, field)).collect();
    match numbers.as_deref() {
        Some([only]) => field.numbers.contains(only),
        Some([first, last]) => first <= last && field.numbers.contains(first) && field.numbers.contains(last),
        _ => false,
    }
}

fn number_or_name(text: &str, field: &Field) -> Option<u32> {
    let lower = text.to_ascii_lowercase();
    let named = field.words.iter().position(|word| *word == lower).and_then(|at| u32::try_from(at).ok());
    named.map(|at| field.numbers.start() + at).or_else(|| number(text))
}

fn number(text: &str) -> Option<u32> {
    text.strip_prefix('+').unwrap_or(text).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_told_from_other_text() {
        for right in [
            "30 4 * * 1-5",
            "*/5 1,2 1-9/2 JAN-mar sun",
            "? ? ? ? ?",
            "5/10 * * * *",
            "1, * * * *",
            "@daily",
            "@every 1h30m",
        ] {
            assert_eq!(problem(right), None, "{right}");
        }
        for wrong in [
            "* * * *",
            "60 * * * *",
            "* * 0 * *",
            "* * * * 7",
            "*/0 * * * *",
            "9-1 * * * *",
            "1-2-3 * * * *",
            "0 0 L * *",
            "@Daily",
            "@every often",
            "TZ=UTC 1 1 * * *",
            "a * * * *",
        ] {
            assert!(problem(wrong).is_some(), "{wrong}");
        }
        assert!(is_zone("Etc/GMT+1") && !is_zone("../UTC") && !is_zone("a b"));
    }
}

//! Ranges of versions as Flux reads them. Source: `NewConstraint` of github.com/Masterminds/semver/v3.

/// What may stand before a version, the longer one first.
const OPERATORS: [&str; 11] = ["!=", ">=", "=>", "<=", "=<", "~>", "=", ">", "<", "~", "^"];

/// Whether it is a range of versions, or a version: `>=1.2 <2`, `1.x || ^2.1.0`, `1.2 - 1.4`.
pub(super) fn is_range(text: &str) -> bool {
    text.split("||").all(is_part)
}

/// Whether it is versions, each with its operator, with spaces or commas between them.
fn is_part(text: &str) -> bool {
    let mut rest = text.trim_start();
    let mut count = 0;
    while !rest.is_empty() {
        let Some(after) = after_constraint(rest) else { return false };
        count += 1;
        let (next, is_apart) = after_gap(after);
        // A comma wants something behind it, and a version something between it and the next.
        if (next.is_empty() && after.contains(',')) || (!next.is_empty() && !is_apart) {
            return false;
        }
        rest = next;
    }
    count > 0
}

/// What stands behind the first version and its operator, or behind `1.2 - 1.4`.
fn after_constraint(text: &str) -> Option<&str> {
    let operator = OPERATORS.iter().find(|operator| text.starts_with(**operator));
    let after_operator = operator.map_or(text, |operator| text[operator.len()..].trim_start());
    let after = after_version(after_operator)?;
    let range = after.trim_start().strip_prefix('-').filter(|rest| rest.starts_with(char::is_whitespace));
    match range.filter(|_| operator.is_none() && after.starts_with(char::is_whitespace)) {
        Some(rest) => after_version(rest.trim_start()),
        None => Some(after),
    }
}

/// What stands behind the gap between two versions, and whether there is one.
fn after_gap(text: &str) -> (&str, bool) {
    let rest = text.trim_start();
    let rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    (rest, rest.len() < text.len())
}

/// What stands behind a version, if the text begins with one.
fn after_version(text: &str) -> Option<&str> {
    let end = text.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(text.len());
    let (version, after) = text.split_at(end);
    is_version(version).then_some(after)
}

/// Whether it is a version, of which parts may be missing, or be `x` or `*`.
fn is_version(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let (core, before) = text.split_once('-').map_or((text, None), |(core, before)| (core, Some(before)));
    let parts: Vec<&str> = core.split('.').collect();
    parts.len() <= 3
        && parts.iter().all(|part| matches!(*part, "x" | "X" | "*") || is_number(part))
        && [build, before].into_iter().flatten().all(is_suffix)
}

fn is_number(text: &str) -> bool {
    text.parse::<u64>().is_ok() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_suffix(text: &str) -> bool {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    text.split('.').all(|part| !part.is_empty() && part.bytes().all(is_known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_told_from_other_text() {
        for right in [
            "*",
            "1",
            "1.2",
            "1.2.3",
            "v1.2.3",
            "1.x",
            "1.2.*",
            "x",
            ">=1.2.0 <2.0.0",
            ">= 1.2, < 2",
            ">=1.2,<2",
            "^1.2",
            "~1",
            "~>1.2",
            "=>1",
            "=<2",
            "!=1.2.3",
            "1.2 - 1.4.5",
            "1 - 2 || ^3",
            "<1||>2",
            " 1.2.3 ",
            "1.2.3-rc.1",
            "1.2.3+build.5",
            ">=1.0.0-0",
            "6.7.1-alpha-2",
            "1.2.3-0 - 2",
        ] {
            assert!(is_range(right), "{right}");
        }
        for wrong in [
            "",
            "latest",
            "1..2",
            "1.2.3.4",
            ">",
            "==1",
            ">>1",
            "1.2.3-",
            "1.2.3+",
            "1,",
            "1 ||",
            "main",
            "1.2.3@sha256:ab",
            "v",
            "1.y",
            "> = 1",
            "1.2.3 -",
            "a1",
            "^v",
            "1;2",
        ] {
            assert!(!is_range(wrong), "{wrong}");
        }
    }
}

//! What a scalar without quotes means.
//!
//! Two readers stand between a file and a cluster: kustomize's, and Kubernetes' own. Both follow YAML 1.1
//! with exceptions of their own (go.yaml.in/yaml/v3 and v2), and mostly agree.

use super::Problem;
use crate::{Data, Number};

/// What `text`, written without quotes, means to Kubernetes; an error where kustomize differs,
/// or where JSON cannot say it.
///
/// ```
/// use fleetc_manifests::{value, yaml};
///
/// assert_eq!(yaml::plain("0644"), Ok(value!(420).data));
/// assert!(yaml::plain("yes").is_err());
/// ```
pub fn plain(text: &str) -> Result<Data, Problem> {
    let Some(&first) = text.as_bytes().first() else {
        return Ok(Data::Null);
    };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text),
        b'0'..=b'9' | b'+' | b'-' | b'.' => numeric(text),
        _ => Ok(Data::Text(text.into())),
    }
}

/// The words that mean something, in their three spellings.
fn word(text: &str) -> Result<Data, Problem> {
    match text {
        "~" | "null" | "Null" | "NULL" => Ok(Data::Null),
        "true" | "True" | "TRUE" => Ok(Data::Bool(true)),
        "false" | "False" | "FALSE" => Ok(Data::Bool(false)),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Err(ambiguous(text, "`true`", "text")),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Err(ambiguous(text, "`false`", "text")),
        _ => Ok(Data::Text(text.into())),
    }
}

fn ambiguous(text: &str, kubernetes: &'static str, kustomize: &'static str) -> Problem {
    Problem::Ambiguous { written: text.into(), kubernetes, kustomize }
}

fn numeric(text: &str) -> Result<Data, Problem> {
    if let Some(b"inf" | b"Inf" | b"INF" | b"nan" | b"NaN" | b"NAN") = special(text) {
        return Err(Problem::NotFinite(text.into()));
    }
    if text.starts_with('.') {
        return Ok(Number::decimal(text).map_or_else(|| Data::Text(text.into()), Data::Number));
    }
    if is_timestamp(text) {
        return Err(ambiguous(text, "text", "a point in time"));
    }
    let plain: String = text.chars().filter(|&c| c != '_').collect();
    match integer(&plain) {
        Some(Ok(it)) => return Ok(Data::Number(it.into())),
        Some(Err(())) => return Err(Problem::TooLarge(text.into())),
        None => {}
    }
    if let Ok(it) = plain.parse::<i64>() {
        // `08`: no octal number, so Go reads it as the decimal 8.
        return Ok(Data::Number(it.into()));
    }
    Ok(Number::decimal(&plain).map_or_else(|| Data::Text(text.into()), Data::Number))
}

/// What follows the point of `.inf`, `-.inf`, `.nan`.
fn special(text: &str) -> Option<&[u8]> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let word = unsigned.strip_prefix('.')?.as_bytes();
    let signed = unsigned.len() < text.len();
    (!signed || word.eq_ignore_ascii_case(b"inf")).then_some(word)
}

/// Reads an integer with Go's prefixes: `0x`, `0o`, `0b`, and `0` for octal; an error if it is one, but too large.
fn integer(text: &str) -> Option<Result<i64, ()>> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (radix, digits) = match unsigned.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &unsigned[2..]),
        [b'0', b'o' | b'O', ..] => (8, &unsigned[2..]),
        [b'0', b'b' | b'B', ..] => (2, &unsigned[2..]),
        [b'0', _, ..] => (8, &unsigned[1..]),
        _ => (10, unsigned),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let Ok(magnitude) = i128::from_str_radix(digits, radix) else {
        return Some(Err(()));
    };
    let signed = if negative { -magnitude } else { magnitude };
    Some(i64::try_from(signed).map_err(|_| ()))
}

/// Whether Go's YAML 3 takes it for a date or a point in time.
fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || bytes[4] != b'-' || !bytes[..4].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some((bytes[at], &text[at + 1..]))),
        None => (text, None),
    };
    is_date(date)
        && match time {
            None => true,
            Some((b' ', time)) => is_time_of_day(time),
            Some((_, time)) => split_zone(time).is_some_and(is_time_of_day),
        }
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let year: u32 = year.parse().unwrap_or(0);
    let days = match short_number(month) {
        Some(1 | 3 | 5 | 7 | 8 | 10 | 12) => 31,
        Some(4 | 6 | 9 | 11) => 30,
        Some(2) if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        Some(2) => 28,
        _ => return false,
    };
    short_number(day).is_some_and(|day| (1..=days).contains(&day))
}

/// The time before `Z` or an offset such as `+02:00`.
fn split_zone(text: &str) -> Option<&str> {
    if let Some(time) = text.strip_suffix('Z') {
        return Some(time);
    }
    let (time, zone) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
    let within = |text: &str, limit| text.len() == 2 && short_number(text).is_some_and(|it| it <= limit);
    (within(hours, 24) && within(minutes, 60)).then_some(time)
}

fn is_time_of_day(text: &str) -> bool {
    let mut parts = text.split(':');
    let (Some(hour), Some(minute), Some(second), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let (second, fraction) = match second.find(['.', ',']) {
        Some(at) => (&second[..at], &second[at + 1..]),
        None => (second, "0"),
    };
    let below = |text, limit| short_number(text).is_some_and(|it| it < limit);
    below(hour, 24)
        && below(minute, 60)
        && below(second, 60)
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number of one or two digits.
fn short_number(text: &str) -> Option<u32> {
    (matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn numbers_mean_what_kubernetes_says() {
        for (text, meant) in [
            ("0644", 420),
            ("0o17", 15),
            ("0x1F", 31),
            ("0b11", 3),
            ("-0b1", -1),
            ("1_000", 1000),
            ("+5", 5),
            ("-0", 0),
            ("9223372036854775807", i64::MAX),
        ] {
            assert_eq!(plain(text).unwrap(), Data::Number(meant.into()), "{text}");
        }
        assert_eq!(plain("08").unwrap(), value!(8).data);
        assert_eq!(plain("1e3").unwrap(), value!(1000).data);
    }

    #[test]
    fn what_only_looks_like_a_number_is_text() {
        for text in [
            "1.2.3",
            "12:30",
            "0x",
            "1e400",
            "._5",
            ".",
            "-",
            "+",
            "1-2",
            "2001-13-45",
            "0o8",
            "--1",
            "1__x",
            "=",
            "<<",
            "0x_",
            "2001-1-1x",
            "nope",
            "yEs",
            "tRUE",
            "-.nan",
        ] {
            assert_eq!(plain(text).unwrap(), Data::Text(text.into()), "{text}");
        }
    }

    #[test]
    fn what_the_readers_take_differently_is_refused() {
        for text in [
            "yes",
            "No",
            "on",
            "OFF",
            "y",
            "N",
            "2001-01-01",
            "2001-1-1",
            "2001-12-14t21:59:43.10-05:00",
            "2001-12-14 21:59:43.10",
            "2001-12-14T21:59:43Z",
        ] {
            assert!(matches!(plain(text), Err(Problem::Ambiguous { .. })), "{text}");
        }
    }

    #[test]
    fn what_json_cannot_say_is_refused() {
        for text in [".inf", "-.INF", "+.Inf", ".nan"] {
            assert!(matches!(plain(text), Err(Problem::NotFinite(_))), "{text}");
        }
        for text in ["9223372036854775808", "-9223372036854775809", "0xffffffffffffffffff"] {
            assert!(matches!(plain(text), Err(Problem::TooLarge(_))), "{text}");
        }
    }
}

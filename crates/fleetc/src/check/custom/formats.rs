//! Formats of strings that servers hold values against; of the others nothing is said.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Whether it is certain that the text does not have the format.
pub(super) fn is_missed(text: &str, format: &str) -> bool {
    match format {
        "byte" => !is_base64(text),
        "cidr" => !is_network(text),
        "date" => !is_day(text),
        "date-time" => !may_be_time(text),
        "email" => !text.contains('@'),
        "ipv4" => text.parse::<Ipv4Addr>().is_err(),
        "ipv6" => text.parse::<Ipv6Addr>().is_err(),
        _ => false,
    }
}

fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    !text.is_empty()
        && text.len().is_multiple_of(4)
        && text.len() - digits.len() <= 2
        && digits.bytes().all(is_digit)
}

fn is_network(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let most = if address.parse::<Ipv4Addr>().is_ok() {
        32
    } else if address.parse::<Ipv6Addr>().is_ok() {
        128
    } else {
        return false;
    };
    length.bytes().all(|byte| byte.is_ascii_digit())
        && length.parse::<u8>().is_ok_and(|length| length <= most)
}

/// A day of some month: servers know which months are short, this does not.
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_number =
        |text: &str, width: usize| text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_within = |text: &str, most: u8| text.parse::<u8>().is_ok_and(|it| (1..=most).contains(&it));
    matches!(parts[..], [year, month, day] if is_number(year, 4) && is_number(month, 2) && is_number(day, 2)
        && is_within(month, 12) && is_within(day, 31))
}

/// A day, `T` and a time of the day, of which only the first is looked at closely.
fn may_be_time(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower
        .split_once('t')
        .is_some_and(|(day, time)| is_day(day) && time.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_from_other_text() {
        for (format, right, wrong) in [
            ("byte", "aGFsbG8=", "not base64!"),
            ("cidr", "10.0.0.0/8", "10.0.0.0"),
            ("date", "2026-01-02", "2026-13-02"),
            ("date-time", "2026-01-02T03:04:05Z", "yesterday"),
            ("email", "a@example.com", "nobody"),
            ("ipv4", "10.1.2.3", "::1"),
            ("ipv6", "::1", "10.1.2.3"),
        ] {
            assert!(!is_missed(right, format), "{right}");
            assert!(is_missed(wrong, format), "{wrong}");
        }
        assert!(!is_missed("anything", "uri"));
    }
}

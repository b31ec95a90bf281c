//! How names, labels and times are written. Source: apimachinery/pkg/util/validation.

/// Whether it is a DNS label: `web-1`.
pub(super) fn is_dns_label(text: &str) -> bool {
    text.len() <= 63 && is_dns_part(text)
}

/// Whether it is a DNS subdomain: `a.example`.
pub(super) fn is_dns_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_dns_part)
}

fn is_dns_part(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with('-')
        && !part.ends_with('-')
        && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Whether it is the key of a label or an annotation: `app`, `example.com/app`.
pub(super) fn is_qualified_name(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_dns_subdomain(prefix) && is_plain_name(name),
        None => is_plain_name(text),
    }
}

/// Whether it is the value of a label.
pub(super) fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_plain_name(text)
}

fn is_plain_name(text: &str) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && is_end(bytes.first())
        && is_end(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

/// Whether it is the name of a port: at most 15 of `a` to `z`, digits and `-`, a letter among them.
pub(super) fn is_port_name(text: &str) -> bool {
    text.len() <= 15
        && is_dns_part(text)
        && !text.contains("--")
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// Whether it is a key of a ConfigMap or a Secret.
pub(super) fn is_config_key(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 253
        && text != "."
        && text != ".."
        && !text.starts_with("..")
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Whether it is the name of an environment variable, as the strictest version of Kubernetes sees it, or a looser one.
pub(super) fn is_environment_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=')
}

/// Whether it is a time as RFC 3339 has it: `2026-01-02T03:04:05Z`.
pub(super) fn is_time(text: &str) -> bool {
    let is_shaped = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(byte, shape)| match shape {
                b'0' => byte.is_ascii_digit(),
                _ => byte == shape,
            })
    };
    let Some((start, rest)) = text.split_at_checked(19) else { return false };
    let part = |from: usize| start.get(from..from + 2).and_then(|it| it.parse::<u8>().ok()).unwrap_or(99);
    let is_on_clock = part(11) < 24 && part(14) < 60 && part(17) < 60;
    let is_day = (1..=12).contains(&part(5)) && (1..=31).contains(&part(8));
    let zone =
        rest.strip_prefix('.').map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let is_fraction = zone.len() + 1 != rest.len();
    is_shaped(start, "0000-00-00T00:00:00")
        && is_on_clock
        && is_day
        && is_fraction
        && (zone == "Z" || zone.strip_prefix(['+', '-']).is_some_and(|it| is_shaped(it, "00:00")))
}

/// Whether Flux fills something in here on the cluster: what it will be, nobody knows yet.
pub(super) fn is_late(text: &str) -> bool {
    // Few texts have a dollar at all, and a byte is found faster than two.
    text.contains('$') && text.contains("${")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_told_from_other_text() {
        let long = "a".repeat(64);
        for right in ["app", "a/b", "app.kubernetes.io/name", "A_b.c", "1"] {
            assert!(is_qualified_name(right), "{right}");
        }
        for wrong in ["", "-a", "a-", "a/b/c", "/a", "a/", "A/b", "a b", long.as_str()] {
            assert!(!is_qualified_name(wrong), "{wrong}");
        }
        assert!(is_label_value("") && !is_label_value("a b") && !is_label_value(&long));
    }

    #[test]
    fn times_are_told_from_other_text() {
        for right in ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000006Z", "2026-01-02T03:04:05+01:00"] {
            assert!(is_time(right), "{right}");
        }
        for wrong in [
            "",
            "yesterday",
            "2026-01-02",
            "2026-01-02T03:04:05",
            "2026-13-02T03:04:05Z",
            "2026-01-02T03:04:05.Z",
        ] {
            assert!(!is_time(wrong), "{wrong}");
        }
    }

    #[test]
    fn names_of_ports_need_a_letter() {
        assert!(is_port_name("http") && is_port_name("8080-tcp"));
        assert!(!is_port_name("8080") && !is_port_name("metrics-and-more-x") && !is_port_name("a--b"));
    }
}

//! Texts and numbers against the form that servers ask for.

use std::net::IpAddr;

use fleetc_manifests::Value;
use fleetc_manifests::kinds::Form;
use fleetc_manifests::quantity::Quantity;

use super::addresses::{address, network};
use super::syntax::{
    is_config_key, is_dns_label, is_dns_subdomain, is_label_value, is_late, is_port_name, is_qualified_name,
};
use super::walk::Walk;
use crate::messages;

/// Says that a value does not have its form; what only the cluster will know, and what is left empty, may have any.
pub(super) fn check(value: &Value, form: Form, walk: &mut Walk<'_, '_>) {
    if !is_met(value, form) {
        let problem = match value.as_text() {
            Some(text) => format!("cannot be `{text}`"),
            None => format!("cannot be {}", value.as_integer().unwrap_or_default()),
        };
        let place = walk.place(value.place);
        walk.say(messages::bad_field_value(place, &walk.path(), &problem, help(form)));
    }
}

/// Whether the value has the form.
fn is_met(value: &Value, form: Form) -> bool {
    match (value.as_text(), value.as_integer()) {
        (Some(text), _) if is_late(text) => true,
        (Some(""), _) => form != Form::NotEmpty,
        (Some(text), _) => is_text_met(text, form),
        (None, Some(number)) => is_number_met(number, form),
        _ => true,
    }
}

/// Whether the key of a map has the form.
pub(super) fn is_key_met(key: &str, form: Form) -> bool {
    is_late(key) || (!key.is_empty() && is_text_met(key, form))
}

fn is_number_met(number: i64, form: Form) -> bool {
    match form {
        Form::Amount | Form::AmountOrPercent | Form::Share => number >= 0,
        Form::PositiveAmount => number > 0,
        Form::Port => (1..=65535).contains(&number),
        Form::TargetPort => (0..=65535).contains(&number),
        _ => true,
    }
}

fn is_text_met(text: &str, form: Form) -> bool {
    match form {
        Form::AbsolutePath => text.starts_with('/'),
        Form::Amount => Quantity::of(text).is_none_or(|it| !it.is_negative()),
        Form::PositiveAmount => Quantity::of(text).is_none_or(Quantity::is_positive),
        Form::AmountOrPercent => percent(text).is_some(),
        Form::Share => percent(text).is_some_and(|it| it <= 100),
        Form::Cidr => network(text).is_some(),
        Form::Ip => address(text).is_some(),
        Form::EndpointIp => address(text).is_some_and(is_endpoint),
        Form::Port | Form::PortName | Form::TargetPort => is_port_name(text),
        Form::DescendingPath => !text.starts_with('/') && has_no_backsteps(text),
        Form::NoBacksteps => has_no_backsteps(text),
        Form::PathSegment => is_path_segment(text),
        _ => is_name_met(text, form),
    }
}

fn is_name_met(text: &str, form: Form) -> bool {
    match form {
        Form::ConfigKey => is_config_key(text),
        Form::ContainerResource => is_qualified_name(text) && (text.contains('/') || is_of_containers(text)),
        Form::DnsLabel => is_dns_label(text),
        Form::DnsSubdomain => is_dns_subdomain(text),
        Form::Domain => is_dns_subdomain(text) && text.contains('.'),
        Form::ThreePartName => is_dns_subdomain(text) && text.matches('.').count() >= 2,
        Form::DomainPath => is_domain_path(text),
        Form::DriverName => text.len() <= 63 && is_dns_subdomain(&text.to_lowercase()),
        Form::DriverPath => is_qualified_name(&text.to_lowercase()),
        Form::Host => is_dns_subdomain(text.strip_prefix("*.").unwrap_or(text)),
        Form::HttpHeader => text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'),
        Form::Identifier => is_identifier(text),
        Form::JsonPath => text.starts_with('.'),
        Form::KindName => is_rfc1035_label(&text.to_lowercase()),
        Form::LabelValue => is_label_value(text),
        Form::LimitType => is_one_of_or_qualified(text, &["Container", "PersistentVolumeClaim", "Pod"]),
        Form::NamespaceFinalizer => {
            is_one_of_or_qualified(text, &["kubernetes", "orphan", "foregroundDeletion"])
        }
        Form::QualifiedName => is_qualified_name(text),
        Form::Rfc1035Label => is_rfc1035_label(text),
        Form::Sysctl => text.len() <= 253 && text.split(['.', '/']).all(is_part_of_sysctl),
        _ => true,
    }
}

/// A percentage: digits and `%`.
fn percent(text: &str) -> Option<u64> {
    let digits = text.strip_suffix('%').filter(|digits| !digits.is_empty())?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().unwrap_or(u64::MAX))
}

fn is_endpoint(address: IpAddr) -> bool {
    let is_link_local = match address {
        IpAddr::V4(it) => it.is_link_local() || (it.is_multicast() && it.octets()[..3] == [224, 0, 0]),
        IpAddr::V6(it) => it.is_unicast_link_local() || it.segments()[0] & 0xff0f == 0xff02,
    };
    !address.is_unspecified() && !address.is_loopback() && !is_link_local
}

fn has_no_backsteps(text: &str) -> bool {
    text.split('/').all(|part| part != "..")
}

/// Whether it can be a part of an address, as the names of most objects must.
pub(super) fn is_path_segment(text: &str) -> bool {
    text != "." && text != ".." && !text.contains(['/', '%'])
}

fn is_rfc1035_label(text: &str) -> bool {
    is_dns_label(text) && text.starts_with(|first: char| first.is_ascii_lowercase())
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_domain_path(text: &str) -> bool {
    let is_of_path = |c: char| c.is_ascii_alphanumeric() || "/-._~%!$&'()*+,;=:".contains(c);
    text.split_once('/').is_some_and(|(host, path)| {
        is_dns_subdomain(host) && !path.is_empty() && path.chars().all(is_of_path)
    })
}

fn is_one_of_or_qualified(text: &str, known: &[&str]) -> bool {
    is_qualified_name(text) && (text.contains('/') || known.contains(&text))
}

/// Whether containers know the resource, whose name has no domain.
fn is_of_containers(name: &str) -> bool {
    matches!(name, "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-")
}

fn is_part_of_sysctl(part: &str) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_some_and(|it| it.is_ascii_lowercase() || it.is_ascii_digit());
    let bytes = part.as_bytes();
    is_end(bytes.first())
        && is_end(bytes.last())
        && bytes.iter().all(|it| is_end(Some(it)) || matches!(it, b'-' | b'_'))
}

/// How to write what has the form.
pub(super) fn help(form: Form) -> &'static str {
    match form {
        Form::AbsolutePath => "write a path that begins with `/`",
        Form::Amount => "write 0 or more",
        Form::AmountOrPercent => "write a number of 0 or more, or a percentage in quotes: `25%`",
        Form::Share => "write a number of 0 or more, or a percentage in quotes, at most `100%`",
        Form::PositiveAmount => "write more than 0",
        Form::Cidr => "write a network: `10.0.0.0/8`, `2001:db8::/32`",
        Form::Ip => "write an IP address: `10.1.2.3`, `2001:db8::1`",
        Form::EndpointIp => "write the IP address of an endpoint, and none that is local to a host",
        Form::ConfigKey => "letters, digits, `-`, `_` and `.`, at most 253 of them",
        Form::ContainerResource => {
            "write `cpu`, `memory`, `ephemeral-storage`, `hugepages-…`, or a name with a domain"
        }
        Form::DescendingPath => "write a relative path without `..`",
        Form::NoBacksteps => "take `..` away",
        Form::NotEmpty => "write a name",
        Form::PathSegment => "a name has no `/` and no `%`",
        Form::Port => "write 1 to 65535, or the name of a port",
        Form::TargetPort => {
            "write 1 to 65535, or the name of a port: at most 15 lower-case letters, digits and `-`, a letter among them"
        }
        Form::PortName => "at most 15 lower-case letters, digits and `-`, a letter among them",
        _ => help_for_name(form),
    }
}

fn help_for_name(form: Form) -> &'static str {
    match form {
        Form::DnsLabel => {
            "lower-case letters, digits and `-`, at most 63 of them, beginning and ending with a letter or a digit"
        }
        Form::Rfc1035Label => {
            "lower-case letters, digits and `-`, at most 63 of them, beginning with a letter"
        }
        Form::KindName => "letters and digits, at most 63 of them, beginning with a letter: `MyKind`",
        Form::Domain => "write a domain with a dot: `example.com`",
        Form::ThreePartName => "write a domain of three parts or more: `check.example.com`",
        Form::DomainPath => "write a domain, `/` and a name: `example.com/it`",
        Form::DriverName | Form::DriverPath => "write the name of the driver: `disk.example.com`",
        Form::Host => "write a DNS name in lower-case letters: `web.example.com`, `*.example.com`",
        Form::HttpHeader => "letters, digits and `-`",
        Form::Identifier => "letters, digits and `_`, beginning with no digit",
        Form::JsonPath => "write a path that begins with `.`: `.spec.replicas`",
        Form::LimitType => "it is one of `Container`, `PersistentVolumeClaim` and `Pod`",
        Form::NamespaceFinalizer => "write `kubernetes`, or a name with a domain",
        Form::QualifiedName => {
            "letters, digits, `-`, `_` and `.`, at most 63 of them; a DNS name and `/` may stand before"
        }
        Form::LabelValue => {
            "letters, digits, `-`, `_` and `.`, at most 63 of them, beginning and ending with a letter or a digit"
        }
        Form::Sysctl => "lower-case letters, digits, `-` and `_`, with `.` or `/` between them",
        _ => "lower-case letters, digits, `-` and `.`, beginning and ending with a letter or a digit",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_from_other_text() {
        for (form, right, wrong) in [
            (Form::Share, "100%", "101%"),
            (Form::AmountOrPercent, "150%", "half"),
            (Form::Cidr, "10.0.0.0/8", "10.0.0.0/33"),
            (Form::Ip, "::1", "300.1.1.1"),
            (Form::EndpointIp, "10.1.2.3", "127.0.0.1"),
            (Form::DomainPath, "example.com/a", "a"),
            (Form::ThreePartName, "a.b.c", "a.b"),
            (Form::Rfc1035Label, "a1", "1a"),
            (Form::KindName, "Cup", "A b"),
            (Form::LimitType, "Pod", "Pods"),
            (Form::DescendingPath, "a/b", "a/../b"),
            (Form::Sysctl, "net.core/a_b", "Net..core"),
            (Form::PositiveAmount, "1m", "0"),
            (Form::Host, "*.example.com", "a.*.example.com"),
            (Form::Port, "http", "Http_1"),
            (Form::NamespaceFinalizer, "example.com/a", "a"),
            (Form::ContainerResource, "hugepages-2Mi", "cpus"),
        ] {
            assert!(is_text_met(right, form), "{right}");
            assert!(!is_text_met(wrong, form), "{wrong}");
        }
        assert!(is_number_met(0, Form::TargetPort) && !is_number_met(0, Form::Port));
    }
}

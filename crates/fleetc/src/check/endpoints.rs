//! Endpoints and EndpointSlices.

use fleetc_manifests::kinds::Form;
use fleetc_manifests::{List, Value};

use super::addresses::address;
use super::ask::{is_empty, word};
use super::forms;
use super::syntax::{is_dns_subdomain, is_late};
use super::walk::{Rule, Walk};
use crate::messages;

/// Rules about endpoints.
pub(super) const RULES: &[(&str, Rule)] =
    &[("discovery.v1.EndpointSlice", slice), ("core.v1.EndpointSubset", subset)];

fn slice<'v>(slice: &'v Value, walk: &mut Walk<'v, '_>) {
    let Some(kind) = word(slice, "addressType", "") else { return };
    walk.each(slice, "endpoints", |walk, endpoint| {
        walk.each(endpoint, "addresses", |walk, written| {
            let Some(text) = written.as_text().filter(|text| !is_late(text)) else { return };
            let is_right = match kind {
                "IPv4" => address(text).is_some_and(|it| it.is_ipv4()),
                "IPv6" => address(text).is_some_and(|it| it.is_ipv6()),
                "FQDN" => is_dns_subdomain(text.strip_suffix('.').unwrap_or(text)) && text.contains('.'),
                _ => true,
            };
            if !is_right {
                let (place, path) = (walk.place(written.place), walk.path());
                let problem = format!("cannot be `{text}` where `addressType` is `{kind}`");
                walk.say(messages::bad_field_value(place, &path, &problem, "mend one of the two"));
            } else if kind != "FQDN" {
                forms::check(written, Form::EndpointIp, walk);
            }
        });
    });
    walk.no_twins(slice, "ports", &["name"]);
}

fn subset<'v>(subset: &'v Value, walk: &mut Walk<'v, '_>) {
    if is_empty(subset, "addresses") && is_empty(subset, "notReadyAddresses") {
        walk.needs(subset, "addresses");
    }
    let count = subset.get("ports").and_then(Value::as_list).map_or(0, List::len);
    walk.each(subset, "ports", |walk, port| {
        if count > 1 && word(port, "name", "") == Some("") {
            walk.needs(port, "name");
        }
    });
}

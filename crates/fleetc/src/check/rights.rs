//! Roles, and who has them.

use fleetc_manifests::Value;

use super::ask::{is_empty, word};
use super::walk::{Rule, Walk};

/// Rules about rights.
pub(super) const RULES: &[(&str, Rule)] =
    &[("rbac.v1.PolicyRule", rule), ("rbac.v1.RoleRef", role), ("rbac.v1.Subject", subject)];

const GROUP: &str = "rbac.authorization.k8s.io";

/// A rule is about resources, or about addresses of the API server.
fn rule<'v>(rule: &'v Value, walk: &mut Walk<'v, '_>) {
    let of_resources = ["apiGroups", "resources", "resourceNames"];
    if is_empty(rule, "nonResourceURLs") {
        for field in of_resources[..2].iter().filter(|field| is_empty(rule, field)) {
            walk.needs(rule, field);
        }
        return;
    }
    if walk.kind == "Role" {
        walk.only(rule, "nonResourceURLs", "in a ClusterRole");
    }
    if !of_resources.iter().all(|field| is_empty(rule, field)) {
        let help = "make two rules of it";
        walk.bad(rule, "nonResourceURLs", "cannot stand beside resources", help);
    }
}

fn role<'v>(role: &'v Value, walk: &mut Walk<'v, '_>) {
    let kinds: &[&str] = if walk.kind == "RoleBinding" { &["Role", "ClusterRole"] } else { &["ClusterRole"] };
    one_of(role, "kind", kinds, walk);
    one_of(role, "apiGroup", &[GROUP], walk);
}

fn subject<'v>(subject: &'v Value, walk: &mut Walk<'v, '_>) {
    match word(subject, "kind", "") {
        Some("ServiceAccount") => {
            one_of(subject, "apiGroup", &[""], walk);
            if walk.kind == "ClusterRoleBinding" && word(subject, "namespace", "") == Some("") {
                walk.needs(subject, "namespace");
            }
            walk.has_form(subject, "name", fleetc_manifests::kinds::Form::DnsSubdomain);
        }
        Some("User" | "Group") => one_of(subject, "apiGroup", &[GROUP], walk),
        _ => {}
    }
}

/// The field says one of these; where no group is said, a server takes the right one.
fn one_of<'v>(value: &'v Value, field: &'v str, known: &[&str], walk: &mut Walk<'v, '_>) {
    let is_account = known == [""];
    let default = if field == "apiGroup" { known[0] } else { "" };
    if let Some(found) = word(value, field, default)
        && !known.contains(&found)
    {
        let help =
            if is_account { "take it away".into() } else { format!("write `{}`", known.join("` or `")) };
        walk.bad(value, field, &format!("cannot be `{found}`"), &help);
    }
}

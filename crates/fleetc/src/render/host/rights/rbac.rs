//! Rights that a tenant would give away, or take.

use fleetc_manifests::{Text, Value};

use super::{Escape, May};
use crate::load::ObjectName;

/// ClusterRoles that reach no further than what the tenant itself has.
const ROLES: [&str; 3] = ["admin", "edit", "view"];

/// Verbs with which rights grow.
const VERBS: [&str; 4] = ["*", "bind", "escalate", "impersonate"];

pub(super) fn find(object: &Value, id: &ObjectName, may: &May<'_>) -> Vec<Escape> {
    match id.kind.as_str() {
        "RoleBinding" => of_binding(object, may),
        "Role" => of_role(object),
        _ => Vec::new(),
    }
}

fn of_binding(object: &Value, may: &May<'_>) -> Vec<Escape> {
    let mut escapes = Vec::new();
    let (kind, name) = (object.text_at(&["roleRef", "kind"]), object.text_at(&["roleRef", "name"]));
    if kind != "Role" && !ROLES.contains(&name) {
        let place = object.find(&["roleRef", "name"]).map_or(object.place, |it| it.place);
        let what = format!("binds the ClusterRole `{name}`");
        let help =
            "bind `admin`, `edit`, `view` or a Role; the platform binds others: `grants` of the tenant";
        escapes.push(Escape::new(place, what, help));
    }
    for subject in object.items_at(&["subjects"]) {
        let text = |key: &str| subject.get(key).and_then(Value::as_text).unwrap_or_default();
        let is_own = text("kind") == "ServiceAccount"
            && may.namespaces.contains(&Text::from(text("namespace")))
            && may.account.is_none_or(|account| account != text("name"));
        if !is_own {
            let what = format!("gives rights to {} `{}`", text("kind"), text("name"));
            let help = "name an account in the tenant's own namespaces; others are given rights by `grants` of the tenant";
            escapes.push(Escape::new(subject.place, what, help));
        }
    }
    escapes
}

fn of_role(object: &Value) -> Vec<Escape> {
    let mut escapes = Vec::new();
    for rule in object.items_at(&["rules"]) {
        for (key, refused) in [("verbs", &VERBS[..]), ("resources", &["*"]), ("apiGroups", &["*"])] {
            let items = rule.items_at(&[key]);
            let is_refused = |item: &&Value| {
                item.as_text().is_some_and(|text| refused.contains(&text) || text.starts_with("*/"))
            };
            for item in items.filter(is_refused) {
                let what = format!("has `{}` among the {key} of a rule", item.as_text().unwrap_or_default());
                escapes.push(Escape::new(item.place, what, "name each of them"));
            }
        }
        let of_flux = rule.items_at(&["apiGroups"]);
        for group in of_flux.filter(|it| it.as_text().is_some_and(|text| text.contains("fluxcd."))) {
            let what = "gives rights over objects of Flux, with which others can be reached";
            escapes.push(Escape::new(group.place, what, "leave Flux to the platform"));
        }
    }
    escapes
}

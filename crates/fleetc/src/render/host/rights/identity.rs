//! As whom pods run, and what.

use fleetc_manifests::{Data, Text, Value};

use super::{Escape, May};
use crate::load::ObjectName;

/// Keys of a description of pods that name the account which they run as.
const ACCOUNTS: [&str; 2] = ["serviceAccountName", "serviceAccount"];

pub(super) fn find(object: &Value, id: &ObjectName, may: &May<'_>) -> Vec<Escape> {
    let mut escapes = Vec::new();
    if !id.group.contains("fluxcd.") {
        in_value(object, may, &mut escapes, 0);
    }
    if id.kind == "Secret" && object.get("type").and_then(Value::as_text) == Some(TOKEN) {
        let place = object.get("type").map_or(object.place, |it| it.place);
        let what = "asks for the token of an account, which never expires";
        escapes.push(Escape::new(place, what, "let pods have tokens of their own"));
    }
    escapes
}

/// The type of Secrets into which Kubernetes writes the token of an account.
const TOKEN: &str = "kubernetes.io/service-account-token";

/// Looks at every part of an object: custom kinds describe pods too.
fn in_value(value: &Value, may: &May<'_>, escapes: &mut Vec<Escape>, depth: usize) {
    if depth > 64 {
        return;
    }
    match &value.data {
        Data::Map(map) => {
            for entry in map {
                let (key, text) = (entry.key.text.as_str(), entry.value.as_text());
                if ACCOUNTS.contains(&key) && text.is_some() && text == may.account.map(Text::as_str) {
                    let what = "would run pods as the account with which Flux acts for the tenant";
                    let help = "give the workload an account of its own";
                    escapes.push(Escape::new(entry.value.place, what, help));
                }
                if let (Some(allowed), "image", Some(image)) = (may.images, key, text)
                    && !allowed.iter().any(|start| is_image_of(image, start))
                {
                    let what = format!("runs `{image}`, which is none of the images that it may run");
                    let help = "take another image, or add where it is from to `allow.images` of the tenant";
                    escapes.push(Escape::new(entry.value.place, what, help));
                }
                in_value(&entry.value, may, escapes, depth + 1);
            }
        }
        Data::List(items) => items.iter().for_each(|item| in_value(item, may, escapes, depth + 1)),
        _ => {}
    }
}

/// Whether the image is the allowed one, or below it: `ghcr.io/me` has `ghcr.io/me/web:1`, and not `ghcr.io/me-too/web`.
fn is_image_of(image: &str, allowed: &str) -> bool {
    let allowed = allowed.trim_end_matches(['*', '/']);
    let rest = image.strip_prefix(allowed);
    !allowed.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ':', '@']))
}

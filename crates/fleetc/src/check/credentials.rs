//! Credentials where everybody may read them: in ConfigMaps, in variables of containers, and in the values of charts.

use fleetc_manifests::{Data, Value};

use super::walk::{Rule, Walk};
use crate::messages;
use crate::sources::credential;

/// Rules about credentials.
pub(super) const RULES: &[(&str, Rule)] =
    &[("core.v1.ConfigMap", config), ("core.v1.EnvVar", variable), ("helm.v2.HelmRelease.spec", values)];

fn config<'v>(config: &'v Value, walk: &mut Walk<'v, '_>) {
    below(config, "data", walk);
}

fn variable<'v>(variable: &'v Value, walk: &mut Walk<'v, '_>) {
    below(variable, "value", walk);
}

fn values<'v>(release: &'v Value, walk: &mut Walk<'v, '_>) {
    below(release, "values", walk);
}

fn below<'v>(value: &'v Value, key: &'v str, walk: &mut Walk<'v, '_>) {
    if let Some(inner) = value.get(key) {
        walk.below(key, |walk| search(inner, walk));
    }
}

/// Says which texts at or below the value hold a credential.
fn search<'v>(value: &'v Value, walk: &mut Walk<'v, '_>) {
    match &value.data {
        Data::Text(text) if credential::find(text).is_some() => {
            walk.say(messages::credential_in_the_open(walk.place(value.place), &walk.path()));
        }
        Data::Map(map) => map.iter().for_each(|entry| below(value, &entry.key.text, walk)),
        Data::List(items) => {
            for (index, item) in items.iter().enumerate() {
                walk.at(index, |walk| search(item, walk));
            }
        }
        _ => {}
    }
}

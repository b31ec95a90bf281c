//! What the ladder gives: the settings of a thing on a target, each with the place that it comes from.

use fleetc_manifests::{Data, Entry, Key, Map, Place, Text, Value};

use crate::diagnostic::Diagnostics;
use crate::fleet::{Fleet, Placement};
use crate::resolve::ladder::merge_entry;
use crate::resolve::matching::Context;
use crate::resolve::scope::Scope;
use crate::resolve::substitution::Substitute;

/// A thing on a target, and what holds for it there.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The environment.
    pub environment: Text,
    /// The cluster.
    pub cluster: Text,
    /// The copy of the tenant that it is, or belongs to.
    pub copy: Option<Text>,
    /// Its keys, substituted; each value has the place that it comes from.
    pub settings: Map,
}

/// What holds for the tenant, on each target that it is present on; `None` if there is no such tenant.
pub fn tenant(fleet: &Fleet, name: &str, diagnostics: &mut Diagnostics) -> Option<Vec<Shown>> {
    let homes: Vec<_> = fleet.tenants.iter().filter(|it| it.name == name || it.team == name).collect();
    let shown = homes.iter().flat_map(|tenant| tenant.placements.iter().map(move |it| (*tenant, it)));
    let shown = shown.map(|(tenant, placement)| {
        let context = Context::target(fleet, placement.target).with_tenant(tenant);
        let copy = tenant.copy.as_ref().map(|copy| copy.name.clone());
        Shown { copy, ..shown_on(fleet, placement.target, Some(placement), context, diagnostics) }
    });
    let shown: Vec<Shown> = shown.collect();
    (!homes.is_empty()).then_some(shown)
}

/// What holds for the component or app, on each target that it runs on; `None` if there is no such thing.
pub fn app(fleet: &Fleet, name: &str, diagnostics: &mut Diagnostics) -> Option<Vec<Shown>> {
    let apps: Vec<_> = fleet.apps.iter().filter(|app| app.name == name).collect();
    let shown = apps.iter().flat_map(|app| app.placements.iter().map(move |it| (*app, it)));
    let shown = shown.map(|(app, placement)| {
        let context = Context::target(fleet, placement.target).with_app(fleet, app);
        let copy = app.tenant.and_then(|tenant| fleet.tenants[tenant].copy.as_ref());
        let copy = copy.map(|copy| copy.name.clone());
        Shown { copy, ..shown_on(fleet, placement.target, Some(placement), context, diagnostics) }
    });
    let shown: Vec<Shown> = shown.collect();
    (!apps.is_empty()).then_some(shown)
}

/// What holds on every target for whatever runs there.
pub fn targets(fleet: &Fleet, diagnostics: &mut Diagnostics) -> Vec<Shown> {
    let targets = 0..fleet.targets.len();
    targets.map(|target| shown_on(fleet, target, None, Context::target(fleet, target), diagnostics)).collect()
}

fn shown_on<'f>(
    fleet: &'f Fleet,
    target: usize,
    placement: Option<&Placement>,
    context: Context<'f>,
    diagnostics: &mut Diagnostics,
) -> Shown {
    let mut scope = Scope::new(fleet, context);
    let mut settings = Map::new();
    if let Some(placement) = placement {
        scope.namespace = placement.settings.keys.get("namespace").and_then(Value::as_text).map(Text::from);
        for entry in &placement.settings.keys {
            merge_entry(&mut settings, entry);
        }
        for entry in placement.settings.changes.iter().flat_map(|change| &change.keys) {
            add_change(&mut settings, entry);
        }
    }
    settings = scope.value(&settings.into()).as_map().cloned().unwrap_or_default();
    let variables = variables(&mut scope);
    if !variables.is_empty() {
        settings.push("variables", variables.into());
    }
    diagnostics.append(scope.diagnostics);
    let target = fleet.targets[target];
    Shown {
        environment: fleet.environments[target.environment].name.clone(),
        cluster: fleet.clusters[target.cluster].name.clone(),
        copy: None,
        settings,
    }
}

/// Changes of several rungs: patches add up, everything else merges.
fn add_change(settings: &mut Map, entry: &Entry) {
    match (settings.get_mut(&entry.key.text), &entry.value.data) {
        (Some(Value { data: Data::List(old), .. }), Data::List(new)) => old.extend(new.iter().cloned()),
        _ => merge_entry(settings, entry),
    }
}

/// The variables, as they are resolved there.
fn variables(scope: &mut Scope<'_>) -> Map {
    let mut variables = Map::new();
    for name in scope.names().into_iter().map(str::to_owned).collect::<Vec<_>>() {
        let Some((written, _)) = scope.written(&name) else { continue };
        let place = written.place;
        if let Some(value) = scope.lookup(&name, &name, written) {
            variables.push(Key::new(name.as_str(), place), Value::new(value.data, place));
        }
    }
    variables
}

/// The settings as TOML, with the place of each value behind it.
pub fn to_toml(settings: &Map, place: &dyn Fn(Place) -> Option<String>) -> String {
    let mut out = String::new();
    for entry in settings {
        line(&mut vec![entry.key.text.clone()], &entry.value, place, &mut out);
    }
    out
}

/// A line for each value; the keys of tables stand before it with dots between them.
fn line(path: &mut Vec<Text>, value: &Value, place: &dyn Fn(Place) -> Option<String>, out: &mut String) {
    if let Data::Map(map) = &value.data
        && !map.is_empty()
    {
        for entry in map {
            path.push(entry.key.text.clone());
            line(path, &entry.value, place, out);
            path.pop();
        }
        return;
    }
    let keys: Vec<String> = path.iter().map(|key| bare_or_quoted(key)).collect();
    out.push_str(&keys.join("."));
    out.push_str(" = ");
    inline(value, out);
    if let Some(place) = place(value.place) {
        out.push_str("  # ");
        out.push_str(&place);
    }
    out.push('\n');
}

fn bare_or_quoted(key: &str) -> String {
    let is_bare =
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_bare { key.to_owned() } else { quoted(key) }
}

/// A basic string of TOML; JSON's strings are ones.
fn quoted(text: &str) -> String {
    fleetc_manifests::json::write(&text.into())
}

fn inline(value: &Value, out: &mut String) {
    match &value.data {
        Data::Text(text) => out.push_str(&quoted(text)),
        Data::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                inline(item, out);
            }
            out.push(']');
        }
        Data::Map(map) => {
            out.push('{');
            for (index, entry) in map.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { " " });
                out.push_str(&bare_or_quoted(&entry.key.text));
                out.push_str(" = ");
                inline(&entry.value, out);
            }
            out.push_str(if map.is_empty() { "}" } else { " }" });
        }
        data => out.push_str(&format!("{data:?}")),
    }
}

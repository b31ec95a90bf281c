//! A table as it was written, with what may stand in any of them: overrides, `unset` and `locked`.

use fleetc_manifests::{Key, Map, Place, Text, Value};
use indexmap::IndexMap;

use super::{KeyPath, check};
use crate::diagnostic::Diagnostics;
use crate::language::{Decoder, Matcher, Shaped, Stage, Table};
use crate::messages;

/// A table of fleet.toml, followed by its overrides: one rung of the ladder.
#[derive(Debug, Clone, Default)]
pub struct Rung {
    /// Where it was written.
    pub place: Place,
    /// Its keys, without those below.
    pub keys: Map,
    /// What it takes away of the rungs before it.
    pub unset: Vec<KeyPath>,
    /// What no later rung may change.
    pub locked: Vec<KeyPath>,
    /// Its overrides, from top to bottom.
    pub overrides: Vec<Override>,
    /// Tables of the same kind within it: the members of a pool, the copies of a tenant.
    pub parts: IndexMap<Text, Rung>,
}

/// A change that holds where its `when` does.
#[derive(Debug, Clone, Default)]
pub struct Override {
    /// Where it was written.
    pub place: Place,
    /// Where it holds.
    pub when: Matcher,
    /// Where its `when` was written.
    pub when_place: Place,
    /// Its keys, without those of overrides themselves.
    pub keys: Map,
    /// What it takes away.
    pub unset: Vec<KeyPath>,
    /// What no later rung may change, where it holds.
    pub locked: Vec<KeyPath>,
    /// What of its table's locks does not hold, where it does.
    pub unlocked: Vec<KeyPath>,
}

impl Rung {
    /// Its keys, and those of its overrides.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Map> + Clone {
        std::iter::once(&self.keys).chain(self.overrides.iter().map(|it| &it.keys))
    }

    /// Reads the table `name`, and checks its keys against those of `T`.
    pub(super) fn read<T: Table>(name: &Key, map: &Map, diagnostics: &mut Diagnostics) -> Self {
        let mut rung = Self { place: name.place, ..Self::default() };
        for entry in map {
            match entry.key.text.as_str() {
                "unset" => rung.unset = key_paths(&entry.value, diagnostics),
                "locked" => rung.locked = key_paths(&entry.value, diagnostics),
                key if PARTS.contains(&key) && has_key::<T>(key) => {
                    rung.parts = parts::<T>(&entry.value, diagnostics);
                }
                "overrides" => rung.overrides = overrides::<T>(&entry.value, diagnostics),
                _ => rung.keys.push(entry.key.clone(), entry.value.clone()),
            }
        }
        check::<T>(&Value::new(rung.keys.clone(), rung.place), diagnostics);
        rung
    }
}

/// The keys that hold tables of the same kind.
const PARTS: [&str; 2] = ["members", "copies"];

fn has_key<T: Table>(name: &str) -> bool {
    (T::SHAPE.keys)().iter().any(|key| key.name == name)
}

/// The tables within a table; they hold no such tables themselves.
fn parts<T: Table>(value: &Value, diagnostics: &mut Diagnostics) -> IndexMap<Text, Rung> {
    let Some(map) = value.as_map() else {
        diagnostics.push(messages::wrong_type(value, "a table"));
        return IndexMap::new();
    };
    let mut parts = IndexMap::new();
    for entry in map {
        let Some(keys) = entry.value.as_map() else {
            diagnostics.push(messages::wrong_type(&entry.value, "a table"));
            continue;
        };
        for inner in keys.iter().filter(|it| PARTS.contains(&it.key.text.as_str()) || it.key.text == "count")
        {
            diagnostics.push(messages::not_in_a_part(&inner.key));
        }
        parts.insert(entry.key.text.clone(), Rung::read::<T>(&entry.key, keys, diagnostics));
    }
    parts
}

fn overrides<T: Table>(value: &Value, diagnostics: &mut Diagnostics) -> Vec<Override> {
    let Some(list) = value.as_list() else {
        diagnostics.push(messages::wrong_type(value, "a list of tables, `[[….overrides]]`"));
        return Vec::new();
    };
    list.iter().filter_map(|item| Override::read::<T>(item, diagnostics)).collect()
}

impl Override {
    fn read<T: Table>(value: &Value, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Some(map) = value.as_map() else {
            diagnostics.push(messages::wrong_type(value, "a table"));
            return None;
        };
        let mut it = Self { place: value.place, ..Self::default() };
        let mut when = None;
        for entry in map {
            match entry.key.text.as_str() {
                "when" => {
                    it.when_place = entry.key.place;
                    when = Matcher::decode(&entry.value, &mut Decoder::new(diagnostics, Stage::Resolved));
                }
                "note" => check::<Text>(&entry.value, diagnostics),
                "unset" => it.unset = key_paths(&entry.value, diagnostics),
                "locked" => it.locked = key_paths(&entry.value, diagnostics),
                "unlocked" => it.unlocked = key_paths(&entry.value, diagnostics),
                _ => it.keys.push(entry.key.clone(), entry.value.clone()),
            }
        }
        check_keys::<T>(&it.keys, diagnostics);
        check::<T>(&Value::new(it.keys.clone(), it.place), diagnostics);
        if !it.when_place.is_known() {
            diagnostics.push(messages::override_without_when(it.place));
        }
        it.when = when?;
        Some(it)
    }
}

/// Says which keys an override may not hold.
fn check_keys<T: Table>(keys: &Map, diagnostics: &mut Diagnostics) {
    let once: Vec<&str> = (T::SHAPE.keys)().iter().filter(|key| key.once).map(|key| key.name).collect();
    for entry in keys {
        if once.contains(&entry.key.text.as_str()) {
            diagnostics.push(messages::not_in_an_override(&entry.key));
        }
    }
}

fn key_paths(value: &Value, diagnostics: &mut Diagnostics) -> Vec<KeyPath> {
    let Some(list) = value.as_list() else {
        diagnostics.push(messages::wrong_type(value, "a list of paths, such as `[\"kustomization.prune\"]`"));
        return Vec::new();
    };
    let mut paths = Vec::new();
    for item in list {
        match item.as_text().and_then(|text| KeyPath::parse(text, item.place)) {
            Some(path) => paths.push(path),
            None => diagnostics
                .push(messages::wrong_type(item, "the path of a key, such as `kustomization.prune`")),
        }
    }
    paths
}

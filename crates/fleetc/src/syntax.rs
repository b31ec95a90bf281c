//! The first phase: the text of fleet.toml into tables as they were written.

mod include;
mod key_path;
mod rung;
mod toml;

use fleetc_manifests::{Entry, Map, Place, Text, Value};
use indexmap::IndexMap;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::language::{self, Decoder, Name, Shaped, Stage, Table};
use crate::messages;

pub(crate) use include::Beside;
pub use key_path::KeyPath;
pub use rung::{Override, Rung};

/// A fleet as it was written: nothing looked up, nothing filled in.
#[derive(Debug, Clone, Default)]
pub struct Fleet {
    /// `[fleet]`.
    pub fleet: Rung,
    /// `[defaults]` and its tables.
    pub defaults: Defaults,
    /// `[environments.E]`.
    pub environments: IndexMap<Text, Rung>,
    /// `[clusters.C]`.
    pub clusters: IndexMap<Text, Rung>,
    /// `[tenants.T]`.
    pub tenants: IndexMap<Text, Rung>,
    /// `[components.C]`.
    pub components: IndexMap<Text, Rung>,
    /// `[apps.A]`.
    pub apps: IndexMap<Text, Rung>,
    /// `[bundles.B]`.
    pub bundles: IndexMap<Text, Rung>,
    /// `[sources.S]`.
    pub sources: IndexMap<Text, Rung>,
    /// `[pins]`.
    pub pins: Map,
}

/// What everything starts from.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    /// `[defaults]` itself: variables and locks.
    pub all: Rung,
    /// `[defaults.environment]`.
    pub environment: Rung,
    /// `[defaults.cluster]`.
    pub cluster: Rung,
    /// `[defaults.tenant]`.
    pub tenant: Rung,
    /// `[defaults.bundle]`.
    pub bundle: Rung,
    /// `[defaults.component]`.
    pub component: Rung,
    /// `[defaults.app]`.
    pub app: Rung,
}

/// The tables that a fleet.toml may have, in the order in which they are best read.
pub const TABLES: [&str; 10] = [
    "fleet",
    "environments",
    "clusters",
    "tenants",
    "components",
    "apps",
    "defaults",
    "bundles",
    "sources",
    "pins",
];

const DEFAULTS: [&str; 6] = ["environment", "cluster", "tenant", "bundle", "component", "app"];

/// The tables whose things have folders of their name.
const FOLDERS: [&str; 6] = ["environments", "clusters", "tenants", "bundles", "components", "apps"];

/// Whether Windows has a device of that name, in every folder, with any extension.
fn is_device(name: &str) -> bool {
    let numbered = ["com", "lpt"].iter().find_map(|start| name.strip_prefix(start));
    let is_digit = |rest: &str| rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_digit());
    matches!(name, "con" | "prn" | "aux" | "nul") || numbered.is_some_and(is_digit)
}

/// Names that stand for something already.
const RESERVED: [(&str, &str); 2] = [("clusters", "common"), ("tenants", "main")];

/// Reads the text of a fleet.toml whose first byte is at `start`.
///
/// All problems of the text are found in one go; what cannot be read is left out. Files that it includes are left out too.
pub fn parse(text: &str, start: Place, diagnostics: &mut Diagnostics) -> Fleet {
    parse_with(text, start, None, diagnostics)
}

/// As [`parse`], with the files that the text includes.
pub(crate) fn parse_with(
    text: &str,
    start: Place,
    beside: Option<Beside<'_>>,
    diagnostics: &mut Diagnostics,
) -> Fleet {
    let mut found = Diagnostics::default();
    let mut semantic = Diagnostics::default();
    let (mut value, mut broken) = toml::read(text, start, &mut found, &mut semantic);
    if let Some(mut beside) = beside {
        broken.extend(include::fill_in(&mut value, &mut beside, &mut found, &mut semantic));
    }
    let mut fleet = Fleet::default();
    for entry in &value {
        fleet.read_table(entry, &mut semantic);
    }
    if fleet.fleet.keys.get("source").is_none() && broken.is_empty() {
        semantic.push(messages::missing_source(fleet.fleet.place));
    }
    // What lies in a part of the file that is no TOML would be noise.
    for diagnostic in semantic.sorted() {
        if !broken.iter().any(|part| part.contains(&diagnostic.place())) {
            found.push(diagnostic.clone());
        }
    }
    diagnostics.append(found);
    fleet
}

impl Fleet {
    fn read_table(&mut self, entry: &Entry, diagnostics: &mut Diagnostics) {
        let mut reader = Reader { diagnostics };
        match entry.key.text.as_str() {
            "fleet" => self.fleet = reader.single::<language::Fleet>(entry),
            "environments" => self.environments = reader.named::<language::Environment>(entry),
            "clusters" => self.clusters = reader.named::<language::Cluster>(entry),
            "tenants" => self.tenants = reader.named::<language::Tenant>(entry),
            "components" => self.components = reader.named::<language::Component>(entry),
            "apps" => self.apps = reader.named::<language::App>(entry),
            "bundles" => self.bundles = reader.named::<language::Bundle>(entry),
            "pins" => self.pins = reader.pins(entry),
            "sources" => self.sources = reader.named::<language::Source>(entry),
            "defaults" => self.defaults = reader.defaults(entry),
            _ => diagnostics.push(messages::unknown_table(&entry.key, &TABLES)),
        }
    }
}

struct Reader<'d> {
    diagnostics: &'d mut Diagnostics,
}

impl Reader<'_> {
    /// A table that stands once.
    fn single<T: Table>(&mut self, entry: &Entry) -> Rung {
        match self.map(&entry.value) {
            Some(map) => Rung::read::<T>(&entry.key, map, self.diagnostics),
            None => Rung::default(),
        }
    }

    /// Tables with names of the writer's choice.
    fn named<T: Table>(&mut self, entry: &Entry) -> IndexMap<Text, Rung> {
        let kind = entry.key.text.as_str();
        let mut rungs = IndexMap::new();
        for thing in &self.map(&entry.value).cloned().unwrap_or_default() {
            self.check_name(kind, thing);
            rungs.insert(thing.key.text.clone(), self.single::<T>(thing));
        }
        rungs
    }

    fn check_name(&mut self, kind: &str, thing: &Entry) {
        let name = thing.key.text.as_str();
        if Name::new(name).is_none() {
            self.push(messages::bad_name(&thing.key));
        } else if RESERVED.contains(&(kind, name)) {
            self.push(messages::reserved_name(&thing.key));
        } else if FOLDERS.contains(&kind) && thing.value.get("tenant").is_none() && is_device(name) {
            self.push(messages::name_of_a_device(&thing.key));
        }
    }

    /// Texts by name, or by name and environment.
    fn pins(&mut self, entry: &Entry) -> Map {
        let pins = self.map(&entry.value).cloned().unwrap_or_default();
        for pin in &pins {
            let lines = pin
                .value
                .as_map()
                .map_or_else(|| vec![&pin.value], |map| map.iter().map(|it| &it.value).collect());
            for line in lines.into_iter().filter(|line| line.as_text().is_none()) {
                self.push(messages::wrong_type(line, "text"));
            }
        }
        pins
    }

    fn defaults(&mut self, entry: &Entry) -> Defaults {
        let mut defaults = Defaults::default();
        let Some(map) = self.map(&entry.value) else {
            return defaults;
        };
        let mut own = Map::new();
        for part in map {
            match part.key.text.as_str() {
                "environment" => defaults.environment = self.single::<language::Environment>(part),
                "cluster" => defaults.cluster = self.single::<language::Cluster>(part),
                "tenant" => defaults.tenant = self.single::<language::Tenant>(part),
                "bundle" => defaults.bundle = self.single::<language::Bundle>(part),
                "component" => defaults.component = self.single::<language::Component>(part),
                "app" => defaults.app = self.single::<language::App>(part),
                "variables" | "locked" => own.push(part.key.clone(), part.value.clone()),
                _ => {
                    let known: Vec<&str> = DEFAULTS.into_iter().chain(["variables", "locked"]).collect();
                    self.push(messages::unknown_key(&part.key, "defaults", &known));
                }
            }
        }
        defaults.all = Rung::read::<language::Defaults>(&entry.key, &own, self.diagnostics);
        defaults
    }

    fn map<'v>(&mut self, value: &'v Value) -> Option<&'v Map> {
        let map = value.as_map();
        if map.is_none() {
            self.push(messages::wrong_type(value, "a table"));
        }
        map
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

/// Reads what was written, only to say what is wrong with it.
fn check<T: Shaped>(value: &Value, diagnostics: &mut Diagnostics) {
    T::decode(value, &mut Decoder::new(diagnostics, Stage::Written));
}

//! ConfigMaps made of files and values, with a hash of their content in their name.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use fleetc_manifests::{Data, Map, Place, Text, Value, json};
use sha2::{Digest, Sha256};

use crate::diagnostic::Diagnostics;
use crate::fingerprint::Fingerprinter;
use crate::language::{self, Decoder, Shaped, Stage};
use crate::load::Library;
use crate::messages;
use crate::resolve::scope::Scope;
use crate::resolve::substitution::Substitute;

/// A ConfigMap, without its namespace.
#[derive(Debug, Clone)]
pub(super) struct ConfigMap {
    /// The name that fleet.toml gives it.
    pub(super) short: Text,
    /// The name that it has on the cluster.
    pub(super) name: Text,
    /// Its labels.
    pub(super) labels: Map,
    /// Its text.
    pub(super) data: Map,
    /// Its bytes that are no text, in base64.
    pub(super) binary_data: Map,
    /// Where it was written.
    pub(super) place: Place,
}

/// Makes the ConfigMaps of `config`, and tells the scope their names.
pub(super) fn make(
    keys: &Map,
    scope: &mut Scope<'_>,
    library: &Library,
    diagnostics: &mut Diagnostics,
) -> Vec<ConfigMap> {
    let Some(written) = keys.get("config").and_then(Value::as_map) else {
        return Vec::new();
    };
    let mut configs = Vec::new();
    for entry in written {
        let value = scope.value(&entry.value);
        let decoded = language::Config::decode(&value, &mut Decoder::new(diagnostics, Stage::Resolved));
        let Some(language::Config(files)) = decoded else {
            continue;
        };
        let config = config(&entry.key, &files, library, diagnostics);
        scope.configs.insert(config.short.clone(), config.name.clone());
        configs.push(config);
    }
    configs
}

fn config(
    key: &fleetc_manifests::Key,
    files: &language::ConfigFiles,
    library: &Library,
    diagnostics: &mut Diagnostics,
) -> ConfigMap {
    let mut config = ConfigMap {
        short: key.text.clone(),
        name: key.text.clone(),
        labels: files.labels.iter().flatten().map(|(key, value)| (key.clone(), value.into())).collect(),
        data: Map::new(),
        binary_data: Map::new(),
        place: key.place,
    };
    for file in files.files.iter().flatten() {
        let (name, path) = crate::load::config_file(&file.value);
        let Some(bytes) = library.raw(path) else { continue };
        config.add(name, bytes, file.place, diagnostics);
    }
    for (name, value) in files.values.iter().flatten() {
        let text = match &value.0.data {
            Data::Text(text) => text.to_string(),
            _ => format!("{:?}", value.0),
        };
        config.add(name, text.as_bytes(), value.0.place, diagnostics);
    }
    if files.hash.unwrap_or(true) {
        config.name = format!("{}-{}", config.short, config.hash()).into();
    }
    config
}

impl ConfigMap {
    /// Adds by what it is known again.
    pub(super) fn identify(&self, fingerprinter: &mut Fingerprinter) {
        fingerprinter.text(&self.short);
        fingerprinter.text(&self.name);
        for map in [&self.labels, &self.data, &self.binary_data] {
            fingerprinter.map(map);
        }
    }

    fn add(&mut self, key: &str, bytes: &[u8], place: Place, diagnostics: &mut Diagnostics) {
        let is_key = !key.is_empty()
            && key.len() <= 253
            && !matches!(key, "." | "..")
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if !is_key {
            diagnostics.push(messages::bad_config_key(place, key));
        }
        if self.data.contains(key) || self.binary_data.contains(key) {
            diagnostics.push(messages::named_twice("key", key, place));
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                self.data.insert(fleetc_manifests::Key::new(key, place), Value::new(text, place));
            }
            Err(_) => {
                self.binary_data.insert(
                    fleetc_manifests::Key::new(key, place),
                    Value::new(BASE64_STANDARD.encode(bytes), place),
                );
            }
        }
    }

    /// The hash that kustomize's generators put behind a name, so that who comes from there keeps their names.
    ///
    /// Source: <https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/hasher/hasher.go>.
    fn hash(&self) -> String {
        let mut content = Map::new();
        if !self.binary_data.is_empty() {
            content.push("binaryData", sorted(&self.binary_data).into());
        }
        content.push("data", if self.data.is_empty() { "".into() } else { sorted(&self.data).into() });
        content.push("kind", "ConfigMap".into());
        content.push("name", (&self.short).into());
        let encoded = as_go_writes_it(&json::write(&content.into()));
        let digest = Sha256::digest(encoded.as_bytes());
        let digits = digest.iter().take(5).flat_map(|byte| [byte >> 4, byte & 15]);
        digits.filter_map(|digit| char::from_digit(digit.into(), 16)).map(without_words).collect()
    }
}

fn sorted(map: &Map) -> Map {
    let mut entries: Vec<_> = map.iter().cloned().collect();
    entries.sort_by(|a, b| a.key.text.cmp(&b.key.text));
    entries.into()
}

/// JSON as Go's encoder writes it: what means something in HTML is escaped.
fn as_go_writes_it(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// Some digits become letters, so that no word comes out.
fn without_words(digit: char) -> char {
    match digit {
        '0' => 'g',
        '1' => 'h',
        '3' => 'k',
        'a' => 'm',
        'e' => 't',
        other => other,
    }
}

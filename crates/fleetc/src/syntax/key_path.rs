//! The paths of keys, as `unset` and `locked` name them.

use std::fmt;

use fleetc_manifests::{Map, Place, Text, Value};

/// The path of a key: `kustomization.prune`, `quota."requests.cpu"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPath {
    /// Its keys, outermost first; never empty.
    pub keys: Vec<Text>,
    /// Where it was written.
    pub place: Place,
}

impl KeyPath {
    /// Reads a path; keys with a dot in them stand in quotes.
    pub fn parse(text: &str, place: Place) -> Option<Self> {
        let mut keys = Vec::new();
        let mut rest = text;
        loop {
            let (key, after) = match rest.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"')?,
                None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
            };
            if key.is_empty() {
                return None;
            }
            keys.push(Text::from(key));
            match after.strip_prefix('.') {
                Some(next) => rest = next,
                None => return after.is_empty().then_some(Self { keys, place }),
            }
        }
    }

    /// The path without its first key.
    pub fn rest(&self) -> Option<Self> {
        (self.keys.len() > 1).then(|| Self { keys: self.keys[1..].to_vec(), place: self.place })
    }

    /// Whether the other path is this one, or leads into it.
    pub fn covers(&self, other: &[Text]) -> bool {
        other.starts_with(&self.keys)
    }

    /// What stands under it.
    pub fn find<'m>(&self, map: &'m Map) -> Option<&'m Value> {
        let (first, rest) = self.keys.split_first()?;
        rest.iter().try_fold(map.get(first)?, |value, key| value.get(key))
    }

    /// Takes away what stands under it; whether there was anything.
    pub fn remove(&self, map: &mut Map) -> bool {
        let Some((last, before)) = self.keys.split_last() else {
            return false;
        };
        let mut map = map;
        for key in before {
            let Some(inner) = map.get_mut(key).and_then(Value::as_map_mut) else {
                return false;
            };
            map = inner;
        }
        map.remove(last).is_some()
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, key) in self.keys.iter().enumerate() {
            let dot = if index > 0 { "." } else { "" };
            if key.contains('.') {
                write!(f, "{dot}\"{key}\"")?;
            } else {
                write!(f, "{dot}{key}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fleetc_manifests::value;

    #[test]
    fn paths_are_read_and_written() {
        for text in ["kustomization.prune", "quota.\"requests.cpu\"", "labels.\"a.b/c\".d", "x"] {
            assert_eq!(KeyPath::parse(text, Place::NONE).unwrap().to_string(), text);
        }
        for text in ["", ".", "a.", ".a", "a..b", "\"a\"b", "\"a"] {
            assert!(KeyPath::parse(text, Place::NONE).is_none(), "{text}");
        }
    }

    #[test]
    fn what_stands_under_a_path_is_taken_away() {
        let value = value!({ "a": { "b": { "c": 1 } } });
        let mut map = value.as_map().unwrap().clone();
        let path = KeyPath::parse("a.b.c", Place::NONE).unwrap();
        assert!(path.find(&map).is_some());
        assert!(path.remove(&mut map));
        assert!(!path.remove(&mut map));
        assert_eq!(Value::from(map), value!({ "a": { "b": {} } }));
    }
}

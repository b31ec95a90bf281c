//! Maps that keep the order in which they were written.

use std::fmt;

use ecow::{EcoString, EcoVec};

use crate::{Place, Value};

/// A map from text to values, in the order in which it was written.
///
/// Kubernetes' maps are small, so a key is found by looking at each; copies share their entries
/// until one of them is changed.
#[derive(Clone, Default)]
pub struct Map {
    entries: EcoVec<Entry>,
}

/// A key and its value.
#[derive(Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// What stands under it.
    pub value: Value,
}

/// The key of a map, and where it was written.
#[derive(Clone)]
pub struct Key {
    /// The key itself.
    pub text: EcoString,
    /// Where it was written.
    pub place: Place,
}

impl Key {
    /// The key, written at `place`.
    pub fn new(text: impl Into<EcoString>, place: Place) -> Self {
        Self { text: text.into(), place }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T: Into<EcoString>> From<T> for Key {
    fn from(text: T) -> Self {
        Self::new(text, Place::NONE)
    }
}

impl Map {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many keys it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no key.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Its entries, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// Its entries, in order, to be changed.
    pub fn entries_mut(&mut self) -> &mut [Entry] {
        self.entries.make_mut()
    }

    /// Its keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|entry| entry.key.text.as_str())
    }

    /// The entry of `key`.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.iter().find(|entry| entry.key.text == key)
    }

    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Whether it has `key`.
    pub fn contains(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// The value under `key`, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        let index = self.position(key)?;
        Some(&mut self.entries.make_mut()[index].value)
    }

    /// The value under `key`, to be changed; `null`, placed at `place`, where it is missing.
    pub fn get_or_insert(&mut self, key: &str, place: Place) -> &mut Value {
        let index = self.position(key).unwrap_or_else(|| {
            self.push(Key::new(key, place), Value::new(crate::Data::Null, place));
            self.len() - 1
        });
        &mut self.entries.make_mut()[index].value
    }

    /// Puts `value` under `key`: in the place of the one that stands there, else at the end.
    ///
    /// Gives back the one that it replaced.
    pub fn insert(&mut self, key: impl Into<Key>, value: Value) -> Option<Value> {
        let key = key.into();
        let Some(index) = self.position(&key.text) else {
            self.push(key, value);
            return None;
        };
        let entry = &mut self.entries.make_mut()[index];
        entry.key.place = key.place.or(entry.key.place);
        Some(std::mem::replace(&mut entry.value, value))
    }

    /// Puts `value` under `key` at the end.
    ///
    /// The caller knows that the map does not have the key.
    pub fn push(&mut self, key: impl Into<Key>, value: Value) {
        self.entries.push(Entry { key: key.into(), value });
    }

    /// Takes `key` out and gives back its value; the order of the others stays.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let index = self.position(key)?;
        Some(self.entries.remove(index).value)
    }

    /// Where its entries lie in memory: two maps that are alive and share theirs have the same address.
    pub fn address(&self) -> usize {
        self.entries.as_ptr().addr()
    }

    /// Keeps the entries for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&Entry) -> bool) {
        if !self.iter().all(&mut keep) {
            self.entries = self.iter().filter(|entry| keep(entry)).cloned().collect();
        }
    }

    fn position(&self, key: &str) -> Option<usize> {
        self.iter().position(|entry| entry.key.text == key)
    }
}

impl PartialEq for Map {
    /// Two maps are equal if they have the same values under the same keys, in any order.
    fn eq(&self, other: &Self) -> bool {
        // Copies share their entries until one is changed.
        self.len() == other.len()
            && (self.address() == other.address()
                || self.iter().all(|entry| other.get(&entry.key.text) == Some(&entry.value)))
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|entry| (&entry.key.text, &entry.value))).finish()
    }
}

impl From<Vec<Entry>> for Map {
    /// The map of the entries; the caller knows that no key stands twice.
    fn from(entries: Vec<Entry>) -> Self {
        Self { entries: entries.into() }
    }
}

impl<K: Into<Key>> FromIterator<(K, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        let mut map = Self::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    fn map() -> Map {
        value!({ "a": 1, "b": 2, "c": 3 }).as_map().unwrap().clone()
    }

    #[test]
    fn order_does_not_count_for_equality() {
        assert_eq!(value!({ "a": 1, "b": 2 }), value!({ "b": 2, "a": 1 }));
        assert_ne!(value!({ "a": 1 }), value!({ "a": 1, "b": 2 }));
    }

    #[test]
    fn insert_keeps_the_place_of_what_it_replaces() {
        let mut map = map();
        assert_eq!(map.insert("b", 5.into()), Some(2.into()));
        map.insert("d", 4.into());
        assert_eq!(map.keys().collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    }

    #[test]
    fn remove_keeps_the_order_of_the_others() {
        let mut map = map();
        map.remove("a");
        assert_eq!(map.keys().collect::<Vec<_>>(), ["b", "c"]);
    }

    #[test]
    fn a_copy_does_not_see_later_changes() {
        let mut map = map();
        let copy = map.clone();
        map.insert("a", 9.into());
        map.retain(|entry| entry.key.text != "c");
        assert_eq!(copy.len(), 3);
        assert_eq!(copy.get("a"), Some(&1.into()));
        assert_eq!(map, *value!({ "a": 9, "b": 2 }).as_map().unwrap());
    }
}

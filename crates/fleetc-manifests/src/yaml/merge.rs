//! `<<`, which merges maps into the map that it stands in.

use std::collections::{BTreeMap, BTreeSet};

use super::{Error, Problem};
use crate::{Data, Entry, Map, Place, Text, Value};

/// The key whose maps are merged into the map that it stands in, if it has no quotes.
pub(super) const MERGE: &str = "<<";

/// The map of the entries, with what stands under `<<`, the entry at `at`, merged in: what the map says itself wins,
/// then what comes first.
pub(super) fn merge(entries: Vec<Entry>, at: usize, errors: &mut Vec<Error>) -> Map {
    let own: BTreeMap<Text, (usize, Place)> = (entries.iter().enumerate())
        .filter(|(index, _)| *index != at)
        .map(|(index, entry)| (entry.key.text.clone(), (index, entry.key.place)))
        .collect();
    let mut merged = BTreeSet::new();
    let mut replaced = None;
    let mut map = Map::new();
    for (index, entry) in entries.into_iter().enumerate() {
        if index != at {
            map.push(entry.key, entry.value);
            continue;
        }
        for under in maps(&entry.value, errors) {
            for new in &under {
                match own.get(&new.key.text) {
                    Some((index, place)) if *index < at => {
                        replaced = replaced.or_else(|| Some((entry.key.place, new.key.text.clone(), *place)));
                    }
                    None if merged.insert(new.key.text.clone()) => {
                        map.push(new.key.clone(), new.value.clone());
                    }
                    Some(_) | None => {}
                }
            }
        }
    }
    errors.extend(
        replaced.map(|(place, key, first)| Error { place, problem: Problem::MergedTooLate(key, first) }),
    );
    map
}

/// What stands under `<<`: a map, or a list of maps.
fn maps(value: &Value, errors: &mut Vec<Error>) -> Vec<Map> {
    let maps: Option<Vec<Map>> = match &value.data {
        Data::Map(map) => Some(vec![map.clone()]),
        Data::List(items) => items.iter().map(|item| item.as_map().cloned()).collect(),
        _ => None,
    };
    maps.unwrap_or_else(|| {
        errors.push(Error { place: value.place, problem: Problem::MergeNotMap });
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use super::super::{documents, read};
    use crate::{Place, value};

    fn problems(text: &str) -> Vec<String> {
        let (_, errors) = documents(text, Place::new(1));
        errors.iter().map(|error| format!("{}: {error}", error.place.offset() - 1)).collect()
    }

    #[test]
    fn anchors_and_merge_keys_are_expanded() {
        let text = "
base: &base { image: web, tag: 1 }
more: &more { tag: 2, replicas: 3 }
one: { <<: *base, tag: 9 }
two: { name: two, <<: [*base, *more] }
";
        let value = read(text, Place::NONE).unwrap().remove(0);
        assert_eq!(value.get("one").unwrap(), &value!({ "image": "web", "tag": 9 }));
        assert_eq!(
            value.get("two").unwrap(),
            &value!({ "image": "web", "tag": 1, "replicas": 3, "name": "two" })
        );
    }

    #[test]
    fn a_quoted_merge_key_is_a_key() {
        assert_eq!(read("\"<<\": 1", Place::NONE).unwrap(), [value!({ "<<": 1 })]);
    }

    #[test]
    fn what_readers_merge_differently_is_refused() {
        assert_eq!(
            problems("{ a: 1, b: 1, <<: { b: 2, a: 2 } }"),
            ["14: `<<` replaces `b` for Kubernetes, but not for kustomize"]
        );
        assert_eq!(problems("{ <<: { a: 1 }, <<: { b: 1 } }"), ["16: key `<<` stands twice"]);
        assert_eq!(problems("{ <<: [{}, 1] }"), ["6: `<<` needs a map, or a list of maps"]);
    }

    #[test]
    fn a_merge_of_many_keys_takes_no_longer_than_reading_them() {
        let keys = (0..50_000).map(|i| format!("  k{i}: v\n")).collect::<Vec<_>>().concat();
        assert_eq!(
            read(&format!("a: 1\n<<:\n{keys}"), Place::NONE).unwrap()[0].as_map().unwrap().len(),
            50_001
        );
    }
}

//! Whatever is read, a reader gives values or errors: it does not panic, overflow its stack or fill the memory, and
//! every place that it names lies in the text, or at its end.

#![expect(clippy::disallowed_types, reason = "the compiler has no clock, but its test measures")]

mod hostile;

use std::thread;
use std::time::{Duration, Instant};

use fleetc_manifests::{Data, Place, Value, json, yaml};
use hostile::{bombs, deep, large, manifests, soup};
use proptest::prelude::*;

/// Another byte than the first of all, so that a place that is not counted from here is noticed.
const START: u32 = 1000;

/// Whether the place is that of a character of the text, or of its end: what is missing or empty may be missing there.
fn is_inside(text: &str, place: Place) -> bool {
    let Some(offset) = place.offset().checked_sub(START) else { return false };
    text.is_char_boundary(offset as usize)
}

/// The places of a value and of all that is in it.
fn places(value: &Value) -> Vec<Place> {
    let mut places = vec![value.place];
    match &value.data {
        Data::List(list) => places.extend(list.iter().flat_map(self::places)),
        Data::Map(map) => {
            places.extend(map.iter().map(|entry| entry.key.place));
            places.extend(map.iter().flat_map(|entry| self::places(&entry.value)));
        }
        _ => {}
    }
    places
}

fn error_is_right(text: &str, error: &yaml::Error) {
    assert!(is_inside(text, error.place), "{error} at {:?} in {text:?}", error.place);
    assert!(error.other_place().is_none_or(|(place, _)| is_inside(text, place)), "{error} in {text:?}");
    assert!(!error.to_string().is_empty());
    assert!(error.help().is_none_or(|help| !help.is_empty()));
}

/// Reads the text as YAML and holds what comes of it against what must be.
fn yaml_survives(text: &str) {
    let (documents, errors) = yaml::documents(text, Place::new(START));
    for error in &errors {
        error_is_right(text, error);
    }
    let mut end = 0;
    for document in &documents {
        assert!(places(&document.value).into_iter().all(|it| is_inside(text, it)), "{text:?}");
        assert!(end <= document.range.start && text.get(document.range.clone()).is_some(), "{text:?}");
        end = document.range.end;
        if errors.is_empty() {
            let written = yaml::write(&document.value);
            assert_eq!(
                yaml::read(&written, Place::NONE).as_deref(),
                Ok(&[document.value.clone()][..]),
                "{text:?}"
            );
        }
    }
}

/// Reads the text as JSON and holds what comes of it against what must be.
fn json_survives(text: &str) {
    match json::read(text, Place::new(START)) {
        Ok(value) => {
            assert!(places(&value).into_iter().all(|it| is_inside(text, it)), "{text:?}");
            assert_eq!(json::read(&json::write(&value), Place::NONE), Ok(value), "{text:?}");
        }
        Err(error) => error_is_right(text, &error),
    }
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        yaml_survives(&text);
        json_survives(&text);
    }

    #[test]
    fn any_characters(text in any::<String>()) {
        yaml_survives(&text);
        json_survives(&text);
    }

    #[test]
    fn pieces_of_yaml(text in soup::yaml()) {
        yaml_survives(&text);
    }

    #[test]
    fn pieces_of_json(text in soup::json()) {
        json_survives(&text);
        yaml_survives(&text);
    }

    #[test]
    fn manifests_with_mistakes(text in manifests::mangled_yaml()) {
        yaml_survives(&text);
    }

    #[test]
    fn json_with_mistakes(text in manifests::mangled_json()) {
        json_survives(&text);
        yaml_survives(&text);
    }
}

/// Runs it where a reader that calls itself for each level ends soon.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(512 * 1024).spawn(run).expect("a thread starts");
    assert!(thread.join().is_ok(), "see the panic above");
}

#[test]
fn any_number_of_levels_is_refused() {
    on_a_small_stack(|| {
        for (name, text) in deep::texts(100_000) {
            assert!(yaml::read(&text, Place::NONE).is_err(), "{name}");
            assert!(json::read(&text, Place::NONE).is_err(), "{name}");
        }
    });
}

#[test]
fn a_hundred_levels_are_read() {
    on_a_small_stack(|| {
        let lists = |depth| "[".repeat(depth) + &"]".repeat(depth);
        let items = |depth| "- ".repeat(depth) + "a\n";
        assert!(json::read(&lists(100), Place::NONE).is_ok());
        assert!(json::read(&lists(101), Place::NONE).is_err());
        for text in [lists, items] {
            let value = yaml::read(&text(100), Place::NONE).unwrap().remove(0);
            assert_eq!(yaml::read(&yaml::write(&value), Place::NONE), Ok(vec![value]));
            assert!(yaml::read(&text(101), Place::NONE).is_err());
        }
    });
}

#[test]
fn alias_bombs_are_refused() {
    let bombs = bombs::texts();
    assert!(bombs.len() >= 30, "only {}", bombs.len());
    assert!(bombs.iter().any(|(_, text)| text.len() < 500));
    on_a_small_stack(move || {
        for (name, text) in &bombs {
            assert!(yaml::read(text, Place::NONE).is_err(), "{name}");
        }
    });
}

/// How long it takes to read the text.
fn time(name: &str, text: &str) -> Duration {
    let start = Instant::now();
    let (documents, errors) = yaml::documents(text, Place::NONE);
    assert!(!documents.is_empty() || !errors.is_empty() || large::EMPTY.contains(&name), "{name}");
    json::read(text, Place::NONE).ok();
    start.elapsed()
}

/// Were the time to grow with the square of the length, it would be 256 times as much.
#[test]
fn large_files_take_time_by_their_length() {
    let small = large::texts(1_000);
    let large = large::texts(16_000);
    for ((name, small), (_, large)) in small.iter().zip(&large) {
        let allowed = time(name, small) * 64 + Duration::from_millis(500);
        // Thrice, because the machine may be busy with other things.
        assert!((0..3).any(|_| time(name, large) < allowed), "{name}: more than {allowed:?}");
    }
}

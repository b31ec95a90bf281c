//! Whatever text it is, YAML gives values or errors; what was read without one is read again from what is written.
#![no_main]

use fleetc_manifests::{Place, json, yaml};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let is_inside = |place: Place| text.is_char_boundary(place.offset() as usize - 1);
    let (documents, errors) = yaml::documents(text, Place::new(1));
    for error in &errors {
        assert!(is_inside(error.place), "{error}");
        assert!(error.other_place().is_none_or(|(place, _)| is_inside(place)), "{error}");
        assert!(!error.to_string().is_empty());
    }
    for document in &documents {
        assert!(is_inside(document.value.place));
        assert!(text.get(document.range.clone()).is_some());
        if !errors.is_empty() {
            continue;
        }
        let written = yaml::write(&document.value);
        let read = yaml::read(&written, Place::NONE);
        assert_eq!(read.as_deref(), Ok(std::slice::from_ref(&document.value)), "{written}");
        assert_eq!(json::read(&json::write(&document.value), Place::NONE).as_ref(), Ok(&document.value));
    }
});

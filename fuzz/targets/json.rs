//! Whatever text it is, JSON gives a value or an error; a value is read again from what is written, by readers of YAML too.
#![no_main]

use fleetc_manifests::{Place, json, yaml};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let is_inside = |place: Place| text.is_char_boundary(place.offset() as usize - 1);
    match json::read(text, Place::new(1)) {
        Ok(value) => {
            assert!(is_inside(value.place));
            assert_eq!(json::read(&json::write(&value), Place::NONE).as_ref(), Ok(&value));
            assert_eq!(json::read(&json::write_pretty(&value), Place::NONE).as_ref(), Ok(&value));
            if !value.is_null() {
                assert_eq!(yaml::read(&yaml::write(&value), Place::NONE), Ok(vec![value]));
            }
        }
        Err(error) => assert!(is_inside(error.place), "{error}"),
    }
});

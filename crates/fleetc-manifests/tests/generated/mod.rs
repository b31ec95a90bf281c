//! Values made at random, of all that is hard to write: text of what means something to YAML, numbers of every size.

use fleetc_manifests::{Map, Number, Value};
use proptest::prelude::*;
use proptest::sample::select;

/// What text is made of: indicators, words and digits that mean something alone, characters that cannot be seen.
const PARTS: [&str; 64] = [
    "a",
    "b",
    "word",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    "\r",
    ":",
    ": ",
    " #",
    "#",
    "-",
    "- ",
    "?",
    "? ",
    "'",
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    "&a",
    "*a",
    "!",
    "!!str ",
    "|",
    ">",
    "%",
    "@",
    "`",
    "~",
    "=",
    "<<",
    "---",
    "...",
    "0",
    "1",
    "07",
    ".",
    "e",
    "x",
    "_",
    "+",
    "yes",
    "NO",
    "null",
    "true",
    "\u{0}",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{feff}",
    "\u{ffff}",
    "é",
    "e\u{301}",
    "\u{5d0}",
    "\u{1f600}",
    "\u{e0001}",
    "\u{10ffff}",
];

/// Text, mostly short, that some reader could take for something else.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::collection::vec(select(&PARTS[..]), 0..6).prop_map(|parts| parts.concat()),
        1 => (select(&PARTS[..]), 0..600_usize).prop_map(|(part, count)| part.repeat(count)),
        1 => any::<String>(),
    ]
}

/// Integers of every length, decimals as people write them, and floats as machines do.
pub(crate) fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        (any::<i64>(), 0..64_u32).prop_map(|(it, shift)| Number::from(it >> shift)),
        "-?[0-9]{1,20}[.][0-9]{0,20}(e[+-]?[0-9]{1,2})?"
            .prop_map(|it| Number::decimal(&it).expect("it is one")),
        prop::num::f64::NORMAL.prop_map(|it| Number::decimal(&format!("{it:e}")).expect("it is one")),
        prop::num::f64::ANY.prop_filter_map("it is finite", |it| Number::decimal(&it.to_string())),
    ]
}

/// Values of every type, with lists and maps in each other.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => text().prop_map(Value::from),
        2 => number().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::NULL),
    ];
    leaf.prop_recursive(6, 40, 5, |inner| {
        let keys = prop_oneof![4 => text(), 1 => select(&["apiVersion", "kind", "metadata"][..]).prop_map(Into::into)];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((keys, inner), 0..5).prop_map(|entries| Value::from(Map::from_iter(entries))),
        ]
    })
}

//! Makes Rust tables of `kinds/kubernetes.txt`, whose header explains its form.

// A build script reads files and cargo's variables: it has nothing else to do.
#![allow(clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=kinds/kubernetes.txt");
    println!("cargo::rerun-if-changed=build.rs");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let out = env::var("OUT_DIR").expect("cargo sets it");
    let text =
        fs::read_to_string(Path::new(&root).join("kinds/kubernetes.txt")).expect("it is in the package");
    fs::write(Path::new(&out).join("tables.rs"), tables(&text)).expect("cargo made the folder");
}

/// The tables as Rust.
fn tables(text: &str) -> String {
    let lines: Vec<Vec<&str>> = text.lines().map(words).collect();
    let names = lines.iter().filter(|line| line.first() == Some(&"type")).map(|line| line[1]);
    let types: BTreeMap<&str, usize> = names.enumerate().map(|(index, name)| (name, index)).collect();
    let mut out = String::new();
    kinds(&lines, &types, &mut out);
    fields(&lines, &types, &mut out);
    out
}

/// The words of a line; a word may hold JSON strings with spaces in them.
fn words(line: &str) -> Vec<&str> {
    if line.starts_with('#') {
        return Vec::new();
    }
    let mut words = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in line.char_indices() {
        match c {
            ' ' if !quoted => {
                words.push(&line[start..at]);
                start = at + 1;
            }
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    words.push(&line[start..]);
    words
}

fn kinds(lines: &[Vec<&str>], types: &BTreeMap<&str, usize>, out: &mut String) {
    let mut kinds: Vec<_> = lines.iter().filter(|line| line.first() == Some(&"kind")).collect();
    kinds.sort_by_key(|line| (line[1], line[2]));
    writeln!(out, "static KINDS: [Kind; {}] = [", kinds.len()).expect("it is a string");
    for line in kinds {
        let [_, api_version, kind, plural, scope, type_name, ..] = line[..] else {
            panic!("kind line: {line:?}")
        };
        writeln!(
            out,
            "    Kind {{ api_version: {api_version:?}, name: {kind:?}, plural: {plural:?}, namespaced: {}, shape: Type({}) }},",
            scope == "namespaced",
            types[type_name]
        )
        .expect("it is a string");
    }
    out.push_str("];\n");
}

/// The fields of every type; of a field with several lines the last one, which is the newest.
fn fields(lines: &[Vec<&str>], types: &BTreeMap<&str, usize>, out: &mut String) {
    let mut all: Vec<BTreeMap<&str, &Vec<&str>>> = Vec::new();
    for line in lines {
        match line[..] {
            ["type", ..] => all.push(BTreeMap::new()),
            ["", name, ..] if !name.starts_with('+') => {
                all.last_mut()
                    .expect("a field follows its type")
                    .insert(name.trim_end_matches(['!', '?']), line);
            }
            _ => {}
        }
    }
    writeln!(out, "static TYPES: [&[Field]; {}] = [", all.len()).expect("it is a string");
    for fields in all {
        out.push_str("    &[\n");
        for (name, line) in fields {
            writeln!(out, "        {},", field(name, line, types)).expect("it is a string");
        }
        out.push_str("    ],\n");
    }
    out.push_str("];\n");
}

fn field(name: &str, line: &[&str], types: &BTreeMap<&str, usize>) -> String {
    let attribute = |start: &str| {
        let word = line[3..].iter().find(|word| word.starts_with(start))?;
        Some(word[start.len()..].trim_end_matches(')'))
    };
    let keys: Vec<&str> = attribute("map(").map_or_else(Vec::new, |keys| keys.split(',').collect());
    let patch = attribute("patch=").unwrap_or_default();
    let (strategies, key) = patch.split_once('(').unwrap_or((patch, ""));
    let has = |strategy| strategies.split(',').any(|it| it == strategy);
    format!(
        "Field {{ name: {name:?}, shape: {}, keys: &{keys:?}, merges: {}, merge_key: {key:?}, retains_keys: {}, replaces: {} }}",
        shape(line[2], types),
        has("merge"),
        has("retainKeys"),
        has("replace")
    )
}

/// A shape; lists and maps keep only what their items are.
fn shape(word: &str, types: &BTreeMap<&str, usize>) -> String {
    let inner = |open, close| word.strip_prefix(open).and_then(|rest: &str| rest.strip_suffix(close));
    if let Some(inner) = inner('[', ']') {
        return format!("Shape::List(&{})", shape(inner, types));
    }
    if let Some(inner) = inner('{', '}') {
        return format!("Shape::Map(&{})", shape(inner, types));
    }
    match types.get(word) {
        Some(index) => format!("Shape::Object(Type({index}))"),
        None if word == "any" => "Shape::Any".into(),
        None => "Shape::Scalar".into(),
    }
}

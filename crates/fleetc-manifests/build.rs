//! Makes Rust tables of `kinds/kubernetes.txt`, whose header explains its form.

// A build script reads files and cargo's variables: it has nothing else to do.
#![allow(clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=kinds/kubernetes.txt");
    println!("cargo::rerun-if-changed=kinds/enforced.txt");
    println!("cargo::rerun-if-changed=build.rs");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let out = env::var("OUT_DIR").expect("cargo sets it");
    let read =
        |name| fs::read_to_string(Path::new(&root).join("kinds").join(name)).expect("it is in the package");
    let (text, enforced) = (read("kubernetes.txt"), read("enforced.txt"));
    fs::write(Path::new(&out).join("tables.rs"), tables(&text, &enforced)).expect("cargo made the folder");
}

/// The tables as Rust.
fn tables(text: &str, enforced: &str) -> String {
    let minors = Minors::of(text);
    let mut lines: Vec<Vec<&str>> = text.lines().map(words).collect();
    enforce(&mut lines, enforced);
    let names: Vec<&str> = starting(&lines, "type").map(|line| line[1]).collect();
    let types: BTreeMap<&str, usize> = names.iter().enumerate().map(|(index, name)| (*name, index)).collect();
    let mut out = String::new();
    minors.write(&mut out);
    kinds(&lines, &types, &minors, &mut out);
    lifecycles(&lines, &mut out);
    writeln!(out, "static TYPE_NAMES: [&str; {}] = {names:?};", names.len()).expect("it is a string");
    fields(&lines, &types, &minors, &mut out);
    rules(&lines, &minors, &mut out);
    out
}

/// Adds to the fields what servers ask of them beyond their schemas.
fn enforce<'t>(lines: &mut [Vec<&'t str>], enforced: &'t str) {
    let mut asked: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    let mut of = "";
    for line in enforced.lines().map(words) {
        match line[..] {
            ["type", name] => of = name,
            ["", field, ..] => drop(asked.insert((of, field.trim_end_matches('!')), line[1..].to_vec())),
            _ => {}
        }
    }
    let mut met = Vec::new();
    for line in lines {
        match line[..] {
            ["type", name, ..] => of = name,
            ["", field, shape, ..] => {
                let name = (of, field.trim_end_matches(['!', '?']));
                let Some([field, more @ ..]) = asked.get(&name).map(Vec::as_slice) else { continue };
                met.push(name);
                let filled = field.ends_with('!').then(|| filled(shape));
                line.splice(3..3, more.iter().copied().chain(filled.flatten()));
                line[1] = if field.ends_with('!') { field } else { line[1] };
            }
            _ => {}
        }
    }
    asked.retain(|name, _| !met.contains(name));
    assert!(asked.is_empty(), "enforced.txt names what there is not: {asked:?}");
}

/// What says of a value of that shape that it is not empty.
fn filled(shape: &str) -> Option<&'static str> {
    match shape.as_bytes()[0] {
        b'[' => Some("minItems=1"),
        b'{' => Some("minProperties=1"),
        _ => (shape == "string").then_some("minLength=1"),
    }
}

/// The lines that begin with the word.
fn starting<'l, 't>(lines: &'l [Vec<&'t str>], word: &'l str) -> impl Iterator<Item = &'l Vec<&'t str>> {
    lines.iter().filter(move |line| line.first() == Some(&word))
}

/// The minor versions that the table knows: a bit for each, those of Kubernetes first.
struct Minors<'t> {
    kubernetes: Vec<&'t str>,
    flux: Vec<&'t str>,
}

impl<'t> Minors<'t> {
    /// Those that the header names.
    fn of(text: &'t str) -> Self {
        let after = |start: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(start)).expect("the header names them");
            line.trim_end_matches(':').split(' ').map(minor).collect()
        };
        Self { kubernetes: after("#   Kubernetes "), flux: after("#   Flux ") }
    }

    fn write(&self, out: &mut String) {
        for (name, minors) in [("KUBERNETES", &self.kubernetes), ("FLUX", &self.flux)] {
            writeln!(out, "/// The minor versions that the tables know, oldest first.")
                .expect("it is a string");
            writeln!(out, "pub const {name}: [&str; {}] = {minors:?};", minors.len())
                .expect("it is a string");
        }
    }

    fn all(&self) -> u32 {
        (1 << (self.kubernetes.len() + self.flux.len())) - 1
    }

    /// The versions of a range: `1.30`, `1.29..1.30,1.33`, `flux2.8`.
    fn range(&self, range: &str) -> u32 {
        let (minors, shift, range) = match range.strip_prefix("flux") {
            Some(range) => (&self.flux, self.kubernetes.len(), range),
            None => (&self.kubernetes, 0, range),
        };
        let index = |minor: &str| minors.iter().position(|it| *it == minor).expect("the header names it");
        let mut bits = 0_u32;
        for part in range.split(',') {
            let (first, last) = match part.split_once("..") {
                Some((first, last)) => (index(first), index(last)),
                None => (index(part), minors.len() - 1),
            };
            bits |= (first..=last).map(|at| 1 << (at + shift)).sum::<u32>();
        }
        let own: u32 = (0..minors.len()).map(|at| 1 << (at + shift)).sum();
        bits | (self.all() & !own)
    }

    /// The versions that the last word says, if it is a range.
    fn of_line(&self, line: &[&str]) -> u32 {
        line.last().and_then(|word| word.strip_prefix('@')).map_or(self.all(), |range| self.range(range))
    }
}

/// `1.29` of `1.29.6`.
fn minor(version: &str) -> &str {
    let end = version.match_indices('.').nth(1).map_or(version.len(), |(at, _)| at);
    &version[..end]
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

fn kinds(lines: &[Vec<&str>], types: &BTreeMap<&str, usize>, minors: &Minors<'_>, out: &mut String) {
    let mut kinds: Vec<_> = starting(lines, "kind").collect();
    kinds.sort_by_key(|line| (line[1], line[2]));
    writeln!(out, "static KINDS: [Kind; {}] = [", kinds.len()).expect("it is a string");
    for line in kinds {
        let [_, api_version, kind, plural, scope, type_name, ..] = line[..] else {
            panic!("kind line: {line:?}")
        };
        let off = line[6..].iter().find_map(|word| word.strip_prefix("off"));
        let off = off.map_or(0, |range| range.strip_prefix('@').map_or(minors.all(), |it| minors.range(it)));
        writeln!(
            out,
            "    Kind {{ api_version: {api_version:?}, name: {kind:?}, plural: {plural:?}, namespaced: {}, \
             shape: Type({}), versions: Versions({}), off: Versions({off}) }},",
            scope == "namespaced",
            types[type_name],
            minors.of_line(line)
        )
        .expect("it is a string");
    }
    out.push_str("];\n");
}

fn lifecycles(lines: &[Vec<&str>], out: &mut String) {
    let mut lines: Vec<_> = starting(lines, "lifecycle").collect();
    lines.sort_by_key(|line| (line[1], line[2]));
    writeln!(out, "static LIFECYCLES: [Lifecycle; {}] = [", lines.len()).expect("it is a string");
    for line in lines {
        let word = |start: &str| line[3..].iter().find_map(|word| word.strip_prefix(start));
        writeln!(
            out,
            "    Lifecycle {{ api_version: {:?}, kind: {:?}, deprecated: {:?}, removed: {:?}, instead: {:?}, \
             instead_kind: {:?} }},",
            line[1],
            line[2],
            word("deprecated="),
            word("removed="),
            word("use="),
            word("as=")
        )
        .expect("it is a string");
    }
    out.push_str("];\n");
}

/// The fields of every type; a field with several lines stands there several times, the newest last.
fn fields(lines: &[Vec<&str>], types: &BTreeMap<&str, usize>, minors: &Minors<'_>, out: &mut String) {
    let mut all: Vec<BTreeMap<&str, Vec<&Vec<&str>>>> = Vec::new();
    for line in lines {
        match line[..] {
            ["type", ..] => all.push(BTreeMap::new()),
            ["", name, ..] if !name.starts_with('+') => {
                let fields = all.last_mut().expect("a field follows its type");
                fields.entry(name.trim_end_matches(['!', '?'])).or_default().push(line);
            }
            _ => {}
        }
    }
    writeln!(out, "static TYPES: [&[Field]; {}] = [", all.len()).expect("it is a string");
    for fields in all {
        out.push_str("    &[\n");
        for (name, lines) in fields {
            for line in lines {
                writeln!(out, "        {},", field(name, line, types, minors)).expect("it is a string");
            }
        }
        out.push_str("    ],\n");
    }
    out.push_str("];\n");
}

/// The rules of every type, in CEL.
fn rules(lines: &[Vec<&str>], minors: &Minors<'_>, out: &mut String) {
    let mut all: Vec<Vec<String>> = Vec::new();
    for line in lines {
        match line[..] {
            ["type", ..] => all.push(Vec::new()),
            ["", "+rule", of, rule, message, ..] => {
                let versions = minors.of_line(line);
                let of = if of == "." { "" } else { of };
                // Both texts are written in JSON, whose escapes Rust has too.
                let rule = format!(
                    "Rule {{ of: {of:?}, rule: {rule}, message: {message}, versions: Versions({versions}) }}"
                );
                all.last_mut().expect("a rule follows its type").push(rule);
            }
            _ => {}
        }
    }
    writeln!(out, "static TYPE_RULES: [&[Rule]; {}] = [", all.len()).expect("it is a string");
    for rules in all {
        writeln!(out, "    &[{}],", rules.join(", ")).expect("it is a string");
    }
    out.push_str("];\n");
}

fn field(name: &str, line: &[&str], types: &BTreeMap<&str, usize>, minors: &Minors<'_>) -> String {
    let attribute = |start: &str| line[3..].iter().find_map(|word| word.strip_prefix(start));
    let in_brackets = |start: &str| attribute(start).map(|word| word.strip_suffix(')').unwrap_or(word));
    let keys: Vec<&str> = in_brackets("map(").map_or_else(Vec::new, |keys| keys.split(',').collect());
    let patch = in_brackets("patch=").unwrap_or_default();
    let (strategies, key) = patch.split_once('(').unwrap_or((patch, ""));
    let has = |strategy| strategies.split(',').any(|it| it == strategy);
    let required = match line[1].chars().last() {
        Some('!') => "Required::Yes",
        Some('?') => "Required::OnPaper",
        _ => "Required::No",
    };
    let gate = attribute("gate=").map(|word| {
        let (gate, range) = word.split_once('@').unwrap_or((word, ""));
        let versions = if range.is_empty() { minors.all() } else { minors.range(range) };
        format!("Gate {{ name: {gate:?}, versions: Versions({versions}) }}")
    });
    format!(
        "Field {{ name: {name:?}, shape: {}, keys: &{keys:?}, is_set: {}, merges: {}, merge_key: {key:?}, \
         retains_keys: {}, replaces: {}, required: {required}, versions: Versions({}), gate: {}, limits: {} }}",
        shape(line[2], types),
        line[3..].contains(&"set"),
        has("merge"),
        has("retainKeys"),
        has("replace"),
        minors.of_line(line),
        gate.map_or("None".into(), |gate| format!("Some(&{gate})")),
        limits(line, minors)
    )
}

/// What the value of a field may be, beyond its shape.
fn limits(line: &[&str], minors: &Minors<'_>) -> String {
    let attribute = |start: &str| line[3..].iter().find_map(|word| word.strip_prefix(start));
    let mut out = String::new();
    if let Some(values) = attribute("enum(") {
        let values = bars(values.strip_suffix(')').expect("it was opened")).into_iter().map(|value| {
            let (value, range) = match value.rsplit_once('@') {
                Some((value, range)) if !value.is_empty() => (value, minors.range(range)),
                _ => (value, minors.all()),
            };
            let value = if value.starts_with('"') { value.to_owned() } else { format!("{value:?}") };
            format!("({value}, Versions({range}))")
        });
        write!(out, "values: &[{}], ", values.collect::<Vec<_>>().join(", ")).expect("it is a string");
    }
    for (start, name) in [("pattern=", "pattern"), ("default=", "default")] {
        if let Some(json) = attribute(start) {
            // A pattern is written in JSON, whose escapes Rust has too.
            let text = if name == "pattern" { json.to_owned() } else { format!("{json:?}") };
            write!(out, "{name}: Some({text}), ").expect("it is a string");
        }
    }
    for (start, name) in [("form=", "form"), ("keys=", "keys")] {
        if let Some(form) = attribute(start) {
            write!(out, "{name}: Some(Form::{}), ", in_camel_case(form)).expect("it is a string");
        }
    }
    for (start, name) in [
        ("minLength=", "min_length"),
        ("maxLength=", "max_length"),
        ("minimum=", "minimum"),
        ("maximum=", "maximum"),
        ("minItems=", "min_items"),
        ("maxItems=", "max_items"),
        ("minProperties=", "min_properties"),
        ("maxProperties=", "max_properties"),
    ] {
        if let Some(number) = attribute(start) {
            write!(out, "{name}: Some({}), ", in_groups(number)).expect("it is a string");
        }
    }
    if out.is_empty() { "&Limits::NONE".into() } else { format!("&Limits {{ {out}..Limits::NONE }}") }
}

/// `65_535` of `65535`.
fn in_groups(number: &str) -> String {
    let groups: Vec<&[u8]> = number.as_bytes().rchunks(3).rev().collect();
    groups.iter().map(|group| String::from_utf8_lossy(group)).collect::<Vec<_>>().join("_")
}

/// `DnsLabel` of `dns-label`.
fn in_camel_case(name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('-').map(capital).collect()
}

/// What stands between bars; those in quotes do not count.
fn bars(text: &str) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c| {
        quoted ^= c == '"';
        c == '|' && !quoted
    })
    .collect()
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
    if let Some(index) = types.get(word) {
        return format!("Shape::Object(Type({index}))");
    }
    let scalar = match word {
        "any" => return "Shape::Any".into(),
        "string" => "Text",
        "bool" => "Bool",
        "int32" => "Int32",
        "int64" => "Int64",
        "double" => "Double",
        "time" => "Time",
        "microtime" => "MicroTime",
        "bytes" => "Bytes",
        "quantity" => "Quantity",
        "int-or-string" => "IntOrString",
        _ => panic!("shape: {word}"),
    };
    format!("Shape::Scalar(Scalar::{scalar})")
}

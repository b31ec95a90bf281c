//! No fleet makes the compiler panic: neither noise, nor the example with something broken in it, nor tables that hold
//! any key with any value.

use std::sync::OnceLock;

use fleetc::language::{App, Cluster, Environment, Fleet, Table, Tenant};
use fleetc::{Before, Earlier, InMemory, Input, Outcome, Way, compile, compile_into};
use proptest::prelude::*;
use proptest::sample::Index;

const EXAMPLE: &str = include_str!("../../../fleet.example.toml");

/// The files of the example, by path.
macro_rules! example_files {
    ($($path:literal)+) => { [$(($path, include_str!(concat!("../../../", $path)))),+] };
}

fn files() -> Vec<(&'static str, &'static str)> {
    example_files! {
        "examples/apps/checkout/config/app.properties"
        "examples/apps/checkout/deployment.yaml"
        "examples/apps/checkout/ingress.yaml"
        "examples/apps/checkout/kustomization.yaml"
        "examples/apps/checkout/objects.yaml"
        "examples/apps/checkout/secrets/secret.yaml"
        "examples/charts/push.yaml"
        "examples/crds/servicemonitor.yaml"
        "examples/platform/guard/customresourcedefinition.yaml"
        "examples/platform/policies/admission.yaml"
        "examples/platform/policies/guards.yaml"
    }
    .into()
}

/// Compiles; places must lie in the texts, whatever was wrong.
fn compiles_or_says_why(text: &str, files: &InMemory) -> Result<(), TestCaseError> {
    let Outcome { output, diagnostics, sources, .. } = compile(&Input::new(text, files));
    prop_assert!(output.is_some() != diagnostics.has_errors());
    for diagnostic in diagnostics.sorted() {
        prop_assert!(!diagnostic.message.is_empty());
        for label in &diagnostic.labels {
            prop_assert!(!label.place.is_known() || sources.location(label.place).is_some());
        }
    }
    Ok(())
}

/// What a compilation of the example knows, as bytes; made with what is known already.
fn known(bytes: &[u8]) -> Vec<u8> {
    let (files, earlier) = (InMemory::from_iter(files()), Earlier::read(bytes));
    let before = Before { earlier: &earlier, stands: &|_| true };
    let nobody = |_| {};
    let way = Way { before: Some(before), ..Way::into(&nobody) };
    let outcome = compile_into(&Input::new(EXAMPLE, &files), &way);
    outcome.output.expect("the example has no mistakes").known.bytes()
}

/// What a compilation knows that was told nothing.
static FIRST: OnceLock<Vec<u8>> = OnceLock::new();

#[test]
fn what_is_known_is_known_again() {
    let first = known(&[]);
    assert!(Earlier::read(&first) != Earlier::default() && known(&first) == first);
    assert_eq!(Earlier::read(&first).bytes(), first);
    assert!(Earlier::read(b"nonsense").is_empty());
}

/// Text that means something to some reader.
const TOKENS: [&str; 24] = [
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "=",
    ".",
    "\n",
    "${",
    "}",
    "$${",
    "*",
    "common",
    "dev",
    "\u{0}",
    "- ",
    ": ",
    "&a ",
    "*a",
    "|\n",
    "\u{1F6A2}",
    "[[",
    "<<",
];

/// A change of a text: what goes, and what comes in its place.
#[derive(Debug, Clone)]
enum Change {
    Remove(Index, usize),
    Repeat(Index, usize),
    Insert(Index, &'static str),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<Index>(), 1usize..200).prop_map(|(at, length)| Change::Remove(at, length)),
        (any::<Index>(), 1usize..400).prop_map(|(at, length)| Change::Repeat(at, length)),
        (any::<Index>(), prop::sample::select(&TOKENS[..])).prop_map(|(at, token)| Change::Insert(at, token)),
    ]
}

fn changed(text: &str, change: &Change) -> String {
    let chars: Vec<char> = text.chars().collect();
    let position = |at: &Index| at.index(chars.len() + 1);
    let (start, end, new) = match change {
        Change::Remove(at, length) => (position(at), (position(at) + length).min(chars.len()), String::new()),
        Change::Repeat(at, length) => {
            let end = (position(at) + length).min(chars.len());
            (end, end, chars[position(at)..end].iter().collect())
        }
        Change::Insert(at, token) => (position(at), position(at), (*token).to_owned()),
    };
    let before: String = chars[..start].iter().collect();
    let after: String = chars[end..].iter().collect();
    format!("{before}{new}{after}")
}

/// A value that some key takes, and most do not.
fn value() -> impl Strategy<Value = String> {
    let scalar = prop::sample::select(vec![
        "1",
        "-1",
        "true",
        "false",
        "1.5",
        "\"\"",
        "\"a\"",
        "\"b\"",
        "\"*\"",
        "\"common\"",
        "\"${x}\"",
        "\"${a}-${cluster}\"",
        "\"web.yaml\"",
        "\"*.yaml\"",
        "\"../x\"",
        "\"10m\"",
        "\"https://example.com\"",
        "\"oci://example.com/x\"",
        "\"active\"",
        "\"retired\"",
        "\"suspended\"",
        "\"operator\"",
        "\"2.7\"",
        "\"a.b.c\"",
        "2020-01-01",
        "nan",
        "\"ConfigMap/x\"",
    ]);
    scalar.prop_map(str::to_owned).prop_recursive(3, 12, 3, |inner| {
        let keys = prop::sample::select(vec![
            "a",
            "x",
            "git",
            "oci",
            "helm",
            "kind",
            "name",
            "merge",
            "spec",
            "metadata",
            "environment",
            "cluster",
            "labels",
            "from",
            "to",
            "secret",
            "branch",
            "files",
            "values",
            "role",
            "common",
            "lockdown",
            "namespace",
            "ops",
            "remove",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::btree_map(keys, inner, 0..3).prop_map(|map| {
                let entries: Vec<String> =
                    map.into_iter().map(|(key, value)| format!("{key} = {value}")).collect();
                format!("{{ {} }}", entries.join(", "))
            }),
        ]
    })
}

/// The lines of a table: some of its keys, and those of any rung.
fn table<T: Table>(head: &'static str) -> impl Strategy<Value = String> {
    let mut keys: Vec<&'static str> = (T::SHAPE.keys)().iter().map(|key| key.name).collect();
    keys.extend(["unset", "locked", "variables", "where", "manifests", "environments"]);
    prop::collection::btree_map(prop::sample::select(keys), value(), 0..5).prop_map(move |map| {
        let lines: Vec<String> = map.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        format!("{head}\n{}\n", lines.join("\n"))
    })
}

fn any_fleet() -> impl Strategy<Value = String> {
    let tables = (
        table::<Fleet>("[fleet]\nsource.git = \"https://example.com\""),
        table::<Environment>("[environments.a]"),
        table::<Cluster>("[clusters.a]\nenvironments = [\"a\"]"),
        table::<Cluster>("[clusters.b]\nmanaged-by = \"a\""),
        table::<Tenant>("[tenants.a]"),
        table::<App>("[defaults.app]"),
        table::<App>("[components.b]\nmanifests = \"web.yaml\""),
        table::<App>("[apps.a]\ntenant = \"a\""),
        table::<App>("[[apps.a.overrides]]\nwhen = { environment = \"a\" }"),
    );
    tables.prop_map(|(a, b, c, d, e, f, g, h, i)| [a, b, c, d, e, f, g, h, i].concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn noise_is_refused(text in ".{0,400}") {
        compiles_or_says_why(&text, &InMemory::default())?;
    }

    #[test]
    fn any_key_may_hold_anything(text in any_fleet()) {
        let web = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: \"${a}\", b: \"${x:=y}\"}\n";
        compiles_or_says_why(&text, &InMemory::from([("web.yaml", web)]))?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_known_may_be_wrong(changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..20)) {
        let mut bytes = FIRST.get_or_init(|| known(&[])).clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = known(&bytes);
    }

    #[test]
    fn the_example_may_be_broken_anywhere(changes in prop::collection::vec(change(), 1..4)) {
        let text = changes.iter().fold(EXAMPLE.to_owned(), |text, change| changed(&text, change));
        compiles_or_says_why(&text, &files().into_iter().collect())?;
    }

    #[test]
    fn so_may_its_files(at in any::<Index>(), changes in prop::collection::vec(change(), 1..4)) {
        let mut files = files();
        let index = at.index(files.len());
        let broken = changes.iter().fold(files[index].1.to_owned(), |text, change| changed(&text, change));
        let (path, _) = files.swap_remove(index);
        let mut files: InMemory = files.into_iter().collect();
        files.insert(path, broken);
        compiles_or_says_why(EXAMPLE, &files)?;
    }
}

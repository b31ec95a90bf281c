//! The tree of the example fleet lies in `snapshots/example`, to be read and to be compared.

mod support;

use std::path::Path;
use std::process::Command;

use support::{Folder, Run, root, tree};

/// How the tree is made anew.
const ANEW: &str = "cargo run -- build --fleet fleet.example.toml --output snapshots/example";

#[test]
fn the_tree_in_the_repository_is_that_of_the_example() {
    let folder = Folder::new(&[]);
    let built = build(&root(), &folder.path().join("tree"));
    assert!(built.err.is_empty(), "{}", built.err);
    let (kept, made) = (tree(&root().join("snapshots/example")), tree(&folder.path().join("tree")));
    for (path, text) in &made {
        assert_eq!(kept.get(path), Some(text), "{path} is not up to date: {ANEW}");
    }
    let stale: Vec<&String> = kept.keys().filter(|path| !made.contains_key(*path)).collect();
    assert!(stale.is_empty(), "{stale:?} are not up to date: {ANEW}");
}

#[test]
fn the_example_is_as_short_as_it_claims() {
    let text = std::fs::read_to_string(root().join("fleet.example.toml")).expect("it is there");
    assert!(text.lines().count() < 150);
}

fn build(repository: &Path, output: &Path) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fleetc"));
    command.args(["build", "--quiet", "--fleet", "fleet.example.toml", "--output"]).arg(output);
    Run::of(command.current_dir(repository).output().expect("it can be started")).ends(0)
}

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
fn what_its_clusters_need_and_how_they_are_put_onto_it() {
    let mut said = String::new();
    let commands =
        ["secrets", "secrets --cluster kiosk --format json", "bootstrap emea-live", "bootstrap kiosk"];
    for command in commands {
        let mut run = Command::new(env!("CARGO_BIN_EXE_fleetc"));
        run.args(command.split(' ')).args(["--quiet", "--fleet", "fleet.example.toml"]);
        let run = Run::of(run.current_dir(root()).output().expect("it can be started")).ends(0);
        said.push_str(&format!("$ fleetc {command}\n{}\n", run.out));
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("example-needs", said));
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

//! Every folder in `tests/cases` is a fleet, and a test: what `fleetc build` says and writes is held against
//! `snapshots/<folder>.snap`.
//!
//! A file `arguments` in the folder holds further arguments; a file `show` the starts of the paths whose content the
//! snapshot holds (without it, all). To add a test, add a folder, then `INSTA_UPDATE=always cargo test --test cases`.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Arguments, Failed, Trial};
use support::{root, tree};

fn main() {
    let mut folders: Vec<PathBuf> = (fs::read_dir(root().join("tests/cases")).expect("the cases lie there"))
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    let trials = folders.into_iter().map(|folder| {
        let name = folder.file_name().expect("it is a folder").to_string_lossy().into_owned();
        Trial::test(name.clone(), move || run(&name, &folder))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn run(name: &str, folder: &Path) -> Result<(), Failed> {
    let output = tempfile::tempdir().map_err(|error| error.to_string())?;
    let arguments = fs::read_to_string(folder.join("arguments")).unwrap_or_default();
    let run = Command::new(env!("CARGO_BIN_EXE_fleetc"))
        .args(["build", "--quiet", "--color", "never", "--output"])
        .arg(output.path())
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()?;
    let mut snapshot = format!("exit status: {}\n", run.status.code().unwrap_or(-1));
    snapshot.push_str(&String::from_utf8_lossy(&run.stderr));
    let show = fs::read_to_string(folder.join("show")).ok();
    for (path, text) in tree(output.path()) {
        let is_shown = show.as_ref().is_none_or(|show| show.lines().any(|start| path.starts_with(start)));
        snapshot.push_str(&format!("--- {path}\n{}", if is_shown { &text } else { "" }));
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, snapshot));
    Ok(())
}

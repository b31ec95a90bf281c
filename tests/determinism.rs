//! The same fleet gives the same bytes, whatever is around it.

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use support::{Folder, root, tree};

/// The tree of the example fleet, built by a command that is changed first.
fn built(change: impl FnOnce(&mut Command)) -> BTreeMap<String, String> {
    let folder = Folder::new(&[]);
    let mut command = folder.fleetc("build --quiet --output tree --fleet");
    command.arg(root().join("fleet.example.toml"));
    change(&mut command);
    assert!(command.status().expect("it can be started").success());
    let files = tree(&folder.path().join("tree"));
    assert!(files.len() > 300, "{} files", files.len());
    files
}

fn on_threads(jobs: &str) -> BTreeMap<String, String> {
    built(|command| {
        command.args(["--jobs", jobs]);
    })
}

#[test]
fn bytes_do_not_depend_on_threads() {
    let one = on_threads("1");
    for jobs in ["2", "8"] {
        assert_eq!(one, on_threads(jobs), "{jobs} jobs");
    }
}

#[test]
fn bytes_do_not_depend_on_the_environment() {
    let plain = built(|_| ());
    let empty = built(|command| {
        command.env_clear();
    });
    assert_eq!(plain, empty);
    let far = built(|command| {
        command.envs([("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8"), ("TZ", "Asia/Kathmandu")]);
        command.envs([("HOME", "/nowhere"), ("USER", "nobody"), ("SOURCE_DATE_EPOCH", "1")]);
    });
    assert_eq!(plain, far);
}

#[test]
fn bytes_do_not_depend_on_the_folder() {
    let folder = Folder::new(&[]);
    copy(&root().join("fleet.example.toml"), &folder.path().join("a folder/fleet.toml"));
    copy(&root().join("examples"), &folder.path().join("a folder/examples"));
    folder.write("a folder/elsewhere/file", "");
    let run = folder.fleetc("build --quiet").current_dir(folder.path().join("a folder/elsewhere")).status();
    assert!(run.expect("it can be started").success());
    assert_eq!(tree(&folder.path().join("a folder/rendered")), built(|_| ()));
}

#[cfg(unix)]
#[test]
fn bytes_do_not_depend_on_the_umask() {
    let folder = Folder::new(&[]);
    let script = format!(
        "umask 077 && exec '{}' build --quiet --output tree --fleet '{}'",
        env!("CARGO_BIN_EXE_fleetc"),
        root().join("fleet.example.toml").display()
    );
    let status = Command::new("sh").args(["-c", &script]).current_dir(folder.path()).status();
    assert!(status.expect("it can be started").success());
    assert_eq!(tree(&folder.path().join("tree")), built(|_| ()));
}

/// Copies a file, or a folder with all in it.
fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).expect("there is room");
        for entry in std::fs::read_dir(from).expect("it can be read") {
            let entry = entry.expect("it can be read");
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        std::fs::create_dir_all(to.parent().expect("it lies in a folder")).expect("there is room");
        std::fs::copy(from, to).expect("there is room");
    }
}

//! Every folder in `tests/systems` is a published system, said as a fleet. What `fleetc build` makes of it is held
//! against `snapshots/systems/<name>.snap`, and, where the data is there, object for object and field for field against
//! what the system's own tools make.
//!
//! The data is the folder that `FLEETC_REFERENCE` names, else `../shared/reference/seeds` beside the project.

mod page;
mod reference;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use libtest_mimic::{Arguments, Failed, Trial};
use sha2::{Digest, Sha256};
use support::{root, say, tree};

fn main() {
    let mut trials: Vec<Trial> = systems()
        .into_iter()
        .map(|folder| Trial::test(format!("tree::{}", name(&folder)), move || check_tree(&folder)))
        .collect();
    trials.push(Trial::test("reference", check_reference));
    trials.push(Trial::test("rows", page::rows::check));
    trials.push(Trial::test("operations", || with_snapshots(|| page::operations::check(&system(OPERATED)))));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// The folders of all systems.
fn systems() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("tests/systems")).expect("the systems lie there");
    let mut folders: Vec<PathBuf> =
        entries.map(|entry| entry.expect("it can be read").path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// The system that the operations of the page are shown on.
const OPERATED: &str = "multicluster-gitops";

fn system(name: &str) -> PathBuf {
    root().join("tests/systems").join(name)
}

fn name(folder: &Path) -> String {
    folder.file_name().expect("it is a folder").to_string_lossy().into_owned()
}

/// The tree of a system, and what was said while it was made.
fn build(folder: &Path) -> Result<(String, BTreeMap<String, String>), Failed> {
    let output = tempfile::tempdir()?;
    let run = Command::new(env!("CARGO_BIN_EXE_fleetc"))
        .args(["build", "--quiet", "--color", "never", "--output"])
        .arg(output.path())
        .current_dir(folder)
        .output()?;
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    if !run.status.success() {
        return Err(format!("{} does not build:\n{said}", name(folder)).into());
    }
    Ok((said, tree(output.path())))
}

/// Holds the tree against its snapshot: each file by its digest, and in full what the file `show` names.
fn check_tree(folder: &Path) -> Result<(), Failed> {
    let (said, files) = build(folder)?;
    let clusters: BTreeSet<&str> =
        files.keys().filter_map(|path| path.strip_prefix("clusters/")?.split('/').next()).collect();
    let show = fs::read_to_string(folder.join("show")).unwrap_or_default();
    let mut snapshot = said;
    for (path, text) in &files {
        let digest = Sha256::digest(text).iter().take(8).fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a string takes it");
            hex
        });
        writeln!(snapshot, "{digest} {path}").expect("a string takes it");
    }
    for (path, text) in &files {
        if show.lines().any(|start| path.starts_with(start)) {
            write!(snapshot, "--- {path}\n{text}").expect("a string takes it");
        }
    }
    snapshot.push_str("--- fleetc secrets\n");
    snapshot.push_str(&say_of(folder, &["secrets"])?);
    for cluster in clusters {
        writeln!(snapshot, "--- fleetc bootstrap {cluster}").expect("a string takes it");
        snapshot.push_str(&say_of(folder, &["bootstrap", cluster])?);
    }
    with_snapshots(|| insta::assert_snapshot!(name(folder), snapshot));
    Ok(())
}

/// What a command says of the fleet.
fn say_of(folder: &Path, arguments: &[&str]) -> Result<String, Failed> {
    let run = Command::new(env!("CARGO_BIN_EXE_fleetc")).args(arguments).current_dir(folder).output()?;
    Ok(String::from_utf8(run.stdout)?)
}

/// Lets snapshots lie where those of systems do.
fn with_snapshots<T>(run: impl FnOnce() -> T) -> T {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots/systems"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(run)
}

/// Compares all systems with the reference.
fn check_reference() -> Result<(), Failed> {
    let beside = root().join("../shared/reference/seeds");
    let data = env::var_os("FLEETC_REFERENCE").map_or(beside, PathBuf::from);
    if !data.is_dir() {
        say("there is no reference: the trees were compared with their snapshots alone");
        return Ok(());
    }
    let mut comparison = reference::Comparison::new(data, &root().join("tests/systems/differences.toml"));
    for folder in systems() {
        comparison.add(&folder, &build(&folder)?.1);
    }
    let (report, mistakes) = comparison.finish();
    say(&report);
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes.join("\n").into()) }
}

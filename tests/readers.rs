//! Every file that fleetc writes means, to other readers, what fleetc meant: to yaml_serde, and where they are installed
//! to PyYAML (a reader of YAML 1.1) and to `kubectl kustomize`. With `FLEETC_ORACLES=required` one that is missing fails.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use fleetc::{InMemory, Input, Tree};
use fleetc_manifests::json;
use serde_json::Value;
use support::{Folder, root};

/// The trees of the example, of published systems and of all cases that build, by name.
fn trees() -> Vec<(String, Tree)> {
    let in_folder = |path| fs::read_dir(root().join(path)).expect("they lie there");
    let mut fleets: Vec<_> = in_folder("tests/cases")
        .chain(in_folder("tests/systems"))
        .map(|entry| entry.expect("it can be read").path().join("fleet.toml"))
        .filter(|it| it.exists())
        .collect();
    fleets.sort();
    fleets.push(root().join("fleet.example.toml"));
    let trees = fleets.into_iter().filter_map(|fleet| {
        let folder = fleet.parent().expect("it lies in a folder");
        let (name, inner) = match fleet.file_name()?.to_str()? {
            "fleet.example.toml" => ("example".to_owned(), "examples"),
            _ => (folder.file_name()?.to_string_lossy().into_owned(), ""),
        };
        Some((name, compiled(folder, fleet.file_name()?.to_str()?, inner)?))
    });
    trees.collect()
}

/// The tree of a fleet, if it builds; its manifests lie in the inner folder.
fn compiled(folder: &Path, fleet: &str, inner: &str) -> Option<Tree> {
    let mut files = InMemory::default();
    add(folder, inner, &mut files);
    let text = fs::read_to_string(folder.join(fleet)).expect("it is text");
    Some(fleetc::compile(&Input::new(&text, &files)).output?.tree)
}

/// Puts all files below a folder into memory.
fn add(root: &Path, inner: &str, files: &mut InMemory) {
    for entry in fs::read_dir(root.join(inner)).expect("it can be read") {
        let entry = entry.expect("it can be read");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if inner.is_empty() { name } else { format!("{inner}/{name}") };
        if entry.path().is_dir() {
            add(root, &path, files);
        } else {
            files.insert(path, fs::read(entry.path()).expect("it can be read"));
        }
    }
}

/// Puts the trees where `tests/conformance` reads them, with what was meant beside each.
#[test]
fn other_programs_get_the_trees() {
    let Ok(folder) = std::env::var("FLEETC_TREES") else {
        return;
    };
    let new = Folder::new(&[]);
    new.run("new home").ends(0);
    let mut trees = trees();
    trees.push((
        "fleetc-new".to_owned(),
        compiled(&new.path().join("home"), "fleet.toml", "").expect("it builds"),
    ));
    for (name, tree) in trees {
        let folder = Path::new(&folder).join(name);
        for (path, file) in tree.files() {
            let path = folder.join("tree").join(path);
            fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("it can be made");
            fs::write(path, file.text().as_bytes()).expect("it can be written");
        }
        let meant = serde_json::to_string(&meant(&tree)).expect("it is JSON");
        fs::write(folder.join("meant.json"), meant).expect("it can be written");
    }
}

/// What fleetc meant with each file that holds an object.
fn meant(tree: &Tree) -> BTreeMap<String, Value> {
    let objects = tree.files().filter_map(|(path, file)| Some((path, json::write(file.object()?))));
    objects.map(|(path, json)| (path, serde_json::from_str(&json).expect("it is JSON"))).collect()
}

fn write(tree: &Tree) -> Folder {
    let folder = Folder::new(&[]);
    for (path, file) in tree.files() {
        folder.write(&path, &file.text());
    }
    folder
}

#[test]
fn another_library_reads_what_was_meant() {
    let mut count = 0;
    for (name, tree) in trees() {
        let meant = meant(&tree);
        for (path, file) in tree.files().filter(|(path, _)| meant.contains_key(path)) {
            let read: Value =
                serde_yaml::from_str(&file.text()).unwrap_or_else(|error| panic!("{path}: {error}"));
            assert_eq!(read, meant[&path], "{name}: {path}");
            count += 1;
        }
    }
    assert!(count > 500, "{count} files");
}

/// Says which file PyYAML reads as something else than what standard input says.
const SCRIPT: &str = "
import json, sys, yaml
meant = json.load(sys.stdin)
for path, value in meant.items():
    with open(path, encoding='utf-8') as file:
        read = yaml.safe_load(file)
    if json.loads(json.dumps(read)) != value:
        sys.exit(f'{path}: {read}')
";

#[test]
fn python_reads_what_was_meant() {
    if !is_there("python3", &["-c", "import yaml"]) {
        return;
    }
    for (name, tree) in trees() {
        let folder = write(&tree);
        folder.write("meant.json", &serde_json::to_string(&meant(&tree)).expect("it is JSON"));
        let run = Command::new("python3")
            .args(["-c", SCRIPT])
            .current_dir(folder.path())
            .stdin(fs::File::open(folder.path().join("meant.json")).expect("it was just written"))
            .output()
            .expect("it can be started");
        assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stderr));
    }
}

#[test]
fn kustomize_builds_every_path_that_flux_applies() {
    if !is_there("kubectl", &["version", "--client"]) {
        return;
    }
    let (_, tree) = trees().pop().expect("the example is the last");
    let (folder, meant) = (write(&tree), meant(&tree));
    for path in tree.folders().map(|folder| &folder.path).filter(|path| !path.starts_with("clusters/")) {
        let run = Command::new("kubectl").arg("kustomize").arg(folder.path().join(path)).output();
        let run = run.expect("it can be started");
        assert!(run.status.success(), "{path}: {}", String::from_utf8_lossy(&run.stderr));
        let text = String::from_utf8(run.stdout).expect("it is text");
        let documents = text.split("\n---\n").filter(|text| !text.trim().is_empty());
        let built: Vec<Value> =
            documents.map(|document| serde_yaml::from_str(document).expect("it is YAML")).collect();
        let inside = |file: &&String| file.rsplit_once('/').is_some_and(|(folder, _)| folder == path);
        let written: Vec<Value> = meant.keys().filter(inside).map(|file| meant[file].clone()).collect();
        assert_eq!(sorted(built), sorted(written), "{path}");
    }
}

/// The objects in an order that does not depend on that of their keys.
fn sorted(mut objects: Vec<Value>) -> Vec<Value> {
    let name = |object: &Value| {
        ["/kind", "/metadata/name", "/metadata/namespace"]
            .map(|path| object.pointer(path).map(Value::to_string))
    };
    objects.sort_by_key(name);
    objects
}

/// Whether a tool runs; says so if it does not, and fails if it must.
fn is_there(tool: &str, arguments: &[&str]) -> bool {
    let runs = Command::new(tool).args(arguments).output().is_ok_and(|run| run.status.success());
    let is_required = std::env::var("FLEETC_ORACLES").is_ok_and(|it| it == "required");
    assert!(runs || !is_required, "`{tool}` is not installed");
    if !runs {
        support::say(&format!("passed over: `{tool}` is not installed"));
    }
    runs
}

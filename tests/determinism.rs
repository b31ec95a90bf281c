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

/// What may differ around a build, and must not matter.
const AXES: [&[&str]; 6] = [
    &["1", "2", "3", "7", "16", "64"],
    &["UTC", "Pacific/Apia"],
    &["C", "tr_TR.UTF-8", "de_DE.UTF-8"],
    &["000", "022", "077"],
    &["f", "a folder with spaces", "linked"],
    &["forwards", "backwards"],
];

/// Choices of one value of each axis, such that every two values of two axes meet in one of them.
fn pairwise() -> Vec<[usize; AXES.len()]> {
    let mut open: std::collections::BTreeSet<[usize; 4]> = std::collections::BTreeSet::new();
    for (a, of_a) in AXES.iter().enumerate() {
        for (b, of_b) in AXES.iter().enumerate().skip(a + 1) {
            open.extend((0..of_a.len() * of_b.len()).map(|it| [a, it / of_b.len(), b, it % of_b.len()]));
        }
    }
    let mut rows = Vec::new();
    while let Some(&[a, of_a, b, of_b]) = open.first() {
        let mut row = [0; AXES.len()];
        (row[a], row[b]) = (of_a, of_b);
        for axis in (0..AXES.len()).filter(|axis| ![a, b].contains(axis)) {
            let meets = |value: usize| {
                let is_met = |it: &&[usize; 4]| {
                    let other = |at: usize, of: usize| at != axis && row[at] == of;
                    (it[0] == axis && it[1] == value && other(it[2], it[3]))
                        || (it[2] == axis && it[3] == value && other(it[0], it[1]))
                };
                open.iter().filter(is_met).count()
            };
            row[axis] = (0..AXES[axis].len()).max_by_key(|value| meets(*value)).expect("no axis is empty");
        }
        open.retain(|it| row[it[0]] != it[1] || row[it[2]] != it[3]);
        rows.push(row);
    }
    rows
}

#[cfg(unix)]
#[test]
fn bytes_depend_on_nothing_but_the_fleet() {
    let plain = built(|_| ());
    for row in pairwise() {
        let [jobs, zone, locale, umask, name, order] = std::array::from_fn(|axis| AXES[axis][row[axis]]);
        let folder = Folder::in_memory();
        let own = folder.path().join("own");
        let mut parts = [("fleet.example.toml", "fleet.toml"), ("examples", "examples")];
        if order == "backwards" {
            parts.reverse();
        }
        for (from, to) in parts {
            copy_in(order, &root().join(from), &own.join(to));
        }
        let here = folder.path().join(name);
        if name == "linked" {
            std::os::unix::fs::symlink(&own, &here).expect("there is room");
        } else {
            std::fs::rename(&own, &here).expect("there is room");
        }
        let fleetc = env!("CARGO_BIN_EXE_fleetc");
        let script = format!("umask {umask} && exec '{fleetc}' build --quiet --jobs {jobs} --output tree");
        let mut command = Command::new("sh");
        command.args(["-c", &script]).current_dir(&here);
        command.envs([("TZ", zone), ("LANG", locale), ("LC_ALL", locale)]);
        assert!(command.status().expect("it can be started").success());
        assert!(tree(&here.join("tree")) == plain, "{jobs} {zone} {locale} {umask} {name} {order}");
    }
}

/// Clusters enough that nothing is remembered of the first when the last is rendered.
const MANY: usize = 12;

/// A fleet in which an app reads what is the same everywhere, in a region, and on one cluster alone; with one of each of
/// what decides about objects: patches, a prefix, values that come late, ConfigMaps.
fn shared_fleet(folder: &Folder) {
    let mut text = "\
[fleet]
source = { git = \"https://example.com/me/home\" }
[environments.dev]
prefix = \"dev-\"
[environments.prod]
[tenants.team]
labels = { owner = \"${tenant}\" }
quota = { pods = \"${number}\" }
[apps.same]
manifests = \"app\"
images = { web = \"2\" }
config.settings = { values = { a = \"b\" } }
[apps.each]
tenant = \"team\"
manifests = \"app\"
substitute = true
labels = { region = \"${region}\" }
patches = [{ kind = \"Deployment\", merge = { spec = { replicas = \"${number}\" } } }]
[[apps.each.overrides]]
when = { environment = \"prod\", labels = { half = \"1\" } }
without = [{ name = \"same\" }]
[apps.named]
manifests = \"app\"
name-prefix = \"n-\"
substitute = true
[apps.late]
manifests = \"app\"
late = { region = { from = \"ConfigMap/zones\" } }
substitute = true
"
    .to_owned();
    for cluster in 0..MANY {
        text.push_str(&format!(
            "[clusters.c{cluster}]\nenvironments = [\"dev\", \"prod\"]\nlabels = {{ half = \"{}\" }}\n\
             variables = {{ region = \"r{}\", number = {cluster} }}\n",
            cluster % 2,
            cluster % 3
        ));
    }
    folder.write("fleet.toml", &text);
    folder
        .write("app/same.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: same\ndata:\n  a: b\n");
    let each = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: each\ndata:\n  a: ${region:=none}\n  b: ${namespace}\n";
    folder.write("app/each.yaml", each);
    folder.write(
        "app/web.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector:\n    matchLabels: { a: b }\n  template:\n    metadata:\n      labels: { a: b }\n    spec:\n      containers:\n      - { name: web, image: web:1 }\n      volumes:\n      - { name: a, configMap: { name: same } }\n",
    );
}

#[test]
fn what_targets_share_is_what_each_gets_alone() {
    let folder = Folder::in_memory();
    shared_fleet(&folder);
    folder.run("build --quiet --output whole --jobs 2").ends(0);
    let whole = tree(&folder.path().join("whole"));
    let mut alone = BTreeMap::new();
    for part in 1..=MANY {
        folder.run(&format!("build --quiet --output part --shard {part}/{MANY}")).ends(0);
        let part = folder.path().join("part");
        alone.extend(tree(&part));
        std::fs::remove_dir_all(&part).expect("it is there");
    }
    assert!(whole.len() > MANY * 20, "{} files", whole.len());
    assert!(whole == alone);
}

/// Copies a folder, its files in one or the other order, in which some file systems then list them.
fn copy_in(order: &str, from: &Path, to: &Path) {
    if !from.is_dir() {
        return copy(from, to);
    }
    std::fs::create_dir_all(to).expect("there is room");
    let entries = std::fs::read_dir(from).expect("it can be read");
    let mut names: Vec<_> = entries.map(|entry| entry.expect("it can be read").file_name()).collect();
    names.sort();
    if order == "backwards" {
        names.reverse();
    }
    for name in names {
        copy_in(order, &from.join(&name), &to.join(&name));
    }
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

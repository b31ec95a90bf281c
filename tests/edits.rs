//! Fleets by chance, and edits by chance: a build of what changed gives the tree of a build from nothing, byte for byte,
//! and says the same; and no file that somebody else put among it is touched.
//!
//! `FLEETC_EDITS=100` runs as many fleets with as many edits each.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use support::{Folder, root, tree};

/// Numbers that look like chance, and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("it has 31 bits") % limit
    }
}

/// A fleet as far as it is edited.
struct Fleet {
    clusters: usize,
    variable: usize,
    /// Of each app: its objects, each with a number that it holds.
    apps: BTreeMap<usize, Vec<usize>>,
    overridden: BTreeSet<usize>,
    /// Of some apps, the one whose first object their pods read, whether it is there or not.
    readers: BTreeMap<usize, usize>,
    /// Who brings a custom kind that all with an odd number use, as these are of the platform.
    kind: Option<usize>,
}

impl Fleet {
    fn new(chance: &mut Chance) -> Self {
        let apps = (0..2 + chance.below(4)).map(|app| (app, vec![0; 1 + chance.below(3)])).collect();
        Self {
            clusters: 1 + chance.below(3),
            variable: 0,
            apps,
            overridden: BTreeSet::new(),
            readers: BTreeMap::new(),
            kind: None,
        }
    }

    fn edit(&mut self, chance: &mut Chance) {
        let app = *self.apps.keys().nth(chance.below(self.apps.len())).expect("there is one");
        let objects = self.apps.get_mut(&app).expect("it is there");
        match chance.below(10) {
            0 | 1 => {
                let object = chance.below(objects.len());
                objects[object] += 1;
            }
            2 => objects.push(0),
            3 if objects.len() > 1 => drop(objects.pop()),
            4 => drop(self.apps.insert(chance.below(8), vec![0; 2])),
            5 if self.apps.len() > 1 => drop(self.apps.remove(&app)),
            6 => self.variable += 1,
            7 => drop(self.readers.insert(app, chance.below(8))),
            8 => self.kind = (chance.below(3) > 0).then_some(app),
            _ if !self.overridden.remove(&app) => drop(self.overridden.insert(app)),
            _ => {}
        }
        if chance.below(10) == 0 {
            self.clusters = 1 + chance.below(3);
        }
    }

    fn write(&self, folder: &Folder) {
        let mut text = "\
[fleet]
source = { git = \"https://example.com/me/home\" }
[environments.dev]
prefix = \"dev-\"
[environments.prod]
"
        .to_owned();
        for cluster in 0..self.clusters {
            text.push_str(&format!("[clusters.c{cluster}]\nenvironments = [\"dev\", \"prod\"]\n"));
            text.push_str(&format!(
                "labels = {{ half = \"{}\" }}\nvariables = {{ here = {cluster} }}\n",
                cluster % 2
            ));
        }
        text.push_str(&format!("[defaults]\nvariables = {{ number = {} }}\n[tenants.team]\n", self.variable));
        let _ = std::fs::remove_dir_all(folder.path().join("apps"));
        for (app, objects) in &self.apps {
            let owner = if app % 2 == 0 { "tenant = \"team\"\n" } else { "" };
            text.push_str(&format!("[apps.a{app}]\n{owner}manifests = \"apps/{app}\"\nsubstitute = true\n"));
            if self.overridden.contains(app) {
                let rule = "[[apps.A.overrides]]\nwhen = { environment = \"prod\", labels = { half = \"0\" } }\nlabels = { tier = \"gold\" }\n";
                text.push_str(&rule.replace('A', &format!("a{app}")));
            }
            for (object, number) in objects.iter().enumerate() {
                let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: NAME\ndata:\n  own: \"OWN\"\n  all: \"${number}\"\n  here: \"${here}\"\n";
                let map =
                    map.replace("NAME", &format!("m{app}-{object}")).replace("OWN", &number.to_string());
                folder.write(&format!("apps/{app}/m{object}.yaml"), &map);
            }
            self.write_what_meets_others(*app, folder);
        }
        folder.write("fleet.toml", &text);
    }

    /// What is right or wrong by what other apps bring.
    fn write_what_meets_others(&self, app: usize, folder: &Folder) {
        if let Some(read) = self.readers.get(&app) {
            let pod = POD.replace("NAME", &format!("p{app}")).replace("READ", &format!("m{read}-0"));
            folder.write(&format!("apps/{app}/pod.yaml"), &pod);
        }
        if self.kind == Some(app) && app % 2 == 1 {
            folder.write(&format!("apps/{app}/kind.yaml"), KIND);
        }
        if self.kind.is_some() && app % 2 == 1 {
            let custom =
                "apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: NAME\nspec:\n  size: SIZE\n";
            let custom =
                custom.replace("NAME", &format!("t{app}")).replace("SIZE", &self.variable.to_string());
            folder.write(&format!("apps/{app}/thing.yaml"), &custom);
        }
    }
}

/// Pods that read a ConfigMap.
const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: NAME
spec:
  containers:
  - name: web
    image: web:1
    envFrom:
    - configMapRef:
        name: READ
";

/// A custom kind whose objects are small.
const KIND: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.example.com
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Thing, plural: things }
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              size: { type: integer, maximum: 2 }
";

fn run(fleets: usize, edits: usize, foreign: usize) {
    let (mut built, mut warned, mut refused) = (0, 0, 0);
    for seed in 0..fleets {
        let mut chance = Chance(seed as u64);
        let folder = Folder::in_memory();
        let mut fleet = Fleet::new(&mut chance);
        let mut others: BTreeMap<String, String> = BTreeMap::new();
        for edit in 0..=edits {
            fleet.write(&folder);
            let changed = folder.run("build --message-format json --allow-delete all");
            let fresh = folder.run(&format!("build --message-format json --output cold-{edit}"));
            assert_eq!(
                (changed.status, &changed.err),
                (fresh.status, &fresh.err),
                "fleet {seed}, edit {edit}"
            );
            warned += usize::from(fresh.status == 0 && !changed.err.is_empty());
            if fresh.status != 0 {
                refused += 1;
                let _ = std::fs::remove_dir_all(folder.path().join(format!("cold-{edit}")));
                fleet.edit(&mut chance);
                continue;
            }
            built += 1;
            let cold = tree(&folder.path().join(format!("cold-{edit}")));
            let mut now = tree(&folder.path().join("rendered"));
            for (path, text) in &others {
                assert_eq!(now.remove(path).as_ref(), Some(text), "fleet {seed}, edit {edit}: {path}");
            }
            assert!(now == cold, "fleet {seed}, edit {edit}");
            std::fs::remove_dir_all(folder.path().join(format!("cold-{edit}"))).expect("it is there");
            for number in 0..foreign.div_ceil(edits) {
                let beside = cold.keys().nth(chance.below(cold.len())).expect("there are some");
                let folder_name = beside.rsplit_once('/').map_or("", |(name, _)| name);
                let path = format!("{folder_name}/other-{edit}-{number}.txt");
                folder.write(&format!("rendered/{path}"), &path);
                others.insert(path.clone(), path);
            }
            fleet.edit(&mut chance);
        }
    }
    assert!(
        built > refused && warned > 0 && refused > 0,
        "{built} built, {warned} warned, {refused} refused"
    );
}

/// How many there shall be, if somebody says it.
fn wanted() -> Option<usize> {
    std::env::var("FLEETC_EDITS").ok().and_then(|count| count.parse().ok())
}

#[test]
fn a_build_of_what_changed_gives_the_tree_of_a_build_from_nothing() {
    match wanted() {
        Some(count) => run(count, count, 1000),
        None => run(5, 10, 100),
    }
}

/// The fleets of all other tests, each in a folder.
fn fleets() -> Vec<PathBuf> {
    let folders = ["tests/cases", "tests/systems"].map(|folder| {
        fs::read_dir(root().join(folder))
            .expect("it is there")
            .map(|entry| entry.expect("it is there").path())
    });
    let mut fleets: Vec<PathBuf> =
        folders.into_iter().flatten().filter(|folder| folder.join("fleet.toml").is_file()).collect();
    fleets.sort();
    fleets
}

/// Copies the files below a folder; the paths of those that are edited, fleet.toml most often.
fn copy(from: &Path, to: &Folder) -> Vec<String> {
    let mut paths = Vec::new();
    let mut open = vec![from.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("it can be read") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let (own, bytes) = (path.strip_prefix(from).expect("it lies there"), fs::read(&path));
            let (own, bytes) = (own.to_str().expect("it is text"), bytes.expect("it can be read"));
            to.write_bytes(own, &bytes);
            if std::str::from_utf8(&bytes).is_ok() && (own.ends_with("ml")) {
                paths.extend(["fleet.toml".to_owned(), own.to_owned()]);
            }
        }
    }
    paths.sort();
    paths
}

/// The text with something changed in one line, or the line gone, or another one beside it.
fn edited(text: &str, chance: &mut Chance) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        return "key: 1\n".to_owned();
    }
    let at = chance.below(lines.len());
    // Pools can become as large as fleetc takes them.
    if lines[at].contains("count") {
        return text.to_owned();
    }
    let other = lines[chance.below(lines.len())].clone();
    let is_word =
        |part: &&str| part.len() > 2 && part.chars().all(|it| it.is_ascii_alphanumeric() || it == '-');
    let words = |line: &str| -> Vec<String> {
        line.split(|it: char| !it.is_ascii_alphanumeric() && it != '-')
            .filter(is_word)
            .map(str::to_owned)
            .collect()
    };
    let (here, there) = (words(&lines[at]), words(&other));
    match chance.below(8) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, other),
        2 | 3 => {
            let from = ["0", "1", "2", "5"][chance.below(4)];
            lines[at] = lines[at].replacen(from, "3", 1);
        }
        4 if lines[at].contains("true") => lines[at] = lines[at].replace("true", "false"),
        4 => lines[at] = lines[at].replace("false", "true"),
        _ if !here.is_empty() && !there.is_empty() => {
            let (from, to) = (&here[chance.below(here.len())], &there[chance.below(there.len())]);
            lines[at] = lines[at].replacen(from, to, 1);
        }
        _ => lines[at].push_str(" # more"),
    }
    lines.join("\n") + "\n"
}

/// Builds what is in the folder where a tree is, and from nothing; whether the fleet is right, and how many folders were
/// left as they were.
fn built_both_ways(folder: &Folder, what: &str) -> (bool, u64) {
    let (run, [_, as_before]) = folder.build_both_ways("--message-format json", what);
    (run.status == 0, as_before)
}

#[test]
fn an_edit_of_any_fleet_gives_the_tree_of_a_build_from_nothing() {
    let (fleets, mut chance) = (fleets(), Chance(7));
    let (rounds, edits) = wanted().map_or((60, 8), |count| (count * 10, 10));
    let (mut right, mut wrong, mut left) = (0, 0, 0);
    for round in 0..rounds {
        let fleet = &fleets[chance.below(fleets.len())];
        let folder = Folder::in_memory();
        let paths = copy(fleet, &folder);
        let (is_right, _) = built_both_ways(&folder, &fleet.display().to_string());
        // A fleet with mistakes teaches little: what is edited is seldom right either.
        if !is_right && round % 8 > 0 {
            continue;
        }
        for edit in 0..edits {
            let path = &paths[chance.below(paths.len())];
            let before = folder.read(path);
            let after = edited(&before, &mut chance);
            folder.write(path, &after);
            let what = format!("{}, round {round}, edit {edit} of {path}:\n{after}", fleet.display());
            let (is_right, as_before) = built_both_ways(&folder, &what);
            left += as_before;
            right += usize::from(is_right);
            wrong += usize::from(!is_right);
            // What is wrong would hide what comes after it.
            if !is_right && chance.below(4) > 0 {
                folder.write(path, &before);
            }
        }
    }
    assert!(right > edits && wrong > edits && left > 0, "{right} right, {wrong} wrong, {left} folders left");
    support::say(&format!("{right} right, {wrong} wrong, {left} folders left as they were"));
}

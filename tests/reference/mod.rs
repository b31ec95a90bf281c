//! What published systems' own tools make of them, and how it differs from what fleetc makes.

mod compare;
mod difference;
mod objects;
mod target;
mod today;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use compare::{Finding, compare};
use difference::Differences;
use target::Targets;

/// A comparison of all systems with the reference.
pub(crate) struct Comparison {
    data: PathBuf,
    /// What is different in every system.
    shared: Differences,
    /// The files of the reference that were compared, or left out with a reason.
    seen: BTreeSet<String>,
    report: String,
    mistakes: Vec<String>,
    total: Total,
}

/// How much was compared.
#[derive(Default)]
struct Total {
    objects: usize,
    /// Those of the objects of which only the name counts.
    vendored: usize,
    fields: usize,
    listed: usize,
    found: usize,
}

impl Comparison {
    pub(crate) fn new(data: PathBuf, shared: &Path) -> Self {
        Self {
            data,
            shared: Differences::read(shared),
            seen: BTreeSet::new(),
            report: String::new(),
            mistakes: Vec::new(),
            total: Total::default(),
        }
    }

    /// Compares the tree of the system in a folder.
    pub(crate) fn add(&mut self, folder: &Path, tree: &BTreeMap<String, String>) {
        let name = folder.file_name().expect("it is a folder").to_string_lossy().into_owned();
        let targets = Targets::read(&folder.join("targets.toml"));
        let mut differences = Differences::read(&folder.join("differences.toml"));
        let mut total = Total::default();
        for target in &targets.targets {
            let theirs = target.references.iter().flat_map(|file| objects::read(&self.data.join(file)));
            let theirs = objects::named(theirs, target);
            let ours = objects::named(objects::of_folders(tree, &target.folders), target);
            total.objects += theirs.len();
            total.vendored += theirs.values().filter(|fields| fields.is_none()).count();
            let (fields, findings) = compare(&theirs, &ours);
            total.fields += fields;
            total.found += findings.len();
            for finding in findings {
                self.explain(&name, &target.folders.join(" "), &mut differences, &finding);
            }
        }
        self.mistakes.extend(differences.unused().map(|it| format!("{name}: does not occur: {it}")));
        self.mistakes.extend(targets.unmapped(tree).map(|it| format!("{name}: {it} is not compared")));
        self.seen.extend(targets.references());
        total.listed = differences.len();
        self.sum(&name, &total);
    }

    fn explain(&mut self, name: &str, place: &str, differences: &mut Differences, finding: &Finding) {
        if !differences.explain(finding) && !self.shared.explain(finding) {
            self.mistakes.push(format!("{name}: {place}: {finding}"));
        }
    }

    fn sum(&mut self, name: &str, total: &Total) {
        self.report.push_str(&total.line(name));
        self.total.objects += total.objects;
        self.total.vendored += total.vendored;
        self.total.fields += total.fields;
        self.total.listed += total.listed;
        self.total.found += total.found;
    }

    /// What was compared, and what is not explained.
    pub(crate) fn finish(mut self) -> (String, Vec<String>) {
        self.mistakes.extend(self.shared.unused().map(|it| format!("does not occur: {it}")));
        let systems: BTreeSet<&str> = self.seen.iter().filter_map(|it| Some(it.split_once('/')?.0)).collect();
        let is_known = |file: &str| file.split_once('/').is_some_and(|(system, _)| systems.contains(system));
        for file in files(&self.data).iter().filter(|it| is_known(it) && !self.seen.contains(*it)) {
            self.mistakes.push(format!("{file} is compared with nothing"));
        }
        self.total.listed += self.shared.len();
        self.report.push_str(&self.total.line("all, with what every system has"));
        (self.report, self.mistakes)
    }
}

impl Total {
    fn line(&self, name: &str) -> String {
        let Self { objects, vendored, fields, listed, found } = self;
        format!(
            "{name}: {objects} objects ({vendored} by name alone), {fields} fields; {found} differences, {listed} entries\n"
        )
    }
}

/// The files of the reference: `system/file`.
fn files(data: &Path) -> Vec<String> {
    let systems = fs::read_dir(data).expect("it can be read").map(|it| it.expect("it can be read").path());
    let files = systems.filter(|it| it.is_dir()).flat_map(|it| fs::read_dir(it).expect("it can be read"));
    files
        .map(|file| file.expect("it can be read").path())
        .map(|path| path.strip_prefix(data).expect("it lies there").to_string_lossy().into_owned())
        .collect()
}

//! Each module of the compiler uses only what docs/architecture.md says it may: the table there is what this test reads.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use support::root;

#[test]
fn modules_use_only_what_they_may() {
    let (allowed, modules) = (allowed(), modules());
    let mut wrong = Vec::new();
    for module in &modules {
        let may = allowed.get(module).unwrap_or_else(|| panic!("`{module}` is not in the table"));
        for (file, used) in used_by(module, &modules) {
            if used != *module && !may.contains(&used) {
                wrong.push(format!("{file} uses `{used}`, which `{module}` may not"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_says_nothing_that_is_not_so() {
    let modules = modules();
    for (module, may) in allowed() {
        assert!(modules.contains(&module), "`{module}` is no module");
        let used: BTreeSet<String> = used_by(&module, &modules).into_iter().map(|(_, used)| used).collect();
        let unused: Vec<&String> = may.difference(&used).collect();
        assert!(unused.is_empty(), "`{module}` may use {unused:?}, and does not");
    }
}

fn source() -> PathBuf {
    root().join("crates/fleetc/src")
}

/// The table: each module, and those that it may use.
fn allowed() -> BTreeMap<String, BTreeSet<String>> {
    let page = fs::read_to_string(root().join("docs/architecture.md")).expect("it is there");
    let table = page.split("| module | what it is | may use |").nth(1).expect("the table is there");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let names = |cell: &str| cell.split_whitespace().map(|name| name.replace('`', "")).collect();
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').collect();
        (cells[1].trim().replace('`', ""), names(cells[3]))
    })
    .collect()
}

/// The modules at the top of the crate.
fn modules() -> BTreeSet<String> {
    let files =
        fs::read_dir(source()).expect("it is there").map(|entry| entry.expect("it can be read").path());
    let names =
        files.filter(|path| path.is_file()).filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()));
    names.filter(|name| name != "lib").collect()
}

/// The modules that the files of one name after `crate::`, each with the file.
fn used_by(module: &str, modules: &BTreeSet<String>) -> Vec<(String, String)> {
    let mut used = Vec::new();
    for file in files(module) {
        let text = fs::read_to_string(&file).expect("it is text");
        let name = file.strip_prefix(source()).expect("it lies there").display().to_string();
        for after in text.split("crate::").skip(1) {
            let paths = match after.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
                Some((list, _)) => list.split(',').collect(),
                None => vec![after],
            };
            let first = |path: &str| {
                path.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next().map(String::from)
            };
            let found = paths.into_iter().filter_map(first).filter(|first| modules.contains(first));
            used.extend(found.map(|first| (name.clone(), first)));
        }
    }
    used
}

/// The files of a module.
fn files(module: &str) -> Vec<PathBuf> {
    let mut files = vec![source().join(format!("{module}.rs"))];
    let mut open: Vec<PathBuf> = vec![source().join(module)];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(Path::new(&folder)).into_iter().flatten();
        for path in entries.map(|entry| entry.expect("it can be read").path()) {
            if path.is_dir() { open.push(path) } else { files.push(path) }
        }
    }
    files
}

//! What `docs/systems.md` shows of each operation on a fleet: the edit of fleet.toml, and what becomes of the tree.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use libtest_mimic::Failed;

use super::{file, text};
use crate::build;
use crate::support::{Folder, tree};

/// An operation of the page: its name, the edit, and what the page says becomes of the tree.
struct Operation {
    name: String,
    diff: String,
    said: String,
}

/// Builds the fleet before and after each edit of the page, and holds the change of the tree against the page and the
/// snapshot. With `INSTA_UPDATE=always` both are made anew.
pub(crate) fn check(system: &Path) -> Result<(), Failed> {
    let mut page = text();
    let kept = page.clone();
    let before = build(system)?.1;
    let fleet = fs::read_to_string(system.join("fleet.toml"))?;
    let mut snapshot = String::new();
    for operation in operations(&page) {
        let after = build_edited(system, &apply(&fleet, &operation)?)?;
        let changes = changes(&before, &after);
        writeln!(snapshot, "{}", operation.name)?;
        for (path, mark) in &changes {
            writeln!(snapshot, "  {mark} {path}")?;
        }
        page = with_summary(&page, &operation, &summary(&changes))?;
    }
    if page != kept {
        fs::write(file(), &page)?;
    }
    insta::assert_snapshot!("operations", snapshot);
    Ok(())
}

/// The page with what becomes of the tree; an error if it says something else, and is not to be made anew.
fn with_summary(page: &str, operation: &Operation, summary: &str) -> Result<String, Failed> {
    if summary != operation.said && env::var_os("INSTA_UPDATE").is_none_or(|it| it != "always") {
        return Err(format!("docs/systems.md: {}: the tree changes so:\n{summary}", operation.name).into());
    }
    let before = format!("{}```\n\n```text\n", operation.diff);
    Ok(page.replace(&format!("{before}{}", operation.said), &format!("{before}{summary}")))
}

/// The operations of the page: a heading, an edit, and the change.
fn operations(page: &str) -> Vec<Operation> {
    let sections = page.split("\n### ").skip(1).filter(|section| section.contains("```diff\n"));
    let block = |section: &str, language: &str| {
        let block =
            section.split(&format!("```{language}\n")).nth(1).and_then(|rest| rest.split("```").next());
        block.unwrap_or_default().to_owned()
    };
    let operation = |section: &str| Operation {
        name: section.lines().next().unwrap_or_default().to_owned(),
        diff: block(section, "diff"),
        said: block(section, "text"),
    };
    sections.map(operation).collect()
}

/// The fleet with the edit: each part of it must be found, once.
fn apply(fleet: &str, operation: &Operation) -> Result<String, Failed> {
    let mut edited = fleet.to_owned();
    for part in operation.diff.split("@@\n").filter(|part| !part.is_empty()) {
        let side = |drop: char| {
            let lines = part.lines().filter(|line| !line.starts_with(drop));
            lines.flat_map(|line| [line.get(1..).unwrap_or_default(), "\n"]).collect::<String>()
        };
        let (old, new) = (side('+'), side('-'));
        if edited.matches(&old).count() != 1 {
            return Err(format!("docs/systems.md: {}: not there, or not once:\n{old}", operation.name).into());
        }
        edited = edited.replacen(&old, &new, 1);
    }
    Ok(edited)
}

/// The tree of the system, with another fleet.toml.
fn build_edited(system: &Path, fleet: &str) -> Result<BTreeMap<String, String>, Failed> {
    let folder = Folder::new(&[]);
    for (path, text) in tree(system) {
        folder.write(&path, &text);
    }
    folder.write("fleet.toml", fleet);
    Ok(build(folder.path())?.1)
}

/// The files that are new, changed or gone.
fn changes(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> BTreeMap<String, char> {
    let gone = before.keys().filter(|path| !after.contains_key(*path)).map(|path| (path.clone(), '-'));
    let new = after.iter().filter_map(|(path, text)| match before.get(path) {
        None => Some((path.clone(), '+')),
        Some(old) if old != text => Some((path.clone(), '~')),
        Some(_) => None,
    });
    new.chain(gone).collect()
}

/// How many files of each folder are new (`+`), changed (`~`) and gone (`-`).
fn summary(changes: &BTreeMap<String, char>) -> String {
    let mut folders: BTreeMap<&str, BTreeMap<usize, usize>> = BTreeMap::new();
    for (path, mark) in changes {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let order = "+~-".find(*mark).expect("it is one of them");
        *folders.entry(folder).or_default().entry(order).or_default() += 1;
    }
    let line = |(folder, counts): (&str, BTreeMap<usize, usize>)| {
        let counts = counts.iter().map(|(order, count)| format!(" {}{count}", ["+", "~", "-"][*order]));
        format!("{folder}{}\n", counts.collect::<String>())
    };
    folders.into_iter().map(line).collect()
}

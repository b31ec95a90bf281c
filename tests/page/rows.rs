//! The rows of the page: each names lines, and files in which they stand.

use std::collections::BTreeMap;
use std::fs;

use libtest_mimic::Failed;

use super::text;
use crate::support::root;

/// How many things the five systems do.
const ROWS: usize = 85;

/// Checks that there are all rows, in order, and that what each quotes stands in one of the files that it links to.
pub(crate) fn check() -> Result<(), Failed> {
    let page = text();
    let named = named_links(&page);
    let mut mistakes = Vec::new();
    let mut count = 0;
    for row in page.lines().filter_map(numbered) {
        count += 1;
        if row.number != count {
            mistakes.push(format!("row {} stands where {count} should", row.number));
        }
        let files = linked_files(row.shown_by, &named)?;
        if files.is_empty() {
            mistakes.push(format!("row {count} is shown by nothing"));
        }
        let quotes = quotes(row.lines);
        if quotes.is_empty() && !row.lines.contains("#what-their-scripts-do") {
            mistakes.push(format!("row {count} quotes nothing"));
        }
        let missing = quotes.iter().filter(|quote| !files.iter().any(|file| file.contains(&squeeze(quote))));
        mistakes.extend(missing.map(|quote| format!("row {count}: `{quote}` stands in none of its files")));
    }
    if count != ROWS {
        mistakes.push(format!("there are {count} rows"));
    }
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes.join("\n").into()) }
}

/// A row of a table: its number, the column that quotes lines, and the one that says where they stand.
struct Row<'p> {
    number: usize,
    lines: &'p str,
    shown_by: &'p str,
}

fn numbered(line: &str) -> Option<Row<'_>> {
    let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
    let [number, _, lines, shown_by] = cells[..] else { return None };
    Some(Row { number: number.parse().ok()?, lines, shown_by })
}

/// The targets of `[name]: target`.
fn named_links(page: &str) -> BTreeMap<&str, &str> {
    page.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: ")).collect()
}

/// The text of the files behind the links of a cell, with runs of spaces as one.
fn linked_files(cell: &str, named: &BTreeMap<&str, &str>) -> Result<Vec<String>, Failed> {
    let mut files = Vec::new();
    for link in cell.split(", ") {
        let target = if let Some((_, target)) = link.rsplit_once("](") {
            target.trim_end_matches(')')
        } else {
            let name = link.trim_end_matches(']').rsplit('[').next().unwrap_or_default();
            named.get(name).ok_or_else(|| format!("nothing is called {link}"))?
        };
        let path = root().join("docs").join(target);
        files.push(squeeze(&fs::read_to_string(&path).map_err(|error| format!("{target}: {error}"))?));
    }
    Ok(files)
}

/// What stands between backquotes, but for commands of fleetc.
fn quotes(cell: &str) -> Vec<&str> {
    let quotes = cell.split('`').skip(1).step_by(2);
    quotes.filter(|quote| !quote.starts_with("fleetc ")).collect()
}

fn squeeze(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter != ' ' || !squeezed.ends_with(' ') {
            squeezed.push(letter);
        }
    }
    squeezed
}

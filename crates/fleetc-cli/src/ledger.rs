//! What fleetc wrote, so that nothing else is ever replaced or removed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use fleetc::Tree;
use sha2::{Digest, Sha256};

/// The name of the ledger in the output folder: not YAML, and under no path that Flux applies.
const LEDGER: &str = ".fleetc-ledger";

/// The first line, which says how the rest is read.
const HEAD: &str = "fleetc ledger 1";

/// What was done to a folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) written: usize,
    pub(crate) unchanged: usize,
    pub(crate) removed: usize,
}

/// Makes the folder hold the tree; only files that fleetc wrote, and that nobody changed since, are replaced or removed.
pub(crate) fn write(tree: &Tree, output: &Path) -> Result<Done, String> {
    let old = read(output)?;
    let files: BTreeMap<String, Cow<'_, str>> =
        tree.files().map(|(path, file)| (path, file.text())).collect();
    let plan = plan(&files, &old, output)?;
    let mut done = Done { unchanged: files.len() - plan.write.len(), ..Done::default() };
    for path in &plan.write {
        write_file(&output.join(path), &files[*path])
            .map_err(|error| cannot("write", output, path, &error))?;
        done.written += 1;
    }
    for path in &plan.remove {
        fs::remove_file(output.join(path)).map_err(|error| cannot("remove", output, path, &error))?;
        remove_empty_folders(output, path);
        done.removed += 1;
    }
    let ledger = ledger(&files);
    if fs::read_to_string(output.join(LEDGER)).ok().as_deref() != Some(&ledger) {
        write_file(&output.join(LEDGER), &ledger).map_err(|error| cannot("write", output, LEDGER, &error))?;
    }
    Ok(done)
}

struct Plan<'p> {
    write: Vec<&'p str>,
    remove: Vec<&'p str>,
}

/// What must be done; an error if something stands in the way that is not fleetc's.
fn plan<'p>(
    files: &'p BTreeMap<String, Cow<'_, str>>,
    old: &'p BTreeMap<String, String>,
    output: &Path,
) -> Result<Plan<'p>, String> {
    let mut plan = Plan { write: Vec::new(), remove: Vec::new() };
    let mut foreign = Vec::new();
    for (path, text) in files {
        match current(output, path)? {
            Some(bytes) if bytes == text.as_bytes() => {}
            Some(bytes) if old.get(path) != Some(&digest(&bytes)) => foreign.push(path.as_str()),
            _ => plan.write.push(path),
        }
    }
    for (path, written) in old.iter().filter(|(path, _)| !files.contains_key(*path)) {
        match current(output, path)? {
            Some(bytes) if digest(&bytes) == *written => plan.remove.push(path),
            Some(_) => foreign.push(path),
            None => {}
        }
    }
    match foreign[..] {
        [] => Ok(plan),
        [one] => Err(format!(
            "`{}` was not written by fleetc, or was changed since; take it away, or undo the change",
            output.join(one).display()
        )),
        [first, ..] => Err(format!(
            "{} files, `{}` the first of them, were not written by fleetc, or were changed since; take them away, or undo the changes",
            foreign.len(),
            output.join(first).display()
        )),
    }
}

/// What stands at a path now; a link on the way is never followed.
fn current(output: &Path, path: &str) -> Result<Option<Vec<u8>>, String> {
    let mut at = output.to_owned();
    for part in path.split('/') {
        at.push(part);
        match fs::symlink_metadata(&at) {
            Ok(metadata) if metadata.is_symlink() => {
                return Err(format!("`{}` is a symbolic link, which fleetc does not follow", at.display()));
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot("read", output, path, &error)),
        }
    }
    fs::read(&at).map(Some).map_err(|error| cannot("read", output, path, &error))
}

fn write_file(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

/// Removes the folders that a removed file leaves empty.
fn remove_empty_folders(output: &Path, path: &str) {
    let mut folder = Path::new(path).parent();
    while let Some(inner) = folder.filter(|folder| *folder != Path::new("")) {
        if fs::remove_dir(output.join(inner)).is_err() {
            return;
        }
        folder = inner.parent();
    }
}

fn read(output: &Path) -> Result<BTreeMap<String, String>, String> {
    let text = match fs::read_to_string(output.join(LEDGER)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(cannot("read", output, LEDGER, &error)),
    };
    let mut lines = text.lines();
    if lines.next() != Some(HEAD) {
        return Err(format!("`{}` was written by another version of fleetc", output.join(LEDGER).display()));
    }
    let is_safe = |path: &str| path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    let entries = lines.filter_map(|line| line.split_once("  ")).filter(|(_, path)| is_safe(path));
    Ok(entries.map(|(digest, path)| (path.to_owned(), digest.to_owned())).collect())
}

fn ledger(files: &BTreeMap<String, Cow<'_, str>>) -> String {
    let mut text = format!("{HEAD}\n");
    for (path, content) in files {
        text.push_str(&digest(content.as_bytes()));
        text.push_str("  ");
        text.push_str(path);
        text.push('\n');
    }
    text
}

fn digest(bytes: &[u8]) -> String {
    let mut hex = String::new();
    for byte in &Sha256::digest(bytes)[..16] {
        hex.push_str(&format!("{byte:02x}"));
    }
    hex
}

fn cannot(verb: &str, output: &Path, path: &str, error: &io::Error) -> String {
    format!("cannot {verb} `{}`: {error}", output.join(path).display())
}

//! The ledger: which files fleetc wrote, so that nothing else is ever replaced or removed.
//!
//! It is text, a line for each folder and each file, so that it can be reviewed and merged beside the tree.

use std::fmt::Write as _;
use std::ops::Range;

use crate::digest::Digest;

/// The first line, which says how the rest is read.
const HEAD: &str = "fleetc ledger 2";

/// The first line without the version.
const NAME: &str = "fleetc ledger ";

/// How the line begins that says of which tree this is a part; no path begins so.
const MARK: &str = ":shard ";

/// Which files fleetc wrote, with a digest of each; folders and files in order.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    text: String,
    folders: Vec<Folder>,
    files: Vec<File>,
}

#[derive(Debug)]
struct Folder {
    path: Range<usize>,
    files: Range<usize>,
}

#[derive(Debug)]
struct File {
    name: Range<usize>,
    digest: Digest,
}

/// A file of the ledger.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'l> {
    /// Its number among all files of the ledger.
    pub(crate) index: usize,
    pub(crate) folder: &'l str,
    pub(crate) name: &'l str,
    pub(crate) digest: Digest,
}

impl Entry<'_> {
    /// Its path, below the output folder.
    pub(crate) fn path(&self) -> String {
        format!("{}/{}", self.folder, self.name)
    }
}

/// A line of a ledger that is written: a file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Line<'l> {
    /// As it stood in another one.
    Old(&'l str),
    /// Its name, and its digest.
    New(&'l str, Digest),
}

/// Another version of fleetc wrote it.
#[derive(Debug)]
pub(crate) struct OtherVersion;

impl Ledger {
    /// Reads a ledger. What is no line of one, such as the marks of a merge, is left out.
    pub(crate) fn parse(text: String) -> Result<Self, OtherVersion> {
        let mut ledger = Self { text, ..Self::default() };
        let mut start = 0;
        for (number, line) in ledger.text.split_inclusive('\n').enumerate() {
            let range = start..start + line.trim_end().len();
            start += line.len();
            let line = &ledger.text[range.clone()];
            if number == 0 && line != HEAD && line.starts_with(NAME) {
                return Err(OtherVersion);
            }
            if let Some(file) = file(line, range.start) {
                let end = ledger.files.len();
                if let (Some(folder), true) =
                    (ledger.folders.last_mut(), is_name(&ledger.text[file.name.clone()]))
                {
                    ledger.files.push(file);
                    folder.files.end = end + 1;
                }
            } else if number > 0 && is_path(line) {
                let end = ledger.files.len();
                ledger.folders.push(Folder { path: range, files: end..end });
            }
        }
        ledger.sort();
        Ok(ledger)
    }

    /// The ledger of files, by folder, both in order, with a mark if they are a part of a tree.
    pub(crate) fn text_of<'f, F, N>(mark: Option<&str>, folders: F) -> String
    where
        F: Iterator<Item = (&'f str, N)>,
        N: Iterator<Item = Line<'f>>,
    {
        let mut text = format!("{HEAD}\n");
        if let Some(mark) = mark {
            text.push_str(&format!("{MARK}{mark}\n"));
        }
        for (path, files) in folders {
            text.push_str(path);
            text.push('\n');
            for line in files {
                match line {
                    Line::Old(line) => text.push_str(line),
                    Line::New(name, digest) => {
                        write!(text, " {digest} {name}").expect("a string takes all that is written to it");
                    }
                }
                text.push('\n');
            }
        }
        text
    }

    /// Of which tree it is which part, if it is one.
    pub(crate) fn mark(&self) -> Option<&str> {
        self.text.lines().nth(1)?.strip_prefix(MARK)
    }

    /// It as it is on disk.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// How many files there are.
    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    /// All files, in order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry<'_>> + Clone {
        self.folders().flat_map(InFolder::entries)
    }

    /// All folders, in order.
    pub(crate) fn folders(&self) -> impl Iterator<Item = InFolder<'_>> + Clone {
        (0..self.folders.len()).map(|number| InFolder { ledger: self, number })
    }

    /// The files of a folder.
    pub(crate) fn folder(&self, path: &str) -> Option<InFolder<'_>> {
        let found = self.folders.binary_search_by(|folder| self.text[folder.path.clone()].cmp(path));
        found.ok().map(|number| InFolder { ledger: self, number })
    }

    fn entry(&self, folder: &Folder, index: usize) -> Entry<'_> {
        let file = &self.files[index];
        Entry {
            index,
            folder: &self.text[folder.path.clone()],
            name: &self.text[file.name.clone()],
            digest: file.digest,
        }
    }

    /// Puts what somebody has merged in order.
    fn sort(&mut self) {
        let text = &self.text;
        for folder in &self.folders {
            let files = &mut self.files[folder.files.clone()];
            if !files.is_sorted_by(|a, b| text[a.name.clone()] <= text[b.name.clone()]) {
                files.sort_by(|a, b| text[a.name.clone()].cmp(&text[b.name.clone()]));
            }
        }
        if !self.folders.is_sorted_by(|a, b| text[a.path.clone()] <= text[b.path.clone()]) {
            self.folders.sort_by(|a, b| text[a.path.clone()].cmp(&text[b.path.clone()]));
        }
    }
}

/// The files of a folder of the ledger.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InFolder<'l> {
    ledger: &'l Ledger,
    number: usize,
}

impl<'l> InFolder<'l> {
    /// The number of the folder among all of the ledger.
    pub(crate) fn number(self) -> usize {
        self.number
    }

    fn folder(self) -> &'l Folder {
        &self.ledger.folders[self.number]
    }

    /// All of them, in the order of their names.
    pub(crate) fn entries(self) -> impl Iterator<Item = Entry<'l>> + Clone {
        self.folder().files.clone().map(move |index| self.ledger.entry(self.folder(), index))
    }

    /// The path of the folder.
    pub(crate) fn path(self) -> &'l str {
        &self.ledger.text[self.folder().path.clone()]
    }

    /// Their lines.
    pub(crate) fn lines(self) -> impl Iterator<Item = Line<'l>> {
        let files = &self.ledger.files[self.folder().files.clone()];
        files
            .iter()
            .map(move |file| Line::Old(&self.ledger.text[file.name.start - BEFORE_NAME..file.name.end]))
    }

    /// One of them.
    pub(crate) fn get(self, name: &str) -> Option<Entry<'l>> {
        let text = &self.ledger.text;
        let files = &self.ledger.files[self.folder().files.clone()];
        let found = files.binary_search_by(|file| text[file.name.clone()].cmp(name)).ok()?;
        Some(self.ledger.entry(self.folder(), self.folder().files.start + found))
    }
}

/// How many bytes of the line of a file stand before its name: the digest, and a space on each side of it.
const BEFORE_NAME: usize = 34;

/// ` <digest> <name>`: a file of the folder above.
fn file(line: &str, start: usize) -> Option<File> {
    let digest = line.strip_prefix(' ')?.get(..32)?.parse().ok()?;
    let name = line.get(33..)?.strip_prefix(' ')?;
    let end = start + line.len();
    Some(File { name: end - name.len()..end, digest })
}

/// Whether the text is one part of a path, and leads nowhere else.
fn is_name(text: &str) -> bool {
    !matches!(text, "" | "." | "..") && !text.contains(['/', '\\', '\0', ':'])
}

fn is_path(text: &str) -> bool {
    !text.starts_with([' ', '<', '>', '=', '|']) && text.split('/').all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        Ledger::parse(text.to_owned()).unwrap().entries().map(|entry| entry.path()).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let folders =
            [("a/b", vec![("c", Digest(1)), ("d", Digest(2))]), ("e", vec![("f", Digest(u128::MAX))])];
        let text = Ledger::text_of(
            Some("1/2 of a"),
            folders
                .iter()
                .map(|(path, files)| (*path, files.iter().map(|(name, digest)| Line::New(name, *digest)))),
        );
        let ledger = Ledger::parse(text).unwrap();
        assert_eq!(ledger.mark(), Some("1/2 of a"));
        let read: Vec<_> = ledger.entries().map(|it| (it.path(), it.digest)).collect();
        assert_eq!(
            read,
            [("a/b/c".into(), Digest(1)), ("a/b/d".into(), Digest(2)), ("e/f".into(), Digest(u128::MAX))]
        );
        assert_eq!(ledger.folder("a/b").unwrap().get("d").unwrap().index, 1);
        assert!(ledger.folder("a/b").unwrap().get("f").is_none() && ledger.folder("a").is_none());
    }

    #[test]
    fn what_a_merge_left_is_read_as_far_as_it_can_be() {
        let digest = Digest(7);
        let text = format!(
            "{HEAD}\nb\n {digest} y\n<<<<<<< ours\n {digest} x\n=======\n>>>>>>> theirs\na\n {digest} z\n"
        );
        assert_eq!(paths(&text), ["a/z", "b/x", "b/y"]);
    }

    #[test]
    fn nothing_in_it_leads_out_of_the_folder() {
        let digest = Digest(7);
        for path in ["..", "../a", "/etc", "a/../b", "a//b", ""] {
            assert!(paths(&format!("{HEAD}\n{path}\n {digest} x\n")).is_empty(), "{path}");
        }
        for name in ["..", "a/b", "."] {
            assert!(paths(&format!("{HEAD}\na\n {digest} {name}\n")).is_empty(), "{name}");
        }
    }

    #[test]
    fn other_versions_are_told() {
        assert!(Ledger::parse("fleetc ledger 1\n".into()).is_err());
        assert_eq!(Ledger::parse("anything".into()).unwrap().len(), 0);
    }
}

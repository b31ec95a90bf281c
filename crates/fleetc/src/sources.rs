//! The texts of a compilation, laid end to end, so that one number says file, line and column.

pub(crate) mod credential;
mod secrets;

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use fleetc_manifests::Place;

use crate::fingerprint::Fingerprint;

/// Every text that a compilation has read.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Arc<SourceFile>>,
}

/// One text, and where it begins among all.
#[derive(Debug)]
pub struct SourceFile {
    /// Its path, relative to the fleet's folder.
    pub name: String,
    /// What it says.
    pub text: String,
    start: u32,
    lines: OnceLock<Vec<usize>>,
    /// Whether Secrets are in it.
    has_secrets: AtomicBool,
    shown: OnceLock<String>,
    fingerprint: OnceLock<Fingerprint>,
}

/// A file, a line and a column, as people count them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The path of the file, relative to the fleet's folder.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// All texts together would be larger than 4 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

impl Sources {
    /// Adds a text; the place of its first byte.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> Result<Place, TooLarge> {
        self.add_file(name, text).map(|file| file.start())
    }

    /// Adds a text.
    pub(crate) fn add_file(
        &mut self,
        name: impl Into<String>,
        text: impl Into<String>,
    ) -> Result<Arc<SourceFile>, TooLarge> {
        let text = text.into();
        let start = self.files.last().map_or(1, |file| file.end() + 1);
        let length = u32::try_from(text.len()).map_err(|_| TooLarge)?;
        start.checked_add(length).and_then(|end| end.checked_add(1)).ok_or(TooLarge)?;
        let file = Arc::new(SourceFile {
            name: name.into(),
            text,
            start,
            lines: OnceLock::new(),
            has_secrets: AtomicBool::new(false),
            shown: OnceLock::new(),
            fingerprint: OnceLock::new(),
        });
        self.files.push(file.clone());
        Ok(file)
    }

    /// The file that the place is in, and the byte in it.
    pub fn find(&self, place: Place) -> Option<(&SourceFile, usize)> {
        let index = self.files.partition_point(|file| file.start <= place.offset());
        let file = self.files.get(index.checked_sub(1)?)?;
        let offset = (place.offset() - file.start) as usize;
        (offset <= file.text.len()).then_some((file, offset))
    }

    /// The file, line and column of the place; none where no source says it.
    pub fn location(&self, place: Place) -> Option<Location> {
        let (file, offset) = self.find(place)?;
        Some(file.location(offset))
    }
}

impl SourceFile {
    /// The place of its first byte.
    pub fn start(&self) -> Place {
        Place::new(self.start)
    }

    /// The text as it may be shown: of the same length, with stars for what is secret.
    pub fn shown(&self) -> &str {
        self.shown.get_or_init(|| secrets::masked(&self.text, self.has_secrets.load(Ordering::Relaxed)))
    }

    /// By what its text is known again.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        *self.fingerprint.get_or_init(|| Fingerprint::of_text(&self.text))
    }

    /// Notes that Secrets are in it.
    pub(crate) fn hide_secrets(&self) {
        self.has_secrets.store(true, Ordering::Relaxed);
    }

    fn end(&self) -> u32 {
        self.start + u32::try_from(self.text.len()).expect("it was checked when the text was added")
    }

    /// The line and column of a byte.
    pub fn location(&self, offset: usize) -> Location {
        let line = self.line_starts().partition_point(|&start| start <= offset);
        let start = self.line_starts()[line - 1];
        let offset = floor_char(&self.text, offset);
        Location {
            file: self.name.clone(),
            line,
            column: self.text[start.min(offset)..offset].chars().count() + 1,
        }
    }

    /// Where each line begins.
    pub fn line_starts(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let breaks = self.text.match_indices('\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(breaks).collect()
        })
    }

    /// The bytes of what is written at `offset`: a key, a scalar, or the line that opens a list or a table.
    pub fn extent(&self, offset: usize) -> Range<usize> {
        let start = floor_char(&self.text, offset.min(self.text.len()));
        let rest = &self.text[start..];
        let line = rest.split('\n').next().unwrap_or_default().trim_end();
        let length = match line.chars().next() {
            Some(quote @ ('"' | '\'')) => quoted_length(rest, quote),
            Some('[' | '{') => bracket_length(line),
            Some(_) => plain_length(line),
            None => 0,
        };
        start..start + length.min(rest.len())
    }
}

fn floor_char(text: &str, mut offset: usize) -> usize {
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// The length of a string in quotes, TOML's three quotes included.
fn quoted_length(text: &str, quote: char) -> usize {
    let triple = [quote; 3].iter().collect::<String>();
    let mark = if text.starts_with(&triple) { triple } else { quote.to_string() };
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(mark.len()) {
        match c {
            '\\' if quote == '"' && !escaped => escaped = true,
            '\n' if mark.len() == 1 => return at,
            _ if !escaped && text[at..].starts_with(&mark) => return at + mark.len(),
            _ => escaped = false,
        }
    }
    text.len()
}

/// The length up to the bracket that closes the first one, or to the end of the line.
fn bracket_length(line: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in line.char_indices() {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    line.len()
}

/// The length of a key or a scalar without quotes.
fn plain_length(line: &str) -> usize {
    let ends = [": ", " #", " =", "=", ",", "]", "}", ":\n"];
    let end = ends.iter().filter_map(|end| line.find(end)).min().unwrap_or(line.len());
    line[..end.max(1).min(line.len())].trim_end().trim_end_matches(':').len().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> (Sources, Place, Place) {
        let mut sources = Sources::default();
        let first = sources.add("a.toml", "é = 1\nlist = [1, 2]\n").unwrap();
        let second = sources.add("b.yaml", "key: \"a \\\" b\" # c\n").unwrap();
        (sources, first, second)
    }

    #[test]
    fn a_place_is_a_file_a_line_and_a_column() {
        let (sources, first, second) = sources();
        let at =
            |place: Place, offset| sources.location(Place::new(place.offset() + offset)).unwrap().to_string();
        assert_eq!(at(first, 5), "a.toml:1:5");
        assert_eq!(at(first, 7), "a.toml:2:1");
        assert_eq!(at(second, 5), "b.yaml:1:6");
        assert_eq!(sources.location(Place::NONE), None);
        assert_eq!(sources.location(Place::new(10_000)), None);
    }

    #[test]
    fn the_extent_is_what_a_reader_would_underline() {
        let (sources, first, second) = sources();
        let text = |place: Place, offset: u32| {
            let (file, at) = sources.find(Place::new(place.offset() + offset)).unwrap();
            file.text[file.extent(at)].to_owned()
        };
        assert_eq!(text(first, 0), "é");
        assert_eq!(text(first, 7), "list");
        assert_eq!(text(first, 14), "[1, 2]");
        assert_eq!(text(second, 0), "key");
        assert_eq!(text(second, 5), "\"a \\\" b\"");
    }
}

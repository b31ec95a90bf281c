//! One JSON object on a line for each problem: docs/messages.md describes it.

use fleetc::{Diagnostic, Label, Sources};
use serde::Serialize;

use super::locate;

/// The version of the form: it grows when a field goes, or changes its meaning; new fields may come.
const VERSION: u32 = 1;

/// One JSON object.
pub(crate) fn json(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let problem = Problem {
        version: VERSION,
        code: diagnostic.code.name(),
        severity: diagnostic.severity.name(),
        message: &diagnostic.message,
        targets: &diagnostic.targets,
        labels: diagnostic.labels.iter().filter_map(|label| Marked::of(label, sources)).collect(),
        help: diagnostic.help.as_deref(),
    };
    serde_json::to_string(&problem).expect("everything in it is text and numbers")
}

/// A problem, as machines read it.
#[derive(Serialize)]
struct Problem<'d> {
    version: u32,
    code: &'d str,
    severity: &'d str,
    message: &'d str,
    targets: &'d [String],
    labels: Vec<Marked<'d>>,
    help: Option<&'d str>,
}

/// A place in a file, from its first character to the one behind its last.
#[derive(Serialize)]
struct Marked<'d> {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    text: &'d str,
}

impl<'d> Marked<'d> {
    fn of(label: &'d Label, sources: &Sources) -> Option<Self> {
        let (file, range) = locate(label, sources)?;
        let (start, end) = (file.location(range.start), file.location(range.end));
        Some(Self {
            file: start.file,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            text: &label.text,
        })
    }
}

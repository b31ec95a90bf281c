//! Problems as commands that GitHub's workflows take from a log.
//!
//! Source: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use std::path::Path;

use fleetc::{Diagnostic, Severity, Sources};

use super::{harmless, locate};

/// `::error file=fleet.toml,line=5,col=1,…,title=unknown-key::…`.
pub(crate) fn annotation(diagnostic: &Diagnostic, sources: &Sources, folder: &Path) -> String {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some((file, range)) = diagnostic.labels.first().and_then(|label| locate(label, sources)) {
        let (start, end) = (file.location(range.start), file.location(range.end));
        let path = folder.join(&start.file).to_string_lossy().replace('\\', "/");
        properties.push(format!("file={}", property(&path)));
        properties.push(format!("line={},col={}", start.line, start.column));
        properties.push(format!("endLine={},endColumn={}", end.line, end.column));
    }
    properties.push(format!("title={}", diagnostic.code));
    let mut message = diagnostic.message();
    if let Some(help) = &diagnostic.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    format!("::{level} {}::{}", properties.join(","), data(&message))
}

/// Why the command could not be run.
pub(crate) fn error(message: &str) -> String {
    format!("::error::{}", data(message))
}

/// Text behind `::`.
fn data(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    harmless(&text)
}

/// Text between `=` and `,`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

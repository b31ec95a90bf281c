//! Problems as people and machines read them.

use std::fmt;
use std::ops::Range;

use fleetc::{Diagnostic, Label, Severity, SourceFile, Sources};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};

/// How many columns a message may have.
const WIDTH: usize = 120;

/// For people: with the lines of the file.
pub(crate) fn human(diagnostic: &Diagnostic, sources: &Sources, colour: bool) -> String {
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(WIDTH).with_links(false);
    let mut text = String::new();
    for view in views(diagnostic, sources) {
        handler.render_report(&mut text, &view).expect("a string takes all that is written to it");
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// One line: `file:line:column: severity[code]: message`.
pub(crate) fn short(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let place = diagnostic.labels.first().and_then(|label| locate(label, sources));
    let place = place.map(|(file, range)| format!("{}: ", file.location(range.start))).unwrap_or_default();
    let (severity, code) = (diagnostic.severity.name(), diagnostic.code);
    harmless(&format!("{place}{severity}[{code}]: {}", diagnostic.message))
}

/// One JSON object.
pub(crate) fn json(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let labels: Vec<serde_json::Value> = diagnostic
        .labels
        .iter()
        .filter_map(|label| {
            let (file, range) = locate(label, sources)?;
            let (start, end) = (file.location(range.start), file.location(range.end));
            Some(serde_json::json!({
                "file": start.file, "line": start.line, "column": start.column,
                "end_line": end.line, "end_column": end.column, "text": label.text,
            }))
        })
        .collect();
    serde_json::json!({
        "code": diagnostic.code.name(),
        "severity": diagnostic.severity.name(),
        "message": diagnostic.message,
        "labels": labels,
        "help": diagnostic.help,
    })
    .to_string()
}

/// Text without what a terminal, or a CI system that reads the log, would take for a command.
pub(crate) fn harmless(text: &str) -> String {
    let is_harmful = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_harmful(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out.replace("\n::", "\n ::").replace("\n##[", "\n ##[")
}

/// The file and the bytes that a label is about.
fn locate<'s>(label: &Label, sources: &'s Sources) -> Option<(&'s SourceFile, Range<usize>)> {
    let (file, offset) = sources.find(label.place)?;
    let whole = file.extent(offset);
    let part = label.part.as_ref().and_then(|part| {
        let at = file.text[whole.start..].find(part.as_str())? + whole.start;
        (at < whole.end.max(at + 1)).then(|| at..at + part.len())
    });
    Some((file, part.unwrap_or(whole)))
}

/// A problem as the graphical printer takes it: one for each file, the message with the first.
fn views<'d>(diagnostic: &'d Diagnostic, sources: &'d Sources) -> Vec<View<'d>> {
    let mut views: Vec<View<'d>> = Vec::new();
    for (index, label) in diagnostic.labels.iter().enumerate() {
        let Some((file, range)) = locate(label, sources) else { continue };
        let span = LabeledSpan::new_primary_with_span(
            Some(harmless(&label.text)).filter(|text| !text.is_empty()),
            range,
        );
        match views.iter_mut().find(|view| view.file.is_some_and(|it| std::ptr::eq(it, file))) {
            Some(view) => view.labels.push(span),
            None => views.push(View {
                diagnostic,
                is_first: index == 0,
                file: Some(file),
                labels: vec![span],
                source: Window(file),
            }),
        }
    }
    if views.is_empty() {
        views.push(View::without_place(diagnostic));
    }
    views
}

struct View<'d> {
    diagnostic: &'d Diagnostic,
    /// Whether it holds the place that causes the problem.
    is_first: bool,
    file: Option<&'d SourceFile>,
    labels: Vec<LabeledSpan>,
    source: Window<'d>,
}

impl<'d> View<'d> {
    fn without_place(diagnostic: &'d Diagnostic) -> Self {
        static NOWHERE: std::sync::OnceLock<Sources> = std::sync::OnceLock::new();
        let sources = NOWHERE.get_or_init(|| {
            let mut sources = Sources::default();
            sources.add("", "").expect("nothing is small enough");
            sources
        });
        let (file, _) = sources.find(fleetc_manifests::Place::new(1)).expect("it was just added");
        Self { diagnostic, is_first: true, file: None, labels: Vec::new(), source: Window(file) }
    }
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.diagnostic.fmt(f)
    }
}

impl fmt::Display for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&harmless(&self.diagnostic.message))
    }
}

impl std::error::Error for View<'_> {}

impl miette::Diagnostic for View<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.is_first.then(|| Box::new(self.diagnostic.code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.diagnostic.help.as_ref().filter(|_| self.is_first)?;
        Some(Box::new(harmless(help)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.file.map(|_| &self.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// The lines of a file around a span, found by its index of lines: a file is not read again for each problem.
struct Window<'d>(&'d SourceFile);

impl SourceCode for Window<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let file = self.0;
        let starts = file.line_starts();
        let line_of = |offset: usize| starts.partition_point(|&start| start <= offset).saturating_sub(1);
        let first = line_of(span.offset()).saturating_sub(before);
        let last = line_of(span.offset() + span.len().saturating_sub(1)) + after;
        let start = starts[first];
        let end = starts.get(last + 1).copied().unwrap_or(file.text.len());
        let contents = MietteSpanContents::new_named(
            file.name.clone(),
            &file.text.as_bytes()[start..end],
            (start, end - start).into(),
            first,
            0,
            last - first + 1,
        );
        Ok(Box::new(contents))
    }
}

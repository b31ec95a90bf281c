//! Problems as people read them; what machines read is in the files below.

mod github;
mod json;
mod sarif;

use std::fmt;
use std::ops::Range;

use fleetc::{Diagnostic, Label, Severity, SourceFile, Sources};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};
use serde::{Deserialize, Serialize};

pub(crate) use github::{annotation, error as github_error};
pub(crate) use json::json;
pub(crate) use sarif::sarif;

/// How many columns a message may have.
const WIDTH: usize = 120;

/// A problem in every form in which it may be printed again by a later build: those that need no other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Said {
    /// `error`, `warning` or `note`.
    pub(crate) severity: String,
    pub(crate) human: String,
    pub(crate) coloured: String,
    pub(crate) short: String,
    pub(crate) json: String,
}

/// The problem in every form.
pub(crate) fn said(diagnostic: &Diagnostic, sources: &Sources) -> Said {
    Said {
        severity: diagnostic.severity.name().to_owned(),
        human: human(diagnostic, sources, false),
        coloured: human(diagnostic, sources, true),
        short: short(diagnostic, sources),
        json: json(diagnostic, sources),
    }
}

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
    harmless(&format!("{place}{severity}[{code}]: {}", diagnostic.message()))
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

/// A problem as the graphical printer takes it: one view for each file, the message with the first.
fn views<'d>(diagnostic: &'d Diagnostic, sources: &'d Sources) -> Vec<View<'d>> {
    let mut views: Vec<View<'d>> = Vec::new();
    for label in &diagnostic.labels {
        let Some((file, range)) = locate(label, sources) else { continue };
        let known =
            views.iter_mut().find(|view| view.window.as_ref().is_some_and(|it| std::ptr::eq(it.0, file)));
        if let Some(view) = known {
            view.labels.push(LabeledSpan::new_primary_with_span(written(&label.text), range));
            continue;
        }
        let (title, about, text) = if views.is_empty() {
            (harmless(&diagnostic.message()), Some(diagnostic), written(&label.text))
        } else {
            (written(&label.text).unwrap_or_else(|| "and here".to_owned()), None, None)
        };
        let labels = vec![LabeledSpan::new_primary_with_span(text, range)];
        views.push(View { title, about, window: Some(Window(file)), labels });
    }
    if views.is_empty() {
        let title = harmless(&diagnostic.message());
        views.push(View { title, about: Some(diagnostic), window: None, labels: Vec::new() });
    }
    views
}

/// The text of a label, if it has one.
fn written(text: &str) -> Option<String> {
    Some(harmless(text)).filter(|text| !text.is_empty())
}

#[derive(Debug)]
struct View<'d> {
    title: String,
    /// The problem, in the view that tells it; the others only show a place that belongs to it.
    about: Option<&'d Diagnostic>,
    window: Option<Window<'d>>,
    labels: Vec<LabeledSpan>,
}

impl fmt::Display for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)
    }
}

impl std::error::Error for View<'_> {}

impl miette::Diagnostic for View<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.about.map(|about| Box::new(about.code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.about.map(|about| about.severity) {
            Some(Severity::Error) => miette::Severity::Error,
            Some(Severity::Warning) => miette::Severity::Warning,
            Some(Severity::Note) | None => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.about?.help.as_ref()?;
        Some(Box::new(harmless(help)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.window.as_ref().map(|window| window as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// The lines of a file around a span, found by its index of lines: a file is not read again for each problem.
#[derive(Debug)]
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
        if before == 0 && after == 0 {
            let (start, end) = (span.offset(), (span.offset() + span.len()).min(file.text.len()));
            let location = file.location(start);
            let data = &file.shown().as_bytes()[start..end];
            let span = (start, end - start).into();
            let (line, column) = (location.line - 1, location.column - 1);
            return Ok(Box::new(MietteSpanContents::new_named(
                file.name.clone(),
                data,
                span,
                line,
                column,
                1,
            )));
        }
        let line_of = |offset: usize| starts.partition_point(|&start| start <= offset).saturating_sub(1);
        let first = line_of(span.offset()).saturating_sub(before);
        let last = line_of(span.offset() + span.len().saturating_sub(1)) + after;
        let start = starts[first];
        let end = starts.get(last + 1).copied().unwrap_or(file.text.len());
        let contents = MietteSpanContents::new_named(
            file.name.clone(),
            &file.shown().as_bytes()[start..end],
            (start, end - start).into(),
            first,
            0,
            last - first + 1,
        );
        Ok(Box::new(contents))
    }
}

//! What is printed: results on standard output, everything else on standard error.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use fleetc::{Diagnostic, Diagnostics, Outcome, Severity, Sources};

use crate::global::{Global, MessageFormat, When};
use crate::progress::Progress;
use crate::report::{self, Said};

/// Where a command prints.
pub(crate) struct Output {
    format: MessageFormat,
    colour: bool,
    quiet: bool,
    verbose: bool,
    max_problems: usize,
}

/// How many problems a terminal gets.
const ON_A_TERMINAL: usize = 50;

impl Output {
    pub(crate) fn new(global: &Global) -> Self {
        let colour = match global.color {
            When::Always => true,
            When::Never => false,
            When::Auto => {
                io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty())
            }
        };
        let is_for_people = global.message_format == MessageFormat::Human && io::stderr().is_terminal();
        let usual = if is_for_people { ON_A_TERMINAL } else { usize::MAX };
        Self {
            format: global.message_format,
            colour,
            quiet: global.quiet,
            verbose: global.verbose,
            max_problems: global.max_problems.unwrap_or(usual),
        }
    }

    /// Says what takes long, on a terminal.
    pub(crate) fn progress(&self, phase: &'static str) -> Progress {
        Progress::start(!self.quiet && self.format == MessageFormat::Human, phase)
    }

    /// A result, on standard output. A pipe that nobody reads any more is no mistake.
    #[allow(clippy::unused_self)]
    pub(crate) fn result(&mut self, text: &str) -> Result<(), String> {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(format!("cannot write to standard output: {error}"))
            }
            _ => Ok(()),
        }
    }

    /// What was done, in a line.
    pub(crate) fn summary(&mut self, text: &str) {
        if !self.quiet && !self.is_for_machines() {
            line(text);
        }
    }

    /// That another build into the same folder is waited for.
    pub(crate) fn waiting(&mut self, holder: &str, folder: &Path) {
        self.summary(&format!("waiting for {holder}, which builds into `{}`", folder.display()));
    }

    /// What is being done.
    pub(crate) fn detail(&mut self, text: &str) {
        if self.verbose {
            line(text);
        }
    }

    /// Where the time went, for whoever asked.
    #[allow(clippy::unused_self)]
    pub(crate) fn timings(&mut self, text: &str) {
        line(text);
    }

    /// Why the command could not be run.
    pub(crate) fn error(&mut self, message: &str) {
        let message = report::harmless(message);
        match self.format {
            MessageFormat::Github => line(&report::github_error(&message)),
            MessageFormat::Json | MessageFormat::Sarif => {
                line(&serde_json::json!({ "severity": "error", "message": message }).to_string());
            }
            _ if self.colour => line(&format!("\u{1b}[1;31merror\u{1b}[0m: {message}")),
            _ => line(&format!("error: {message}")),
        }
    }

    /// Whether every line is read by a machine.
    fn is_for_machines(&self) -> bool {
        matches!(self.format, MessageFormat::Json | MessageFormat::Sarif)
    }

    /// Whether problems can be said once more as a build before has said them: paths in some formats depend on the
    /// folder in which the command runs.
    pub(crate) fn can_repeat(&self) -> bool {
        !matches!(self.format, MessageFormat::Sarif | MessageFormat::Github)
    }

    /// The problems of a fleet that lies in `folder`.
    pub(crate) fn problems(&mut self, diagnostics: &Diagnostics, sources: &Sources, folder: &Path) {
        let all = diagnostics.sorted().into_iter().filter(|it| self.shows(it.severity.name())).collect();
        let shown = self.limited(all, |diagnostic: &&Diagnostic| diagnostic.severity);
        if self.format == MessageFormat::Sarif {
            line(&report::sarif(&shown.0, sources, folder));
            return;
        }
        let texts = shown.0.iter().map(|diagnostic| match self.format {
            MessageFormat::Human => report::human(diagnostic, sources, self.colour),
            MessageFormat::Short => report::short(diagnostic, sources),
            MessageFormat::Github => report::annotation(diagnostic, sources, folder),
            MessageFormat::Json | MessageFormat::Sarif => report::json(diagnostic, sources),
        });
        lines(texts);
        self.counts(shown.1, |severity| diagnostics.count(severity));
    }

    /// The problems of a fleet once more, as a build before has said them.
    pub(crate) fn again(&mut self, problems: &[Said]) {
        let all = problems.iter().filter(|problem| self.shows(&problem.severity)).collect();
        let (shown, left_out) = self.limited(all, |problem: &&Said| problem.severity != "error");
        lines(shown.iter().map(|problem| match self.format {
            MessageFormat::Human if self.colour => &problem.coloured,
            MessageFormat::Human => &problem.human,
            MessageFormat::Short | MessageFormat::Github => &problem.short,
            MessageFormat::Json | MessageFormat::Sarif => &problem.json,
        }));
        self.counts(left_out, |severity| problems.iter().filter(|it| it.severity == severity.name()).count());
    }

    /// Everything that was said on the way to an outcome.
    pub(crate) fn outcome<T>(&mut self, outcome: &Outcome<T>, folder: &Path) {
        self.problems(&outcome.diagnostics, &outcome.sources, folder);
        if outcome.is_cut_short && self.format == MessageFormat::Human {
            line("what depends on these was not looked at yet: there may be more once they are mended");
        }
    }

    /// As many of the problems as are printed, the worst first where not all are; and how many are left out.
    fn limited<T, K: Ord>(&self, mut problems: Vec<T>, order: impl Fn(&T) -> K) -> (Vec<T>, usize) {
        let left_out = problems.len().saturating_sub(self.max_problems);
        if left_out > 0 {
            problems.sort_by_key(order);
            problems.truncate(self.max_problems);
        }
        (problems, left_out)
    }

    /// Whether problems of the severity are printed.
    fn shows(&self, severity: &str) -> bool {
        severity != Severity::Note.name() || self.verbose || self.is_for_machines()
    }

    fn counts(&self, left_out: usize, count: impl Fn(Severity) -> usize) {
        if left_out > 0 && !self.is_for_machines() {
            let hint = "`--message-format short` prints a line for each";
            line(&format!("… and {}: {hint}", counted(left_out, "more problem")));
        }
        let counts: Vec<String> = [Severity::Error, Severity::Warning]
            .into_iter()
            .map(|severity| (severity, count(severity)))
            .filter(|(_, count)| *count > 0)
            .map(|(severity, count)| counted(count, severity.name()))
            .collect();
        if !counts.is_empty() && self.format == MessageFormat::Human {
            line(&counts.join(", "));
        }
    }
}

/// Lines on standard error.
fn lines<T: AsRef<str>>(texts: impl Iterator<Item = T>) {
    let mut err = io::BufWriter::new(io::stderr().lock());
    for text in texts {
        let _ = writeln!(err, "{}", text.as_ref());
    }
}

/// A line on standard error. Nothing can be done about one that cannot be written.
fn line(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// How many lines a list in a message has.
const LISTED: usize = 10;

/// Adds the first of the lines to a message, and how many more there are.
pub(crate) fn list_some<'l>(lines: impl ExactSizeIterator<Item = &'l str>, text: &mut String) {
    let more = lines.len().saturating_sub(LISTED);
    for line in lines.take(LISTED) {
        text.push_str("\n- ");
        text.push_str(line);
    }
    if more > 0 {
        text.push_str(&format!("\n- … and {more} more"));
    }
}

/// `1 target`, `2 targets`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

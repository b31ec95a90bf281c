//! What is wrong with a fleet, where, and what to write instead.

use std::collections::BTreeMap;

use fleetc_manifests::Place;

use crate::codes::Code;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is built.
    Error,
    /// It is built, but hardly meant.
    Warning,
    /// Something to know.
    Note,
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One problem of a fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Diagnostic {
    /// What kind of problem it is; never changes its meaning.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: a phrase without a full stop, names in backticks.
    pub message: String,
    /// The targets on which it is so, where it is not so everywhere: `dev/emea-1`.
    pub targets: Vec<String>,
    /// The places that belong to it, the one that causes it first.
    pub labels: Vec<Label>,
    /// How to mend it.
    pub help: Option<String>,
}

/// A place that belongs to a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// The part of what is written there that matters, if not all of it.
    pub part: Option<String>,
    /// What is there, in a few words; may be empty.
    pub text: String,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            targets: Vec::new(),
            labels: vec![Label { place, part: None, text: String::new() }],
            help: None,
        }
    }

    /// A warning at a place.
    pub fn warning(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, message) }
    }

    /// A note at a place.
    pub fn note(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, place, message) }
    }

    /// What stands at the place that causes it.
    pub fn here(mut self, text: impl Into<String>) -> Self {
        self.labels[0].text = text.into();
        self
    }

    /// The part of what stands at the place that causes it.
    pub fn part(mut self, part: impl Into<String>) -> Self {
        self.labels[0].part = Some(part.into());
        self
    }

    /// A further place; left out if no source says it.
    pub fn also(mut self, place: Place, text: impl Into<String>) -> Self {
        if place.is_known() {
            self.labels.push(Label { place, part: None, text: text.into() });
        }
        self
    }

    /// The place that causes it, instead of the one that was said.
    pub fn at(mut self, place: Place) -> Self {
        self.labels[0].place = place;
        self
    }

    /// How to mend it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The target on which it is so.
    pub fn on(mut self, target: &str) -> Self {
        self.targets.push(target.into());
        self
    }

    /// The message, and the first of the targets on which it is so.
    pub fn message(&self) -> String {
        match &self.targets[..] {
            [] => self.message.clone(),
            [one] => format!("{} on {one}", self.message),
            [one, two] => format!("{} on {one} and {two}", self.message),
            [one, rest @ ..] => format!("{} on {one} and {} other targets", self.message, rest.len()),
        }
    }

    /// The place that causes it.
    pub fn place(&self) -> Place {
        self.labels.first().map_or(Place::NONE, |label| label.place)
    }
}

/// All problems found so far; each of them once.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    /// Where each of them stands among those found.
    seen: BTreeMap<(Place, &'static str, String), usize>,
}

impl Diagnostics {
    /// Adds a problem; if the same stands there already, only the targets on which it is so.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let key = (diagnostic.place(), diagnostic.code.name(), diagnostic.message.clone());
        if let Some(&index) = self.seen.get(&key) {
            let targets = &mut self.found[index].targets;
            targets.extend(diagnostic.targets);
            targets.sort();
            targets.dedup();
            return;
        }
        self.seen.insert(key, self.found.len());
        self.found.push(diagnostic);
    }

    /// Adds all of another list.
    pub fn append(&mut self, other: Self) {
        for diagnostic in other.found {
            self.push(diagnostic);
        }
    }

    /// All of them, in the order in which they were found.
    pub(crate) fn into_found(self) -> Vec<Diagnostic> {
        self.found
    }

    /// The errors among them.
    pub(crate) fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter().filter(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there is an error among them.
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there is a problem at the place.
    pub(crate) fn has_at(&self, place: Place) -> bool {
        self.seen.range((place, "", String::new())..).next().is_some_and(|((it, ..), _)| *it == place)
    }

    /// Whether there is a problem of the kind among them.
    pub fn has(&self, code: Code) -> bool {
        self.found.iter().any(|diagnostic| diagnostic.code == code)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// How many there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.found.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }

    /// All of them, in the order of their places; those without a place first.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<&Diagnostic> = self.found.iter().collect();
        sorted.sort_by(|a, b| {
            (a.place(), a.code.name(), &a.message).cmp(&(b.place(), b.code.name(), &b.message))
        });
        sorted
    }
}

/// The best of `known` for a name that is unknown, if one is near enough to be meant.
pub(crate) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let limit = 1 + name.chars().count() / 4;
    known
        .into_iter()
        .take(10_000)
        .map(|candidate| (strsim::osa_distance(&name.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// What to say of a name that nothing has: "did you mean `x`?", else the names that there are.
///
/// ```
/// assert_eq!(fleetc::suggest("prd", ["dev", "prod"], "environment"), "did you mean `prod`?");
/// ```
pub fn suggest<'n>(name: &str, known: impl IntoIterator<Item = &'n str> + Clone, what: &str) -> String {
    if let Some(near) = nearest(name, known.clone()) {
        return format!("did you mean `{near}`?");
    }
    let mut names: Vec<&str> = known.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    match names.len() {
        0 => format!("there is no {what} yet"),
        1..=12 => format!("there is {}", list_names(&names)),
        _ => {
            format!("there are {} of them, from `{}` to `{}`", names.len(), names[0], names[names.len() - 1])
        }
    }
}

/// `a`, `b` and `c`.
pub(crate) fn list_names<T: std::fmt::Display>(names: &[T]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes;

    #[test]
    fn the_same_problem_is_kept_once() {
        let mut diagnostics = Diagnostics::default();
        for place in [2, 1, 2] {
            diagnostics.push(Diagnostic::error(codes::UNKNOWN_KEY, Place::new(place), "unknown"));
        }
        let places: Vec<u32> = diagnostics.sorted().iter().map(|it| it.place().offset()).collect();
        assert_eq!(places, [1, 2]);
    }

    #[test]
    fn the_nearest_name_is_offered() {
        let known = ["payments", "billing", "search"];
        assert_eq!(suggest("paymnets", known, "tenant"), "did you mean `payments`?");
        assert_eq!(suggest("x", known, "tenant"), "there is `billing`, `payments` and `search`");
        assert_eq!(suggest("x", [], "tenant"), "there is no tenant yet");
    }
}

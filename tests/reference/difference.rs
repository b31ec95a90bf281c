//! The differences that are meant, each with its reason.

use std::path::Path;

use serde_json::Value;

use super::compare::Finding;
use super::target::{list, matches, text};

/// The content of a `differences.toml`.
pub(crate) struct Differences(Vec<Difference>);

/// A difference that is meant.
struct Difference {
    /// Which objects: names with `*`.
    objects: Vec<String>,
    /// Which fields: paths with `*`. None: the whole object.
    fields: Vec<String>,
    /// Where it says so, what fleetc and the reference have there: a text may have `*`.
    ours: Option<Value>,
    theirs: Option<Value>,
    /// Whether the reference has nothing there.
    is_new: bool,
    line: String,
    count: usize,
}

impl Differences {
    pub(crate) fn read(file: &Path) -> Self {
        let Ok(content) = std::fs::read_to_string(file) else { return Self(Vec::new()) };
        let table: toml::Table =
            toml::from_str(&content).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let entries = table.get("differences").and_then(toml::Value::as_array).expect("it lists differences");
        Self(entries.iter().map(Difference::new).collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether an entry explains the finding; the first that does counts it.
    pub(crate) fn explain(&mut self, finding: &Finding) -> bool {
        let entry = self.0.iter_mut().find(|it| it.explains(finding));
        entry.is_some_and(|entry| {
            entry.count += 1;
            true
        })
    }

    /// The entries that explained nothing.
    pub(crate) fn unused(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|it| it.count == 0).map(|it| it.line.as_str())
    }
}

impl Difference {
    fn new(entry: &toml::Value) -> Self {
        let value = |key| entry.get(key).map(|it| serde_json::to_value(it).expect("it is plain"));
        assert!(!text(entry, "reason").is_empty(), "a difference has a reason: {entry}");
        Self {
            objects: list(entry, "object"),
            fields: list(entry, "field"),
            ours: value("fleetc"),
            theirs: value("reference"),
            is_new: entry.get("new").and_then(toml::Value::as_bool).unwrap_or_default(),
            line: entry.to_string(),
            count: 0,
        }
    }

    fn explains(&self, finding: &Finding) -> bool {
        let field = match &finding.field {
            Some(field) => self.fields.iter().any(|it| matches(it, field)),
            None => self.fields.is_empty(),
        };
        let fits = |said: &Option<Value>, is: &Option<Value>| match (said, is) {
            (Some(Value::String(pattern)), Some(Value::String(text))) => matches(pattern, text),
            (said, is) => said.is_none() || said == is,
        };
        field
            && self.objects.iter().any(|it| matches(it, &finding.object))
            && (!self.is_new || finding.theirs.is_none())
            && fits(&self.ours, &finding.ours)
            && fits(&self.theirs, &finding.theirs)
    }
}

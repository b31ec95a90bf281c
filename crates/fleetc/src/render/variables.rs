//! `${name}` in manifests.

use fleetc_manifests::{Data, Place, Text, Value};
use indexmap::IndexMap;

use crate::language::{App, RelativePath, Spanned, Substitute as Where};
use crate::resolve::scope::Scope;
use crate::resolve::substitution::{Substitute, has_live, is_live};
use crate::sources::Sources;
use crate::{diagnostic::Diagnostics, language, load::ObjectName, messages};

/// Whether the app asks for substitution in the file.
pub(super) fn acts_in(keys: &App, file: &str) -> bool {
    let matches = |glob: &Spanned<RelativePath>| {
        let path = glob.trim_end_matches('/');
        language::Pattern::new(path).is_some_and(|pattern| pattern.matches(file))
            || file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
    };
    match &keys.substitute {
        Some(Where::All(all)) => *all,
        Some(Where::Files(globs)) => globs.iter().any(matches),
        _ => false,
    }
}

/// Puts the values of variables into manifests.
pub(super) struct Substituter<'s, 'f> {
    pub(super) scope: &'s mut Scope<'f>,
    pub(super) sources: &'s Sources,
    /// Variables that only the cluster knows: they stay.
    pub(super) late: Option<&'s IndexMap<Text, language::Late>>,
}

impl Substituter<'_, '_> {
    /// The object with all its substitutions, but for CustomResourceDefinitions, which have their own use for `$`.
    pub(super) fn object(&mut self, object: &Value) -> Value {
        if object.get("kind").and_then(Value::as_text) == Some("CustomResourceDefinition") {
            return object.clone();
        }
        if self.late.is_some() {
            self.check_escapes(object);
        }
        self.value(object)
    }

    /// Says which escapes have the name of a late variable: they would be filled in after all.
    fn check_escapes(&mut self, value: &Value) {
        match &value.data {
            Data::Text(text) if is_live(text) => {
                for name in self.late.into_iter().flatten().map(|(name, _)| name) {
                    if text.contains(&format!("$${{{name}}}")) || text.contains(&format!("$${{{name}:")) {
                        self.scope.diagnostics.push(messages::escaped_late(value.place, name));
                    }
                }
            }
            Data::List(items) => items.iter().for_each(|item| self.check_escapes(item)),
            Data::Map(map) => map.iter().for_each(|entry| self.check_escapes(&entry.value)),
            _ => {}
        }
    }

    /// Whether the text stands in the file without quotes.
    fn is_plain(&self, place: Place) -> bool {
        let written = self.sources.find(place).and_then(|(file, at)| file.text[at..].chars().next());
        !matches!(written, Some('"' | '\'' | '|' | '>'))
    }
}

impl Substitute for Substituter<'_, '_> {
    fn variable(&mut self, name: &str, default: Option<&str>, written: &str, text: &Value) -> Option<Value> {
        if self.late.is_some_and(|late| late.contains_key(name)) {
            return None;
        }
        match default {
            Some(default) if !self.scope.defines(name) => {
                let plain =
                    fleetc_manifests::yaml::plain(default).unwrap_or_else(|_| Data::Text(default.into()));
                Some(Value::new(plain, text.place))
            }
            _ => self.scope.lookup(name, written, text),
        }
    }

    fn open(&mut self, text: &Value) {
        self.scope.open(text);
    }

    fn keeps_type(&self, text: &Value) -> bool {
        self.is_plain(text.place)
    }
}

/// Says if something that only the cluster shall fill in stands where fleetc must know it.
pub(super) fn check_identity(object: &Value, diagnostics: &mut Diagnostics) {
    for keys in [&["metadata", "name"][..], &["metadata", "namespace"], &["kind"]] {
        if let Some(value) = object.find(keys)
            && has_live(value)
        {
            diagnostics.push(messages::late_identity(value.place, &ObjectName::of(object)));
        }
    }
}

//! `${name}` in text.

use std::collections::BTreeSet;

use fleetc_manifests::{Data, Text, Value};

/// A text, taken apart.
#[derive(Debug, PartialEq)]
pub(crate) enum Part<'t> {
    /// Text as it is; `$${` has become `${`.
    Literal(&'t str),
    /// A `${` without an end, and all after it.
    Open(&'t str),
    /// `${name}`, or `${name:=default}`.
    Variable {
        /// The name.
        name: &'t str,
        /// The text that stands for it where nothing else does.
        default: Option<&'t str>,
        /// All that was written, from `$` to `}`.
        written: &'t str,
    },
}

/// Whether the text may hold a substitution or an escape.
pub(crate) fn is_live(text: &str) -> bool {
    // Few texts have a dollar at all, and a byte is found faster than two.
    text.contains('$') && text.contains("${")
}

/// The parts of a text, in order.
pub(crate) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            push_literal(&mut parts, &rest[..at - 1]);
            parts.push(Part::Literal(&rest[at..at + 2]));
            rest = &rest[at + 2..];
            continue;
        }
        push_literal(&mut parts, &rest[..at]);
        let Some(length) = rest[at..].find('}') else {
            parts.push(Part::Open(&rest[at..]));
            return parts;
        };
        let written = &rest[at..=at + length];
        let inner = &written[2..written.len() - 1];
        let (name, default) = match inner.find(":=").or_else(|| inner.find(":-")) {
            Some(colon) => (&inner[..colon], Some(&inner[colon + 2..])),
            None => (inner, None),
        };
        parts.push(Part::Variable { name, default, written });
        rest = &rest[at + length + 1..];
    }
    push_literal(&mut parts, rest);
    parts
}

fn push_literal<'t>(parts: &mut Vec<Part<'t>>, text: &'t str) {
    if !text.is_empty() {
        parts.push(Part::Literal(text));
    }
}

/// Puts values in the place of substitutions, wherever they stand.
pub(crate) trait Substitute {
    /// What stands in the place of a variable in a text; `None` if that was an error, or if it stays as it is.
    fn variable(&mut self, name: &str, default: Option<&str>, written: &str, text: &Value) -> Option<Value>;

    /// A text has a `${` without an end.
    fn open(&mut self, text: &Value);

    /// Whether a text that is one substitution becomes what the variable is, whatever its type.
    fn keeps_type(&self, text: &Value) -> bool;

    /// The value with all its substitutions; keys stay as they are.
    fn value(&mut self, value: &Value) -> Value {
        self.changed(value).unwrap_or_else(|| value.clone())
    }

    /// The value with all its substitutions, if there are any.
    fn changed(&mut self, value: &Value) -> Option<Value> {
        match &value.data {
            Data::Text(text) if is_live(text) => Some(self.text(text, value)),
            Data::List(items) => {
                let changed = changed_items(items.iter().map(|item| self.changed(item)));
                let mut items = items.clone();
                for (index, item) in changed? {
                    items.make_mut()[index] = item;
                }
                Some(Value::new(items, value.place))
            }
            Data::Map(map) => {
                let changed = changed_items(map.iter().map(|entry| self.changed(&entry.value)));
                let mut map = map.clone();
                for (index, item) in changed? {
                    map.entries_mut()[index].value = item;
                }
                Some(Value::new(map, value.place))
            }
            _ => None,
        }
    }

    /// The text with all its substitutions.
    fn text(&mut self, text: &Text, value: &Value) -> Value {
        let parts = parts(text);
        if let [Part::Variable { name, default, written }] = parts[..]
            && self.keeps_type(value)
        {
            let found = self.variable(name, default, written, value);
            return found.map_or_else(|| value.clone(), |it| Value::new(it.data, value.place));
        }
        let mut out = Text::new();
        for part in parts {
            match part {
                Part::Literal(literal) => out.push_str(literal),
                Part::Open(open) => {
                    self.open(value);
                    out.push_str(open);
                }
                Part::Variable { name, default, written } => {
                    match self.variable(name, default, written, value) {
                        Some(found) => out.push_str(&spelled(&found)),
                        None => out.push_str(written),
                    }
                }
            }
        }
        Value::new(out, value.place)
    }
}

/// The items that changed, with their index; `None` if there are none.
fn changed_items(items: impl Iterator<Item = Option<Value>>) -> Option<Vec<(usize, Value)>> {
    let changed: Vec<_> = items.enumerate().filter_map(|(index, item)| Some((index, item?))).collect();
    (!changed.is_empty()).then_some(changed)
}

/// Adds the names of the variables in the texts at and below a value.
pub(crate) fn names_in(value: &Value, names: &mut BTreeSet<Text>) {
    match &value.data {
        Data::Text(text) => names_in_text(text, names),
        Data::List(items) => items.iter().for_each(|item| names_in(item, names)),
        Data::Map(map) => map.iter().for_each(|entry| names_in(&entry.value, names)),
        _ => {}
    }
}

/// Adds the names of the variables in a text.
pub(crate) fn names_in_text(text: &str, names: &mut BTreeSet<Text>) {
    for part in parts(text) {
        if let Part::Variable { name, default, .. } = part {
            names.insert(name.into());
            // A default may hold the beginning of another one.
            if let Some(default) = default {
                names_in_text(default, names);
            }
        }
    }
}

/// Whether there is a substitution anywhere in the value.
pub(crate) fn has_live(value: &Value) -> bool {
    match &value.data {
        Data::Text(text) => is_live(text),
        Data::List(items) => items.iter().any(has_live),
        Data::Map(map) => map.iter().any(|entry| has_live(&entry.value)),
        _ => false,
    }
}

/// A variable's value inside a text.
fn spelled(value: &Value) -> Text {
    match &value.data {
        Data::Text(text) => text.clone(),
        Data::Number(number) => number.to_string().into(),
        Data::Bool(it) => it.to_string().into(),
        _ => Text::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable<'t>(name: &'t str, default: Option<&'t str>, written: &'t str) -> Part<'t> {
        Part::Variable { name, default, written }
    }

    #[test]
    fn texts_are_taken_apart() {
        use Part::Literal;
        assert_eq!(parts("a-${b}.c"), [Literal("a-"), variable("b", None, "${b}"), Literal(".c")]);
        assert_eq!(parts("${a}${b}"), [variable("a", None, "${a}"), variable("b", None, "${b}")]);
        assert_eq!(parts("$${a} $"), [Literal("${"), Literal("a} $")]);
        assert_eq!(parts("${a:=x y}"), [variable("a", Some("x y"), "${a:=x y}")]);
        assert_eq!(parts("${a:-}"), [variable("a", Some(""), "${a:-}")]);
        assert_eq!(parts("b${a"), [Literal("b"), Part::Open("${a")]);
        assert_eq!(parts(""), []);
    }
}

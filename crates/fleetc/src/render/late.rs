//! Variables that only the cluster knows: what Flux must find so that it fills in these, and nothing else.
//!
//! Flux prints each object anew before it substitutes, so quotes in a file protect nothing; and it reads `$$` as `$`
//! everywhere (docs/output.md, "late variables").

use fleetc_manifests::kinds::{Scalar, Shape};
use fleetc_manifests::{Data, Map, Text, Value, kinds, value};
use indexmap::IndexMap;

use super::Rendered;
use crate::diagnostic::Diagnostics;
use crate::language::Late;
use crate::load::ObjectName;
use crate::messages;
use crate::sources::Sources;

/// The annotation and label with which Flux leaves an object as it is.
const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// Escapes everything in the objects but the late variables.
pub(super) fn escape(
    objects: &mut [Rendered],
    late: &IndexMap<Text, Late>,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) {
    for object in objects {
        if object.encrypted.is_some() {
            if !is_left_alone(&object.value) {
                diagnostics.push(messages::late_beside_encrypted(
                    object.value.place,
                    &ObjectName::of(&object.value),
                ));
            }
            continue;
        }
        let text = |key| object.value.get(key).and_then(Value::as_text).unwrap_or_default();
        let shape = kinds::find(text("apiVersion"), text("kind")).map(|kind| Shape::Object(kind.shape));
        let escaper = Escaper { late, sources };
        if let Some(escaped) = escaper.escaped(&object.value, shape.as_ref()) {
            object.value = escaped;
        }
    }
}

/// Whether Flux substitutes nothing in the object.
fn is_left_alone(object: &Value) -> bool {
    ["annotations", "labels"]
        .iter()
        .any(|map| object.find(&["metadata", map, SUBSTITUTE]).and_then(Value::as_text) == Some("disabled"))
}

struct Escaper<'e> {
    late: &'e IndexMap<Text, Late>,
    sources: &'e Sources,
}

impl Escaper<'_> {
    /// The value with every `$` doubled but those of late variables; `None` if there is none. The shape is what it is
    /// known to hold.
    fn escaped(&self, value: &Value, shape: Option<&Shape>) -> Option<Value> {
        match &value.data {
            Data::Text(text) if text.contains('$') => {
                let is_text =
                    matches!(shape, Some(Shape::Scalar(Scalar::Text | Scalar::Time | Scalar::Bytes)));
                let is_plain = !is_text && !matches!(self.first_char(value), Some('"' | '\'' | '|' | '>'));
                Some(Value::new(escaped_text(text, is_plain, self.late), value.place))
            }
            Data::List(items) => {
                let inner = if let Some(Shape::List(inner)) = shape { Some(*inner) } else { None };
                let changed: Vec<_> = items.iter().map(|item| self.escaped(item, inner)).collect();
                changed.iter().any(Option::is_some).then(|| {
                    let items =
                        items.iter().zip(changed).map(|(old, new)| new.unwrap_or_else(|| old.clone()));
                    Value::new(items.collect::<Vec<_>>(), value.place)
                })
            }
            Data::Map(map) => self.escaped_map(map, shape).map(|map| Value::new(map, value.place)),
            _ => None,
        }
    }

    fn escaped_map(&self, map: &Map, shape: Option<&Shape>) -> Option<Map> {
        let inner = |key: &str| match shape {
            Some(Shape::Object(kind)) => kind.field(key).map(|field| &field.shape),
            Some(Shape::Map(inner)) => Some(*inner),
            _ => None,
        };
        let changed: Vec<_> =
            map.iter().map(|entry| self.escaped(&entry.value, inner(entry.key.text.as_str()))).collect();
        let has_key = map.keys().any(|key| key.contains('$'));
        (has_key || changed.iter().any(Option::is_some)).then(|| {
            let mut escaped = Map::new();
            for (entry, new) in map.iter().zip(changed) {
                let mut key = entry.key.clone();
                key.text = key.text.as_str().replace('$', "$$").into();
                escaped.push(key, new.unwrap_or_else(|| entry.value.clone()));
            }
            escaped
        })
    }

    fn first_char(&self, value: &Value) -> Option<char> {
        let (file, at) = self.sources.find(value.place)?;
        file.text[at..].chars().next()
    }
}

fn escaped_text(text: &str, is_plain: bool, late: &IndexMap<Text, Late>) -> Text {
    let mut out = Text::new();
    let mut rest = text;
    let mut is_alone = false;
    while let Some((before, variable, after)) = next_late(rest, late) {
        out.push_str(&before.replace('$', "$$"));
        out.push_str(variable);
        is_alone = variable.len() == text.len();
        rest = after;
    }
    let has_late = rest.len() < text.len();
    out.push_str(&rest.replace('$', "$$"));
    // Alone, without quotes and where the field takes more than text, it may become a number or a boolean; Flux prints what has one of these marks in quotes.
    let is_typed = is_alone && is_plain;
    let is_printed_plain =
        !out.contains('\n') && !out.contains(": ") && !out.contains(" #") && !out.ends_with(':');
    if has_late && !is_typed && is_printed_plain {
        return format!("${{quote}}{out}${{quote}}").into();
    }
    out
}

/// The text before the next late variable, the variable, and the text after it.
fn next_late<'t>(text: &'t str, late: &IndexMap<Text, Late>) -> Option<(&'t str, &'t str, &'t str)> {
    for (at, _) in text.match_indices("${") {
        let length = text[at..].find('}')?;
        let inner = &text[at + 2..at + length];
        let name = inner.find(":=").or_else(|| inner.find(":-")).map_or(inner, |colon| &inner[..colon]);
        if late.contains_key(name) && !text[..at].ends_with('$') {
            let end = at + length + 1;
            return Some((&text[..at], &text[at..end], &text[end..]));
        }
    }
    None
}

/// The `postBuild` of a Kustomization with late variables. Without an entry in `substitute`, Flux would leave every
/// escape as it is when all sources of variables are missing.
pub(super) fn post_build(late: &IndexMap<Text, Late>, diagnostics: &mut Diagnostics) -> Value {
    let mut from: Vec<Value> = Vec::new();
    for variable in late.values() {
        let Some(written) = &variable.from else { continue };
        let object = written
            .split_once('/')
            .filter(|(kind, name)| matches!(*kind, "ConfigMap" | "Secret") && !name.is_empty());
        let Some((kind, name)) = object else {
            diagnostics.push(messages::wrong_form(
                written.place,
                format!("`{}` is no source of variables", written.value),
                "`ConfigMap/name` or `Secret/name`",
            ));
            continue;
        };
        let mut reference = value!({ "kind": kind, "name": name }).at(written.place);
        if variable.optional.unwrap_or(false) {
            reference.map_under(&[]).push("optional", true.into());
        }
        if !from.contains(&reference) {
            from.push(reference);
        }
    }
    value!({ "substitute": { "quote": "\"" }, "substituteFrom": from })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn late() -> IndexMap<Text, Late> {
        IndexMap::from([("zone".into(), Late::default())])
    }

    #[test]
    fn only_late_variables_stay_live() {
        for (text, is_plain, escaped) in [
            ("$HOME and ${1}", false, "$$HOME and $${1}"),
            ("$${x}", false, "$$$${x}"),
            ("$${zone}", false, "$$$${zone}"),
            ("${zone}", false, "${quote}${zone}${quote}"),
            ("${zone}", true, "${zone}"),
            ("https://${zone}/", true, "${quote}https://${zone}/${quote}"),
            ("a: ${zone}", false, "a: ${zone}"),
            ("${zone:=x}\n", true, "${zone:=x}\n"),
        ] {
            assert_eq!(escaped_text(text, is_plain, &late()), escaped, "{text}");
        }
    }
}

//! The reference.

use super::{default_tables, override_keys, rung_keys, top_tables};
use crate::language::{KeyShape, Shape, TableShape, TextForm};

/// Every table and key of fleet.toml, as Markdown: what it holds, what holds without it, an example.
pub fn reference() -> String {
    let mut out = String::new();
    let mut inner: Vec<&'static TableShape> = Vec::new();
    for top in top_tables() {
        let title = match (top.is_named, top.shape.name.contains('.')) {
            (false, _) => format!("`[{}]`", top.key),
            (true, true) => format!("`[{}]`", top.shape.name),
            (true, false) => format!("`[{}.{}]`", top.key, top.key[..1].to_uppercase()),
        };
        if top.key == "components" {
            heading(&title, top.shape, &mut out);
            out.push_str("The keys are those of [`[apps.A]`](#appsa), but for `tenant`.\n\n");
        } else {
            section(&title, top.shape, &mut inner, &mut out);
        }
    }
    out.push_str(&format!("### `[pins]`\n\n{}\n\n", super::PINS));
    out.push_str("### `[defaults]`\n\nWhat everything starts from: `variables` and `locked` for all, and a table for each kind of thing (");
    let names: Vec<String> =
        default_tables().iter().map(|(name, _)| format!("`[defaults.{name}]`")).collect();
    out.push_str(&names.join(", "));
    out.push_str("), with the keys of that thing and overrides of its own.\n\n");
    out.push_str("### In every table with overrides\n\n");
    keys(&rung_keys(), &mut inner, &mut out);
    out.push_str("### In every override\n\nThe keys of its table that are not marked *once*, `unset` and `locked`, and:\n\n");
    keys(&override_keys(), &mut inner, &mut out);
    let mut at = 0;
    while at < inner.len() {
        let table = inner[at];
        section(&format!("The table `{}`", table.name), table, &mut inner, &mut out);
        at += 1;
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn heading(title: &str, table: &TableShape, out: &mut String) {
    out.push_str(&format!("### {title}\n\n{}\n\n", paragraphs(table.doc)));
}

fn section(title: &str, table: &'static TableShape, inner: &mut Vec<&'static TableShape>, out: &mut String) {
    heading(title, table, out);
    keys(&(table.keys)(), inner, out);
}

fn keys(keys: &[KeyShape], inner: &mut Vec<&'static TableShape>, out: &mut String) {
    out.push_str("| key | holds | default | meaning |\n|---|---|---|---|\n");
    for key in keys {
        let mut meaning = cell(key.doc);
        if let Some(example) = key.example {
            meaning.push_str(&format!("<br>`{}`", example.replace('|', "\\|")));
        }
        let once = if key.once { " *once*" } else { "" };
        let default = key.default.map(default).unwrap_or_default();
        out.push_str(&format!(
            "| `{}`{once} | {} | {default} | {meaning} |\n",
            key.name,
            holds(&key.shape, inner)
        ));
    }
    out.push('\n');
}

/// A default that is TOML stands as code.
fn default(default: &str) -> String {
    let is_toml = default.starts_with(['"', '[', '{']) || matches!(default, "true" | "false");
    if is_toml && !default.contains(';') { format!("`{default}`") } else { default.replace('|', "\\|") }
}

fn holds(shape: &Shape, inner: &mut Vec<&'static TableShape>) -> String {
    match shape {
        Shape::Text(TextForm::Any | TextForm::KeyPath) => "string".into(),
        Shape::Text(TextForm::Name) => "name".into(),
        Shape::Text(TextForm::Path) => "path".into(),
        Shape::Text(TextForm::Duration) => "duration".into(),
        Shape::Text(TextForm::Pattern) => "pattern".into(),
        Shape::Boolean => "boolean".into(),
        Shape::Integer => "integer".into(),
        Shape::Word(words) => {
            let quote =
                |word: &&str| if *word == "false" { "`false`".into() } else { format!("`\"{word}\"`") };
            words.iter().map(quote).collect::<Vec<_>>().join(", ")
        }
        Shape::List(item) => format!("list of: {}", holds(item, inner)),
        Shape::Map(item) => format!("table of: {}", holds(item, inner)),
        Shape::Rung(table) => format!("a table with these keys (`{}`)", table.name),
        Shape::Table(table) => {
            if inner.iter().all(|it| it.name != table.name) {
                inner.push(table);
            }
            format!("[{}](#the-table-{})", table.name, table.name)
        }
        Shape::OneOf(shapes)
            if let [one, Shape::List(item)] = &shapes[..]
                && holds(one, inner) == holds(item, inner) =>
        {
            format!("{}, or a list", holds(one, inner))
        }
        Shape::OneOf(shapes) => {
            shapes.iter().map(|shape| holds(shape, inner)).collect::<Vec<_>>().join(" or ")
        }
        Shape::Foreign(what) => (*what).into(),
    }
}

fn cell(doc: &str) -> String {
    doc.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().replace('|', "\\|")
}

fn paragraphs(doc: &str) -> String {
    doc.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}

//! The language of fleet.toml as a JSON Schema for editors, and as the reference in `docs/language.md`.

mod json;
mod markdown;

pub use json::json_schema;
pub use markdown::reference;

use crate::language::{self, KeyShape, Shape, Table, TableShape, TextForm};

/// A table of fleet.toml: its key there, what it is, and whether it holds tables with names of the writer's choice.
struct TopTable {
    key: &'static str,
    shape: &'static TableShape,
    is_named: bool,
    /// Whether overrides may follow it.
    has_overrides: bool,
}

/// The tables, in the order in which they are best read.
fn top_tables() -> [TopTable; 8] {
    let top = |key, shape, is_named, has_overrides| TopTable { key, shape, is_named, has_overrides };
    [
        top("fleet", language::Fleet::SHAPE, false, false),
        top("environments", language::Environment::SHAPE, true, true),
        top("clusters", language::Cluster::SHAPE, true, true),
        top("tenants", language::Tenant::SHAPE, true, true),
        top("components", language::Component::SHAPE, true, true),
        top("apps", language::App::SHAPE, true, true),
        top("bundles", language::Bundle::SHAPE, true, true),
        top("sources", language::Source::SHAPE, true, false),
    ]
}

/// The tables of `[defaults]`, by their key there.
fn default_tables() -> [(&'static str, &'static TableShape); 6] {
    [
        ("environment", language::Environment::SHAPE),
        ("cluster", language::Cluster::SHAPE),
        ("tenant", language::Tenant::SHAPE),
        ("bundle", language::Bundle::SHAPE),
        ("component", language::Component::SHAPE),
        ("app", language::App::SHAPE),
    ]
}

/// What pins are.
const PINS: &str =
    "Versions, by name: one for all, or one for each environment. `${pins.NAME}` stands for it.";

/// The shape of `[pins]`.
fn pins() -> Shape {
    let text = || Shape::Text(TextForm::Any);
    Shape::Map(Box::new(Shape::OneOf(vec![text(), Shape::Map(Box::new(text()))])))
}

/// The keys that any table with overrides may have, beside its own.
fn rung_keys() -> [KeyShape; 2] {
    let paths = || Shape::List(Box::new(Shape::Text(TextForm::KeyPath)));
    let key = |name, doc, example| KeyShape {
        name,
        doc,
        shape: paths(),
        default: None,
        example: Some(example),
        once: false,
    };
    [
        key(
            "unset",
            "Keys that are taken away of what the rungs before it say.",
            "unset = [\"kustomization.timeout\"]",
        ),
        key("locked", "Keys that no later rung may set.", "locked = [\"kustomization.prune\"]"),
    ]
}

/// The keys of an override, beside those of its table.
fn override_keys() -> [KeyShape; 3] {
    let paths = Shape::List(Box::new(Shape::Text(TextForm::KeyPath)));
    let key = |name, doc, shape, example| KeyShape {
        name,
        doc,
        shape,
        default: None,
        example: Some(example),
        once: false,
    };
    [
        key(
            "when",
            "Where it holds. Required.",
            Shape::Table(language::Matcher::SHAPE),
            "when = { environment = \"prod\" }",
        ),
        key("note", "Why, for people.", Shape::Text(TextForm::Any), "note = \"year end, PLAT-812\""),
        key(
            "unlocked",
            "What of the locks of its table does not hold, where it does.",
            paths,
            "unlocked = [\"quota\"]",
        ),
    ]
}

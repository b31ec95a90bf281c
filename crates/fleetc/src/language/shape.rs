//! What a key of fleet.toml may hold: the one description that the parser, the JSON Schema and the reference share.

use fleetc_manifests::Value;

use super::Decoder;

/// What may stand somewhere in fleet.toml.
#[derive(Debug, Clone)]
pub enum Shape {
    /// Text of some form.
    Text(TextForm),
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// One of some words.
    Word(&'static [&'static str]),
    /// A list of one shape.
    List(Box<Shape>),
    /// Names of the writer's choice, each with the same shape.
    Map(Box<Shape>),
    /// A table with keys of its own.
    Table(&'static TableShape),
    /// A table with keys of its own, and overrides.
    Rung(&'static TableShape),
    /// One of several shapes.
    OneOf(Vec<Shape>),
    /// What belongs to Kubernetes, Flux or a chart, in their words.
    Foreign(&'static str),
}

/// A form that text must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextForm {
    /// Any text.
    Any,
    /// The name of something in fleet.toml or Kubernetes: a DNS label.
    Name,
    /// A path below the fleet's folder.
    Path,
    /// A duration in Flux's form: `10m`, `1h30m`.
    Duration,
    /// A name in which `*` matches any part.
    Pattern,
    /// The path of a key: `kustomization.prune`.
    KeyPath,
}

/// A table of fleet.toml.
#[derive(Debug)]
pub struct TableShape {
    /// What it is called in messages and in the reference: `tenants.T`.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Its keys, in the order in which they are best read.
    pub keys: fn() -> Vec<KeyShape>,
}

/// A key of a table.
#[derive(Debug)]
pub struct KeyShape {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// What it may hold.
    pub shape: Shape,
    /// What holds where it is not written, in TOML or in words.
    pub default: Option<&'static str>,
    /// An example, in TOML.
    pub example: Option<&'static str>,
    /// Whether an override may not set it.
    pub once: bool,
}

/// A Rust type for something in fleet.toml.
pub trait Shaped: Sized {
    /// What may be written.
    fn shape() -> Shape;

    /// Reads what was written; says what is wrong with it, and gives `None` if nothing can be made of it.
    fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self>;
}

/// A table whose keys are the fields of a type.
pub trait Table: Shaped {
    /// Its description.
    const SHAPE: &'static TableShape;
}

//! Patches, and the choice of objects.

use fleetc_manifests::{Text, Value};
use indexmap::IndexMap;

use super::scalars::{Foreign, OneOrMany, Spanned, words};
use super::table::table;
use super::texts::{Pattern, RelativePath};
use super::{Decoder, Shape, Shaped};

table! {
    "patch"
    /// A change of objects: which, and exactly one of `merge`, `ops`, `remove` and `file`.
    pub struct Patch {
        /// The kind of the objects; `"*"` is everything that the thing renders.
        "kind" kind: OneOrMany<Pattern>, example "kind = \"Deployment\"";
        /// Their names.
        "name" name: OneOrMany<Pattern>;
        /// Their namespaces.
        "namespace" namespace: OneOrMany<Pattern>;
        /// Their API groups; `""` is the core group.
        "group" group: OneOrMany<Text>;
        /// Labels that they have.
        "labels" labels: IndexMap<Text, OneOrMany<Pattern>>;
        /// Annotations that they have.
        "annotations" annotations: IndexMap<Text, OneOrMany<Pattern>>;
        /// The ones that are not meant.
        "not" not: Selector;
        /// What is merged into them: for kinds of Kubernetes a strategic merge, so that containers, ports and variables
        /// merge by name; for all others a JSON merge (RFC 7396).
        "merge" merge: Foreign, example "merge = { spec = { replicas = 3 } }";
        /// Operations of a JSON patch (RFC 6902); `[name=web]` chooses the item of a list by a key.
        "ops" ops: Vec<PatchOperation>, example "ops = [{ op = \"replace\", path = \"/spec/replicas\", value = 3 }]";
        /// Paths that are taken away.
        "remove" remove: Vec<Spanned<Text>>, example "remove = [\"/spec/template/spec/nodeSelector\"]";
        /// A file with the change: a merge, or a list of operations; several documents are several changes.
        "file" file: Spanned<RelativePath>, example "file = \"patches/limits.yaml\"";
    }
}

table! {
    "selector"
    /// Chooses objects of what a thing renders: all keys must hold.
    pub struct Selector {
        /// The kind of the objects.
        "kind" kind: OneOrMany<Pattern>;
        /// Their names.
        "name" name: OneOrMany<Pattern>;
        /// Their namespaces.
        "namespace" namespace: OneOrMany<Pattern>;
        /// Their API groups; `""` is the core group.
        "group" group: OneOrMany<Text>;
        /// Labels that they have.
        "labels" labels: IndexMap<Text, OneOrMany<Pattern>>;
        /// Annotations that they have.
        "annotations" annotations: IndexMap<Text, OneOrMany<Pattern>>;
    }
}

table! {
    "operation"
    /// One operation of a JSON patch, [RFC 6902](https://www.rfc-editor.org/rfc/rfc6902).
    pub struct PatchOperation {
        /// What it does.
        "op" op: Spanned<PatchVerb>;
        /// Where: `/spec/ports/0`, or `/spec/ports/[name=http]`; `~1` stands for `/` inside a key.
        "path" path: Spanned<Text>;
        /// Where from, for `move` and `copy`.
        "from" from: Spanned<Text>;
        /// What, for `add`, `replace` and `test`.
        "value" value: AnyValue;
    }
}

words! {
    /// What an operation of a JSON patch does.
    pub enum PatchVerb {
        /// Puts a value there.
        Add = "add",
        /// Takes away what is there.
        Remove = "remove",
        /// Puts a value in the place of what is there.
        Replace = "replace",
        /// Takes what is somewhere else.
        Move = "move",
        /// Copies what is somewhere else.
        Copy = "copy",
        /// Holds only if this is there.
        Test = "test",
    }
}

/// Any value at all.
#[derive(Debug, Clone, PartialEq)]
pub struct AnyValue(pub Value);

impl Shaped for AnyValue {
    fn shape() -> Shape {
        Shape::Foreign("any value")
    }

    fn decode(value: &Value, _: &mut Decoder<'_>) -> Option<Self> {
        Some(Self(value.clone()))
    }
}

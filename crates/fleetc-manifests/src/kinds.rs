//! What Kubernetes and Flux know of their kinds: scope, fields, and how lists merge.
//!
//! The tables are made from `kinds/kubernetes.txt`, which is made from the published API descriptions, and from
//! `kinds/enforced.txt`, which says what servers ask beyond them.

mod form;
mod versions;

use std::sync::LazyLock;

pub use form::Form;
pub use versions::{Lifecycle, Versions, lifecycle};

include!(concat!(env!("OUT_DIR"), "/tables.rs"));

/// A kind of Kubernetes or Flux, in one of its API versions.
#[derive(Debug)]
pub struct Kind {
    /// Its group and version: `apps/v1`.
    pub api_version: &'static str,
    /// Its name: `Deployment`.
    pub name: &'static str,
    /// The name of its resource: `deployments`.
    pub plural: &'static str,
    /// Whether its objects lie in namespaces.
    pub namespaced: bool,
    /// What its objects look like.
    pub shape: Type,
    /// In which versions it is there.
    pub versions: Versions,
    /// In which of them it is served only where the API server is told to.
    pub off: Versions,
}

/// A type with fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Type(u16);

/// A field of a type.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own, as the table says it")]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// The fields that tell the items of the list apart.
    pub keys: &'static [&'static str],
    /// Whether it is a list without equal items.
    pub is_set: bool,
    /// Whether a strategic merge merges the items of the list, instead of replacing it.
    pub merges: bool,
    /// The field by which it does; empty for a list of scalars.
    pub merge_key: &'static str,
    /// Whether `$retainKeys` is meant for it.
    pub retains_keys: bool,
    /// Whether a strategic merge replaces the whole of it.
    pub replaces: bool,
    /// Whether it must be there.
    pub required: Required,
    /// In which versions it is there.
    pub versions: Versions,
    /// What must be switched on for it.
    pub gate: Option<&'static Gate>,
    /// What its value, or each item, may be beyond its shape.
    pub limits: &'static Limits,
}

/// A rule of a type, beyond its fields.
#[derive(Debug)]
pub struct Rule {
    /// The field that it is about, or nothing if it is about the whole.
    pub of: &'static str,
    /// The rule, in CEL.
    pub rule: &'static str,
    /// What it means.
    pub message: &'static str,
    /// In which versions it holds.
    pub versions: Versions,
}

/// Whether a field must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// It may be missing.
    No,
    /// The published schema says so, and no server asks for it.
    OnPaper,
    /// An object without it is refused.
    Yes,
}

/// A feature gate.
#[derive(Debug)]
pub struct Gate {
    /// Its name.
    pub name: &'static str,
    /// In which versions it is off by default: fields behind it are dropped without a word.
    pub versions: Versions,
}

/// What a value may be beyond its shape.
#[derive(Debug)]
pub struct Limits {
    /// The only values, and the versions that know them; any if there are none.
    pub values: &'static [(&'static str, Versions)],
    /// How it is written.
    pub form: Option<Form>,
    /// How its keys are written, if it is a map.
    pub keys: Option<Form>,
    /// A regular expression that meets it.
    pub pattern: Option<&'static str>,
    /// What the server fills in, as JSON.
    pub default: Option<&'static str>,
    /// How many characters at least.
    pub min_length: Option<usize>,
    /// How many characters at most.
    pub max_length: Option<usize>,
    /// The least number.
    pub minimum: Option<i64>,
    /// The greatest number.
    pub maximum: Option<i64>,
    /// How many items at least.
    pub min_items: Option<usize>,
    /// How many items at most.
    pub max_items: Option<usize>,
    /// How many keys at least.
    pub min_properties: Option<usize>,
    /// How many keys at most.
    pub max_properties: Option<usize>,
}

impl Limits {
    /// None at all.
    pub const NONE: Self = Self {
        values: &[],
        form: None,
        keys: None,
        pattern: None,
        default: None,
        min_length: None,
        max_length: None,
        minimum: None,
        maximum: None,
        min_items: None,
        max_items: None,
        min_properties: None,
        max_properties: None,
    };
}

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A string, a number or a boolean.
    Scalar(Scalar),
    /// Anything at all.
    Any,
    /// An object with known fields.
    Object(Type),
    /// A list.
    List(&'static Shape),
    /// A map with keys of the writer's choice.
    Map(&'static Shape),
}

/// What a scalar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scalar {
    /// A string.
    Text,
    /// A boolean.
    Bool,
    /// An integer of 32 bits.
    Int32,
    /// An integer of 64 bits.
    Int64,
    /// A number.
    Double,
    /// A point in time, as a string.
    Time,
    /// One with exactly six digits behind the second.
    MicroTime,
    /// Bytes, as base64.
    Bytes,
    /// An amount: `500m`, `2Gi`, or a number.
    Quantity,
    /// An integer or a string.
    IntOrString,
}

impl Shape {
    /// The type of the object, of the list's items, or of the map's values.
    pub fn object(&self) -> Option<Type> {
        match self {
            Self::Object(it) => Some(*it),
            Self::List(inner) | Self::Map(inner) => inner.object(),
            _ => None,
        }
    }
}

impl Type {
    /// What the table calls it: `core.v1.PodSpec`.
    pub fn name(self) -> &'static str {
        TYPE_NAMES[usize::from(self.0)]
    }

    /// Its number among all types.
    pub fn index(self) -> usize {
        self.0.into()
    }

    /// Its fields, by name; one that versions disagree about stands there several times, the newest last.
    pub fn fields(self) -> &'static [Field] {
        TYPES[usize::from(self.0)]
    }

    /// The rules that an object of the type must keep.
    ///
    /// ```
    /// use fleetc_manifests::kinds;
    ///
    /// let spec = kinds::types().find(|it| it.name() == "helm.v2.HelmRelease.spec").unwrap();
    /// assert_eq!(spec.rules()[0].message, "either chart or chartRef must be set");
    /// ```
    pub fn rules(self) -> &'static [Rule] {
        TYPE_RULES[usize::from(self.0)]
    }

    /// The field of that name, as the newest version has it.
    ///
    /// ```
    /// use fleetc_manifests::kinds;
    ///
    /// let pods = kinds::find("v1", "Pod").unwrap().shape.field("spec").unwrap().shape.object().unwrap();
    /// assert_eq!(pods.field("containers").unwrap().merge_key, "name");
    /// ```
    pub fn field(self, name: &str) -> Option<&'static Field> {
        self.named(name).last()
    }

    /// The field of that name, as these versions have it.
    pub fn field_in(self, name: &str, versions: Versions) -> Option<&'static Field> {
        self.named(name).iter().rev().find(|field| field.versions.meet(versions))
    }

    /// The lines of the field.
    fn named(self, name: &str) -> &'static [Field] {
        let fields = self.fields();
        let start = fields.partition_point(|field| field.name < name);
        let count = fields[start..].iter().take_while(|field| field.name == name).count();
        &fields[start..start + count]
    }
}

/// The kind of that name in that API version, if Kubernetes or Flux has it.
///
/// ```
/// use fleetc_manifests::kinds;
///
/// assert!(kinds::find("apps/v1", "Deployment").unwrap().namespaced);
/// assert!(!kinds::find("v1", "Namespace").unwrap().namespaced);
/// assert!(kinds::find("example.com/v1", "Web").is_none());
/// ```
pub fn find(api_version: &str, name: &str) -> Option<&'static Kind> {
    let bucket = &BUCKETS[bucket_of(api_version, name)];
    bucket.iter().copied().find(|kind| kind.name == name && kind.api_version == api_version)
}

/// How many buckets there are, a power of two.
const BUCKET_COUNT: usize = 1024;

/// All kinds, each in the bucket of its API version and name: they are looked up several times for each object.
static BUCKETS: LazyLock<Vec<Vec<&'static Kind>>> = LazyLock::new(|| {
    let mut buckets = vec![Vec::new(); BUCKET_COUNT];
    for kind in &KINDS {
        buckets[bucket_of(kind.api_version, kind.name)].push(kind);
    }
    buckets
});

fn bucket_of(api_version: &str, name: &str) -> usize {
    let start = api_version.len();
    let mixed = name.bytes().fold(start, |mixed, byte| mixed.wrapping_mul(31).wrapping_add(byte.into()));
    mixed % BUCKET_COUNT
}

/// Whether Kubernetes or Flux has kinds in the group.
pub fn is_group(name: &str) -> bool {
    // The kinds of a group stand together, for its name and a slash begin all of their API versions.
    let start = || name.bytes().chain([b'/']);
    let first = KINDS.partition_point(|kind| kind.api_version.bytes().lt(start()));
    name.is_empty() || KINDS.get(first).is_some_and(|kind| group(kind.api_version) == name)
}

/// Whether the objects of a kind lie in namespaces, also of one that no version has any more; `None` if nobody knows.
///
/// ```
/// use fleetc_manifests::kinds;
///
/// assert_eq!(kinds::is_namespaced("extensions/v1beta1", "Ingress"), Some(true));
/// assert_eq!(kinds::is_namespaced("example.com/v1", "Web"), None);
/// ```
pub fn is_namespaced(api_version: &str, name: &str) -> Option<bool> {
    let instead = lifecycle(api_version, name).and_then(|it| it.instead);
    let known = find(api_version, name).or_else(|| find(instead?, name));
    let same =
        || KINDS.iter().find(|kind| kind.name == name && group(kind.api_version) == group(api_version));
    known.or_else(same).map(|kind| kind.namespaced)
}

/// All types, by their number.
pub fn types() -> impl Iterator<Item = Type> {
    (0..=u16::MAX).take(TYPES.len()).map(Type)
}

/// All kinds, by API version and name.
pub fn all() -> &'static [Kind] {
    &KINDS
}

/// The group of an API version: `apps` of `apps/v1`, empty for the core group.
pub fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_and_know_how_they_merge() {
        let spec = find("apps/v1", "Deployment").unwrap().shape.field("spec").unwrap();
        let spec = spec.shape.object().unwrap();
        assert!(spec.field("strategy").unwrap().retains_keys);
        let template = spec.field("template").unwrap().shape.object().unwrap();
        let pod = template.field("spec").unwrap().shape.object().unwrap();
        let ports = pod.field("containers").unwrap().shape.object().unwrap().field("ports").unwrap();
        assert_eq!((ports.merge_key, ports.keys), ("containerPort", &["containerPort", "protocol"][..]));
        assert!(pod.field("tolerations").is_some_and(|it| !it.merges));
    }

    #[test]
    fn every_kind_and_its_group_are_found() {
        for kind in all() {
            assert!(std::ptr::eq(find(kind.api_version, kind.name).unwrap(), kind));
            assert!(is_group(group(kind.api_version)));
        }
        assert!(!is_group("app") && !is_group("apps/v1") && !is_group("zzz") && !is_group("v1"));
    }

    #[test]
    fn tables_are_sorted() {
        assert!(KINDS.is_sorted_by_key(|kind| (kind.api_version, kind.name)));
        assert!(TYPES.iter().all(|fields| fields.is_sorted_by_key(|field| field.name)));
    }
}

//! What Kubernetes and Flux know of their kinds: scope, fields, and how lists merge.
//!
//! The tables are made from `kinds/kubernetes.txt`, which is made from the published API descriptions.

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
}

/// A type with fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Type(u16);

/// A field of a type.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// The fields that tell the items of the list apart.
    pub keys: &'static [&'static str],
    /// Whether a strategic merge merges the items of the list, instead of replacing it.
    pub merges: bool,
    /// The field by which it does; empty for a list of scalars.
    pub merge_key: &'static str,
    /// Whether `$retainKeys` is meant for it.
    pub retains_keys: bool,
    /// Whether a strategic merge replaces the whole of it.
    pub replaces: bool,
}

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A string, a number or a boolean.
    Scalar,
    /// Anything at all.
    Any,
    /// An object with known fields.
    Object(Type),
    /// A list.
    List(&'static Shape),
    /// A map with keys of the writer's choice.
    Map(&'static Shape),
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
    /// Its fields, by name.
    pub fn fields(self) -> &'static [Field] {
        TYPES[usize::from(self.0)]
    }

    /// The field of that name.
    ///
    /// ```
    /// use fleetc_manifests::kinds;
    ///
    /// let pods = kinds::find("v1", "Pod").unwrap().shape.field("spec").unwrap().shape.object().unwrap();
    /// assert_eq!(pods.field("containers").unwrap().merge_key, "name");
    /// ```
    pub fn field(self, name: &str) -> Option<&'static Field> {
        let fields = self.fields();
        fields.binary_search_by(|field| field.name.cmp(name)).ok().map(|index| &fields[index])
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
    let wanted = (api_version, name);
    let found = KINDS.binary_search_by(|kind| (kind.api_version, kind.name).cmp(&wanted));
    found.ok().map(|index| &KINDS[index])
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
    fn tables_are_sorted() {
        assert!(KINDS.is_sorted_by_key(|kind| (kind.api_version, kind.name)));
        assert!(TYPES.iter().all(|fields| fields.is_sorted_by_key(|field| field.name)));
    }
}

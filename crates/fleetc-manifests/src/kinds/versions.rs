//! Which versions of Kubernetes and Flux a fact holds in.

use super::{FLUX, KUBERNETES, LIFECYCLES};

/// Some of the minor versions that the tables know, of Kubernetes and of Flux.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Versions(pub(super) u32);

/// When a kind goes, and what comes instead.
#[derive(Debug)]
pub struct Lifecycle {
    /// Its group and version.
    pub api_version: &'static str,
    /// Its name.
    pub kind: &'static str,
    /// The minor that calls it old: `1.19`, `flux2.7`.
    pub deprecated: Option<&'static str>,
    /// The first minor that is not to serve it.
    pub removed: Option<&'static str>,
    /// The group and version to take instead.
    pub instead: Option<&'static str>,
    /// The kind to take instead, if it has another name.
    pub instead_kind: Option<&'static str>,
}

const ALL_KUBERNETES: u32 = (1 << KUBERNETES.len()) - 1;
const ALL_FLUX: u32 = ((1 << FLUX.len()) - 1) << KUBERNETES.len();

impl Versions {
    /// Those of one cluster; any version that the tables know where it is not said, or they do not know it.
    ///
    /// ```
    /// use fleetc_manifests::kinds::{Versions, find};
    ///
    /// let policy = find("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy").unwrap();
    /// assert!(policy.versions.meet(Versions::of(Some("1.30"), None)));
    /// assert!(!policy.versions.meet(Versions::of(Some("1.29"), None)));
    /// assert!(policy.versions.meet(Versions::of(None, None)));
    /// ```
    pub fn of(kubernetes: Option<&str>, flux: Option<&str>) -> Self {
        let bit = |minors: &[&str], minor: Option<&str>| {
            minors.iter().position(|it| Some(*it) == minor).map(|at| 1 << at)
        };
        let kubernetes = bit(&KUBERNETES, kubernetes).unwrap_or(ALL_KUBERNETES);
        let flux = bit(&FLUX, flux).map_or(ALL_FLUX, |bit: u32| bit << KUBERNETES.len());
        Self(kubernetes | flux)
    }

    /// Whether there is a version of Kubernetes, and one of Flux, in both.
    pub fn meet(self, other: Self) -> bool {
        let both = self.0 & other.0;
        both & ALL_KUBERNETES != 0 && both & ALL_FLUX != 0
    }

    /// Whether everything in `other` is in it.
    pub fn hold(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether it says one version of Kubernetes, and not any.
    pub fn is_one_kubernetes(self) -> bool {
        (self.0 & ALL_KUBERNETES).is_power_of_two()
    }

    /// The versions of Kubernetes in it, oldest first.
    pub fn kubernetes(self) -> impl Iterator<Item = &'static str> {
        KUBERNETES.iter().enumerate().filter(move |(at, _)| self.0 & (1 << at) != 0).map(|(_, minor)| *minor)
    }

    /// The versions of Flux in it, oldest first.
    pub fn flux(self) -> impl Iterator<Item = &'static str> {
        let bits = self.0 >> KUBERNETES.len();
        FLUX.iter().enumerate().filter(move |(at, _)| bits & (1 << at) != 0).map(|(_, minor)| *minor)
    }
}

/// When the kind goes, if anybody has said so.
///
/// ```
/// use fleetc_manifests::kinds::lifecycle;
///
/// let ingress = lifecycle("extensions/v1beta1", "Ingress").unwrap();
/// assert_eq!((ingress.removed, ingress.instead), (Some("1.22"), Some("networking.k8s.io/v1")));
/// ```
pub fn lifecycle(api_version: &str, kind: &str) -> Option<&'static Lifecycle> {
    let wanted = (api_version, kind);
    let found = LIFECYCLES.binary_search_by(|it| (it.api_version, it.kind).cmp(&wanted));
    found.ok().map(|index| &LIFECYCLES[index])
}

//! The fields, by kind.

/// What may become of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// It stays as it is.
    Fixed,
    /// It stays as it is once it is written; where nobody wrote it, the cluster fills it in.
    FixedOnceWritten,
    /// It is an amount, and only grows.
    Grows,
}

use Rule::{Fixed, FixedOnceWritten, Grows};

/// The fields of the kinds of a group.
pub(super) struct Immutable {
    pub(super) group: &'static str,
    pub(super) kinds: &'static [&'static str],
    pub(super) fields: &'static [(&'static str, Rule)],
}

pub(super) const IMMUTABLE: [Immutable; 15] = [
    Immutable {
        group: "apps",
        kinds: &["Deployment", "DaemonSet", "ReplicaSet"],
        fields: &[("spec.selector", Fixed)],
    },
    Immutable {
        group: "apps",
        kinds: &["StatefulSet"],
        fields: &[
            ("spec.selector", Fixed),
            ("spec.serviceName", Fixed),
            ("spec.podManagementPolicy", FixedOnceWritten),
            ("spec.volumeClaimTemplates", Fixed),
        ],
    },
    Immutable {
        group: "batch",
        kinds: &["Job"],
        fields: &[
            ("spec.selector", FixedOnceWritten),
            ("spec.template", Fixed),
            ("spec.completionMode", FixedOnceWritten),
            ("spec.podFailurePolicy", Fixed),
            ("spec.successPolicy", Fixed),
            ("spec.managedBy", Fixed),
        ],
    },
    Immutable {
        group: "",
        kinds: &["PersistentVolumeClaim"],
        fields: &[
            ("spec.accessModes", Fixed),
            ("spec.selector", Fixed),
            ("spec.volumeMode", FixedOnceWritten),
            ("spec.volumeName", FixedOnceWritten),
            ("spec.storageClassName", FixedOnceWritten),
            ("spec.dataSource", FixedOnceWritten),
            ("spec.resources.requests.storage", Grows),
        ],
    },
    Immutable {
        group: "",
        kinds: &["PersistentVolume"],
        fields: &[
            ("spec.volumeMode", FixedOnceWritten),
            ("spec.csi", Fixed),
            ("spec.hostPath", Fixed),
            ("spec.local", Fixed),
            ("spec.nfs", Fixed),
        ],
    },
    Immutable { group: "", kinds: &["Service"], fields: &[("spec.clusterIP", FixedOnceWritten)] },
    Immutable { group: "", kinds: &["Secret"], fields: &[("type", FixedOnceWritten)] },
    Immutable { group: "", kinds: &["ResourceQuota"], fields: &[("spec.scopes", Fixed)] },
    Immutable {
        group: "rbac.authorization.k8s.io",
        kinds: &["RoleBinding", "ClusterRoleBinding"],
        fields: &[("roleRef", Fixed)],
    },
    Immutable {
        group: "storage.k8s.io",
        kinds: &["StorageClass"],
        fields: &[
            ("provisioner", Fixed),
            ("parameters", Fixed),
            ("reclaimPolicy", FixedOnceWritten),
            ("volumeBindingMode", FixedOnceWritten),
        ],
    },
    Immutable {
        group: "scheduling.k8s.io",
        kinds: &["PriorityClass"],
        fields: &[("value", Fixed), ("preemptionPolicy", FixedOnceWritten)],
    },
    Immutable { group: "node.k8s.io", kinds: &["RuntimeClass"], fields: &[("handler", Fixed)] },
    Immutable { group: "networking.k8s.io", kinds: &["IngressClass"], fields: &[("spec.controller", Fixed)] },
    Immutable { group: "discovery.k8s.io", kinds: &["EndpointSlice"], fields: &[("addressType", Fixed)] },
    Immutable {
        group: "apiextensions.k8s.io",
        kinds: &["CustomResourceDefinition"],
        fields: &[("spec.scope", Fixed), ("spec.names.kind", Fixed)],
    },
];

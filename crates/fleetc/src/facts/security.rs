//! Pods that their Namespace does not let run, by the Pod Security Standards that it enforces.
//!
//! What depends on a version of Kubernetes, and Windows, is left to the cluster.
//!
//! Source: <https://kubernetes.io/docs/concepts/security/pod-security-standards/>

use fleetc_manifests::{Place, Value};
use serde::{Deserialize, Serialize};

/// The label by which a Namespace says what it enforces.
const ENFORCE: &str = "pod-security.kubernetes.io/enforce";

/// A level that forbids something; each forbids what those before it do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Level {
    Baseline,
    Restricted,
}

impl Level {
    /// What a Namespace enforces, if that forbids anything.
    pub(super) fn of(namespace: &Value) -> Option<Self> {
        match namespace.text_at(&["metadata", "labels", ENFORCE]) {
            "baseline" => Some(Self::Baseline),
            "restricted" => Some(Self::Restricted),
            _ => None,
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

/// Fields of pods that only `false` may stand in.
const OF_PODS: [&str; 3] = ["hostNetwork", "hostPID", "hostIPC"];

/// What a container may add to what it can do.
const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// The volumes that hardened pods may have.
const VOLUMES: [&str; 8] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// A place, and a phrase that says what is wrong there: `has …`.
type Found = Vec<(Place, String)>;

/// What of a pod the level forbids.
pub(crate) fn forbidden(spec: &Value, level: Level) -> Found {
    let mut found = Found::new();
    for field in OF_PODS {
        forbid_true(spec, field, &mut found);
    }
    for volume in spec.items_at(&["volumes"]) {
        of_volume(volume, level, &mut found);
    }
    of_context(spec, &mut found);
    for container in ["initContainers", "containers"].into_iter().flat_map(|list| spec.items_at(&[list])) {
        of_container(container, &mut found);
        if level == Level::Restricted {
            of_hardened(spec, container, &mut found);
        }
    }
    found
}

fn of_volume(volume: &Value, level: Level, found: &mut Found) {
    for entry in
        volume.as_map().into_iter().flatten().filter(|it| it.key.text != "name" && !it.value.is_null())
    {
        let kind = entry.key.text.as_str();
        if kind == "hostPath" || level == Level::Restricted && !VOLUMES.contains(&kind) {
            found.push((entry.key.place, format!("has a volume of the kind `{kind}`")));
        }
    }
}

/// What pods and containers both say in `securityContext`.
fn of_context(owner: &Value, found: &mut Found) {
    let Some(context) = owner.get("securityContext") else { return };
    for (field, name) in [("seccompProfile", "seccomp"), ("appArmorProfile", "AppArmor")] {
        let profile = context.find(&[field, "type"]);
        if let Some(profile) = profile.filter(|it| it.as_text() == Some("Unconfined")) {
            found.push((profile.place, format!("has no {name} profile")));
        }
    }
    for field in ["user", "role"] {
        if let Some(written) = context.find(&["seLinuxOptions", field]).filter(|it| it.as_text() != Some(""))
        {
            found.push((written.place, format!("sets the SELinux {field}")));
        }
    }
}

fn of_container(container: &Value, found: &mut Found) {
    of_context(container, found);
    for port in container.items_at(&["ports"]) {
        if let Some(host) = port.get("hostPort").filter(|it| it.as_integer().is_some_and(|port| port != 0)) {
            found.push((host.place, "has a `hostPort`".into()));
        }
    }
    let Some(context) = container.get("securityContext") else { return };
    forbid_true(context, "privileged", found);
    if let Some(mount) = context.get("procMount").filter(|it| it.as_text().is_some_and(|it| it != "Default"))
    {
        found.push((mount.place, "has an unmasked `/proc`".into()));
    }
    for added in context.items_at(&["capabilities", "add"]) {
        let name = added.as_text().unwrap_or_default();
        if !CAPABILITIES.contains(&name) {
            found.push((added.place, format!("adds the capability `{name}`")));
        }
    }
}

/// What a hardened container must say, itself or by its pod.
fn of_hardened(spec: &Value, container: &Value, found: &mut Found) {
    let own = container.get("securityContext");
    let of_pod = spec.get("securityContext");
    let field = |keys: &[&str]| [own, of_pod].into_iter().flatten().find_map(|context| context.find(keys));
    let escalates = own.and_then(|it| it.get("allowPrivilegeEscalation")).and_then(Value::as_bool);
    let mut dropped = own.into_iter().flat_map(|it| it.items_at(&["capabilities", "drop"]));
    let wanted = [
        (escalates == Some(false), "`allowPrivilegeEscalation: false`"),
        (dropped.any(|it| it.as_text() == Some("ALL")), "`capabilities: { drop: [ALL] }`"),
        (field(&["runAsNonRoot"]).and_then(Value::as_bool) == Some(true), "`runAsNonRoot: true`"),
        (field(&["seccompProfile", "type"]).is_some(), "`seccompProfile: { type: RuntimeDefault }`"),
    ];
    let lacking: Vec<&str> = wanted.into_iter().filter(|(is_set, _)| !is_set).map(|(_, what)| what).collect();
    if !lacking.is_empty() {
        let name = container.text_at(&["name"]);
        found.push((container.place, format!("does not set {} for `{name}`", lacking.join(", "))));
    }
    if let Some(user) = field(&["runAsUser"]).filter(|it| it.as_integer() == Some(0)) {
        found.push((user.place, "runs as root".into()));
    }
}

fn forbid_true(owner: &Value, field: &str, found: &mut Found) {
    if let Some(written) = owner.get(field).filter(|it| it.as_bool() == Some(true)) {
        found.push((written.place, format!("has `{field}`")));
    }
}

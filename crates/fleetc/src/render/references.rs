//! The fields in which objects of Kubernetes and Flux name others: they follow when an object gets another name.

use fleetc_manifests::{Data, Text, Value};

use super::pods;

/// A field that names an object.
struct Reference {
    /// The kind that it names; empty if a `kind` beside it says so.
    kind: &'static str,
    /// The path to it from the description of pods, or from the object; `*` is each item of a list.
    path: &'static [&'static str],
}

/// In the description of pods.
const IN_PODS: [Reference; 18] = [
    Reference { kind: "ServiceAccount", path: &["serviceAccountName"] },
    Reference { kind: "ServiceAccount", path: &["serviceAccount"] },
    Reference { kind: "Secret", path: &["imagePullSecrets", "*", "name"] },
    Reference { kind: "ConfigMap", path: &["volumes", "*", "configMap", "name"] },
    Reference { kind: "Secret", path: &["volumes", "*", "secret", "secretName"] },
    Reference {
        kind: "PersistentVolumeClaim",
        path: &["volumes", "*", "persistentVolumeClaim", "claimName"],
    },
    Reference {
        kind: "ConfigMap",
        path: &["volumes", "*", "projected", "sources", "*", "configMap", "name"],
    },
    Reference { kind: "Secret", path: &["volumes", "*", "projected", "sources", "*", "secret", "name"] },
    Reference { kind: "Secret", path: &["volumes", "*", "csi", "nodePublishSecretRef", "name"] },
    Reference {
        kind: "ConfigMap",
        path: &["containers", "*", "env", "*", "valueFrom", "configMapKeyRef", "name"],
    },
    Reference { kind: "Secret", path: &["containers", "*", "env", "*", "valueFrom", "secretKeyRef", "name"] },
    Reference { kind: "ConfigMap", path: &["containers", "*", "envFrom", "*", "configMapRef", "name"] },
    Reference { kind: "Secret", path: &["containers", "*", "envFrom", "*", "secretRef", "name"] },
    Reference {
        kind: "ConfigMap",
        path: &["initContainers", "*", "env", "*", "valueFrom", "configMapKeyRef", "name"],
    },
    Reference {
        kind: "Secret",
        path: &["initContainers", "*", "env", "*", "valueFrom", "secretKeyRef", "name"],
    },
    Reference { kind: "ConfigMap", path: &["initContainers", "*", "envFrom", "*", "configMapRef", "name"] },
    Reference { kind: "Secret", path: &["initContainers", "*", "envFrom", "*", "secretRef", "name"] },
    Reference { kind: "PriorityClass", path: &["priorityClassName"] },
];

/// In objects of a kind.
const IN_OBJECTS: [(&str, Reference); 23] = [
    ("StatefulSet", Reference { kind: "Service", path: &["spec", "serviceName"] }),
    ("Ingress", Reference { kind: "Service", path: &["spec", "defaultBackend", "service", "name"] }),
    (
        "Ingress",
        Reference {
            kind: "Service",
            path: &["spec", "rules", "*", "http", "paths", "*", "backend", "service", "name"],
        },
    ),
    ("Ingress", Reference { kind: "Secret", path: &["spec", "tls", "*", "secretName"] }),
    ("Ingress", Reference { kind: "IngressClass", path: &["spec", "ingressClassName"] }),
    ("HTTPRoute", Reference { kind: "Service", path: &["spec", "rules", "*", "backendRefs", "*", "name"] }),
    ("HorizontalPodAutoscaler", Reference { kind: "", path: &["spec", "scaleTargetRef"] }),
    ("VerticalPodAutoscaler", Reference { kind: "", path: &["spec", "targetRef"] }),
    ("RoleBinding", Reference { kind: "", path: &["roleRef"] }),
    ("RoleBinding", Reference { kind: "", path: &["subjects", "*"] }),
    ("ClusterRoleBinding", Reference { kind: "", path: &["roleRef"] }),
    ("ClusterRoleBinding", Reference { kind: "", path: &["subjects", "*"] }),
    ("ServiceAccount", Reference { kind: "Secret", path: &["secrets", "*", "name"] }),
    ("ServiceAccount", Reference { kind: "Secret", path: &["imagePullSecrets", "*", "name"] }),
    ("PersistentVolumeClaim", Reference { kind: "PersistentVolume", path: &["spec", "volumeName"] }),
    ("HelmRelease", Reference { kind: "", path: &["spec", "valuesFrom", "*"] }),
    ("HelmRelease", Reference { kind: "", path: &["spec", "chart", "spec", "sourceRef"] }),
    ("HelmRelease", Reference { kind: "", path: &["spec", "chartRef"] }),
    ("Kustomization", Reference { kind: "", path: &["spec", "sourceRef"] }),
    ("Kustomization", Reference { kind: "", path: &["spec", "postBuild", "substituteFrom", "*"] }),
    ("GitRepository", Reference { kind: "Secret", path: &["spec", "secretRef", "name"] }),
    ("OCIRepository", Reference { kind: "Secret", path: &["spec", "secretRef", "name"] }),
    ("HelmRepository", Reference { kind: "Secret", path: &["spec", "secretRef", "name"] }),
];

/// An object that gets another name.
#[derive(Debug, Clone)]
pub(super) struct Rename {
    /// Its kind.
    pub(super) kind: Text,
    /// Its namespace; empty if it has none, or if any will do.
    pub(super) namespace: Text,
    /// The name that it had.
    pub(super) from: Text,
    /// The name that it gets.
    pub(super) to: Text,
}

/// Lets what the object names follow the renames.
pub(super) fn follow(object: &mut Value, renames: &[Rename]) {
    let text =
        |keys: &[&str]| -> Text { object.find(keys).and_then(Value::as_text).unwrap_or_default().into() };
    let (kind, namespace) = (text(&["kind"]), text(&["metadata", "namespace"]));
    if let Some(path) = pods::path(&kind) {
        for reference in &IN_PODS {
            let path: Vec<&str> = path.iter().chain(reference.path).copied().collect();
            follow_path(object, &path, reference.kind, &namespace, renames);
        }
    }
    for (_, reference) in IN_OBJECTS.iter().filter(|(it, _)| *it == kind) {
        follow_path(object, reference.path, reference.kind, &namespace, renames);
    }
}

fn follow_path(value: &mut Value, path: &[&str], kind: &str, namespace: &str, renames: &[Rename]) {
    let Some((first, rest)) = path.split_first() else {
        follow_reference(value, kind, namespace, renames);
        return;
    };
    match &mut value.data {
        Data::List(items) if *first == "*" && !items.is_empty() => {
            for item in items.make_mut() {
                follow_path(item, rest, kind, namespace, renames);
            }
        }
        Data::Map(map) if map.contains(first) => {
            let inner = map.get_mut(first).expect("it was just found");
            follow_path(inner, rest, kind, namespace, renames);
        }
        _ => {}
    }
}

/// A name, or a map with kind, name and perhaps a namespace.
fn follow_reference(value: &mut Value, kind: &str, namespace: &str, renames: &[Rename]) {
    let text = |key: &str| value.get(key).and_then(Value::as_text);
    let (kind, namespace, name) = match &value.data {
        Data::Text(name) => (kind, namespace, name.as_str()),
        _ => (
            text("kind").unwrap_or_default(),
            text("namespace").unwrap_or(namespace),
            text("name").unwrap_or_default(),
        ),
    };
    let is_meant = |rename: &&Rename| {
        rename.kind == kind
            && rename.from == name
            && (rename.namespace.is_empty() || rename.namespace == namespace)
    };
    let Some(rename) = renames.iter().find(is_meant) else {
        return;
    };
    match &mut value.data {
        Data::Map(map) => {
            if let Some(name) = map.get_mut("name") {
                name.data = Data::Text(rename.to.clone());
            }
        }
        data => *data = Data::Text(rename.to.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fleetc_manifests::value;

    fn rename(kind: &str, from: &str, to: &str) -> Rename {
        Rename { kind: kind.into(), namespace: "n".into(), from: from.into(), to: to.into() }
    }

    #[test]
    fn references_follow_a_new_name() {
        let object = |config: &str, service: &str| {
            value!({
                "kind": "StatefulSet",
                "metadata": { "name": "db", "namespace": "n" },
                "spec": {
                    "serviceName": service,
                    "template": { "spec": {
                        "volumes": [{ "configMap": { "name": config } }, { "secret": { "secretName": "web" } }],
                        "containers": [{ "envFrom": [{ "configMapRef": { "name": config } }] }],
                    } },
                },
            })
        };
        let mut changed = object("web", "db");
        follow(&mut changed, &[rename("ConfigMap", "web", "web-1"), rename("Service", "db", "blue-db")]);
        assert_eq!(changed, object("web-1", "blue-db"));
    }

    #[test]
    fn references_with_a_kind_follow_only_theirs() {
        let object = |role: &str, account: &str| {
            value!({
                "kind": "RoleBinding",
                "metadata": { "namespace": "n" },
                "roleRef": { "kind": "Role", "name": role },
                "subjects": [
                    { "kind": "ServiceAccount", "name": account },
                    { "kind": "ServiceAccount", "name": "a", "namespace": "other" },
                    { "kind": "User", "name": "a" },
                ],
            })
        };
        let mut changed = object("a", "a");
        follow(&mut changed, &[rename("Role", "a", "b"), rename("ServiceAccount", "a", "c")]);
        assert_eq!(changed, object("b", "c"));
    }
}

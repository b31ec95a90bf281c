//! What a tenant may do in its namespaces.

use crate::table::object;

/// Manifests that nobody refuses.
pub(crate) fn all() -> Vec<String> {
    const RBAC: &str = "rbac.authorization.k8s.io/v1";
    const NOTIFICATION: &str = "notification.toolkit.fluxcd.io/v1beta3";
    vec![
        object("v1", "ConfigMap", "", "data: {serviceAccountName: team2, namespace: other}"),
        object("v1", "ConfigMap", "team-data", ""),
        object("v1", "ServiceAccount", "", "automountServiceAccountToken: false"),
        object("v1", "Pod", "", "spec: {serviceAccountName: web, containers: [{name: a, image: ghcr.io/acme/a}]}"),
        object(
            RBAC,
            "RoleBinding",
            "",
            "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\n\
             subjects: [{kind: ServiceAccount, name: web, namespace: team}]",
        ),
        object(RBAC, "Role", "", "rules: [{apiGroups: [''], resources: [pods], verbs: [get, list]}]"),
        object("source.toolkit.fluxcd.io/v1", "GitRepository", "", "spec: {interval: 1m, url: 'https://github.com/acme/web'}"),
        object(
            "kustomize.toolkit.fluxcd.io/v1",
            "Kustomization",
            "",
            "spec: {interval: 1m, prune: true, serviceAccountName: team, targetNamespace: team-data, sourceRef: {kind: GitRepository, name: x}}",
        ),
        object(
            "helm.toolkit.fluxcd.io/v2",
            "HelmRelease",
            "",
            "spec: {interval: 1m, serviceAccountName: team, chartRef: {kind: OCIRepository, name: x}, install: {crds: Skip, \
             createNamespace: false}, values: {namespace: other, kubeConfig: x, serviceAccountName: z}}",
        ),
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  annotations: {kustomize.toolkit.fluxcd.io/checksum: a}\n"
            .to_owned(),
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  labels: {app.kubernetes.io/name: x}\n".to_owned(),
        object("source.toolkit.fluxcd.io/v1", "OCIRepository", "team-data", "spec: {interval: 1m, url: 'oci://GHCR.io/acme/web/'}"),
        object(NOTIFICATION, "Provider", "", "spec: {type: generic, address: 'https://github.com/acme/hook'}"),
        object(NOTIFICATION, "Alert", "", "spec: {providerRef: {name: a}, eventSources: [{kind: Bucket, name: a, namespace: team-data}]}"),
        object("v1", "PersistentVolumeClaim", "", "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}"),
        object("batch/v1", "CronJob", "", "spec: {schedule: '@daily', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: 'ghcr.io/acme/a:1'}]}}}}}"),
    ]
}

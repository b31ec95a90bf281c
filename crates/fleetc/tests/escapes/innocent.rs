//! What a tenant may do in its namespaces.

use crate::table::object;

/// Manifests that nobody refuses.
pub(crate) fn all() -> Vec<String> {
    [small(), large()].concat()
}

/// Objects so large that an expression which looks at every part of them costs something: a server stops it at a limit.
fn large() -> Vec<String> {
    const RBAC: &str = "rbac.authorization.k8s.io/v1";
    let many =
        |count: usize, part: &dyn Fn(usize) -> String| (0..count).map(part).collect::<Vec<_>>().join(", ");
    let subjects = many(500, &|it| format!("{{kind: ServiceAccount, name: web-{it}, namespace: team-data}}"));
    let rules = many(300, &|it| {
        format!("{{apiGroups: [''], resources: [pods], resourceNames: [a-{it}], verbs: [get]}}")
    });
    let labels = many(500, &|it| format!("example.com/a-label-of-some-length-{it}: a"));
    let containers = many(50, &|it| format!("{{name: a-{it}, image: 'ghcr.io/acme/web-{it}:1'}}"));
    let dependencies = many(300, &|it| format!("{{name: a-{it}, namespace: team-data}}"));
    vec![
        object(
            RBAC,
            "RoleBinding",
            "",
            &format!(
                "roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}}\nsubjects: [{subjects}]"
            ),
        ),
        object(RBAC, "Role", "", &format!("rules: [{rules}]")),
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x, labels: {{{labels}}}, annotations: {{{labels}}}}}\n"
        ),
        object(
            "apps/v1",
            "Deployment",
            "",
            &format!(
                "spec: {{selector: {{matchLabels: {{a: b}}}}, template: {{metadata: {{labels: {{a: b}}}}, spec: {{containers: [{containers}]}}}}}}"
            ),
        ),
        object(
            "kustomize.toolkit.fluxcd.io/v1",
            "Kustomization",
            "",
            &format!(
                "spec: {{interval: 1m, prune: true, serviceAccountName: team, sourceRef: {{kind: GitRepository, name: x}}, dependsOn: [{dependencies}]}}"
            ),
        ),
    ]
}

fn small() -> Vec<String> {
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

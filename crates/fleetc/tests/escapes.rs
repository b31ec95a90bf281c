//! What a tenant's manifests may not do: every way out of its namespaces is refused, and nothing else is.

use fleetc::{Diagnostics, InMemory, Input, compile};
use fleetc_manifests::kinds;

/// What is said of a manifest that the tenant `team` brings; what has no name is called `x`.
fn said(manifest: &str) -> Diagnostics {
    said_with("", manifest)
}

/// The same, for a tenant with these keys.
fn said_with(keys: &str, manifest: &str) -> Diagnostics {
    let fleet = format!(
        "[fleet]\nsource = {{ git = \"https://example.com/fleet\" }}\n[clusters.one]\n\
         [tenants.team]\nextra-namespaces = [\"team-data\"]\n{keys}\n[tenants.other]\n\
         [apps.web]\ntenant = \"team\"\nmanifests = \"web.yaml\"\n"
    );
    compile(&Input::new(&fleet, &InMemory::from([("web.yaml", manifest)]))).diagnostics
}

fn is_refused(manifest: &str) -> bool {
    said(manifest).sorted().iter().any(|it| it.code == fleetc::codes::TENANT_RIGHTS)
}

fn object(api_version: &str, kind: &str, namespace: &str, rest: &str) -> String {
    let namespace = if namespace.is_empty() { String::new() } else { format!(", namespace: {namespace}") };
    format!("apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: x{namespace}}}\n{rest}\n")
}

/// Every kind that belongs to the whole cluster, and every kind in a namespace that is another's.
fn kinds_out_of_reach() -> Vec<String> {
    let all = kinds::all().iter().filter(|kind| !kind.api_version.contains("alpha"));
    all.flat_map(|kind| {
        let namespaces = if kind.namespaced { &["kube-system", "other"][..] } else { &[""] };
        namespaces.iter().map(|namespace| object(kind.api_version, kind.name, namespace, ""))
    })
    .collect()
}

fn rights() -> Vec<String> {
    const RBAC: &str = "rbac.authorization.k8s.io/v1";
    let own = "[{kind: ServiceAccount, name: web, namespace: team}]";
    let binding = |kind: &str, name: &str, subjects: &str| {
        let role = format!("roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {kind}, name: {name}}}");
        object(RBAC, "RoleBinding", "", &format!("{role}\nsubjects: {subjects}"))
    };
    let mut all: Vec<String> =
        ["cluster-admin", "system:node", "flux-edit-flux-system", "crd-controller", "Admin", "admin2"]
            .map(|role| binding("ClusterRole", role, own))
            .into();
    all.extend(
        [
            "[{kind: Group, apiGroup: rbac.authorization.k8s.io, name: 'system:authenticated'}]",
            "[{kind: Group, apiGroup: rbac.authorization.k8s.io, name: 'system:serviceaccounts'}]",
            "[{kind: Group, apiGroup: rbac.authorization.k8s.io, name: everybody}]",
            "[{kind: User, apiGroup: rbac.authorization.k8s.io, name: 'system:anonymous'}]",
            "[{kind: User, apiGroup: rbac.authorization.k8s.io, name: eve}]",
            "[{kind: ServiceAccount, name: default, namespace: kube-system}]",
            "[{kind: ServiceAccount, name: web, namespace: other}]",
            "[{kind: ServiceAccount, name: team, namespace: team}]",
        ]
        .map(|subjects| binding("ClusterRole", "view", subjects)),
    );
    for rule in [
        "{apiGroups: ['*'], resources: [pods], verbs: [get]}",
        "{apiGroups: [''], resources: ['*'], verbs: [get]}",
        "{apiGroups: [''], resources: ['*/exec'], verbs: [get]}",
        "{apiGroups: [''], resources: [pods], verbs: ['*']}",
        "{apiGroups: [''], resources: [serviceaccounts], verbs: [impersonate]}",
        "{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [escalate]}",
        "{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [bind]}",
        "{apiGroups: [kustomize.toolkit.fluxcd.io], resources: [kustomizations], verbs: [create]}",
        "{apiGroups: [fluxcd.controlplane.io], resources: [resourcesets], verbs: [create]}",
    ] {
        all.push(object(RBAC, "Role", "", &format!("rules: [{rule}]")));
    }
    all
}

fn marks() -> Vec<String> {
    let keys = [
        "kustomize.toolkit.fluxcd.io/reconcile",
        "kustomize.toolkit.fluxcd.io/prune",
        "kustomize.toolkit.fluxcd.io/ssa",
        "kustomize.toolkit.fluxcd.io/force",
        "kustomize.toolkit.fluxcd.io/substitute",
        "kustomize.toolkit.fluxcd.io/name",
        "helm.toolkit.fluxcd.io/driftDetection",
        "helm.toolkit.fluxcd.io/name",
        "reconcile.fluxcd.io/requestedAt",
        "reconcile.fluxcd.io/forceAt",
        "reconcile.fluxcd.io/watch",
        "source.toolkit.fluxcd.io/x",
        "image.toolkit.fluxcd.io/x",
        "notification.toolkit.fluxcd.io/x",
        "fluxcd.controlplane.io/copyFrom",
        "fluxcd.controlplane.io/prune",
        "fluxcd.controlplane.io/reconcile",
        "rbac.authorization.k8s.io/aggregate-to-admin",
        "rbac.authorization.k8s.io/aggregate-to-edit",
        "pod-security.kubernetes.io/enforce",
    ];
    let mut all = Vec::new();
    for key in keys {
        for field in ["annotations", "labels"] {
            all.push(format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  {field}:\n    {key}: enabled\n"
            ));
        }
    }
    for tie in
        ["finalizers: [example.com/keep]", "ownerReferences: [{apiVersion: v1, kind: Pod, name: x, uid: a}]"]
    {
        all.push(format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  {tie}\n"));
    }
    all
}

fn identities() -> Vec<String> {
    let mut all = Vec::new();
    for account in ["serviceAccountName", "serviceAccount"] {
        let pod = format!("{{{account}: team, containers: [{{name: a, image: a}}]}}");
        all.push(object("v1", "Pod", "", &format!("spec: {pod}")));
        for (api_version, kind) in [
            ("apps/v1", "Deployment"),
            ("apps/v1", "StatefulSet"),
            ("apps/v1", "DaemonSet"),
            ("apps/v1", "ReplicaSet"),
            ("batch/v1", "Job"),
        ] {
            all.push(object(api_version, kind, "", &format!("spec: {{template: {{spec: {pod}}}}}")));
        }
        let job = format!("spec: {{jobTemplate: {{spec: {{template: {{spec: {pod}}}}}}}}}");
        all.push(object("batch/v1", "CronJob", "team-data", &job));
    }
    all.push(object("v1", "Secret", "", "type: kubernetes.io/service-account-token"));
    all.push(object("v1", "ServiceAccount", "", "").replace("name: x", "name: team"));
    all
}

/// Objects of Flux, each with one part that reaches too far.
fn flux() -> Vec<String> {
    const KUSTOMIZE: &str = "kustomize.toolkit.fluxcd.io/v1";
    const HELM: &str = "helm.toolkit.fluxcd.io/v2";
    const SOURCE: &str = "source.toolkit.fluxcd.io/v1";
    let own = "serviceAccountName: team";
    let mut all = Vec::new();
    for part in [
        "",
        "serviceAccountName: other",
        "serviceAccountName: kustomize-controller",
        "serviceAccountName: team, targetNamespace: other",
        "serviceAccountName: team, sourceRef: {kind: GitRepository, name: a, namespace: flux-system}",
        "serviceAccountName: team, dependsOn: [{name: a, namespace: other}]",
        "serviceAccountName: team, healthChecks: [{kind: Deployment, name: a, namespace: other}]",
        "serviceAccountName: team, patches: [{target: {namespace: other}, patch: a}]",
        "serviceAccountName: team, ignore: [{target: {namespace: other}, paths: [/a]}]",
        "serviceAccountName: team, kubeConfig: {secretRef: {name: a}}",
        "serviceAccountName: team, kubeConfig: {configMapRef: {name: a}}",
        "serviceAccountName: team, postBuild: {substitute: {a: b}}",
        "serviceAccountName: team, postBuild: {substituteFrom: [{kind: Secret, name: a}]}",
        "serviceAccountName: team, decryption: {provider: sops, serviceAccountName: a}",
    ] {
        all.push(object(KUSTOMIZE, "Kustomization", "", &format!("spec: {{{part}}}")));
    }
    for part in [
        "chartRef: {kind: OCIRepository, name: a, namespace: other}",
        "chart: {spec: {chart: a, sourceRef: {kind: HelmRepository, name: a, namespace: other}}}",
        "dependsOn: [{name: a, namespace: other}]",
        "targetNamespace: other",
        "storageNamespace: other",
        "install: {createNamespace: true}",
        "install: {crds: Create}",
        "install: {crds: CreateReplace}",
        "upgrade: {crds: Create}",
        "upgrade: {crds: CreateReplace}",
        "kubeConfig: {secretRef: {name: a}}",
        "kubeConfig: {configMapRef: {name: a}}",
        "driftDetection: {ignore: [{target: {namespace: other}, paths: [/a]}]}",
        "postRenderers: [{kustomize: {patches: [{target: {namespace: other}, patch: a}]}}]",
    ] {
        all.push(object(HELM, "HelmRelease", "", &format!("spec: {{{own}, {part}}}")));
    }
    all.push(object(HELM, "HelmRelease", "", "spec: {targetNamespace: team}"));
    for (api_version, kind) in [
        (SOURCE, "Bucket"),
        (SOURCE, "ExternalArtifact"),
        ("source.extensions.fluxcd.io/v1beta1", "ArtifactGenerator"),
        ("notification.toolkit.fluxcd.io/v1", "Receiver"),
        ("notification.toolkit.fluxcd.io/v1beta3", "Alert"),
        ("notification.toolkit.fluxcd.io/v1beta3", "Provider"),
        ("image.toolkit.fluxcd.io/v1", "ImageRepository"),
        ("image.toolkit.fluxcd.io/v1", "ImagePolicy"),
        ("image.toolkit.fluxcd.io/v1", "ImageUpdateAutomation"),
        ("fluxcd.controlplane.io/v1", "FluxInstance"),
        ("fluxcd.controlplane.io/v1", "ResourceSet"),
        ("fluxcd.controlplane.io/v1", "ResourceSetInputProvider"),
    ] {
        all.push(object(api_version, kind, "", "spec: {}"));
    }
    for url in ["https://github.com/acme-evil/web", "https://evil.example/x", "http://example.com/x"] {
        for kind in ["GitRepository", "OCIRepository", "HelmRepository"] {
            all.push(object(SOURCE, kind, "", &format!("spec: {{url: '{url}'}}")));
        }
    }
    for part in ["serviceAccountName: a", "insecure: true"] {
        let spec = format!("spec: {{url: 'oci://ghcr.io/acme/x', {part}}}");
        all.push(object(SOURCE, "OCIRepository", "", &spec));
    }
    all.push(object("networking.k8s.io/v1", "NetworkPolicy", "", "spec: {podSelector: {}, ingress: [{}]}"));
    all
}

#[test]
fn every_way_out_is_refused() {
    let groups = [kinds_out_of_reach(), rights(), marks(), identities(), flux()];
    let all: Vec<String> = groups.into_iter().flatten().collect();
    assert!(all.len() >= 200, "{} escapes", all.len());
    let escaped: Vec<&String> = all.iter().filter(|manifest| !is_refused(manifest)).collect();
    assert!(escaped.is_empty(), "{} of {} escape: {escaped:#?}", escaped.len(), all.len());
}

#[test]
fn what_stays_within_is_not_refused() {
    const RBAC: &str = "rbac.authorization.k8s.io/v1";
    let allowed = "allow = { sources = [\"https://github.com/acme/\"], annotations = [\"kustomize.toolkit.fluxcd.io/force\"], \
                   images = [\"ghcr.io/acme\"] }";
    for manifest in [
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
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  annotations: {kustomize.toolkit.fluxcd.io/force: enabled}\n"
            .to_owned(),
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  labels: {app.kubernetes.io/name: x}\n".to_owned(),
    ] {
        let said = said_with(allowed, &manifest);
        assert!(!said.has_errors(), "{manifest}{said:?}");
    }
    let pod = object("v1", "Pod", "", "spec: {containers: [{name: a, image: ghcr.io/acme-evil/a}]}");
    assert!(said_with(allowed, &pod).has_errors());
}

//! The ways out of a tenant's namespaces, as manifests that the API server would take from others.

use fleetc_manifests::kinds;

/// An object in the namespace, or in none if that is empty; it is called `x`.
pub(crate) fn object(api_version: &str, kind: &str, namespace: &str, rest: &str) -> String {
    let namespace = if namespace.is_empty() { String::new() } else { format!(", namespace: {namespace}") };
    format!("apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: x{namespace}}}\n{rest}\n")
}

/// All of them.
pub(crate) fn all() -> Vec<String> {
    [kinds_out_of_reach(), rights(), marks(), identities(), flux()].into_iter().flatten().collect()
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
    let key = "Kustomize.Toolkit.FluxCD.io/prune: disabled";
    all.push(format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  annotations: {{{key}}}\n"));
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
        let pod = format!("{{{account}: team, containers: [{{name: a, image: ghcr.io/acme/a}}]}}");
        all.push(object("v1", "Pod", "", &format!("spec: {pod}")));
        for (api_version, kind) in [
            ("apps/v1", "Deployment"),
            ("apps/v1", "StatefulSet"),
            ("apps/v1", "DaemonSet"),
            ("apps/v1", "ReplicaSet"),
        ] {
            let template = format!("{{metadata: {{labels: {{app: x}}}}, spec: {pod}}}");
            let spec = format!("spec: {{selector: {{matchLabels: {{app: x}}}}, template: {template}}}");
            all.push(object(api_version, kind, "", &spec));
        }
        let pod = pod.replace("containers", "restartPolicy: Never, containers");
        all.push(object("batch/v1", "Job", "", &format!("spec: {{template: {{spec: {pod}}}}}")));
        let job =
            format!("spec: {{schedule: '@daily', jobTemplate: {{spec: {{template: {{spec: {pod}}}}}}}}}");
        all.push(object("batch/v1", "CronJob", "team-data", &job));
    }
    all.push(
        object("v1", "Secret", "", "type: kubernetes.io/service-account-token")
            .replace("{name: x", "{name: x, annotations: {kubernetes.io/service-account.name: team}"),
    );
    for pod in
        ["containers: [{name: a, image: ghcr.io/acme-evil/a}]", "containers: [{name: a, image: nginx}]"]
    {
        all.push(object("v1", "Pod", "", &format!("spec: {{{pod}}}")));
    }
    all.push(object("v1", "ServiceAccount", "", "").replace("name: x", "name: team"));
    all
}

const SOURCE: &str = "source.toolkit.fluxcd.io/v1";
const NOTIFICATION: &str = "notification.toolkit.fluxcd.io/v1beta3";

/// Objects of Flux, each with one part that reaches too far.
fn flux() -> Vec<String> {
    let mut all = [kustomizations(), releases(), sources(), notifications(), kinds_of_flux()].concat();
    all.push(object("networking.k8s.io/v1", "NetworkPolicy", "", "spec: {podSelector: {}, ingress: [{}]}"));
    all
}

fn kustomizations() -> Vec<String> {
    let parts = [
        "suspend: false",
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
    ];
    let whole = |part: &str| {
        let source =
            if part.contains("sourceRef") { "" } else { "sourceRef: {kind: GitRepository, name: a}, " };
        let spec = format!("spec: {{interval: 1m, prune: true, {source}{part}}}");
        object("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "", &spec)
    };
    parts.map(whole).into()
}

fn releases() -> Vec<String> {
    let parts = [
        "chartRef: {kind: OCIRepository, name: a, namespace: other}, serviceAccountName: team",
        "chart: {spec: {chart: a, sourceRef: {kind: HelmRepository, name: a, namespace: other}}}, serviceAccountName: team",
        "targetNamespace: team",
        "serviceAccountName: team, dependsOn: [{name: a, namespace: other}]",
        "serviceAccountName: team, targetNamespace: other",
        "serviceAccountName: team, storageNamespace: other",
        "serviceAccountName: team, install: {createNamespace: true}",
        "serviceAccountName: team, install: {crds: Create}",
        "serviceAccountName: team, install: {crds: CreateReplace}",
        "serviceAccountName: team, upgrade: {crds: Create}",
        "serviceAccountName: team, upgrade: {crds: CreateReplace}",
        "serviceAccountName: team, kubeConfig: {secretRef: {name: a}}",
        "serviceAccountName: team, kubeConfig: {configMapRef: {name: a}}",
        "serviceAccountName: team, driftDetection: {ignore: [{target: {namespace: other}, paths: [/a]}]}",
        "serviceAccountName: team, postRenderers: [{kustomize: {patches: [{target: {namespace: other}, patch: a}]}}]",
    ];
    let whole = |part: &str| {
        let chart = if part.contains("chart") { "" } else { "chartRef: {kind: OCIRepository, name: a}, " };
        let spec = format!("spec: {{interval: 1m, {chart}{part}}}");
        object("helm.toolkit.fluxcd.io/v2", "HelmRelease", "", &spec)
    };
    parts.map(whole).into()
}

fn sources() -> Vec<String> {
    let mut all = Vec::new();
    for url in ["https://github.com/acme-evil/web", "https://evil.example/x", "http://example.com/x"] {
        for kind in ["GitRepository", "OCIRepository", "HelmRepository"] {
            let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
            let url = if kind == "OCIRepository" { &format!("oci://{rest}") } else { url };
            all.push(object(SOURCE, kind, "", &format!("spec: {{interval: 1m, url: '{url}'}}")));
        }
    }
    for url in [
        "https://github.com/acme/../evil",
        "https://github.com@evil.example/acme/",
        "ssh://git@github.com/acme/x",
    ] {
        all.push(object(SOURCE, "GitRepository", "", &format!("spec: {{interval: 1m, url: '{url}'}}")));
    }
    for (kind, part) in [
        ("OCIRepository", "url: 'oci://ghcr.io/acme/x', serviceAccountName: a"),
        ("OCIRepository", "url: 'oci://ghcr.io/acme/x', insecure: true"),
        ("HelmRepository", "url: 'https://github.com/acme/x', accessFrom: {namespaceSelectors: []}"),
        ("Bucket", "bucketName: a, endpoint: minio.example"),
    ] {
        all.push(object(SOURCE, kind, "", &format!("spec: {{interval: 1m, {part}}}")));
    }
    all
}

/// Of kinds that the tenant is granted, with a part that reaches too far; and one that it is not granted.
fn notifications() -> Vec<String> {
    let elsewhere = "providerRef: {name: a}, eventSources: [{kind: Bucket, name: a, namespace: other}]";
    let receiver = "type: generic, secretRef: {name: a}, resources: [{kind: GitRepository, name: a}]";
    vec![
        object(NOTIFICATION, "Alert", "", &format!("spec: {{{elsewhere}}}")),
        object(NOTIFICATION, "Provider", "", "spec: {type: generic, address: 'https://evil.example/'}"),
        object(NOTIFICATION, "Provider", "", "spec: {type: generic, serviceAccountName: a}"),
        object("notification.toolkit.fluxcd.io/v1", "Receiver", "", &format!("spec: {{{receiver}}}")),
    ]
}

/// Kinds that no tenant has without being granted them.
fn kinds_of_flux() -> Vec<String> {
    let kinds = [
        (SOURCE, "HelmChart"),
        (SOURCE, "ExternalArtifact"),
        ("source.extensions.fluxcd.io/v1beta1", "ArtifactGenerator"),
        ("image.toolkit.fluxcd.io/v1", "ImageRepository"),
        ("image.toolkit.fluxcd.io/v1", "ImagePolicy"),
        ("image.toolkit.fluxcd.io/v1", "ImageUpdateAutomation"),
        ("fluxcd.controlplane.io/v1", "FluxInstance"),
        ("fluxcd.controlplane.io/v1", "ResourceSet"),
        ("fluxcd.controlplane.io/v1", "ResourceSetInputProvider"),
    ];
    let whole = |(api_version, kind)| {
        let chart = "spec: {interval: 1m, chart: a, sourceRef: {kind: GitRepository, name: a}}";
        object(api_version, kind, "", if kind == "HelmChart" { chart } else { "spec: {}" })
    };
    kinds.map(whole).into()
}

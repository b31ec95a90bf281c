//! A fleet of any size: clusters × environments × tenants × apps, 5 to 7 objects an app, 2 kB an object on the average,
//! and patches of every kind. The same numbers give the same fleet.

/// How large a fleet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// How many clusters.
    pub clusters: usize,
    /// How many environments, each on every cluster.
    pub environments: usize,
    /// How many tenants, each on every target.
    pub tenants: usize,
    /// How many apps a tenant has.
    pub apps: usize,
}

/// Objects of an app, and of its tenant, that a target has on the average; what Flux needs for them included.
const AN_APP: usize = 7;
const A_TENANT: usize = 11;

impl Size {
    /// A fleet of about so many objects. From 10,000 on the apps stay the same 650, and the clusters grow.
    pub fn of(objects: usize) -> Self {
        let environments = 2;
        let a_target = |tenants: usize, apps: usize| tenants * (apps * AN_APP + A_TENANT);
        if objects < 2 * a_target(25, 26) {
            let apps = 6;
            let tenants = (objects / (2 * a_target(1, apps))).max(1);
            return Self { clusters: 1, environments, tenants, apps };
        }
        let clusters = (objects / (environments * a_target(25, 26))).max(1);
        Self { clusters, environments, tenants: 25, apps: 26 }
    }

    /// fleet.toml, and the files beside it.
    pub fn files(self) -> Vec<(String, String)> {
        let mut files = vec![("fleet.toml".into(), self.fleet())];
        for app in 0..self.tenants * self.apps {
            files.extend(
                manifests(app).into_iter().map(|(name, text)| (format!("apps/app-{app}/{name}"), text)),
            );
        }
        files
    }

    fn fleet(self) -> String {
        let names: Vec<String> = (0..self.environments).map(environment).collect();
        let mut text = "[fleet]\nsource = { git = \"https://example.com/acme/platform\" }\n\n".to_owned();
        for name in &names {
            text.push_str(&format!(
                "[environments.{name}]\nprefix = \"{name}-\"\nvariables = {{ stage = \"{name}\" }}\n\n"
            ));
        }
        let list = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        for cluster in 0..self.clusters {
            text.push_str(&format!(
                "[clusters.cluster-{cluster}]\nenvironments = [{list}]\nlabels = {{ region = \"region-{}\" }}\n\
                 variables = {{ domain = \"cluster-{cluster}.example.com\" }}\n\n",
                cluster % 5
            ));
        }
        for tenant in 0..self.tenants {
            text.push_str(&format!(
                "[tenants.team-{tenant}]\nquota = {{ pods = {} }}\nlabels = {{ cost-centre = \"{tenant}\" }}\n\n",
                50 + tenant
            ));
        }
        for app in 0..self.tenants * self.apps {
            text.push_str(&self.app(app));
        }
        text
    }

    fn app(self, app: usize) -> String {
        let mut text = format!(
            "[apps.app-{app}]\ntenant = \"team-{}\"\nmanifests = \"apps/app-{app}\"\n\
             substitute = [\"apps/app-{app}/configmap.yaml\"]\n\
             images = {{ \"ghcr.io/acme/app-{app}\" = \"1.{app}.0\" }}\nreplicas = {{ app-{app} = {} }}\n",
            app % self.tenants,
            2 + app % 3
        );
        let patch = match app % 4 {
            0 => {
                "{ kind = \"Deployment\", merge = { spec = { template = { spec = { containers = [{ name = \"web\", resources = { limits = { memory = \"512Mi\" } } }] } } } } }"
            }
            1 => {
                "{ kind = \"Deployment\", ops = [{ op = \"add\", path = \"/spec/template/spec/containers/[name=web]/args/-\", value = \"--stage=${stage}\" }] }"
            }
            2 => "{ kind = \"Service\", remove = [\"/metadata/annotations\"] }",
            _ => "{ kind = \"HorizontalPodAutoscaler\", merge = { spec = { maxReplicas = 20 } } }",
        };
        text.push_str(&format!("patches = [{patch}]\n\n"));
        let last = environment(self.environments - 1);
        text.push_str(&format!(
            "[[apps.app-{app}.overrides]]\nwhen = {{ environment = \"{last}\" }}\nimages = {{ \"ghcr.io/acme/app-{app}\" = \"1.{app}.1\" }}\n\
             patches = [{{ kind = \"Deployment\", ops = [{{ op = \"replace\", path = \"/spec/revisionHistoryLimit\", value = 5 }}] }}]\n\n"
        ));
        text
    }
}

fn environment(index: usize) -> String {
    ["dev", "prod", "qa", "uat"]
        .get(index)
        .map_or_else(|| format!("stage-{index}"), |name| (*name).to_owned())
}

/// The manifests of an app: 5 of them, 6 or 7 for some.
fn manifests(app: usize) -> Vec<(&'static str, String)> {
    let mut files = vec![
        ("deployment.yaml", deployment(app)),
        ("service.yaml", service(app)),
        ("configmap.yaml", config_map(app)),
        ("hpa.yaml", autoscaler(app)),
        ("pdb.yaml", budget(app)),
    ];
    if app.is_multiple_of(2) {
        files.push(("ingress.yaml", ingress(app)));
    }
    if app.is_multiple_of(4) {
        files.push(("role.yaml", role(app)));
    }
    files
}

fn metadata(app: usize, annotations: usize) -> String {
    let mut text = format!(
        "metadata:\n  name: app-{app}\n  labels:\n    app.kubernetes.io/name: app-{app}\n    app.kubernetes.io/part-of: shop\n  annotations:\n"
    );
    for note in 0..annotations {
        text.push_str(&format!(
            "    example.com/note-{note}: \"note {note} of app {app}: what is written here is as long as such notes are\"\n"
        ));
    }
    text
}

fn deployment(app: usize) -> String {
    let mut text = format!("apiVersion: apps/v1\nkind: Deployment\n{}", metadata(app, 6));
    text.push_str(&format!(
        "spec:\n  replicas: 1\n  revisionHistoryLimit: 3\n  selector:\n    matchLabels:\n      app.kubernetes.io/name: app-{app}\n  template:\n    metadata:\n      labels:\n        app.kubernetes.io/name: app-{app}\n    spec:\n      containers:\n"
    ));
    for container in ["web", "proxy"] {
        text.push_str(&format!(
            "      - name: {container}\n        image: ghcr.io/acme/app-{app}:latest\n        args: [\"--config=/etc/{container}/config.yaml\", \"--verbose\"]\n        env:\n"
        ));
        for variable in 0..14 {
            text.push_str(&format!(
                "        - name: VARIABLE_{variable}\n          value: \"value {variable} of {container}\"\n"
            ));
        }
        text.push_str(
            "        ports:\n        - name: http\n          containerPort: 8080\n        resources:\n          requests:\n            cpu: 50m\n            memory: 64Mi\n          limits:\n            memory: 256Mi\n        readinessProbe:\n          httpGet:\n            path: /ready\n            port: 8080\n          periodSeconds: 5\n        securityContext:\n          allowPrivilegeEscalation: false\n          readOnlyRootFilesystem: true\n          capabilities:\n            drop: [ALL]\n",
        );
    }
    text.push_str(&format!(
        "      volumes:\n      - name: config\n        configMap:\n          name: app-{app}\n"
    ));
    text
}

fn service(app: usize) -> String {
    format!(
        "apiVersion: v1\nkind: Service\n{}spec:\n  selector:\n    app.kubernetes.io/name: app-{app}\n  ports:\n  - name: http\n    port: 80\n    targetPort: http\n",
        metadata(app, 12)
    )
}

fn config_map(app: usize) -> String {
    let mut text = format!(
        "apiVersion: v1\nkind: ConfigMap\n{}data:\n  stage: ${{stage}}\n  address: https://app-{app}.${{domain}}\n",
        metadata(app, 2)
    );
    text.push_str("  config.yaml: |\n");
    for line in 0..50 {
        text.push_str(&format!("    setting_{line}: the value of setting {line} of app {app}\n"));
    }
    text
}

fn autoscaler(app: usize) -> String {
    format!(
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n{}spec:\n  minReplicas: 2\n  maxReplicas: 10\n  scaleTargetRef:\n    apiVersion: apps/v1\n    kind: Deployment\n    name: app-{app}\n  metrics:\n  - type: Resource\n    resource:\n      name: cpu\n      target:\n        type: Utilization\n        averageUtilization: 70\n",
        metadata(app, 8)
    )
}

fn budget(app: usize) -> String {
    format!(
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\n{}spec:\n  minAvailable: 1\n  selector:\n    matchLabels:\n      app.kubernetes.io/name: app-{app}\n",
        metadata(app, 10)
    )
}

fn ingress(app: usize) -> String {
    let mut text = format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\n{}spec:\n  ingressClassName: main\n  rules:\n",
        metadata(app, 6)
    );
    for host in 0..4 {
        text.push_str(&format!(
            "  - host: app-{app}-{host}.example.com\n    http:\n      paths:\n      - path: /\n        pathType: Prefix\n        backend:\n          service:\n            name: app-{app}\n            port:\n              name: http\n"
        ));
    }
    text
}

fn role(app: usize) -> String {
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n{}rules:\n- apiGroups: [\"\"]\n  resources: [configmaps]\n  verbs: [get, list, watch]\n",
        metadata(app, 8)
    )
}

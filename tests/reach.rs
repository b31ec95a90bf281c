//! An edit of one thing that concerns another: the folder of the other is as it was, or must be rendered anew, or something
//! must be said of it. A build of what was edited gives the tree, and says the words, of a build from nothing.

mod support;

use support::{Folder, tree};

const FLEET: &str = r#"
[fleet]
source = { git = "https://example.com/me/home" }
crds = ["things.yaml"]
flux = { version = "2.7", decryption = { provider = "sops" } }

[environments.dev]

[clusters.home]
environments = ["dev"]
kubernetes = "1.32"

[defaults.app]
patches = [{ kind = "ConfigMap", merge = { data = { key = "value" } } }]

[tenants.team]
pod-security = "privileged"

[apps.web]
tenant = "team"
manifests = "web.yaml"
expects = ["Secret/made"]
patches = [{ kind = "Service", file = "patch.yaml" }]

[apps.settings]
tenant = "team"
manifests = "settings.yaml"
config = { words = { files = ["words.txt"], hash = false } }

[apps.pods]
tenant = "team"
manifests = "pods.yaml"
patches = [{ kind = "Deployment", merge = { spec = { paused = false } } }]

[apps.ends]
manifests = "ends.yaml"

[apps.things]
manifests = "thing.yaml"
after = ["kinds"]

[apps.kinds]
manifests = "kind.yaml"

[apps.other]
manifests = "other.yaml"

[apps.hidden]
namespace = "other"
secrets = ["hidden.yaml"]

[apps.release]
manifests = "release.yaml"

[apps.chart]
source = { helm = "https://example.com/charts" }
chart = "podinfo"
version = "6.9.2"
secrets = ["chart.yaml"]
"#;

const WEB: &str = r#"
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: pods }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  hostNetwork: true
  containers:
  - name: web
    image: "example.com/web:1"
    envFrom: [{ configMapRef: { name: settings } }, { secretRef: { name: made } }]
"#;

const PODS: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: { name: pods }
spec:
  paused: true
  selector: { matchLabels: { app: pods } }
  template:
    metadata: { labels: { app: pods } }
    spec: { containers: [{ name: web, image: "example.com/web:1" }] }
"#;

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: NAME }\ndata: { key: value }\n";

const ENDS: &str = "apiVersion: v1\nkind: Endpoints\nmetadata: { name: ends }\n";

const KIND: &str = r"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: PLURAL.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { kind: KIND, plural: PLURAL }
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties: { spec: { type: object, properties: { size: { type: integer, maximum: 5 } } } }
";

const THINGS: &str = "\
apiVersion: example.com/v1\nkind: Thing\nmetadata: { name: thing }\nspec: { size: 3 }
---
apiVersion: example.com/v1\nkind: Part\nmetadata: { name: part }\nspec: { size: 3 }
";

const HIDDEN: &str = "\
apiVersion: v1\nkind: Secret\nmetadata:\n    name: hidden\n    namespace: other
stringData:\n    KEY: ENC[AES256_GCM,data:sLQ+,iv:syy4,tag:DGAS,type:str]
sops:\n    mac: ENC[AES256_GCM,data:PR7Z,iv:dnoX,tag:+kFA,type:str]\n    version: 3.9.4
";

const RELEASE: &str = "\
apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: { name: inner }
spec: { interval: 10m, prune: true, path: ./x, sourceRef: { kind: GitRepository, name: x } }
";

fn fleet() -> Folder {
    let kind = |kind: &str, plural: &str| KIND.replace("KIND", kind).replace("PLURAL", plural);
    Folder::new(&[
        ("fleet.toml", FLEET),
        ("things.yaml", &kind("Thing", "things")),
        ("kind.yaml", &kind("Part", "parts")),
        ("web.yaml", WEB),
        ("settings.yaml", &MAP.replace("NAME", "settings")),
        ("pods.yaml", PODS),
        ("ends.yaml", ENDS),
        ("thing.yaml", THINGS),
        ("other.yaml", &MAP.replace("NAME", "other").replace("key: value", "key: other")),
        ("hidden.yaml", HIDDEN),
        ("release.yaml", RELEASE),
        ("words.txt", "one\n"),
        ("patch.yaml", "spec: { sessionAffinity: ClientIP }\n"),
        ("chart.yaml", &HIDDEN.replace("hidden", "chart").replace("other", "chart")),
    ])
}

/// Files in each of which something is replaced.
type Edit = &'static [(&'static str, &'static str, &'static str)];

const EDITS: [(&str, Edit); 28] = [
    (
        "two owners",
        &[
            ("other.yaml", "name: other", "name: settings, namespace: settings"),
            (
                "fleet.toml",
                "[apps.other]",
                "[apps.third]\nnamespace = \"settings\"\nmanifests = \"third.yaml\"\n[apps.other]",
            ),
            ("third.yaml", "", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n"),
        ],
    ),
    (
        "an object that another owns",
        &[
            ("other.yaml", "kind: ConfigMap", "kind: Endpoints"),
            ("other.yaml", "name: other", "name: ends, namespace: ends"),
            ("other.yaml", "data: { key: other }\n", ""),
        ],
    ),
    (
        "an object that one after it owns",
        &[(
            "web.yaml",
            "",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { key: other }\n---",
        )],
    ),
    ("an object of a custom kind", &[("thing.yaml", "size: 3", "size: 4")]),
    (
        "objects of custom kinds that are too large",
        &[("thing.yaml", "name: part }\nspec: { size: 3", "name: part }\nspec: { size: 9")],
    ),
    ("a kind that another version of Kubernetes deprecates", &[("fleet.toml", "\"1.32\"", "\"1.34\"")]),
    ("another version of Flux", &[("fleet.toml", "\"2.7\"", "\"2.8\"")]),
    ("a definition that is on the clusters", &[("things.yaml", "maximum: 5", "maximum: 2")]),
    ("a definition that is of the fleet", &[("kind.yaml", "maximum: 5", "maximum: 2")]),
    ("a definition of cluster-wide objects", &[("things.yaml", "scope: Namespaced", "scope: Cluster")]),
    ("who needs a kind waits no more", &[("fleet.toml", "after = [\"kinds\"]\n", "")]),
    ("a level of pods", &[("fleet.toml", "pod-security = \"privileged\"", "pod-security = \"baseline\"")]),
    (
        "labels that are chosen",
        &[
            ("pods.yaml", "{ app: pods }", "{ app: others }"),
            ("pods.yaml", "labels: { app: pods }", "labels: { app: others }"),
        ],
    ),
    ("a name that is needed", &[("settings.yaml", "name: settings", "name: others")]),
    ("what is expected no more", &[("fleet.toml", "expects = [\"Secret/made\"]\n", "")]),
    ("a patch that changes nothing any more", &[("pods.yaml", "paused: true", "paused: false")]),
    (
        "a patch that changed something, beside an edit",
        &[("other.yaml", "key: other", "key: third, more: fourth")],
    ),
    ("what alone a patch changed", &[("fleet.toml", "[apps.other]\nmanifests = \"other.yaml\"\n", "")]),
    ("decryption that goes", &[("fleet.toml", ", decryption = { provider = \"sops\" }", "")]),
    ("a cluster that rests", &[("fleet.toml", "kubernetes =", "state = \"suspended\"\nkubernetes =")]),
    (
        "a variable that only the cluster knows",
        &[("fleet.toml", "[apps.other]", "[apps.other]\nlate = { KEY = { secret = \"x\" } }")],
    ),
    ("a file of a ConfigMap", &[("words.txt", "one", "two")]),
    ("a file of a patch", &[("patch.yaml", "ClientIP", "None")]),
    ("a word about what is encrypted, beside a chart", &[("chart.yaml", "sops:", "# A word.\nsops:")]),
    (
        "a bundle of two",
        &[
            ("fleet.toml", "[apps.hidden]", "[apps.hidden]\nbundle = \"both\""),
            ("fleet.toml", "[apps.other]", "[bundles.both]\n[apps.other]\nbundle = \"both\""),
        ],
    ),
    (
        "a namespace with a second user",
        &[("fleet.toml", "[apps.ends]", "[apps.ends]\nnamespace = \"other\"")],
    ),
    (
        "what a tenant may do",
        &[("fleet.toml", "[tenants.team]", "[tenants.team]\nallow = { images = [\"example.com/other\"] }")],
    ),
    (
        "an environment's prefix",
        &[("fleet.toml", "[environments.dev]", "[environments.dev]\nprefix = \"dev-\"")],
    ),
];

#[test]
fn an_edit_of_one_thing_reaches_another() {
    for (what, edit) in EDITS {
        let folder = fleet();
        let built = || folder.build_both_ways("--quiet", what).0;
        let written = || tree(&folder.path().join("now"));
        let before = (built().ends(0).err, written());
        for (path, from, to) in edit {
            let text = if folder.has(path) { folder.read(path) } else { String::new() };
            assert!(text.contains(from), "{what}: {path}");
            folder.write(path, &text.replacen(from, to, 1));
        }
        let said = built().err;
        assert!((said, written()) != before, "{what}: nothing came of it");
        // What the first build has kept is right, too.
        folder.write("pods.yaml", &(folder.read("pods.yaml") + "# once more\n"));
        built();
    }
}

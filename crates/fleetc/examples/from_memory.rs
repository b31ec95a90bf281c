//! Compiles a fleet that is held in memory, and prints its tree: `cargo run -p fleetc --example from_memory`.

use fleetc::{InMemory, Input, Severity, compile};

const FLEET: &str = r#"
[fleet]
source = { git = "https://github.com/me/home" }

[environments.dev]
prefix = "dev-"
[environments.prod]

[clusters.home]
environments = ["dev", "prod"]

[apps.web]
manifests = "web.yaml"
replicas  = { web = 1 }

[[apps.web.overrides]]
when     = { environment = "prod" }
replicas = { web = 3 }
"#;

const MANIFEST: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: nginx:1.29}
";

#[allow(clippy::print_stdout, reason = "an example prints")]
fn main() {
    let files = InMemory::from([("web.yaml", MANIFEST)]);
    let outcome = compile(&Input::new(FLEET, &files));
    for diagnostic in outcome.diagnostics.sorted() {
        let place = outcome.sources.location(diagnostic.place());
        let place = place.map_or_else(String::new, |place| format!("{place}: "));
        println!("{place}{}: {}", diagnostic.severity.name(), diagnostic.message);
    }
    assert_eq!(outcome.diagnostics.count(Severity::Error), 0);
    let Some(compiled) = outcome.output else { return };
    for (path, file) in compiled.tree.files() {
        println!("--- {path}\n{}", file.text());
    }
}

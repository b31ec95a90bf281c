//! What a tenant's manifests may not do: every way out of its namespaces is refused, and nothing else is.

mod innocent;
mod table;

use fleetc::{Diagnostics, InMemory, Input, compile};
use fleetc_manifests::{Place, Value, json, value, yaml};

/// The fleet in which the tenant `team` brings `web.yaml`; what has no name there is called `x`.
const FLEET: &str = r#"
[fleet]
source = { git = "https://example.com/fleet" }
flux = { admission-policies = true }

[clusters.one]

[tenants.team]
extra-namespaces = ["team-data"]

[tenants.team.allow]
annotations = ["kustomize.toolkit.fluxcd.io/checksum", "kubernetes.io/service-account.name"]
images = ["ghcr.io/acme/*"]
kinds = ["notification.toolkit.fluxcd.io/Alert", "notification.toolkit.fluxcd.io/Provider"]
sources = ["https://GitHub.com/acme/", "oci://ghcr.io/acme"]

[tenants.other]

[apps.web]
tenant = "team"
manifests = "web.yaml"
"#;

/// What is said of a manifest that the tenant `team` brings.
fn said(manifest: &str) -> Diagnostics {
    compile(&Input::new(FLEET, &InMemory::from([("web.yaml", manifest)]))).diagnostics
}

fn is_refused(manifest: &str) -> bool {
    said(manifest).sorted().iter().any(|it| it.code == fleetc::codes::TENANT_RIGHTS)
}

#[test]
fn every_way_out_is_refused() {
    let all = table::all();
    assert!(all.len() >= 200, "{} escapes", all.len());
    let escaped: Vec<&String> = all.iter().filter(|manifest| !is_refused(manifest)).collect();
    assert!(escaped.is_empty(), "{} of {} escape: {escaped:#?}", escaped.len(), all.len());
}

#[test]
fn what_stays_within_is_not_refused() {
    for manifest in innocent::all() {
        let said = said(&manifest);
        assert!(!said.has_errors(), "{manifest}{said:?}");
    }
}

/// Puts the tree of the fleet, and both tables, where `tests/conformance` tries them on an API server.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test may write a file, where it is told to")]
fn other_programs_get_the_tables() {
    let Ok(file) = std::env::var("FLEETC_ESCAPES") else {
        return;
    };
    let web = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n";
    let output = compile(&Input::new(FLEET, &InMemory::from([("web.yaml", web)]))).output;
    let tree = output.expect("it builds").tree;
    let tree: Vec<Value> = tree.files().filter_map(|(_, file)| file.object().cloned()).collect();
    let read = |all: Vec<String>| -> Vec<Value> {
        let read = |text: &String| yaml::read(text, Place::NONE).expect("it is YAML");
        all.iter().flat_map(read).collect()
    };
    let (escapes, innocent) = (read(table::all()), read(innocent::all()));
    let all = value!({ "tree": tree, "escapes": escapes, "innocent": innocent });
    std::fs::write(file, json::write(&all)).expect("it can be written");
}

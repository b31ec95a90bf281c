//! What a build refuses to take away from the clusters, and how it is told to.

mod support;

use support::{Folder, tree};

const FLEET: &str = "\
[fleet]
source = { git = \"https://example.com/me/home\" }
[environments.dev]
prefix = \"dev-\"
[environments.prod]
[clusters.one]
environments = [\"dev\", \"prod\"]
[clusters.two]
environments = [\"prod\"]
[tenants.team]
[apps.web]
tenant = \"team\"
manifests = \"web.yaml\"
[apps.tool]
where = { environment = \"prod\" }
manifests = \"tool.yaml\"
namespace = \"tools\"
create-namespace = false
[apps.volumes]
manifests = \"volumes\"
namespace = \"${environment.prefix}volumes\"
";

fn map(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  a: b\n")
}

fn maps(count: usize) -> String {
    let maps: Vec<String> = (0..count).map(|index| map(&format!("map-{index}"))).collect();
    maps.join("---\n")
}

fn folder() -> Folder {
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: data\nspec:\n  accessModes: [ReadWriteOnce]\n  resources:\n    requests:\n      storage: 1Gi\n";
    let many = maps(30);
    let folder = Folder::new(&[
        ("fleet.toml", FLEET),
        ("web.yaml", &map("web")),
        ("tool.yaml", &map("tool")),
        ("volumes/claim.yaml", claim),
        ("volumes/many.yaml", &many),
    ]);
    folder.run("build").ends(0);
    folder
}

/// What a build of the changed fleet says; it must change nothing, unless it is told that it may.
#[track_caller]
fn refused(folder: &Folder, allow: &str) -> String {
    let before = tree(&folder.path().join("rendered"));
    let run = folder.run("build").ends(2);
    assert_eq!(tree(&folder.path().join("rendered")), before);
    assert!(!folder.has("rendered/.fleetc/staging"));
    folder.run("build --allow-delete elsewhere").ends(2);
    folder.run(&format!("build --allow-delete {allow}")).ends(0);
    folder.run("build").ends(0);
    run.err
}

#[test]
fn small_changes_pass() {
    let folder = folder();
    folder.write("volumes/many.yaml", &maps(28));
    assert!(folder.run("build").ends(0).err.contains(" 6 removed"));
}

#[test]
fn a_cluster_that_leaves_is_retired_first() {
    let gone = |folder: &Folder| {
        folder.write("fleet.toml", &FLEET.replace("[clusters.two]\nenvironments = [\"prod\"]\n", ""));
    };
    let folder = folder();
    gone(&folder);
    let err = refused(&folder, "two");
    assert!(err.contains("- everything on prod/two: ") && err.contains("--allow-delete prod/two"), "{err}");
    assert!(err.contains("the root of the cluster `two`: its Flux would find nothing to apply"), "{err}");
    let folder = self::folder();
    folder.write("fleet.toml", &FLEET.replace("[clusters.two]", "[clusters.two]\nstate = \"retired\""));
    folder.run("build").ends(0);
    gone(&folder);
    folder.run("build").ends(0);
    assert!(!folder.has("rendered/clusters/two"));
}

#[test]
fn an_environment_does_not_leave_by_mistake() {
    let folder = folder();
    folder.write(
        "fleet.toml",
        &FLEET
            .replace("[environments.dev]\nprefix = \"dev-\"\n", "")
            .replace("[\"dev\", \"prod\"]", "[\"prod\"]"),
    );
    assert!(refused(&folder, "dev").contains("everything on dev/one"));
}

#[test]
fn no_target_loses_more_than_a_fifth() {
    let folder = folder();
    folder.write("volumes/many.yaml", &map("map-0"));
    let err = refused(&folder, "all");
    assert!(err.contains("- 29 of the ") && err.contains("objects on prod/two"), "{err}");
}

#[test]
fn volumes_and_namespaces_do_not_go_without_a_word() {
    let folder = folder();
    std::fs::remove_file(folder.path().join("volumes/claim.yaml")).unwrap();
    let err = refused(&folder, "one --allow-delete prod/two");
    assert!(err.contains("PersistentVolumeClaim `data` on dev/one, with all that is in it"), "{err}");
}

#[test]
fn a_tenant_goes_after_its_apps() {
    let folder = folder();
    let apps = "[tenants.team]\n[apps.web]\ntenant = \"team\"\nmanifests = \"web.yaml\"\n";
    folder.write("fleet.toml", &FLEET.replace(apps, ""));
    let err = folder.run("build").ends(2).err;
    assert!(err.contains("tenant `team` together with its apps (`prod/two/team-web`)"), "{err}");
    assert!(err.contains("set `state = \"retired\"`, build and publish, then remove the table"), "{err}");
    folder.write("fleet.toml", &FLEET.replace("[tenants.team]", "[tenants.team]\nstate = \"retired\""));
    folder.run("build").ends(0);
    folder.write("fleet.toml", &FLEET.replace(apps, ""));
    assert!(!folder.run("build").ends(2).err.contains("together with its apps"));
    folder.run("build --allow-delete all").ends(0);
}

#[test]
fn a_tenant_goes_after_what_flux_pulls_for_it() {
    let app =
        "[apps.web]\ntenant = \"team\"\npath = \"./\"\nsource = { git = \"https://example.com/team\" }\n";
    let pulled = FLEET.replace("[apps.web]\ntenant = \"team\"\nmanifests = \"web.yaml\"\n", app);
    let folder = folder();
    folder.write("fleet.toml", &pulled);
    folder.run("build --allow-delete all").ends(0);
    folder.write("fleet.toml", &pulled.replace(&format!("[tenants.team]\n{app}"), ""));
    let err = folder.run("build").ends(2).err;
    assert!(
        err.contains("tenant `team` together with its apps (`prod/two/tenant-team/kustomization-"),
        "{err}"
    );
}

#[test]
fn a_source_moves_freely() {
    let chart = |name: &str| {
        format!(
            "[apps.{name}]\nwhere = {{ environment = \"prod\" }}\nnamespace = \"tools\"\ncreate-namespace = false\nchart = \"{name}\"\nversion = \"1.2.3\"\nsource = \"charts\"\n"
        )
    };
    let fleet = FLEET.to_owned() + "[sources.charts]\nhelm = \"https://charts.example.com\"\n";
    let folder = folder();
    let moved = |apps: &str| {
        folder.write("fleet.toml", &(fleet.clone() + apps));
        folder.run("build").ends(0);
        folder.has("rendered/prod/two/cache/helmrepository-charts.yaml")
    };
    folder.run("build --allow-delete all").ends(0);
    folder.write("fleet.toml", &(fleet.clone() + &chart("cache")));
    folder.run("build --allow-delete all").ends(0);
    assert!(folder.has("rendered/prod/two/cache/helmrepository-charts.yaml"));
    assert!(!moved(&(chart("cache") + &chart("queue"))));
    assert!(moved(&chart("cache")));
}

#[test]
fn a_namespace_that_gets_a_second_user_is_kept_first() {
    let app = |name: &str, keep: bool| {
        format!("[components.{name}]\nnamespace = \"shared\"\nkeep = {keep}\nmanifests = \"{name}.yaml\"\n")
    };
    let folder = Folder::new(&[("one.yaml", &map("one")), ("two.yaml", &map("two"))]);
    let build = |apps: &[String]| {
        let top = "[fleet]\nsource = { git = \"https://example.com/me/home\" }\n[clusters.home]\n";
        folder.write("fleet.toml", &(top.to_owned() + &apps.concat()));
        folder.run("build")
    };
    build(&[app("one", false)]).ends(0);
    let err = build(&[app("one", false), app("two", false)]).ends(2).err;
    assert!(err.contains("set `keep = true` in every app and component with that `namespace`"), "{err}");
    build(&[app("one", true)]).ends(0);
    build(&[app("one", true), app("two", true)]).ends(0);
    build(&[app("one", false), app("two", false)]).ends(0);
}

#[test]
fn what_gets_another_owner_is_kept_first() {
    let moved = |text: &str| text.replace("[apps.tool]", "[apps.utility]");
    let folder = folder();
    folder.write("fleet.toml", &moved(FLEET));
    let err = refused(&folder, "prod");
    assert!(err.contains("`prod/two/tool/configmap-tool.yaml` moves to `prod/two/utility`"), "{err}");
    assert!(err.contains("`keep` it, build and publish, then move it, then take `keep` off"), "{err}");
    let folder = self::folder();
    let kept = FLEET.replace("manifests = \"tool.yaml\"", "manifests = \"tool.yaml\"\nkeep = true");
    folder.write("fleet.toml", &kept);
    folder.run("build").ends(0);
    folder.write("fleet.toml", &moved(&kept));
    folder.run("build").ends(0);
    folder.write("fleet.toml", &moved(FLEET));
    folder.run("build").ends(0);
}

#[test]
fn a_root_keeps_flux() {
    let folder = folder();
    folder.write(
        "fleet.toml",
        &FLEET.replace("[environments.dev]\n", "[fleet.flux]\ninstall = \"none\"\n[environments.dev]\n"),
    );
    let err = refused(&folder, "all");
    assert!(err.contains("`flux-system` from the root `clusters/one`: Flux would uninstall itself"), "{err}");
}

#[test]
fn what_may_go_is_something_that_there_is() {
    let folder = folder();
    folder.write("fleet.toml", &FLEET.replace("[clusters.two]\nenvironments = [\"prod\"]\n", ""));
    let said = folder.run("build --allow-delete nonsense").ends(2).err;
    assert!(said.contains("names no environment, cluster or target"), "{said}");
}

#[test]
fn a_lost_ledger_is_no_leave_to_delete() {
    let folder = folder();
    std::fs::remove_file(folder.path().join("rendered/.fleetc-ledger")).unwrap();
    folder.write("web.yaml", &map("web").replace("a: b", "a: c"));
    folder.run("build").ends(2);
    let said = folder.run("build --force").ends(2).err;
    assert!(said.contains("restore it"), "{said}");
    folder.run("build --force --allow-delete all").ends(0);
}

#[test]
fn what_makes_a_cluster_does_not_go_without_a_word() {
    let fleet = FLEET.to_owned()
        + "[clusters.made]\nenvironments = []\nmanaged-by = \"one\"\nprovision = { on = \"one\", manifests = \"tool.yaml\", namespace = \"made\" }\n";
    let folder = folder();
    folder.write("fleet.toml", &fleet);
    folder.run("build").ends(0);
    folder.write("fleet.toml", FLEET);
    let said = folder.run("build").ends(2).err;
    assert!(said.contains("what makes the cluster `made`"), "{said}");
}

#[test]
fn what_no_update_changes_stops_the_build_with_the_way_out() {
    let folder = folder();
    let claim = folder.read("volumes/claim.yaml");
    folder.write("volumes/claim.yaml", &claim.replace("ReadWriteOnce", "ReadWriteMany"));
    let err = refused(&folder, "dev --allow-delete prod");
    assert!(
        err.contains("`prod/one/volumes/persistentvolumeclaim-data.yaml` changes `spec.accessModes`: give it another name, and move the data"),
        "{err}"
    );
    assert!(!err.contains("would take away"), "{err}");
}

#[test]
fn what_flux_makes_anew_by_force_may_change() {
    let job = |image: &str, metadata: &str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: tool{metadata}\nspec:\n  template:\n    spec:\n      \
             restartPolicy: Never\n      containers:\n        - name: tool\n          image: {image}\n"
        )
    };
    let folder = folder();
    folder.write("tool.yaml", &job("tool:1", ""));
    folder.run("build --allow-delete all").ends(0);
    folder.write("tool.yaml", &job("tool:2", ""));
    let err = folder.run("build").ends(2).err;
    assert!(err.contains("job-tool.yaml` changes `spec.template`: give it another name"), "{err}");
    let annotation = "\n  annotations:\n    kustomize.toolkit.fluxcd.io/force: Enabled";
    folder.write("tool.yaml", &job("tool:2", annotation));
    folder.run("build").ends(0);
    folder.write("tool.yaml", &job("tool:3", ""));
    folder.run("build").ends(2);
    let forced =
        FLEET.replace("manifests = \"tool.yaml\"", "manifests = \"tool.yaml\"\nkustomization.force = true");
    folder.write("fleet.toml", &forced);
    folder.run("build").ends(0);
}

/// A CRD, and an object of its kind, on the cluster that another one manages, or on that itself.
fn custom(cluster: &str, bundle: &str) -> String {
    format!(
        "[fleet]\nsource = {{ git = \"https://example.com/me/home\" }}\n[clusters.hub]\n[clusters.edge]\nmanaged-by = \"hub\"\n\
         kubeconfig = {{ secret = \"edge\" }}\n[defaults.component]\nwhere = {{ cluster = \"{cluster}\" }}\n\
         namespace = \"widgets\"\ncreate-namespace = false\n[components.maps]\nmanifests = \"maps.yaml\"\n{bundle}"
    )
}

#[test]
fn on_a_remote_objects_go_before_what_describes_them() {
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: widgets.example.com\n\
                      spec:\n  group: example.com\n  scope: Namespaced\n  names: {plural: widgets, kind: Widget}\n  versions:\n    \
                      - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}\n";
    let widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: first\n";
    let crd = "[components.crd]\nmanifests = \"crd.yaml\"\n";
    let widgets = "[components.widgets]\nmanifests = \"widget.yaml\"\nafter = [\"crd\"]\n";
    for (cluster, is_refused) in [("edge", true), ("hub", false)] {
        let folder =
            Folder::new(&[("crd.yaml", definition), ("widget.yaml", widget), ("maps.yaml", &maps(30))]);
        let build = |bundles: &str| {
            folder.write("fleet.toml", &custom(cluster, bundles));
            folder.run("build")
        };
        build(&format!("{crd}{widgets}")).ends(0);
        let said = build("").ends(2).err;
        assert_eq!(said.contains("is a remote, on which Flux cannot delete"), is_refused, "{said}");
        build(crd).ends(0);
        let said = build("").ends(2).err;
        assert!(said.contains("with all that is in it") && !said.contains("is a remote"), "{said}");
        folder.run("build --allow-delete all").ends(0);
    }
}

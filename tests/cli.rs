//! The command line: what is printed where, and how a run ends.

mod support;

use std::process::Stdio;

use support::{Folder, Run, root, tree};

const FLEET: &str = "\
[fleet]
source = { git = \"https://example.com/me/home\" }
[environments.dev]
[environments.prod]
[clusters.home]
environments = [\"dev\", \"prod\"]
[defaults]
variables = { greeting = \"hello\" }
[tenants.team]
namespace = \"${environment}-team\"
[apps.web]
tenant = \"team\"
manifests = \"web.yaml\"
substitute = true
[environments.dev.flux]
namespace = \"flux-dev\"
[apps.tool]
manifests = \"tool.yaml\"
where = { environment = \"prod\" }
labels = { greeting = \"${greeting}\" }
[[apps.tool.overrides]]
when = { cluster = \"home\" }
labels = { greeting = \"good-day\" }
";

const MAP: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  greeting: ${greeting}
";

fn fleet() -> Folder {
    Folder::new(&[("fleet.toml", FLEET), ("web.yaml", MAP), ("tool.yaml", MAP)])
}

/// A fleet with a mistake in fleet.toml, and one in a manifest that it clashes with.
fn wrong() -> Folder {
    let text = "[fleet]\nsource = { git = \"https://example.com/me/home\" }\n[clusters.home]\n[apps.web]\nmanifest = \"web.yaml\"\n";
    Folder::new(&[("fleet.toml", text), ("web.yaml", MAP)])
}

#[test]
fn a_new_fleet_builds() {
    let folder = Folder::new(&[]);
    assert!(folder.run("new home").ends(0).err.contains("fleetc build --fleet home"));
    let run = folder.run("build --fleet home").ends(0);
    assert!(run.err.contains(" objects in `home/rendered`: "), "{}", run.err);
    assert!(folder.has("home/rendered/clusters/home/kustomization.yaml"));
    assert!(folder.run("new home").ends(2).err.contains("is there already"));
}

#[test]
fn new_leaves_what_is_there() {
    let folder = Folder::new(&[("apps/web/service.yaml", "mine")]);
    folder.run("new .").ends(0);
    assert_eq!(folder.read("apps/web/service.yaml"), "mine");
}

#[test]
fn the_nearest_fleet_above_is_built() {
    let folder = fleet();
    folder.write("deep/down/file", "");
    let run = folder.fleetc("build").current_dir(folder.path().join("deep/down")).output().unwrap();
    Run::of(run).ends(0);
    assert!(folder.has("rendered/prod/home/tool/configmap-web.yaml"));
}

#[test]
fn what_cannot_be_run_ends_with_2() {
    let folder = Folder::new(&[]);
    assert!(folder.run("build").ends(2).err.contains("there is no fleet.toml"));
    assert!(folder.run("build -f gone.toml").ends(2).err.contains("gone.toml"));
    folder.run("build --unknown").ends(2);
    folder.run("build --jobs many").ends(2);
    folder.run("build --environment dev").ends(2);
    folder.run("unknown").ends(2);
    let folder = fleet();
    assert!(folder.run("show app nothing").ends(2).err.contains("no app or component is named `nothing`"));
}

#[test]
fn mistakes_end_with_1_and_write_nothing() {
    let folder = wrong();
    let run = folder.run("build").ends(1);
    assert_eq!(run.out, "");
    assert!(run.err.contains("did you mean `manifests`?"), "{}", run.err);
    assert!(!folder.has("rendered"));
}

#[test]
fn check_writes_nothing() {
    let folder = fleet();
    assert!(folder.run("check").ends(0).err.contains("is right: 3 targets, "));
    assert!(!folder.has("rendered"));
    wrong().run("check").ends(1);
}

#[test]
fn problems_are_printed_as_asked() {
    let folder = wrong();
    insta::assert_snapshot!(folder.run("check --message-format short").ends(1).err, @"fleet.toml:5:1: error[unknown-key]: `[apps.…]` has no key `manifest`");
    insta::assert_snapshot!(folder.run("check --message-format json").ends(1).err, @r#"{"version":1,"code":"unknown-key","severity":"error","message":"`[apps.…]` has no key `manifest`","targets":[],"labels":[{"file":"fleet.toml","line":5,"column":1,"end_line":5,"end_column":9,"text":""}],"help":"did you mean `manifests`?"}"#);
}

#[test]
fn a_machine_reads_why_it_could_not_be_run() {
    let run = Folder::new(&[]).run("build --message-format json").ends(2);
    let problem: serde_json::Value = serde_json::from_str(&run.err).unwrap();
    assert_eq!(problem["severity"], "error");
}

#[test]
fn results_go_to_standard_output_and_the_rest_does_not() {
    let folder = fleet();
    let run = folder.run("build -o -").ends(0);
    assert_eq!(run.err, "");
    assert!(run.out.starts_with("---\napiVersion: "));
    assert!(!folder.has("rendered"));
    let run = folder.run("build").ends(0);
    assert_eq!(run.out, "");
    assert!(run.err.contains("3 targets, "), "{}", run.err);
    assert_eq!(folder.run("build --quiet").ends(0).err, "");
    assert!(folder.run("build --verbose").ends(0).err.contains("compiling `fleet.toml`"));
}

#[test]
fn a_part_is_printed_alone() {
    let folder = fleet();
    let count =
        |arguments: &str| folder.run(&format!("build -o - {arguments}")).ends(0).out.matches("---\n").count();
    let of_environments = ["dev", "prod", "common"].map(|name| count(&format!("--environment {name}")));
    assert!(of_environments[0] > 0 && of_environments.iter().sum::<usize>() < count(""));
    assert_eq!(count("--app web"), 2);
    assert_eq!(count("--app web --app tool --environment prod"), 3);
    assert!(count("--tenant team --cluster home") > 2);
    let run = folder.run("build -o part --app tool").ends(0);
    assert!(run.err.contains("2 objects"), "{}", run.err);
    assert_eq!(tree(&folder.path().join("part")).len(), 3);
}

#[test]
fn a_part_that_is_not_there_is_no_empty_part() {
    for part in ["--environment prd", "--cluster hom", "--tenant nobody", "--app wep"] {
        let run = fleet().run(&format!("build --output - {part}")).ends(2);
        assert!(run.out.is_empty() && run.err.contains("is named"), "{}", run.err);
    }
    let folder = fleet();
    let more = folder.read("fleet.toml") + "[environments.qa]\n[clusters.lab]\nenvironments = [\"qa\"]\n";
    folder.write("fleet.toml", &more);
    folder.run("build --output - --environment qa").ends(0);
    let run = folder.run("build --output - --environment qa --cluster home").ends(2);
    assert!(
        run.err.contains("nothing of the tree belongs to `--environment qa --cluster home`"),
        "{}",
        run.err
    );
    assert!(fleet().run("show app wep").ends(2).err.contains("did you mean `web`?"));
    assert!(fleet().run("show app web --cluster hom").ends(2).err.contains("did you mean `home`?"));
}

#[test]
fn a_closed_pipe_is_no_error() {
    let folder = fleet();
    let mut child =
        folder.fleetc("build -o -").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    Run::of(child.wait_with_output().unwrap()).ends(0);
}

#[test]
fn colour_is_for_terminals_unless_it_is_asked_for() {
    let folder = wrong();
    assert!(!folder.run("check").err.contains('\u{1b}'));
    assert!(folder.run("check --color always").err.contains('\u{1b}'));
    assert!(!folder.run("check --color always --message-format json").err.contains('\u{1b}'));
}

#[test]
fn what_a_stranger_wrote_does_no_harm_on_a_terminal() {
    let folder = wrong();
    folder.write("fleet.toml", "[fleet]\nsource = { git = \"https://example.com\" }\n[clusters.home]\n[apps.\"a\\u001b[2Jb\\n::error::c\"]\nmanifests = \"web.yaml\"\n");
    for format in ["human", "short"] {
        let err = folder.run(&format!("check --message-format {format}")).ends(1).err;
        assert!(!err.contains('\u{1b}') && !err.contains("\n::"), "{err}");
    }
}

#[test]
fn show_says_what_the_ladder_gave() {
    let folder = fleet();
    insta::assert_snapshot!(folder.run("show app tool").ends(0).out, @r#"
    # prod/home
    manifests = "tool.yaml"  # fleet.toml:18
    where.environment = "prod"  # fleet.toml:19
    labels.greeting = "good-day"  # fleet.toml:23
    variables.greeting = "hello"  # fleet.toml:8
    "#);
    insta::assert_snapshot!(folder.run("show tenant team --environment dev --format json").ends(0).out, @r#"
    [
      {
        "environment": "dev",
        "cluster": "home",
        "settings": {
          "namespace": "dev-team",
          "variables": {
            "greeting": "hello"
          }
        }
      }
    ]
    "#);
    insta::assert_snapshot!(folder.run("show targets --environment prod").ends(0).out, @r#"
    # prod/home
    variables.greeting = "hello"  # fleet.toml:8
    "#);
}

#[test]
fn stale_files_go_and_all_others_stay() {
    let folder = fleet();
    folder.run("build").ends(0);
    folder.write("rendered/mine.txt", "mine");
    folder.write(
        "fleet.toml",
        &FLEET.replace("where = { environment = \"prod\" }", "where = { environment = \"dev\" }"),
    );
    let run = folder.run("build --allow-delete prod/home").ends(0);
    assert!(run.err.contains(" 4 removed"), "{}", run.err);
    assert!(!folder.has("rendered/prod/home/tool") && folder.has("rendered/dev/home/tool"));
    assert_eq!(folder.read("rendered/mine.txt"), "mine");
    assert!(folder.run("build").ends(0).err.contains(": 0 files written, "));
}

#[test]
fn files_that_fleetc_did_not_write_are_never_replaced() {
    let folder = fleet();
    folder.write("rendered/prod/home/tool/configmap-web.yaml", "mine");
    let run = folder.run("build").ends(2);
    assert!(
        run.err.contains("`rendered/prod/home/tool/configmap-web.yaml` was not written by fleetc"),
        "{}",
        run.err
    );
    assert_eq!(tree(&folder.path().join("rendered")).len(), 1);
}

#[test]
fn files_that_were_edited_are_neither_replaced_nor_removed() {
    let path = "rendered/prod/home/tool/configmap-web.yaml";
    for text in [FLEET.to_owned(), FLEET.replace("environment = \"prod\" }", "environment = \"dev\" }")] {
        let folder = fleet();
        folder.run("build").ends(0);
        folder.write(path, "edited");
        folder.write("fleet.toml", &text);
        let before = tree(&folder.path().join("rendered"));
        assert!(folder.run("build").ends(2).err.contains("changed since"));
        assert_eq!(tree(&folder.path().join("rendered")), before);
    }
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_on_the_way_out() {
    let folder = fleet();
    folder.write("elsewhere/keep", "");
    std::os::unix::fs::symlink(folder.path().join("elsewhere"), folder.path().join("prod-link")).unwrap();
    std::fs::create_dir(folder.path().join("rendered")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("elsewhere"), folder.path().join("rendered/prod")).unwrap();
    assert!(folder.run("build").ends(2).err.contains("symbolic link"));
    assert_eq!(tree(&folder.path().join("elsewhere")).len(), 1);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_on_the_way_in() {
    let folder = fleet();
    let outside = Folder::new(&[("web.yaml", MAP)]);
    std::fs::remove_file(folder.path().join("web.yaml")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("web.yaml"), folder.path().join("web.yaml")).unwrap();
    assert!(folder.run("build").ends(1).err.contains("link"));
}

#[test]
fn every_command_has_examples() {
    let folder = Folder::new(&[]);
    for command in
        ["", "build", "check", "merge", "new", "show", "secrets", "bootstrap", "schema", "completions"]
    {
        let help = folder.run(&format!("{command} --help")).ends(0).out;
        assert!(help.contains("Examples:"), "{command}: {help}");
    }
    assert_eq!(folder.run("--version").ends(0).out, format!("fleetc {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_are_there_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = Folder::new(&[]).run(&format!("completions {shell}")).ends(0);
        assert!(run.out.contains("fleetc"), "{shell}");
    }
}

#[test]
fn the_schema_in_the_repository_is_the_one_that_is_printed() {
    let printed = Folder::new(&[]).run("schema").ends(0).out;
    let path = root().join("schemas/fleet.schema.json");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(printed == kept, "`cargo run -- schema > schemas/fleet.schema.json` makes it anew");
}

/// A fleet with many mistakes in a file of manifests.
fn many(count: usize) -> Folder {
    let text = "[fleet]\nsource = { git = \"https://example.com/me/home\" }\n[clusters.home]\n[apps.web]\nmanifests = \"web.yaml\"\n";
    let fields: String = (0..count).fold(String::new(), |text, number| text + &format!("field{number}: 1\n"));
    let map = format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n{fields}");
    Folder::new(&[("fleet.toml", text), ("web.yaml", &map)])
}

#[test]
fn ten_thousand_problems_are_printed_at_once() {
    let folder = many(10_000);
    for format in ["human", "short", "json", "github", "sarif"] {
        let started = std::time::Instant::now();
        let run = folder.run(&format!("check --message-format {format}")).ends(1);
        let took = started.elapsed();
        assert!(run.err.matches("field9999").count() >= 1, "{format}");
        // A second on a quiet machine, for a build that is not optimized at all.
        assert!(took.as_secs() < 20, "{format} took {took:?}");
    }
}

#[test]
fn what_is_left_out_is_counted() {
    let err = many(30).run("check --max-problems 10").ends(1).err;
    assert_eq!(err.matches("has no field").count(), 10);
    assert!(err.contains("… and 20 more problems") && err.ends_with("30 errors\n"), "{err}");
}

#[test]
fn problems_annotate_a_pull_request() {
    let folder = wrong();
    insta::assert_snapshot!(folder.run("check --message-format github").ends(1).err, @"::error file=fleet.toml,line=5,col=1,endLine=5,endColumn=9,title=unknown-key::`[apps.…]` has no key `manifest`%0Ahelp: did you mean `manifests`?");
    folder.write("deep,er/fleet.toml", &folder.read("fleet.toml"));
    let err = folder.run("check --fleet deep,er/fleet.toml --message-format github").ends(1).err;
    assert!(err.contains("file=deep%2Cer/fleet.toml,line=5,"), "{err}");
    let err = folder.run("check --fleet none.toml --message-format github").ends(2).err;
    assert!(err.starts_with("::error::"), "{err}");
}

#[test]
fn problems_are_a_sarif_document() {
    let err = wrong().run("check --message-format sarif").ends(1).err;
    let document: serde_json::Value = serde_json::from_str(&err).unwrap();
    let run = &document["runs"][0];
    let result = &run["results"][0];
    assert_eq!(document["version"], "2.1.0");
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "unknown-key");
    assert_eq!((&result["ruleId"], &result["level"]), (&"unknown-key".into(), &"error".into()));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "fleet.toml");
    assert_eq!((&place["region"]["startLine"], &place["region"]["endColumn"]), (&5.into(), &9.into()));
    let err = fleet().run("check --message-format sarif").ends(0).err;
    let document: serde_json::Value = serde_json::from_str(&err).unwrap();
    assert_eq!(document["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn no_format_shows_what_is_secret() {
    let folder = wrong();
    folder.write("fleet.toml", &folder.read("fleet.toml").replace("manifest =", "manifests ="));
    for (number, secret) in [
        "stringData:\n  password: hunter2\ndata:\n  token: hunter2!\n",
        "stringData: {password: hunter2, 'a b': hunter2}\ndata: {token: hunter2!}\n",
        "stringData:\n  key: |\n    hunter2\n    hunter2\ndata:\n  token: [hunter2]\nmore: 1\n",
        "type: Opaque\nstringData:\n  'hunter 2': hunter2\n  number: 12345678901234\n",
        "data: {token: 12345678901234, again: true}\n",
    ]
    .into_iter()
    .enumerate()
    {
        let secret = format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: web{number}}}\n{secret}");
        folder.write("web.yaml", &secret);
        for format in ["human", "short", "json", "github", "sarif"] {
            let err = folder.run(&format!("check --verbose --message-format {format}")).ends(1).err;
            assert!(!err.contains("hunter2") && !err.contains("12345678901234"), "{err}");
        }
    }
}

#[test]
fn codes_are_explained() {
    let folder = Folder::new(&[]);
    let out = folder.run("explain field-type").ends(0).out;
    assert!(
        out.starts_with("field-type: ") && out.contains("\nWrong:\n") && out.contains("\nRight:\n"),
        "{out}"
    );
    assert_eq!(folder.run("explain --all").ends(0).out, fleetc::codes::reference());
    let err = folder.run("explain field-tpye").ends(2).err;
    assert!(err.contains("did you mean `field-type`?"), "{err}");
}

#[test]
fn what_tenants_may_do_is_shown() {
    let folder = fleet();
    let out = folder.run("check --permissions").ends(0).out;
    assert!(
        out.starts_with("team on dev/home\n  namespaces  dev-team\n  rights      ServiceAccount "),
        "{out}"
    );
    assert!(
        out.contains("ClusterRole admin in dev-team\n") && out.contains("kinds       ConfigMap\n"),
        "{out}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&folder.run("check --permissions=json").ends(0).out).unwrap();
    assert_eq!(json[1]["target"], "prod/home");
    assert_eq!(json[1]["namespaces"], serde_json::json!(["prod-team"]));
    assert_eq!(json[1]["guarded"], serde_json::json!([]));
    folder
        .write("fleet.toml", &FLEET.replacen("[fleet]", "[fleet]\nflux = { admission-policies = true }", 1));
    let out = folder.run("check --permissions").ends(0).out;
    assert!(out.contains("  guarded     dev-team\n"), "{out}");
}

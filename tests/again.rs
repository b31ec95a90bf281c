//! A build where there is a tree already: it does nothing if nothing changed, and else what an edit reaches.

mod support;

use std::fs;

use support::small::{FILE, MAP, fleet, folder};
use support::{Folder, tree};

#[test]
fn a_second_build_changes_nothing() {
    let folder = folder();
    folder.run("build").ends(0);
    let times = || {
        let of = |path: &str| fs::metadata(folder.path().join(path)).unwrap().modified().unwrap();
        [FILE, "rendered/prod/home/a", "rendered", "rendered/.fleetc-ledger"].map(of)
    };
    let before = times();
    for _ in 0..2 {
        let run = folder.run("build").ends(0);
        assert!(run.err.contains(": 0 files written, ") && run.err.contains(", 0 removed"), "{}", run.err);
        assert_eq!(times(), before);
    }
}

#[test]
fn an_edit_of_a_manifest_reaches_what_is_made_of_it_alone() {
    let folder = folder();
    folder.run("build").ends(0);
    let other = "rendered/prod/home/b/configmap-b.yaml";
    let before = fs::metadata(folder.path().join(other)).unwrap().modified().unwrap();
    folder.write("a.yaml", &MAP.replace("NAME", "a").replace("hello", "goodbye"));
    assert!(folder.run("build").ends(0).err.contains(": 2 files written, "));
    assert!(folder.read(FILE).contains("goodbye"));
    assert_eq!(fs::metadata(folder.path().join(other)).unwrap().modified().unwrap(), before);
}

/// Builds, and counts the folders that were rendered, and those that were left as they were.
fn folders(folder: &Folder) -> [u64; 2] {
    let (run, folders) = folder.build("--quiet");
    run.ends(0);
    folders
}

#[test]
fn an_edit_renders_what_it_reaches_and_no_more() {
    let folder = folder();
    let text = fleet(&["a", "b"]).replace(
        "[defaults.app]",
        "[defaults]\nvariables = { word = \"one\", other = \"two\" }\n[defaults.app]",
    );
    let text = format!("{text}substitute = true\n[apps.c]\nmanifests = \"a.yaml\"\nname-prefix = \"c-\"\n");
    let substituted = |word: &str| MAP.replace("NAME", "b").replace("hello", &format!("${{{word}}}"));
    folder.write("fleet.toml", &text);
    folder.write("b.yaml", &substituted("word"));
    // On each of two targets three apps, their Namespace, and Flux' objects; and the root, Flux itself, and an empty list.
    assert_eq!(folders(&folder), [13, 0]);
    let edited = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        folder.write("fleet.toml", &text.replacen(from, to, 1));
        folders(&folder)
    };
    // The last three are put together each time; each edit undoes the one before it.
    assert_eq!(edited("[fleet]", "# A word about it.\n\n[fleet]"), [3, 10]);
    assert_eq!(edited("word = \"one\"", "word = \"three\""), [5, 8]);
    assert_eq!(edited("[apps.a]", "[apps.a]\nlabels = { tier = \"gold\" }"), [7, 6]);
    assert_eq!(edited("[apps.b]", "[apps.b]\nafter = [\"a\"]"), [7, 6]);
    assert_eq!(
        edited(
            "[apps.c]",
            "[[apps.a.overrides]]\nwhen = { environment = \"dev\" }\nlabels = { a = \"b\" }\n[apps.c]"
        ),
        [6, 7]
    );
    folder.write("fleet.toml", &text);
    folders(&folder);
    folder.write("b.yaml", &substituted("other"));
    assert_eq!(folders(&folder), [5, 8]);
    folder.write("a.yaml", &MAP.replace("NAME", "a").replace("hello", "goodbye"));
    assert_eq!(folders(&folder), [7, 6]);
    fs::remove_file(folder.path().join(FILE)).unwrap();
    folder.write("b.yaml", &substituted("word"));
    assert_eq!(folders(&folder), [6, 7]);
    assert!(folder.has(FILE));
}

#[test]
fn what_is_said_of_two_apps_is_said_when_one_of_them_goes() {
    let folder = folder();
    let container = "{ name: web, image: \"example.com/web:1\", env: [{ name: PASSWORD, value: q7WmZ2rT9kXv4LsB8nYdA3cF }] }";
    let pod =
        format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers: [{container}]\n");
    folder.write("a.yaml", &pod);
    let build = |apps: &[(&str, &str)]| {
        let clusters =
            "[clusters.home]\nenvironments = [\"dev\"]\n[clusters.away]\nenvironments = [\"dev\"]\n";
        let mut text = format!(
            "[fleet]\nsource = {{ git = \"https://example.com/me/home\" }}\n[environments.dev]\n{clusters}"
        );
        for (app, cluster) in apps {
            text.push_str(&format!(
                "[apps.{app}]\nmanifests = \"a.yaml\"\nwhere = {{ cluster = \"{cluster}\" }}\n"
            ));
        }
        folder.write("fleet.toml", &text);
        let changed = folder.run("build --quiet --jobs 1 --allow-delete all").ends(0).err;
        assert_eq!(changed, folder.run("build --quiet --output cold --allow-delete all --force").ends(0).err);
        assert!(changed.contains("looks like a credential"), "{changed}");
    };
    let all = [("one", "home"), ("two", "home"), ("three", "away")];
    for one in all {
        build(&all);
        build(&[one]);
    }
}

#[test]
fn what_lies_beside_the_objects_of_an_app_may_change() {
    let folder = folder();
    let text = |namespace: &str| {
        let fleet = fleet(&["a", "b"]).replace("[defaults.app]\nnamespace = \"${environment}\"\n", "");
        fleet
            .replace("[apps.a]", "[apps.a]\nnamespace = \"one-${environment}\"")
            .replace("[apps.b]", &format!("[apps.b]\nnamespace = \"{namespace}-${{environment}}\""))
    };
    for namespace in ["two", "one", "two"] {
        folder.write("fleet.toml", &text(namespace));
        folder.build_both_ways("--quiet", namespace).0.ends(0);
    }
}

#[test]
fn new_files_in_a_folder_are_seen() {
    let folder = folder();
    folder.write("fleet.toml", &fleet(&["a"]).replace("a.yaml", "apps"));
    folder.write("apps/a.yaml", &MAP.replace("NAME", "a"));
    folder.run("build").ends(0);
    folder.write("apps/deep/c.yaml", &MAP.replace("NAME", "c"));
    folder.run("build").ends(0);
    assert!(folder.has("rendered/prod/home/a/configmap-c.yaml"));
    fs::remove_file(folder.path().join("apps/a.yaml")).unwrap();
    folder.run("build --allow-delete all").ends(0);
    assert!(!folder.has(FILE));
}

#[test]
fn what_makes_builds_quick_is_not_needed() {
    let folder = folder();
    folder.run("build").ends(0);
    let before = tree(&folder.path().join("rendered"));
    for broken in ["", "nonsense"] {
        folder.write("rendered/.fleetc/cache", broken);
        assert!(folder.run("build").ends(0).err.contains(": 0 files written, "));
    }
    fs::remove_dir_all(folder.path().join("rendered/.fleetc")).unwrap();
    fs::remove_file(folder.path().join("rendered/.fleetc-ledger")).unwrap();
    assert!(folder.run("build").ends(0).err.contains(": 0 files written, "));
    assert_eq!(tree(&folder.path().join("rendered")), before);
}

#[test]
fn a_cache_that_came_along_is_not_believed() {
    let folder = folder();
    folder.run("build").ends(0);
    std::thread::sleep(std::time::Duration::from_millis(50));
    folder.run("build").ends(0);
    let brought = Folder::new(&[]);
    let mut copy = std::process::Command::new("cp");
    copy.arg("-r").arg(folder.path()).arg(brought.path().join("fleet"));
    assert!(copy.status().unwrap().success());
    let json =
        brought.fleetc("build --quiet --timings=json").current_dir(brought.path().join("fleet")).output();
    let err = String::from_utf8(json.unwrap().stderr).unwrap();
    assert!(err.contains("\"as-before\":0") && err.contains("\"render\""), "{err}");
}

#[test]
fn warnings_are_said_again_when_nothing_changed() {
    let folder = folder();
    let pod = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  selector:\n    matchLabels: { a: b }\n  template:\n    metadata:\n      labels: { a: b }\n    spec:\n      containers:\n      - name: a\n        image: a:1\n        envFrom:\n        - configMapRef: { name: nobody-brings-it }\n";
    folder.write("a.yaml", pod);
    for format in ["human", "short", "json"] {
        let build = || folder.run(&format!("build --message-format {format}")).ends(0).err;
        fs::remove_dir_all(folder.path().join("rendered")).unwrap_or_default();
        let (first, second) = (build(), build());
        let problems =
            |text: &str| text.lines().filter(|it| !it.contains(" targets, ")).collect::<Vec<_>>().join("\n");
        assert!(problems(&first).contains("nobody-brings-it"), "{first}");
        assert_eq!(problems(&first), problems(&second));
        assert!(format == "json" || second.contains(": 0 files written, "), "{second}");
    }
}

//! The tree on disk: what a build may change, what it leaves alone, and what it does when it is disturbed.

mod support;

use std::fs;

use support::small::{FILE, MAP, fleet, folder};
use support::{Folder, tree};

#[test]
fn edits_are_named_and_can_be_overruled() {
    let folder = folder();
    folder.run("build").ends(0);
    let good = folder.read(FILE);
    // As long as before, and soon after it was written.
    folder.write(FILE, &good.replace("hello", "HELLO"));
    folder.write("rendered/dev/home/b/configmap-b.yaml", "edited");
    let err = folder.run("build").ends(2).err;
    assert!(
        err.starts_with("error: 2 files were not written by fleetc, or were changed since; undo the change"),
        "{err}"
    );
    assert!(
        err.contains("\n  rendered/dev/home/b/configmap-b.yaml\n  rendered/prod/home/a/configmap-a.yaml"),
        "{err}"
    );
    assert!(folder.run("build --force").ends(0).err.contains(": 2 files written, "));
    assert_eq!(folder.read(FILE), good);
}

#[test]
fn a_file_that_is_gone_comes_back() {
    let folder = folder();
    folder.run("build").ends(0);
    fs::remove_dir_all(folder.path().join("rendered/prod")).unwrap();
    folder.run("build").ends(0);
    assert!(folder.has(FILE));
}

#[test]
fn a_mistake_leaves_no_trace() {
    let folder = folder();
    folder.write("b.yaml", &MAP.replace("NAME", "Not_A_Name"));
    folder.run("build --output a/b").ends(1);
    assert!(!folder.has("a"));
    folder.run("build --force").ends(1);
    folder.write("b.yaml", &MAP.replace("NAME", "b"));
    folder.run("build").ends(0);
    let before = tree(&folder.path().join("rendered"));
    folder.write("a.yaml", &MAP.replace("NAME", "Not_A_Name"));
    folder.run("build").ends(1);
    assert_eq!(tree(&folder.path().join("rendered")), before);
    assert!(!folder.has("rendered/.fleetc/staging"));
}

#[test]
fn what_a_build_that_was_ended_left_is_taken_away() {
    let folder = folder();
    folder.write("rendered/.fleetc/staging/prod/file", "half");
    folder.write("rendered/.fleetc/journal.new", "half");
    folder.run("build").ends(0);
    assert!(!folder.has("rendered/.fleetc/staging") && folder.has(FILE));
}

#[test]
fn two_builds_do_not_meet() {
    let folder = folder();
    folder.run("build").ends(0);
    let lock = fs::File::open(folder.path().join("rendered/.fleetc/lock")).unwrap();
    lock.lock().unwrap();
    let err = folder.run("build --wait 0").ends(2).err;
    assert!(err.contains(" still builds into this folder after 0 s; wait for it"), "{err}");
    let waiting = folder.fleetc("build").stderr(std::process::Stdio::piped()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    drop(lock);
    let run = support::Run::of(waiting.wait_with_output().unwrap()).ends(0);
    assert!(run.err.starts_with("waiting for process "), "{}", run.err);
}

#[test]
fn eight_builds_at_once_give_one_tree() {
    let folder = folder();
    folder.run("build --output alone").ends(0);
    let alone = tree(&folder.path().join("alone"));
    let rounds = std::env::var("FLEETC_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(5);
    for round in 0..rounds {
        let start = |_| folder.fleetc("build --quiet --wait 100").spawn().unwrap();
        let builds: Vec<_> = (0..8).map(start).collect();
        for mut build in builds {
            assert!(build.wait().unwrap().success(), "round {round}");
        }
        assert_eq!(tree(&folder.path().join("rendered")), alone, "round {round}");
        fs::remove_dir_all(folder.path().join("rendered")).unwrap();
    }
}

/// A file system of its own for each size, from one that just holds the old tree to one that holds both: the old tree, a
/// build of the new fleet, what is there then, room, and a build once more.
#[cfg(target_os = "linux")]
const DISKS: &str = "\
mkdir rendered; for size in $(seq $FIRST 8 $LAST); do
  mount -t tmpfs -o size=${size}k none rendered || exit 1
  cp -r old/. rendered 2> said-$size || { umount rendered; continue; }
  $FLEETC build --quiet 2> said-$size; echo $? > status-$size
  cp -r rendered then-$size; mount -o remount,size=10m rendered
  $FLEETC build --quiet && cp -r rendered now-$size && umount rendered || exit 4
done";

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_old_tree_unharmed() {
    let apps: Vec<String> = (0..12).map(|app| format!("app-{app}")).collect();
    let folder = Folder::new(&[("fleet.toml", &fleet(&apps.iter().map(String::as_str).collect::<Vec<_>>()))]);
    let write = |text: &str| {
        for app in &apps {
            folder.write(&format!("{app}.yaml"), &MAP.replace("NAME", app).replace("hello", text));
        }
    };
    write("hello");
    folder.run("build --output old").ends(0);
    write(&"welcome".repeat(300));
    folder.run("build --output new").ends(0);
    let [old, new] = ["old", "new"].map(|name| tree(&folder.path().join(name)));
    // A page for each file and folder, and some.
    let first = 4 * (old.len() + 2);
    let mut inside = std::process::Command::new("unshare");
    inside.args(["--user", "--map-root-user", "--mount", "sh", "-c", DISKS]).current_dir(folder.path());
    inside.env("FLEETC", env!("CARGO_BIN_EXE_fleetc"));
    inside.envs([("FIRST", first.to_string()), ("LAST", (first + 4 * 45).to_string())]);
    let Ok(run) = inside.output() else { return support::say("a_full_disk: skipped, there is no unshare") };
    if run.status.code() == Some(1) {
        return support::say("a_full_disk: skipped, this user may not mount");
    }
    support::Run::of(run).ends(0);
    let mut ends = std::collections::BTreeMap::new();
    for size in (first..=first + 4 * 45).step_by(8) {
        let at = |name: &str| folder.path().join(format!("{name}-{size}"));
        let Ok(status) = fs::read_to_string(at("status")) else { continue };
        let wanted = if status.trim() == "0" { &new } else { &old };
        assert!(tree(&at("then")) == *wanted, "{size} kB, ended with {status}");
        assert!(tree(&at("now")) == new, "{size} kB");
        *ends.entry(status.trim().to_owned()).or_insert(0) += 1;
    }
    assert!(ends["2"] > 10 && ends["0"] > 5, "{ends:?}");
}

#[cfg(unix)]
#[test]
fn modes_are_fixed() {
    use std::os::unix::fs::PermissionsExt;
    for umask in ["000", "022", "077"] {
        let folder = folder();
        let script = format!("umask {umask} && exec '{}' build --quiet", env!("CARGO_BIN_EXE_fleetc"));
        let run = std::process::Command::new("sh").args(["-c", &script]).current_dir(folder.path()).status();
        assert!(run.unwrap().success());
        let mode = |path: &str| fs::metadata(folder.path().join(path)).unwrap().permissions().mode() & 0o777;
        let modes =
            [FILE, "rendered/.fleetc-ledger", "rendered/prod/home/a", "rendered/prod", "rendered"].map(mode);
        assert_eq!(modes, [0o644, 0o644, 0o755, 0o755, 0o755], "umask {umask}");
    }
}

#[cfg(unix)]
#[test]
fn links_in_the_place_of_what_is_fleetcs_own_are_refused() {
    for own in [".fleetc", ".fleetc-ledger", ".fleetc/lock"] {
        let folder = folder();
        folder.write("elsewhere/file", "mine");
        fs::create_dir_all(folder.path().join("rendered").join(own).parent().unwrap()).unwrap();
        let target = folder.path().join(if own == ".fleetc" { "elsewhere" } else { "elsewhere/file" });
        std::os::unix::fs::symlink(target, folder.path().join("rendered").join(own)).unwrap();
        assert!(folder.run("build").ends(2).err.contains("symbolic link"), "{own}");
        assert_eq!(tree(&folder.path().join("elsewhere")).len(), 1);
        assert_eq!(folder.read("elsewhere/file"), "mine");
    }
}

#[test]
fn check_says_in_what_the_tree_differs_and_writes_nothing() {
    let folder = folder();
    let err = folder.run("build --check").ends(1).err;
    assert!(
        err.contains("`rendered` is not what the fleet says: ")
            && err.contains(" missing, 0 different, 0 too many, on "),
        "{err}"
    );
    assert!(!folder.has("rendered"));
    folder.run("build").ends(0);
    let before = tree(&folder.path().join("rendered"));
    folder.run("build --check").ends(0);
    folder.write("a.yaml", &MAP.replace("NAME", "a").replace("hello", "goodbye"));
    folder.write("fleet.toml", &fleet(&["a"]));
    insta::assert_snapshot!(folder.run("build --check").ends(1).err, @r#"
    error: `rendered` is not what the fleet says: 2 missing, 8 different, 12 too many, on dev/home, prod/home; run `fleetc build`
    ~ dev/home/a/configmap-a.yaml:7
        is      greeting: hello
        must be greeting: goodbye
    ~ dev/home/a/kustomization.yaml:5
        is      (the end)
        must be - namespace-dev.yaml
    + dev/home/a/namespace-dev.yaml
    ~ dev/home/flux/kustomization-a.yaml:16
        is      dependsOn:
        must be (the end)
    ~ dev/home/flux/kustomization.yaml:5
        is      - kustomization-b.yaml
        must be (the end)
    …
    "#);
    assert_eq!(tree(&folder.path().join("rendered")), before);
    folder.run("build --allow-delete all").ends(0);
    fs::write(folder.path().join("rendered/.fleetc-ledger"), "").unwrap();
    assert!(
        folder.run("build --check").ends(1).err.contains("`rendered/.fleetc-ledger` is not that of the tree")
    );
}

#[test]
fn check_shows_nothing_of_secrets() {
    let folder = folder();
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  key: ENC[AES256_GCM,data:OLD]\nsops:\n  mac: a\n  version: 3.9.0\n  lastmodified: \"2026-01-01T00:00:00Z\"\n";
    folder.write("fleet.toml", &fleet(&["a"]).replace("manifests = \"a.yaml\"", "secrets = [\"a.yaml\"]").replace("[clusters.home]", "[fleet.flux]\ndecryption = { provider = \"sops\", secretRef = { name = \"sops\" } }\n[clusters.home]"));
    folder.write("a.yaml", secret);
    folder.run("build").ends(0);
    folder.write("a.yaml", &secret.replace("OLD", "NEW"));
    let err = folder.run("build --check").ends(1).err;
    assert!(err.contains("secret-a.yaml:") && !err.contains("NEW") && !err.contains("OLD"), "{err}");
}

#[test]
fn timings_say_where_the_time_went() {
    let folder = folder();
    let err = folder.run("build --quiet --timings").ends(0).err;
    for phase in ["start", "look", "resolve", "load", "render", "compare", "move", "remember", "check", "b\n"]
    {
        assert!(err.contains(&format!(" ms  {phase}")), "{phase}: {err}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&folder.run("build --quiet --timings=json").ends(0).err).unwrap();
    assert!(json["phases"]["look"].is_number(), "{json}");
    assert!(folder.run("build --quiet --timings=folded").ends(0).err.starts_with("fleetc;start "));
}

#[test]
fn parts_make_the_whole() {
    let folder = folder();
    let clusters = "[clusters.home]\nenvironments = [\"dev\", \"prod\"]\n";
    let more = ["[clusters.one]", "[clusters.two]", "[clusters.three]\nmanaged-by = \"home\""];
    let more = more.map(|name| format!("{name}\nenvironments = [\"prod\"]\n")).concat();
    folder.write("fleet.toml", &fleet(&["a", "b"]).replace(clusters, &format!("{clusters}{more}")));
    folder.run("build --output whole").ends(0);
    for part in 1..=3 {
        folder.run(&format!("build --shard {part}/3 --output part-{part}")).ends(0);
        folder.run(&format!("build --check --shard {part}/3 --output part-{part}")).ends(0);
    }
    folder.run("merge part-3 part-1 part-2 --output merged").ends(0);
    let tree = |name: &str| tree(&folder.path().join(name));
    assert_eq!(tree("merged"), tree("whole"));
    assert_eq!(folder.read("merged/.fleetc-ledger"), folder.read("whole/.fleetc-ledger"));
    let sizes: Vec<usize> = ["part-1", "part-2", "part-3"].map(|name| tree(name).len()).into();
    assert!(
        sizes.iter().all(|size| *size > 0) && sizes.iter().sum::<usize>() == tree("whole").len(),
        "{sizes:?}"
    );
}

#[test]
fn parts_that_do_not_fit_are_not_merged() {
    let folder = folder();
    for part in 1..=2 {
        folder.run(&format!("build --shard {part}/2 --output part-{part}")).ends(0);
    }
    folder.run("build").ends(0);
    let refused = |arguments: &str, why: &str| {
        let err = folder.run(&format!("merge {arguments} --output merged")).ends(2).err;
        assert!(err.contains(why), "{err}");
        assert!(!folder.has("merged"));
    };
    refused("part-1", "part 2 of 2 is missing");
    refused("part-1 part-1", "are the same part, 1");
    refused("part-1 rendered", "`rendered` is no part of a tree");
    folder.write("part-1/prod/home/a/configmap-a.yaml", "edited");
    refused("part-1 part-2", "was changed since it was built");
    folder.write("a.yaml", &MAP.replace("NAME", "a").replace("hello", "goodbye"));
    folder.run("build --shard 2/2 --output part-2").ends(0);
    refused("part-1 part-2", "`part-2` is a part of another tree than `part-1`");
    for shard in ["0/2", "3/2", "a", "1"] {
        folder.run(&format!("build --output part --shard {shard}")).ends(2);
    }
}

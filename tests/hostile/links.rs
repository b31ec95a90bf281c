//! Links in what is read and in what is written.

use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

/// In the fleet's folder: links, and the keys of an app that would have to follow them.
const INPUT: [(&[(&str, &str)], &str); 27] = [
    (&[("a.yaml", "../canary.yaml")], "manifests = \"a.yaml\""),
    (&[("a.yaml", "web.yaml")], "manifests = \"a.yaml\""),
    (&[("a.yaml", "in/web.yaml")], "manifests = [\"web.yaml\", \"a.yaml\"]"),
    (&[("a.yaml", "nothing")], "manifests = \"a.yaml\""),
    (&[("a.yaml", "../nothing")], "manifests = \"a.yaml\""),
    (&[("a.yaml", "a.yaml")], "manifests = \"a.yaml\""),
    (&[("a.yaml", "b.yaml"), ("b.yaml", "a.yaml")], "manifests = \"a.yaml\""),
    (&[("a.yaml", "b.yaml"), ("b.yaml", "../canary.yaml")], "manifests = \"a.yaml\""),
    (&[("a", "../out")], "manifests = \"a\""),
    (&[("a", "in")], "manifests = \"a\""),
    (&[("a", ".")], "manifests = \"a\""),
    (&[("a", "/")], "manifests = \"a\""),
    (&[("a", "..")], "manifests = \"a/canary.yaml\""),
    (&[("a", "..")], "manifests = \"a/out/deep\""),
    (&[("s/a.yaml", "../../canary.yaml")], "manifests = \"s\""),
    (&[("s/a", "../../out")], "manifests = \"s\""),
    (&[("s/a", ".")], "manifests = \"s\""),
    (&[("s/a.yaml", "../../canary.yaml")], "manifests = \"s/*.yaml\""),
    (&[("s/a", "../../out")], "manifests = \"s/**\""),
    (&[("s/a", "../../out")], "manifests = \"s/*/canary.yaml\""),
    (&[("s/kustomization.yaml", "../../canary.yaml")], "manifests = \"s\""),
    (&[("a.yaml", "/dev/zero")], "manifests = \"a.yaml\""),
    (&[("a", "/proc/self/environ")], "manifests = \"web.yaml\"\nconfig = { c = [\"a\"] }"),
    (&[("a", "../canary")], "manifests = \"web.yaml\"\nconfig = { c = [\"a\"] }"),
    (&[("a", "../canary")], "manifests = \"web.yaml\"\nsecrets = [\"a\"]"),
    (&[("a", "../canary")], "manifests = \"web.yaml\"\npatches = [{ kind = \"ConfigMap\", file = \"a\" }]"),
    (&[("fleet-pins", "../canary")], "manifests = \"fleet-pins\""),
];

fn link(folder: &Folder, path: &str, to: &str) {
    let path = folder.path().join("fleet").join(path);
    fs::create_dir_all(path.parent().expect("it is there")).expect("it is there");
    symlink(to, path).expect("it is there");
}

#[test]
fn no_link_is_followed_when_reading() {
    for (links, keys) in INPUT {
        let folder = fleet(&format!("{HEAD}[apps.web]\n{keys}\n"));
        for (path, to) in links {
            link(&folder, path, to);
        }
        let run = run(&folder, "build --message-format short").ends(1);
        assert!(run.err.starts_with("fleet.toml:"), "{links:?}: {}", run.err);
        assert!(!run.err.contains(CANARY), "{links:?}: {}", run.err);
        assert!(!folder.has("fleet/rendered"), "{links:?}");
    }
}

#[test]
fn what_becomes_a_link_is_read_no_more() {
    for (path, to) in [("in/web.yaml", "../../canary.yaml"), ("in", "../out")] {
        let folder = fleet(&format!("{HEAD}[apps.web]\nmanifests = \"in\"\n"));
        run(&folder, "build").ends(0);
        fs::rename(folder.path().join("fleet").join(path), folder.path().join("fleet/old"))
            .expect("it is there");
        link(&folder, path, to);
        let run = run(&folder, "build").ends(1);
        assert!(run.err.contains("symbolic link") && !run.err.contains(CANARY), "{path}: {}", run.err);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_becomes_a_link_while_it_is_read_is_not_followed() {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    for (path, to) in [("in/web.yaml", "../../canary.yaml"), ("in", "../out")] {
        let folder = fleet(&format!("{HEAD}[apps.web]\nmanifests = \"in\"\n"));
        link(&folder, "other", to);
        let [path, other] = [path, "other"].map(|it| folder.path().join("fleet").join(it));
        let is_over = AtomicBool::new(false);
        let (runs, swaps) = std::thread::scope(|scope| {
            let swaps = scope.spawn(|| {
                let swap = || renameat_with(CWD, &path, CWD, &other, RenameFlags::EXCHANGE);
                std::iter::repeat_with(|| swap().expect("both are there"))
                    .take_while(|()| !is_over.load(Ordering::Relaxed))
                    .count()
            });
            let runs: Vec<Run> = (0..200).map(|_| run(&folder, "build -o -")).collect();
            is_over.store(true, Ordering::Relaxed);
            (runs, swaps.join().expect("it ends"))
        });
        assert!(swaps > 10_000, "{swaps}");
        assert!(runs.iter().any(|run| run.status == 0) && runs.iter().any(|run| run.status == 1));
        for run in runs {
            assert!(!run.out.contains(CANARY) && !run.err.contains(CANARY), "{}{}", run.out, run.err);
        }
    }
}

/// Where links may lie below the output folder, to where, and whether fleetc must say so: it may also replace one.
const OUTPUT: [(&str, &str, bool); 24] = [
    ("rendered", "../out", true),
    ("rendered", "in", true),
    ("rendered", "../nothing", true),
    ("rendered", "rendered", true),
    ("rendered", "/", true),
    ("rendered/clusters", "../../out", true),
    ("rendered/clusters", "../../nothing", true),
    ("rendered/clusters/home", "../../../out", true),
    ("rendered/common", "../../out", true),
    ("rendered/common/home", "home", true),
    ("rendered/common/home/web", "../../../../out", true),
    ("rendered/common/home/web", "../../../in", true),
    ("rendered/common/home/web/configmap-web.yaml", "../../../../../canary.yaml", true),
    ("rendered/common/home/web/configmap-web.yaml", "../../../../../nothing", true),
    ("rendered/common/home/web/kustomization.yaml", "configmap-web.yaml", true),
    ("rendered/.fleetc", "../../out", true),
    ("rendered/.fleetc/lock", "../../../canary", true),
    ("rendered/.fleetc/journal", "../../../canary", true),
    ("rendered/.fleetc-ledger", "../../canary", true),
    ("rendered/.fleetc/staging", "../../../out", false),
    ("rendered/.fleetc/cache", "/dev/zero", false),
    ("rendered/.fleetc/cache.new", "../../../canary", false),
    ("rendered/.fleetc/.gitignore", "../../../nothing", false),
    ("rendered/.fleetc/ledger.new", "../../../canary", false),
];

#[test]
fn no_link_is_followed_when_writing() {
    for (path, to, is_said) in OUTPUT {
        for arguments in ["build", "build --force", "build --check"] {
            let folder = fleet(&format!("{HEAD}[apps.web]\nmanifests = \"web.yaml\"\n"));
            link(&folder, path, to);
            let before = outside(&folder);
            let run = run(&folder, arguments);
            assert!(outside(&folder) == before, "{arguments}, {path} -> {to}: {}", run.err);
            assert!(!run.err.contains(CANARY), "{arguments}, {path}: {}", run.err);
            if arguments == "build --check" {
                assert!(matches!(run.status, 1 | 2), "{path}: {} {}", run.status, run.err);
            } else if is_said {
                assert!(run.status == 2 && run.err.contains("symbolic link"), "{path} -> {to}: {}", run.err);
            } else {
                assert_eq!(run.status, 0, "{path}: {}", run.err);
                assert!(tree(&folder.path().join("fleet/rendered")).values().all(|it| !it.contains(CANARY)));
            }
        }
    }
}

#[test]
fn no_link_leads_to_the_output() {
    let text = HEAD.replace("[clusters", "output = \"a/b\"\n[clusters");
    let folder = fleet(&text);
    link(&folder, "a", "../out");
    let before = outside(&folder);
    assert!(run(&folder, "build").ends(2).err.contains("symbolic link"));
    assert!(outside(&folder) == before);
}

#[test]
fn no_file_without_an_end_is_read() {
    let folder = fleet(&format!("{HEAD}[apps.web]\nmanifests = \"pipe.yaml\"\n"));
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path().join("fleet/pipe.yaml"))
        .status()
        .expect("it is there");
    assert!(made.success());
    assert!(run(&folder, "build").ends(1).err.contains("neither a file nor a folder"));
}

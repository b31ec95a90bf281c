//! What other tools call: the hooks of pre-commit, and the action of GitHub, each by running it.

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_yaml::Value;
use support::{Folder, Run, root, say};

const FLEET: &str = "\
[fleet]
source = { git = \"https://example.com/me/home\" }
[clusters.home]
[apps.web]
manifests = \"web.yaml\"
";
const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  greeting: hello\n";
const FILE: &str = "rendered/common/home/web/configmap-web.yaml";

fn folder() -> Folder {
    Folder::new(&[("fleet.toml", FLEET), ("web.yaml", MAP)])
}

/// A command that finds `fleetc` on its path.
fn command(program: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Command {
    let fleetc = PathBuf::from(env!("CARGO_BIN_EXE_fleetc"));
    let own = fleetc.parent().expect("it lies in a folder").to_owned();
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&paths)));
    let mut command = Command::new(program);
    command.current_dir(folder).env("PATH", paths.expect("no path holds a colon"));
    command
}

fn git(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = command("git", folder);
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]);
    command.args(arguments).output().expect("git is there")
}

/// pre-commit, if it is installed: `pip install pre-commit`.
fn pre_commit() -> Option<&'static str> {
    let is_there = Command::new("pre-commit").arg("--version").output().is_ok_and(|run| run.status.success());
    if !is_there {
        let is_required = std::env::var("FLEETC_ORACLES").is_ok_and(|it| it == "required");
        assert!(!is_required, "pre-commit is required, and not there");
        say("pre-commit is not there: `pip install pre-commit`");
    }
    is_there.then_some("pre-commit")
}

#[test]
fn hooks_hold_back_a_commit_until_the_tree_is_up_to_date() {
    let Some(pre_commit) = pre_commit() else { return };
    let hooks = std::fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let hooks = Folder::new(&[(".pre-commit-hooks.yaml", &hooks)]);
    for arguments in [&["init", "--quiet"][..], &["add", "--all"], &["commit", "--quiet", "--message", "Add"]]
    {
        assert!(git(hooks.path(), arguments).status.success());
    }
    for hook in ["fleetc", "fleetc-check"] {
        let folder = folder();
        let path = folder.path();
        assert!(git(path, &["init", "--quiet"]).status.success());
        assert!(git(path, &["add", "--all"]).status.success());
        let run = || {
            let mut command = command(pre_commit, path);
            command.env("PRE_COMMIT_HOME", path.join(".git/pre-commit"));
            command.args(["try-repo", "--all-files"]).arg(hooks.path()).arg(hook);
            Run::of(command.output().unwrap())
        };
        folder.run("build").ends(0);
        assert!(git(path, &["add", "--all"]).status.success());
        run().ends(0);
        folder.write("web.yaml", &MAP.replace("hello", "goodbye"));
        let out = run().ends(1).out;
        assert!(
            out.contains(if hook == "fleetc" { "files were modified" } else { "must be greeting: goodbye" }),
            "{out}"
        );
        folder.run("build").ends(0);
        assert!(git(path, &["add", "--all"]).status.success());
        run().ends(0);
        // `git commit --all` leaves out what git does not know yet.
        folder.write("fleet.toml", &format!("{FLEET}[apps.more]\nmanifests = \"web.yaml\"\n"));
        folder.run("build").ends(0);
        assert!(git(path, &["add", "--update"]).status.success());
        let out = run().ends(1).out;
        assert!(out.contains("rendered/common/home/more/configmap-web.yaml"), "{out}");
        assert!(git(path, &["add", "rendered"]).status.success());
        run().ends(0);
    }
}

/// The steps of the action, run as GitHub would; how the last one ended.
fn act(folder: &Folder, inputs: &[(&str, &str)]) -> Run {
    let text = std::fs::read_to_string(root().join("action.yml")).expect("it is there");
    let action: Value = serde_yaml::from_str(&text).expect("it is YAML");
    let value_of = |expression: &str| -> String {
        if expression == "github.action_path" {
            return root().display().to_string();
        }
        let name = expression.strip_prefix("inputs.").expect("nothing else is used");
        let given = inputs.iter().find(|(given, _)| *given == name).map(|(_, value)| (*value).to_owned());
        given.unwrap_or_else(|| action["inputs"][name]["default"].as_str().expect("it has a default").into())
    };
    let mut last = None;
    for step in action["runs"]["steps"].as_sequence().expect("it has steps") {
        let mut command = command("bash", folder.path());
        for (name, value) in step["env"].as_mapping().expect("each has one") {
            let value =
                value.as_str().expect("it is text").trim_start_matches("${{").trim_end_matches("}}").trim();
            command.env(name.as_str().expect("it is text"), value_of(value));
        }
        let script = step["run"].as_str().expect("each has a script");
        assert!(!script.contains("${{"), "what is put into a script is a script: {script}");
        let run = Run::of(
            command
                .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
                .output()
                .expect("bash is there"),
        );
        let is_good = run.status == 0;
        last = Some(run);
        if !is_good {
            break;
        }
    }
    last.expect("there is a step")
}

#[cfg(unix)]
#[test]
fn the_action_fails_until_the_tree_is_up_to_date() {
    let folder = folder();
    assert!(act(&folder, &[]).ends(1).err.contains("`rendered` is not what the fleet says"));
    folder.run("build").ends(0);
    act(&folder, &[]).ends(0);
    folder.write("web.yaml", &MAP.replace("hello", "goodbye"));
    assert!(act(&folder, &[("fleet", "./fleet.toml")]).ends(1).err.contains("must be greeting: goodbye"));
    act(&folder, &[("arguments", "--output other --quiet")]).ends(0);
    assert!(folder.has("other") && !folder.read(FILE).contains("goodbye"));
}

//! Fleets are built on pull requests of strangers: no path and no link leads out of the fleet's folder, for reading or for
//! writing, and nothing that can be written makes fleetc end otherwise than with its messages.

#[cfg(unix)]
#[path = "hostile/links.rs"]
mod links;
mod support;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use support::{Folder, Run, tree};

/// Stands in every file outside the fleet's folder.
const CANARY: &str = "c4n4ry";

/// An object that whoever reads it could not but accept: as a manifest, as values, as a patch, as pins.
fn outside_object() -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  key: {CANARY}\n")
}

const WEB: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n";

const HEAD: &str = "[fleet]\nsource = { git = \"https://example.com/me/home\" }\n[clusters.home]\n";

/// A fleet in the folder `fleet`, and things beside it that are nobody's business.
fn fleet(text: &str) -> Folder {
    let object = outside_object();
    Folder::new(&[
        ("fleet/fleet.toml", text),
        ("fleet/web.yaml", WEB),
        ("fleet/in/web.yaml", WEB),
        ("fleet/.git/config", &object),
        ("canary.yaml", &object),
        ("canary", &object),
        ("fleet.yaml", &object),
        ("out/canary.yaml", &object),
        ("out/deep/canary.yaml", &object),
    ])
}

/// Runs fleetc in the fleet's folder.
fn run(folder: &Folder, arguments: &str) -> Run {
    let inner = folder.path().join("fleet");
    Run::of(folder.fleetc(arguments).current_dir(inner).output().expect("it can be started"))
}

/// What lies beside the fleet.
fn outside(folder: &Folder) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut open = vec![folder.path().to_owned()];
    while let Some(inner) = open.pop() {
        for entry in fs::read_dir(inner).expect("it is there") {
            let path = entry.expect("it is there").path();
            if path.ends_with("fleet") {
                continue;
            }
            let is_folder = path.symlink_metadata().expect("it is there").is_dir();
            let text =
                if is_folder { String::new() } else { fs::read_to_string(&path).expect("it is there") };
            files.push((path.display().to_string(), text));
            if is_folder {
                open.push(path);
            }
        }
    }
    files.sort();
    files
}

/// A string of TOML, YAML and JSON alike; none of them has all escapes of another.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        if c.is_ascii_graphic() && !matches!(c, '"' | '\\') || c == ' ' {
            out.push(c);
        } else {
            write!(out, "\\U{:08X}", u32::from(c)).expect("it is there");
        }
    }
    out + "\""
}

/// Ways to write a path that leads out of the fleet's folder, or would on some system. Nothing in it has such a name.
fn spellings(folder: &Path) -> Vec<String> {
    let absolute = folder.join("canary.yaml").display().to_string();
    let up = "../".repeat(40);
    let mut all: Vec<String> = [
        "../canary.yaml",
        "../canary",
        "../out",
        "../out/*.yaml",
        "../*.yaml",
        "..",
        "../",
        "../..",
        ".",
        "./",
        "",
        "./../canary.yaml",
        "in/../../canary.yaml",
        "in/../web.yaml",
        "in/../../out/canary.yaml",
        "in/./../../canary.yaml",
        "in//../../canary.yaml",
        "in/..",
        "in/.",
        "./in",
        "in//web.yaml",
        "/",
        "//",
        "*/../../canary.yaml",
        "**/../../canary.yaml",
        "in/*/../../../canary.yaml",
        ".git",
        ".git/config",
        ".GIT/config",
        "in/../.git/config",
        "..\\canary.yaml",
        "in\\..\\..\\canary.yaml",
        "\\canary.yaml",
        "\\\\host\\share\\canary.yaml",
        "//host/share/canary.yaml",
        "\\\\?\\C:\\canary.yaml",
        "C:\\canary.yaml",
        "C:/canary.yaml",
        "C:canary.yaml",
        "web.yaml:canary",
        "web.yaml::$DATA",
        "~/canary.yaml",
        "~root/canary.yaml",
        "file:///canary.yaml",
        "https://example.com/canary.yaml",
        "%2e%2e/canary.yaml",
        "..%2fcanary.yaml",
        "%2e%2e%2fcanary.yaml",
        "..%5ccanary.yaml",
        "%00",
        "..%c0%afcanary.yaml",
        "\u{2024}\u{2024}/canary.yaml",
        "\u{ff0e}\u{ff0e}/canary.yaml",
        "..\u{2215}canary.yaml",
        "..\u{ff0f}canary.yaml",
        "..\u{29f8}canary.yaml",
        "..\0/canary.yaml",
        "../canary.yaml\0.yaml",
        "web.yaml\0",
        "web.yaml.",
        "web.yaml ",
        ".. /canary.yaml",
        ".../canary.yaml",
        "..../canary.yaml",
        "..\n/canary.yaml",
        "..\u{200b}/canary.yaml",
        "\u{202e}lmay.bew",
        "\u{feff}../canary.yaml",
        "CON",
        "nul.yaml",
        "in/aux.yaml",
        "com1",
        "COM\u{b9}.yaml",
        "lpt9.txt",
        "conin$",
        "${HOME}/canary.yaml",
        "$HOME/canary.yaml",
        "`pwd`/canary.yaml",
        "/dev/stdin",
        "/proc/self/environ",
        "/etc/passwd",
        "-",
        "|cat ../canary.yaml",
    ]
    .map(str::to_owned)
    .into();
    all.extend([absolute.clone(), format!("/{absolute}"), format!("{up}{absolute}")]);
    all.extend([format!("in/{up}{absolute}"), "a".repeat(256), "a/".repeat(600) + "a", "../".repeat(2000)]);
    all
}

/// A key that holds a path: the text of a fleet in which each line with a path ends in its number.
type Key = (&'static str, fn(&[String]) -> String);

fn lines(paths: &[String], line: impl Fn(usize, &str) -> String) -> String {
    let all: Vec<String> =
        paths.iter().enumerate().map(|(it, path)| line(it, path) + &format!(" # {it}\n")).collect();
    all.concat()
}

fn apps(paths: &[String], keys: impl Fn(&str) -> String) -> String {
    let apps = paths.iter().enumerate().map(|(it, path)| format!("[apps.a{it}]\n{} # {it}\n", keys(path)));
    HEAD.to_owned() + &apps.collect::<String>()
}

const APP: &str = "manifests = \"web.yaml\"\n";

/// Every key whose files are read.
const READING: [Key; 14] = [
    ("manifests", |paths| apps(paths, |path| format!("manifests = {path}"))),
    ("a list of manifests", |paths| apps(paths, |path| format!("manifests = [\"web.yaml\", {path}]"))),
    ("manifests by a variable", |paths| {
        apps(paths, |path| format!("variables = {{ it = {path} }}\nmanifests = \"${{it}}\""))
    }),
    ("values-files", |paths| {
        let chart = "chart = \"a\"\nversion = \"1.0.0\"\nsource = { helm = \"https://example.com\" }\n";
        apps(paths, |path| format!("{chart}values-files = [{path}]"))
    }),
    ("secrets", |paths| apps(paths, |path| format!("{APP}secrets = [{path}]"))),
    ("config", |paths| {
        apps(paths, |path| format!("{APP}config = {{ c = [{}] }}", path.replacen('"', "\"k=", 1)))
    }),
    ("files of config", |paths| {
        apps(paths, |path| {
            format!("{APP}config = {{ c = {{ files = [{}] }} }}", path.replacen('"', "\"k=", 1))
        })
    }),
    ("patches.file", |paths| {
        apps(paths, |path| format!("{APP}patches = [{{ kind = \"ConfigMap\", file = {path} }}]"))
    }),
    ("patches.file of a tenant", |paths| {
        let tenants = paths.iter().enumerate().map(|(it, path)| {
            format!("[tenants.t{it}]\npatches = [{{ kind = \"Namespace\", file = {path} }}] # {it}\n")
        });
        HEAD.to_owned() + &tenants.collect::<String>()
    }),
    ("provision.manifests", |paths| {
        let clusters = paths.iter().enumerate().map(|(it, path)| {
            format!("[clusters.c{it}.provision]\non = \"home\"\nmanifests = {path} # {it}\n")
        });
        HEAD.to_owned() + &clusters.collect::<String>()
    }),
    ("fleet.crds", |paths| {
        HEAD.replace(
            "[clusters.home]\n",
            &format!("crds = [\n{}]\n[clusters.home]\n", lines(paths, |_, path| format!("{path},"))),
        )
    }),
    ("flux.manifests", |paths| {
        format!(
            "{HEAD}[fleet.flux]\ninstall = \"rendered\"\nmanifests = [\n{}]\n",
            lines(paths, |_, path| format!("{path},"))
        )
    }),
    ("flux.patches.file", |paths| {
        format!(
            "{HEAD}[fleet.flux]\npatches = [\n{}]\n",
            lines(paths, |_, path| format!("{{ kind = \"Deployment\", file = {path} }},"))
        )
    }),
    ("fleet.include", |paths| {
        format!("{HEAD}[fleet.include]\n{}", lines(paths, |it, path| format!("{path} = \"apps.a{it}\"")))
    }),
];

/// The numbers of the lines that something is said of; all that is said is of fleet.toml.
fn refused(name: &str, text: &str, run: &Run) -> BTreeSet<usize> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = BTreeSet::new();
    for said in run.err.lines() {
        let Some(place) = said.strip_prefix("fleet.toml:") else {
            assert!(!said.contains(".yaml:") && !said.contains("canary:"), "{name}: {said}");
            continue;
        };
        let line: usize = place.split(':').next().expect("it is there").parse().expect("it is there");
        // What is wrong with a variable's value may be said where it stands.
        let number: Option<usize> =
            lines[line - 1..].iter().find_map(|it| it.rsplit_once("# ")?.1.parse().ok());
        found.extend(number);
    }
    found
}

#[test]
fn no_path_is_read_outside() {
    for (name, text) in READING {
        let folder = fleet("");
        let paths = spellings(folder.path());
        assert!(paths.len() >= 64);
        let quoted: Vec<String> = paths.iter().map(|path| quoted(path)).collect();
        let text = text(&quoted);
        folder.write("fleet/fleet.toml", &text);
        let before = outside(&folder);
        let run = run(&folder, "build --message-format short");
        let refused = refused(name, &text, &run);
        for (number, path) in paths.iter().enumerate() {
            assert!(refused.contains(&number), "{name}: nothing is said of {path:?}\n{}", run.err);
        }
        assert!(!run.err.contains(CANARY) && run.status == 1, "{name}: {} {}", run.status, run.err);
        assert!(!folder.has("fleet/rendered") && outside(&folder) == before, "{name}");
    }
}

#[test]
fn no_pins_are_read_outside() {
    let folder = fleet("");
    for path in spellings(folder.path()) {
        let text = HEAD.replace("[clusters", &format!("pins = {}\n[clusters", quoted(&path)));
        folder.write("fleet/fleet.toml", &(text + "[apps.web]\nmanifests = \"web.yaml\"\n"));
        let run = run(&folder, "check --message-format short").ends(1);
        assert!(run.err.starts_with("fleet.toml:3:"), "{path:?}: {}", run.err);
        assert!(!run.err.contains(CANARY), "{path:?}: {}", run.err);
    }
}

/// Paths that only choose among what is there already read nothing: of those that lead out it is said.
#[test]
fn paths_that_choose_stay_inside() {
    let keys: [Key; 2] = [
        ("substitute", |paths| apps(paths, |path| format!("{APP}substitute = [{path}]"))),
        ("allow.path", |paths| {
            let allow = "{ code = \"field-dropped\", reason = \"it is\", path = ";
            HEAD.replace(
                "[clusters",
                &format!("allow = [\n{}]\n[clusters", lines(paths, |_, path| format!("{allow}{path} }},"))),
            )
        }),
    ];
    for (name, text) in keys {
        let folder = fleet("");
        let paths = spellings(folder.path());
        let quoted: Vec<String> = paths.iter().map(|path| quoted(path)).collect();
        let text = text(&quoted);
        folder.write("fleet/fleet.toml", &text);
        let run = run(&folder, "build --message-format short");
        let refused = refused(name, &text, &run);
        let leads_out = |path: &&String| path.split('/').any(|part| part == "..") || path.starts_with('/');
        for (number, path) in paths.iter().enumerate().filter(|(_, path)| leads_out(path)) {
            assert!(refused.contains(&number), "{name}: nothing is said of {path:?}\n{}", run.err);
        }
    }
}

#[test]
fn no_output_is_written_outside() {
    let folder = fleet("");
    let before = outside(&folder);
    let mut built = 0;
    for path in spellings(folder.path()) {
        let text = HEAD.replace("[clusters", &format!("output = {}\n[clusters", quoted(&path)));
        folder.write("fleet/fleet.toml", &text);
        let run = run(&folder, "build --force --message-format short");
        assert!(outside(&folder) == before, "{path:?}: {}", run.err);
        match run.status {
            // It is a name like others.
            0 => built += 1,
            1 => assert!(run.err.starts_with("fleet.toml:3:"), "{path:?}: {}", run.err),
            _ => panic!("{path:?}: {} {}", run.status, run.err),
        }
        assert!(!path.to_lowercase().contains(".git") || run.status == 1, "{path:?}");
    }
    assert!((5..30).contains(&built), "{built} were built");
    assert_eq!(folder.read("fleet/.git/config"), outside_object());
}

#[test]
fn no_resource_is_read_outside() {
    let folder = fleet(&format!("{HEAD}[apps.web]\nmanifests = \"k\"\n"));
    let paths = spellings(folder.path());
    // A folder means itself, and what lies in the fleet may be named in any way.
    let is_outside = |path: &&String| !matches!(path.as_str(), "" | "." | "./" | "..") && *path != "../";
    let outside: Vec<&String> = paths.iter().filter(is_outside).collect();
    let resources: Vec<String> = outside.iter().map(|path| format!("- {}\n", quoted(path))).collect();
    folder.write("fleet/k/kustomization.yaml", &format!("resources:\n{}", resources.concat()));
    let run = run(&folder, "build --message-format short").ends(1);
    for (number, path) in outside.iter().enumerate() {
        let place = format!("k/kustomization.yaml:{}:", number + 2);
        assert!(run.err.contains(&place), "nothing is said of {path:?}\n{}", run.err);
    }
    assert!(!run.err.contains(CANARY), "{}", run.err);
}

/// What links can be made of: a link at the first path to the second, and a line that reads it.
/// Texts that are short, or simple, and would be large or deep when they are read, by the name of the file that they are.
fn bombs() -> Vec<(&'static str, &'static str, String)> {
    const DEEP: usize = 1_000_000;
    let nested = |open: &str, inner: &str, close: &str| open.repeat(DEEP) + inner + &close.repeat(DEEP);
    let doubled: Vec<String> = (1..60).map(|it| format!("a{it}: &a{it} [*a{0}, *a{0}]\n", it - 1)).collect();
    let doubled = format!("a0: &a0 x\n{}", doubled.concat());
    let table = |text: String| format!("{HEAD}[apps.web]\nmanifests = \"web.yaml\"\nvalues = {text}\n");
    let body = format!("a = {}\n", nested("[", "", "]"));
    vec![
        ("lists", "web.yaml", nested("[", "", "]")),
        ("open lists", "web.yaml", "[".repeat(DEEP)),
        ("maps", "web.yaml", nested("{a: ", "1", "}")),
        ("block lists", "web.yaml", "- ".repeat(DEEP)),
        ("keys", "web.yaml", "? ".repeat(DEEP)),
        ("an object of lists", "web.yaml", WEB.to_owned() + "data: " + &nested("[", "", "]")),
        ("doubled", "web.yaml", doubled.clone()),
        ("an object that is doubled", "web.yaml", WEB.to_owned() + &doubled),
        ("documents", "web.yaml", "---\na\n".repeat(100_000)),
        ("objects without names", "web.yaml", "---\n{}\n".repeat(100_000)),
        ("a scalar", "web.yaml", "x".repeat(11 << 20)),
        ("a file as large as may be", "web.yaml", "x".repeat(10 << 20)),
        ("lists of JSON", "web.json", nested("[", "", "]")),
        ("maps of JSON", "web.json", nested("{\"a\":", "1", "}")),
        ("lists of Kubernetes", "web.json", nested("{\"kind\":\"List\",\"items\":[", "", "]}")),
        ("a patch", "patch.yaml", nested("{a: ", "1", "}")),
        ("a patch that is doubled", "patch.yaml", doubled.clone()),
        ("values", "values.yaml", nested("{a: ", "1", "}")),
        ("values that are doubled", "values.yaml", doubled),
        ("lists of TOML", "fleet.toml", table(nested("[", "", "]"))),
        ("open lists of TOML", "fleet.toml", table("[".repeat(DEEP))),
        ("tables of TOML", "fleet.toml", table(nested("{a=", "1", "}"))),
        ("a key of TOML", "fleet.toml", table("1".into()) + &"a.".repeat(DEEP) + "a = 1\n"),
        ("a header of TOML", "fleet.toml", format!("{HEAD}[apps.{}a]\n", "a.".repeat(DEEP))),
        ("headers of TOML", "fleet.toml", HEAD.to_owned() + &"[[apps]]\n".repeat(100_000)),
        ("an included table", "more.toml", body),
    ]
}

/// Folders that list each other would be looked into more often than there is time.
#[test]
fn lists_of_lists_end() {
    let folder = Folder::new(&[("fleet.toml", &format!("{HEAD}[apps.web]\nmanifests = \"k/f0\"\n"))]);
    for it in 0..31 {
        let next = it + 1;
        let text = format!("resources: [../f{next}, ../f{next}, ../f{next}/, ./../f{next}]\n");
        folder.write(&format!("k/f{it}/kustomization.yaml"), &text);
    }
    folder.write("k/f31/web.yaml", WEB);
    folder.run("build").ends(0);
    folder.write("k/f31/kustomization.yaml", "resources: [web.yaml, ../f0, ., ../f7]\n");
    let run = folder.run("build --message-format short").ends(1);
    assert_eq!(run.err.matches("lead into each other").count(), 3, "{}", run.err);
}

#[test]
fn bombs_are_refused() {
    let whole = format!("{HEAD}[apps.web]\nmanifests = \"web.yaml\"\n");
    for (name, file, text) in bombs() {
        let fleet = match file {
            "web.json" => whole.replace(".yaml", ".json"),
            "patch.yaml" => whole.clone() + "patches = [{ kind = \"ConfigMap\", file = \"patch.yaml\" }]\n",
            "values.yaml" => whole.replace(
                "manifests = \"web.yaml\"",
                "chart = \"a\"\nversion = \"1\"\nsource = { helm = \"https://example.com\" }\nvalues-files = [\"values.yaml\"]",
            ),
            "more.toml" => whole.replace("[clusters", "include = { \"more.toml\" = \"apps.more\" }\n[clusters"),
            _ => whole.clone(),
        };
        let folder = Folder::new(&[("fleet.toml", &fleet), ("web.yaml", WEB)]);
        folder.write(file, &text);
        let run = folder.run("build --message-format short");
        let start: String = run.err.chars().take(2000).collect();
        assert_eq!(run.status, 1, "{name}: {start}");
        let first = run.err.lines().next().expect("it is there");
        assert!(first.starts_with(file) || first.starts_with("fleet.toml:"), "{name}: {start}");
        assert!(run.err.lines().all(|line| line.len() < 2000), "{name}: a line is too long");
        assert!(run.err.lines().count() <= 300_000, "{name}: {} lines", run.err.lines().count());
    }
}

//! What the tests of the whole share: a folder with a fleet in it, and the binary that is run there.

#![allow(dead_code, unreachable_pub, reason = "each test takes what it needs")]

pub mod small;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The top of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("it is there")
}

/// A folder of its own for a test, with files in it; it goes with the test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().expect("there is room"));
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    /// One in memory, where there is such a place: for tests that write a lot.
    pub fn in_memory() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        Self(folder.expect("there is room"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, path: &str, text: &str) {
        self.write_bytes(path, text.as_bytes());
    }

    pub fn write_bytes(&self, path: &str, bytes: &[u8]) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("it can be made");
        fs::write(path, bytes).expect("it can be written");
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).expect("it is there")
    }

    pub fn has(&self, path: &str) -> bool {
        self.path().join(path).symlink_metadata().is_ok()
    }

    /// `fleetc` with the arguments, to be run in the folder.
    pub fn fleetc(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fleetc"));
        command.args(arguments.split_whitespace()).current_dir(self.path()).env_remove("NO_COLOR");
        command
    }

    /// Runs `fleetc` with the arguments.
    pub fn run(&self, arguments: &str) -> Run {
        Run::of(self.fleetc(arguments).output().expect("it can be started"))
    }

    /// Builds with the arguments, and counts the folders that were rendered, and those that were left as they were.
    pub fn build(&self, arguments: &str) -> (Run, [u64; 2]) {
        let mut run = self.run(&format!("build --timings=json {arguments}"));
        let said = run.err.trim_end().rfind('\n').map_or(0, |end| end + 1);
        let timings = run.err.split_off(said);
        let timings: serde_json::Value = serde_json::from_str(&timings).expect("it is one line of JSON");
        let count = |key| timings["folders"][key].as_u64().expect("it is a number");
        (run, ["rendered", "as-before"].map(count))
    }

    /// Builds what was edited into `now`, and from nothing: both end alike, say the same, and give the same tree. What the
    /// first one said, and did.
    #[track_caller]
    pub fn build_both_ways(&self, arguments: &str, what: &str) -> (Run, [u64; 2]) {
        let arguments = format!("--allow-delete all {arguments}");
        let now = self.build(&format!("{arguments} --output now"));
        let fresh = self.run(&format!("build {arguments} --output cold"));
        assert_eq!((now.0.status, &now.0.err), (fresh.status, &fresh.err), "{what}");
        if fresh.status == 0 {
            let [now, cold] = ["now", "cold"].map(|name| tree(&self.path().join(name)));
            assert!(now == cold, "{what}");
        }
        let _ = fs::remove_dir_all(self.path().join("cold"));
        now
    }
}

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    pub fn of(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("it is text"),
            err: String::from_utf8(output.stderr).expect("it is text"),
        }
    }

    /// It, if it ended so.
    #[track_caller]
    pub fn ends(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{}{}", self.out, self.err);
        self
    }
}

/// The files below a folder, but for the ledger.
pub fn tree(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(inner) = open.pop() {
        for entry in fs::read_dir(inner).expect("it can be read") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).expect("it lies there").to_string_lossy().into_owned();
            if !name.starts_with('.') {
                files.insert(name, fs::read_to_string(&path).expect("it is text"));
            }
        }
    }
    files
}

/// A line for whoever runs the tests.
#[allow(clippy::print_stderr, reason = "it is for whoever looks on")]
pub fn say(text: &str) {
    eprintln!("{text}");
}

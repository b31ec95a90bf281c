//! Other programs that read manifests, to hold fleetc against.
//!
//! A program that is not on this machine is passed over with a line on standard error; with `FLEETC_ORACLES=required`
//! in the environment its absence is a failure.

// A test may run programs, write files of its own, and say what it passes over.
#![allow(clippy::disallowed_methods, clippy::print_stderr)]

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

/// Whether the program is there and can do what the probe asks of it.
pub(crate) fn is_there(program: &str, probe: &[&str]) -> bool {
    let is_there = run(program, probe, "").is_ok();
    let required = std::env::var("FLEETC_ORACLES").is_ok_and(|it| it == "required");
    assert!(is_there || !required, "FLEETC_ORACLES=required, but `{program} {}` fails", probe.join(" "));
    if !is_there {
        eprintln!("passed over: `{program} {}` fails", probe.join(" "));
    }
    is_there
}

/// Whether kubectl is there.
pub(crate) fn has_kubectl() -> bool {
    is_there("kubectl", &["version", "--client"])
}

/// What the program writes when it is given this to read; what it says against it if it fails.
pub(crate) fn run(program: &str, arguments: &[&str], input: &str) -> Result<String, String> {
    let mut child = Command::new(program)
        .args(arguments)
        // No cluster is asked, whichever one this machine knows.
        .env("KUBECONFIG", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut stdin = child.stdin.take().expect("it is piped");
    let output = thread::scope(|scope| {
        // A program that does not read all of it closes the pipe: what it says then tells why.
        scope.spawn(move || stdin.write_all(input.as_bytes()).ok());
        child.wait_with_output().map_err(|error| error.to_string())
    })?;
    if output.status.success() {
        String::from_utf8(output.stdout).map_err(|error| error.to_string())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

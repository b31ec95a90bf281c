//! `fleetc completions`.

use clap_complete::Shell;

use crate::output::Output;
use crate::{Ended, NotRun};

/// Print a script that completes fleetc's arguments in a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  fleetc completions bash > /etc/bash_completion.d/fleetc
  fleetc completions fish > ~/.config/fish/completions/fleetc.fish")]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

/// Prints the script for a command line.
pub(crate) fn run(
    args: &Completions,
    mut command_line: clap::Command,
    output: &mut Output,
) -> Result<Ended, NotRun> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command_line, "fleetc", &mut script);
    output.result(&String::from_utf8_lossy(&script))?;
    Ok(Ended::Done)
}

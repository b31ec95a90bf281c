//! The `fleetc` command: arguments, files, screen and exit status around the compiler.

mod args;
mod commands;
mod digest;
mod disk;
mod global;
mod inputs;
mod output;
mod progress;
mod rendered;
mod report;
mod staged;
mod stamp;
mod system;
mod timings;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Args, Command};
use output::Output;

/// Threads that make and drop millions of small values do not wait for each other: a fifth less time than with the
/// system's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// It did what it was asked to do.
    Done,
    /// The fleet has mistakes.
    Mistakes,
    /// It could not be run.
    NotRun,
}

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Done => Self::SUCCESS,
            Ended::Mistakes => Self::from(1),
            Ended::NotRun => Self::from(2),
        }
    }
}

/// Why a command could not be run, in a sentence for its user.
type NotRun = String;

fn main() -> ExitCode {
    let args = Args::parse();
    let mut output = Output::new(&args.global);
    let ended = match &args.command {
        Command::Build(build) => commands::build::run(build, &args.global, &mut output),
        Command::Check(check) => commands::check::run(check, &args.global, &mut output),
        Command::Secrets(secrets) => commands::secrets::run(secrets, &args.global, &mut output),
        Command::Bootstrap(bootstrap) => commands::bootstrap::run(bootstrap, &args.global, &mut output),
        Command::Explain(explain) => commands::explain::run(explain, &mut output),
        Command::Merge(merge) => commands::merge::run(merge, &mut output),
        Command::New(new) => commands::new::run(new, &mut output),
        Command::Show(show) => commands::show::run(show, &args.global, &mut output),
        Command::Schema(schema) => commands::schema::run(schema, &mut output),
        Command::Completions(completions) => {
            commands::completions::run(completions, Args::command(), &mut output)
        }
    };
    let ended = ended.unwrap_or_else(|message| {
        output.error(&message);
        Ended::NotRun
    });
    ended.into()
}

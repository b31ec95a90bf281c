//! What may be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::commands::{build, check, completions, new, schema, show};

/// A declarative fleet compiler: one fleet.toml in, a rendered Flux tree for every cluster and environment out
#[derive(Debug, Parser)]
#[command(name = "fleetc", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "\
Examples:
  fleetc new home              make a first fleet in the folder `home`
  fleetc build                 compile fleet.toml into the folder `rendered`
  fleetc check                 say what is wrong with fleet.toml, and write nothing
  fleetc show app web          show what holds for the app `web` on each target

Exit status: 0 done, 1 the fleet has mistakes, 2 the command could not be run.")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Global {
    /// The fleet to compile [default: fleet.toml in this folder, or in the nearest one above it]
    #[arg(short, long, value_name = "PATH", global = true)]
    pub(crate) fleet: Option<PathBuf>,
    /// How problems are printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", global = true)]
    pub(crate) message_format: MessageFormat,
    /// When to use colour: NO_COLOR is respected
    #[arg(long, value_enum, default_value_t, value_name = "WHEN", global = true)]
    pub(crate) color: When,
    /// Print nothing but problems
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Print what is done on the way
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum MessageFormat {
    /// For people: with the lines of the files
    #[default]
    Human,
    /// One line each: file:line:column: severity[code]: message
    Short,
    /// One JSON object on each line
    Json,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Build(build::Build),
    Check(check::Check),
    New(new::New),
    Show(show::Show),
    Schema(schema::Schema),
    Completions(completions::Completions),
}

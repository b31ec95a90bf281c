//! What may be typed.

use clap::{Parser, Subcommand};

use crate::commands::{bootstrap, build, check, completions, explain, merge, new, schema, secrets, show};
use crate::global::Global;

/// A declarative fleet compiler: one fleet.toml in, a rendered Flux tree for every cluster and environment out
#[derive(Debug, Parser)]
#[command(name = "fleetc", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "\
Examples:
  fleetc new home              make a first fleet in the folder `home`
  fleetc build                 compile fleet.toml into the folder `rendered`
  fleetc check                 say what is wrong with fleet.toml, and write nothing
  fleetc show app web          show what holds for the app `web` on each target
  fleetc secrets               list what must be on the clusters and is not in the tree
  fleetc bootstrap home        print the commands that put the cluster `home` onto its tree

Exit status: 0 done, 1 the fleet has mistakes, 2 the command could not be run.")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Build(build::Build),
    Check(check::Check),
    Explain(explain::Explain),
    Merge(merge::Merge),
    New(new::New),
    Show(show::Show),
    Secrets(secrets::Secrets),
    Bootstrap(bootstrap::Bootstrap),
    Schema(schema::Schema),
    Completions(completions::Completions),
}

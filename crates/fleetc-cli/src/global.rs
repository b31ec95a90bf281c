//! What may be typed with every command.

use std::path::PathBuf;

use clap::ValueEnum;

/// What every command takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Global {
    /// The fleet to compile [default: fleet.toml in this folder, or in the nearest one above it]
    #[arg(short, long, value_name = "PATH", global = true)]
    pub(crate) fleet: Option<PathBuf>,
    /// How problems are printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", global = true)]
    pub(crate) message_format: MessageFormat,
    /// How many problems are printed at most [default: 50 on a terminal, else all]
    #[arg(long, value_name = "N", global = true)]
    pub(crate) max_problems: Option<usize>,
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
    /// One SARIF 2.1.0 document, for code scanning
    Sarif,
    /// Commands that annotate a pull request, for GitHub's workflows
    Github,
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

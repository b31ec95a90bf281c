//! `fleetc schema`.

use clap::ValueEnum;

use crate::output::Output;
use crate::{Ended, NotRun};

/// Print the language of fleet.toml: as a JSON Schema for editors, or as a reference
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  fleetc schema > fleet.schema.json     then `#:schema ./fleet.schema.json` as the first line of fleet.toml
  fleetc schema --format markdown       every table and key, with type, default and example")]
pub(crate) struct Schema {
    /// The form
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// A JSON Schema, draft 2020-12
    #[default]
    Json,
    /// A reference, in Markdown
    Markdown,
}

pub(crate) fn run(args: &Schema, output: &mut Output) -> Result<Ended, NotRun> {
    let text = match args.format {
        Format::Json => fleetc::schema::json_schema(),
        Format::Markdown => fleetc::schema::reference(),
    };
    output.result(&text)?;
    Ok(Ended::Done)
}

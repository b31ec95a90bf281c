//! `fleetc explain`.

use fleetc::codes;

use crate::output::Output;
use crate::{Ended, NotRun};

/// Explain a code: what it means, why, and an example of it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  fleetc explain unknown-key             what the code means
  fleetc explain --all > docs/checks.md  all of them, as one page")]
pub(crate) struct Explain {
    /// The code, as problems show it
    #[arg(value_name = "CODE", required_unless_present = "all")]
    code: Option<String>,
    /// Explain all codes
    #[arg(long, conflicts_with = "code")]
    all: bool,
}

pub(crate) fn run(args: &Explain, output: &mut Output) -> Result<Ended, NotRun> {
    let text = match &args.code {
        Some(code) => {
            let names = codes::PAGES.iter().map(|page| page.code.name());
            let page = codes::page(code).ok_or_else(|| {
                format!("no code is named `{code}`: {}", fleetc::suggest(code, names, "code"))
            })?;
            format!("{}: {}\n\n{}", page.code, page.what, page.text)
        }
        None => codes::reference(),
    };
    output.result(&text)?;
    Ok(Ended::Done)
}

//! `fleetc check`.

use crate::commands::FleetFile;
use crate::global::Global;
use crate::output::{Output, counted};
use crate::{Ended, NotRun};

/// Say what is wrong with the fleet, and write nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  fleetc check                         everything that `fleetc build` does, but the writing
  fleetc check --message-format short  one line for each problem, for editors and scripts")]
pub(crate) struct Check {}

pub(crate) fn run(_: &Check, global: &Global, output: &mut Output) -> Result<Ended, NotRun> {
    let fleet = FleetFile::open(global)?;
    let outcome = {
        let _progress = output.progress("checking");
        fleetc::compile(&fleet.input())
    };
    output.problems(&outcome.diagnostics, &outcome.sources, fleet.folder());
    let Some(built) = outcome.output else { return Ok(Ended::Mistakes) };
    output.summary(&format!(
        "`{}` is right: {}, {}",
        fleet.name,
        counted(built.fleet.targets.len(), "target"),
        counted(built.tree.object_count(), "object")
    ));
    Ok(Ended::Done)
}

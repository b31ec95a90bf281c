//! `fleetc bootstrap`.

use crate::commands::FleetFile;
use crate::commands::part::known;
use crate::global::Global;
use crate::output::Output;
use crate::{Ended, NotRun};

/// Print the commands that put a cluster onto its tree; nothing is run
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  fleetc bootstrap emea-live    the steps for one cluster, with comments between them

The name of the cluster stands for the context of its kubeconfig.")]
pub(crate) struct Bootstrap {
    /// The cluster
    #[arg(value_name = "CLUSTER")]
    cluster: String,
}

pub(crate) fn run(args: &Bootstrap, global: &Global, output: &mut Output) -> Result<Ended, NotRun> {
    let fleet = FleetFile::open(global)?;
    let Some(built) = fleet.compile("compiling", output) else { return Ok(Ended::Mistakes) };
    let names = built.fleet.clusters.iter().map(|it| it.name.as_str());
    known("cluster", std::slice::from_ref(&args.cluster), names)?;
    let steps = fleetc::bootstrap(&built, &args.cluster).unwrap_or_default();
    let steps = steps.iter().enumerate().map(|(index, step)| {
        let mut text = format!("# {}. {}\n", index + 1, step.what);
        for command in &step.commands {
            text.push_str(command);
            text.push('\n');
        }
        text
    });
    output.result(&steps.collect::<Vec<_>>().join("\n"))?;
    Ok(Ended::Done)
}

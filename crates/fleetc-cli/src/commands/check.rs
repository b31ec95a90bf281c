//! `fleetc check`.

use clap::ValueEnum;
use fleetc::Permission;
use serde_json::json;

use crate::commands::FleetFile;
use crate::global::Global;
use crate::output::{Output, counted};
use crate::{Ended, NotRun};

/// Say what is wrong with the fleet, and write nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  fleetc check                         everything that `fleetc build` does, but the writing
  fleetc check --message-format short  one line for each problem, for editors and scripts
  fleetc check --permissions           what each tenant may do on each target")]
pub(crate) struct Check {
    /// Print what each tenant may do: its namespaces, rights, kinds, sources and network
    #[arg(long, value_name = "FORMAT", num_args = 0..=1, default_missing_value = "text", require_equals = true)]
    permissions: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// JSON
    Json,
}

pub(crate) fn run(args: &Check, global: &Global, output: &mut Output) -> Result<Ended, NotRun> {
    let fleet = FleetFile::open(global)?;
    let Some(built) = fleet.compile("checking", output) else { return Ok(Ended::Mistakes) };
    if let Some(format) = args.permissions {
        let permissions = fleetc::permissions(&built.tree);
        output.result(&match format {
            Format::Text => as_text(&permissions),
            Format::Json => as_json(&permissions),
        })?;
        return Ok(Ended::Done);
    }
    output.summary(&format!(
        "`{}` is right: {}, {}",
        fleet.name,
        counted(built.fleet.targets.len(), "target"),
        counted(built.tree.object_count(), "object")
    ));
    Ok(Ended::Done)
}

fn as_text(permissions: &[Permission]) -> String {
    let mut text = String::new();
    for it in permissions {
        text.push_str(&format!("{} on {}\n", it.tenant, it.target));
        let parts = [
            ("namespaces", &it.namespaces),
            ("rights", &it.rights),
            ("kinds", &it.kinds),
            ("sources", &it.sources),
            ("network", &it.network),
            ("guarded", &it.guarded),
        ];
        for (name, values) in parts.into_iter().filter(|(_, values)| !values.is_empty()) {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            let separator = if name == "rights" { "\n              " } else { ", " };
            text.push_str(&format!("  {name:<11} {}\n", values.join(separator)));
        }
    }
    text
}

fn as_json(permissions: &[Permission]) -> String {
    let permissions: Vec<_> = permissions
        .iter()
        .map(|it| {
            json!({
                "tenant": it.tenant,
                "target": it.target,
                "namespaces": it.namespaces,
                "rights": it.rights,
                "kinds": it.kinds,
                "sources": it.sources,
                "network": it.network,
                "guarded": it.guarded,
            })
        })
        .collect();
    format!("{:#}\n", json!(permissions))
}

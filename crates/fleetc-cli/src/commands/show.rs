//! `fleetc show`.

use clap::{Subcommand, ValueEnum};
use fleetc::show::{self, Shown};
use fleetc_manifests::{Map, Place, Value, json};

use crate::commands::FleetFile;
use crate::commands::part::known;
use crate::global::Global;
use crate::output::Output;
use crate::{Ended, NotRun};

/// Show what holds for a thing on each target, and where each value comes from
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  fleetc show app checkout                     on each target
  fleetc show app checkout --environment prod  on those of one environment
  fleetc show tenant payments --format json    for machines
  fleetc show targets                          every target, with its variables")]
pub(crate) struct Show {
    #[command(subcommand)]
    what: What,
    /// Only this environment
    #[arg(long, value_name = "NAME", global = true)]
    environment: Option<String>,
    /// Only this cluster
    #[arg(long, value_name = "NAME", global = true)]
    cluster: Option<String>,
    /// The form
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", global = true)]
    format: Format,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A component or an app
    App {
        /// Its name
        name: String,
    },
    /// A tenant
    Tenant {
        /// Its name
        name: String,
    },
    /// Every target, with its variables
    Targets,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// TOML, with the place of each value behind it
    #[default]
    Toml,
    /// JSON
    Json,
}

pub(crate) fn run(args: &Show, global: &Global, output: &mut Output) -> Result<Ended, NotRun> {
    let file = FleetFile::open(global)?;
    let mut outcome = fleetc::resolve(&file.input());
    let Some(fleet) = &outcome.output else {
        output.problems(&outcome.diagnostics, &outcome.sources, file.folder());
        return Ok(Ended::Mistakes);
    };
    let diagnostics = &mut outcome.diagnostics;
    let shown = match &args.what {
        What::App { name } => {
            let apps = fleet.apps.iter().map(|app| app.name.as_str());
            known("app or component", std::slice::from_ref(name), apps)?;
            show::app(fleet, name, diagnostics).unwrap_or_default()
        }
        What::Tenant { name } => {
            let tenants = fleet.tenants.iter().map(|tenant| tenant.name.as_str());
            known("tenant", std::slice::from_ref(name), tenants)?;
            show::tenant(fleet, name, diagnostics).unwrap_or_default()
        }
        What::Targets => show::targets(fleet, diagnostics),
    };
    known("environment", args.environment.as_slice(), fleet.environments.iter().map(|it| it.name.as_str()))?;
    known("cluster", args.cluster.as_slice(), fleet.clusters.iter().map(|it| it.name.as_str()))?;
    let is_wanted =
        |wanted: &Option<String>, name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
    let shown: Vec<Shown> = shown
        .into_iter()
        .filter(|it| is_wanted(&args.environment, &it.environment) && is_wanted(&args.cluster, &it.cluster))
        .collect();
    let place = |place: Place| {
        let location = outcome.sources.location(place)?;
        Some(format!("{}:{}", location.file, location.line))
    };
    let text = match args.format {
        Format::Toml => as_toml(&shown, &place),
        Format::Json => as_json(shown),
    };
    output.result(&text)?;
    output.problems(&outcome.diagnostics, &outcome.sources, file.folder());
    Ok(if outcome.diagnostics.has_errors() { Ended::Mistakes } else { Ended::Done })
}

fn as_toml(shown: &[Shown], place: &dyn Fn(Place) -> Option<String>) -> String {
    let parts: Vec<String> = shown
        .iter()
        .map(|it| {
            let copy = it.copy.as_ref().map(|copy| format!(", copy {copy}")).unwrap_or_default();
            format!("# {}/{}{copy}\n{}", it.environment, it.cluster, show::to_toml(&it.settings, place))
        })
        .collect();
    parts.join("\n")
}

fn as_json(shown: Vec<Shown>) -> String {
    let targets: Vec<Value> = shown
        .into_iter()
        .map(|it| {
            let mut target = Map::new();
            target.push("environment", Value::from(it.environment));
            target.push("cluster", Value::from(it.cluster));
            if let Some(copy) = it.copy {
                target.push("copy", Value::from(copy));
            }
            target.push("settings", Value::from(it.settings));
            Value::from(target)
        })
        .collect();
    format!("{}\n", json::write_pretty(&targets.into()))
}

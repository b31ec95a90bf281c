//! `fleetc secrets`.

use clap::ValueEnum;
use fleetc::Need;
use serde_json::json;

use crate::commands::FleetFile;
use crate::commands::part::known;
use crate::global::Global;
use crate::output::Output;
use crate::{Ended, NotRun};

/// List what must be on the clusters and is not in the tree: Secrets, and what `expects` names
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  fleetc secrets                        all of them: cluster, namespace, keys, who makes it, who needs it
  fleetc secrets --cluster emea-live    those of one cluster
  fleetc secrets --format json          for a script that makes them")]
pub(crate) struct Secrets {
    /// Only on this cluster (may be repeated)
    #[arg(long, value_name = "NAME")]
    cluster: Vec<String>,
    /// How they are printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Table,
    /// For machines
    Json,
}

pub(crate) fn run(args: &Secrets, global: &Global, output: &mut Output) -> Result<Ended, NotRun> {
    let fleet = FleetFile::open(global)?;
    let Some(built) = fleet.compile("compiling", output) else { return Ok(Ended::Mistakes) };
    known("cluster", &args.cluster, built.fleet.clusters.iter().map(|it| it.name.as_str()))?;
    let needs: Vec<Need> = fleetc::needs(&built)
        .into_iter()
        .filter(|need| args.cluster.is_empty() || args.cluster.contains(&need.cluster))
        .collect();
    let text = match args.format {
        Format::Table => as_table(&needs),
        Format::Json => as_json(&needs),
    };
    output.result(&text)?;
    Ok(Ended::Done)
}

fn as_table(needs: &[Need]) -> String {
    const HEAD: [&str; 7] = ["CLUSTER", "NAMESPACE", "KIND", "NAME", "KEYS", "MADE BY", "NEEDED BY"];
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(needs.iter().map(|need| {
        let of = |list: &[String]| if list.is_empty() { "-".to_owned() } else { list.join(", ") };
        let needed_by = match &need.needed_by[..] {
            [first, rest @ ..] if !rest.is_empty() => format!("{first} and {} more", rest.len()),
            all => of(all),
        };
        [
            need.cluster.clone(),
            need.namespace.clone(),
            need.kind.clone(),
            need.name.clone(),
            of(&need.keys),
            need.made_by.clone(),
            needed_by,
        ]
    }));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..HEAD.len()).map(width).collect();
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("   ").trim_end())
    });
    lines.collect::<Vec<_>>().concat()
}

fn as_json(needs: &[Need]) -> String {
    let needs: Vec<_> = needs
        .iter()
        .map(|need| {
            json!({
                "cluster": need.cluster,
                "namespace": need.namespace,
                "kind": need.kind,
                "name": need.name,
                "keys": need.keys,
                "madeBy": need.made_by,
                "neededBy": need.needed_by,
            })
        })
        .collect();
    format!("{:#}\n", json!(needs))
}

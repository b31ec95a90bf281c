//! `fleetc build`.

use std::path::PathBuf;
use std::time::Instant;

use crate::commands::FleetFile;
use crate::global::Global;
use crate::output::{Output, counted};
use crate::{Ended, NotRun, ledger};

/// Compile the fleet into its tree of manifests
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  fleetc build                               compile fleet.toml into the folder that it names, `rendered`
  fleetc build -o - | kubectl diff -f -      print all manifests as one stream of YAML
  fleetc build -o - --environment prod --tenant payments
                                             print a part of them
  fleetc build -f fleets/eu/fleet.toml -j 1  another fleet, on one processor

Only files that fleetc wrote, and that nobody changed since, are replaced or removed.")]
pub(crate) struct Build {
    /// The folder to write, or `-` for one YAML stream on standard output [default: `fleet.output`]
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// How many processors to use [default: all]
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
    #[command(flatten)]
    part: Part,
}

/// A part of the tree
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Part {
    /// Only this environment (may be repeated); needs `--output`
    #[arg(long, value_name = "NAME", requires = "output")]
    environment: Vec<String>,
    /// Only this cluster (may be repeated); needs `--output`
    #[arg(long, value_name = "NAME", requires = "output")]
    cluster: Vec<String>,
    /// Only this tenant, and its apps (may be repeated); needs `--output`
    #[arg(long, value_name = "NAME", requires = "output")]
    tenant: Vec<String>,
    /// Only this app or component (may be repeated); needs `--output`
    #[arg(long, value_name = "NAME", requires = "output")]
    app: Vec<String>,
}

impl Part {
    /// Whether all that is asked for is there: a part that is empty by mistake would look like a tree without changes.
    fn check(&self, fleet: &fleetc::Fleet) -> Result<(), NotRun> {
        let apps = fleet.apps.iter().map(|app| app.name.as_str());
        known("environment", &self.environment, fleet.environments.iter().map(|it| it.name.as_str()))?;
        known("cluster", &self.cluster, fleet.clusters.iter().map(|it| it.name.as_str()))?;
        known("tenant", &self.tenant, fleet.tenants.iter().map(|it| it.team.as_str()))?;
        known("app or component", &self.app, apps)
    }

    /// The part of the tree that is asked for.
    fn of(&self, tree: fleetc::Tree) -> fleetc::Tree {
        let has = |wanted: &[String], name: Option<&str>| {
            wanted.is_empty() || name.is_some_and(|name| wanted.iter().any(|wanted| wanted == name))
        };
        tree.keep(|folder| {
            has(&self.environment, folder.environment.as_deref())
                && has(&self.cluster, Some(&folder.cluster))
                && has(&self.tenant, folder.tenant.as_deref())
                && has(&self.app, folder.app.as_deref())
        })
    }
}

/// Whether there is something of each name.
pub(crate) fn known<'n>(
    what: &str,
    wanted: &[String],
    names: impl Iterator<Item = &'n str> + Clone,
) -> Result<(), NotRun> {
    match wanted.iter().find(|wanted| !names.clone().any(|name| name == *wanted)) {
        None => Ok(()),
        Some(unknown) => {
            Err(format!("no {what} is named `{unknown}`; {}", fleetc::suggest(unknown, names, what)))
        }
    }
}

pub(crate) fn run(args: &Build, global: &Global, output: &mut Output) -> Result<Ended, NotRun> {
    let started = Instant::now();
    let fleet = FleetFile::open(global)?;
    output.detail(&format!("compiling `{}`", fleet.path.display()));
    let threads = rayon::ThreadPoolBuilder::new().num_threads(args.jobs.unwrap_or(0)).build();
    let threads = threads.map_err(|error| format!("cannot start threads: {error}"))?;
    let outcome = {
        let _progress = output.progress("compiling");
        threads.install(|| fleetc::compile(&fleet.input()))
    };
    output.problems(&outcome.diagnostics, &outcome.sources);
    let Some(built) = outcome.output else { return Ok(Ended::Mistakes) };
    args.part.check(&built.fleet)?;
    let tree = args.part.of(built.tree);
    let objects = tree.object_count();
    if args.output.as_deref().is_some_and(|path| path.as_os_str() == "-") {
        output.result(&tree.to_stream())?;
        return Ok(Ended::Done);
    }
    let folder = args.output.clone().unwrap_or_else(|| fleet.beside(&built.fleet.output));
    output.detail(&format!(
        "writing `{}`, {:.2} s after the start",
        folder.display(),
        started.elapsed().as_secs_f64()
    ));
    let done = {
        let _progress = output.progress("writing");
        ledger::write(&tree, &folder)?
    };
    output.summary(&format!(
        "{}, {} in `{}`: {} written, {} unchanged, {} removed, in {:.2} s",
        counted(built.fleet.targets.len(), "target"),
        counted(objects, "object"),
        folder.display(),
        counted(done.written, "file"),
        done.unchanged,
        done.removed,
        started.elapsed().as_secs_f64()
    ));
    Ok(Ended::Done)
}

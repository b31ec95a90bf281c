//! `fleetc build`.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fleetc::Shard;
use fleetc::language::State;

use crate::commands::FleetFile;
use crate::commands::part::Part;
use crate::digest::Digest;
use crate::global::Global;
use crate::inputs::{Input, Inputs};
use crate::output::{Output, counted};
use crate::rendered::{Allowed, Cache, Mark, Mode, Rendered, Stage, refuse_links};
use crate::report::{self, Said};
use crate::staged;
use crate::stamp::Stamp;
use crate::system::Machine;
use crate::timings::{self, Timings};
use crate::{Ended, NotRun};

/// Of a fleet of which more is said, nothing is remembered: every build says it anew.
const SAID: usize = 1000;

/// Compile the fleet into its tree of manifests
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  fleetc build                               compile fleet.toml into the folder that it names, `rendered`
  fleetc build -o - | kubectl diff -f -      print all manifests as one stream of YAML
  fleetc build -o - --environment prod --tenant payments
                                             print a part of them
  fleetc build --check                       write nothing, and fail if `rendered` is not what the fleet says
  fleetc build --staged                      in a hook: and fail if a commit would leave a part of it out
  fleetc build --shard 2/3 -o part-2         the second of three parts, for `fleetc merge`
  fleetc build -f fleets/eu/fleet.toml -j 1  another fleet, on one processor

Only files that fleetc wrote, and that nobody changed since, are replaced or removed.")]
pub(crate) struct Build {
    /// The folder to write, or `-` for one YAML stream on standard output [default: `fleet.output`]
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// How many processors to use [default: all]
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
    /// Write nothing; end with 1, and say in what, if the folder is not what the fleet says
    #[arg(long, conflicts_with = "force")]
    check: bool,
    /// End with 1, and say what is missing, if git has not staged the whole folder: for hooks, as a commit would leave it out
    #[arg(long)]
    staged: bool,
    /// Replace files that fleetc did not write, or that were changed since, where its own must lie
    #[arg(long)]
    force: bool,
    /// What may lose more than a fifth of its objects, or a Namespace, a CRD or a volume: an environment, a cluster, a
    /// target (`prod/emea-1`), or `all` (may be repeated)
    #[arg(long, value_name = "NAME")]
    allow_delete: Vec<String>,
    /// How long to wait for another build into the same folder
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    wait: u64,
    /// Only the second of three parts of the clusters, for machines side by side; `fleetc merge` puts the parts together
    #[arg(long, value_name = "2/3", value_parser = shard, requires = "output")]
    shard: Option<Shard>,
    /// Say where the time went [default format: human]
    #[arg(long, value_enum, value_name = "FORMAT", num_args = 0..=1, default_missing_value = "human", require_equals = true)]
    timings: Option<timings::Format>,
    #[command(flatten)]
    part: Part,
}

/// `2/3`.
fn shard(text: &str) -> Result<Shard, String> {
    let numbers =
        text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
    match numbers {
        Some((index, count)) if (1..=count).contains(&index) => Ok(Shard { index, count }),
        _ => Err("expected which of how many parts, such as `2/3`".into()),
    }
}

pub(crate) fn run(args: &Build, global: &Global, output: &mut Output) -> Result<Ended, NotRun> {
    let fleet = FleetFile::open(global)?;
    output.detail(&format!("compiling `{}`", fleet.path.display()));
    let threads = rayon::ThreadPoolBuilder::new().num_threads(args.jobs.unwrap_or(0)).build();
    let threads = threads.map_err(|error| format!("cannot start threads: {error}"))?;
    let build = Building {
        args,
        fleet: &fleet,
        threads: &threads,
        timings: Timings::start(),
        tool: LazyLock::new(tool),
    };
    let ended = if args.output.as_deref().is_some_and(|path| path.as_os_str() == "-") {
        build.print(output)
    } else if args.check {
        build.compare(output)
    } else {
        build.write(output)
    };
    let ended = ended.and_then(|ended| build.is_staged(ended, output));
    if let Some(format) = args.timings {
        output.timings(&build.timings.text(format));
    }
    ended
}

/// By what this fleetc is known again.
fn tool() -> Digest {
    let own = std::env::current_exe().and_then(std::fs::metadata).map(|it| Stamp::of(&it)).ok();
    Digest::of_input(format!("{:?}", (fleetc::VERSION, own)).as_bytes())
}

/// A build under way.
struct Building<'b> {
    args: &'b Build,
    fleet: &'b FleetFile,
    threads: &'b rayon::ThreadPool,
    timings: Timings,
    /// By what this fleetc is known again.
    tool: LazyLock<Digest>,
}

/// A fleet that was compiled, and its tree, which was staged.
struct Staged {
    fleet: fleetc::Fleet,
    /// What the next build may know of its folders.
    known: fleetc::Earlier,
    said: Vec<Said>,
    inputs: Vec<Input>,
}

impl Building<'_> {
    /// Prints the tree as one stream.
    fn print(&self, output: &mut Output) -> Result<Ended, NotRun> {
        self.timings.phase("compile");
        let built = self.threads.install(|| self.fleet.compile("compiling", output));
        let Some(built) = built else { return Ok(Ended::Mistakes) };
        self.args.part.check(&built.fleet)?;
        self.timings.phase("print");
        let tree = built.tree.keep(|folder| self.args.part.has(folder));
        self.args.part.is_met(tree.object_count())?;
        output.result(&self.threads.install(|| tree.to_stream()))?;
        Ok(Ended::Done)
    }

    /// Makes the output folder hold the tree.
    fn write(&self, output: &mut Output) -> Result<Ended, NotRun> {
        let folder = self.folder()?;
        let patience = Duration::from_secs(self.args.wait);
        self.timings.phase("look");
        let rendered = Rendered::open(&folder, &Machine, patience, |holder| output.waiting(holder, &folder))?;
        let key = self.key(&folder);
        if self.is_current(&rendered, key, output) {
            return Ok(Ended::Done);
        }
        let ended = self.build(&rendered, key, output);
        if ended.as_ref().map_or(true, |ended| *ended != Ended::Done) {
            rendered.discard();
        }
        ended
    }

    /// Says in what the output folder does not hold the tree.
    fn compare(&self, output: &mut Output) -> Result<Ended, NotRun> {
        let folder = self.folder()?;
        self.timings.phase("look");
        let rendered = Rendered::look(&folder, &Machine)?;
        if self.is_current(&rendered, self.key(&folder), output) {
            return Ok(Ended::Done);
        }
        let stage = Stage::new(&rendered, Mode::Look);
        let Some(Staged { fleet, inputs, .. }) = self.stage(&stage, output)? else {
            return Ok(Ended::Mistakes);
        };
        let plan = stage.plan()?.marked(self.mark(&inputs));
        if let Some(differences) = plan.differences() {
            output.error(&differences);
            return Ok(Ended::Mistakes);
        }
        self.summary([fleet.targets.len(), stage.objects()], &folder, [0, plan.len(), 0], output);
        Ok(Ended::Done)
    }

    /// How it ends, if git is asked whether all of the tree is staged.
    fn is_staged(&self, ended: Ended, output: &mut Output) -> Result<Ended, NotRun> {
        if !self.args.staged || ended != Ended::Done {
            return Ok(ended);
        }
        let missing = staged::missing(&self.folder()?)?;
        Ok(missing.map_or(ended, |missing| {
            output.error(&missing);
            Ended::Mistakes
        }))
    }

    /// Whether nothing has changed since the last build; says then what it said.
    fn is_current(&self, rendered: &Rendered<'_>, key: Digest, output: &mut Output) -> bool {
        if !output.can_repeat() {
            return false;
        }
        let current = self.threads.install(|| rendered.current(key, self.fleet.disk()));
        if let Some(cache) = current {
            output.again(&cache.said);
            self.summary(cache.counts, rendered.root(), [0, cache.stamps.len(), 0], output);
        }
        current.is_some()
    }

    fn build(&self, rendered: &Rendered<'_>, key: Digest, output: &mut Output) -> Result<Ended, NotRun> {
        let stage = Stage::new(rendered, if self.args.force { Mode::Force } else { Mode::Write });
        let Some(Staged { fleet, known, said, inputs }) = self.stage(&stage, output)? else {
            return Ok(Ended::Mistakes);
        };
        let _progress = output.progress("writing");
        self.timings.phase("compare");
        let plan = stage.plan()?.marked(self.mark(&inputs));
        plan.guard(&self.allowed(&fleet))?;
        self.timings.phase("move");
        let done = plan.commit()?;
        let counts = [fleet.targets.len(), stage.objects()];
        self.summary(counts, rendered.root(), [done.written, done.unchanged, done.removed], output);
        self.timings.phase("remember");
        let inputs = (said.len() <= SAID).then_some(inputs);
        rendered.keep(Cache {
            key,
            ledger: done.ledger,
            counts,
            said,
            inputs,
            stamps: done.stamps,
            tool: *self.tool,
            known: known.bytes(),
            ..Cache::default()
        });
        Ok(Ended::Done)
    }

    /// Compiles the fleet, and stages the part of its tree that is asked for; none if the fleet has mistakes.
    fn stage(&self, stage: &Stage<'_>, output: &mut Output) -> Result<Option<Staged>, NotRun> {
        let inputs = Inputs::new(self.fleet.disk());
        let input = fleetc::Input { files: &inputs, ..self.fleet.input() };
        let take = |folder: fleetc::Folder| {
            if self.args.part.has(&folder) {
                self.timings.folder(folder.is_as_before());
                match self.args.timings {
                    Some(_) => self.timings.app(folder.app.as_deref(), || stage.take(&folder)),
                    None => stage.take(&folder),
                }
            }
        };
        let outcome = {
            let _progress = output.progress("compiling");
            let began = |phase| self.timings.phase(phase);
            let within = |part, act: &mut dyn FnMut()| self.timings.part(part, act);
            let earlier = stage.known(*self.tool);
            let before = fleetc::Before { earlier: &earlier, stands: &|folder| stage.stands(folder) };
            let (shard, before) = (self.args.shard, Some(before));
            let way = fleetc::Way { take: &take, began: &began, within: &within, shard, before };
            // While the fleet is read, there is a thread to spare.
            let is_over = AtomicBool::new(false);
            self.threads.in_place_scope(|threads| {
                if self.threads.current_num_threads() > 1 && !earlier.is_empty() {
                    threads.spawn(|_| stage.look_ahead(&is_over));
                }
                let outcome = self.threads.install(|| fleetc::compile_into(&input, &way));
                is_over.store(true, Ordering::Relaxed);
                outcome
            })
        };
        output.outcome(&outcome, self.fleet.folder());
        let Some(fleetc::Given { fleet, known }) = outcome.output else { return Ok(None) };
        self.args.part.check(&fleet)?;
        self.args.part.is_met(stage.objects())?;
        let problems = outcome.diagnostics.sorted().into_iter().take(SAID + 1);
        let said = problems.map(|problem| report::said(problem, &outcome.sources)).collect();
        Ok(Some(Staged { fleet, known, said, inputs: inputs.seen() }))
    }

    /// What `fleetc merge` knows a part by.
    fn mark(&self, inputs: &[Input]) -> Option<String> {
        let Shard { index, count } = self.args.shard?;
        let inputs: Vec<_> =
            inputs.iter().map(|input| (&input.path, input.is_listing, input.digest)).collect();
        let fleet = self.fleet.input();
        let all = (fleetc::VERSION, fleet.name, fleet.folder, fleet.text, &self.args.part, inputs);
        Some(Mark { index, count, of: Digest::of_input(format!("{all:?}").as_bytes()) }.to_string())
    }

    /// What may leave the tree: what was named, and the clusters of which the fleet says that they are retired.
    fn allowed(&self, fleet: &fleetc::Fleet) -> Allowed {
        let retired = fleet.clusters.iter().filter(|cluster| cluster.state == State::Retired);
        let retired = retired.map(|cluster| cluster.name.to_string()).collect();
        Allowed { names: self.args.allow_delete.clone(), retired }
    }

    /// The folder that is written. Where the fleet says it, no link leads there: what lies in it is of this fleet.
    fn folder(&self) -> Result<PathBuf, NotRun> {
        if let Some(folder) = &self.args.output {
            return Ok(folder.clone());
        }
        let output = fleetc::output_of(&self.fleet.text);
        let ends = output.match_indices('/').map(|(end, _)| end).chain([output.len()]);
        for end in ends {
            refuse_links(&[&self.fleet.beside(&output[..end])])?;
        }
        Ok(self.fleet.beside(&output))
    }

    /// Of all that decides what is built, but the files that the fleet names.
    fn key(&self, folder: &Path) -> Digest {
        let fleet = self.fleet.input();
        // Exceptions may end.
        let today = fleet.text.contains("until").then_some(fleet.today);
        let all =
            (tool(), today, fleet.name, fleet.folder, fleet.text, &self.args.part, self.args.shard, folder);
        Digest::of_input(format!("{all:?}").as_bytes())
    }

    fn summary(&self, counts: [usize; 2], folder: &Path, files: [usize; 3], output: &mut Output) {
        let [targets, objects] = counts;
        let [written, unchanged, removed] = files;
        output.summary(&format!(
            "{}, {} in `{}`: {} written, {unchanged} unchanged, {removed} removed, in {:.2} s",
            counted(targets, "target"),
            counted(objects, "object"),
            folder.display(),
            counted(written, "file"),
            self.timings.elapsed().as_secs_f64()
        ));
    }
}

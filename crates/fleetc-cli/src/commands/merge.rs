//! `fleetc merge`.

use std::path::PathBuf;
use std::time::Duration;

use crate::output::{Output, counted};
use crate::rendered::{Allowed, Cache, Mode, Parts, Rendered, Stage};
use crate::system::Machine;
use crate::{Ended, NotRun};

/// Put the parts of a tree together that `fleetc build --shard` has made
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  fleetc merge part-1 part-2 part-3 --output rendered
                                 the tree that one build of the whole fleet would give, byte for byte

It is an error if a part is missing, is there twice, was changed, or was made of anything else than the others.")]
pub(crate) struct Merge {
    /// The folders of the parts
    #[arg(value_name = "FOLDER", required = true)]
    parts: Vec<PathBuf>,
    /// The folder to write
    #[arg(short, long, value_name = "FOLDER")]
    output: PathBuf,
    /// What may lose more than it may without being told, as with `fleetc build`
    #[arg(long, value_name = "NAME")]
    allow_delete: Vec<String>,
}

pub(crate) fn run(args: &Merge, output: &mut Output) -> Result<Ended, NotRun> {
    let parts = Parts::open(&args.parts)?;
    let rendered = Rendered::open(&args.output, &Machine, Duration::from_secs(10), |holder| {
        output.waiting(holder, &args.output);
    })?;
    let stage = Stage::new(&rendered, Mode::Write);
    let done = parts.stage(&stage).and_then(|()| {
        let plan = stage.plan()?;
        plan.guard(&Allowed { names: args.allow_delete.clone(), ..Allowed::default() })?;
        plan.commit()
    });
    let done = done.inspect_err(|_| rendered.discard())?;
    output.summary(&format!(
        "{} in `{}`: {} written, {} unchanged, {} removed",
        counted(args.parts.len(), "part"),
        args.output.display(),
        counted(done.written, "file"),
        done.unchanged,
        done.removed
    ));
    rendered.keep(Cache { ledger: done.ledger, stamps: done.stamps, ..Cache::default() });
    Ok(Ended::Done)
}

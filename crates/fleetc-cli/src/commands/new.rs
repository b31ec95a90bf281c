//! `fleetc new`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::output::Output;
use crate::{Ended, NotRun};

/// Make a first fleet that builds
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  fleetc new home          in the folder `home`
  fleetc new .             in this folder

Files that are there already stay as they are.")]
pub(crate) struct New {
    /// The folder
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
}

/// The files of a first fleet.
const FILES: [(&str, &str); 3] = [
    ("fleet.toml", include_str!("new/fleet.toml")),
    ("apps/web/deployment.yaml", include_str!("new/deployment.yaml")),
    ("apps/web/service.yaml", include_str!("new/service.yaml")),
];

pub(crate) fn run(args: &New, output: &mut Output) -> Result<Ended, NotRun> {
    let fleet = args.folder.join(FILES[0].0);
    if fleet.exists() {
        return Err(format!("`{}` is there already", fleet.display()));
    }
    for (path, text) in FILES {
        write(&args.folder.join(path), text)?;
    }
    let folder = args.folder.display();
    output.summary(&format!(
        "made `{}`; set `source` in it to your repository, then `fleetc build --fleet {folder}` makes the tree",
        fleet.display()
    ));
    Ok(Ended::Done)
}

fn write(path: &Path, text: &str) -> Result<(), NotRun> {
    if path.exists() {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| format!("cannot write `{}`: {error}", path.display()))
}

//! The commands, one file each.

pub(crate) mod bootstrap;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod explain;
pub(crate) mod merge;
pub(crate) mod new;
pub(crate) mod schema;
pub(crate) mod secrets;
pub(crate) mod show;

use std::fs;
use std::path::{Path, PathBuf};

use crate::NotRun;
use crate::disk::{Disk, find_fleet};
use crate::global::Global;

/// A fleet.toml on disk.
pub(crate) struct FleetFile {
    /// Its name.
    pub(crate) name: String,
    pub(crate) text: String,
    /// Where it lies.
    pub(crate) path: PathBuf,
    folder_name: String,
    disk: Disk,
}

impl FleetFile {
    /// The one that is meant.
    pub(crate) fn open(global: &Global) -> Result<Self, NotRun> {
        let path = find_fleet(global.fleet.as_deref())?;
        let bytes = fs::read(&path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
        let text = String::from_utf8(bytes).map_err(|_| format!("`{}` is not UTF-8", path.display()))?;
        let folder =
            path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new(".")).to_owned();
        let absolute = fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone());
        let name_of = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(Self {
            name: name_of(&path).unwrap_or_else(|| "fleet.toml".into()),
            text,
            folder_name: name_of(&absolute).unwrap_or_else(|| "fleet".into()),
            disk: Disk::new(folder),
            path,
        })
    }

    /// The folder that it lies in.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// A path beside it.
    pub(crate) fn beside(&self, path: &str) -> PathBuf {
        self.path.with_file_name(path)
    }

    /// The folder that it lies in.
    pub(crate) fn disk(&self) -> &Disk {
        &self.disk
    }

    /// It as the compiler takes it.
    pub(crate) fn input(&self) -> fleetc::Input<'_> {
        fleetc::Input { name: &self.name, text: &self.text, folder: &self.folder_name, files: &self.disk }
    }
}

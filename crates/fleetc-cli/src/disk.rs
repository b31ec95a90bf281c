//! The fleet's files on disk. No link is followed, so that what is reviewed is what is built.

#[cfg_attr(unix, path = "disk/unix.rs")]
#[cfg_attr(not(unix), path = "disk/elsewhere.rs")]
mod opened;

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use fleetc::{FileError, Files, Listed};

use crate::stamp::Stamp;

/// No file of a fleet is larger.
const LARGEST: u64 = 10 << 20;

/// The folder that a fleet.toml lies in.
pub(crate) struct Disk {
    root: PathBuf,
}

impl Disk {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// By what the file or folder is known again; none if it cannot be had.
    pub(crate) fn stamp(&self, path: &str) -> Option<Stamp> {
        self.stamp_in(path, false)
    }

    /// The same; whether it lies in a folder that is known to be one, behind no link.
    pub(crate) fn stamp_in(&self, path: &str, is_in_known: bool) -> Option<Stamp> {
        let resolved = if is_in_known { self.root.join(path) } else { resolve(&self.root, path).ok()? };
        fs::symlink_metadata(resolved).ok().map(|metadata| Stamp::of(&metadata))
    }
}

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let file = opened::open(&self.root, path)?;
        let metadata = file.metadata().map_err(|error| from(&error))?;
        if metadata.is_dir() {
            return Err(FileError::IsFolder);
        }
        // A pipe or a device may have no end.
        if !metadata.is_file() {
            return Err(FileError::Other("is neither a file nor a folder".into()));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(LARGEST)).unwrap_or_default());
        let mut file = file.take(LARGEST + 1);
        file.read_to_end(&mut bytes).map_err(|error| from(&error))?;
        if file.limit() == 0 { Err(FileError::TooLarge(LARGEST)) } else { Ok(bytes) }
    }

    fn list(&self, folder: &str) -> Result<Vec<Listed>, FileError> {
        opened::list(&self.root, folder)
    }
}

/// The parts of a path, if it can lie in the fleet's folder.
fn parts(path: &str) -> Result<impl Iterator<Item = &str>, FileError> {
    let parts = path.split('/').filter(|part| !part.is_empty());
    let leaves = |part: &str| matches!(part, "." | "..") || part.contains(['\\', '\0']);
    if parts.clone().any(leaves) { Err(FileError::NotFound) } else { Ok(parts) }
}

/// The path on disk, if no part of it is a link.
fn resolve(root: &Path, path: &str) -> Result<PathBuf, FileError> {
    let mut resolved = root.to_owned();
    for part in parts(path)? {
        resolved.push(part);
        if fs::symlink_metadata(&resolved).map_err(|error| from(&error))?.is_symlink() {
            return Err(FileError::IsLink);
        }
    }
    Ok(resolved)
}

fn from(error: &io::Error) -> FileError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileError::NotFound,
        _ => FileError::Other(error.to_string()),
    }
}

/// The fleet.toml that is meant: the one that was named, or the nearest one from here upwards.
pub(crate) fn find_fleet(named: Option<&Path>) -> Result<PathBuf, String> {
    if let Some(path) = named {
        return match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Ok(path.join("fleet.toml")),
            Ok(_) => Ok(path.to_owned()),
            Err(error) => Err(format!("cannot read `{}`: {error}", path.display())),
        };
    }
    let here = std::env::current_dir().map_err(|error| format!("cannot find the current folder: {error}"))?;
    let found = here.ancestors().position(|folder| folder.join("fleet.toml").is_file());
    let found = found.map(|up| std::iter::repeat_n("..", up).collect::<PathBuf>().join("fleet.toml"));
    found.ok_or_else(|| {
        "there is no fleet.toml in this folder or above it; `fleetc new` makes one, `--fleet` names one"
            .to_owned()
    })
}

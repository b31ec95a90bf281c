//! Files and folders by their paths, where no system call opens one below another.

use std::fs::{self, File};
use std::path::Path;

use fleetc::{FileError, Listed};

use super::{from, resolve};

/// The file or folder.
pub(super) fn open(root: &Path, path: &str) -> Result<File, FileError> {
    let path = resolve(root, path)?;
    // Not every system opens a folder as a file.
    if fs::metadata(&path).map_err(|error| from(&error))?.is_dir() {
        return Err(FileError::IsFolder);
    }
    File::open(path).map_err(|error| from(&error))
}

/// What lies in the folder.
pub(super) fn list(root: &Path, folder: &str) -> Result<Vec<Listed>, FileError> {
    let path = resolve(root, folder)?;
    if !fs::metadata(&path).map_err(|error| from(&error))?.is_dir() {
        return Err(FileError::IsFile);
    }
    let mut listed = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| from(&error))? {
        let entry = entry.map_err(|error| from(&error))?;
        let kind = entry.file_type().map_err(|error| from(&error))?;
        // A name that is no text cannot be written in fleet.toml.
        if let Ok(name) = entry.file_name().into_string() {
            listed.push(Listed { name, folder: kind.is_dir() });
        }
    }
    Ok(listed)
}

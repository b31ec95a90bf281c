//! What the machine is asked to do when a tree is written: the one place where a test can let it fail.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::stamp::Stamp;

/// Changes files and folders.
pub(crate) trait System: Sync {
    /// Makes a folder; one that is there already is left as it is.
    fn create_folder(&self, path: &Path) -> io::Result<()>;
    /// Makes a new file with these bytes.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<Stamp>;
    /// Moves a file in the place of another, or a folder to where nothing is.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes an empty folder.
    fn remove_folder(&self, path: &Path) -> io::Result<()>;
    /// Removes a folder with all that is in it.
    fn remove_all(&self, path: &Path) -> io::Result<()>;
}

/// The machine itself. Files are 0644 and folders 0755, whatever the umask.
pub(crate) struct Machine;

impl System for Machine {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        match fs::create_dir(path) {
            Ok(()) => mode::of_folder(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<Stamp> {
        let mut file = mode::options().open(path)?;
        file.write_all(bytes)?;
        let metadata = file.metadata()?;
        mode::of_file(&file, &metadata)?;
        Ok(Stamp::of(&metadata))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn remove_all(&self, path: &Path) -> io::Result<()> {
        match fs::remove_dir_all(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            ended => ended,
        }
    }
}

#[cfg(unix)]
mod mode {
    use std::fs::{self, File, Metadata, OpenOptions, Permissions};
    use std::io;
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    use std::path::Path;

    const FILE: u32 = 0o644;
    const FOLDER: u32 = 0o755;

    pub(super) fn options() -> OpenOptions {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(FILE);
        options
    }

    /// Gives the file back what the umask took.
    pub(super) fn of_file(file: &File, metadata: &Metadata) -> io::Result<()> {
        if metadata.permissions().mode() & 0o777 == FILE {
            return Ok(());
        }
        file.set_permissions(Permissions::from_mode(FILE))
    }

    pub(super) fn of_folder(path: &Path) -> io::Result<()> {
        if fs::symlink_metadata(path)?.permissions().mode() & 0o777 == FOLDER {
            return Ok(());
        }
        fs::set_permissions(path, Permissions::from_mode(FOLDER))
    }
}

#[cfg(not(unix))]
mod mode {
    use std::fs::{File, Metadata, OpenOptions};
    use std::io;
    use std::path::Path;

    pub(super) fn options() -> OpenOptions {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        options
    }

    pub(super) fn of_file(_: &File, _: &Metadata) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn of_folder(_: &Path) -> io::Result<()> {
        Ok(())
    }
}

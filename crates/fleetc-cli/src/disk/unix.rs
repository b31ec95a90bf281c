//! Files and folders, opened part by part from the fleet's folder on: what turns into a link meanwhile is not followed either.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use fleetc::{FileError, Listed};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::{from, parts};

/// The file or folder.
pub(super) fn open(root: &Path, path: &str) -> Result<File, FileError> {
    // A pipe is opened without waiting for who writes into it; a link is none of these.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let mut at = rustix::fs::open(root, flags | OFlags::DIRECTORY, Mode::empty()).map_err(of_errno)?;
    for part in parts(path)? {
        let opened = rustix::fs::openat(&at, part, flags | OFlags::NOFOLLOW, Mode::empty());
        at = opened.map_err(|errno| if is_link(&at, part) { FileError::IsLink } else { of_errno(errno) })?;
    }
    Ok(at.into())
}

/// What lies in the folder.
pub(super) fn list(root: &Path, folder: &str) -> Result<Vec<Listed>, FileError> {
    let opened = open(root, folder)?;
    if !opened.metadata().map_err(|error| from(&error))?.is_dir() {
        return Err(FileError::IsFile);
    }
    let at = OwnedFd::from(opened);
    let mut listed = Vec::new();
    for entry in Dir::read_from(&at).map_err(of_errno)? {
        let entry = entry.map_err(of_errno)?;
        // A name that is no text cannot be written in fleet.toml.
        let Ok(name) = entry.file_name().to_str() else { continue };
        if !matches!(name, "." | "..") {
            let kind = match entry.file_type() {
                FileType::Unknown => kind_of(&at, name).map_err(of_errno)?,
                known => known,
            };
            listed.push(Listed { name: name.to_owned(), folder: kind == FileType::Directory });
        }
    }
    Ok(listed)
}

/// Which systems say in how many ways that something is a link; this asks.
fn is_link(at: &OwnedFd, part: &str) -> bool {
    kind_of(at, part).is_ok_and(|kind| kind == FileType::Symlink)
}

fn kind_of(at: &OwnedFd, part: &str) -> Result<FileType, Errno> {
    let stat = rustix::fs::statat(at, part, AtFlags::SYMLINK_NOFOLLOW)?;
    Ok(FileType::from_raw_mode(stat.st_mode))
}

fn of_errno(errno: Errno) -> FileError {
    from(&io::Error::from(errno))
}

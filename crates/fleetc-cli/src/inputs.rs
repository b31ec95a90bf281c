//! What a build read: every file and every folder, so that the next one can tell whether anything changed.

use std::collections::BTreeMap;
use std::sync::Mutex;

use fleetc::{FileError, Files, Listed};
use rayon::prelude::*;

use crate::digest::Digest;
use crate::disk::Disk;
use crate::stamp::Stamp;

/// A file that was read, or a folder that was listed, or the attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Input {
    pub(crate) path: String,
    /// Whether it was listed.
    pub(crate) is_listing: bool,
    /// Of what came out.
    pub(crate) digest: Digest,
    /// None if it could not be had.
    pub(crate) stamp: Option<Stamp>,
}

/// The fleet's files on disk, noting what is asked of them.
pub(crate) struct Inputs<'d> {
    disk: &'d Disk,
    seen: Mutex<BTreeMap<(bool, String), Input>>,
}

impl<'d> Inputs<'d> {
    pub(crate) fn new(disk: &'d Disk) -> Self {
        Self { disk, seen: Mutex::default() }
    }

    /// All that was asked for.
    pub(crate) fn seen(self) -> Vec<Input> {
        self.seen.into_inner().expect("nothing panics while it is held").into_values().collect()
    }

    fn note(&self, input: Input) {
        let mut seen = self.seen.lock().expect("nothing panics while it is held");
        seen.insert((input.is_listing, input.path.clone()), input);
    }
}

impl Files for Inputs<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let stamp = self.disk.stamp(path);
        let read = self.disk.read(path);
        self.note(Input { path: path.into(), is_listing: false, digest: digest_of_file(&read), stamp });
        read
    }

    fn list(&self, folder: &str) -> Result<Vec<Listed>, FileError> {
        let stamp = self.disk.stamp(folder);
        let listed = self.disk.list(folder);
        self.note(Input { path: folder.into(), is_listing: true, digest: digest_of_listing(&listed), stamp });
        listed
    }
}

/// How many inputs are looked at by one thread at a time.
const LOOKED_AT: usize = 256;

/// Whether all would be read as it was when the file with the stamp `then` was written.
pub(crate) fn are_unchanged(inputs: &[Input], disk: &Disk, then: Stamp) -> bool {
    inputs.par_chunks(LOOKED_AT).all(|inputs| {
        let mut folder = None;
        inputs.iter().all(|input| is_unchanged(input, disk, then, &mut folder))
    })
}

/// Whether one would be; `folder` is the one that was looked at last.
fn is_unchanged<'i>(input: &'i Input, disk: &Disk, then: Stamp, folder: &mut Option<&'i str>) -> bool {
    let parent = input.path.rsplit_once('/').map(|(parent, _)| parent);
    let is_known = input.stamp.is_some_and(|stamp| !stamp.is_young(then));
    if is_known && disk.stamp_in(&input.path, parent.is_some() && *folder == parent) == input.stamp {
        *folder = parent;
        return true;
    }
    let digest = if input.is_listing {
        digest_of_listing(&disk.list(&input.path))
    } else {
        digest_of_file(&disk.read(&input.path))
    };
    digest == input.digest
}

fn digest_of_file(read: &Result<Vec<u8>, FileError>) -> Digest {
    match read {
        Ok(bytes) => Digest::of_input(bytes),
        Err(error) => digest_of_error(error),
    }
}

fn digest_of_listing(listed: &Result<Vec<Listed>, FileError>) -> Digest {
    match listed {
        Ok(listed) => {
            let mut listed: Vec<&Listed> = listed.iter().collect();
            listed.sort();
            let lines = listed.iter().map(|it| format!("{}{}\n", it.name, if it.folder { "/" } else { "" }));
            Digest::of_input(lines.collect::<String>().as_bytes())
        }
        Err(error) => digest_of_error(error),
    }
}

fn digest_of_error(error: &FileError) -> Digest {
    Digest::of_input(format!("\0{error:?}").as_bytes())
}

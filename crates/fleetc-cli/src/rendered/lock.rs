//! One build at a time in a folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::stamp::Stamp;

/// How often another build is asked whether it is done.
const PACE: Duration = Duration::from_millis(20);

/// Nobody else builds into the folder while this is held; the system lets go of it when the process ends, however that is.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Waits until no other build holds the lock file; `tell` is told of the one that is waited for.
pub(crate) fn take(path: &Path, patience: Duration, mut tell: impl FnMut(&str)) -> Result<Lock, String> {
    let started = Instant::now();
    let mut is_told = false;
    loop {
        let mut file = open(path).map_err(|error| format!("cannot open `{}`: {error}", path.display()))?;
        match file.try_lock() {
            // Whoever held it may have taken the file away.
            Ok(()) if is_at(&file, path) => {
                let _ = sign(&mut file);
                return Ok(Lock { _file: file });
            }
            Ok(()) => continue,
            Err(TryLockError::Error(error)) => {
                return Err(format!("cannot lock `{}`: {error}", path.display()));
            }
            Err(TryLockError::WouldBlock) => {}
        }
        let holder = holder(path);
        if started.elapsed() >= patience {
            return Err(format!(
                "{holder} still builds into this folder after {} s; wait for it, or end it (`{}`)",
                patience.as_secs(),
                path.display()
            ));
        }
        if !std::mem::replace(&mut is_told, true) {
            tell(&holder);
        }
        thread::sleep(PACE);
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

fn is_at(file: &File, path: &Path) -> bool {
    let number = |metadata: io::Result<fs::Metadata>| metadata.ok().map(|it| Stamp::of(&it).number);
    number(file.metadata()) == number(fs::symlink_metadata(path))
}

fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

fn holder(path: &Path) -> String {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(32).read_to_string(&mut text));
    match text.trim().parse::<u32>() {
        Ok(process) if read.is_ok() => format!("process {process}"),
        _ => "another process".into(),
    }
}

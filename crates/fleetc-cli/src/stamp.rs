//! By what a file is known to be the one of the last time, without reading it.

use std::fs::Metadata;
use std::time::{SystemTime, UNIX_EPOCH};

/// Size, time of the last change in nanoseconds, and number of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Stamp {
    pub(crate) size: u64,
    pub(crate) changed: i64,
    pub(crate) number: u64,
}

/// How far apart two changes must be, so that a file system tells their times apart.
const TICK: i64 = 20_000_000;

/// The same where times are whole seconds.
const SLOW_TICK: i64 = 2_000_000_000;

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self {
            size: metadata.len(),
            changed: metadata.modified().map_or(0, nanoseconds),
            number: number(metadata),
        }
    }

    /// Whether a file that was changed once more before `then` could have the same stamp.
    pub(crate) fn is_young(self, then: Self) -> bool {
        let tick = if self.changed % 1_000_000_000 == 0 { SLOW_TICK } else { TICK };
        self.changed.saturating_add(tick) >= then.changed
    }
}

fn nanoseconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |it| -it),
    }
}

#[cfg(unix)]
fn number(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> u64 {
    0
}

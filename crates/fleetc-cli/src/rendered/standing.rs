//! Which folders stand as the last build left them. Each is looked at once: by whoever asks first, or ahead of all, while
//! the fleet is read.

use std::sync::atomic::{AtomicBool, Ordering};

use super::ledger::InFolder;
use super::stage::{Now, Stage};
use crate::digest::Digest;
use crate::stamp::Stamp;

impl Stage<'_> {
    /// Whether a folder stands as the last build left it; then it may be taken without its files.
    pub(crate) fn stands(&self, folder: &str) -> bool {
        self.stamps_of(folder).is_some()
    }

    /// The stamps of the files of a folder, if it stands.
    pub(super) fn stamps_of(&self, folder: &str) -> Option<&[Stamp]> {
        self.look_at(self.rendered.ledger.folder(folder)?)
    }

    /// Looks at all folders, until it is over.
    pub(crate) fn look_ahead(&self, is_over: &AtomicBool) {
        for folder in self.rendered.ledger.folders() {
            if is_over.load(Ordering::Relaxed) {
                return;
            }
            self.look_at(folder);
        }
    }

    fn look_at(&self, folder: InFolder<'_>) -> Option<&[Stamp]> {
        self.standing[folder.number()].get_or_init(|| self.looked_at(folder)).as_deref()
    }

    fn looked_at(&self, folder: InFolder<'_>) -> Option<Vec<Stamp>> {
        if !self.is_there(folder.path()).unwrap_or(false) {
            return None;
        }
        let mut path = self.rendered.root.join(folder.path());
        let stamps = folder.entries().map(|entry| {
            path.push(entry.name);
            let now = self.now(&path, Some(&entry));
            path.pop();
            match now.ok()? {
                Now::Known(stamp) => Some(stamp),
                Now::Bytes(bytes, stamp) => (Digest::of_output(&bytes) == entry.digest).then_some(stamp),
                Now::Nothing => None,
            }
        });
        stamps.collect()
    }
}

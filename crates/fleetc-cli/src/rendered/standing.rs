//! Which folders stand as the last build left them. Each is looked at once: by whoever asks first, or ahead of all, while
//! the fleet is read.

use std::sync::atomic::{AtomicBool, Ordering};

use fleetc::Earlier;

use super::ledger::InFolder;
use super::stage::Stage;
use crate::digest::Digest;
use crate::stamp::Stamp;

impl Stage<'_> {
    /// What is known of the folders of the tree, if this fleetc made them.
    pub(crate) fn known(&self, tool: Digest) -> Earlier {
        let cache = self.rendered.cache.as_ref().filter(|(cache, _)| cache.tool == tool);
        cache.map_or_else(Earlier::default, |(cache, _)| Earlier::read(&cache.known))
    }

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
            let stamp = self.rendered.unedited(&path, &entry);
            path.pop();
            stamp
        });
        stamps.collect()
    }
}

//! What is as it was in an earlier compilation.

use super::Host;
use super::bundles::Maker;
use crate::diagnostic::Diagnostics;
use crate::earlier::Record;
use crate::fingerprint::Fingerprint;
use crate::load::Library;
use crate::render::Rendered;
use crate::render::folder::{self, About};
use crate::render::here::{Objects, Own};
use crate::render::placed::PlacedApp;
use crate::render::target::On;
use crate::resolve::Tally;
use crate::tree::Folder;

impl Host<'_> {
    /// Says what is said of an app, or of a folder of nobody's, and notes that something is.
    pub(super) fn said(&mut self, of: &str, said: Diagnostics) {
        if !said.is_empty() {
            self.found.spoken_of(of);
        }
        self.part.diagnostics.append(said);
    }

    /// A folder with these objects; without files, if they are as they were.
    pub(super) fn folder(&self, path: String, objects: &[Rendered], about: About) -> Folder {
        let Some(before) = self.before.filter(|_| !objects.is_empty()) else {
            return folder::folder(path, objects, about);
        };
        let is = folder::fingerprint(objects);
        let known = before.earlier.find(&path).filter(|record| {
            record.known.is == is && record.known.flux == about.flux && (before.stands)(&path)
        });
        folder::whole(path, objects, about, is, known.cloned())
    }
}

impl<'f> Maker<'_, 'f> {
    /// Makes the app's own objects, though they may be as they were.
    pub(super) fn make(&mut self, app: usize, objects: &mut Objects) {
        self.said_of(app, |app, target, library, tally, said| {
            objects.make(app, target, library, tally, said);
        });
    }

    /// Does something with an app, and notes if something is said of it.
    pub(super) fn said_of<T>(
        &mut self,
        app: usize,
        act: impl FnOnce(&mut PlacedApp<'f>, &str, &'f Library, &mut Tally, &mut Diagnostics) -> T,
    ) -> T {
        let Host { ons, library, part, .. } = &mut *self.host;
        let On { apps, name, .. } = &mut ons[self.index];
        let app = &mut apps[app];
        let mut said = Diagnostics::default();
        let done = act(app, name, library, &mut part.tally, &mut said);
        let of = app.app.name.clone();
        self.host.said(&of, said);
        done
    }

    /// Whether the folder of an app holds nothing that depends on others of its target.
    fn is_apart(&self, app: usize) -> bool {
        let (on, keys) = (self.on(), &self.on().apps[app].keys);
        self.host.before.is_some() && !on.suspended && keys.bundle.is_none() && keys.late.is_none()
    }

    /// What is known of the app's own objects, if they are as they were.
    pub(super) fn kept(&mut self, app: usize) -> Option<Record> {
        let before = self.host.before.filter(|_| self.is_apart(app))?;
        let Host { ons, library, .. } = &mut *self.host;
        let on = &mut ons[self.index];
        let path = on.folder(&on.apps[app].bundle());
        let record = before.earlier.find(&path)?;
        let (known, app) = (&record.known, &mut on.apps[app]);
        let is_same = known.flux == on.flux.version.word()
            && known.is == app.fingerprint(library)
            && (!known.is_encrypted || on.flux.decryption.is_some())
            && app.scope.fingerprint(&known.names) == record.values
            && (before.stands)(&path);
        is_same.then(|| record.clone())
    }

    /// What the next compilation may know of the app's objects, if nothing else lies with them but what is `beside`.
    pub(super) fn record(&mut self, app: usize, objects: &Objects, beside: Fingerprint) -> Option<Record> {
        let (Own::Made(made, trace), true) = (&objects.own, self.is_apart(app)) else { return None };
        if made.is_empty() {
            return None;
        }
        let is_encrypted = made.iter().any(|object| object.encrypted.is_some());
        let Host { ons, library, .. } = &mut *self.host;
        let on = &mut ons[self.index];
        let of_objects = (objects.facts.clone(), is_encrypted);
        Some(trace.record(&mut on.apps[app], on.flux.version.word(), of_objects, beside, library))
    }
}

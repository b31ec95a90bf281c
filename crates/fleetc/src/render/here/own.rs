//! An app's own objects: made, or known to be as they were.

use std::collections::BTreeSet;
use std::sync::Arc;

use fleetc_manifests::Text;

use crate::earlier::{Known, Record};
use crate::facts::Facts;
use crate::fingerprint::Fingerprint;
use crate::load::Library;
use crate::render::Rendered;
use crate::render::change::{Changes, Met};
use crate::render::placed::PlacedApp;
use crate::resolve::scope::Asked;

/// An app's own objects.
pub(in crate::render) enum Own {
    /// They were made.
    Made(Vec<Rendered>, Trace),
    /// They are as they were: this is known of them.
    Kept(Record),
}

/// What the objects of an app were made with.
#[derive(Default)]
pub(in crate::render) struct Trace {
    /// The names that were asked for.
    pub(super) asked: Vec<Arc<Asked>>,
    pub(super) met: Met,
}

impl Own {
    /// Whether there are none.
    pub(in crate::render) fn is_empty(&self) -> bool {
        matches!(self, Self::Made(objects, _) if objects.is_empty())
    }

    /// What others want to know of each.
    pub(super) fn facts(&self) -> Vec<Arc<Facts>> {
        match self {
            Self::Made(objects, _) => objects.iter().map(Rendered::facts).collect(),
            Self::Kept(record) => record.known.facts.clone(),
        }
    }

    /// Which changes met one of them.
    pub(super) fn met(&self, changes: &[Changes]) -> Met {
        match self {
            Self::Made(_, trace) => trace.met.clone(),
            Self::Kept(record) => Met::numbered([&record.known.met, &record.known.changed], changes),
        }
    }

    /// The objects, if they were made.
    pub(in crate::render) fn made(&self) -> Option<&[Rendered]> {
        match self {
            Self::Made(objects, _) => Some(objects),
            Self::Kept(_) => None,
        }
    }
}

impl Trace {
    /// What the next compilation may know of the app's objects, which these facts say.
    pub(in crate::render) fn record(
        &self,
        app: &mut PlacedApp<'_>,
        flux: &str,
        (facts, is_encrypted): (Vec<Arc<Facts>>, bool),
        beside: Fingerprint,
        library: &Library,
    ) -> Record {
        let names: BTreeSet<&Text> =
            self.asked.iter().flat_map(|asked| asked.iter().map(|(name, _)| name)).collect();
        let names: Vec<Text> = names.into_iter().cloned().collect();
        let values = app.scope.fingerprint(&names);
        let [met, changed] = self.met.numbers(&app.changes);
        let known = Known {
            of: app.app.name.clone(),
            is: app.fingerprint(library),
            flux: flux.into(),
            kubernetes: None,
            customs: None,
            names,
            met,
            changed,
            is_encrypted,
            facts,
        };
        Record { known: Arc::new(known), values, beside }
    }
}

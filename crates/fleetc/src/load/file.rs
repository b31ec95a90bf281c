//! A file with manifests: taken apart when it is read, or, if it is known from an earlier compilation, when somebody
//! asks for its objects.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use fleetc_manifests::Text;
use serde::{Deserialize, Serialize};

use super::objects::{self, Object};
use crate::diagnostic::Diagnostics;
use crate::resolve::substitution::names_in;
use crate::sources::SourceFile;

/// What is known of a file of which nothing was said, and which brings no custom kinds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct KnownFile {
    /// The groups and kinds of its objects.
    pub(crate) kinds: BTreeSet<(Text, Text)>,
    /// The variables that it names.
    pub(crate) names: BTreeSet<Text>,
}

/// A file with manifests.
#[derive(Debug)]
pub(super) struct File {
    pub(super) source: Arc<SourceFile>,
    objects: OnceLock<Box<[Object]>>,
    known: OnceLock<Arc<KnownFile>>,
    /// Whether nothing was said of it.
    is_clean: bool,
}

impl File {
    /// A file that is taken apart; says what is wrong with it.
    pub(super) fn read(source: Arc<SourceFile>, diagnostics: &mut Diagnostics) -> Self {
        let mut said = Diagnostics::default();
        let objects = taken_apart(&source, &mut said);
        let is_clean = said.is_empty();
        diagnostics.append(said);
        Self { source, objects: objects.into(), known: OnceLock::new(), is_clean }
    }

    /// A file of which this is known.
    pub(super) fn known(source: Arc<SourceFile>, known: Arc<KnownFile>) -> Self {
        Self { source, objects: OnceLock::new(), known: known.into(), is_clean: true }
    }

    /// Its objects, if they were asked for.
    pub(super) fn asked(&self) -> &[Object] {
        self.objects.get().map_or(&[], |objects| objects)
    }

    /// Its objects; `tell` is told of them when they are new.
    pub(super) fn objects(&self, tell: impl FnOnce(&[Object])) -> &[Object] {
        self.objects.get_or_init(|| {
            let objects = taken_apart(&self.source, &mut Diagnostics::default());
            tell(&objects);
            objects
        })
    }

    /// What there is to know of it.
    pub(super) fn facts(&self) -> &Arc<KnownFile> {
        self.known.get_or_init(|| {
            let mut known = KnownFile::default();
            for object in self.asked() {
                let name = object.name();
                known.kinds.insert((name.group, name.kind));
                names_in(&object.value, &mut known.names);
            }
            Arc::new(known)
        })
    }

    /// Whether the next compilation may know it: what definitions and Secrets say is always read.
    pub(super) fn may_be_known(&self) -> bool {
        let is_read = |kind: &Text| matches!(kind.as_str(), "CustomResourceDefinition" | "Secret");
        self.is_clean && !self.facts().kinds.iter().any(|(_, kind)| is_read(kind))
    }
}

fn taken_apart(source: &SourceFile, diagnostics: &mut Diagnostics) -> Box<[Object]> {
    let documents = super::parse(source, diagnostics);
    objects::objects(source, documents, diagnostics).into()
}

//! An object of the tree, and what is found out once about one that many targets have.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use fleetc_manifests::Value;

use super::folder::{self, Stems};
use super::names;
use crate::diagnostic::Diagnostics;
use crate::facts::Facts;
use crate::load::{Object, ObjectName};
use crate::tree::{File, Shared};

/// An object of the tree.
#[derive(Debug, Clone)]
pub(super) struct Rendered {
    pub(super) value: Value,
    /// Its own text, if it is encrypted.
    pub(super) encrypted: Option<Arc<str>>,
    /// It as other targets have it too, unless it was changed since.
    common: Option<Arc<Common>>,
}

/// An object that several targets have, and what was found out about it by the first that asked.
#[derive(Debug)]
struct Common {
    object: Shared,
    id: OnceLock<ObjectName>,
    stems: OnceLock<Stems>,
    /// Whether Kubernetes takes its name.
    is_well_named: OnceLock<bool>,
}

impl From<Value> for Rendered {
    fn from(value: Value) -> Self {
        Self { value, encrypted: None, common: None }
    }
}

/// An object as it was read, to be changed.
impl From<&Object> for Rendered {
    fn from(object: &Object) -> Self {
        Self { encrypted: object.encrypted.clone(), ..Self::from(object.value.clone()) }
    }
}

impl Rendered {
    /// The object, which other targets have too.
    pub(super) fn shared(self) -> Self {
        let common = self.encrypted.is_none().then(|| {
            let object = Shared::new(self.value.clone());
            let (id, stems, is_well_named) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
            Arc::new(Common { object, id, stems, is_well_named })
        });
        Self { common, ..self }
    }

    /// What was found out about it, if nothing has changed it since.
    fn common(&self) -> Option<&Common> {
        self.common.as_deref().filter(|common| common.object.is(&self.value))
    }

    /// What tells it apart.
    pub(super) fn id(&self) -> ObjectName {
        let id = || ObjectName::of(&self.value);
        self.common().map_or_else(id, |common| common.id.get_or_init(id).clone())
    }

    /// Says whether Kubernetes takes its name, which is `id`.
    pub(super) fn check_name(&self, id: &ObjectName, diagnostics: &mut Diagnostics) {
        let is_well_named = || {
            let mut said = Diagnostics::default();
            names::check(&self.value, id, &mut said);
            said.is_empty()
        };
        if !self.common().is_some_and(|common| *common.is_well_named.get_or_init(is_well_named)) {
            names::check(&self.value, id, diagnostics);
        }
    }

    /// The names that its file may have, the shortest first.
    pub(super) fn stems(&self) -> Cow<'_, Stems> {
        let stems = || folder::stems(&self.value);
        match self.common() {
            Some(common) => Cow::Borrowed(common.stems.get_or_init(stems)),
            None => Cow::Owned(stems()),
        }
    }

    /// What others want to know of it.
    pub(super) fn facts(&self) -> Arc<Facts> {
        match self.common() {
            Some(common) => common.object.facts(),
            None => Arc::new(Facts::of(&self.value, self.encrypted.is_some())),
        }
    }

    /// The file that holds it.
    pub(super) fn file(&self) -> File {
        match self.common() {
            Some(common) => File::of_shared(common.object.clone()),
            None => File::of_object(self.value.clone(), self.encrypted.clone()),
        }
    }
}

//! An object of the tree, and what is found out once about one that many targets have.

use std::borrow::Cow;
use std::sync::Arc;

use fleetc_manifests::Value;

use super::folder::{self, Stems};
use super::names;
use crate::diagnostic::Diagnostics;
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

/// An object that several targets have.
#[derive(Debug)]
struct Common {
    object: Shared,
    id: ObjectName,
    stems: Stems,
    /// Whether Kubernetes takes its name.
    is_well_named: bool,
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
        if self.encrypted.is_some() {
            return self;
        }
        let id = ObjectName::of(&self.value);
        let mut said = Diagnostics::default();
        names::check(&self.value, &id, &mut said);
        let (stems, is_well_named) = (folder::stems(&self.value), said.is_empty());
        let object = Shared::new(self.value.clone());
        Self { common: Some(Arc::new(Common { object, id, stems, is_well_named })), ..self }
    }

    /// What was found out about it, if nothing has changed it since.
    fn common(&self) -> Option<&Common> {
        self.common.as_deref().filter(|common| common.object.is(&self.value))
    }

    /// What tells it apart.
    pub(super) fn id(&self) -> ObjectName {
        self.common().map_or_else(|| ObjectName::of(&self.value), |common| common.id.clone())
    }

    /// Says whether Kubernetes takes its name, which is `id`.
    pub(super) fn check_name(&self, id: &ObjectName, diagnostics: &mut Diagnostics) {
        if !self.common().is_some_and(|common| common.is_well_named) {
            names::check(&self.value, id, diagnostics);
        }
    }

    /// The names that its file may have, the shortest first.
    pub(super) fn stems(&self) -> Cow<'_, Stems> {
        match self.common() {
            Some(common) => Cow::Borrowed(&common.stems),
            None => Cow::Owned(folder::stems(&self.value)),
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

//! One object after the other, from its manifest to the tree. What nothing is said of is kept for other targets.

use std::sync::Arc;

use fleetc_manifests::Value;

use super::{keep, rename, set_namespace};
use crate::diagnostic::Diagnostics;
use crate::load::Library;
use crate::messages;
use crate::render::change::{Changer, Met};
use crate::render::host::rights;
use crate::render::origin::{Made, Origin};
use crate::render::placed::{Effective, PlacedApp};
use crate::render::references::{self, Rename};
use crate::render::variables::{self, Substituter};
use crate::render::{Rendered, tenant};
use crate::resolve::Tally;
use crate::resolve::scope::Asked;

/// Makes the objects of an app on a target.
pub(super) struct Maker<'m, 'f> {
    pub(super) app: &'m mut PlacedApp<'f>,
    pub(super) effective: &'m Effective<'f>,
    pub(super) target: &'m str,
    pub(super) library: &'f Library,
    pub(super) tally: &'m mut Tally,
    pub(super) diagnostics: &'m mut Diagnostics,
}

/// How far an object is made.
pub(super) enum Step<'o> {
    /// It was made for another target, and is the same here.
    Made(Made),
    Begun(Begun<'o>),
}

/// An object that lies where it belongs, as nothing has changed it yet.
#[derive(Default)]
pub(super) struct Begun<'o> {
    origin: Option<&'o Origin<'o>>,
    /// None if it was left out.
    object: Option<Rendered>,
    met: Met,
    /// What it depends on.
    asked: Arc<Asked>,
    said: Diagnostics,
}

impl Step<'_> {
    /// An object that is not of a manifest.
    pub(super) fn of(object: Rendered) -> Self {
        Self::Begun(Begun { object: Some(object), ..Begun::default() })
    }

    pub(super) fn begun(&self) -> Option<&Rendered> {
        match self {
            Self::Made(_) => None,
            Self::Begun(begun) => begun.object.as_ref(),
        }
    }
}

impl Maker<'_, '_> {
    /// Whether other targets may have the same object. With a prefix, names in it change with all other objects.
    fn shares(&self) -> bool {
        self.effective.is_kept && self.effective.keys.name_prefix.is_none()
    }

    /// An object of a manifest, with its substitutions, in its namespace; or what was made of it before.
    pub(super) fn begin<'o>(&mut self, origin: &'o Origin<'o>) -> Step<'o> {
        if self.shares()
            && let Some(made) = origin.known.find(&(), &mut self.app.scope)
        {
            return Step::Made(made);
        }
        let mut begun = Begun { origin: Some(origin), ..Begun::default() };
        let mut object = Rendered::from(origin.object);
        if origin.is_substituted {
            object.value = self.substituted(&object.value, &mut begun.said);
            begun.asked = Arc::new(self.app.scope.take_asked());
        }
        begun.said.append(std::mem::take(&mut self.app.scope.diagnostics));
        if origin.is_secret && object.encrypted.is_none() && origin.object.name().kind != "Secret" {
            begun.said.push(messages::not_encrypted(object.value.place, &origin.object.name()));
        }
        let Begun { met, said, .. } = &mut begun;
        let mut changer =
            Changer { changes: &self.effective.changes, met, tally: self.tally, diagnostics: said };
        if !changer.leaves_out(&object.value) {
            set_namespace(&mut object, &self.effective.namespace, self.library, said);
            begun.object = Some(object);
        }
        Step::Begun(begun)
    }

    fn substituted(&mut self, object: &Value, said: &mut Diagnostics) -> Value {
        let (sources, late) = (&self.library.sources, self.effective.keys.late.as_ref());
        let object = Substituter { scope: &mut self.app.scope, sources, late }.object(object);
        variables::check_identity(&object, said);
        object
    }

    /// The object with all changes. What nothing was said of is kept for other targets.
    pub(super) fn finish(&mut self, step: Step<'_>, renames: &[Rename], is_flux: bool) -> Made {
        let Begun { origin, mut object, mut met, asked, mut said } = match step {
            Step::Made(made) => return made,
            Step::Begun(begun) => begun,
        };
        if let Some(object) = &mut object {
            self.change(object, renames, &mut met, &mut said);
            if !is_flux {
                self.check(object, &mut said);
            }
        }
        let kept = origin.filter(|origin| said.is_empty() && self.shares() && origin.known.keeps());
        self.diagnostics.append(said);
        let mut made = Made { object, met, asked };
        if let Some(origin) = kept {
            made.object = made.object.map(Rendered::shared);
            origin.known.keep((), Arc::clone(&made.asked), made.clone());
        }
        made
    }

    /// Says what is wrong with an object whoever applies it, and whether its tenant may not.
    fn check(&self, object: &Rendered, said: &mut Diagnostics) {
        if is_open_secret(object) {
            said.push(messages::secret_in_the_open(&object.value, self.target));
        }
        let reach = self.effective.reach.as_ref();
        let problems = reach.into_iter().flat_map(|reach| rights::check(reach, &object.value));
        problems.for_each(|problem| said.push(problem));
    }

    /// Changes an object; its name last, so that everything before can say the one that the manifest has.
    fn change(&mut self, object: &mut Rendered, renames: &[Rename], met: &mut Met, said: &mut Diagnostics) {
        let changes = &self.effective.changes;
        Changer { changes, met, tally: self.tally, diagnostics: said }.change(object);
        if object.encrypted.is_some() {
            return;
        }
        keep(self.effective.keys.keep.as_ref(), &mut object.value);
        if !renames.is_empty() {
            rename(&mut object.value, renames);
            references::follow(&mut object.value, renames);
        }
        if let Some(team) = self.app.team() {
            tenant::label(&mut object.value, team, self.app.app.place);
        }
    }
}

/// Whether it is a Secret that anybody could read.
fn is_open_secret(object: &Rendered) -> bool {
    let holds = |key: &&str| object.value.get(key).and_then(Value::as_map).is_some_and(|map| !map.is_empty());
    object.encrypted.is_none()
        && object.value.get("kind").and_then(Value::as_text) == Some("Secret")
        && ["data", "stringData"].iter().any(holds)
}

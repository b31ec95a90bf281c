//! Every object has one owner: two Kustomizations that apply the same one would fight over it.

use fleetc_manifests::{Place, Text};
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::Bundle;
use crate::diagnostic::Diagnostics;
use crate::load::ObjectName;
use crate::messages;
use crate::render::Rendered;
use crate::render::target::On;

/// Who owns which object, on the host and on the clusters that it manages.
#[derive(Debug)]
pub(super) struct Owners(FxHashMap<(Text, ObjectName), Owner>);

#[derive(Debug, Clone)]
struct Owner {
    /// The target and the folder.
    name: Text,
    place: Place,
}

impl Owners {
    /// Nobody owns anything yet; there will be about so many objects.
    pub(super) fn of_about(count: usize) -> Self {
        Self(FxHashMap::with_capacity_and_hasher(count, FxBuildHasher))
    }

    /// The objects of a bundle.
    pub(super) fn add_all(&mut self, on: &On<'_>, bundle: &Bundle, diagnostics: &mut Diagnostics) {
        let cluster = if bundle.is_far { on.cluster.clone() } else { Text::new() };
        let name = on.folder(&bundle.name).into();
        for object in &bundle.objects {
            self.add(&cluster, &name, object, diagnostics);
        }
    }

    /// The Flux objects of a target.
    pub(super) fn add_flux(&mut self, on: &On<'_>, objects: &[Rendered], diagnostics: &mut Diagnostics) {
        let name = on.folder("flux").into();
        for object in objects {
            self.add(&Text::new(), &name, object, diagnostics);
        }
    }

    /// The objects of the root.
    pub(super) fn add_root(&mut self, folder: &str, objects: &[Rendered], diagnostics: &mut Diagnostics) {
        for object in objects {
            self.add(&Text::new(), &folder.into(), object, diagnostics);
        }
    }

    /// Checks what is true of every object, and that nobody else owns it.
    fn add(&mut self, cluster: &Text, folder: &Text, object: &Rendered, diagnostics: &mut Diagnostics) {
        let name = object.id();
        // What a variable failed to name was said, and has no name.
        if [&name.namespace, &name.name].iter().any(|it| it.contains("${")) {
            return;
        }
        object.check_name(&name, diagnostics);
        let written = object.value.find(&["metadata", "name"]).map(|name| name.place);
        let place = written.unwrap_or_default().or(object.value.place);
        let owner = Owner { name: folder.clone(), place };
        let key = (cluster.clone(), name);
        if let Some(first) = self.0.get(&key) {
            diagnostics.push(messages::two_owners(
                owner.place,
                first.place,
                &key.1,
                [&first.name, &owner.name],
            ));
            return;
        }
        self.0.insert(key, owner);
    }
}

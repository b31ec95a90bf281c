//! Every object has one owner: two Kustomizations that apply the same one would fight over it.

use std::collections::BTreeMap;

use fleetc_manifests::{Place, Text};
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::Bundle;
use crate::diagnostic::Diagnostics;
use crate::fleet::COMMON;
use crate::load::ObjectName;
use crate::messages;
use crate::render::Rendered;
use crate::render::target::On;

/// Who owns which object, on the host and on the clusters that it manages.
#[derive(Debug)]
pub(super) struct Owners {
    owners: FxHashMap<(Text, ObjectName), Owner>,
    /// Of environments that nothing tells apart, the first object that two of them have, and how many there are.
    alike: BTreeMap<[usize; 2], Alike>,
}

#[derive(Debug, Clone)]
struct Owner {
    /// The target and the folder.
    name: Text,
    place: Place,
    environment: Option<Environment>,
}

/// The environment that an owner is in, unless that is `common`.
#[derive(Debug, Clone)]
struct Environment {
    index: usize,
    name: Text,
    prefix: Text,
    place: Place,
}

#[derive(Debug)]
struct Alike {
    names: [Text; 2],
    places: [Place; 2],
    first: ObjectName,
    count: usize,
}

impl Owners {
    /// Nobody owns anything yet; there will be about so many objects.
    pub(super) fn of_about(count: usize) -> Self {
        let owners = FxHashMap::with_capacity_and_hasher(count, FxBuildHasher);
        Self { owners, alike: BTreeMap::new() }
    }

    /// The objects of a bundle.
    pub(super) fn add_all(&mut self, on: &On<'_>, bundle: &Bundle, diagnostics: &mut Diagnostics) {
        let cluster = if bundle.is_far { on.cluster.clone() } else { Text::new() };
        let owner = Owner::on(on, &bundle.name);
        for object in &bundle.objects {
            self.add(&cluster, &owner, object, diagnostics);
        }
    }

    /// The Flux objects of a target.
    pub(super) fn add_flux(&mut self, on: &On<'_>, objects: &[Rendered], diagnostics: &mut Diagnostics) {
        let owner = Owner::on(on, "flux");
        for object in objects {
            self.add(&Text::new(), &owner, object, diagnostics);
        }
    }

    /// The objects of the root.
    pub(super) fn add_root(&mut self, folder: &str, objects: &[Rendered], diagnostics: &mut Diagnostics) {
        let owner = Owner { name: folder.into(), place: Place::NONE, environment: None };
        for object in objects {
            self.add(&Text::new(), &owner, object, diagnostics);
        }
    }

    /// Says which environments have the same objects on the cluster, now that all of them are known.
    pub(super) fn finish(self, cluster: &str, diagnostics: &mut Diagnostics) {
        for Alike { names, places, first, count } in self.alike.into_values() {
            let target = format!("{}/{cluster}", names[1]);
            diagnostics.push(messages::environments_alike(places, &names, &first, count - 1).on(&target));
        }
    }

    /// Checks what is true of every object, and that nobody else owns it.
    fn add(&mut self, cluster: &Text, owner: &Owner, object: &Rendered, diagnostics: &mut Diagnostics) {
        let name = object.id();
        // What a variable failed to name was said, and has no name.
        if [&name.namespace, &name.name].iter().any(|it| it.contains("${")) {
            return;
        }
        object.check_name(&name, diagnostics);
        let written = object.value.find(&["metadata", "name"]).map(|name| name.place);
        let place = written.unwrap_or_default().or(object.value.place);
        let owner = Owner { place, ..owner.clone() };
        let key = (cluster.clone(), name);
        let Some(first) = self.owners.get(&key) else {
            self.owners.insert(key, owner);
            return;
        };
        if let (Some(one), Some(other)) = (&first.environment, &owner.environment)
            && one.index != other.index
            && one.prefix == other.prefix
        {
            let alike = self.alike.entry([one.index, other.index]).or_insert_with(|| Alike {
                names: [one, other].map(|it| it.name.clone()),
                places: [one, other].map(|it| it.place),
                first: key.1,
                count: 0,
            });
            alike.count += 1;
            return;
        }
        let names = [&*first.name, &*owner.name];
        diagnostics.push(messages::two_owners(owner.place, first.place, &key.1, names));
    }
}

impl Owner {
    /// The folder of a target.
    fn on(on: &On<'_>, folder: &str) -> Self {
        let environment = (on.target.environment != COMMON).then(|| Environment {
            index: on.target.environment,
            name: on.environment.clone(),
            prefix: on.prefix.clone(),
            place: on.place,
        });
        Self { name: on.folder(folder).into(), place: Place::NONE, environment }
    }
}

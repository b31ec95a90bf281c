//! Every object has one owner: two Kustomizations that apply the same one would fight over it.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use fleetc_manifests::{Place, Text};
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::Bundle;
use crate::diagnostic::Diagnostics;
use crate::facts::Facts;
use crate::fleet::COMMON;
use crate::load::ObjectName;
use crate::messages;
use crate::render::Rendered;
use crate::render::target::On;

/// Who owns which object, on the host and on the clusters that it manages.
#[derive(Debug)]
pub(super) struct Owners {
    /// The folders whose objects were added.
    folders: Vec<Folder>,
    /// The folder of each object, by its number, and where the object was written; nobody knows that of one that is as it was.
    objects: FxHashMap<(Text, ObjectName), (usize, Option<Place>)>,
    /// Of environments that nothing tells apart, the first object that two of them have, and how many there are.
    alike: BTreeMap<[usize; 2], Alike>,
    /// Whether something may have to be said of an object that is as it was.
    is_unsure: bool,
}

/// A folder of a target, or that of the root.
#[derive(Debug)]
struct Folder {
    path: String,
    environment: Option<Environment>,
}

/// The environment that a folder is in, unless that is `common`.
#[derive(Debug)]
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
        let objects = FxHashMap::with_capacity_and_hasher(count, FxBuildHasher);
        Self { folders: Vec::new(), objects, alike: BTreeMap::new(), is_unsure: false }
    }

    /// The objects of a bundle.
    pub(super) fn add_all(&mut self, on: &On<'_>, bundle: &Bundle, diagnostics: &mut Diagnostics) {
        let cluster = if bundle.is_far { on.cluster.clone() } else { Text::new() };
        self.add(&cluster, Folder::on(on, &bundle.name), &bundle.objects, diagnostics);
    }

    /// The objects of an app that are as they were, beside what was added last.
    pub(super) fn add_kept(&mut self, on: &On<'_>, is_far: bool, objects: &[Arc<Facts>]) {
        let cluster = if is_far { on.cluster.clone() } else { Text::new() };
        let own = self.folders.len() - 1;
        for facts in objects {
            let first = self.objects.insert((cluster.clone(), facts.id.clone()), (own, None));
            self.is_unsure |= first.is_some();
        }
    }

    /// The Flux objects of a target.
    pub(super) fn add_flux(&mut self, on: &On<'_>, objects: &[Rendered], diagnostics: &mut Diagnostics) {
        self.add(&Text::new(), Folder::on(on, "flux"), objects, diagnostics);
    }

    /// The objects of the root.
    pub(super) fn add_root(&mut self, folder: &str, objects: &[Rendered], diagnostics: &mut Diagnostics) {
        let folder = Folder { path: folder.to_owned(), environment: None };
        self.add(&Text::new(), folder, objects, diagnostics);
    }

    /// Says which environments have the same objects on the cluster, now that all of them are known. Whether all could be
    /// said: not if an object is as it was, and another owns it too.
    pub(super) fn finish(self, cluster: &str, diagnostics: &mut Diagnostics) -> bool {
        for Alike { names, places, first, count } in self.alike.into_values() {
            let target = format!("{}/{cluster}", names[1]);
            diagnostics.push(messages::environments_alike(places, &names, &first, count - 1).on(&target));
        }
        !self.is_unsure
    }

    fn add(&mut self, cluster: &Text, folder: Folder, objects: &[Rendered], diagnostics: &mut Diagnostics) {
        self.folders.push(folder);
        for object in objects {
            self.add_one(cluster, object, diagnostics);
        }
    }

    /// Checks what is true of every object, and that no other folder than the last one owns it.
    fn add_one(&mut self, cluster: &Text, object: &Rendered, diagnostics: &mut Diagnostics) {
        let name = object.id();
        // What a variable failed to name was said, and has no name.
        if [&name.namespace, &name.name].iter().any(|it| it.contains("${")) {
            return;
        }
        object.check_name(&name, diagnostics);
        let written = object.value.find(&["metadata", "name"]).map(|name| name.place);
        let place = written.unwrap_or_default().or(object.value.place);
        let own = self.folders.len() - 1;
        match self.objects.entry((cluster.clone(), name)) {
            Entry::Vacant(nobody) => {
                nobody.insert((own, Some(place)));
            }
            Entry::Occupied(taken) => {
                let (first, Some(first_place)) = *taken.get() else {
                    self.is_unsure = true;
                    return;
                };
                let name = taken.key().1.clone();
                self.say_twice([first, own], [first_place, place], name, diagnostics);
            }
        }
    }

    /// Says that an object is in two folders, or notes it, if nothing tells their environments apart.
    fn say_twice(
        &mut self,
        folders: [usize; 2],
        places: [Place; 2],
        name: ObjectName,
        diagnostics: &mut Diagnostics,
    ) {
        let [first, own] = folders.map(|folder| &self.folders[folder]);
        if let (Some(one), Some(other)) = (&first.environment, &own.environment)
            && one.index != other.index
            && one.prefix == other.prefix
        {
            let alike = self.alike.entry([one.index, other.index]).or_insert_with(|| Alike {
                names: [one, other].map(|it| it.name.clone()),
                places: [one, other].map(|it| it.place),
                first: name,
                count: 0,
            });
            alike.count += 1;
            return;
        }
        diagnostics.push(messages::two_owners(places[1], places[0], &name, [&first.path, &own.path]));
    }
}

impl Folder {
    /// The folder of a target.
    fn on(on: &On<'_>, name: &str) -> Self {
        let environment = (on.target.environment != COMMON).then(|| Environment {
            index: on.target.environment,
            name: on.environment.clone(),
            prefix: on.prefix.clone(),
            place: on.place,
        });
        Self { path: on.folder(name), environment }
    }
}

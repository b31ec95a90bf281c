//! The bundles of a target: what each Kustomization applies.

use std::collections::{BTreeMap, BTreeSet};

use fleetc_manifests::{Map, Text, Value, value};
use indexmap::IndexMap;

use super::{Bundle, Host, flux, rights};
use crate::diagnostic::Diagnostic;
use crate::earlier::Recorded;
use crate::fleet::COMMON;
use crate::language::Install;
use crate::messages;
use crate::render::flux::Flux;
use crate::render::here::{Objects, keep};
use crate::render::kustomization::{self, Account, Kustomization};
use crate::render::placed::Body;
use crate::render::spec::More;
use crate::render::target::{On, Thing};
use crate::render::{Part, Rendered, TENANT_LABEL};

/// Namespaces that every cluster has.
const EVERYWHERE: [&str; 4] = ["default", "kube-system", "kube-public", "kube-node-lease"];

/// The objects of every app on the target.
pub(super) fn objects(host: &mut Host<'_>, index: usize) -> Vec<Objects> {
    let mut maker = Maker { host, index, bundles: Vec::new(), shared: IndexMap::new() };
    (0..maker.on().apps.len()).map(|app| maker.objects_of(app)).collect()
}

/// All bundles of the target; what lies among its Flux objects goes to `flux`.
pub(super) fn of(
    host: &mut Host<'_>,
    index: usize,
    objects: Vec<Objects>,
    flux: &mut Vec<Rendered>,
) -> Vec<Bundle> {
    let mut maker = Maker { host, index, bundles: Vec::new(), shared: IndexMap::new() };
    let mut objects: Vec<Option<Objects>> = objects.into_iter().map(Some).collect();
    for (app, objects) in objects.iter_mut().flatten().enumerate() {
        maker.check(app, objects);
    }
    let namespaces = maker.namespaces(&objects);
    let pulled = maker.pulled(&mut objects, flux, &namespaces);
    maker.tenants(pulled);
    maker.near_tenants();
    for (app, objects) in objects.into_iter().enumerate() {
        if let Some(objects) = objects {
            maker.app(app, objects, &namespaces);
        }
    }
    maker.shared_namespaces(&namespaces);
    maker.flux_of_remote();
    maker.policies();
    maker.finish_shared();
    let mut bundles = maker.bundles;
    if host.ons[index].suspended {
        bundles.iter_mut().for_each(suspend);
        for object in flux {
            suspend_object(&mut object.value);
        }
    }
    bundles
}

/// Makes the bundles of one target.
pub(super) struct Maker<'h, 'f> {
    pub(super) host: &'h mut Host<'f>,
    /// The target.
    pub(super) index: usize,
    bundles: Vec<Bundle>,
    /// What lies in bundles that several things share, so far.
    shared: IndexMap<Text, Draft>,
}

/// A bundle, before it has what all Kustomizations of its target have in common.
#[derive(Default)]
pub(super) struct Draft {
    /// Its name.
    pub(super) name: Text,
    /// Whether it is one that several things share.
    pub(super) shared: bool,
    /// Whose it is.
    pub(super) tenant: Option<Text>,
    /// The app or component.
    pub(super) app: Option<Text>,
    pub(super) objects: Vec<Rendered>,
    /// What is known of its app's objects.
    pub(super) record: Option<Recorded>,
    pub(super) kustomization: Kustomization,
    /// What fleet.toml says about the Kustomization in Flux's words.
    pub(super) more: More,
    /// Whether its objects end up on the cluster of the target, and not on the host.
    pub(super) is_far: bool,
}

/// Who writes the Namespaces that apps of the platform run in.
#[derive(Default)]
pub(super) struct Namespaces {
    /// The one app that does, by namespace.
    pub(super) of_apps: BTreeMap<Text, usize>,
    /// Those that several share.
    pub(super) shared: BTreeMap<Text, Vec<usize>>,
}

impl<'f> Maker<'_, 'f> {
    pub(super) fn on(&self) -> &On<'f> {
        &self.host.ons[self.index]
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.host.part.diagnostics.push(diagnostic);
    }

    /// Says what of an app's objects would be refused on the cluster, or come too early.
    fn check(&mut self, app: usize, objects: &mut Objects) {
        let on = self.on();
        let mut problems = rights::check_flux(on, &on.apps[app], &objects.flux);
        let at = (self.index, app);
        let needs = self.host.brought.check(self.host, at, objects).or_else(|| {
            self.make(app, objects);
            self.host.brought.check(self.host, at, objects)
        });
        problems.extend(needs.into_iter().flatten());
        self.extend(problems);
    }

    pub(super) fn extend(&mut self, diagnostics: Vec<Diagnostic>) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }

    /// Finds who writes the Namespaces that apps of the platform run in.
    fn namespaces(&mut self, objects: &[Option<Objects>]) -> Namespaces {
        let on = self.on();
        let mut users: BTreeMap<Text, Vec<usize>> = BTreeMap::new();
        let mut brought: BTreeSet<Text> = BTreeSet::new();
        for (index, app) in on.apps.iter().enumerate() {
            let mut objects = objects[index].iter().flat_map(|objects| &objects.facts);
            let names = objects.clone().filter(|facts| facts.id.kind == "Namespace");
            brought.extend(names.map(|facts| facts.id.name.clone()));
            let is_used = match app.body {
                Body::Here => objects.any(|facts| facts.id.namespace == app.namespace),
                Body::Chart(_) => true,
                Body::Pulled(_) => app.keys.namespace.is_some(),
            };
            let is_flux = self.host.ons.iter().any(|on| on.flux.namespace == app.namespace);
            let is_there = is_flux || EVERYWHERE.contains(&app.namespace.as_str());
            if app.app.tenant.is_none() && app.keys.create_namespace.unwrap_or(true) && is_used && !is_there {
                users.entry(app.namespace.clone()).or_default().push(index);
            }
        }
        let mut namespaces = Namespaces::default();
        for (namespace, users) in users {
            match users[..] {
                _ if brought.contains(&namespace) => {}
                // What lies in one bundle is applied at once.
                [app, ..] if users.len() > 1 && users.iter().all(|it| self.are_together(app, *it)) => {
                    namespaces.of_apps.insert(namespace, app);
                }
                [app] if !on.apps[app].is_pulled() => {
                    namespaces.of_apps.insert(namespace, app);
                }
                _ => {
                    namespaces.shared.insert(namespace, users);
                }
            }
        }
        namespaces
    }

    /// Whether two apps lie in the same bundle.
    fn are_together(&self, one: usize, other: usize) -> bool {
        let unit = self.on().unit_of(Thing::App(one));
        matches!(unit, Thing::Bundle(_)) && unit == self.on().unit_of(Thing::App(other))
    }

    /// A Namespace for apps of the platform.
    pub(super) fn namespace(&self, name: &Text, users: &[usize]) -> Rendered {
        let apps = users.iter().map(|user| &self.on().apps[*user]);
        let labels: Map = apps
            .flat_map(|app| app.keys.namespace_labels.iter().flatten())
            .map(|(key, value)| (key, Value::from(value)))
            .collect();
        let mut object = value!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
        if !labels.is_empty() {
            object.map_under(&["metadata"]).push("labels", labels.into());
        }
        let mut object = object.at(self.on().apps[users[0]].app.place);
        for user in users {
            keep(self.on().apps[*user].keys.keep.as_ref(), &mut object);
        }
        Rendered::from(object)
    }

    /// The bundle of the Namespaces that several apps share.
    fn shared_namespaces(&mut self, namespaces: &Namespaces) {
        if namespaces.shared.is_empty() {
            return;
        }
        let objects = namespaces.shared.iter().map(|(name, users)| self.namespace(name, users)).collect();
        let is_far = self.on().target.is_remote();
        self.bundle(Draft { name: "namespaces".into(), objects, is_far, ..Draft::default() });
    }

    /// The bundle that brings Flux to a cluster whose common objects come from here, and whose own Flux does the rest.
    fn flux_of_remote(&mut self) {
        let target = self.on().target;
        let fleet = self.host.fleet;
        if target.environment != COMMON || !target.is_remote() {
            return;
        }
        let Part { tally, diagnostics, .. } = &mut self.host.part;
        let flux = Flux::of(fleet, COMMON, target.cluster, tally, diagnostics);
        if flux.install != Install::Rendered || !flux::is_installed_from_elsewhere(fleet, target.cluster) {
            return;
        }
        let objects = flux::objects(self.host, target.cluster, &flux);
        let place = fleet.clusters[target.cluster].place;
        let kustomization = Kustomization { place, ..Kustomization::default() };
        let name = "flux-system".into();
        self.bundle(Draft { name, objects, kustomization, is_far: true, ..Draft::default() });
    }

    /// What Flux pulls for tenants, by the tenant's name; what it pulls for the platform goes among the Flux objects.
    fn pulled(
        &mut self,
        objects: &mut [Option<Objects>],
        flux: &mut Vec<Rendered>,
        namespaces: &Namespaces,
    ) -> BTreeMap<Text, Vec<Rendered>> {
        let mut in_bundles = Vec::new();
        let mut pulled: BTreeMap<Text, Vec<Rendered>> = BTreeMap::new();
        for (index, app) in self.on().apps.iter().enumerate() {
            if !app.is_pulled() {
                continue;
            }
            let Some(of_app) = &mut objects[index] else { continue };
            let mut of_flux = std::mem::take(&mut of_app.flux);
            if namespaces.shared.values().any(|users| users.contains(&index)) && of_app.own.is_empty() {
                let first = self.on().flux_name("namespaces");
                for object in &mut of_flux {
                    kustomization::wait_for(&mut object.value, &first);
                }
            }
            match (app.tenant_name(), &app.keys.bundle) {
                (Some(tenant), _) => pulled.entry(tenant.clone()).or_default().extend(of_flux),
                (None, Some(bundle)) => in_bundles.push((index, bundle.as_text().clone(), of_flux)),
                (None, None) => flux.extend(of_flux),
            }
            if of_app.own.is_empty() {
                objects[index] = None;
            }
        }
        for (index, name, objects) in in_bundles {
            let app = &self.on().apps[index];
            let kustomization = Kustomization {
                wait: app.app.is_component,
                place: app.app.place,
                ..Kustomization::default()
            };
            // On a remote these are what the host needs: Flux lies there.
            let name = if self.on().target.is_remote() { format!("{name}-host").into() } else { name };
            self.bundle(Draft { name, shared: true, objects, kustomization, ..Draft::default() });
        }
        pulled
    }

    /// Adds a bundle, or what lies in one that several things share.
    pub(super) fn bundle(&mut self, draft: Draft) {
        if !draft.shared {
            self.finish(draft);
            return;
        }
        let Some(bundle) = self.shared.get_mut(&draft.name) else {
            self.shared.insert(draft.name.clone(), draft);
            return;
        };
        bundle.objects.extend(draft.objects);
        let (into, from) = (&mut bundle.kustomization, draft.kustomization);
        into.after.extend(from.after);
        into.wait |= from.wait;
        if into.labels != from.labels {
            into.labels = Map::new();
        }
        if bundle.tenant != draft.tenant {
            bundle.tenant = None;
        }
        bundle.app = None;
        if into.account != from.account {
            let problem = messages::two_accounts_in_a_bundle(from.place, into.place, &draft.name);
            self.push(problem);
        }
    }

    /// Adds the bundles that several things share.
    fn finish_shared(&mut self) {
        for (name, mut draft) in std::mem::take(&mut self.shared) {
            let declared = name.strip_suffix("-host").map_or_else(|| name.clone(), Text::from);
            let on = self.on();
            let bundle = on.shared_bundle(&name).or_else(|| on.shared_bundle(&declared));
            let mut problems = Vec::new();
            if let Some(bundle) = bundle {
                let thing = Thing::Bundle(bundle);
                let own = self.after(thing, &on.flux.namespace, &mut problems);
                draft.kustomization.after.splice(0..0, own);
                draft.kustomization.wait |= self.host.order.is_waited_for((self.index, thing));
                draft.kustomization.place = on.bundles[bundle].bundle.place;
                draft.more = on.bundles[bundle].more();
            }
            let own = on.flux_name(&name);
            let mut seen = BTreeSet::from([(own, None)]);
            draft.kustomization.after.retain(|dependency| seen.insert(dependency.clone()));
            self.extend(problems);
            self.finish(draft);
        }
    }

    /// Adds a bundle, with what all Kustomizations of the target have in common.
    fn finish(&mut self, draft: Draft) {
        let Draft { name, tenant, app, objects, record, mut kustomization, more, is_far, .. } = draft;
        if let Some(first) = self.bundles.iter().find(|bundle| bundle.name == name) {
            let places = [first.kustomization.value.place, kustomization.place];
            let problem = messages::two_bundles(places, &name, &self.on().name);
            self.push(problem);
            return;
        }
        let on = self.on();
        kustomization.name = on.flux_name(&name);
        kustomization.namespace = on.flux.namespace.clone();
        kustomization.source = on.source.source.reference(&on.flux.namespace);
        kustomization.path = on.source.path_of(&on.folder(&name));
        kustomization.kubeconfig = if is_far { on.access.kubeconfig.clone() } else { None };
        if kustomization.account == Account::Platform {
            kustomization.account =
                on.flux.platform_account().map_or(Account::Nobody, |name| Account::Named(name.into()));
        }
        let kept = record.as_ref().and_then(Recorded::as_before);
        let encrypted = objects.iter().find(|object| object.encrypted.is_some());
        if encrypted.is_some() || kept.is_some_and(|record| record.known.is_encrypted) {
            kustomization.decryption.clone_from(&on.flux.decryption);
        }
        if let Some(encrypted) = encrypted.filter(|_| kustomization.decryption.is_none()) {
            let problem = messages::no_decryption(encrypted.value.place, &on.name);
            self.push(problem);
        }
        let Part { tally, diagnostics, .. } = &mut self.host.part;
        let kustomization = kustomization.object(&more, tally, diagnostics);
        self.bundles.push(Bundle { name, objects, record, kustomization, tenant, app, is_far });
    }
}

pub(super) fn tenant_label(tenant: &Text) -> Map {
    let mut labels = Map::new();
    labels.push(TENANT_LABEL, tenant.into());
    labels
}

/// Lets Flux leave a bundle as it is. A Kustomization that holds Flux objects goes on, so that these come to rest.
fn suspend(bundle: &mut Bundle) {
    let is_flux = |object: &Rendered| object.value.text_at(&["apiVersion"]).contains(".toolkit.fluxcd.io/");
    let mut holds_flux = false;
    for object in bundle.objects.iter_mut().filter(|object| is_flux(object)) {
        suspend_object(&mut object.value);
        holds_flux = true;
    }
    if !holds_flux {
        suspend_object(&mut bundle.kustomization.value);
    }
}

fn suspend_object(object: &mut Value) {
    let place = object.place;
    object.map_under(&["spec"]).insert("suspend", Value::new(true, place));
}

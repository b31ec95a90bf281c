//! The root of a cluster: what Flux is bootstrapped onto.

use fleetc_manifests::{Text, Value, value};

use super::{Host, Owners};
use crate::diagnostic::Diagnostics;
use crate::fleet::COMMON;
use crate::messages;
use crate::render::flux::{Flux, HELM_CONTROLLER, KUSTOMIZE_CONTROLLER};
use crate::render::folder::About;
use crate::render::kustomization::{Account, Kustomization};
use crate::render::spec::More;
use crate::render::target::On;
use crate::render::{Part, Rendered, fleet_source, folder, source, tenant};
use crate::resolve::Tally;
use crate::tree::File;

/// The group of the objects that give rights.
const RBAC: &str = "rbac.authorization.k8s.io";

/// The root of a cluster that is retired: Flux alone, so that Flux deletes everything else.
pub(super) fn retired(host: &mut Host<'_>) {
    let flux = host.flux.clone();
    write_root(host, &flux, Vec::new(), &[]);
}

/// The root of the host.
pub(super) fn write(host: &mut Host<'_>, owners: &mut Owners) {
    let flux = host.flux.clone();
    let mut folders = Vec::new();
    let mut objects = Vec::new();
    for on in &host.ons {
        if on.target.environment == COMMON {
            folders.push(format!("../../{}", on.folder("flux")));
        } else {
            objects.push(environment(on));
        }
    }
    objects.extend(sources(host, &flux));
    objects.extend(namespaces(host, &flux));
    let folder_name = format!("clusters/{}", host.fleet.clusters[host.index].name);
    owners.add_root(&folder_name, &objects, &mut host.part.diagnostics);
    write_root(host, &flux, folders, &objects);
    prerequisites(host);
}

fn write_root(host: &mut Host<'_>, flux: &Flux, folders: Vec<String>, objects: &[Rendered]) {
    let path = format!("clusters/{}", host.fleet.clusters[host.index].name);
    let about = About::of_cluster(&host.fleet.clusters[host.index].name, flux);
    let mut root = folder::folder(path.clone(), objects, about);
    let mut resources = Vec::new();
    if let Some(own) = super::flux::folder(host, flux, &format!("{path}/flux-system")) {
        resources.push("flux-system".to_owned());
        host.part.folders.push(own);
    }
    resources.extend(folders);
    let files = root.files.iter().filter(|(_, file)| file.object().is_some());
    resources.extend(files.map(|(name, _)| name.clone()));
    let text = folder::list(&resources);
    root.files.insert("kustomization.yaml".into(), File::of_text(text));
    host.part.folders.push(root);
}

/// The Kustomization of an environment: one for each, so that a bad one does not stop the others.
fn environment(on: &On<'_>) -> Rendered {
    let name: Text = if on.target.is_remote() {
        format!("{}-{}", on.cluster, on.environment).into()
    } else {
        on.environment.clone()
    };
    let kustomization = Kustomization {
        name,
        namespace: on.flux.namespace.clone(),
        path: on.source.path_of(&on.folder("flux")),
        source: on.source.source.reference(&on.flux.namespace),
        account: on.flux.platform_account().map_or(Account::Nobody, |name| Account::Named(name.into())),
        place: on.place,
        ..Kustomization::default()
    };
    kustomization.object(&More::default(), &mut Tally::default(), &mut Diagnostics::default())
}

/// The sources of environments that do not pull what the root pulls.
fn sources(host: &mut Host<'_>, flux: &Flux) -> Vec<Rendered> {
    let Part { diagnostics, .. } = &mut host.part;
    let root = fleet_source::of_root(host.fleet, host.index, &flux.namespace, diagnostics);
    let mut written: Vec<source::Source> = Vec::new();
    for on in &host.ons {
        let own = &on.source.source;
        let is_same = |other: &source::Source| other.name == own.name && other.namespace == own.namespace;
        let is_root = root.as_ref().is_some_and(|root| is_same(&root.source));
        let first = written
            .iter()
            .find(|other| is_same(other))
            .or(root.as_ref().map(|root| &root.source).filter(|it| is_same(it)));
        match first {
            Some(first) if !source::are_equal(first, own) => {
                diagnostics.push(messages::sources_differ(own.place, first.place, &own.namespace, &own.name));
            }
            Some(_) => {}
            None if is_root => {}
            None => written.push(own.clone()),
        }
    }
    written.iter().map(|source| Rendered::from(source.object())).collect()
}

/// The namespaces of Flux objects beside Flux's own, with the accounts that the platform's objects in them act as.
fn namespaces(host: &Host<'_>, flux: &Flux) -> Vec<Rendered> {
    let mut objects = Vec::new();
    let mut written: Vec<&Text> = vec![&flux.namespace];
    for on in &host.ons {
        let name = &on.flux.namespace;
        if written.contains(&name) {
            continue;
        }
        written.push(name);
        objects.push(
            value!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } }).at(on.place),
        );
        if on.flux.lockdown {
            for account in [KUSTOMIZE_CONTROLLER, HELM_CONTROLLER] {
                objects.push(tenant::account(&account.into(), name).at(on.place));
            }
            objects.push(cluster_admin(&format!("{name}-flux"), name).at(on.place));
        }
    }
    objects.into_iter().map(Rendered::from).collect()
}

/// A binding that lets the controllers' accounts in a namespace apply anything.
fn cluster_admin(name: &str, namespace: &Text) -> Value {
    let subjects = [KUSTOMIZE_CONTROLLER, HELM_CONTROLLER]
        .map(|account| value!({ "kind": "ServiceAccount", "name": account, "namespace": namespace }));
    value!({
        "apiVersion": (format!("{RBAC}/v1")),
        "kind": "ClusterRoleBinding",
        "metadata": { "name": name },
        "roleRef": { "apiGroup": RBAC, "kind": "ClusterRole", "name": "cluster-admin" },
        "subjects": (subjects.to_vec()),
    })
}

/// What must be on a remote before anything else, in a folder that nobody applies: under lockdown the accounts of the
/// host's Flux have no right there until somebody gives it to them, once.
fn prerequisites(host: &mut Host<'_>) {
    let mut done: Vec<&Text> = Vec::new();
    let mut folders = Vec::new();
    for on in host.ons.iter().filter(|on| on.target.is_remote() && on.flux.lockdown) {
        if done.contains(&on.cluster) {
            continue;
        }
        done.push(on.cluster);
        let object = Rendered::from(cluster_admin("flux-near", &on.flux.namespace).at(on.place));
        let about = About::of_cluster(on.cluster, &on.flux);
        // The folder of a cluster that also runs Flux is its root; this is not for Flux to apply.
        let is_host = host.fleet.targets.iter().any(|target| target.host == on.target.cluster);
        let path = format!("clusters/{}{}", on.cluster, if is_host { "/prerequisites" } else { "" });
        let mut folder = folder::folder(path, &[object], about);
        folder.files.remove("kustomization.yaml");
        folders.push(folder);
    }
    host.part.folders.extend(folders);
}

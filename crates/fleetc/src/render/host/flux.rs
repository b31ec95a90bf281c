//! Flux itself: how a cluster gets it, and what keeps tenants apart in it.

use fleetc_manifests::{Key, Map, Text, Value, value, yaml};

use super::Host;
use crate::diagnostic::Diagnostics;
use crate::fleet::{Fleet, Target};
use crate::language::{Install, OneOrMany, Patch, PatchOperation, Pattern, Spanned};
use crate::load::{Library, Use};
use crate::messages;
use crate::render::change::{self, Changes};
use crate::render::flux::{Flux, KUSTOMIZE_CONTROLLER};
use crate::render::folder::About;
use crate::render::kustomization::{Account, Kustomization};
use crate::render::spec::More;
use crate::render::{Part, Rendered, fleet_source, folder};
use crate::resolve::Tally;
use crate::resolve::ladder::merge_entry;
use crate::tree::{File, Folder};

/// The folder that Flux itself is installed from; none if somebody else does it.
pub(super) fn folder(host: &mut Host<'_>, flux: &Flux, path: &str) -> Option<Folder> {
    let about = About::of_cluster(&host.fleet.clusters[host.index].name, flux);
    match flux.install {
        Install::Nobody => None,
        Install::Bootstrap => {
            let text = bootstrap_kustomization(flux, host.library, &mut host.part.diagnostics);
            let files = [("kustomization.yaml".to_owned(), File::of_text(text))].into();
            Some(folder::with_files(path.to_owned(), files, about))
        }
        Install::Rendered if is_installed_from_elsewhere(host.fleet, host.index) => None,
        Install::Rendered => Some(folder::folder(path.to_owned(), &objects(host, host.index, flux), about)),
        Install::Operator => Some(folder::folder(path.to_owned(), &[instance(host, flux)?], about)),
    }
}

/// Whether another cluster's Flux brings Flux to this one: it applies what is common here, and the cluster itself the rest.
pub(crate) fn is_installed_from_elsewhere(fleet: &Fleet, cluster: usize) -> bool {
    let mut here = fleet.targets.iter().filter(|target| target.cluster == cluster);
    here.clone().any(Target::is_remote) && here.any(|target| !target.is_remote())
}

/// Flux's own objects for a cluster, and what pulls its root.
pub(super) fn objects(host: &mut Host<'_>, index: usize, flux: &Flux) -> Vec<Rendered> {
    let cluster = &host.fleet.clusters[index];
    let Part { tally, diagnostics, .. } = &mut host.part;
    let paths = flux.manifests.iter().flat_map(|paths| &paths.0);
    let files = paths.flat_map(|path| host.library.files_of(Use::Manifests, path.trim_end_matches('/')));
    let mut objects: Vec<Rendered> =
        files.flat_map(|file| host.library.objects(file)).map(Rendered::from).collect();
    if objects.is_empty() {
        diagnostics.push(messages::flux_without_manifests(cluster.place, &cluster.name));
    }
    if flux.lockdown {
        for (controllers, arguments) in lockdown(flux) {
            let is_meant = |object: &&mut Rendered| is_one_of(&object.value, controllers);
            for object in objects.iter_mut().filter(is_meant) {
                add_arguments(&mut object.value, &arguments);
            }
        }
    }
    let keys = crate::language::App { patches: Some(flux.patches.clone()), ..Default::default() };
    let changes =
        Changes::new((cluster.place, true), Vec::new(), (Value::NULL, keys), host.library, diagnostics);
    change::apply(&[changes], &mut objects, &cluster.name, tally, diagnostics);
    if let Some(root) = fleet_source::of_root(host.fleet, index, &flux.namespace, diagnostics) {
        let kustomization = Kustomization {
            name: "flux-system".into(),
            namespace: flux.namespace.clone(),
            path: root.path_of(&format!("clusters/{}", cluster.name)),
            source: root.source.reference(&flux.namespace),
            account: flux.platform_account().map_or(Account::Nobody, |name| Account::Named(name.into())),
            place: cluster.place,
            ..Kustomization::default()
        };
        objects.push(Rendered::from(root.source.object()));
        objects.push(kustomization.object(
            &More::default(),
            &mut Tally::default(),
            &mut Diagnostics::default(),
        ));
    }
    objects
}

/// Whether it is the Deployment of one of the controllers: a name, or several in parentheses with `|` between them.
fn is_one_of(object: &Value, controllers: &str) -> bool {
    let text = |keys: &[&str]| object.find(keys).and_then(Value::as_text);
    let mut names = controllers.trim_matches(['(', ')']).split('|');
    text(&["kind"]) == Some("Deployment") && names.any(|name| text(&["metadata", "name"]) == Some(name))
}

/// Adds arguments to the first container.
fn add_arguments(object: &mut Value, arguments: &[&str]) {
    let place = object.place;
    let template = object.map_under(&["spec", "template", "spec"]);
    let containers = template.get_mut("containers").and_then(Value::as_list_mut);
    let Some(container) = containers.and_then(|containers| containers.make_mut().first_mut()) else { return };
    let old = container.items_at(&["args"]).cloned();
    let new = arguments.iter().map(|argument| Value::new(*argument, place));
    let all: Vec<Value> = old.chain(new).collect();
    container.map_under(&[]).insert(Key::new("args", place), all.into());
}

/// The kustomization.yaml beside what `flux bootstrap` writes, with what keeps tenants apart, and the fleet's own patches.
///
/// Source: <https://fluxcd.io/flux/installation/configuration/multitenancy/>.
fn bootstrap_kustomization(flux: &Flux, library: &Library, diagnostics: &mut Diagnostics) -> String {
    let mut patches: Vec<Value> = Vec::new();
    if flux.lockdown {
        for (controllers, arguments) in lockdown(flux) {
            let operations = arguments.iter().map(|argument| {
                value!({ "op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": (*argument) })
            });
            patches.push(patch("Deployment", controllers, &operations.collect::<Vec<_>>().into()));
        }
        let account =
            value!([{ "op": "add", "path": "/spec/serviceAccountName", "value": KUSTOMIZE_CONTROLLER }]);
        patches.push(patch("Kustomization", "flux-system", &account));
    }
    for written in &flux.patches {
        patches.extend(of_kustomize(written, library, diagnostics));
    }
    let mut text = folder::list(&["gotk-components.yaml", "gotk-sync.yaml"]);
    if !patches.is_empty() {
        text.push_str(&yaml::write(&value!({ "patches": patches })));
    }
    text
}

/// A patch as kustomize has it.
fn patch(kind: &str, name: &str, change: &Value) -> Value {
    value!({ "target": { "kind": kind, "name": name }, "patch": (yaml::write(change)) })
}

/// A patch of fleet.toml, as kustomize has it: it is kustomize that applies it, to what `flux bootstrap` writes.
fn of_kustomize(written: &Spanned<Patch>, library: &Library, diagnostics: &mut Diagnostics) -> Vec<Value> {
    let patch = &written.value;
    let kind = match patch.kind.as_ref().map(|kinds| &kinds.0[..]) {
        Some([kind]) if !kind.as_text().contains('*') => kind.as_text(),
        _ => {
            diagnostics.push(messages::patch_of_flux_without_kind(written.place));
            return Vec::new();
        }
    };
    if patch.not.is_some() || patch.annotations.is_some() {
        diagnostics.push(messages::patch_of_flux_too_choosy(written.place));
    }
    let mut target = Map::new();
    target.push("kind", kind.into());
    let choices = [("name", &patch.name), ("namespace", &patch.namespace)];
    for (key, patterns) in choices.into_iter().filter_map(|(key, it)| Some((key, it.as_ref()?))) {
        target.push(key, expression(patterns).into());
    }
    let with_target = |change: Value| value!({ "target": (target.clone()), "patch": (yaml::write(&change)) });
    let mut changes: Vec<Value> = Vec::new();
    if let Some(operations) = &patch.ops {
        changes.push(operations.iter().map(operation).collect::<Vec<_>>().into());
    }
    if let Some(paths) = &patch.remove {
        let removals = paths.iter().map(|path| value!({ "op": "remove", "path": (&path.value) }));
        changes.push(removals.collect::<Vec<_>>().into());
    }
    changes.extend(patch.merge.as_ref().map(|merge| merge_of(kind, &merge.0)));
    for file in patch.file.iter().flat_map(|file| library.files_of(Use::Patch, file)) {
        let documents = library.documents(file).iter();
        changes
            .extend(documents.map(|it| if it.as_map().is_some() { merge_of(kind, it) } else { it.clone() }));
    }
    changes.into_iter().map(with_target).collect()
}

/// A merge patch with the head that kustomize asks for; what it is for is said by its target.
fn merge_of(kind: &str, merge: &Value) -> Value {
    let api_version = match kind {
        "Deployment" => "apps/v1",
        "Kustomization" => "kustomize.toolkit.fluxcd.io/v1",
        "GitRepository" | "OCIRepository" | "Bucket" => "source.toolkit.fluxcd.io/v1",
        "NetworkPolicy" => "networking.k8s.io/v1",
        _ => "v1",
    };
    let mut patch = value!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": "any" } });
    for entry in merge.as_map().into_iter().flatten() {
        merge_entry(patch.map_under(&[]), entry);
    }
    patch
}

/// The regular expression that matches what the patterns match; kustomize takes it for the whole name.
fn expression(patterns: &OneOrMany<Pattern>) -> Text {
    let each = patterns.0.iter().map(|it| it.as_text().to_string().replace('.', "\\.").replace('*', ".*"));
    let each: Vec<String> = each.collect();
    if each.len() == 1 { each[0].as_str().into() } else { format!("({})", each.join("|")).into() }
}

fn operation(written: &PatchOperation) -> Value {
    let mut operation = Map::new();
    operation.push("op", written.op.as_ref().map_or(Value::NULL, |op| op.value.word().into()));
    for (key, text) in [("path", &written.path), ("from", &written.from)] {
        if let Some(text) = text {
            operation.push(key, (&text.value).into());
        }
    }
    if let Some(value) = &written.value {
        operation.push("value", value.0.clone());
    }
    operation.into()
}

/// The arguments that keep tenants apart, by the controllers that take them.
fn lockdown(flux: &Flux) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut of_kustomize = vec!["--no-remote-bases=true"];
    if flux.applies_roles_first() {
        of_kustomize.push("--custom-apply-stage-kinds=rbac.authorization.k8s.io/Role");
    }
    vec![
        (
            "(kustomize-controller|helm-controller|notification-controller|image-reflector-controller|image-automation-controller)",
            vec!["--no-cross-namespace-refs=true"],
        ),
        ("(kustomize-controller|helm-controller)", vec!["--default-service-account=default"]),
        ("kustomize-controller", of_kustomize),
    ]
}

/// The FluxInstance from which the Flux Operator installs Flux.
///
/// Source: <https://fluxoperator.dev/docs/crd/fluxinstance/>.
fn instance(host: &mut Host<'_>, flux: &Flux) -> Option<Rendered> {
    let Part { diagnostics, .. } = &mut host.part;
    let root = fleet_source::of_root(host.fleet, host.index, &flux.namespace, diagnostics)?;
    let cluster = &host.fleet.clusters[host.index];
    let spec = &root.source.spec;
    let reference = spec.get("ref");
    let text = |key: &str| reference.and_then(|reference| reference.get(key)).and_then(Value::as_text);
    let git = text("branch").map(|branch| format!("refs/heads/{branch}"));
    let git = git.or_else(|| {
        text("tag").filter(|_| root.source.kind == "GitRepository").map(|tag| format!("refs/tags/{tag}"))
    });
    let reference = git.or_else(|| text("tag").map(str::to_owned)).unwrap_or_else(|| "latest".into());
    let mut sync = value!({
        "kind": (root.source.kind),
        "url": (spec.get("url").cloned().unwrap_or_default()),
        "ref": reference,
        "path": (root.path_of(&format!("clusters/{}", cluster.name))),
    });
    if let Some(secret) = spec.find(&["secretRef", "name"]) {
        sync.map_under(&[]).push("pullSecret", secret.clone());
    }
    let mut of_cluster =
        value!({ "type": "kubernetes", "multitenant": (flux.lockdown), "networkPolicy": true });
    if flux.lockdown {
        of_cluster.map_under(&[]).push("tenantDefaultServiceAccount", "default".into());
    }
    let mut object = value!({
        "apiVersion": "fluxcd.controlplane.io/v1",
        "kind": "FluxInstance",
        "metadata": { "name": "flux", "namespace": (&flux.namespace) },
        "spec": {
            "distribution": { "version": (format!("{}.x", flux.version.word())), "registry": "ghcr.io/fluxcd" },
            "components": ["source-controller", "kustomize-controller", "helm-controller", "notification-controller"],
            "cluster": of_cluster,
            "sync": sync,
        },
    });
    if flux.lockdown && flux.applies_roles_first() {
        let patch = "- op: add\n  path: /spec/template/spec/containers/0/args/-\n  value: \
                     --custom-apply-stage-kinds=rbac.authorization.k8s.io/Role\n";
        let patch =
            value!({ "target": { "kind": "Deployment", "name": KUSTOMIZE_CONTROLLER }, "patch": patch });
        object.map_under(&["spec", "kustomize"]).push("patches", vec![patch].into());
    }
    let mut object = object.at(root.source.place);
    for entry in flux.instance.iter().filter_map(Value::as_map).flatten() {
        merge_entry(object.map_under(&["spec"]), entry);
    }
    Some(Rendered::from(object))
}

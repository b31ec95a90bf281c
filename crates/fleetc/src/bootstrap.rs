//! How a cluster is put onto its tree: the commands, for a person to run.

use std::collections::BTreeSet;

use fleetc_manifests::Value;

use crate::Compiled;
use crate::diagnostic::Diagnostics;
use crate::fleet::{COMMON, Cluster, Fleet};
use crate::language::Install;
use crate::render::{self, TreeSource};
use crate::resolve::Tally;

/// A step of putting a cluster onto its tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it does.
    pub what: String,
    /// The commands; none if there is nothing to run.
    pub commands: Vec<String>,
}

/// The steps for the cluster, in order; `None` if there is no such cluster. Nothing is run.
pub fn bootstrap(compiled: &Compiled, cluster: &str) -> Option<Vec<Step>> {
    let Compiled { fleet, tree } = compiled;
    let index = fleet.clusters.iter().position(|it| it.name == cluster)?;
    let cluster = &fleet.clusters[index];
    let mut steps = vec![publish(fleet)];
    steps.extend(secrets(compiled, cluster));
    let targets = || fleet.targets.iter().filter(|target| target.cluster == index);
    for host in targets().filter(|target| target.is_remote()).map(|target| target.host) {
        let step = for_host(fleet, tree, cluster, &fleet.clusters[host]);
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    if targets().any(|target| !target.is_remote()) {
        steps.extend(flux(fleet, index));
    }
    Some(steps)
}

fn step(what: impl Into<String>, commands: Vec<String>) -> Step {
    Step { what: what.into(), commands }
}

fn publish(fleet: &Fleet) -> Step {
    step(
        format!("Build the tree, and publish the folder `{}` where the clusters pull it from", fleet.output),
        vec!["fleetc build".to_owned()],
    )
}

/// The Secrets that somebody must make on the cluster.
fn secrets(compiled: &Compiled, cluster: &Cluster) -> Option<Step> {
    let needs = crate::needs(compiled);
    let own: Vec<_> =
        needs.iter().filter(|it| it.cluster == cluster.name && it.made_by.starts_with("you")).collect();
    // The tree brings most of them, but only once Flux runs.
    let namespaces: BTreeSet<&str> = own.iter().map(|need| need.namespace.as_str()).collect();
    let namespaces = namespaces.into_iter().filter(|namespace| !namespace.is_empty()).map(|namespace| {
        let kubectl = format!("kubectl --context {}", cluster.name);
        format!("{kubectl} get namespace {namespace} || {kubectl} create namespace {namespace}")
    });
    let lines = own.iter().map(|need| {
        let keys =
            if need.keys.is_empty() { String::new() } else { format!("  # keys: {}", need.keys.join(", ")) };
        format!(
            "kubectl --context {} --namespace {} get {} {}{keys}",
            cluster.name,
            need.namespace,
            need.kind.to_lowercase(),
            need.name
        )
    });
    (!own.is_empty()).then(|| {
        step("See that what the tree does not bring is there, or make it", namespaces.chain(lines).collect())
    })
}

/// What the cluster that manages this one needs.
fn for_host(fleet: &Fleet, tree: &crate::Tree, cluster: &Cluster, host: &Cluster) -> Step {
    let grants: Vec<String> = tree
        .folders()
        .filter(|folder| {
            let own = format!("clusters/{}", cluster.name);
            folder.cluster == cluster.name
                && folder.environment.is_none()
                && (folder.path == own || folder.path.ends_with("/prerequisites"))
        })
        .flat_map(|folder| folder.files.iter().map(move |(name, file)| (folder, name, file)))
        .filter(|(_, name, file)| file.object().is_some() && name.starts_with("clusterrolebinding-flux-near"))
        .map(|(folder, name, _)| {
            format!(
                "kubectl --context {} apply --filename {}/{}/{name}",
                cluster.name, fleet.output, folder.path
            )
        })
        .collect();
    let has_rights = grants.is_empty();
    let how =
        if has_rights { ", with the rights of its kubeconfig" } else { ": give its Flux the right to, once" };
    step(format!("`{}` applies what lies on `{}`{how}", host.name, cluster.name), grants)
}

/// The commands that bring Flux to the cluster.
fn flux(fleet: &Fleet, index: usize) -> Vec<Step> {
    let (mut tally, mut ignored) = (Tally::default(), Diagnostics::default());
    let flux = render::Flux::of(fleet, COMMON, index, &mut tally, &mut ignored);
    let Some(source) = render::source_of_root(fleet, index, &flux.namespace, &mut ignored) else {
        return Vec::new();
    };
    let cluster = &fleet.clusters[index];
    let folder = format!("{}/clusters/{}/flux-system", fleet.output, cluster.name);
    let kubectl = |rest: &str| format!("kubectl --context {} {rest}", cluster.name);
    if render::is_installed_from_elsewhere(fleet, index) && flux.install == Install::Rendered {
        return vec![step("The cluster that makes this one brings Flux to it", Vec::new())];
    }
    match flux.install {
        Install::Bootstrap => {
            vec![step("Install Flux, and let it apply the root", vec![bootstrap_command(&source, cluster)])]
        }
        Install::Rendered => vec![step(
            "Install Flux as the tree has it; it keeps itself from then on",
            vec![kubectl(&format!(
                "apply --server-side --kustomize {folder}  # the first time: again, once its kinds are known"
            ))],
        )],
        Install::Operator => vec![
            step(
                "Install the Flux Operator",
                vec![format!(
                    "helm --kube-context {} install flux-operator oci://ghcr.io/controlplaneio-fluxcd/charts/flux-operator --namespace {} --create-namespace",
                    cluster.name, flux.namespace
                )],
            ),
            step(
                "Let it install Flux, which applies the root",
                vec![kubectl(&format!("apply --filename {folder}/fluxinstance-flux.yaml"))],
            ),
        ],
        Install::Nobody => vec![step(
            format!(
                "Somebody else runs Flux: let a Kustomization of theirs apply `{}`",
                source.path_of(&format!("clusters/{}", cluster.name))
            ),
            Vec::new(),
        )],
    }
}

/// `flux bootstrap git`, with the source of the root.
fn bootstrap_command(source: &TreeSource, cluster: &Cluster) -> String {
    let spec = &source.source.spec;
    let text = |path: &[&str]| spec.find(path).and_then(Value::as_text).unwrap_or_default().to_owned();
    let path = source.path_of(&format!("clusters/{}", cluster.name));
    let mut command = format!("flux bootstrap git --context={} --url={}", cluster.name, text(&["url"]));
    let branch = text(&["ref", "branch"]);
    if !branch.is_empty() {
        command.push_str(&format!(" --branch={branch}"));
    }
    command.push_str(&format!(" --path={}", path.trim_start_matches("./")));
    command
}

//! What a build would take away from the clusters, held against what it may: Flux deletes what leaves the tree.

mod change;
mod definitions;
mod fixed;

use std::collections::BTreeSet;
use std::fs;

use fleetc_manifests::{Place, Value, yaml};

use super::commit::Plan;
use super::stage::{Mode, Staged, State};
use crate::output::list_some;

use change::Change;

/// No list of flags names more.
const NAMED: usize = 10;

/// The list of a folder.
const LIST: &str = "kustomization.yaml";

/// What may go.
#[derive(Debug, Default)]
pub(crate) struct Allowed {
    /// Environments, clusters, targets (`prod/emea-1`), or `all`.
    pub(crate) names: Vec<String>,
    /// Clusters of which the fleet says so.
    pub(crate) retired: BTreeSet<String>,
}

impl Allowed {
    fn allows(&self, target: &str) -> bool {
        let (environment, cluster) = target.split_once('/').unwrap_or((target, target));
        let is_named = |name: &String| [target, environment, cluster, "all"].contains(&name.as_str());
        self.names.iter().any(is_named) || self.retired.contains(cluster)
    }
}

/// Something that stops the build, and the target that must be allowed.
struct Finding {
    text: String,
    target: String,
}

impl Plan<'_> {
    /// Whether the tree may change so.
    pub(crate) fn guard(&self, allowed: &Allowed) -> Result<(), String> {
        self.is_remembered(allowed)?;
        let gone = if self.stale.is_empty() && self.roots().next().is_none() {
            Vec::new()
        } else {
            self.are_known(allowed)?;
            self.gone()
        };
        let refused = |findings: Vec<Finding>| -> Vec<Finding> {
            findings.into_iter().filter(|finding| !allowed.allows(&finding.target)).collect()
        };
        let (gone, fixed) = (refused(gone), refused(self.fixed()));
        if gone.is_empty() && fixed.is_empty() { Ok(()) } else { Err(told(&gone, &fixed)) }
    }

    /// What is taken away.
    fn gone(&self) -> Vec<Finding> {
        let change = Change::of(self);
        let mut findings = self.lost_roots();
        findings.extend(change.tenants());
        findings.extend(change.moves());
        findings.extend(change.makers_of_clusters());
        findings.extend(change.clusters());
        findings.extend(self.stranded());
        findings.extend(change.deletions());
        findings
    }

    /// Whether a ledger says what was there: without one, nothing says what leaves the tree.
    fn is_remembered(&self, allowed: &Allowed) -> Result<(), String> {
        let rendered = self.stage.rendered;
        let is_new = rendered.ledger.entries().next().is_some() || !rendered.root.join("clusters").exists();
        if is_new || self.stage.mode != Mode::Force || allowed.names.iter().any(|name| name == "all") {
            return Ok(());
        }
        Err("the ledger `.fleetc-ledger` is not in the output folder, so that nothing says what Flux would delete: restore it \
             (it belongs into git, beside the tree), or say `--allow-delete all`"
            .to_owned())
    }

    /// Whether everything that may go is something that there is, or was.
    fn are_known(&self, allowed: &Allowed) -> Result<(), String> {
        let was = self.stage.rendered.ledger.entries().map(|entry| entry.folder);
        let folders = was.chain(self.folders.iter().map(|it| it.path.as_str()));
        let is_known = |name: &str| {
            let begins = |folder: &str| folder.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'));
            name == "all" || folders.clone().any(|it| begins(it) || cluster(it) == Some(name))
        };
        match allowed.names.iter().find(|name| !is_known(name)) {
            None => Ok(()),
            Some(name) => {
                Err(format!("`--allow-delete {name}` names no environment, cluster or target of the tree"))
            }
        }
    }

    /// The lists of roots that change.
    fn roots(&self) -> impl Iterator<Item = &Staged> {
        self.folders.iter().filter(|folder| {
            let is_root = folder.path.strip_prefix("clusters/").is_some_and(|name| !name.contains('/'));
            let is_list = |name: &str, state| name == LIST && state == State::Replaced;
            is_root && folder.files.iter().any(|file| is_list(&file.name, file.state))
        })
    }

    /// Roots that no longer list `flux-system`: Flux would uninstall itself, and leave everything half deleted.
    fn lost_roots(&self) -> Vec<Finding> {
        let root = self.stage.rendered.root;
        let lists_flux = |path: std::path::PathBuf| {
            let text = fs::read_to_string(path).unwrap_or_default();
            text.lines().any(|line| line.trim() == "- flux-system")
        };
        let is_lost = |folder: &&Staged| {
            let new = self.stage.rendered.staged(&folder.path).join(LIST);
            lists_flux(root.join(&folder.path).join(LIST)) && !lists_flux(new)
        };
        let finding = |folder: &Staged| Finding {
            text: format!(
                "`flux-system` from the root `{}`: Flux would uninstall itself and leave everything half deleted; \
                 set `prune: false` in the cluster's Kustomization `flux-system` first",
                folder.path
            ),
            target: folder.path.clone(),
        };
        self.roots().filter(is_lost).map(finding).collect()
    }
}

/// `prod/emea-1` of `prod/emea-1/web`; none for the roots.
fn target(folder: &str) -> Option<&str> {
    let (end, _) = folder.match_indices('/').nth(1)?;
    (!folder.starts_with("clusters/")).then(|| &folder[..end])
}

fn cluster(folder: &str) -> Option<&str> {
    folder.split('/').nth(1)
}

/// The object in a file of the tree.
fn object(text: &str) -> Option<Value> {
    yaml::read(text, Place::NONE).ok()?.into_iter().next()
}

fn told(gone: &[Finding], fixed: &[Finding]) -> String {
    let lists = [
        ("this build would take away what nobody allowed to go:", gone),
        ("this build would change what no update changes, so that Flux would stall:", fixed),
    ];
    let mut text = String::new();
    for (title, findings) in lists.into_iter().filter(|(_, findings)| !findings.is_empty()) {
        text.push_str(title);
        list_some(findings.iter().map(|finding| &*finding.text), &mut text);
        text.push('\n');
    }
    let targets: BTreeSet<&str> = gone.iter().chain(fixed).map(|finding| finding.target.as_str()).collect();
    let mut flags: Vec<String> = targets.iter().map(|it| format!("--allow-delete {it}")).collect();
    if flags.len() > NAMED {
        flags = vec!["--allow-delete all".to_owned()];
    }
    let meant = if gone.is_empty() { "if it is there no more, or may stall" } else { "if it is meant" };
    text.push_str(&format!("nothing was changed; {meant}: `fleetc build {}`", flags.join(" ")));
    text
}

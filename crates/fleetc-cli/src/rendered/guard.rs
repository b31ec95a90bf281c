//! What a build would take away from the clusters, held against what it may: Flux deletes what leaves the tree.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::commit::Plan;
use super::ledger::Entry;
use super::stage::{Mode, Staged, State};
use super::{OWN, STAGING};

/// No list names more.
const NAMED: usize = 10;

/// The share of a target's objects that may go without a word: one in so many.
const SHARE: usize = 5;

/// Kinds whose objects take more with them than themselves, as they begin the names of files.
const GRAVE: [(&str, &str); 4] = [
    ("namespace-", "Namespace"),
    ("customresourcedefinition-", "CustomResourceDefinition"),
    ("persistentvolumeclaim-", "PersistentVolumeClaim"),
    ("cluster-", "Cluster"),
];

/// What Flux keeps although it leaves the tree.
const KEPT: &str = "kustomize.toolkit.fluxcd.io/prune: disabled";

/// The list of a folder.
pub(super) const LIST: &str = "kustomization.yaml";

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
pub(super) struct Finding {
    pub(super) text: String,
    pub(super) target: String,
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
            let new = root.join(OWN).join(STAGING).join(&folder.path).join(LIST);
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

/// What a build changes, as it is looked up.
struct Change<'p> {
    plan: &'p Plan<'p>,
    /// The folders that objects are new in, by their clusters and the names of the files.
    added: BTreeMap<(Option<&'p str>, &'p str), Vec<&'p Staged>>,
    /// The folders that are gone whole.
    gone: BTreeSet<&'p str>,
}

impl<'p> Change<'p> {
    fn of(plan: &'p Plan<'_>) -> Self {
        let mut added: BTreeMap<_, Vec<&Staged>> = BTreeMap::new();
        for folder in &plan.folders {
            for file in folder.files.iter().filter(|file| file.state == State::Added && *file.name != *LIST) {
                added.entry((cluster(&folder.path), &*file.name)).or_default().push(folder);
            }
        }
        let is_whole = |folder: &&str| plan.folders.binary_search_by(|it| (*it.path).cmp(folder)).is_err();
        let gone = plan.stale.iter().map(|entry| entry.folder).filter(is_whole).collect();
        Self { plan, added, gone }
    }

    /// Tenants that go in one step with their apps: whose account is gone cannot delete anything.
    fn tenants(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for folder in &self.gone {
            let Some((target, tenant)) = folder.rsplit_once("/tenant-") else { continue };
            let app_begins = format!("{target}/{tenant}-");
            let mut after = self.gone.range(&*app_begins..);
            let app = after.next().filter(|it| it.starts_with(&app_begins) && self.lives_on(target));
            if let Some(app) = app {
                findings.push(Finding {
                    text: format!(
                        "tenant `{tenant}` together with its apps (`{app}`): without the tenant's account Flux cannot \
                         delete them; set `state = \"retired\"`, build and publish, then remove the table"
                    ),
                    target: target.to_owned(),
                });
            }
        }
        findings
    }

    /// Whether something is left on the target.
    fn lives_on(&self, target: &str) -> bool {
        let (folders, begins) = (&self.plan.folders, format!("{target}/"));
        let first = folders.partition_point(|it| it.path < begins);
        folders.get(first).is_some_and(|it| it.path.starts_with(&begins))
    }

    /// Objects that another Kustomization shall own: the first may delete them before the second has applied them.
    fn moves(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for entry in &self.plan.stale {
            let Some(target) = target(entry.folder) else { continue };
            for folder in self.added(entry) {
                if self.is_move(entry, folder) {
                    findings.push(Finding {
                        text: format!(
                            "`{}` moves to `{}`: its old owner may delete it after the new one has applied it; `keep` \
                             it, build and publish, then move it, then take `keep` off",
                            entry.path(),
                            folder.path
                        ),
                        target: target.to_owned(),
                    });
                }
            }
        }
        findings
    }

    /// Whether the file that goes holds the same object as the one that comes, and Flux would delete it.
    fn is_move(&self, entry: &Entry<'_>, folder: &Staged) -> bool {
        let root = self.plan.stage.rendered.root;
        let read = |path: std::path::PathBuf| fs::read_to_string(path).unwrap_or_default();
        let old = read(root.join(entry.path()));
        let mut new = root.join(OWN);
        new.extend([STAGING, &folder.path, entry.name]);
        !old.contains(KEPT) && identity(&old) == identity(&read(new))
    }

    /// Folders of what makes a cluster: without it, whatever made the cluster deletes it.
    fn makers_of_clusters(&self) -> Vec<Finding> {
        let makers = self.gone.iter().filter_map(|folder| folder.rsplit_once("/cluster-"));
        makers
            .map(|(target, cluster)| Finding {
                text: format!("what makes the cluster `{cluster}`: the cluster itself would be deleted"),
                target: target.to_owned(),
            })
            .collect()
    }

    /// Whole targets, more than a share of one, and kinds that take more with them.
    fn deletions(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (target, (count, gone)) in self.by_target() {
            let found = |text: String| Finding { text, target: target.to_owned() };
            if gone.len() == count {
                findings.push(found(format!("everything on {target}: {count} objects")));
                continue;
            }
            if gone.len() * SHARE > count {
                findings.push(found(format!("{} of the {count} objects on {target}", gone.len())));
            }
            findings.extend(gone.into_iter().filter_map(|entry| grave(entry, target)));
        }
        let of_roots = self.plan.stale.iter().filter(|entry| entry.folder.starts_with("clusters/"));
        findings.extend(of_roots.filter_map(|entry| grave(entry, entry.folder)));
        findings
    }

    /// Objects by target that were in the tree, and those of them that leave it.
    fn by_target(&self) -> BTreeMap<&str, (usize, Vec<&Entry<'_>>)> {
        let mut targets: BTreeMap<&str, (usize, Vec<&Entry<'_>>)> = BTreeMap::new();
        for entry in self.plan.stage.rendered.ledger.entries().filter(|entry| entry.name != LIST) {
            if let Some(target) = target(entry.folder) {
                targets.entry(target).or_default().0 += 1;
            }
        }
        for entry in self.plan.stale.iter().filter(|entry| entry.name != LIST && !self.is_elsewhere(entry)) {
            if let Some(target) = target(entry.folder) {
                targets.entry(target).or_default().1.push(entry);
            }
        }
        targets
    }

    /// Whether a file of the same name is new in another folder of the target.
    fn is_elsewhere(&self, entry: &Entry<'p>) -> bool {
        self.added(entry).iter().any(|folder| target(&folder.path) == target(entry.folder))
    }

    /// Folders of the same cluster with a new file of the same name.
    fn added(&self, entry: &Entry<'p>) -> &[&'p Staged] {
        self.added.get(&(cluster(entry.folder), entry.name)).map_or(&[], Vec::as_slice)
    }
}

/// `prod/emea-1` of `prod/emea-1/web`; none for the roots.
pub(super) fn target(folder: &str) -> Option<&str> {
    let (end, _) = folder.match_indices('/').nth(1)?;
    (!folder.starts_with("clusters/")).then(|| &folder[..end])
}

pub(super) fn cluster(folder: &str) -> Option<&str> {
    folder.split('/').nth(1)
}

/// What an object is, as the file of one says it: the lines of `kind`, and of name and namespace in `metadata`.
fn identity(text: &str) -> Vec<&str> {
    let mut is_metadata = false;
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        if !line.starts_with([' ', '-']) {
            is_metadata = line == "metadata:";
        }
        let is_name = line.starts_with("  name: ") || line.starts_with("  namespace: ");
        if line.starts_with("kind: ") || is_metadata && is_name {
            lines.push(line);
        }
    }
    lines.sort_unstable();
    lines
}

/// An object that takes more with it than itself.
fn grave(entry: &Entry<'_>, target: &str) -> Option<Finding> {
    let (start, kind) = GRAVE.iter().find(|(start, _)| entry.name.starts_with(start))?;
    let name = entry.name[start.len()..].trim_end_matches(".yaml");
    let text = format!("{kind} `{name}` on {target}, with all that is in it");
    Some(Finding { text, target: target.to_owned() })
}

fn told(gone: &[Finding], fixed: &[Finding]) -> String {
    let lists = [
        ("this build would take away what nobody allowed to go:", gone),
        ("this build would change what no update changes, so that Flux would stall:", fixed),
    ];
    let mut text = String::new();
    for (title, findings) in lists.into_iter().filter(|(_, findings)| !findings.is_empty()) {
        text.push_str(title);
        for finding in findings.iter().take(NAMED) {
            text.push_str("\n- ");
            text.push_str(&finding.text);
        }
        if findings.len() > NAMED {
            text.push_str(&format!("\n- … and {} more", findings.len() - NAMED));
        }
        text.push('\n');
    }
    let targets: BTreeSet<&str> = gone.iter().chain(fixed).map(|finding| finding.target.as_str()).collect();
    let mut flags: Vec<String> = targets.iter().map(|it| format!("--allow-delete {it}")).collect();
    if flags.len() > NAMED {
        flags = vec!["--allow-delete all".to_owned()];
    }
    text.push_str(&format!("nothing was changed; if it is meant: `fleetc build {}`", flags.join(" ")));
    text
}

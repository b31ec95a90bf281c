//! What leaves the clusters, as it is looked up.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::{Finding, LIST, cluster, target};
use crate::rendered::commit::Plan;
use crate::rendered::ledger::Entry;
use crate::rendered::stage::{Staged, State};

/// The share of a target's objects that may go without a word: one in so many.
const SHARE: usize = 5;

/// Kinds whose objects take more with them than themselves, as they begin the names of files.
const GRAVE: [(&str, &str); 4] = [
    ("namespace-", "Namespace"),
    ("customresourcedefinition-", "CustomResourceDefinition"),
    ("persistentvolumeclaim-", "PersistentVolumeClaim"),
    ("cluster-", "Cluster"),
];

/// Kinds that Flux pulls from, as they begin the names of files.
const SOURCES: [&str; 4] = ["bucket-", "gitrepository-", "helmrepository-", "ocirepository-"];

/// What Flux keeps although it leaves the tree.
const KEPT: &str = "kustomize.toolkit.fluxcd.io/prune: disabled";

/// What a build changes, as it is looked up.
pub(super) struct Change<'p> {
    plan: &'p Plan<'p>,
    /// The folders that objects are new in, by their clusters and the names of the files.
    added: BTreeMap<(Option<&'p str>, &'p str), Vec<&'p Staged>>,
    /// The folders that are gone whole.
    gone: BTreeSet<&'p str>,
}

impl<'p> Change<'p> {
    pub(super) fn of(plan: &'p Plan<'_>) -> Self {
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
    pub(super) fn tenants(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for folder in &self.gone {
            let Some((target, tenant)) = folder.rsplit_once("/tenant-") else { continue };
            let app = self.rendered_app(target, tenant).or_else(|| self.pulled_app(folder));
            if let Some(app) = app.filter(|_| self.lives_on(target)) {
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

    /// The folder of an app of the tenant that is gone.
    fn rendered_app(&self, target: &str, tenant: &str) -> Option<String> {
        let begins = format!("{target}/{tenant}-");
        self.gone.range(&*begins..).next().filter(|it| it.starts_with(&begins)).map(|it| (*it).to_owned())
    }

    /// The Kustomization in the tenant's folder, or beside it on the host of a remote, with which Flux pulls an app.
    fn pulled_app(&self, folder: &str) -> Option<String> {
        let folders = [folder.to_owned(), format!("{folder}-host")];
        let mut entries = folders.iter().flat_map(|folder| self.stale_in(folder));
        entries.find(|entry| entry.name.starts_with("kustomization-")).map(Entry::path)
    }

    /// What leaves a folder; all that leaves is in the order of folders.
    fn stale_in(&self, folder: &str) -> &[Entry<'p>] {
        let stale = &self.plan.stale;
        let first = stale.partition_point(|entry| entry.folder < folder);
        let count = stale[first..].partition_point(|entry| entry.folder == folder);
        &stale[first..first + count]
    }

    /// Whether something is left on the target.
    fn lives_on(&self, target: &str) -> bool {
        let (folders, begins) = (&self.plan.folders, format!("{target}/"));
        let first = folders.partition_point(|it| it.path < begins);
        folders.get(first).is_some_and(|it| it.path.starts_with(&begins))
    }

    /// Objects that another Kustomization shall own: the first may delete them before the second has applied them.
    pub(super) fn moves(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for entry in self.plan.stale.iter().filter(|entry| !is_source(entry)) {
            let Some(target) = target(entry.folder) else { continue };
            for folder in self.added(entry) {
                if self.is_move(entry, folder) {
                    findings.push(Finding {
                        text: format!(
                            "`{}` moves to `{}`: its old owner may delete it after the new one has applied it; {}, build \
                             and publish, then move it, then take `keep` off",
                            entry.path(),
                            folder.path,
                            kept(entry)
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
        let new = read(self.plan.stage.rendered.staged(&folder.path).join(entry.name));
        !old.contains(KEPT) && identity(&old) == identity(&new)
    }

    /// Folders of what makes a cluster: without it, whatever made the cluster deletes it.
    pub(super) fn makers_of_clusters(&self) -> Vec<Finding> {
        let makers = self.gone.iter().filter_map(|folder| folder.rsplit_once("/cluster-"));
        makers
            .map(|(target, cluster)| Finding {
                text: format!("what makes the cluster `{cluster}`: the cluster itself would be deleted"),
                target: target.to_owned(),
            })
            .collect()
    }

    /// Clusters that go whole: a Flux whose root is gone applies nothing any more, and deletes nothing.
    pub(super) fn clusters(&self) -> Vec<Finding> {
        let roots = self.plan.stale.iter().filter(|entry| entry.name == LIST);
        let gone = roots.filter_map(|entry| entry.folder.strip_prefix("clusters/"));
        let of_targets = self.plan.stale.iter().filter(|entry| target(entry.folder).is_some());
        let with_more: BTreeSet<&str> = of_targets.filter_map(|entry| cluster(entry.folder)).collect();
        gone.filter(|name| with_more.contains(name))
            .map(|name| Finding {
                text: format!(
                    "the root of the cluster `{name}`: its Flux would find nothing to apply, and leave all that is there; set \
                     `state = \"retired\"`, build and publish, then remove the table"
                ),
                target: format!("clusters/{name}"),
            })
            .collect()
    }

    /// Whole targets, more than a share of one, and kinds that take more with them.
    pub(super) fn deletions(&self) -> Vec<Finding> {
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

/// What says that Flux keeps it. A Namespace moves when it gets a second user, or has only one left.
fn kept(entry: &Entry<'_>) -> &'static str {
    if entry.name.starts_with("namespace-") {
        "set `keep = true` in every app and component with that `namespace`"
    } else {
        "`keep` it"
    }
}

/// Whether it is what Flux pulls from: one that is deleted and made again is pulled again, and nothing else goes with it.
fn is_source(entry: &Entry<'_>) -> bool {
    SOURCES.iter().any(|kind| entry.name.starts_with(kind))
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

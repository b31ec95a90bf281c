//! CustomResourceDefinitions that leave a remote together with their objects: Flux would wait for ever.

use std::fs;

use fleetc_manifests::Value;

use super::{Finding, LIST, cluster, object, target};
use crate::rendered::commit::Plan;
use crate::rendered::ledger::Entry;

/// How the file of a CustomResourceDefinition begins.
const DEFINITION: &str = "customresourcedefinition-";

impl Plan<'_> {
    /// What Flux could not delete on a remote, because what describes it is gone by then. On a cluster with a Flux of its
    /// own it can.
    pub(super) fn stranded(&self) -> Vec<Finding> {
        let definitions = self.stale.iter().filter(|entry| entry.name.starts_with(DEFINITION));
        definitions.filter_map(|definition| self.stranded_by(definition)).collect()
    }

    fn stranded_by(&self, definition: &Entry<'_>) -> Option<Finding> {
        let target = target(definition.folder)?;
        let remote = cluster(definition.folder).filter(|cluster| !self.has_flux(cluster))?;
        let path = definition.path();
        let text = fs::read_to_string(self.stage.rendered.root.join(&path)).ok()?;
        let definition = object(&text)?;
        let kind = definition.find(&["spec", "names", "kind"]).and_then(Value::as_text)?;
        let begins = format!("{}-", kind.to_lowercase());
        let is_of_it =
            |entry: &&Entry<'_>| entry.name.starts_with(&begins) && cluster(entry.folder) == Some(remote);
        let stranded = self.stale.iter().find(is_of_it)?;
        let text = format!(
            "`{path}` together with an object of its kind (`{}`): `{remote}` is a remote, on which Flux cannot delete what \
             no longer has a CRD, and waits for ever; take the {kind} away, build and publish, then the CRD",
            stranded.path()
        );
        Some(Finding { text, target: target.to_owned() })
    }

    /// Whether the cluster has a Flux of its own: its root then lists what that applies.
    fn has_flux(&self, cluster: &str) -> bool {
        let root = self.stage.rendered.ledger.folder(&format!("clusters/{cluster}"));
        root.is_some_and(|root| root.get(LIST).is_some())
    }
}

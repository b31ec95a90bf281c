//! Changes of objects that no update makes: Flux would stall on them.

use std::fs;

use fleetc_manifests::{Value, immutable};
use rayon::prelude::*;

use super::{Finding, object, target};
use crate::rendered::commit::Plan;
use crate::rendered::stage::{Staged, State};

/// What tells Flux to delete an object and to make it anew where no update does.
const FORCED: &str = "kustomize.toolkit.fluxcd.io/force";

impl Plan<'_> {
    /// Objects of which a field would change that no update changes.
    pub(super) fn fixed(&self) -> Vec<Finding> {
        let found = self.folders.par_iter().flat_map_iter(|folder| {
            let files = folder.files.iter().filter(|file| file.state == State::Replaced);
            files.filter(|file| has_fixed(&file.name)).filter_map(|file| self.fixed_in(folder, &file.name))
        });
        let found: Vec<(&Staged, Finding)> = found.collect();
        if found.is_empty() {
            return Vec::new();
        }
        let forced = self.forced();
        let is_forced =
            |folder: &Staged| forced.iter().any(|path| path.ends_with(&format!("/{}", folder.path)));
        found.into_iter().filter(|(folder, _)| !is_forced(folder)).map(|(_, finding)| finding).collect()
    }

    /// What of the object in a file would change, and cannot.
    fn fixed_in<'p>(&self, folder: &'p Staged, name: &str) -> Option<(&'p Staged, Finding)> {
        let target = target(&folder.path).unwrap_or(&folder.path);
        let old = object(&fs::read_to_string(self.stage.rendered.root.join(&folder.path).join(name)).ok()?)?;
        let kind = old.text_at(&["kind"]);
        let new = object(&self.new_text(folder, name)?)?;
        let is_forced = new.find(&["metadata", "annotations", FORCED]).and_then(Value::as_text);
        if is_forced.is_some_and(|text| text.eq_ignore_ascii_case("enabled")) {
            return None;
        }
        let paths = immutable::changed(&old, &new);
        if paths.is_empty() {
            return None;
        }
        let fields = paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
        let text = format!("`{}/{name}` changes {fields}: {}", folder.path, remedy(kind, &paths));
        Some((folder, Finding { text, target: target.to_owned() }))
    }

    /// What a file will hold.
    fn new_text(&self, folder: &Staged, name: &str) -> Option<String> {
        let rendered = self.stage.rendered;
        let old = rendered.root.join(&folder.path).join(name);
        fs::read_to_string(rendered.staged(&folder.path).join(name)).or_else(|_| fs::read_to_string(old)).ok()
    }

    /// The paths of the Kustomizations with `force`: of those Flux makes anew whatever it cannot change.
    fn forced(&self) -> Vec<String> {
        let of_flux = self.folders.iter().filter(|folder| folder.path.ends_with("/flux"));
        let files = of_flux.flat_map(|folder| folder.files.iter().map(move |file| (folder, &*file.name)));
        let kustomizations = files.filter(|(_, name)| name.starts_with("kustomization-"));
        let spec_of =
            |(folder, name): (&Staged, &str)| object(&self.new_text(folder, name)?)?.get("spec").cloned();
        let is_forced = |spec: &Value| spec.get("force").and_then(Value::as_bool) == Some(true);
        let specs = kustomizations.filter_map(spec_of).filter(is_forced);
        specs.filter_map(|spec| spec.get("path").and_then(Value::as_text).map(str::to_owned)).collect()
    }
}

/// Whether the object in a file of that name may have fields that no update changes: its kind begins the name.
fn has_fixed(name: &str) -> bool {
    name.split_once('-').is_some_and(|(kind, _)| immutable::has(kind))
}

/// How the object becomes what it shall be.
fn remedy(kind: &str, paths: &[&str]) -> String {
    let anew = format!(
        "or annotate it with `{FORCED}: Enabled` (or set `kustomization = {{ force = true }}` for all that is beside it), and \
         Flux deletes it and makes it anew"
    );
    match kind {
        "PersistentVolumeClaim" | "PersistentVolume" => "give it another name, and move the data".to_owned(),
        "StatefulSet" if paths.contains(&"spec.volumeClaimTemplates") => format!(
            "delete it with `kubectl delete --cascade=orphan` once this is published, so that its pods and data stay (claims that are there keep \
             their size), {anew}"
        ),
        _ if paths.iter().all(|path| path.ends_with("trategy.type")) => format!(
            "the server filled in `rollingUpdate`, and keeps it; write `rollingUpdate` out, build and publish, then change the \
             type, {anew}"
        ),
        _ => format!("give it another name, {anew}"),
    }
}

//! Where the clusters pull the rendered tree from.

use fleetc_manifests::{Map, Text, Value};

use super::source::{self, Ask, Source};
use crate::diagnostic::Diagnostics;
use crate::fleet::{COMMON, Fleet};
use crate::resolve::ladder::merge_source;
use crate::resolve::matching::Context;
use crate::resolve::scope::Scope;
use crate::resolve::substitution::Substitute;
use crate::syntax::Rung;

/// The source of a target's folders.
#[derive(Debug, Clone)]
pub(crate) struct TreeSource {
    /// The source.
    pub(crate) source: Source,
    /// Where the tree lies in it: empty, or ending in `/`.
    path: Text,
}

impl TreeSource {
    /// The path of a folder of the tree, as Flux writes it.
    pub(crate) fn path_of(&self, folder: &str) -> Text {
        format!("./{}{folder}", self.path).into()
    }
}

/// What the root of the cluster pulls, and its `common`.
pub(crate) fn of_root(
    fleet: &Fleet,
    host: usize,
    namespace: &Text,
    diagnostics: &mut Diagnostics,
) -> Option<TreeSource> {
    let rungs = [&*fleet.rung, &*fleet.defaults.cluster, &*fleet.clusters[host].rung];
    make(fleet, &rungs, COMMON, host, ("flux-system", namespace), diagnostics)
}

/// What an environment pulls on the cluster, if it is not what the root pulls.
pub(crate) fn of_environment(
    fleet: &Fleet,
    environment: usize,
    host: usize,
    namespace: &Text,
    diagnostics: &mut Diagnostics,
) -> Option<TreeSource> {
    let own = [&*fleet.defaults.environment, &*fleet.environments[environment].rung];
    if environment == COMMON || own.iter().all(|rung| rung.keys.get("source").is_none()) {
        return None;
    }
    // The name of the fleet's source is not the name of every environment's.
    let mut base = Rung::clone(&fleet.rung);
    if let Some(source) = base.keys.get_mut("source").and_then(Value::as_map_mut) {
        source.remove("name");
    }
    let rungs = [&base, own[0], own[1]];
    let name = &fleet.environments[environment].name;
    make(fleet, &rungs, environment, host, (name, namespace), diagnostics)
}

fn make(
    fleet: &Fleet,
    rungs: &[&Rung],
    environment: usize,
    host: usize,
    (name, namespace): (&str, &str),
    diagnostics: &mut Diagnostics,
) -> Option<TreeSource> {
    let mut written = Value::new(Map::new(), rungs[0].place);
    for source in rungs.iter().filter_map(|rung| rung.keys.get("source")) {
        merge_source(&mut written, source);
        written.place = source.place;
    }
    let context = Context {
        environment: Some(&fleet.environments[environment]),
        is_common: environment == COMMON,
        cluster: Some(&fleet.clusters[host]),
        ..Context::default()
    };
    let mut scope = Scope::new(fleet, context);
    let written = scope.value(&written);
    diagnostics.append(std::mem::take(&mut scope.diagnostics));
    let path = source::text_of(&written, "path").unwrap_or(&fleet.output);
    let path = path.trim_start_matches("./").trim_matches('/');
    let path = if path.is_empty() || path == "." { Text::new() } else { format!("{path}/").into() };
    let ask = Ask { name, namespace, chart: None };
    let source = source::make(&written, ask, diagnostics)?;
    Some(TreeSource { source, path })
}

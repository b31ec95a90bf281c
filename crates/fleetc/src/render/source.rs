//! Sources: GitRepository, OCIRepository, HelmRepository, Bucket.

use fleetc_manifests::{Data, Map, Place, Text, Value, value};

use crate::diagnostic::Diagnostics;
use crate::fleet::Fleet;
use crate::language::{self, Decoder, Shaped, Spanned, Stage};
use crate::messages;
use crate::resolve::ladder::{merge_entry, merge_source};

/// What a chart is in an OCI artifact.
const CHART_LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// A source as Flux has it.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// `GitRepository`, `OCIRepository`, `HelmRepository` or `Bucket`.
    pub(crate) kind: &'static str,
    /// Its name.
    pub(crate) name: Text,
    /// Where it lies.
    pub(crate) namespace: Text,
    /// Its `spec`.
    pub(crate) spec: Value,
    /// Where it was written.
    pub(crate) place: Place,
}

/// What of a source is not in the source itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    /// Its name, unless it says one.
    pub(super) name: &'a str,
    /// Where it lies, unless it says so.
    pub(super) namespace: &'a str,
    /// The chart that is pulled from it, and its version.
    pub(super) chart: Option<Chart<'a>>,
}

/// A chart and its version.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chart<'a> {
    /// Its name, or its path.
    pub(super) name: Option<&'a str>,
    /// Its version.
    pub(super) version: Option<&'a Spanned<Text>>,
}

impl Source {
    /// The object.
    pub(super) fn object(&self) -> Value {
        value!({
            "apiVersion": "source.toolkit.fluxcd.io/v1",
            "kind": (self.kind),
            "metadata": { "name": (&self.name), "namespace": (&self.namespace) },
            "spec": (self.spec.clone()),
        })
        .at(self.place)
    }

    /// How something in `namespace` names it.
    pub(super) fn reference(&self, namespace: &str) -> Value {
        let mut reference = Map::new();
        reference.push("kind", self.kind.into());
        reference.push("name", (&self.name).into());
        if self.namespace != namespace {
            reference.push("namespace", (&self.namespace).into());
        }
        Value::from(reference).at(self.place)
    }
}

/// The source with what the named source below it says.
pub(super) fn with_named(
    fleet: &Fleet,
    written: &Value,
    diagnostics: &mut Diagnostics,
) -> (Value, Option<Text>) {
    let Some(name) = written.get("use") else {
        return (written.clone(), None);
    };
    let text = name.as_text().unwrap_or_default();
    let Some(rung) = fleet.sources.get(text) else {
        let known = fleet.sources.keys().map(Text::as_str);
        diagnostics.push(messages::unknown_name("source", text, name.place, known));
        return (Value::new(Map::new(), written.place), None);
    };
    let mut changes = written.as_map().cloned().unwrap_or_default();
    changes.remove("use");
    let mut merged = Value::new(rung.keys.clone(), written.place);
    merge_source(&mut merged, &Value::new(changes, written.place));
    (merged, Some(text.into()))
}

/// Makes a source of what was written; says what is wrong with it.
pub(super) fn make(written: &Value, ask: Ask<'_>, diagnostics: &mut Diagnostics) -> Option<Source> {
    let keys = language::Source::decode(written, &mut Decoder::new(diagnostics, Stage::Resolved))?;
    let (kind, address) = kind(&keys, written.place, diagnostics)?;
    let interval = keys.interval.as_ref().map_or("10m", |it| it);
    let mut spec = Map::new();
    spec.push("interval", interval.into());
    spec.push(if kind == "Bucket" { "endpoint" } else { "url" }, url(&keys, address, ask.chart));
    if let Some(reference) = reference(kind, &keys, ask.chart) {
        spec.push("ref", reference);
    }
    if let Some(secret) = &keys.secret {
        spec.push("secretRef", value!({ "name": secret }));
    }
    if let Some(provider) = &keys.provider {
        spec.push("provider", provider.into());
    }
    if kind == "OCIRepository" && ask.chart.is_some() {
        spec.push("layerSelector", value!({ "mediaType": CHART_LAYER, "operation": "copy" }));
    }
    if let Some(verify) = keys.verify {
        spec.push("verify", verify.0);
    }
    if let Some(ignore) = &keys.ignore {
        spec.push("ignore", ignore.into());
    }
    for entry in keys.spec.iter().filter_map(|spec| spec.0.as_map()).flatten() {
        merge_entry(&mut spec, entry);
    }
    Some(Source {
        kind,
        name: keys.name.map_or_else(|| ask.name.into(), |name| name.value),
        namespace: keys.namespace.map_or_else(|| ask.namespace.into(), |it| it.as_text().clone()),
        spec: Value::from(spec).at(written.place),
        place: written.place,
    })
}

/// The kind and the address; exactly one must be written.
fn kind<'k>(
    keys: &'k language::Source,
    place: Place,
    diagnostics: &mut Diagnostics,
) -> Option<(&'static str, &'k Spanned<Text>)> {
    let helm = if keys.helm.as_ref().is_some_and(|url| url.starts_with("oci://")) {
        "OCIRepository"
    } else {
        "HelmRepository"
    };
    let all = [
        ("GitRepository", &keys.git),
        ("OCIRepository", &keys.oci),
        (helm, &keys.helm),
        ("Bucket", &keys.bucket),
    ];
    let mut written = all.into_iter().filter_map(|(kind, address)| Some((kind, address.as_ref()?)));
    match (written.next(), written.next()) {
        (Some(found), None) => {
            check_address(found.0, found.1, diagnostics);
            Some(found)
        }
        (None, _) => {
            diagnostics.push(messages::source_without_address(place));
            None
        }
        (Some(_), Some((_, second))) => {
            diagnostics.push(messages::source_with_two_addresses(second.place));
            None
        }
    }
}

/// Says if Flux's own schema would refuse the address.
fn check_address(kind: &str, address: &Spanned<Text>, diagnostics: &mut Diagnostics) {
    let schemes: &[&str] = match kind {
        "GitRepository" => &["https://", "http://", "ssh://"],
        "OCIRepository" => &["oci://"],
        "HelmRepository" => &["https://", "http://"],
        _ => return,
    };
    if !schemes.iter().any(|scheme| address.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty())) {
        diagnostics.push(messages::bad_address(
            address.place,
            &language::Address::of(address).shown(),
            schemes,
        ));
    }
}

/// The address; that of a chart in an OCI registry ends in the chart.
fn url(keys: &language::Source, address: &Spanned<Text>, chart: Option<Chart<'_>>) -> Value {
    let chart = chart.and_then(|chart| chart.name);
    let url = match chart {
        Some(chart) if keys.helm.is_some() && address.starts_with("oci://") => {
            format!("{}/{chart}", address.trim_end_matches('/')).into()
        }
        _ => address.value.clone(),
    };
    Value::new(url, address.place)
}

fn reference(kind: &str, keys: &language::Source, chart: Option<Chart<'_>>) -> Option<Value> {
    let mut reference = Map::new();
    let mut push = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            reference.push(key, value);
        }
    };
    let text = |text: &Option<Text>| text.as_ref().map(Value::from);
    let semver = keys.semver.as_ref().map(|it| Value::new(&it.value, it.place));
    match kind {
        "GitRepository" => {
            push("branch", text(&keys.branch));
            push("tag", text(&keys.tag));
            push("semver", semver);
            push("commit", text(&keys.commit));
            if reference.is_empty() {
                reference.push("branch", "main".into());
            }
        }
        "OCIRepository" => {
            push("tag", text(&keys.tag));
            push("semver", semver);
            push("digest", text(&keys.digest));
            if let Some(version) = chart.and_then(|chart| chart.version) {
                return Some(chart_reference(version));
            }
            if reference.is_empty() {
                reference.push("tag", "latest".into());
            }
        }
        _ => return None,
    }
    Some(reference.into())
}

/// A version of a chart as an OCIRepository says it: `6.7.1`, `>=6.0.0`, `6.7.1@sha256:…`.
fn chart_reference(version: &Spanned<Text>) -> Value {
    if let Some((_, digest)) = version.split_once('@') {
        return value!({ "digest": digest });
    }
    let is_range = version.contains(['>', '<', '=', '~', '^', '*', ' ', '|', ','])
        || version.split('.').any(|part| matches!(part, "x" | "X"));
    let written = Value::new(&version.value, version.place);
    if is_range { value!({ "semver": written }) } else { value!({ "tag": written }) }
}

/// Whether both would be the same object.
pub(super) fn are_equal(a: &Source, b: &Source) -> bool {
    a.kind == b.kind && a.spec == b.spec
}

/// The text under a key of a source that was not decoded.
pub(super) fn text_of<'v>(source: &'v Value, key: &str) -> Option<&'v Text> {
    match &source.get(key)?.data {
        Data::Text(text) => Some(text),
        _ => None,
    }
}

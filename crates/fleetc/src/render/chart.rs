//! HelmReleases.

use fleetc_manifests::{Key, Map, Text, Value, value};

use super::Rendered;
use super::kustomization::{Account, dependency};
use super::placed::PlacedApp;
use super::source::Source;
use super::spec::{More, Written};
use crate::diagnostic::Diagnostics;
use crate::load::{Library, Use};
use crate::messages;
use crate::resolve::Tally;
use crate::resolve::ladder::merge_entry;
use crate::syntax::KeyPath;

/// What of a HelmRelease depends on where it is.
pub(super) struct Setting {
    /// Its name.
    pub(super) name: Text,
    /// Where it lies.
    pub(super) namespace: Text,
    /// Whom it acts as.
    pub(super) account: Account,
    /// How the cluster is reached, if it is another one.
    pub(super) kubeconfig: Option<Value>,
    /// The HelmReleases that must be ready first.
    pub(super) after: Vec<(Text, Option<Text>)>,
}

/// What fleetc writes itself, and the key that says it instead.
const WRITTEN: [Written; 9] = [
    (&["chartRef"], "`source`"),
    (&["chart", "spec", "chart"], "`chart`"),
    (&["chart", "spec", "version"], "`version`"),
    (&["chart", "spec", "sourceRef"], "`source`"),
    (&["values"], "`values`"),
    (&["kubeConfig"], "`kubeconfig` of the cluster"),
    (&["serviceAccountName"], "`service-account`"),
    (&["suspend"], "`state` of the cluster"),
    (&["storageNamespace"], "`flux-namespace`"),
];

/// The HelmRelease of the app.
pub(super) fn release(
    app: &PlacedApp<'_>,
    chart: Option<&Text>,
    source: &Source,
    setting: Setting,
    library: &Library,
    tally: &mut Tally,
    diagnostics: &mut Diagnostics,
) -> Rendered {
    let is_remote = setting.kubeconfig.is_some();
    let mut spec = Map::new();
    spec.push("interval", "10m".into());
    let mut push = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            spec.push(key, value);
        }
    };
    push("releaseName", Some((&app.object_name()).into()));
    push(
        "targetNamespace",
        (app.namespace != setting.namespace || is_remote).then(|| (&app.namespace).into()),
    );
    push("storageNamespace", is_remote.then(|| (&app.namespace).into()));
    if let Account::Named(account) = &setting.account {
        push("serviceAccountName", Some(account.into()));
    }
    push("kubeConfig", setting.kubeconfig);
    if source.kind == "OCIRepository" {
        push("chartRef", Some(source.reference(&setting.namespace)));
    } else {
        let mut of_chart = Map::new();
        of_chart.push("chart", chart.map_or(Value::NULL, Value::from));
        if let Some(version) = app.keys.version.as_ref().filter(|_| source.kind == "HelmRepository") {
            of_chart.push("version", Value::new(&version.value, version.place));
        }
        of_chart.push("sourceRef", source.reference(&setting.namespace));
        push("chart", Some(value!({ "spec": of_chart })));
    }
    let after: Vec<Value> = setting.after.iter().map(dependency).collect();
    push("dependsOn", (!after.is_empty()).then(|| after.into()));
    let values = values(app, library, diagnostics);
    let more = More::of("helm", app.keys.helm.as_ref().map(|helm| &helm.0), app.unset);
    more.apply(&mut spec, &WRITTEN, &setting.after, tally, diagnostics);
    if !values.is_empty() {
        spec.insert("values", values.into());
    }
    let object = value!({
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": { "name": (setting.name), "namespace": (setting.namespace) },
        "spec": spec,
    });
    Rendered::from(object.at(app.app.place))
}

/// The values of the chart: files first, then the table, then what is null.
fn values(app: &PlacedApp<'_>, library: &Library, diagnostics: &mut Diagnostics) -> Map {
    let mut values = Map::new();
    let files = app.keys.values_files.iter().flatten();
    for file in files.flat_map(|path| library.files_of(Use::Values, path)) {
        for document in library.documents(file) {
            match document.as_map() {
                Some(map) => map.iter().for_each(|entry| merge_entry(&mut values, entry)),
                None => diagnostics.push(messages::wrong_type(document, "a map of values")),
            }
        }
    }
    for entry in app.keys.values.iter().filter_map(|values| values.0.as_map()).flatten() {
        merge_entry(&mut values, entry);
    }
    for path in app.keys.values_null.iter().flatten() {
        match KeyPath::parse(path, path.place) {
            Some(keys) => set_null(&mut values, &keys),
            None => diagnostics.push(messages::bad_path(path.place, path)),
        }
    }
    values
}

fn set_null(values: &mut Map, path: &KeyPath) {
    let (last, before) = path.keys.split_last().expect("no path is empty");
    let mut value = Value::new(std::mem::take(values), path.place);
    let keys: Vec<&str> = before.iter().map(Text::as_str).collect();
    value
        .map_under(&keys)
        .insert(Key::new(last, path.place), Value::new(fleetc_manifests::Data::Null, path.place));
    *values = value.as_map().cloned().expect("a map was put there");
}

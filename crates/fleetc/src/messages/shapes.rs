//! What is wrong with objects, held against the shape of their kind.

use fleetc_manifests::kinds::{Gate, Lifecycle, Versions};
use fleetc_manifests::{Key, Place};

use crate::codes::{self, Code};
use crate::diagnostic::{Diagnostic, list_names, nearest, suggest};

pub(crate) fn no_such_field<'n>(
    key: &Key,
    kind: &str,
    path: &str,
    known: impl IntoIterator<Item = &'n str> + Clone,
) -> Diagnostic {
    Diagnostic::error(codes::UNKNOWN_FIELD, key.place, format!("{} has no field `{path}`", a(kind)))
        .help(suggest(&key.text, known, "field"))
}

pub(crate) fn field_of_other_versions(key: &Key, kind: &str, path: &str, versions: Versions) -> Diagnostic {
    let message = format!("{} has no field `{path}` in this version", a(kind));
    Diagnostic::error(codes::UNKNOWN_FIELD, key.place, message)
        .help(format!("it is there in {}: take it away, or upgrade the cluster", name_versions(versions)))
}

pub(crate) fn field_dropped(key: &Key, path: &str, gate: &Gate) -> Diagnostic {
    let message =
        format!("`{path}` is dropped without a word: the feature gate `{}` is off by default", gate.name);
    Diagnostic::warning(codes::FIELD_DROPPED, key.place, message)
        .help("take it away, unless the cluster has the gate switched on")
}

pub(crate) fn missing_field(place: Place, kind: &str, path: &str) -> Diagnostic {
    Diagnostic::error(codes::MISSING_FIELD, place, format!("{} needs `{path}`", a(kind))).help("add it here")
}

pub(crate) fn wrong_field_type(place: Place, path: &str, expected: &str, found: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(codes::FIELD_TYPE, place, format!("`{path}` is {expected}, and this is {found}"));
    match (expected, found) {
        ("a string", "an integer" | "a number" | "a boolean") => diagnostic.help("put it in quotes"),
        (_, "a string") if expected != "a list" && !expected.starts_with("a table") => {
            diagnostic.help(format!("write {expected}, without quotes"))
        }
        ("a list", _) => diagnostic.help("write it as an item of a list: `- …`"),
        _ => diagnostic.help(format!("write {expected}")),
    }
}

pub(crate) fn null_in_a_list(place: Place, path: &str) -> Diagnostic {
    Diagnostic::error(codes::FIELD_TYPE, place, format!("`{path}` is null, which no list may hold"))
        .help("take the item away")
}

pub(crate) fn null_of_custom_kind(place: Place, path: &str) -> Diagnostic {
    Diagnostic::error(
        codes::FIELD_TYPE,
        place,
        format!("`{path}` is null, which its definition does not allow"),
    )
    .help("take the field away")
}

pub(crate) fn not_a_value(place: Place, path: &str, text: &str, values: &[&str]) -> Diagnostic {
    let message = format!("`{path}` cannot be `{text}`");
    let help = match nearest(text, values.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if values.len() == 1 => format!("it must be `{}`", values[0]),
        None => format!("it is one of {}", list_names(values)),
    };
    Diagnostic::error(codes::FIELD_VALUE, place, message).help(help)
}

pub(crate) fn bad_field_value(place: Place, path: &str, problem: &str, help: &str) -> Diagnostic {
    Diagnostic::error(codes::FIELD_VALUE, place, format!("`{path}` {problem}")).help(help)
}

pub(crate) fn spaced_image(place: Place, path: &str, is_of_pod: bool) -> Diagnostic {
    let message = format!("`{path}` begins or ends with white space");
    refused_pod(codes::FIELD_VALUE, place, message, is_of_pod)
        .help("take the white space away: no pod of it would start")
}

/// What no pod may be: an error for a Pod itself, which the API server refuses; a warning for a template, which it takes.
pub(super) fn refused_pod(code: Code, place: Place, message: String, is_pod: bool) -> Diagnostic {
    if is_pod { Diagnostic::error(code, place, message) } else { Diagnostic::warning(code, place, message) }
}

pub(crate) fn broken_rule(place: Place, path: &str, rule: &str) -> Diagnostic {
    let whole = if path.is_empty() { "the object".to_owned() } else { format!("`{path}`") };
    Diagnostic::error(codes::FIELD_VALUE, place, format!("{whole} breaks a rule of its definition: {rule}"))
        .help("change the fields that it names")
}

pub(crate) fn large_integer(place: Place, path: &str) -> Diagnostic {
    let message = format!("`{path}` has 32 bits, and this number needs more");
    Diagnostic::warning(codes::FIELD_VALUE, place, message).help("write a smaller number")
}

pub(crate) fn duplicate_item(place: Place, first: Place, path: &str, key: &str) -> Diagnostic {
    Diagnostic::error(codes::DUPLICATE_ITEM, place, format!("`{path}` has two items with {key}"))
        .also(first, "the first one")
        .help("keep one: Flux applies on the server, which refuses twins")
}

pub(crate) fn repeated_item(place: Place, path: &str, key: &str) -> Diagnostic {
    Diagnostic::error(codes::DUPLICATE_ITEM, place, format!("`{path}` is there twice: {key}"))
        .help("keep one of them")
}

pub(crate) fn bad_label_key(place: Place, what: &str, key: &str) -> Diagnostic {
    Diagnostic::error(codes::BAD_LABEL, place, format!("`{key}` is no key of {what}"))
        .help("letters, digits, `-`, `_` and `.`, at most 63 of them; a DNS name and `/` may stand before")
}

pub(crate) fn bad_label_value(place: Place, value: &str) -> Diagnostic {
    Diagnostic::error(codes::BAD_LABEL, place, format!("`{value}` is no value of a label")).help(
        "letters, digits, `-`, `_` and `.`, at most 63 of them, beginning and ending with a letter or a digit",
    )
}

pub(crate) fn large_annotations(place: Place, size: usize) -> Diagnostic {
    let message = format!("the annotations have {size} bytes, and 262144 are the most");
    Diagnostic::error(codes::BAD_LABEL, place, message).help("put large texts into a ConfigMap")
}

pub(crate) fn not_one_of(place: Place, path: &str, fields: &[&str], found: &[&str]) -> Diagnostic {
    let message = match found {
        [] => format!("`{path}` does not say which of its kinds it is"),
        _ => format!("`{path}` has {} at once", list_names(found)),
    };
    let known =
        if fields.len() > 8 { "e.g. `configMap`, `secret`, `emptyDir`".into() } else { list_names(fields) };
    let help =
        if found.is_empty() { format!("add one of its fields: {known}") } else { "keep one of them".into() };
    Diagnostic::error(codes::ONE_OF, place, message).help(help)
}

pub(crate) fn fields_that_exclude(place: Place, message: &str, help: &str) -> Diagnostic {
    Diagnostic::error(codes::ONE_OF, place, message).help(help)
}

pub(crate) fn dangling_name<'n>(
    place: Place,
    path: &str,
    what: &str,
    name: &str,
    known: impl IntoIterator<Item = &'n str> + Clone,
) -> Diagnostic {
    Diagnostic::error(
        codes::DANGLING_NAME,
        place,
        format!("`{path}` names the {what} `{name}`, which is not there"),
    )
    .help(suggest(name, known, what))
}

/// The server takes it, and what asks for the port never gets an answer.
pub(crate) fn dangling_port<'n>(
    place: Place,
    path: &str,
    name: &str,
    known: impl IntoIterator<Item = &'n str> + Clone,
) -> Diagnostic {
    let message = format!("`{path}` names the port `{name}`, which the container does not have");
    Diagnostic::warning(codes::DANGLING_NAME, place, message).help(suggest(name, known, "port"))
}

pub(crate) fn selector_misses_template(place: Place, label: Place, key: &str) -> Diagnostic {
    let message = format!("the selector asks for `{key}`, which the pods of its own template do not have");
    Diagnostic::error(codes::SELECTOR, place, message)
        .also(label, "the template")
        .help("give `spec.selector.matchLabels` and `spec.template.metadata.labels` the same labels")
}

pub(crate) fn empty_selector(place: Place, kind: &str) -> Diagnostic {
    Diagnostic::error(codes::SELECTOR, place, format!("the selector of {} may not be empty", a(kind)))
        .help("name the labels of the template in `matchLabels`")
}

pub(crate) fn kind_not_served(
    place: Place,
    api_version: &str,
    kind: &str,
    why: &str,
    instead: Option<&str>,
    near: Option<&str>,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(codes::KIND_NOT_SERVED, place, format!("{why} no `{kind}` of `{api_version}`"));
    match (instead, near) {
        (Some(instead), _) => {
            diagnostic.help(format!("write `apiVersion: {instead}`, and read what changed"))
        }
        (None, Some(near)) => diagnostic.help(format!("did you mean `{near}`?")),
        _ => diagnostic.help("mend `apiVersion` or `kind`, or take the object away"),
    }
}

pub(crate) fn kind_removed(place: Place, gone: &Lifecycle) -> Diagnostic {
    let Lifecycle { api_version, kind, .. } = gone;
    let since = gone.removed.map(|it| format!(" since {}", minor(it))).unwrap_or_default();
    let message = format!("`{kind}` of `{api_version}` is gone{since}");
    Diagnostic::error(codes::KIND_NOT_SERVED, place, message).help(instead_of(gone))
}

pub(crate) fn kind_is_off(place: Place, api_version: &str, kind: &str) -> Diagnostic {
    let message = format!("`{kind}` of `{api_version}` is served only where the API server is told to");
    Diagnostic::warning(codes::KIND_NOT_SERVED, place, message)
        .help("take another version of the kind, unless the cluster is set up for it")
}

pub(crate) fn kind_deprecated(place: Place, old: &Lifecycle) -> Diagnostic {
    let Lifecycle { api_version, kind, .. } = old;
    let gone = old.removed.map(|removed| format!(", and gone in {}", minor(removed))).unwrap_or_default();
    let message = format!("`{kind}` of `{api_version}` is deprecated{gone}");
    Diagnostic::warning(codes::KIND_DEPRECATED, place, message).help(instead_of(old))
}

pub(crate) fn version_of_custom_kind(place: Place, kind: &str, version: &str, served: &[&str]) -> Diagnostic {
    let message = format!("the CustomResourceDefinition of `{kind}` serves no version `{version}`");
    Diagnostic::error(codes::KIND_NOT_SERVED, place, message)
        .help(format!("it serves {}", list_names(served)))
}

pub(crate) fn unknown_kubernetes(place: Place, version: &str, known: &[&str]) -> Diagnostic {
    let message = format!("this fleetc does not know Kubernetes `{version}`");
    Diagnostic::warning(codes::KUBERNETES_VERSION, place, message).help(format!(
        "write a minor version from `{}` to `{}`: what is accepted by one of them is accepted",
        known[0],
        known[known.len() - 1]
    ))
}

pub(crate) fn flux_without_kubernetes(
    place: Place,
    flux: &str,
    kubernetes: &str,
    known: &[&str],
) -> Diagnostic {
    let message = format!("Flux {flux} does not support Kubernetes {kubernetes}");
    Diagnostic::warning(codes::KUBERNETES_VERSION, place, message)
        .help(format!("it supports {}: change `flux.version`, or upgrade the cluster", list_names(known)))
}

pub(crate) fn missing_object(place: Place, owner: &str, kind: &str, name: &str, target: &str) -> Diagnostic {
    let message = format!("{owner} needs the {kind} `{name}`, which nobody brings");
    Diagnostic::warning(codes::MISSING_OBJECT, place, message)
        .on(target)
        .help(format!("add it, or say that somebody else makes it: `expects = [\"{kind}/{name}\"]`"))
}

pub(crate) fn selects_nothing(place: Place, owner: &str, target: &str) -> Diagnostic {
    Diagnostic::warning(
        codes::SELECTS_NOTHING,
        place,
        format!("{owner} selects no pods that the fleet brings"),
    )
    .on(target)
    .help("its selector must be among the labels of a template of pods in the same namespace")
}

fn instead_of(it: &Lifecycle) -> String {
    match (it.instead, it.instead_kind) {
        (Some(version), Some(kind)) => format!("write `{kind}` of `{version}`, and read what changed"),
        (Some(version), None) => format!("write `apiVersion: {version}`, and read what changed"),
        _ => "nothing comes instead: take it away".into(),
    }
}

/// `Kubernetes 1.22`, `Flux 2.9`.
fn minor(minor: &str) -> String {
    match minor.strip_prefix("flux") {
        Some(minor) => format!("Flux {minor}"),
        None => format!("Kubernetes {minor}"),
    }
}

/// `Kubernetes 1.30 to 1.33`, `Flux 2.9`.
fn name_versions(versions: Versions) -> String {
    let range = |name: &str, mut minors: Vec<&str>, all: usize| {
        let last = minors.pop().filter(|_| minors.len() + 1 < all)?;
        Some(
            minors
                .first()
                .map_or_else(|| format!("{name} {last}"), |first| format!("{name} {first} to {last}")),
        )
    };
    let kubernetes =
        range("Kubernetes", versions.kubernetes().collect(), fleetc_manifests::kinds::KUBERNETES.len());
    let flux = range("Flux", versions.flux().collect(), fleetc_manifests::kinds::FLUX.len());
    kubernetes.or(flux).unwrap_or_else(|| "other versions".into())
}

/// The kind with its article.
fn a(kind: &str) -> String {
    let article = if kind.starts_with(['A', 'E', 'I', 'O']) { "an" } else { "a" };
    format!("{article} {kind}")
}

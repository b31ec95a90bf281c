//! What is wrong with the files that a fleet names.

use fleetc_manifests::{Place, yaml};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::files::FileError;

pub(crate) fn unreadable(place: Place, path: &str, error: &FileError) -> Diagnostic {
    Diagnostic::error(codes::UNREADABLE, place, format!("`{path}` {error}"))
        .help("paths are relative to the folder that fleet.toml is in")
}

pub(crate) fn path_outside(place: Place, path: &str) -> Diagnostic {
    Diagnostic::error(codes::WRONG_FORM, place, format!("`{path}` is no path inside the fleet's folder"))
        .help("write it with `/` between its parts: no `..`, no `\\`, not absolute, and no name that Windows or git keep")
}

pub(crate) fn not_text(place: Place, path: &str, offset: usize) -> Diagnostic {
    Diagnostic::error(codes::UNREADABLE, place, format!("`{path}` is not UTF-8, from byte {offset} on"))
        .help("manifests are text in UTF-8")
}

pub(crate) fn too_much(place: Place) -> Diagnostic {
    Diagnostic::error(codes::UNREADABLE, place, "all files of the fleet together are larger than 4 GiB")
}

pub(crate) fn glob_without_match(place: Place, path: &str) -> Diagnostic {
    Diagnostic::error(codes::NO_MANIFESTS, place, format!("no file matches `{path}`"))
}

pub(crate) fn folder_without_manifests(place: Place, path: &str) -> Diagnostic {
    Diagnostic::error(codes::NO_MANIFESTS, place, format!("the folder `{path}` holds no manifests"))
        .help("files with manifests end in `.yaml`, `.yml` or `.json`")
}

pub(crate) fn bad_yaml(error: &yaml::Error) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(codes::YAML, error.place, error.to_string());
    if let Some((place, text)) = error.other_place() {
        diagnostic = diagnostic.also(place, text);
    }
    match error.help() {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

pub(crate) fn not_an_object(place: Place, message: &str) -> Diagnostic {
    Diagnostic::error(codes::NOT_AN_OBJECT, place, message)
        .help("a manifest needs `apiVersion`, `kind` and `metadata.name`; `generateName` would make a new object at every apply")
}

pub(crate) fn kustomization_does_more(place: Place, key: &str) -> Diagnostic {
    let instead = match key {
        "patches" | "patchesStrategicMerge" | "patchesJson6902" => "`patches` of the app",
        "images" => "`images` of the app",
        "replicas" => "`replicas` of the app",
        "namespace" => "`namespace` of the app",
        "namePrefix" => "`name-prefix` of the app",
        "commonLabels" | "labels" => "`labels` of the app",
        "commonAnnotations" => "`annotations` of the app",
        "configMapGenerator" => "`config` of the app",
        "secretGenerator" => "`secrets` of the app",
        "bases" => "`resources`",
        _ => "the keys of the app",
    };
    Diagnostic::error(
        codes::KUSTOMIZATION,
        place,
        format!("`{key}` needs kustomize, and fleetc only follows `resources`"),
    )
    .help(format!("say it in fleet.toml: {instead}"))
}

pub(crate) fn resource_outside(place: Place) -> Diagnostic {
    Diagnostic::error(codes::KUSTOMIZATION, place, "a resource is a path inside the fleet's folder")
        .help("copy what lies elsewhere into the fleet, so that a build needs nothing else")
}

pub(crate) fn too_deep(place: Place) -> Diagnostic {
    Diagnostic::error(codes::KUSTOMIZATION, place, "folders lead into each other without an end")
}

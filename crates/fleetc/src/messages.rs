//! What fleetc says: one function for each message.

use fleetc_manifests::patch::{Failure, Misfit, Reason};
use fleetc_manifests::{Key, Place, Text, Value, yaml};

use crate::codes;
use crate::diagnostic::{Diagnostic, list_names, nearest, suggest};
use crate::files::FileError;
use crate::fleet::Cluster;
use crate::load::ObjectName;
use crate::syntax::KeyPath;

pub(crate) fn toml_syntax(place: Place, message: &str) -> Diagnostic {
    Diagnostic::error(codes::TOML_SYNTAX, place, message)
}

pub(crate) fn unknown_key(key: &Key, table: &str, known: &[&str]) -> Diagnostic {
    let message = format!("`{table}` has no key `{}`", key.text);
    Diagnostic::error(codes::UNKNOWN_KEY, key.place, message).help(suggest(
        &key.text,
        known.iter().copied(),
        "key",
    ))
}

pub(crate) fn wrong_type(value: &Value, expected: &str) -> Diagnostic {
    let message = format!("expected {expected}, found {}", value.type_name());
    Diagnostic::error(codes::WRONG_TYPE, value.place, message)
}

pub(crate) fn wrong_form(place: Place, message: impl Into<String>, help: &str) -> Diagnostic {
    Diagnostic::error(codes::WRONG_FORM, place, message).help(help)
}

pub(crate) fn toml_date(place: Place, written: &str) -> Diagnostic {
    let message = format!("`{written}` is a date, which Kubernetes does not have");
    Diagnostic::error(codes::WRONG_TYPE, place, message).help(format!("quote it: `\"{written}\"`"))
}

pub(crate) fn toml_number(place: Place, written: &str) -> Diagnostic {
    let message = format!("`{written}` is no number that Kubernetes keeps");
    Diagnostic::error(codes::WRONG_TYPE, place, message)
        .help(format!("an integer has 64 bits, a number is finite; quote it if it is text: `\"{written}\"`"))
}

pub(crate) fn unknown_table(key: &Key, known: &[&str]) -> Diagnostic {
    let message = format!("fleet.toml has no table `{}`", key.text);
    Diagnostic::error(codes::UNKNOWN_KEY, key.place, message).help(suggest(
        &key.text,
        known.iter().copied(),
        "table",
    ))
}

pub(crate) fn missing_source(fleet: Place) -> Diagnostic {
    Diagnostic::error(
        codes::MISSING_KEY,
        fleet,
        "`[fleet]` does not say where the clusters pull the rendered tree from",
    )
    .help("add `source = { git = \"https://…\" }` to `[fleet]`")
}

pub(crate) fn bad_name(key: &Key) -> Diagnostic {
    let message = format!("`{}` is no name", key.text);
    Diagnostic::error(codes::BAD_NAME, key.place, message)
        .help("lower-case letters, digits and `-`, at most 63 of them, beginning and ending with a letter or a digit")
}

pub(crate) fn reserved_name(key: &Key) -> Diagnostic {
    let message = format!("the name `{}` is taken", key.text);
    Diagnostic::error(codes::BAD_NAME, key.place, message)
        .help("`common` is the environment that every cluster has, `main` the tenant beside its copies")
}

pub(crate) fn override_without_when(place: Place) -> Diagnostic {
    Diagnostic::error(codes::MISSING_KEY, place, "an override does not say where it holds")
        .help("add `when = { … }`; what always holds stands in the table itself")
}

pub(crate) fn not_in_an_override(key: &Key) -> Diagnostic {
    let message = format!("an override cannot set `{}`", key.text);
    Diagnostic::error(codes::NOT_IN_AN_OVERRIDE, key.place, message)
        .help("it says what the thing is, or is read by matchers: set it in the table itself")
}

pub(crate) fn unknown_name<'n>(
    what: &str,
    name: &str,
    place: Place,
    known: impl IntoIterator<Item = &'n str>,
) -> Diagnostic {
    let known: Vec<&str> = known.into_iter().collect();
    Diagnostic::error(codes::UNKNOWN_NAME, place, format!("no {what} is named `{name}`")).help(suggest(
        name,
        known.iter().copied(),
        what,
    ))
}

pub(crate) fn named_twice(what: &str, name: &str, place: Place) -> Diagnostic {
    Diagnostic::error(codes::NAMED_TWICE, place, format!("the {what} `{name}` is named twice"))
        .help("take one of them away")
}

pub(crate) fn cluster_without_environments(cluster: &Cluster) -> Diagnostic {
    let message = format!("the cluster `{}` does not say which environments are on it", cluster.name);
    Diagnostic::error(codes::MISSING_KEY, cluster.place, message)
        .help("add `environments = [\"…\"]`; `[]` if only what is common is on it")
}

pub(crate) fn common_is_everywhere(place: Place) -> Diagnostic {
    Diagnostic::error(codes::NAMED_TWICE, place, "every cluster has `common` without listing it")
        .help("take it away")
}

pub(crate) fn remote_of_a_remote(place: Place, [cluster, host]: [&str; 2]) -> Diagnostic {
    let message = format!("`{cluster}` is managed by `{host}`, which is itself managed by another cluster");
    Diagnostic::error(codes::REMOTE_OF_A_REMOTE, place, message)
        .help("`managed-by` names a cluster that runs its own Flux")
}

pub(crate) fn lands_nowhere(what: &str, name: &str, place: Place) -> Diagnostic {
    Diagnostic::error(codes::LANDS_NOWHERE, place, format!("the {what} `{name}` is on no target"))
        .help("its `where` (and its tenant's) must hold in an environment of some cluster")
}

pub(crate) fn holds_nowhere(place: Place) -> Diagnostic {
    Diagnostic::error(codes::HOLDS_NOWHERE, place, "this override holds nowhere")
        .help("there is no target on which its `when` holds for anything under this table: mend it, or take it away")
}

pub(crate) fn cannot_have(key: &str, place: Place) -> Diagnostic {
    Diagnostic::error(codes::HOLDS_NOWHERE, place, format!("nothing under this table has `{key}`"))
        .help("take the key away; a key that a thing does not have does not match")
}

pub(crate) fn nested_not(place: Place) -> Diagnostic {
    Diagnostic::error(codes::WRONG_FORM, place, "`not` stands inside a `not`").help("write it as one matcher")
}

pub(crate) fn locked(path: &[Text], place: Place, lock: &KeyPath) -> Diagnostic {
    let path = KeyPath { keys: path.to_vec(), place };
    Diagnostic::error(codes::LOCKED, place, format!("`{path}` is locked"))
        .also(lock.place, "locked here")
        .help("take it away here, or grant the exception where the lock stands: `unlocked` in an override of that table")
}

pub(crate) fn unset_without_effect(place: Place) -> Diagnostic {
    Diagnostic::error(codes::UNSET_WITHOUT_EFFECT, place, "this `unset` takes away nothing")
        .help("no rung before it sets that key on any target where it holds")
}

pub(crate) fn variable_cycle(place: Place, written: &str, names: &[Text]) -> Diagnostic {
    let message = format!("`{written}` would need itself: {}", names.join(" → "));
    Diagnostic::error(codes::VARIABLE_CYCLE, place, message).part(written)
}

pub(crate) fn unknown_variable(
    place: Place,
    written: &str,
    name: &str,
    target: &str,
    elsewhere: bool,
    known: &[&str],
) -> Diagnostic {
    let message = if elsewhere {
        format!("`{written}` stands for nothing here, on {target}")
    } else {
        format!("no variable is named `{name}` on {target}")
    };
    let escape = "a `${` that shall stay is written `$${`";
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `${{{near}}}`? {escape}"),
        None => format!("define it under `variables` on a rung that holds there; {escape}"),
    };
    Diagnostic::error(codes::UNKNOWN_VARIABLE, place, message).part(written).help(help)
}

pub(crate) fn bad_prefix(place: Place, prefix: &str) -> Diagnostic {
    Diagnostic::error(codes::BAD_NAME, place, format!("`{prefix}` cannot stand before a name"))
        .help("lower-case letters, digits and `-`, beginning with a letter or a digit")
}

pub(crate) fn unreadable(place: Place, path: &str, error: &FileError) -> Diagnostic {
    Diagnostic::error(codes::UNREADABLE, place, format!("`{path}` {error}"))
        .help("paths are relative to the folder that fleet.toml is in")
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

pub(crate) fn unknown_flux(place: Place, version: &str, known: &[&str]) -> Diagnostic {
    Diagnostic::error(codes::UNKNOWN_FLUX, place, format!("fleetc does not write for Flux {version}"))
        .help(format!("it writes for {}", list_names(known)))
}

pub(crate) fn source_without_address(place: Place) -> Diagnostic {
    Diagnostic::error(codes::SOURCE, place, "this source does not say what to pull")
        .help("add `git`, `oci`, `helm` or `bucket`, or `use` with the name of a table `[sources.S]`")
}

pub(crate) fn source_with_two_addresses(place: Place) -> Diagnostic {
    Diagnostic::error(codes::SOURCE, place, "this source says twice what to pull")
        .help("keep one of `git`, `oci`, `helm` and `bucket`")
}

pub(crate) fn bad_address(place: Place, address: &str, schemes: &[&str]) -> Diagnostic {
    let help = match address.split_once('@') {
        Some(("git", rest)) => format!("Flux writes it `ssh://git@{}`", rest.replacen(':', "/", 1)),
        _ => format!("it begins with {}", list_names(schemes)),
    };
    Diagnostic::error(codes::SOURCE, place, format!("Flux does not take `{address}` for an address"))
        .help(help)
}

pub(crate) fn bad_namespace(place: Place, namespace: &str) -> Diagnostic {
    Diagnostic::error(codes::BAD_NAME, place, format!("`{namespace}` is no name of a namespace"))
        .help("lower-case letters, digits and `-`, at most 63 of them, beginning and ending with a letter or a digit")
}

pub(crate) fn two_bodies(place: Place, what: &str, name: &str) -> Diagnostic {
    Diagnostic::error(codes::BODY, place, format!("the {what} `{name}` is pulled and a chart at once"))
        .help("keep `path`, with which Flux pulls it, or `chart`, with which it is a Helm release")
}

pub(crate) fn no_body(place: Place, what: &str, name: &str) -> Diagnostic {
    Diagnostic::error(codes::BODY, place, format!("the {what} `{name}` does not say what runs"))
        .help("add `manifests` (rendered here), `path` and `source` (pulled by Flux), or `chart` and `source` (a Helm release)")
}

pub(crate) fn body_without_source(place: Place, what: &str, name: &str) -> Diagnostic {
    Diagnostic::error(codes::BODY, place, format!("the {what} `{name}` does not say where it is pulled from"))
        .help("add `source = { … }` to it, or to its tenant")
}

pub(crate) fn key_of_another_body(key: &Key, meant: &str) -> Diagnostic {
    Diagnostic::error(codes::BODY, key.place, format!("`{}` is for {meant}", key.text)).help("take it away")
}

pub(crate) fn bad_config_key(place: Place, key: &str) -> Diagnostic {
    Diagnostic::error(codes::BAD_NAME, place, format!("`{key}` is no key of a ConfigMap"))
        .help("letters, digits, `-`, `_` and `.`; write `key=path` to choose one")
}

pub(crate) fn image_meets_nothing(place: Place, name: &str, target: &str) -> Diagnostic {
    Diagnostic::error(
        codes::MEETS_NOTHING,
        place,
        format!("no container runs the image `{name}` on {target}"),
    )
    .help("the name stands as in the manifests, without tag and digest")
}

pub(crate) fn replicas_meet_nothing(place: Place, name: &str, target: &str) -> Diagnostic {
    Diagnostic::error(
        codes::MEETS_NOTHING,
        place,
        format!("no Deployment or StatefulSet is named `{name}` on {target}"),
    )
}

pub(crate) fn patch_meets_nothing(place: Place, target: &str) -> Diagnostic {
    Diagnostic::error(codes::MEETS_NOTHING, place, format!("this patch meets no object on {target}"))
        .help("its `kind`, `name` … choose none of the objects: mend them, take it away, or say where it holds in an override")
}

pub(crate) fn without_meets_nothing(place: Place, target: &str) -> Diagnostic {
    Diagnostic::error(codes::MEETS_NOTHING, place, format!("this leaves out no object on {target}"))
}

pub(crate) fn patch_changes_nothing(place: Place) -> Diagnostic {
    Diagnostic::error(codes::CHANGES_NOTHING, place, "this patch changes nothing anywhere")
        .help("all objects are already as it would make them: take it away")
}

pub(crate) fn meets_nothing_anywhere(place: Place) -> Diagnostic {
    Diagnostic::error(codes::MEETS_NOTHING, place, "this meets no object anywhere in the fleet")
        .help("mend what it chooses, or take it away")
}

pub(crate) fn patch_changes_identity(place: Place, old: &ObjectName, new: &ObjectName) -> Diagnostic {
    Diagnostic::error(codes::CHANGES_IDENTITY, place, format!("this patch makes {old} into {new}"))
        .help("a patch may not change kind, name or namespace: `name-prefix` and `namespace` of the app do")
}

pub(crate) fn patch_of_encrypted(place: Place, name: &ObjectName) -> Diagnostic {
    Diagnostic::error(codes::ENCRYPTED, place, format!("this patch would change {name}, which is encrypted"))
        .help("change it with `sops`, or let the patch leave it out: `not = { kind = \"Secret\" }`")
}

pub(crate) fn patch_form(place: Place) -> Diagnostic {
    Diagnostic::error(
        codes::PATCH_FORM,
        place,
        "a patch needs exactly one of `merge`, `ops`, `remove` and `file`",
    )
}

pub(crate) fn patch_without_choice(place: Place) -> Diagnostic {
    Diagnostic::error(codes::PATCH_FORM, place, "this patch does not say which objects it is for")
        .help("add `kind`, `name` …; `kind = \"*\"` is everything that the thing renders")
}

pub(crate) fn operation_form(place: Place, message: &str) -> Diagnostic {
    Diagnostic::error(codes::PATCH_FORM, place, message)
        .help("an operation of RFC 6902: `{ op = \"replace\", path = \"/spec/replicas\", value = 3 }`")
}

pub(crate) fn merge_misfits(misfit: &Misfit, object: &Value) -> Diagnostic {
    Diagnostic::error(codes::PATCH_FAILS, misfit.place, misfit.to_string())
        .also(object.place, format!("in {}", ObjectName::of(object)))
}

pub(crate) fn operation_fails(failure: &Failure, object: &Value) -> Diagnostic {
    let diagnostic = Diagnostic::error(codes::PATCH_FAILS, failure.place, failure.to_string())
        .also(object.place, format!("in {}", ObjectName::of(object)));
    match &failure.reason {
        Reason::NoKey(key, known) => diagnostic.help(suggest(key, known.iter().map(Text::as_str), "key")),
        Reason::Several(_) => diagnostic.help("name more keys: `[containerPort=80,protocol=UDP]`"),
        _ => diagnostic,
    }
}

pub(crate) fn late_identity(place: Place, name: &ObjectName) -> Diagnostic {
    Diagnostic::error(codes::LATE, place, format!("the name of {name} is only known on the cluster"))
        .help("kind, name and namespace must be known here: use a variable instead of a late one")
}

pub(crate) fn late_beside_encrypted(place: Place, name: &ObjectName) -> Diagnostic {
    Diagnostic::error(codes::LATE, place, format!("Flux would substitute in {name}, which is encrypted"))
        .help(
            "give it the annotation `kustomize.toolkit.fluxcd.io/substitute: disabled` and encrypt it again",
        )
}

pub(crate) fn not_encrypted(place: Place, name: &ObjectName) -> Diagnostic {
    Diagnostic::error(codes::SECRET_IN_THE_OPEN, place, format!("{name} is not encrypted"))
        .help("encrypt it with `sops --encrypt --encrypted-regex '^(data|stringData)$' --in-place`")
}

pub(crate) fn secret_in_the_open(secret: &Value) -> Diagnostic {
    let name = ObjectName::of(secret);
    Diagnostic::error(codes::SECRET_IN_THE_OPEN, secret.place, format!("{name} is not encrypted"))
        .help("encrypt it with `sops` and name it in `secrets`, or let somebody else make it and name it in `expects`")
}

pub(crate) fn unknown_scope(place: Place, api_version: &str, kind: &str) -> Diagnostic {
    Diagnostic::error(
        codes::UNKNOWN_KIND,
        place,
        format!("nothing says whether a `{kind}` of `{api_version}` lies in a namespace"),
    )
    .help("add its CustomResourceDefinition to `fleet.crds`, or write `metadata.namespace`")
}

pub(crate) fn namespace_in_encrypted(place: Place, name: &ObjectName) -> Diagnostic {
    Diagnostic::warning(codes::ENCRYPTED, place, format!("the namespace was written into {name}, which is encrypted"))
        .help("its code (`sops.mac`) no longer verifies, which Flux does not check; write the namespace before encrypting")
}

pub(crate) fn encrypted_without_namespace(place: Place, name: &ObjectName) -> Diagnostic {
    Diagnostic::error(codes::ENCRYPTED, place, format!("{name} is encrypted and names no namespace"))
        .help("write `metadata.namespace` before encrypting")
}

pub(crate) fn no_decryption(place: Place, target: &str) -> Diagnostic {
    Diagnostic::error(
        codes::ENCRYPTED,
        place,
        format!("this is encrypted, and nothing says how Flux decrypts on {target}"),
    )
    .help("add `decryption = { provider = \"sops\", secretRef = { name = \"…\" } }` to `fleet.flux`")
}

pub(crate) fn written_by_fleetc(key: &Key, table: &str, instead: &str) -> Diagnostic {
    Diagnostic::error(
        codes::WRITTEN_BY_FLEETC,
        key.place,
        format!("`{}` in `{table}` is written by fleetc", key.text),
    )
    .help(format!("say it with {instead}"))
}

pub(crate) fn dependency_without_after(place: Place, name: &str) -> Diagnostic {
    Diagnostic::error(
        codes::WRITTEN_BY_FLEETC,
        place,
        format!("`dependsOn` names `{name}`, which `after` does not"),
    )
    .help(
        "`after` says what must be ready first; `dependsOn` can only say more about it, such as `readyExpr`",
    )
}

pub(crate) fn bad_path(place: Place, path: &str) -> Diagnostic {
    Diagnostic::error(codes::WRONG_FORM, place, format!("`{path}` is no path of a key"))
        .help("keys with dots between them; a key that has a dot stands in quotes: `a.\"b.c\"`")
}

pub(crate) fn after_is_elsewhere(place: Place, name: &str, target: &str) -> Diagnostic {
    Diagnostic::error(codes::AFTER, place, format!("`{name}` is not on {target}"))
        .help("what comes after it must run where it runs, or it in `common` of the same cluster: narrow one `where`, or widen the other")
}

pub(crate) fn after_cycle(place: Place, names: &[&str]) -> Diagnostic {
    let message = format!("{} wait for each other", list_names(names));
    Diagnostic::error(codes::AFTER, place, message).help("take one `after` away")
}

pub(crate) fn after_across_namespaces(place: Place, name: &str, other: &str) -> Diagnostic {
    Diagnostic::error(codes::AFTER, place, format!("`{name}` cannot wait for `{other}`, whose Flux objects lie in another namespace"))
        .help("what Flux pulls for a tenant waits only for what it pulls into the same namespace; let the tenant wait: `after` of the tenant")
}

pub(crate) fn sources_differ(place: Place, first: Place, namespace: &str, name: &str) -> Diagnostic {
    Diagnostic::error(
        codes::SOURCE,
        place,
        format!("two sources would be `{name}` in namespace `{namespace}`, and differ"),
    )
    .also(first, "the other one")
    .help("give one of them a `name`")
}

pub(crate) fn source_across_namespaces(place: Place, namespace: &str) -> Diagnostic {
    Diagnostic::error(
        codes::SOURCE,
        place,
        format!("under lockdown Flux refuses a source in another namespace, `{namespace}`"),
    )
    .help("take `namespace` away: every namespace gets its own copy")
}

pub(crate) fn two_owners(
    place: Place,
    first: Place,
    name: &ObjectName,
    [one, other]: [&str; 2],
) -> Diagnostic {
    let message = format!("{name} would be applied twice, from `{one}` and from `{other}`");
    let environments = [one, other].map(|folder| folder.split('/').next().unwrap_or_default());
    let help = if environments[0] == environments[1] {
        "two Kustomizations would fight over it: rename one, or leave one out"
    } else {
        "give one environment a `prefix`, or place what exists once on a cluster by `where = { environment = \"common\" }`"
    };
    Diagnostic::error(codes::TWO_OWNERS, place, message).also(first, "the other one").help(help)
}

pub(crate) fn two_bundles([first, second]: [Place; 2], name: &str, target: &str) -> Diagnostic {
    Diagnostic::error(codes::TWO_OWNERS, second, format!("two things on {target} would be called `{name}`"))
        .also(first, "the other one")
        .help("rename one of them")
}

pub(crate) fn renders_nothing(place: Place, name: &str, target: &str) -> Diagnostic {
    Diagnostic::error(codes::RENDERS_NOTHING, place, format!("nothing is left of `{name}` on {target}"))
        .help("narrow its `where`, or leave out less")
}

pub(crate) fn tenant_without_account(place: Place, name: &str) -> Diagnostic {
    Diagnostic::error(
        codes::TENANT_WITHOUT_ACCOUNT,
        place,
        format!("under lockdown the tenant `{name}` needs an account"),
    )
    .help("take `service-account = false` away, or set `lockdown = false` in `fleet.flux`")
}

pub(crate) fn remote_without_tenant_kubeconfig(place: Place, app: &str, cluster: &str) -> Diagnostic {
    Diagnostic::error(codes::REMOTE_KUBECONFIG, place, format!("`{app}` would reach `{cluster}` with the cluster's own kubeconfig"))
        .help("that would make its team the admin of the cluster: add `tenant-kubeconfig` to the cluster, a Secret whose identity may \
               impersonate the tenant's account alone")
}

pub(crate) fn bad_version_range(place: Place, text: &str) -> Diagnostic {
    Diagnostic::error(codes::FLEETC_VERSION, place, format!("`{text}` is no range of versions"))
        .help("write it as `>=0.1, <2`")
}

pub(crate) fn other_fleetc(place: Place, wanted: &str, own: &str) -> Diagnostic {
    Diagnostic::error(
        codes::FLEETC_VERSION,
        place,
        format!("this is fleetc {own}, and the fleet asks for `{wanted}`"),
    )
    .help("install the version that it asks for, or widen the range after a look at the changelog")
}

pub(crate) fn unknown_field<'n>(
    key: &Key,
    kind: &str,
    known: impl IntoIterator<Item = &'n str> + Clone,
) -> Diagnostic {
    Diagnostic::error(codes::UNKNOWN_FIELD, key.place, format!("a {kind} has no field `{}` here", key.text))
        .help(suggest(&key.text, known, "field"))
}

pub(crate) fn too_long(place: Place, what: &str, name: &str, limit: usize) -> Diagnostic {
    let message = format!("{what} `{name}` has {} characters, and {limit} are the most", name.len());
    Diagnostic::error(codes::BAD_NAME, place, message)
        .help("shorten the names or prefixes that it is made of")
}

pub(crate) fn bad_object_name(place: Place, name: &ObjectName) -> Diagnostic {
    Diagnostic::error(codes::BAD_NAME, place, format!("{name} has a name that Kubernetes does not take"))
        .help("lower-case letters, digits, `-` and `.`, beginning and ending with a letter or a digit")
}

pub(crate) fn crd_not_waited_for(place: Place, name: &ObjectName, owner: &str) -> Diagnostic {
    Diagnostic::error(
        codes::AFTER,
        place,
        format!("{name} is of a kind that `{owner}` brings, and does not wait for it"),
    )
    .help(format!("add `after = [\"{owner}\"]`"))
}

pub(crate) fn namespace_not_waited_for(place: Place, name: &str, namespace: &str, owner: &str) -> Diagnostic {
    Diagnostic::error(
        codes::AFTER,
        place,
        format!("`{name}` runs in `{namespace}`, which `{owner}` brings, and does not wait for it"),
    )
    .help(format!("add `after = [\"{owner}\"]`"))
}

pub(crate) fn outside_of_tenant(object: &Value, tenant: &str, namespaces: &[Text]) -> Diagnostic {
    let name = ObjectName::of(object);
    let place = object.find(&["metadata", "namespace"]).map_or(object.place, |namespace| namespace.place);
    Diagnostic::error(
        codes::TENANT_RIGHTS,
        place,
        format!("{name} lies outside of the namespaces of `{tenant}`"),
    )
    .help(format!(
        "on this target these are {}; more are `extra-namespaces` of the tenant",
        list_names(namespaces)
    ))
}

pub(crate) fn beyond_rights_of_tenant(object: &Value, tenant: &str, why: &str) -> Diagnostic {
    let name = ObjectName::of(object);
    let place = object.get("kind").map_or(object.place, |kind| kind.place);
    Diagnostic::error(codes::TENANT_RIGHTS, place, format!("the rights of `{tenant}` do not reach to {name}: {why}"))
        .help("make it a component of the platform; a kind in the tenant's namespaces can be granted by `allow.kinds` of the tenant, \
               with a role that may write it")
}

pub(crate) fn account_in_manifests(object: &Value, tenant: &str) -> Diagnostic {
    let name = ObjectName::of(object);
    Diagnostic::error(
        codes::TENANT_RIGHTS,
        object.place,
        format!("{name} is the account with which Flux acts for `{tenant}`"),
    )
    .help("pods that run as it would have the rights of Flux: give the workload an account of another name")
}

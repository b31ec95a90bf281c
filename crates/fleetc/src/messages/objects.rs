//! What is wrong with objects, and with what changes them.

use fleetc_manifests::patch::{Failure, Misfit, Reason};
use fleetc_manifests::{Key, Place, Text, Value};

use crate::codes;
use crate::diagnostic::{Diagnostic, list_names, suggest};
use crate::load::ObjectName;
use crate::messages::shapes::refused_pod;

pub(crate) fn image_meets_nothing(place: Place, name: &str, target: &str) -> Diagnostic {
    Diagnostic::error(codes::MEETS_NOTHING, place, format!("no container runs the image `{name}`"))
        .on(target)
        .help("the name stands as in the manifests, without tag and digest")
}

pub(crate) fn replicas_meet_nothing(place: Place, name: &str, target: &str) -> Diagnostic {
    Diagnostic::error(codes::MEETS_NOTHING, place, format!("no Deployment or StatefulSet is named `{name}`"))
        .on(target)
}

pub(crate) fn patch_meets_nothing(place: Place, target: &str) -> Diagnostic {
    Diagnostic::error(codes::MEETS_NOTHING, place, "this patch meets no object")
        .on(target)
        .help("its `kind`, `name` … choose none of the objects: mend them, take it away, or say where it holds in an override")
}

pub(crate) fn without_meets_nothing(place: Place, target: &str) -> Diagnostic {
    Diagnostic::error(codes::MEETS_NOTHING, place, "this leaves out no object").on(target)
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
    // Where the namespace stays, it is no part of it: it may differ by environment, and the mistake is one.
    let shown = |name: &ObjectName| {
        let stays = old.namespace == new.namespace;
        if stays { format!("{} {}", name.kind, name.name) } else { name.to_string() }
    };
    let message = format!("this patch makes {} into {}", shown(old), shown(new));
    Diagnostic::error(codes::CHANGES_IDENTITY, place, message)
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

pub(crate) fn merge_directive(key: &Key, object: &Value) -> Diagnostic {
    let name = ObjectName::of(object);
    let message = format!("`{}` means nothing for {name}, which is merged as JSON", key.text);
    Diagnostic::error(codes::PATCH_FAILS, key.place, message)
        .help("`null` takes a key away, a list replaces the old one; `ops` change a list")
        .also(object.place, format!("in {name}"))
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

pub(crate) fn secret_in_the_open(secret: &Value, target: &str) -> Diagnostic {
    let name = ObjectName::of(secret).name;
    let place = secret.find(&["metadata", "name"]).map_or(secret.place, |name| name.place);
    Diagnostic::error(codes::SECRET_IN_THE_OPEN, place, format!("the Secret `{name}` is not encrypted"))
        .on(target)
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

pub(crate) fn namespace_in_encrypted(place: Place, name: &str) -> Diagnostic {
    Diagnostic::note(codes::ENCRYPTED, place, format!("a namespace was written into the Secret `{name}`, which is encrypted"))
        .help("its code (`sops.mac`) no longer verifies, which Flux does not check; write the namespace before encrypting")
}

pub(crate) fn encrypted_without_namespace(place: Place, name: &ObjectName) -> Diagnostic {
    Diagnostic::error(codes::ENCRYPTED, place, format!("{name} is encrypted and names no namespace"))
        .help("write `metadata.namespace` before encrypting")
}

pub(crate) fn no_decryption(place: Place, target: &str) -> Diagnostic {
    Diagnostic::error(codes::ENCRYPTED, place, "this is encrypted, and nothing says how Flux decrypts")
        .on(target)
        .help("add `decryption = { provider = \"sops\", secretRef = { name = \"…\" } }` to `fleet.flux`")
}

pub(crate) fn two_owners(
    place: Place,
    first: Place,
    name: &ObjectName,
    [one, other]: [&str; 2],
) -> Diagnostic {
    let message = if one == other {
        format!("{name} is there twice in `{one}`")
    } else {
        format!("{name} would be applied twice, from `{one}` and from `{other}`")
    };
    let environments = [one, other].map(|folder| folder.split('/').next().unwrap_or_default());
    let help = if one == other {
        "rename one of them, or leave one out"
    } else if environments[0] == environments[1] {
        "two Kustomizations would fight over it: rename one, or leave one out"
    } else {
        "what exists once on a cluster has `where = { environment = \"common\" }`; else rename one of them"
    };
    let diagnostic = Diagnostic::error(codes::TWO_OWNERS, place, message).help(help);
    // What was written once, and lands twice, is shown once.
    if first == place { diagnostic } else { diagnostic.also(first, "the other one") }
}

/// Two environments whose objects have the same names: this one, and so many others.
pub(crate) fn environments_alike(
    [one, other]: [Place; 2],
    names: &[Text; 2],
    first: &ObjectName,
    others: usize,
) -> Diagnostic {
    let more = match others {
        0 => String::new(),
        1 => " and 1 other object".to_owned(),
        _ => format!(" and {others} other objects"),
    };
    let message = format!("`{}` and `{}` would both apply {first}{more}", names[0], names[1]);
    Diagnostic::error(codes::TWO_OWNERS, other, message)
        .also(one, "the other one")
        .help("give one environment a `prefix`; what exists once on a cluster has `where = { environment = \"common\" }`")
}

pub(crate) fn two_bundles([first, second]: [Place; 2], name: &str, target: &str) -> Diagnostic {
    Diagnostic::error(codes::TWO_OWNERS, second, format!("two things on {target} would be called `{name}`"))
        .also(first, "the other one")
        .help("rename one of them")
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
    let kind = ObjectName::of(object).kind_in_group();
    out_of_reach(object, tenant, why).help(format!(
        "make it a component of the platform; a kind in the tenant's namespaces is granted by `allow = {{ kinds = [\"{kind}\"] }}` \
         of the tenant"
    ))
}

/// No grant is for more than the tenant's namespaces.
pub(crate) fn cluster_wide_of_tenant(object: &Value, tenant: &str) -> Diagnostic {
    out_of_reach(object, tenant, "it belongs to the whole cluster")
        .help("make it a component of the platform")
}

fn out_of_reach(object: &Value, tenant: &str, why: &str) -> Diagnostic {
    let name = ObjectName::of(object);
    let place = object.get("kind").map_or(object.place, |kind| kind.place);
    let message = format!("the rights of `{tenant}` do not reach to {name}: {why}");
    Diagnostic::error(codes::TENANT_RIGHTS, place, message)
}

pub(crate) fn allowed_kind_unknown(place: Place, kind: &str) -> Diagnostic {
    Diagnostic::error(codes::UNKNOWN_KIND, place, format!("nothing says what resource `{kind}` is"))
        .help("write `group/Kind`, such as `cert-manager.io/Certificate`, and add its CustomResourceDefinition to `fleet.crds`")
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

pub(crate) fn escape_of_tenant(
    object: &Value,
    tenant: &str,
    place: Place,
    [what, help]: [&str; 2],
) -> Diagnostic {
    let name = ObjectName::of(object);
    let place = place.or(object.place);
    Diagnostic::error(codes::TENANT_RIGHTS, place, format!("{name} of `{tenant}` {what}")).help(help)
}

pub(crate) fn credential_in_the_open(place: Place, path: &str) -> Diagnostic {
    let message = format!("`{path}` holds what looks like a credential");
    Diagnostic::warning(codes::CREDENTIAL_IN_THE_OPEN, place, message)
        .help("put it into a Secret, encrypted with SOPS or made elsewhere, and make the committed one void; allow it (`fleet.allow`) if it is none")
}

/// Pods that their Namespace does not let run.
pub(crate) fn forbidden_pod(
    place: Place,
    owner: &str,
    what: &str,
    [level, namespace]: [&str; 2],
    is_pod: bool,
) -> Diagnostic {
    let message = format!("{owner} {what}, and Namespace `{namespace}` enforces `{level}`");
    refused_pod(codes::POD_SECURITY, place, message, is_pod)
        .help("its pods would be refused: mend it, or give the tenant another `pod-security`")
}

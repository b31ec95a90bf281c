//! What is wrong with components, apps, tenants and their sources.

use fleetc_manifests::{Key, Place};

use crate::codes;
use crate::diagnostic::{Diagnostic, list_names};
use crate::load::ObjectName;

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

pub(crate) fn account_elsewhere(place: Place, name: &str, namespace: &str) -> Diagnostic {
    Diagnostic::error(
        codes::MISSING_KEY,
        place,
        format!("under lockdown `{name}` acts as an account, and none of Flux's lies in `{namespace}`"),
    )
    .help("take `flux-namespace` away, or name an account that lies there with `service-account`")
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

pub(crate) fn kustomization_of_member(key: &Key, bundle: &str) -> Diagnostic {
    let message = "a thing in a bundle has no Kustomization of its own";
    Diagnostic::error(codes::BODY, key.place, message)
        .help(format!("say it in `[bundles.{bundle}]`, or take `bundle` away"))
}

pub(crate) fn two_accounts_in_a_bundle(place: Place, first: Place, bundle: &str) -> Diagnostic {
    let message = format!("what lies in the bundle `{bundle}` is applied with different rights");
    let diagnostic = Diagnostic::error(codes::BODY, place, message);
    if first == place {
        return diagnostic.help(
            "each copy of a tenant has rights of its own: set `bundle` in an override with `when = { copy = \"main\" }`",
        );
    }
    diagnostic.also(first, "this is applied as another account").help("things of one tenant, or of the platform alone, may share a bundle: take `bundle` away from one of them")
}

pub(crate) fn pulled_of_a_tenant_in_a_bundle(place: Place, app: &str) -> Diagnostic {
    let message =
        format!("what Flux pulls for a tenant lies with the tenant: `{app}` can lie in no other bundle");
    Diagnostic::error(codes::BODY, place, message).help("take it away, or set `bundle` of the tenant")
}

pub(crate) fn late_in_a_bundle(place: Place, bundle: &str) -> Diagnostic {
    let message = format!("`late` would reach everything in the bundle `{bundle}`");
    Diagnostic::error(codes::LATE, place, message).help("take `bundle` away from what has late variables")
}

pub(crate) fn after_within_a_bundle(place: Place, [name, other]: [&str; 2], bundle: &str) -> Diagnostic {
    let message = format!(
        "`{name}` cannot come after `{other}`: both lie in the bundle `{bundle}`, which is applied at once"
    );
    Diagnostic::error(codes::AFTER, place, message)
        .help("only Helm releases wait for each other within a bundle: take one of them out of it")
}

pub(crate) fn flux_without_manifests(place: Place, cluster: &str) -> Diagnostic {
    let message = format!("nothing says what Flux is rendered from on `{cluster}`");
    Diagnostic::error(codes::BODY, place, message)
        .help("add `flux.manifests`, a file with what `flux install --export` gives")
}

pub(crate) fn patch_of_flux_without_kind(place: Place) -> Diagnostic {
    Diagnostic::error(codes::PATCH_FORM, place, "a patch of what `flux bootstrap` writes is for one kind")
        .help("add `kind`, such as `\"Deployment\"`")
}

pub(crate) fn patch_of_flux_too_choosy(place: Place) -> Diagnostic {
    let message = "kustomize, which applies this patch, knows no `not` and no `annotations`";
    Diagnostic::error(codes::PATCH_FORM, place, message).help("choose by `kind`, `name` and `namespace`")
}

pub(crate) fn bad_config_key(place: Place, key: &str) -> Diagnostic {
    Diagnostic::error(codes::BAD_NAME, place, format!("`{key}` is no key of a ConfigMap"))
        .help("letters, digits, `-`, `_` and `.`; write `key=path` to choose one")
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
    Diagnostic::error(codes::AFTER, place, format!("`{name}` is not there")).on(target)
        .help("what comes after it must run where it runs, or it in `common` of the same cluster: narrow one `where`, or widen the other")
}

pub(crate) fn after_cycle(place: Place, names: &[&str]) -> Diagnostic {
    let message = format!("{} wait for each other", list_names(names));
    Diagnostic::error(codes::AFTER, place, message).help("take one `after` away")
}

pub(crate) fn after_across_namespaces(place: Place, [name, other]: [&str; 2]) -> Diagnostic {
    Diagnostic::error(codes::AFTER, place, format!("`{name}` cannot wait for `{other}`, whose Flux objects lie in another namespace"))
        .help("what Flux pulls for a tenant waits only for what it pulls into the same namespace; let the tenant wait: `after` of the tenant")
}

pub(crate) fn crd_not_waited_for(place: Place, name: &ObjectName, table: &str, owner: &str) -> Diagnostic {
    Diagnostic::error(
        codes::AFTER,
        place,
        format!("{name} is of a kind that `{owner}` brings, and does not wait for it"),
    )
    .help(format!("add `after = [\"{owner}\"]` to `{table}`"))
}

pub(crate) fn namespace_not_waited_for(place: Place, name: &str, namespace: &str, owner: &str) -> Diagnostic {
    Diagnostic::error(
        codes::AFTER,
        place,
        format!("`{name}` runs in `{namespace}`, which `{owner}` brings, and does not wait for it"),
    )
    .help(format!("add `after = [\"{owner}\"]`"))
}

pub(crate) fn renders_nothing(place: Place, name: &str, target: &str) -> Diagnostic {
    Diagnostic::error(codes::RENDERS_NOTHING, place, format!("nothing is left of `{name}`"))
        .on(target)
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

pub(crate) fn policies_not_served(place: Place, asked: Place, cluster: &str) -> Diagnostic {
    let message = format!("Kubernetes serves ValidatingAdmissionPolicies from 1.30 on: `{cluster}` is older");
    Diagnostic::error(codes::KIND_NOT_SERVED, place, message)
        .also(asked, "they are asked for here")
        .help("upgrade the cluster, or set `flux = { admission-policies = false }` for it")
}

pub(crate) fn tenant_without_policies(place: Place, name: &str) -> Diagnostic {
    Diagnostic::warning(
        codes::TENANT_WITHOUT_POLICIES,
        place,
        format!("the admission policies do not hold for `{name}`: somebody else writes its Namespaces"),
    )
    .help("take `create-namespace = false` away, or put label and annotations on them (docs/output.md, admission policies)")
}

pub(crate) fn tenant_with_account_of_flux(place: Place, name: &str, account: &str) -> Diagnostic {
    Diagnostic::error(
        codes::TENANT_RIGHTS,
        place,
        format!("`{name}` would act with the rights of Flux: its account beside Flux is `{account}`"),
    )
    .help("give the tenant another name; `namespace` keeps that of its home")
}

pub(crate) fn remote_without_tenant_kubeconfig(place: Place, app: &str, cluster: &str) -> Diagnostic {
    Diagnostic::error(codes::REMOTE_KUBECONFIG, place, format!("`{app}` would reach `{cluster}` with the cluster's own kubeconfig"))
        .help("that would make its team the admin of the cluster: add `tenant-kubeconfig` to the cluster, a Secret whose identity may \
               impersonate the tenant's account alone")
}

//! What is wrong with what fleet.toml means: names, places, the ladder, variables.

use fleetc_manifests::{Key, Place, Text};

use crate::codes;
use crate::diagnostic::{Diagnostic, nearest, suggest};
use crate::fleet::Cluster;
use crate::load::ObjectName;
use crate::syntax::KeyPath;

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

pub(crate) fn empty_bundle(name: &str, place: Place) -> Diagnostic {
    Diagnostic::error(codes::LANDS_NOWHERE, place, format!("nothing lies in the bundle `{name}`")).help(
        format!("write `bundle = \"{name}\"` in a component, an app or a tenant, or take the table away"),
    )
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

pub(crate) fn patch_breaks_lock(place: Place, lock: &KeyPath, name: &ObjectName) -> Diagnostic {
    Diagnostic::error(codes::LOCKED, place, format!("this patch changes what {name} has from `{lock}`, which is locked"))
        .also(lock.place, "locked here")
        .help("leave that out of the patch, or grant the exception where the lock stands: `unlocked` in an override of that table")
}

pub(crate) fn open_substitution(place: Place) -> Diagnostic {
    Diagnostic::error(codes::UNKNOWN_VARIABLE, place, "a `${` has no `}`")
        .help("close it, or write `$${` for the text `${`")
}

pub(crate) fn escaped_late(place: Place, name: &str) -> Diagnostic {
    Diagnostic::error(
        codes::LATE,
        place,
        format!("`$${{{name}}}` would be filled in on the cluster, like every `${{{name}}}` here"),
    )
    .help("give the late variable another name")
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
        format!("`{written}` stands for nothing here")
    } else {
        format!("no variable is named `{name}`")
    };
    let escape = "a `${` that shall stay is written `$${`";
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `${{{near}}}`? {escape}"),
        None => format!("define it under `variables` on a rung that holds there; {escape}"),
    };
    Diagnostic::error(codes::UNKNOWN_VARIABLE, place, message).part(written).on(target).help(help)
}

pub(crate) fn bad_count(place: Place, most: usize) -> Diagnostic {
    Diagnostic::error(codes::WRONG_FORM, place, format!("a pool has from 0 to {most} clusters"))
        .help("write another number")
}

pub(crate) fn too_many_targets(place: Place, most: usize) -> Diagnostic {
    let message =
        format!("with this, the fleet has more than {most} targets: clusters, in each of their environments");
    Diagnostic::error(codes::TOO_LARGE, place, message)
        .help("make several fleets of it, with a fleet.toml each")
}

pub(crate) fn too_many_tables(place: Place, most: usize) -> Diagnostic {
    let message = format!("with this, the members of the pool have more than {most} tables together");
    Diagnostic::error(codes::TOO_LARGE, place, message)
        .help("say in one table what holds for the same members")
}

pub(crate) fn too_many_placements(place: Place, most: usize) -> Diagnostic {
    let message = format!(
        "with this, the fleet has more than {most} placements: tenants, components and apps, on each of their targets"
    );
    Diagnostic::error(codes::TOO_LARGE, place, message)
        .help("make several fleets of it, with a fleet.toml each")
}

pub(crate) fn no_member(place: Place, key: &str, pool: &str, count: usize) -> Diagnostic {
    let message = format!("the pool `{pool}` has no member `{key}`: it counts {count}");
    Diagnostic::error(codes::UNKNOWN_NAME, place, message)
        .help("with `count`, a member is an index such as `7`, or a range such as `0-99`, counted from 0")
}

pub(crate) fn provision_without_cluster(place: Place, cluster: &str) -> Diagnostic {
    let message = format!("`provision` does not say on which cluster `{cluster}` is made");
    Diagnostic::error(codes::MISSING_KEY, place, message).help("add `on = \"…\"`, the name of a cluster")
}

pub(crate) fn makes_itself(place: Place, cluster: &str) -> Diagnostic {
    Diagnostic::error(codes::REMOTE_OF_A_REMOTE, place, format!("`{cluster}` cannot be made on itself"))
        .help("name the cluster that is there before it")
}

pub(crate) fn two_of_one_name(what: &str, name: &str, place: Place, first: Place) -> Diagnostic {
    Diagnostic::error(codes::BAD_NAME, place, format!("two {what}s are called `{name}`"))
        .also(first, "the other one")
        .help("call one of them something else")
}

pub(crate) fn unused_pin(key: &Key) -> Diagnostic {
    Diagnostic::error(codes::UNUSED, key.place, format!("nothing uses the pin `{}`", key.text))
        .help(format!("write `${{pins.{}}}` where its version belongs, or take it away", key.text))
}

pub(crate) fn unused_variable(key: &Key) -> Diagnostic {
    Diagnostic::warning(codes::UNUSED, key.place, format!("nothing uses the variable `{}`", key.text))
        .help(format!("write `${{{}}}` where its value belongs, or take it away", key.text))
}

pub(crate) fn unused_source(name: &str, place: Place) -> Diagnostic {
    Diagnostic::warning(codes::UNUSED, place, format!("nothing is pulled from the source `{name}`"))
        .help(format!("write `source = \"{name}\"` where it belongs, or take the table away"))
}

pub(crate) fn one_sided_peer(place: Place, other: Place, [tenant, name]: [&str; 2]) -> Diagnostic {
    let message = format!("`{tenant}` may reach `{name}`, and `{name}` does not let it in");
    Diagnostic::warning(codes::ONE_SIDED, place, message)
        .also(other, "this tenant")
        .help(format!("both sides are needed: add `\"{tenant}\"` to `network.from` of `{name}`"))
}

pub(crate) fn pin_for_nobody(line: &Key) -> Diagnostic {
    let message = format!("no cluster has the environment `{}`", line.text);
    Diagnostic::error(codes::UNUSED, line.place, message).help("take this line away")
}

pub(crate) fn unknown_pin<'n>(
    place: Place,
    pin: &str,
    is_there: bool,
    target: &str,
    known: impl IntoIterator<Item = &'n str>,
) -> Diagnostic {
    let environment = target.split('/').next().unwrap_or_default();
    if is_there {
        let message = format!("the pin `{pin}` has no line for the environment `{environment}`");
        return Diagnostic::error(codes::UNKNOWN_VARIABLE, place, message)
            .help(format!("add a line `{environment} = \"…\"` to `[pins.{pin}]`"));
    }
    unknown_name("pin", pin, place, known)
}

pub(crate) fn bad_prefix(place: Place, prefix: &str) -> Diagnostic {
    Diagnostic::error(codes::BAD_NAME, place, format!("`{prefix}` cannot stand before a name"))
        .help("lower-case letters, digits and `-`, beginning with a letter or a digit")
}

pub(crate) fn bad_namespace(place: Place, namespace: &str) -> Diagnostic {
    Diagnostic::error(codes::BAD_NAME, place, format!("`{namespace}` is no name of a namespace"))
        .help("lower-case letters, digits and `-`, at most 63 of them, beginning and ending with a letter or a digit")
}

pub(crate) fn exception_without(place: Place, key: &str) -> Diagnostic {
    Diagnostic::error(codes::MISSING_KEY, place, format!("this exception has no `{key}`"))
        .help("say what is allowed, and why: `{ code = \"…\", reason = \"…\" }`")
}

pub(crate) fn cannot_be_allowed(place: Place, code: &str, known: &[&str]) -> Diagnostic {
    Diagnostic::error(codes::EXCEPTION, place, format!("`{code}` cannot be allowed")).help(suggest(
        code,
        known.iter().copied(),
        "code",
    ))
}

pub(crate) fn no_day(place: Place, text: &str) -> Diagnostic {
    Diagnostic::error(codes::WRONG_FORM, place, format!("`{text}` is no day"))
        .help("write it as `2027-06-30`")
}

pub(crate) fn exception_is_over(place: Place, until: &str) -> Diagnostic {
    Diagnostic::error(codes::EXCEPTION, place, format!("this exception ended on {until}"))
        .help("mend what it allowed and take it away, or let it end later")
}

pub(crate) fn exception_for_nothing(place: Place) -> Diagnostic {
    Diagnostic::warning(codes::EXCEPTION, place, "nothing needs this exception")
        .help("take it away, or mend its `code` or `path`")
}

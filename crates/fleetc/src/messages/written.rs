//! What is wrong with fleet.toml as it was written.

use fleetc_manifests::{Data, Key, Place, Value};

use crate::codes;
use crate::diagnostic::{Diagnostic, list_names, nearest, suggest};

pub(crate) fn toml_syntax(place: Place, message: &str) -> Diagnostic {
    Diagnostic::error(codes::TOML_SYNTAX, place, message)
}

pub(crate) fn unknown_key(key: &Key, table: &str, known: &[&str]) -> Diagnostic {
    let table = table.split_once('.').map_or_else(|| table.to_owned(), |(kind, _)| format!("[{kind}.…]"));
    let message = format!("`{table}` has no key `{}`", key.text);
    Diagnostic::error(codes::UNKNOWN_KEY, key.place, message).help(suggest(
        &key.text,
        known.iter().copied(),
        "key",
    ))
}

pub(crate) fn wrong_type(value: &Value, expected: &str) -> Diagnostic {
    let message = format!("expected {expected}, found {}", value.type_name());
    let diagnostic = Diagnostic::error(codes::WRONG_TYPE, value.place, message);
    match value.data {
        Data::Number(_) | Data::Bool(_) if expected == "a string" => diagnostic.help("put it into quotes"),
        _ => diagnostic,
    }
}

pub(crate) fn wrong_word(value: &Value, words: &[&'static str]) -> Diagnostic {
    let Some(text) = value.as_text() else {
        return wrong_type(value, &format!("one of {}", list_names(words)));
    };
    let message = format!("expected one of {}, found `{text}`", list_names(words));
    let diagnostic = Diagnostic::error(codes::WRONG_FORM, value.place, message);
    match nearest(text, words.iter().copied()) {
        Some(word) => diagnostic.help(format!("did you mean `{word}`?")),
        None => diagnostic,
    }
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

pub(crate) fn name_of_a_device(key: &Key) -> Diagnostic {
    let message = format!("Windows takes no folder that is called `{}`", key.text);
    Diagnostic::error(codes::BAD_NAME, key.place, message)
        .help("call it something else, so that everybody can check the repository out")
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

pub(crate) fn not_in_a_part(key: &Key) -> Diagnostic {
    Diagnostic::error(
        codes::NOT_IN_AN_OVERRIDE,
        key.place,
        format!("`{}` may only stand in the table itself, not in one within it", key.text),
    )
    .help("take it away")
}

pub(crate) fn flux_of_an_environment(key: &Key) -> Diagnostic {
    let message = format!("the `flux` of an environment has no key `{}`", key.text);
    Diagnostic::error(codes::UNKNOWN_KEY, key.place, message)
        .help("one Flux runs on a cluster, for all of its environments: say it in the `flux` of the cluster, or of the fleet")
}

pub(crate) fn filled_twice(place: Place, first: Place, table: &str) -> Diagnostic {
    Diagnostic::error(codes::NAMED_TWICE, place, format!("the table `{table}` is filled in two places"))
        .also(first, "here too")
        .help("keep the file, or what is written here")
}

pub(crate) fn names_no_table(place: Place, path: &str) -> Diagnostic {
    Diagnostic::error(codes::WRONG_FORM, place, format!("`{path}` is no name of a table"))
        .help("name the table that the file holds the body of, such as `clusters.store.members`")
}

pub(crate) fn table_named_again(place: Place, table: &str) -> Diagnostic {
    Diagnostic::error(codes::WRONG_FORM, place, format!("the file is the body of `{table}` already"))
        .help(format!("take `{table}` off the names of its tables"))
}

pub(crate) fn nothing_to_fill<'n>(
    place: Place,
    [kind, name]: [&str; 2],
    known: impl IntoIterator<Item = &'n str> + Clone,
) -> Diagnostic {
    let message = format!("there is no `[{kind}.{name}]` for the file to be a part of");
    Diagnostic::error(codes::UNKNOWN_NAME, place, message).help(suggest(name, known, "name"))
}

pub(crate) fn no_table_to_fill(place: Place, table: &str, in_the_way: (&str, Place, &str)) -> Diagnostic {
    let (key, at, found) = in_the_way;
    let message = format!("`{table}` leads through `{key}`, which is {found} and no table");
    Diagnostic::error(codes::WRONG_TYPE, place, message)
        .also(at, "this is in the way")
        .help("name the table that the file holds the body of, such as `clusters.store.members`")
}

pub(crate) fn unknown_field<'n>(
    key: &Key,
    kind: &str,
    known: impl IntoIterator<Item = &'n str> + Clone,
) -> Diagnostic {
    Diagnostic::error(codes::UNKNOWN_FIELD, key.place, format!("a {kind} has no field `{}` here", key.text))
        .help(suggest(&key.text, known, "field"))
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

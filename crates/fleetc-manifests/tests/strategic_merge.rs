//! Strategic merges give what `kubectl patch` gives, but where `merges/cases.yaml` says otherwise, and why.

mod oracle;

use fleetc_manifests::{Place, Value, json, kinds, patch, yaml};

const CASES: &str = include_str!("merges/cases.yaml");

fn cases() -> Vec<Value> {
    let cases = yaml::read(CASES, Place::NONE).unwrap_or_else(|errors| panic!("{errors:?}"));
    assert!(cases.len() >= 40);
    cases
}

fn part<'v>(value: &'v Value, key: &str) -> &'v Value {
    value.get(key).unwrap_or_else(|| panic!("no `{key}` in {value:?}"))
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    part(value, key).as_text().expect("it is text")
}

fn kind(object: &Value) -> Option<&'static kinds::Kind> {
    kinds::find(text(object, "apiVersion"), text(object, "kind"))
}

/// What fleetc makes of a case; what it says if it refuses it.
fn merged(case: &Value) -> Result<Value, String> {
    let (mut object, change) = (part(case, "object").clone(), part(case, "patch"));
    match kind(&object) {
        Some(kind) => patch::strategic_merge(&mut object, change, kind.shape).map_err(|it| it.to_string())?,
        None => patch::merge(&mut object, change),
    }
    Ok(object)
}

/// What kubectl makes of a case.
fn merged_by_kubectl(case: &Value) -> Result<Value, String> {
    let (object, change) = (part(case, "object"), part(case, "patch"));
    let kind = if kind(object).is_some() { "--type=strategic" } else { "--type=merge" };
    let arguments =
        ["patch", "--local", kind, "--output=json", "--filename=-", "--patch", &json::write(change)];
    let written = oracle::run("kubectl", &arguments, &json::write(object))?;
    json::read(&written, Place::NONE).map_err(|error| error.to_string())
}

#[test]
fn merges_give_what_the_cases_say() {
    for case in cases() {
        let (name, merged) = (text(&case, "name"), merged(&case));
        match (case.get("result"), case.get("refused")) {
            (None, None) => assert!(merged.is_ok(), "{name}: {merged:?}"),
            (Some(result), None) => assert_eq!(merged.as_ref(), Ok(result), "{name}"),
            (_, Some(refused)) => assert_eq!(merged, Err(refused.as_text().unwrap().to_owned()), "{name}"),
        }
    }
}

#[test]
fn merges_give_what_kubectl_gives() {
    if !oracle::has_kubectl() {
        return;
    }
    for case in cases() {
        let (name, ours, theirs) = (text(&case, "name"), merged(&case), merged_by_kubectl(&case));
        let is_same = match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => ours == theirs,
            (ours, theirs) => ours.is_err() && theirs.is_err(),
        };
        let differs = case.get("because").is_some();
        assert_eq!(!is_same, differs, "{name}:\n{ours:?}\n{theirs:?}");
    }
}

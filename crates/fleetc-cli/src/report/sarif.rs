//! Problems as one document of the Static Analysis Results Interchange Format, 2.1.0.
//!
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use std::path::Path;

use fleetc::{Diagnostic, Label, Sources, codes};
use serde_json::{Value, json};

use super::{harmless, locate};

/// The document.
pub(crate) fn sarif(diagnostics: &[&Diagnostic], sources: &Sources, folder: &Path) -> String {
    let mut used: Vec<codes::Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    used.sort();
    used.dedup();
    let results: Vec<Value> =
        diagnostics.iter().map(|diagnostic| result(diagnostic, &used, sources, folder)).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "fleetc",
                "version": fleetc::VERSION,
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": used.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    document.to_string()
}

fn rule(code: codes::Code) -> Value {
    let text = codes::ALL.iter().find(|(known, _)| *known == code).map_or("", |(_, text)| text.trim());
    let page = format!("{}/blob/main/docs/checks.md#{code}", env!("CARGO_PKG_REPOSITORY"));
    json!({ "id": code.name(), "shortDescription": { "text": text }, "helpUri": page })
}

fn result(diagnostic: &Diagnostic, used: &[codes::Code], sources: &Sources, folder: &Path) -> Value {
    let mut message = harmless(&diagnostic.message());
    if let Some(help) = &diagnostic.help {
        message.push_str("\n\n");
        message.push_str(&harmless(help));
    }
    let mut places = diagnostic.labels.iter().filter_map(|label| location(label, sources, folder));
    let mut result = json!({
        "ruleId": diagnostic.code.name(),
        "ruleIndex": used.binary_search(&diagnostic.code).unwrap_or_default(),
        "level": diagnostic.severity.name(),
        "message": { "text": message },
    });
    if let Some(first) = places.next() {
        result["locations"] = json!([first]);
        result["relatedLocations"] = places.collect();
    }
    result
}

fn location(label: &Label, sources: &Sources, folder: &Path) -> Option<Value> {
    let (file, range) = locate(label, sources)?;
    let (start, end) = (file.location(range.start), file.location(range.end));
    let path = folder.join(&start.file).to_string_lossy().replace('\\', "/");
    let mut location = json!({ "physicalLocation": {
        "artifactLocation": { "uri": in_a_uri(&path) },
        "region": {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        },
    } });
    if !label.text.is_empty() {
        location["message"] = json!({ "text": harmless(&label.text) });
    }
    Some(location)
}

/// A path with `%` and two digits for what a URI does not take.
fn in_a_uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

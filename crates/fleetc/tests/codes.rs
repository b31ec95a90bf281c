//! Every code has a page, and every page says what is so: its wrong example gives the code, its right one gives no error,
//! and not the code.

use fleetc::codes::{FLEET, PAGES, Page, WEB};
use fleetc::{Diagnostics, InMemory, Input, Severity, compile};

/// What is said of the example that stands behind the word.
fn said(page: &Page, word: &str) -> Diagnostics {
    let parts: Vec<&str> = page.text.split("\nWrong:\n").flat_map(|part| part.split("\nRight:\n")).collect();
    let [_, wrong, right] = parts[..] else { panic!("`{}` has no two examples", page.code) };
    let example = if word == "Wrong" { wrong } else { right };
    let mut fleet = String::new();
    let mut files = vec![("web.yaml", WEB)];
    for block in example.split("```").skip(1).step_by(2) {
        let (language, text) = block.split_once('\n').expect("it has lines");
        if language == "toml" {
            let before = if text.contains("[fleet]") { "" } else { FLEET };
            fleet = format!("{before}{text}");
        } else {
            let (path, text) =
                text.strip_prefix("# ").and_then(|text| text.split_once('\n')).expect("it says its path");
            files.push((path, text));
        }
    }
    let files = files.into_iter().collect::<InMemory>();
    compile(&Input::new(&fleet, &files)).diagnostics
}

#[test]
fn wrong_examples_give_their_code() {
    let mut problems = Vec::new();
    for page in PAGES {
        let said = said(page, "Wrong");
        let codes: Vec<&str> = said.sorted().iter().map(|it| it.code.name()).collect();
        if !said.has(page.code) || codes.len() > 2 {
            problems.push(format!("{} gives {codes:?}", page.code));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn right_examples_are_right() {
    let mut problems = Vec::new();
    for page in PAGES {
        let said = said(page, "Right");
        if said.has(page.code) || said.count(Severity::Error) > 0 {
            let messages: Vec<&str> = said.sorted().iter().map(|it| it.message.as_str()).collect();
            problems.push(format!("{} gives {messages:?}", page.code));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

//! What `docs/systems.md` claims, held against the fleets.

pub(crate) mod operations;
pub(crate) mod rows;

use std::fs;
use std::path::PathBuf;

use crate::support::root;

fn file() -> PathBuf {
    root().join("docs/systems.md")
}

fn text() -> String {
    fs::read_to_string(file()).expect("the page is there")
}

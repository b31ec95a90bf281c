//! Reads a JSON text from standard input and writes it as YAML: `cargo run --example respell < object.json`.

#![allow(clippy::print_stdout)]

use std::io::Read;

use fleetc_manifests::{Place, json, yaml};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let value = json::read(&text, Place::NONE)?;
    print!("{}", yaml::write(&value));
    Ok(())
}

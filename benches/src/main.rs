//! `fleet-of <objects> <folder>`: writes a fleet of about so many objects into a folder.

#![allow(clippy::print_stdout, reason = "it is a command")]

use std::fs;
use std::path::Path;

use fleetc_benches::Size;

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [objects, folder] = &arguments[..] else {
        println!("fleet-of <objects> <folder>");
        return Ok(());
    };
    let size = Size::of(objects.parse().map_err(std::io::Error::other)?);
    for (path, text) in size.files() {
        let path = Path::new(folder).join(path);
        fs::create_dir_all(path.parent().expect("it lies in the folder"))?;
        fs::write(path, text)?;
    }
    println!("{size:?}");
    Ok(())
}

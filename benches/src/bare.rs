//! `bare <tree> <folder> <threads>`: reads a tree into memory, then writes it anew, as plainly as can be; prints how many
//! seconds the writing took, on the clock and of the processors.

#![allow(clippy::print_stdout, reason = "it is a command")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

/// The CPU time of the process so far, in ticks; 0 where the system does not say it so.
fn ticks() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum()
}

type Folder = (PathBuf, Vec<(PathBuf, Vec<u8>)>);

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [tree, to, threads] = &arguments[..] else {
        println!("bare <tree> <folder> <threads>");
        return Ok(());
    };
    let threads: usize = threads.parse().map_err(io::Error::other)?;
    let mut folders = Vec::new();
    read(Path::new(tree), Path::new(to), &mut folders)?;
    let (started, before) = (Instant::now(), ticks());
    for (folder, _) in &folders {
        fs::create_dir_all(folder)?;
    }
    thread::scope(|scope| {
        let parts = folders.chunks(folders.len().div_ceil(threads).max(1));
        let writers: Vec<_> = parts.map(|part| scope.spawn(|| write(part))).collect();
        writers.into_iter().try_for_each(|writer| writer.join().expect("it does not panic"))
    })?;
    // 100 ticks are a second on every Linux that there is.
    println!("{:.4} {:.2}", started.elapsed().as_secs_f64(), (ticks() - before) / 100.0);
    Ok(())
}

fn read(from: &Path, to: &Path, folders: &mut Vec<Folder>) -> io::Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            read(&entry.path(), &to, folders)?;
        } else {
            files.push((to, fs::read(entry.path())?));
        }
    }
    folders.push((to.to_owned(), files));
    Ok(())
}

fn write(part: &[Folder]) -> io::Result<()> {
    let mut files = part.iter().flat_map(|(_, files)| files);
    files.try_for_each(|(path, bytes)| fs::write(path, bytes))
}

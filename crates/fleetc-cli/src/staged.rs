//! What of the tree a commit would leave out.

use std::path::Path;
use std::process::Command;

use crate::output::list_some;

/// Says which files of the folder git has not staged as they are; none if it has all of them.
pub(crate) fn missing(folder: &Path) -> Result<Option<String>, String> {
    let arguments = ["status", "--porcelain", "-z", "--untracked-files=all", "--", "."];
    let run = Command::new("git").arg("-C").arg(folder).args(arguments).output();
    let run = run.map_err(|error| format!("`--staged` asks git, which cannot be run: {error}"))?;
    if !run.status.success() {
        return Err(format!("`--staged` asks git: {}", String::from_utf8_lossy(&run.stderr).trim_end()));
    }
    let status = String::from_utf8_lossy(&run.stdout);
    let paths = unstaged(&status);
    Ok((!paths.is_empty()).then(|| told(&paths, folder)))
}

/// The paths of which the working tree is not what is staged: the second letter of a line says so.
///
/// Source: <https://git-scm.com/docs/git-status#_porcelain_format_version_1>
fn unstaged(status: &str) -> Vec<&str> {
    let mut lines = status.split_terminator('\0');
    let mut paths = Vec::new();
    while let Some(line) = lines.next() {
        let Some((letters, path)) = line.split_at_checked(2) else { continue };
        // The next one says what was renamed or copied.
        if letters.contains(['R', 'C']) {
            lines.next();
        }
        if !letters.ends_with(' ') {
            paths.push(path.trim_start());
        }
    }
    paths
}

fn told(paths: &[&str], folder: &Path) -> String {
    let mut text = "a commit would leave out what git has not staged:".to_owned();
    list_some(paths.iter().copied(), &mut text);
    text.push_str(&format!("\nstage all of the tree: `git add {}`", folder.display()));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_staged_is_told_from_what_is_not() {
        let status = "A  a\0 M b\0MM c\0?? d/e f\0R  new\0old\0 D g\0";
        assert_eq!(unstaged(status), ["b", "c", "d/e f", "g"]);
    }
}

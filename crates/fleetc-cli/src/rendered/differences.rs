//! In what the tree on disk is not what was rendered.

use std::collections::BTreeSet;
use std::fs;

use super::stage::{Staged, StagedFile, State};
use super::{LEDGER, commit::Plan};

/// No message shows more files.
const SHOWN: usize = 5;

/// No line of a file is shown longer.
const LONGEST: usize = 120;

impl Plan<'_> {
    /// What differs, in a few lines; none if nothing does.
    pub(crate) fn differences(&self) -> Option<String> {
        let files =
            || self.folders.iter().flat_map(|folder| folder.files.iter().map(move |file| (folder, file)));
        let changed: Vec<(&Staged, &StagedFile)> =
            files().filter(|(_, file)| file.state != State::Unchanged).collect();
        let root = self.stage.rendered.root.display();
        if changed.is_empty() && self.stale.is_empty() {
            let is_same = self.ledger() == self.stage.rendered.ledger.text();
            return (!is_same)
                .then(|| format!("`{root}/{LEDGER}` is not that of the tree; run `fleetc build`"));
        }
        let added = changed.iter().filter(|(_, file)| file.state == State::Added).count();
        let paths = changed.iter().map(|(folder, _)| &*folder.path);
        let targets: BTreeSet<&str> =
            paths.chain(self.stale.iter().map(|entry| entry.folder)).map(target).collect();
        let mut text = format!(
            "`{root}` is not what the fleet says: {} missing, {} different, {} too many, on {}; run `fleetc build`",
            added,
            changed.len() - added,
            self.stale.len(),
            list(&targets),
        );
        for (folder, file) in changed.iter().take(SHOWN) {
            let mark = if file.state == State::Added { '+' } else { '~' };
            text.push_str(&format!("\n{mark} {}/{}", folder.path, file.name));
            if let Some(line) = self.first_line(&folder.path, &file.name) {
                text.push_str(&line);
            }
        }
        for entry in self.stale.iter().take(SHOWN.saturating_sub(changed.len())) {
            text.push_str(&format!("\n- {}", entry.path()));
        }
        if changed.len() + self.stale.len() > SHOWN {
            text.push_str("\n…");
        }
        Some(text)
    }

    /// The first line of a file that differs.
    fn first_line(&self, folder: &str, name: &str) -> Option<String> {
        let texts = self.stage.texts();
        let path = format!("{folder}/{name}");
        let should = texts.get(&path)?;
        let is = fs::read_to_string(self.stage.rendered.root.join(&path)).ok()?;
        let (mut lines_is, mut lines_should) = (is.lines(), should.lines());
        for number in 1.. {
            let (is, should) = (lines_is.next(), lines_should.next());
            if is == should {
                is?;
                continue;
            }
            // What a Secret holds is never shown.
            if name.starts_with("secret-") {
                return Some(format!(":{number}"));
            }
            return Some(format!(":{number}\n    is      {}\n    must be {}", shown(is), shown(should)));
        }
        None
    }
}

fn shown(line: Option<&str>) -> String {
    line.map_or_else(|| "(the end)".into(), |line| line.trim().chars().take(LONGEST).collect())
}

/// `prod/emea-1` of `prod/emea-1/web`.
fn target(folder: &str) -> &str {
    folder.match_indices('/').nth(1).map_or(folder, |(end, _)| &folder[..end])
}

fn list(targets: &BTreeSet<&str>) -> String {
    let mut names: Vec<&str> = targets.iter().take(SHOWN).copied().collect();
    if targets.len() > SHOWN {
        names.push("…");
    }
    names.join(", ")
}

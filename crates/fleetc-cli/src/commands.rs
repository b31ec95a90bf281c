//! The commands, one file each.

pub(crate) mod bootstrap;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod explain;
pub(crate) mod merge;
pub(crate) mod new;
pub(crate) mod part;
pub(crate) mod schema;
pub(crate) mod secrets;
pub(crate) mod show;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use fleetc::Compiled;

use crate::NotRun;
use crate::disk::{Disk, find_fleet};
use crate::global::Global;
use crate::output::Output;

/// A fleet.toml on disk.
pub(crate) struct FleetFile {
    /// Its name.
    pub(crate) name: String,
    pub(crate) text: String,
    /// Where it lies.
    pub(crate) path: PathBuf,
    folder_name: String,
    /// The day on which this runs.
    today: String,
    disk: Disk,
}

impl FleetFile {
    /// The one that is meant.
    pub(crate) fn open(global: &Global) -> Result<Self, NotRun> {
        let path = find_fleet(global.fleet.as_deref())?;
        let bytes = fs::read(&path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
        let text = String::from_utf8(bytes).map_err(|_| format!("`{}` is not UTF-8", path.display()))?;
        let folder =
            path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new(".")).to_owned();
        let absolute = fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone());
        let name_of = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(Self {
            name: name_of(&path).unwrap_or_else(|| "fleet.toml".into()),
            text,
            today: today(),
            folder_name: name_of(&absolute).unwrap_or_else(|| "fleet".into()),
            disk: Disk::new(folder),
            path,
        })
    }

    /// The folder that it lies in.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// A path beside it.
    pub(crate) fn beside(&self, path: &str) -> PathBuf {
        self.path.with_file_name(path)
    }

    /// The folder that it lies in.
    pub(crate) fn disk(&self) -> &Disk {
        &self.disk
    }

    /// It as the compiler takes it.
    pub(crate) fn input(&self) -> fleetc::Input<'_> {
        fleetc::Input {
            name: &self.name,
            text: &self.text,
            folder: &self.folder_name,
            files: &self.disk,
            today: Some(&self.today),
        }
    }

    /// Compiles it, and says what is wrong; none if it has mistakes. `doing` is what takes long, for a terminal.
    pub(crate) fn compile(&self, doing: &'static str, output: &mut Output) -> Option<Compiled> {
        let outcome = {
            let _progress = output.progress(doing);
            fleetc::compile(&self.input())
        };
        output.outcome(&outcome, self.folder());
        outcome.output
    }
}

/// The day, in UTC: `2027-06-30`.
fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    day(since / 86_400)
}

/// The day that comes so many days after the first of January 1970.
///
/// Source: <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
fn day(since: u64) -> String {
    let shifted = since + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn days_are_those_of_the_calendar() {
        for (since, day) in
            [(0, "1970-01-01"), (11_016, "2000-02-29"), (20_999, "2027-06-30"), (19_722, "2023-12-31")]
        {
            assert_eq!(super::day(since), day);
        }
    }
}

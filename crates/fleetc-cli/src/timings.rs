//! Where the time of a build goes.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clap::ValueEnum;

use crate::output::counted;

/// How timings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table
    Human,
    /// One JSON object
    Json,
    /// A line for each stack, in microseconds, as flame graphs are made of
    Folded,
}

/// No table names more apps.
const NAMED: usize = 10;

/// What a build has done, and how long.
#[derive(Debug)]
pub(crate) struct Timings {
    started: Instant,
    /// What began, and when.
    phases: Mutex<Vec<(&'static str, Instant)>>,
    /// Time of parts of phases, over all threads.
    parts: Mutex<BTreeMap<&'static str, Duration>>,
    /// Time in which the folders of each app were written as YAML, compared and stored, over all threads.
    apps: Mutex<BTreeMap<String, Duration>>,
    /// How many folders were rendered, and how many are as the last build left them.
    folders: [AtomicUsize; 2],
}

impl Timings {
    pub(crate) fn start() -> Self {
        Self {
            started: Instant::now(),
            phases: Mutex::default(),
            parts: Mutex::default(),
            apps: Mutex::default(),
            folders: [AtomicUsize::new(0), AtomicUsize::new(0)],
        }
    }

    /// How long it has taken so far.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// A phase begins; the one before ends.
    pub(crate) fn phase(&self, name: &'static str) {
        self.phases.lock().expect("nothing panics while it is held").push((name, Instant::now()));
    }

    /// Measures a part of a phase.
    pub(crate) fn part(&self, name: &'static str, act: &mut dyn FnMut()) {
        let started = Instant::now();
        act();
        *self.parts.lock().expect("nothing panics while it is held").entry(name).or_default() +=
            started.elapsed();
    }

    /// Measures what is done for an app.
    pub(crate) fn app(&self, name: Option<&str>, act: impl FnOnce()) {
        let started = Instant::now();
        act();
        let mut apps = self.apps.lock().expect("nothing panics while it is held");
        *apps.entry(name.unwrap_or("(none)").to_owned()).or_default() += started.elapsed();
    }

    /// Counts a folder.
    pub(crate) fn folder(&self, is_as_before: bool) {
        self.folders[usize::from(is_as_before)].fetch_add(1, Ordering::Relaxed);
    }

    /// All of it.
    pub(crate) fn text(&self, format: Format) -> String {
        let now = Instant::now();
        let begun = self.phases.lock().expect("nothing panics while it is held");
        let ends = begun.iter().skip(1).map(|(_, at)| *at).chain([now]);
        let first = begun.first().map_or(now, |(_, at)| *at);
        let mut phases = vec![("start", first - self.started)];
        phases.extend(begun.iter().zip(ends).map(|((name, at), end)| (*name, end - *at)));
        let parts = self.parts.lock().expect("nothing panics while it is held");
        let parts: Vec<(&str, Duration)> = parts.iter().map(|(name, time)| (*name, *time)).collect();
        let apps = self.apps.lock().expect("nothing panics while it is held");
        let mut apps: Vec<(&str, Duration)> = apps.iter().map(|(name, time)| (&**name, *time)).collect();
        apps.sort_by_key(|(name, time)| (std::cmp::Reverse(*time), *name));
        let folders = [0, 1].map(|index: usize| self.folders[index].load(Ordering::Relaxed));
        let measured = Measured { phases, parts, apps, folders };
        match format {
            Format::Human => measured.human(),
            Format::Json => measured.json(),
            Format::Folded => measured.folded(),
        }
    }
}

/// What took how long.
type Times<'t> = Vec<(&'t str, Duration)>;

/// Where the time went, and how many folders were rendered, and left as they were.
struct Measured<'t> {
    phases: Times<'t>,
    parts: Times<'t>,
    apps: Times<'t>,
    folders: [usize; 2],
}

impl Measured<'_> {
    fn human(&self) -> String {
        let line =
            |(name, time): &(&str, Duration)| format!("{:>10.3} ms  {name}", time.as_secs_f64() * 1000.0);
        let mut lines: Vec<String> = self.phases.iter().map(line).collect();
        if !self.parts.is_empty() {
            lines.push("of rendering, over all threads:".into());
            lines.extend(self.parts.iter().map(line));
        }
        if !self.apps.is_empty() {
            lines.push(
                "of rendering, to write, compare and store the folders of an app, over all threads:".into(),
            );
            lines.extend(self.apps.iter().take(NAMED).map(line));
        }
        let [rendered, as_before] = self.folders;
        if rendered + as_before > 0 {
            let rendered = counted(rendered, "folder");
            lines.push(format!("{rendered} rendered, {as_before} as the last build left them"));
        }
        lines.join("\n")
    }

    fn json(&self) -> String {
        let seconds = |all: &Times<'_>| -> serde_json::Map<String, serde_json::Value> {
            all.iter().map(|(name, time)| ((*name).to_owned(), time.as_secs_f64().into())).collect()
        };
        let [rendered, as_before] = self.folders;
        serde_json::json!({
            "phases": seconds(&self.phases),
            "parts": seconds(&self.parts),
            "apps": seconds(&self.apps),
            "folders": { "rendered": rendered, "as-before": as_before },
        })
        .to_string()
    }

    fn folded(&self) -> String {
        let phases = self.phases.iter().map(|(name, time)| format!("fleetc;{name} {}", time.as_micros()));
        let inner = self.parts.iter().chain(&self.apps);
        let inner = inner.map(|(name, time)| format!("fleetc;render;{name} {}", time.as_micros()));
        phases.chain(inner).collect::<Vec<_>>().join("\n")
    }
}

//! Where the time of a build goes.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::ValueEnum;

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
    /// Time in which the folders of each app were written as YAML, compared and stored, over all threads.
    apps: Mutex<BTreeMap<String, Duration>>,
}

impl Timings {
    pub(crate) fn start() -> Self {
        Self { started: Instant::now(), phases: Mutex::default(), apps: Mutex::default() }
    }

    /// How long it has taken so far.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// A phase begins; the one before ends.
    pub(crate) fn phase(&self, name: &'static str) {
        self.phases.lock().expect("nothing panics while it is held").push((name, Instant::now()));
    }

    /// Measures what is done for an app.
    pub(crate) fn app(&self, name: Option<&str>, act: impl FnOnce()) {
        let started = Instant::now();
        act();
        let mut apps = self.apps.lock().expect("nothing panics while it is held");
        *apps.entry(name.unwrap_or("(none)").to_owned()).or_default() += started.elapsed();
    }

    /// All of it.
    pub(crate) fn text(&self, format: Format) -> String {
        let now = Instant::now();
        let begun = self.phases.lock().expect("nothing panics while it is held");
        let ends = begun.iter().skip(1).map(|(_, at)| *at).chain([now]);
        let first = begun.first().map_or(now, |(_, at)| *at);
        let mut phases = vec![("start", first - self.started)];
        phases.extend(begun.iter().zip(ends).map(|((name, at), end)| (*name, end - *at)));
        let apps = self.apps.lock().expect("nothing panics while it is held");
        let mut apps: Vec<(&str, Duration)> = apps.iter().map(|(name, time)| (&**name, *time)).collect();
        apps.sort_by_key(|(name, time)| (std::cmp::Reverse(*time), *name));
        match format {
            Format::Human => human(&phases, &apps),
            Format::Json => json(&phases, &apps),
            Format::Folded => folded(&phases, &apps),
        }
    }
}

fn human(phases: &[(&str, Duration)], apps: &[(&str, Duration)]) -> String {
    let line = |(name, time): &(&str, Duration)| format!("{:>10.3} ms  {name}", time.as_secs_f64() * 1000.0);
    let mut lines: Vec<String> = phases.iter().map(line).collect();
    if !apps.is_empty() {
        lines.push(
            "of rendering, to write, compare and store the folders of an app, over all threads:".into(),
        );
        lines.extend(apps.iter().take(NAMED).map(line));
    }
    lines.join("\n")
}

fn json(phases: &[(&str, Duration)], apps: &[(&str, Duration)]) -> String {
    let seconds = |all: &[(&str, Duration)]| -> serde_json::Map<String, serde_json::Value> {
        all.iter().map(|(name, time)| ((*name).to_owned(), time.as_secs_f64().into())).collect()
    };
    serde_json::json!({ "phases": seconds(phases), "apps": seconds(apps) }).to_string()
}

fn folded(phases: &[(&str, Duration)], apps: &[(&str, Duration)]) -> String {
    let phases = phases.iter().map(|(name, time)| format!("fleetc;{name} {}", time.as_micros()));
    let apps = apps.iter().map(|(name, time)| format!("fleetc;render;{name} {}", time.as_micros()));
    phases.chain(apps).collect::<Vec<_>>().join("\n")
}

//! One line on a terminal that says what takes so long, from the second second on.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long nothing is said.
const SILENCE: Duration = Duration::from_secs(1);

/// How often the line changes.
const PACE: Duration = Duration::from_millis(250);

/// The line; it goes when this is dropped.
pub(crate) struct Progress {
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts, if somebody looks.
    pub(crate) fn start(is_wanted: bool, phase: &'static str) -> Self {
        if !is_wanted || !io::stderr().is_terminal() {
            return Self { running: None };
        }
        let (sender, end) = mpsc::channel();
        let thread = thread::spawn(move || {
            let started = Instant::now();
            let mut wait = SILENCE;
            while end.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                print(&format!("{phase} … {} s", started.elapsed().as_secs()));
                wait = PACE;
            }
            if wait == PACE {
                print("");
            }
        });
        Self { running: Some((sender, thread)) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.running.take() {
            drop(sender);
            let _ = thread.join();
        }
    }
}

/// Puts the text in the place of the line before.
fn print(text: &str) {
    let _ = write!(io::stderr().lock(), "\r\u{1b}[K{text}");
}

//! What must be of use somewhere in the fleet, and what was.

use std::collections::BTreeSet;

use fleetc_manifests::Place;

/// What something that was written must do, at least once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Duty {
    /// Hold on a target.
    Hold,
    /// Take something away.
    Unset,
    /// Take away something that fleetc writes: only rendering knows.
    UnsetWritten,
    /// Meet an object.
    Meet,
    /// Change an object.
    Change,
}

/// The places of what has duties, and of what has done them.
///
/// Targets are compiled apart; their tallies are put together before anything is said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    expected: BTreeSet<(Place, Duty)>,
    done: BTreeSet<(Place, Duty)>,
}

impl Tally {
    /// What was written there must do this, on some target.
    pub(crate) fn expect(&mut self, duty: Duty, place: Place) {
        self.expected.insert((place, duty));
    }

    /// What was written there has done it.
    pub(crate) fn done(&mut self, duty: Duty, place: Place) {
        self.done.insert((place, duty));
    }

    /// Adds another one.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.expected.append(&mut other.expected);
        self.done.append(&mut other.done);
    }

    /// Whether what was written there has done it.
    pub(crate) fn has_done(&self, duty: Duty, place: Place) -> bool {
        self.done.contains(&(place, duty))
    }

    /// Of what only rendering could have done, expects nothing more than these places answer for.
    pub(crate) fn forget_rendering(&mut self, answers: impl Fn(Place) -> bool) {
        self.expected.retain(|(place, duty)| matches!(duty, Duty::Hold | Duty::Unset) || answers(*place));
    }

    /// What has not done its duty.
    pub(crate) fn missed(&self) -> impl Iterator<Item = (Place, Duty)> {
        self.expected.difference(&self.done).copied()
    }
}

//! How large a fleet may be. One that is larger is refused before memory is spent on it: a line can ask for millions.

use fleetc_manifests::Place;

use crate::codes;
use crate::diagnostic::Diagnostics;
use crate::messages;

/// Clusters, each in each of its environments.
const TARGETS: usize = 100_000;

/// Tenants, components and apps, each on each of its targets.
const PLACEMENTS: usize = 1_000_000;

/// Whether a fleet may have so many targets; says so if it may not.
pub(super) fn targets(count: usize, place: Place, diagnostics: &mut Diagnostics) -> bool {
    let fits = count <= TARGETS;
    if !fits {
        diagnostics.push(messages::too_many_targets(place, TARGETS));
    }
    fits
}

/// Whether a fleet may have so many things on targets; says so if it may not.
pub(super) fn placements(count: usize, place: Place, diagnostics: &mut Diagnostics) -> bool {
    let fits = count <= PLACEMENTS;
    if !fits {
        diagnostics.push(messages::too_many_placements(place, PLACEMENTS));
    }
    fits
}

/// Whether the members of a pool may have so many tables together; says so if they may not.
pub(super) fn tables(count: usize, place: Place, diagnostics: &mut Diagnostics) -> bool {
    let fits = count <= PLACEMENTS;
    if !fits {
        diagnostics.push(messages::too_many_tables(place, PLACEMENTS));
    }
    fits
}

/// Whether one of the limits was reached.
pub(crate) fn are_reached(diagnostics: &Diagnostics) -> bool {
    diagnostics.has(codes::TOO_LARGE)
}

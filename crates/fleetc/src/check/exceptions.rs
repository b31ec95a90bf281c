//! Exceptions from checks: `fleet.allow`.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use fleetc_manifests::Place;

use crate::codes::{self, Code};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::fleet::Fleet;
use crate::language::{Exception, Spanned};
use crate::messages;
use crate::sources::Sources;

/// What can be allowed: what is said of objects, and concerns nobody's rights.
const CAN_BE_ALLOWED: [Code; 19] = [
    codes::UNKNOWN_FIELD,
    codes::FIELD_TYPE,
    codes::MISSING_FIELD,
    codes::FIELD_VALUE,
    codes::DUPLICATE_ITEM,
    codes::BAD_LABEL,
    codes::FIELD_DROPPED,
    codes::ONE_OF,
    codes::DANGLING_NAME,
    codes::SELECTOR,
    codes::KIND_NOT_SERVED,
    codes::KIND_DEPRECATED,
    codes::MISSING_OBJECT,
    codes::SELECTS_NOTHING,
    codes::POD_SECURITY,
    codes::KUBERNETES_VERSION,
    codes::PLAIN_ADDRESS,
    codes::MOVING_TAG,
    codes::CREDENTIAL_IN_THE_OPEN,
];

/// The exceptions of a fleet, and which of them were needed.
pub(super) struct Exceptions<'f> {
    all: Vec<&'f Spanned<Exception>>,
    used: Mutex<BTreeSet<usize>>,
}

impl<'f> Exceptions<'f> {
    /// Those of the fleet that are whole, and not over on the day; says which are not.
    pub(super) fn of(fleet: &'f Fleet, today: Option<&str>, diagnostics: &mut Diagnostics) -> Self {
        let is_right = |exception: &&Spanned<Exception>| match problem(exception, today) {
            None => true,
            Some(problem) => {
                diagnostics.push(problem);
                false
            }
        };
        Self { all: fleet.exceptions.iter().filter(is_right).collect(), used: Mutex::default() }
    }

    /// The problem; a note, if it is allowed.
    pub(super) fn applied(&self, diagnostic: Diagnostic, sources: &Sources) -> Diagnostic {
        let found = self.all.iter().position(|it| covers(it, &diagnostic, sources));
        let Some(index) = found else { return diagnostic };
        self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(index);
        let reason = self.all[index].reason.as_ref().map_or("", |reason| reason.as_str());
        let allowed = Diagnostic { severity: Severity::Note, ..diagnostic };
        allowed.also(self.all[index].place, format!("allowed: {reason}"))
    }

    /// The places of those that nothing needed.
    pub(super) fn unused(&self) -> Vec<Place> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let unused = self.all.iter().enumerate().filter(|(index, _)| !used.contains(index));
        unused.map(|(_, exception)| exception.place).collect()
    }
}

/// What is wrong with an exception.
fn problem(exception: &Spanned<Exception>, today: Option<&str>) -> Option<Diagnostic> {
    let Some(code) = &exception.code else {
        return Some(messages::exception_without(exception.place, "code"));
    };
    if exception.reason.as_ref().is_none_or(|reason| reason.trim().is_empty()) {
        return Some(messages::exception_without(exception.place, "reason"));
    }
    if !CAN_BE_ALLOWED.iter().any(|known| known.name() == code.value) {
        let known: Vec<&str> = CAN_BE_ALLOWED.iter().map(|code| code.name()).collect();
        return Some(messages::cannot_be_allowed(code.place, &code.value, &known));
    }
    let until = exception.until.as_ref()?;
    if !is_day(&until.value) {
        return Some(messages::no_day(until.place, &until.value));
    }
    let is_over = today.is_some_and(|today| today > until.value.as_str());
    is_over.then(|| messages::exception_is_over(until.place, &until.value))
}

/// Whether it is a day: `2027-06-30`.
fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// Whether the exception is for the problem: its code, and a file that it names, or one below it.
fn covers(exception: &Exception, diagnostic: &Diagnostic, sources: &Sources) -> bool {
    let is_code = exception.code.as_ref().is_some_and(|code| code.value == diagnostic.code.name());
    if !is_code {
        return false;
    }
    let Some(path) = &exception.path else { return true };
    let Some(location) = sources.location(diagnostic.place()) else { return false };
    let rest = location.file.strip_prefix(path.as_text().trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

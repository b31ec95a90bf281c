//! The codes of all problems that fleetc finds.

use std::fmt;

/// The kind of a problem: a name that never changes its meaning and is never used again for another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

impl Code {
    /// The name: `unknown-key`.
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $NAME:ident = $name:literal;)+) => {
        $( $(#[doc = $doc])+ pub const $NAME: Code = Code($name); )+

        /// Every code, and what it means.
        pub const ALL: &[(Code, &str)] = &[$( ($NAME, concat!($($doc, "\n"),+)), )+];
    };
}

codes! {
    /// fleet.toml is not TOML.
    TOML_SYNTAX = "toml-syntax";
    /// A key that its table does not have.
    UNKNOWN_KEY = "unknown-key";
    /// A value of another type than its key holds.
    WRONG_TYPE = "wrong-type";
    /// A value that does not have the form that its key asks for.
    WRONG_FORM = "wrong-form";
    /// A key that must be written is missing.
    MISSING_KEY = "missing-key";
    /// A name that Kubernetes does not take, or that stands for something already.
    BAD_NAME = "bad-name";
    /// An override that sets what only the table itself may.
    NOT_IN_AN_OVERRIDE = "not-in-an-override";
}

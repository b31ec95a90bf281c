//! By what bytes are known again.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use twox_hash::XxHash3_128;

/// A hash of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Digest(pub(crate) u128);

impl Digest {
    /// Of what fleetc wrote. It tells an edit; whoever could forge one could as well edit the ledger.
    pub(crate) fn of_output(bytes: &[u8]) -> Self {
        Self(XxHash3_128::oneshot(bytes))
    }

    /// Of what fleetc read: strangers write it, and nobody finds two that are alike.
    pub(crate) fn of_input(bytes: &[u8]) -> Self {
        let hash = Sha256::digest(bytes);
        Self(u128::from_le_bytes(hash[..16].try_into().expect("a SHA-256 has 32 bytes")))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for Digest {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != 32 || !text.bytes().all(is_digit) {
            return Err(());
        }
        u128::from_str_radix(text, 16).map(Self).map_err(|_| ())
    }
}

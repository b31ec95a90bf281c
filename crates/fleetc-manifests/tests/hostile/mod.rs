//! Texts that a reader may refuse, but must survive.

pub(crate) mod bombs;
pub(crate) mod deep;
pub(crate) mod large;
pub(crate) mod manifests;
pub(crate) mod soup;

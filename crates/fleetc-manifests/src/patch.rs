//! Patches: JSON patch ([RFC 6902](https://www.rfc-editor.org/rfc/rfc6902)), merge patch
//! ([RFC 7396](https://www.rfc-editor.org/rfc/rfc7396)), and Kubernetes' strategic merge.
//!
//! All of them keep the order of keys, the digits of numbers and the place of every value: what a patch puts in
//! bears the place of the patch.

mod json;
mod merge;
mod pointer;
mod strategic;

pub use json::{Failure, Operation, Reason, Verb, apply};
pub use merge::merge;
pub use pointer::{Pointer, Token};
pub use strategic::{Misfit, directive, strategic_merge};

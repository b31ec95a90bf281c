//! The fleetc compiler.

pub mod codes;
pub mod diagnostic;
pub mod language;

mod files;
mod messages;
mod sources;
pub mod syntax;

pub use files::{FileError, Files, InMemory, Listed};
pub use sources::{Location, SourceFile, Sources, TooLarge};

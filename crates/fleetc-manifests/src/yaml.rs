//! YAML: read as Kubernetes reads it, written so that every reader reads the same.

mod error;
mod merge;
mod read;
mod scalar;
mod write;

pub use error::{Error, Problem};
pub use read::{Document, documents, read};
pub use scalar::plain;
pub use write::{write, write_to};

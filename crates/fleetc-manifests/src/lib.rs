//! Kubernetes and Flux manifests as data: read, patched and written without a value being lost.
//!
//! - [`yaml`] and [`json`] read manifests as Kubernetes reads them, and write them so that no reader can
//!   take a value for another;
//! - [`Value`] is what they are made of: it keeps the order of keys, the digits of numbers, and where each
//!   part of it was written;
//! - [`patch`] changes them: JSON patch (RFC 6902), merge patch (RFC 7396), and Kubernetes' strategic merge;
//! - [`immutable`] knows which of their fields no update changes;
//! - [`kinds`] knows what Kubernetes and Flux know of their kinds;
//! - [`quantity`] knows how much an amount is.
//!
//! This crate knows nothing of fleets, files or the terminal.
//!
//! ```
//! use fleetc_manifests::{yaml, Place};
//!
//! let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: example\ndata:\n  answer: \"yes\"\n";
//! let documents = yaml::read(text, Place::NONE).unwrap();
//! assert_eq!(yaml::write(&documents[0]), text);
//! ```

pub mod immutable;
pub mod json;
pub mod kinds;
pub mod patch;
pub mod quantity;
pub mod yaml;

mod map;
mod number;
mod value;

pub use map::{Entry, Key, Map};
pub use number::Number;
pub use value::{Data, List, Place, Text, Value};

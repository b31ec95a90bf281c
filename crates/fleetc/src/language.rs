//! The language of fleet.toml: every table and every key, defined once.
//!
//! From these definitions come the parser's checks, the JSON Schema for editors and the reference in `docs/language.md`.
//! To add a key, add a field with its documentation to the table it belongs to.

mod address;
mod app;
mod bundle;
mod cluster;
mod decoder;
mod environment;
mod fleet;
mod flux;
mod matcher;
mod parts;
mod patch;
mod scalars;
mod shape;
mod source;
mod table;
mod tenant;
mod texts;

pub(crate) use address::Address;
pub use app::{App, Component, Config, ConfigFiles, Keep, Late, Substitute};
pub use bundle::Bundle;
pub use cluster::{Cluster, Kubeconfig, ManagedBy, Provision, State};
pub use decoder::{Decoder, Stage};
pub use environment::Environment;
pub use fleet::{Defaults, Exception, Fleet};
pub use flux::{Flux, FluxVersion, Install};
pub use matcher::Matcher;
pub use parts::Parts;
pub use patch::{Patch, PatchOperation, PatchVerb, Selector};
pub use scalars::{Foreign, HelmSpec, KustomizationSpec, OneOrMany, OrFalse, Quantity, Scalar, Spanned};
pub use shape::{KeyShape, Shape, Shaped, Table, TableShape, TextForm};
pub use source::{Source, SourceUse};
pub use tenant::{Allow, Grant, Network, Peer, PeerWithPorts, PodSecurity, Tenant, TenantState, is_range};
pub use texts::{Duration, Name, Pattern, RelativePath};

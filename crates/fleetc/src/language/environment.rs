//! `[environments.E]`.

use fleetc_manifests::Text;
use indexmap::IndexMap;

use super::flux::Flux;
use super::scalars::{Scalar, Spanned};
use super::source::Source;
use super::table::table;

table! {
    "environments.E"
    /// A stage of delivery. Without any, everything is `common`, the environment that every cluster has;
    /// `[environments.common]` may be written to set these keys for it.
    pub struct Environment {
        /// What stands before namespaces (and Flux's names in a shared namespace) where environments share a cluster.
        "prefix" prefix: Spanned<Text>, default "\"\"", example "prefix = \"dev-\"" [once];
        /// Merged over `fleet.source`; if it differs, the environment is a branch, tag or artifact of its own.
        "source" source: Source, default "`fleet.source`", example "source = { branch = \"prod\" }" [once];
        /// How Flux runs here, merged over `fleet.flux`.
        "flux" flux: Flux;
        /// Variables.
        "variables" variables: IndexMap<Text, Scalar>, example "variables = { stage = \"dev\" }";
    }
}

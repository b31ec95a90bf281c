//! `[fleet]`.

use fleetc_manifests::Text;
use indexmap::IndexMap;

use super::flux::Flux;
use super::scalars::{Scalar, Spanned};
use super::source::Source;
use super::table::table;
use super::texts::RelativePath;

table! {
    "fleet"
    /// Where the rendered tree lies, and how Flux is installed.
    pub struct Fleet {
        /// Where the clusters pull the rendered tree from. Required.
        "source" source: Source, example "source = { git = \"https://github.com/acme/platform\" }";
        /// What the fleet is called in messages.
        "name" name: Text, default "the name of its folder";
        /// The folder that `fleetc build` writes, below the fleet's own.
        "output" output: RelativePath, default "\"rendered\"";
        /// Which versions of fleetc may build this.
        "fleetc" fleetc: Spanned<Text>, example "fleetc = \">=0.1\"";
        /// Files that are the body of a table: a path, and the table that it fills.
        "include" include: IndexMap<Text, Text>, example "include = { \"stores.toml\" = \"clusters.store.members\" }";
        /// A YAML file with text by name, instead of the table `[pins]`.
        "pins" pins: RelativePath, example "pins = \"pins.yaml\"";
        /// How Flux runs.
        "flux" flux: Flux;
        /// Exceptions from checks of objects.
        "allow" allow: Vec<Spanned<Exception>>, default "[]", example "allow = [{ code = \"field-dropped\", reason = \"the gate is on\" }]";
        /// CustomResourceDefinitions that exist on the clusters but not in this fleet.
        "crds" crds: Vec<Spanned<RelativePath>>, default "[]", example "crds = [\"crds/*.yaml\"]";
    }
}

table! {
    "exception"
    /// An exception from a check of objects. It is seen in review, and can end.
    pub struct Exception {
        /// The code of what is allowed. Required.
        "code" code: Spanned<Text>, example "code = \"field-dropped\"";
        /// The file, or the folder, in which it is; everywhere, if it is not said.
        "path" path: RelativePath, default "everywhere", example "path = \"apps/legacy\"";
        /// Why. Required.
        "reason" reason: Spanned<Text>, example "reason = \"the gate is on, on all clusters\"";
        /// The last day on which it holds; then the build fails.
        "until" until: Spanned<Text>, example "until = \"2027-06-30\"";
    }
}

table! {
    "defaults"
    /// What everything starts from: variables for all, and a table for each kind of thing, each with overrides of its own.
    pub struct Defaults {
        /// Variables, below all others.
        "variables" variables: IndexMap<Text, Scalar>;
    }
}

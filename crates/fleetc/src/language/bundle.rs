//! `[bundles.B]`.

use super::scalars::{KustomizationSpec, Scalar, Spanned};
use super::table::table;
use super::texts::Name;
use fleetc_manifests::Text;
use indexmap::IndexMap;

table! {
    "bundles.B"
    /// A Flux Kustomization that several things share: what names it in `bundle` lies in one folder, and is applied at once.
    pub struct Bundle {
        /// Components, apps or bundles on the same target that must be ready first, beside those that its members name.
        "after" after: Vec<Spanned<Name>>, default "[]", example "after = [\"policies\"]";
        /// All else about its Flux Kustomization.
        "kustomization" kustomization: KustomizationSpec, example "kustomization = { interval = \"5m\" }";
        /// Variables.
        "variables" variables: IndexMap<Text, Scalar>;
    }
}

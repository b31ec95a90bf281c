//! `when` and `where`.

use fleetc_manifests::Text;
use indexmap::IndexMap;

use super::scalars::OneOrMany;
use super::table::table;
use super::texts::Pattern;

table! {
    "matcher"
    /// Chooses targets and what runs on them. All keys must hold; in a list, one of its names must; `*` matches any
    /// part of a name.
    pub struct Matcher {
        /// Names of environments; `"*"` is every one but `common`.
        "environment" environment: OneOrMany<Pattern>, example "environment = [\"qa\", \"prod*\"]";
        /// Names of clusters; the name of a table with members means all of them.
        "cluster" cluster: OneOrMany<Pattern>, example "cluster = \"emea-*\"";
        /// Labels of the cluster; `"*"`: it has the label.
        "labels" labels: IndexMap<Text, OneOrMany<Pattern>>, example "labels = { region = \"emea\", gpu = \"*\" }";
        /// Names of tenants.
        "tenant" tenant: OneOrMany<Pattern>, example "tenant = \"payments\"";
        /// The `tier` of the tenant.
        "tier" tier: OneOrMany<Pattern>, example "tier = \"gold\"";
        /// Names of copies; the tenant itself is `"main"`.
        "copy" copy: OneOrMany<Pattern>, example "copy = \"next\"";
        /// Names of apps.
        "app" app: OneOrMany<Pattern>, example "app = \"web\"";
        /// Names of components.
        "component" component: OneOrMany<Pattern>, example "component = \"ingress\"";
        /// Holds where this one does not; may not hold a `not` itself.
        "not" not: Box<Matcher>, example "not = { cluster = \"emea-2\" }";
    }
}

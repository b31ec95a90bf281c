//! The codes of all problems that fleetc finds.

use std::fmt;

/// The kind of a problem: a name that never changes its meaning and is never used again for another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

impl Code {
    /// The name: `unknown-key`.
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What a code means, why it is so, and an example of it.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// The code.
    pub code: Code,
    /// What it means: a sentence.
    pub what: &'static str,
    /// Why it is so, then an example that is wrong and one that is right, as Markdown.
    ///
    /// An example is a fleet.toml, and files that begin with a comment that says their path. Where it has no
    /// `[fleet]`, [`FLEET`] stands before it; where it has no `web.yaml`, that is [`WEB`].
    pub text: &'static str,
}

/// What stands before the examples.
pub const FLEET: &str = "[fleet]\nsource = { git = \"https://github.com/me/home\" }\n\n[clusters.home]\n\n";

/// The manifest of the examples.
pub const WEB: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n";

/// The page of a code.
///
/// ```
/// let page = fleetc::codes::page("unknown-key").unwrap();
/// assert!(page.text.contains("Wrong:"));
/// ```
pub fn page(name: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.code.0 == name)
}

/// All pages, as one of Markdown.
pub fn reference() -> String {
    let mut pages: Vec<&Page> = PAGES.iter().collect();
    pages.sort_by_key(|page| page.code);
    let mut text = String::from(INTRODUCTION);
    text.push_str("```toml\n");
    text.push_str(FLEET.trim_end());
    text.push_str("\n```\n\n```yaml\n# web.yaml\n");
    text.push_str(WEB);
    text.push_str("```\n");
    for page in pages {
        text.push_str(&format!("\n## {}\n\n{}\n\n{}", page.code, page.what, page.text));
    }
    text
}

const INTRODUCTION: &str = "\
# What fleetc refuses

Every problem has a code that never changes its meaning. `fleetc explain CODE` prints what stands here.
Made from the code by `fleetc explain --all > docs/checks.md`; a test builds each example: the wrong one gives its code,
the right one does not.

Examples show what matters. The rest of them is

";

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $NAME:ident = $name:literal;)+) => {
        $( $(#[doc = $doc])+ pub const $NAME: Code = Code($name); )+

        /// Every code, with what there is to say about it.
        pub const PAGES: &[Page] = &[$( Page {
            code: $NAME,
            what: concat!($($doc),+).trim_ascii(),
            text: include_str!(concat!("codes/", $name, ".md")),
        }, )+];
    };
}

codes! {
    /// fleet.toml is not TOML.
    TOML_SYNTAX = "toml-syntax";
    /// Another version of fleetc than the fleet asks for.
    FLEETC_VERSION = "fleetc-version";
    /// A key that its table does not have.
    UNKNOWN_KEY = "unknown-key";
    /// A value of another type than its key holds.
    WRONG_TYPE = "wrong-type";
    /// A value that does not have the form that its key asks for.
    WRONG_FORM = "wrong-form";
    /// A key that must be written is missing.
    MISSING_KEY = "missing-key";
    /// A name that Kubernetes does not take, or that stands for something already.
    BAD_NAME = "bad-name";
    /// An override that sets what only the table itself may.
    NOT_IN_AN_OVERRIDE = "not-in-an-override";
    /// A name that nothing has.
    UNKNOWN_NAME = "unknown-name";
    /// A name that stands twice in a list.
    NAMED_TWICE = "named-twice";
    /// A cluster managed by one that is itself managed by another.
    REMOTE_OF_A_REMOTE = "remote-of-a-remote";
    /// Something that nothing uses.
    UNUSED = "unused";
    /// A tenant that may reach another one, which does not let it in.
    ONE_SIDED = "one-sided";
    /// A tenant, component or app that is on no target.
    LANDS_NOWHERE = "lands-nowhere";
    /// A fleet with more targets, or more on them, than fleetc compiles.
    TOO_LARGE = "too-large";
    /// An override that holds on no target.
    HOLDS_NOWHERE = "holds-nowhere";
    /// A key that an earlier rung has locked.
    LOCKED = "locked";
    /// An `unset` that takes away nothing.
    UNSET_WITHOUT_EFFECT = "unset-without-effect";
    /// A variable that needs itself.
    VARIABLE_CYCLE = "variable-cycle";
    /// A name in `${…}` that stands for nothing.
    UNKNOWN_VARIABLE = "unknown-variable";
    /// A file or folder that cannot be read.
    UNREADABLE = "unreadable";
    /// A path that means no file with manifests.
    NO_MANIFESTS = "no-manifests";
    /// YAML or JSON that is none, or that its readers do not read alike.
    YAML = "yaml";
    /// A document that is no Kubernetes object.
    NOT_AN_OBJECT = "not-an-object";
    /// A kustomization.yaml that does more than list resources.
    KUSTOMIZATION = "kustomization";
    /// A source that does not say what to pull, or says it in a way that Flux refuses.
    SOURCE = "source";
    /// An app that does not say what runs, or says it twice.
    BODY = "body";
    /// An image, a patch or another change that meets no object.
    MEETS_NOTHING = "meets-nothing";
    /// A patch that leaves every object as it is.
    CHANGES_NOTHING = "changes-nothing";
    /// A patch that would change kind, name or namespace.
    CHANGES_IDENTITY = "changes-identity";
    /// A patch that is written wrongly.
    PATCH_FORM = "patch-form";
    /// A patch that does not fit the object.
    PATCH_FAILS = "patch-fails";
    /// An encrypted Secret that cannot stay as it is.
    ENCRYPTED = "encrypted";
    /// A Secret that everybody could read.
    SECRET_IN_THE_OPEN = "secret-in-the-open";
    /// A variable for the cluster to fill in, where it cannot.
    LATE = "late";
    /// A kind of which nothing says whether it lies in a namespace.
    UNKNOWN_KIND = "unknown-kind";
    /// A field of a Flux object that fleetc writes itself.
    WRITTEN_BY_FLEETC = "written-by-fleetc";
    /// A field that a kind does not have.
    UNKNOWN_FIELD = "unknown-field";
    /// A value of another type than the field of an object holds.
    FIELD_TYPE = "field-type";
    /// A field that an object must have is missing.
    MISSING_FIELD = "missing-field";
    /// A value that the field of an object does not take.
    FIELD_VALUE = "field-value";
    /// Two items of a list that have the same key.
    DUPLICATE_ITEM = "duplicate-item";
    /// An address with a password or a token in it.
    CREDENTIALS_IN_ADDRESS = "credentials-in-address";
    /// Text that looks like a credential, where everybody may read it.
    CREDENTIAL_IN_THE_OPEN = "credential-in-the-open";
    /// Something that is pulled without encryption.
    PLAIN_ADDRESS = "plain-address";
    /// An image that is another one tomorrow.
    MOVING_TAG = "moving-tag";
    /// A version, or a range of versions, that is none.
    VERSION_RANGE = "version-range";
    /// A label, an annotation or a selector that Kubernetes does not take.
    BAD_LABEL = "bad-label";
    /// A field that the API server drops without a word.
    FIELD_DROPPED = "field-dropped";
    /// Fields of which one, and only one, can be there.
    ONE_OF = "one-of";
    /// A name for which there is nothing in the same object.
    DANGLING_NAME = "dangling-name";
    /// A selector that does not choose the pods of its own template.
    SELECTOR = "selector";
    /// A kind that the cluster's version of Kubernetes, or of Flux, does not serve.
    KIND_NOT_SERVED = "kind-not-served";
    /// A kind that a later version will not serve.
    KIND_DEPRECATED = "kind-deprecated";
    /// An object that another one needs, and that nobody brings.
    MISSING_OBJECT = "missing-object";
    /// Pods that their Namespace does not let run.
    POD_SECURITY = "pod-security";
    /// A selector that chooses nothing that the fleet brings.
    SELECTS_NOTHING = "selects-nothing";
    /// An exception that is over, that nothing needs, or for what nobody may allow.
    EXCEPTION = "exception";
    /// A version of Kubernetes that fleetc, or the cluster's Flux, does not know.
    KUBERNETES_VERSION = "kubernetes-version";
    /// An object that a tenant's rights do not reach to.
    TENANT_RIGHTS = "tenant-rights";
    /// An order that cannot be kept.
    AFTER = "after";
    /// An object or a folder with two owners.
    TWO_OWNERS = "two-owners";
    /// A thing of which nothing is left on a target.
    RENDERS_NOTHING = "renders-nothing";
    /// A tenant that nobody would be impersonated for.
    TENANT_WITHOUT_ACCOUNT = "tenant-without-account";
    /// A tenant for whom the admission policies do not hold.
    TENANT_WITHOUT_POLICIES = "tenant-without-policies";
    /// A remote that a tenant would reach as its admin.
    REMOTE_KUBECONFIG = "remote-kubeconfig";
}

//! What can be wrong with a file of YAML.

use std::fmt;

use crate::{Place, Text};

/// Something that is wrong in a file, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Error {
    /// Where.
    pub place: Place,
    /// What.
    pub problem: Problem,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// It is not YAML, or not JSON; the parser's own words.
    Syntax(String),
    /// A key stands twice in one map; the place of the first.
    DuplicateKey(Text, Place),
    /// A key that some reader does not take for text.
    KeyNotText(Text),
    /// A key that is itself a list or a map.
    KeyNotScalar,
    /// A scalar without quotes that Kubernetes' reader and kustomize's reader take for different things.
    Ambiguous {
        /// As written.
        written: Text,
        /// What Kubernetes takes it for.
        kubernetes: &'static str,
        /// What kustomize takes it for.
        kustomize: &'static str,
    },
    /// A number that no JSON number can say: infinity, or not a number.
    NotFinite(Text),
    /// An integer that does not fit into 64 bits, so that Kubernetes would lose digits.
    TooLarge(Text),
    /// A tag that is not one of YAML's own for JSON's types.
    UnknownTag(String),
    /// A value that is not what its tag says.
    WrongTag(Text, String),
    /// `<<` with something that is not a map or a list of maps.
    MergeNotMap,
    /// `<<` after a key that stands under it too; the key, and its place before `<<`.
    MergedTooLate(Text, Place),
    /// An alias inside the very value that it names.
    RecursiveAlias,
    /// Aliases that would expand to too much.
    TooManyAliases(usize),
}

impl Error {
    /// What to write instead.
    pub fn help(&self) -> Option<String> {
        match &self.problem {
            Problem::Ambiguous { written, kubernetes: "text", .. } => {
                Some(format!("quote it: {}", quoted(written)))
            }
            Problem::Ambiguous { written, kubernetes, .. } => {
                Some(format!("write {kubernetes}, or quote it if it is text: {}", quoted(written)))
            }
            Problem::KeyNotText(key) => Some(format!("quote it: {}", quoted(key))),
            Problem::NotFinite(written) | Problem::TooLarge(written) => {
                Some(format!("quote it if it is text: {}", quoted(written)))
            }
            Problem::MergedTooLate(key, _) => Some(format!("write `<<` before `{key}`")),
            Problem::UnknownTag(_) => Some("write the value without a tag".into()),
            Problem::TooManyAliases(_) => {
                Some("write the repeated parts out, or into files of their own".into())
            }
            _ => None,
        }
    }

    /// A second place that belongs to it, and what is there.
    pub fn other_place(&self) -> Option<(Place, &'static str)> {
        match self.problem {
            Problem::DuplicateKey(_, first) => Some((first, "first written here")),
            Problem::MergedTooLate(_, own) => Some((own, "written here before `<<`")),
            _ => None,
        }
    }
}

fn quoted(text: &str) -> String {
    format!("`\"{text}\"`")
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            Problem::Syntax(message) => f.write_str(message),
            Problem::DuplicateKey(key, _) => write!(f, "key `{key}` stands twice"),
            Problem::KeyNotText(key) => write!(f, "key `{key}` is not read as text everywhere"),
            Problem::KeyNotScalar => f.write_str("a key must be text, not a list or a map"),
            Problem::Ambiguous { written, kubernetes, kustomize } => {
                write!(f, "`{written}` is {kubernetes} for Kubernetes, but {kustomize} for kustomize")
            }
            Problem::NotFinite(written) => write!(f, "`{written}` is a number that JSON does not have"),
            Problem::TooLarge(written) => {
                write!(f, "`{written}` has more digits than Kubernetes keeps in an integer")
            }
            Problem::UnknownTag(tag) => write!(f, "tag `{tag}` means nothing to Kubernetes"),
            Problem::WrongTag(written, tag) => write!(f, "`{written}` is not what its tag `{tag}` says"),
            Problem::MergeNotMap => f.write_str("`<<` needs a map, or a list of maps"),
            Problem::MergedTooLate(key, _) => {
                write!(f, "`<<` replaces `{key}` for Kubernetes, but not for kustomize")
            }
            Problem::RecursiveAlias => f.write_str("an alias stands inside the value that it names"),
            Problem::TooManyAliases(limit) => {
                write!(f, "aliases expand to more than {limit} values")
            }
        }
    }
}

impl std::error::Error for Error {}

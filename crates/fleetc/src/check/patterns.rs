//! Regular expressions of fields, each compiled once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use regex::{Regex, RegexBuilder};

use super::cel::Expressions;

/// How large a compiled expression may be: those of a CustomResourceDefinition are a stranger's.
const LARGEST: usize = 1 << 20;

/// Whether it is certain that no server reads the expression: those that only this library does not know are none.
pub(super) fn is_surely_none(pattern: &str) -> bool {
    let Err(regex::Error::Syntax(why)) = Regex::new(pattern) else { return false };
    let certain = ["look-around", "unclosed", "unopened", "repetition operator missing expression"];
    certain.iter().any(|it| why.contains(it)) && !pattern.contains("\\Q")
}

/// All that were compiled.
#[derive(Default, Clone)]
pub(super) struct Patterns(Arc<Mutex<BTreeMap<String, Option<Arc<Regex>>>>>);

/// Those that one thread has used.
pub(super) struct OfThread {
    /// Rules of definitions.
    pub(super) expressions: Expressions,
    all: Patterns,
    known: BTreeMap<usize, Option<Arc<Regex>>>,
}

impl Patterns {
    pub(super) fn for_thread(&self) -> OfThread {
        OfThread { expressions: Expressions::default(), all: self.clone(), known: BTreeMap::new() }
    }

    fn get(&self, pattern: &str) -> Option<Arc<Regex>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(pattern) {
            return known.clone();
        }
        let regex = RegexBuilder::new(pattern).size_limit(LARGEST).build().ok().map(Arc::new);
        all.insert(pattern.to_owned(), regex.clone());
        regex
    }
}

impl OfThread {
    /// Whether the text meets the pattern. One that is none, or none that this library knows, is met by everything.
    ///
    /// A pattern lives as long as what is checked, so that its address tells it apart.
    pub(super) fn meets(&mut self, pattern: &str, text: &str) -> bool {
        let regex = self.known.entry(pattern.as_ptr().addr()).or_insert_with(|| self.all.get(pattern));
        regex.as_ref().is_none_or(|regex| regex.is_match(text))
    }
}

//! What was made already: the same app with the same settings is made once, however many targets it goes to.
//!
//! Something is made of what its key says, of files, and of what names stand for on its target. The names that it asked
//! for are kept with it: wherever they stand for the same, the same would be made. Nothing depends on whether it is found.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::resolve::scope::{Asked, Scope};

/// So many different ones of a thing are kept.
const KEPT: usize = 16;

/// Something that was made: its key, the names that were asked for, and it.
type Kept<K, T> = (K, Arc<Asked>, T);

/// What was made of one thing.
#[derive(Debug)]
pub(super) struct Memo<K, T> {
    /// The newest last; none at all once it turned out that they differ from target to target.
    kept: RwLock<Option<VecDeque<Kept<K, T>>>>,
    found: AtomicUsize,
}

impl<K, T> Default for Memo<K, T> {
    fn default() -> Self {
        Self { kept: RwLock::new(Some(VecDeque::new())), found: AtomicUsize::new(0) }
    }
}

impl<K: PartialEq, T: Clone> Memo<K, T> {
    /// What would be made with the key where names stand for what they do in the scope.
    pub(super) fn find(&self, key: &K, scope: &mut Scope<'_>) -> Option<T> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let mut alike = kept.iter().flatten().filter(|(it, ..)| it == key);
        let (.., made) = alike.find(|(_, asked, _)| scope.agrees(asked))?;
        self.found.fetch_add(1, Ordering::Relaxed);
        Some(made.clone())
    }

    /// Whether anything is kept.
    pub(super) fn keeps(&self) -> bool {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Keeps what was made with the key where names stand for this. Where hardly any was ever found again, none is kept.
    pub(super) fn keep(&self, key: K, asked: Arc<Asked>, made: T) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let Some(all) = &mut *kept else { return };
        all.push_back((key, asked, made));
        if all.len() > KEPT {
            all.pop_front();
            if self.found.load(Ordering::Relaxed) < KEPT {
                *kept = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::matching::Context;
    use crate::{Fleet, InMemory, Input};

    /// A fleet of clusters, a half of which have one region, and the other half another; each has a number.
    fn fleet(clusters: usize) -> Fleet {
        let clusters = (0..clusters).map(|it| {
            format!("[clusters.c{it}]\nvariables = {{ region = \"r{}\", number = {it} }}\n", it % 2)
        });
        let text = format!(
            "[fleet]\nsource = {{ git = \"https://example.com/a/b\" }}\n{}",
            clusters.collect::<String>()
        );
        crate::resolve(&Input::new(&text, &InMemory::default())).output.expect("it has no mistakes")
    }

    /// How many things are made, one for each target, of which each reads the name.
    fn made(fleet: &Fleet, name: &str) -> usize {
        let memo = Memo::default();
        let mut made = 0;
        for target in 0..fleet.targets.len() {
            let mut scope = Scope::new(fleet, Context::target(fleet, target));
            if memo.find(&(), &mut scope).is_none() {
                made += 1;
                let value = scope.lookup(name, name, &fleetc_manifests::Value::NULL);
                assert!(value.is_some(), "{name} is known");
                memo.keep((), Arc::new(scope.take_asked()), value);
            }
        }
        made
    }

    #[test]
    fn what_reads_the_same_is_made_once() {
        let fleet = fleet(4 * KEPT);
        assert_eq!((made(&fleet, "environment"), made(&fleet, "region")), (1, 2));
    }

    #[test]
    fn what_differs_everywhere_is_not_kept() {
        let fleet = fleet(4 * KEPT);
        assert_eq!(made(&fleet, "number"), 4 * KEPT);
        let memo: Memo<usize, ()> = Memo::default();
        for key in 0..4 * KEPT {
            memo.keep(key, Arc::default(), ());
        }
        assert!(!memo.keeps());
    }

    #[test]
    fn another_key_is_another_thing() {
        let fleet = fleet(1);
        let mut scope = Scope::new(&fleet, Context::target(&fleet, 0));
        let memo = Memo::default();
        memo.keep("a", Arc::default(), 1);
        assert_eq!((memo.find(&"a", &mut scope), memo.find(&"b", &mut scope)), (Some(1), None));
    }
}

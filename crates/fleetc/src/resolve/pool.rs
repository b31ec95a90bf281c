//! Pools: one table for many clusters of one shape.

use std::sync::Arc;

use fleetc_manifests::{Data, Key, Text};

use super::{cluster_keys, decode, limits};
use crate::diagnostic::Diagnostics;
use crate::fleet::{Cluster, Fleet, Pool};
use crate::language::{self, Name, State};
use crate::messages;
use crate::syntax::Rung;

/// No pool may have more clusters by `count`.
const MOST: usize = 100_000;

/// The clusters of a table: one, or the members of a pool.
pub(super) fn clusters(
    fleet: &Fleet,
    name: &Text,
    rung: Rung,
    diagnostics: &mut Diagnostics,
) -> Vec<Cluster> {
    let mut rung = rung;
    let parts = std::mem::take(&mut rung.parts);
    let count = rung.keys.get("count").cloned();
    let rung = Arc::new(rung);
    if count.is_none() && parts.is_empty() {
        return vec![cluster(fleet, name.clone(), rung, None, diagnostics)];
    }
    let parts: Vec<(Text, Arc<Rung>)> = parts.into_iter().map(|(name, it)| (name, Arc::new(it))).collect();
    let members = match count.map(|count| (count.data, count.place)) {
        None => by_name(parts, diagnostics),
        Some((Data::Number(number), place)) => {
            let count = number.as_integer().and_then(|count| usize::try_from(count).ok());
            if let Some(count) = count.filter(|count| *count <= MOST) {
                by_index(name, count, &parts, diagnostics)
            } else {
                diagnostics.push(messages::bad_count(place, MOST));
                Vec::new()
            }
        }
        // It was said when it was read.
        Some(_) => Vec::new(),
    };
    let members = members.into_iter().enumerate().map(|(index, (member, tables))| {
        let title = format!("{name}.members.{member}").into();
        let pool = Pool { name: name.clone(), index, members: tables, title };
        cluster(fleet, member, rung.clone(), Some(pool), diagnostics)
    });
    members.collect()
}

/// A cluster, with what its tables say and matchers read.
fn cluster(
    fleet: &Fleet,
    name: Text,
    rung: Arc<Rung>,
    pool: Option<Pool>,
    diagnostics: &mut Diagnostics,
) -> Cluster {
    let own = pool.as_ref().and_then(|pool| pool.members.last()).unwrap_or(&rung);
    let place = own.place;
    let mut cluster =
        Cluster { name, place, labels: indexmap::IndexMap::new(), state: State::Active, rung, pool };
    let keys: language::Cluster = decode(&cluster_keys(fleet, &cluster), diagnostics);
    cluster.labels = keys.labels.unwrap_or_default();
    cluster.state = keys.state.unwrap_or(State::Active);
    cluster
}

/// The members that have names, each with its table.
fn by_name(parts: Vec<(Text, Arc<Rung>)>, diagnostics: &mut Diagnostics) -> Vec<(Text, Vec<Arc<Rung>>)> {
    for (name, rung) in &parts {
        if Name::new(name.clone()).is_none() {
            diagnostics.push(messages::bad_name(&Key::new(name, rung.place)));
        }
    }
    parts.into_iter().map(|(name, rung)| (name, vec![rung])).collect()
}

/// So many members, each with the tables of the indexes, ranges and names that mean it.
fn by_index(
    pool: &Text,
    count: usize,
    parts: &[(Text, Arc<Rung>)],
    diagnostics: &mut Diagnostics,
) -> Vec<(Text, Vec<Arc<Rung>>)> {
    let mut members: Vec<(Text, Vec<Arc<Rung>>)> =
        (0..count).map(|index| (format!("{pool}-{index}").into(), Vec::new())).collect();
    let mut tables_of_all = 0;
    for (key, rung) in parts {
        let range = range(pool, key).filter(|(first, last)| first <= last && *last < count);
        match range {
            Some((first, last)) => {
                tables_of_all += last - first + 1;
                if !limits::tables(tables_of_all, rung.place, diagnostics) {
                    return Vec::new();
                }
                for (_, tables) in &mut members[first..=last] {
                    tables.push(rung.clone());
                }
            }
            None => diagnostics.push(messages::no_member(rung.place, key, pool, count)),
        }
    }
    members
}

/// The first and the last index of `7`, `0-99` or `pool-7`.
fn range(pool: &str, key: &str) -> Option<(usize, usize)> {
    let index = key.strip_prefix(pool).and_then(|rest| rest.strip_prefix('-')).unwrap_or(key);
    match index.split_once('-') {
        Some((first, last)) => Some((first.parse().ok()?, last.parse().ok()?)),
        None => index.parse().ok().map(|index| (index, index)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_named_by_index_range_or_name() {
        assert_eq!(range("store", "7"), Some((7, 7)));
        assert_eq!(range("store", "0-99"), Some((0, 99)));
        assert_eq!(range("store", "store-7"), Some((7, 7)));
        assert_eq!(range("store", "north"), None);
    }
}

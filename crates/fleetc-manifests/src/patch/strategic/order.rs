//! Which items of lists are the same, and in which order they stand.

use super::{Outcome, Reason, misfit};
use crate::kinds::Field;
use crate::{Entry, List, Map, Place, Value};

/// Whether both may be the same item of the list: no key by which its items are told apart says otherwise.
pub(super) fn is_same(a: &Value, b: &Value, field: &Field) -> bool {
    if field.merge_key.is_empty() {
        return a == b;
    }
    let agree = |key: &&str| match (a.get(key), b.get(key)) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    };
    a.get(field.merge_key) == b.get(field.merge_key) && field.keys.iter().all(agree)
}

fn position(list: &[Value], item: &Value, field: &Field) -> Option<usize> {
    list.iter().position(|it| is_same(it, item, field))
}

/// Whether the order lists all the items, one after the other.
pub(super) fn check_order(named: &[Value], order: &List, field: &Field, place: Place) -> Outcome {
    let mut left = order.iter();
    for item in named {
        if !left.any(|it| is_same(it, item, field)) {
            return misfit(item.place.or(place), Reason::NotInOrder(field.name.into()));
        }
    }
    Ok(())
}

/// Puts a list in the order that a patch without items asks for.
pub(super) fn put_in_order(map: &mut Map, name: &str, change: &Entry, field: Option<&Field>) -> Outcome {
    let Some(order) = change.value.as_list() else {
        return misfit(change.value.place, Reason::BadDirective(change.key.text.clone()));
    };
    if let (Some(field), Some(list)) = (field, map.get_mut(name).and_then(Value::as_list_mut)) {
        let before = list.clone();
        *list = in_order(list, &before, order, field);
    }
    Ok(())
}

/// The items as kubectl orders them: those that the patch names in its order, the others in theirs, and of two such
/// neighbours the one that stood before the other.
pub(super) fn in_order(merged: &List, before: &List, named: &[Value], field: &Field) -> List {
    let (mut of_patch, mut others): (Vec<&Value>, Vec<&Value>) =
        merged.iter().partition(|item| position(named, item, field).is_some());
    of_patch.sort_by_key(|item| position(named, item, field));
    others.sort_by_key(|item| position(before, item, field));
    let mut of_patch = of_patch.into_iter().peekable();
    let mut ordered = List::with_capacity(merged.len());
    for other in others {
        let at = position(before, other, field);
        while let Some(item) = of_patch
            .next_if(|item| position(before, item, field).is_none_or(|it| at.is_none_or(|at| it < at)))
        {
            ordered.push(item.clone());
        }
        ordered.push(other.clone());
    }
    ordered.extend(of_patch.cloned());
    ordered
}

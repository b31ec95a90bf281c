//! What is different between two sets of objects.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::objects::Fields;

/// A difference: the value of a field there and here. Without a field, the whole object is there or here alone.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) object: String,
    pub(crate) field: Option<String>,
    pub(crate) theirs: Option<Value>,
    pub(crate) ours: Option<Value>,
}

/// How many fields of the reference were compared, and what is different.
pub(crate) fn compare(
    theirs: &BTreeMap<String, Fields>,
    ours: &BTreeMap<String, Fields>,
) -> (usize, Vec<Finding>) {
    let (mut count, mut findings) = (0, Vec::new());
    for (object, fields) in theirs {
        match ours.get(object) {
            Some(ours) => count += compare_fields(object, fields, ours, &mut findings),
            None => findings.push(Finding::whole(object, true)),
        }
    }
    let extra = ours.keys().filter(|object| !theirs.contains_key(*object));
    findings.extend(extra.map(|object| Finding::whole(object, false)));
    (count, findings)
}

fn compare_fields(object: &str, theirs: &Fields, ours: &Fields, findings: &mut Vec<Finding>) -> usize {
    let (Some(theirs), Some(ours)) = (theirs, ours) else { return 0 };
    let extra = ours.keys().filter(|field| !theirs.contains_key(*field));
    for field in theirs.keys().chain(extra) {
        let (theirs, ours) = (theirs.get(field).cloned(), ours.get(field).cloned());
        if theirs != ours {
            findings.push(Finding { object: object.into(), field: Some(field.clone()), theirs, ours });
        }
    }
    theirs.len()
}

impl Finding {
    fn whole(object: &str, is_theirs: bool) -> Self {
        let there = |is: bool| is.then_some(Value::Bool(true));
        Self { object: object.into(), field: None, theirs: there(is_theirs), ours: there(!is_theirs) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |value: &Option<Value>| value.as_ref().map_or("nothing".into(), Value::to_string);
        let (theirs, ours) = (show(&self.theirs), show(&self.ours));
        match (&self.field, self.ours.is_some()) {
            (Some(field), _) => write!(f, "{}: {field}: theirs {theirs}, ours {ours}", self.object),
            (None, true) => write!(f, "{}: is here alone", self.object),
            (None, false) => write!(f, "{}: is missing", self.object),
        }
    }
}

//! An object against the shape of its kind: fields, types, what must be there.

use std::fmt::Write as _;
use std::sync::LazyLock;

use fleetc_manifests::kinds::{self, Field, Kind, Required, Shape, Type, Versions};
use fleetc_manifests::{Data, Entry, List, Map, Place, Value};

use super::patterns::OfThread;
use super::{
    credentials, definitions, images, metadata, network, pods, pulled, scalars, scaling, syntax, twins,
    workloads,
};
use crate::diagnostic::Diagnostic;
use crate::messages;

/// A rule about the objects of a type, beyond what its fields say one by one.
pub(super) type Rule = for<'v, 'p> fn(&'v Value, &mut Walk<'v, 'p>);

/// The rules of each type, by its number.
static RULES: LazyLock<Vec<Vec<Rule>>> = LazyLock::new(|| {
    let of_kubernetes = [pods::RULES, workloads::RULES, network::RULES, scaling::RULES, definitions::RULES];
    let all = [&of_kubernetes.concat()[..], images::RULES, pulled::RULES, credentials::RULES].concat();
    let of = |name: &str| all.iter().filter(|(it, _)| *it == name).map(|(_, rule)| *rule).collect();
    kinds::types().map(|shape| of(shape.name())).collect()
});

/// One step from the top of an object to a value.
#[derive(Clone, Copy)]
enum Step<'v> {
    Key(&'v str),
    Item(usize),
}

/// The way through an object.
pub(super) struct Walk<'v, 'p> {
    kind: &'static str,
    pub(super) versions: Versions,
    /// Whether a CustomResourceDefinition describes it, as those of Flux do.
    pub(super) is_custom: bool,
    pub(super) patterns: &'p mut OfThread,
    pub(super) said: Vec<Diagnostic>,
    steps: Vec<Step<'v>>,
    /// The place of the whole, for parts that have none.
    whole: Place,
}

impl<'v, 'p> Walk<'v, 'p> {
    pub(super) fn new(kind: &Kind, versions: Versions, whole: Place, patterns: &'p mut OfThread) -> Self {
        Self {
            kind: kind.name,
            versions,
            is_custom: kinds::group(kind.api_version).contains("fluxcd"),
            patterns,
            said: Vec::new(),
            steps: Vec::new(),
            whole,
        }
    }

    /// An object, and those of its parts that nobody has looked at: a bit for each entry.
    pub(super) fn root(&mut self, object: &'v Value, shape: Type, fresh: u64) {
        let Some(map) = object.as_map() else { return };
        for (index, entry) in map.iter().enumerate() {
            let key = entry.key.text.as_str();
            let is_fresh = index >= 64 || fresh & (1 << index) != 0;
            if is_fresh && !matches!(key, "apiVersion" | "kind") {
                self.entry(entry, shape);
            }
        }
        self.missing(map, object.place, shape);
        self.rules(object, shape);
        if let Some(metadata) = object.get("metadata") {
            self.below("metadata", |walk| metadata::check(metadata, walk));
        }
    }

    /// An entry of an object with known fields.
    fn entry(&mut self, entry: &'v Entry, shape: Type) {
        let key = &entry.key;
        self.steps.push(Step::Key(&key.text));
        match shape.field_in(&key.text, self.versions) {
            Some(field) => {
                if let Some(gate) = field
                    .gate
                    .filter(|it| self.versions.is_one_kubernetes() && it.versions.meet(self.versions))
                    && !entry.value.is_null()
                {
                    self.say(messages::field_dropped(key, &self.path(), gate).at(self.place(key.place)));
                }
                self.value(&entry.value, &field.shape, Some(field));
            }
            None if !syntax::is_late(&key.text) => self.unknown(entry, shape),
            None => {}
        }
        self.steps.pop();
    }

    fn unknown(&mut self, entry: &Entry, shape: Type) {
        let (key, path) = (&entry.key, self.path());
        let diagnostic = if let Some(other) = shape.field(&key.text) {
            messages::field_of_other_versions(key, self.kind, &path, other.versions)
        } else {
            let known = shape.fields().iter().filter(|field| field.versions.meet(self.versions));
            messages::no_such_field(key, self.kind, &path, known.map(|field| field.name))
        };
        self.say(diagnostic.at(self.place(key.place)));
    }

    fn value(&mut self, value: &'v Value, shape: &'static Shape, field: Option<&'static Field>) {
        let limits = field.map_or(&kinds::Limits::NONE, |field| field.limits);
        match (shape, &value.data) {
            (Shape::Any, _) | (_, Data::Null) => {}
            (Shape::Scalar(scalar), _) => scalars::check(value, *scalar, limits, self),
            (Shape::Object(shape), Data::Map(map)) => self.object(value, map, *shape),
            (Shape::Map(inner), Data::Map(map)) => {
                for entry in map {
                    self.below(&entry.key.text, |walk| walk.value(&entry.value, inner, field));
                }
            }
            (Shape::List(inner), Data::List(items)) => self.list(items, inner, field, value.place),
            (_, Data::Text(text)) if syntax::is_late(text) => {}
            (Shape::List(_), _) => self.wrong_type(value, "a list"),
            _ => self.wrong_type(value, "a table"),
        }
    }

    fn object(&mut self, value: &'v Value, map: &'v Map, shape: Type) {
        for entry in map {
            self.entry(entry, shape);
        }
        self.missing(map, value.place, shape);
        self.rules(value, shape);
    }

    fn list(&mut self, items: &'v List, inner: &'static Shape, field: Option<&'static Field>, place: Place) {
        let limits = field.map_or(&kinds::Limits::NONE, |field| field.limits);
        let count = items.len();
        if let Some(least) = limits.min_items.filter(|least| count < *least) {
            let (problem, help) = (format!("has {count} items"), format!("add at least {least}"));
            self.say(messages::bad_field_value(self.place(place), &self.path(), &problem, &help));
        } else if let Some(most) = limits.max_items.filter(|most| count > *most) {
            let (problem, help) = (format!("has {count} items"), format!("{most} are the most"));
            self.say(messages::bad_field_value(self.place(place), &self.path(), &problem, &help));
        }
        for (index, item) in items.iter().enumerate() {
            self.at(index, |walk| match item.data {
                Data::Null => walk.say(messages::null_in_a_list(walk.place(item.place), &walk.path())),
                _ => walk.value(item, inner, field),
            });
        }
        if let Some(field) = field {
            twins::check(items, field, self);
        }
    }

    /// Says which fields must be there and are not.
    fn missing(&mut self, map: &Map, place: Place, shape: Type) {
        let needed = shape.fields().iter().filter(|field| field.required == Required::Yes);
        let versions = self.versions;
        for field in needed.filter(|field| field.versions.meet(versions)) {
            let is_there = map.get(field.name).is_some_and(|value| !value.is_null());
            if !is_there && field.limits.default.is_none() && is_enforced(shape) {
                let path = self.path_to(field.name);
                self.say(messages::missing_field(self.place(place), self.kind, &path));
            }
        }
    }

    fn rules(&mut self, value: &'v Value, shape: Type) {
        for rule in &RULES[shape.index()] {
            rule(value, self);
        }
    }

    fn wrong_type(&mut self, value: &Value, expected: &str) {
        let place = self.place(value.place);
        self.say(messages::wrong_field_type(place, &self.path(), expected, value.type_name()));
    }

    /// Does something one step further down.
    pub(super) fn below(&mut self, key: &'v str, act: impl FnOnce(&mut Self)) {
        self.steps.push(Step::Key(key));
        act(self);
        self.steps.pop();
    }

    /// Does something with an item of the list.
    pub(super) fn at(&mut self, index: usize, act: impl FnOnce(&mut Self)) {
        self.steps.push(Step::Item(index));
        act(self);
        self.steps.pop();
    }

    /// Does something with each item of a list under the key.
    pub(super) fn each(&mut self, value: &'v Value, key: &'v str, mut act: impl FnMut(&mut Self, &'v Value)) {
        let items = value.get(key).and_then(Value::as_list).into_iter().flatten().enumerate();
        self.steps.push(Step::Key(key));
        for (index, item) in items {
            self.at(index, |walk| act(walk, item));
        }
        self.steps.pop();
    }

    pub(super) fn say(&mut self, diagnostic: Diagnostic) {
        self.said.push(diagnostic);
    }

    /// The place, or that of the whole where nothing says it.
    pub(super) fn place(&self, place: Place) -> Place {
        place.or(self.whole)
    }

    /// The path to where it stands: `spec.containers[0].image`.
    pub(super) fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.steps {
            match step {
                Step::Key(key) if path.is_empty() => path.push_str(key),
                Step::Key(key) => write!(path, ".{key}").expect("it is a string"),
                Step::Item(index) => write!(path, "[{index}]").expect("it is a string"),
            }
        }
        path
    }

    /// The path to a field of where it stands.
    pub(super) fn path_to(&self, field: &str) -> String {
        let path = self.path();
        if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") }
    }
}

/// Whether servers are known to ask for what the schema calls required: groups that few write by hand are not probed.
fn is_enforced(shape: Type) -> bool {
    let name = shape.name();
    let is_unsure =
        ["resource.", "flowcontrol.", "events.", "internal"].iter().any(|start| name.starts_with(start));
    let is_early = (name.contains("alpha") || name.contains("beta"))
        && !name.starts_with("notification")
        && !name.starts_with("source");
    !is_unsure && !is_early
}

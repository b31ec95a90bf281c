//! An object against the shape of its kind: fields, types, what must be there.

use std::fmt::Write as _;
use std::sync::LazyLock;

use fleetc_manifests::kinds::{self, Field, Kind, Required, Scalar, Shape, Type, Versions};
use fleetc_manifests::{Data, Entry, List, Map, Place, Value};

use super::patterns::OfThread;
use super::rules::RULES;
use super::{defaults, forms, metadata, scalars, syntax, twins};
use crate::diagnostic::Diagnostic;
use crate::messages;

/// A rule about the objects of a type, beyond what its fields say one by one.
pub(super) type Rule = for<'v, 'p> fn(&'v Value, &mut Walk<'v, 'p>);

/// What the metadata of every object looks like.
static METADATA: LazyLock<Option<Shape>> =
    LazyLock::new(|| kinds::types().find(|it| it.name() == "meta.v1.ObjectMeta").map(Shape::Object));

/// An object, and a text, that say nothing.
static NOTHING: LazyLock<Value> = LazyLock::new(|| Value::new(Map::default(), Place::NONE));
static EMPTY: LazyLock<Value> = LazyLock::new(|| Value::new("", Place::NONE));

/// One step from the top of an object to a value.
#[derive(Clone, Copy)]
enum Step<'v> {
    Key(&'v str),
    Item(usize),
}

/// The way through an object.
pub(super) struct Walk<'v, 'p> {
    pub(super) kind: &'v str,
    pub(super) versions: Versions,
    /// Whether a CustomResourceDefinition describes it, as those of Flux do.
    pub(super) is_custom: bool,
    pub(super) patterns: &'p mut OfThread,
    pub(super) said: Vec<Diagnostic>,
    steps: Vec<Step<'v>>,
    /// The objects that it lies in, the outermost first.
    around: Vec<&'v Value>,
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
            around: Vec::new(),
            whole,
        }
    }

    /// Through the metadata of an object that only a definition describes.
    pub(super) fn of_custom_kind(kind: &'v str, whole: Place, patterns: &'p mut OfThread) -> Self {
        let versions = Versions::of(None, None);
        let (said, steps, around) = (Vec::new(), Vec::new(), Vec::new());
        Self { kind, versions, is_custom: false, patterns, said, steps, around, whole }
    }

    /// The metadata of an object.
    pub(super) fn metadata(&mut self, object: &'v Value) {
        let Some(written) = object.get("metadata") else { return };
        self.below("metadata", |walk| {
            if let Some(shape) = &*METADATA {
                walk.value(written, shape, None);
            }
            metadata::check(written, walk);
        });
    }

    /// An object, and those of its parts that nobody has looked at: a bit for each entry.
    pub(super) fn root(&mut self, object: &'v Value, shape: Type, fresh: u64) {
        let Some(map) = object.as_map() else { return };
        self.around.push(object);
        for (index, entry) in map.iter().enumerate() {
            let key = entry.key.text.as_str();
            let is_fresh = index >= 64 || fresh & (1 << index) != 0;
            if is_fresh && !matches!(key, "apiVersion" | "kind") {
                self.entry(entry, shape);
            }
        }
        self.around.pop();
        self.missing(map, object.place, shape);
        self.rules(object, shape);
        if self.said.is_empty() && !shape.rules().is_empty() {
            self.expressions(object, shape);
        }
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
            // A type without fields takes anything, and keeps nothing.
            None if !syntax::is_late(&key.text) && !shape.fields().is_empty() => self.unknown(entry, shape),
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
        let field = field.filter(|_| !self.is_of_template());
        let limits = field.map_or(&kinds::Limits::NONE, |field| field.limits);
        match (shape, &value.data) {
            (Shape::Any, _) => {}
            (_, Data::Null) => self.null(value, field),
            (Shape::Scalar(scalar), _) => scalars::check(value, *scalar, limits, self),
            (Shape::Object(shape), Data::Map(map)) => self.object(value, map, *shape),
            (Shape::Map(inner), Data::Map(map)) => self.map(map, inner, field, value.place),
            (Shape::List(inner), Data::List(items)) => self.list(items, inner, field, value.place),
            (_, Data::Text(text)) if syntax::is_late(text) => {}
            (Shape::List(_), _) => self.wrong_type(value, "a list"),
            _ => self.wrong_type(value, "a table"),
        }
    }

    /// What is null is as good as missing, but not for a definition.
    fn null(&mut self, value: &Value, field: Option<&'static Field>) {
        let is_missing = |field: &Field| field.required == Required::Yes || field.limits.default.is_some();
        let is_described = self.is_custom && !self.is_below("metadata");
        if is_described && field.is_some_and(|field| !is_missing(field)) {
            let place = self.place(value.place);
            self.say(messages::null_of_custom_kind(place, &self.path()));
        }
    }

    fn map(&mut self, map: &'v Map, inner: &'static Shape, field: Option<&'static Field>, place: Place) {
        let limits = field.map_or(&kinds::Limits::NONE, |field| field.limits);
        if limits.min_properties.is_some_and(|least| map.len() < least) {
            self.say(messages::bad_field_value(self.place(place), &self.path(), "is empty", "add a key"));
        }
        for entry in map {
            if limits.keys.is_some_and(|form| !forms::is_key_met(&entry.key.text, form)) {
                let problem = format!("cannot have the key `{}`", entry.key.text);
                let place = self.place(entry.key.place);
                let help = forms::help(limits.keys.unwrap_or(kinds::Form::NotEmpty));
                self.say(messages::bad_field_value(place, &self.path(), &problem, help));
            }
            self.below(&entry.key.text, |walk| walk.value(&entry.value, inner, field));
        }
    }

    fn object(&mut self, value: &'v Value, map: &'v Map, shape: Type) {
        let before = self.said.len();
        self.around.push(value);
        for entry in map {
            self.entry(entry, shape);
        }
        self.around.pop();
        self.missing(map, value.place, shape);
        self.rules(value, shape);
        if self.said.len() == before && !shape.rules().is_empty() {
            self.expressions(value, shape);
        }
    }

    /// The rules of the definition, for what is otherwise as it should be.
    fn expressions(&mut self, value: &Value, shape: Type) {
        let versions = self.versions;
        let whole = defaults::filled_in(value, shape, versions);
        for rule in shape.rules().iter().filter(|rule| rule.versions.meet(versions)) {
            let of = if rule.of.is_empty() { Some(&whole) } else { whole.get(rule.of) };
            if of.is_some_and(|it| self.patterns.expressions.is_broken(rule.rule, it)) {
                let place = self.place(value.place);
                self.say(messages::broken_rule(place, &self.path(), rule.message));
            }
        }
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
                Data::Null => walk.null_item(item, inner, field),
                _ => walk.value(item, inner, field),
            });
        }
        if let Some(field) = field {
            twins::check(items, field, self);
        }
    }

    /// In most lists of Kubernetes it is an item that says nothing.
    fn null_item(&mut self, item: &Value, inner: &'static Shape, field: Option<&'static Field>) {
        if self.is_custom || field.is_some_and(|field| field.is_set || !field.keys.is_empty()) {
            self.say(messages::null_in_a_list(self.place(item.place), &self.path()));
            return;
        }
        match inner {
            Shape::Object(_) => self.value(&NOTHING, inner, field),
            Shape::Scalar(Scalar::Text) => self.value(&EMPTY, inner, field),
            _ => {}
        }
    }

    /// Says which fields must be there and are not.
    fn missing(&mut self, map: &Map, place: Place, shape: Type) {
        let needed = shape.fields().iter().filter(|field| field.required == Required::Yes);
        let versions = self.versions;
        for field in needed.filter(|field| field.versions.meet(versions)) {
            let is_there = map.get(field.name).is_some_and(|value| !value.is_null());
            if !is_there && field.limits.default.is_none() && is_enforced(shape) && !self.is_unread(shape) {
                let path = self.path_to(field.name);
                self.say(messages::missing_field(self.place(place), self.kind, &path));
            }
        }
    }

    /// Whether no server looks at it: what chooses a metric is the business of who measures it, and of the metadata of a
    /// template only labels and annotations are held against anything.
    fn is_unread(&self, shape: Type) -> bool {
        let is_selector = shape.name().starts_with("meta.v1.LabelSelector") && self.is_below("metric");
        is_selector || (shape.name() == "meta.v1.OwnerReference" && self.is_of_template())
    }

    /// Whether it belongs to metadata other than the object's own.
    fn is_of_template(&self) -> bool {
        self.steps.iter().skip(1).any(|step| matches!(step, Step::Key("metadata")))
    }

    fn rules(&mut self, value: &'v Value, shape: Type) {
        if !self.is_unread(shape) {
            for rule in &RULES[shape.index()] {
                rule(value, self);
            }
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
        let items = value.items_at(&[key]).enumerate();
        self.steps.push(Step::Key(key));
        for (index, item) in items {
            self.at(index, |walk| act(walk, item));
        }
        self.steps.pop();
    }

    /// The object so many levels above the one that a rule looks at: 1 is the one that it lies in.
    pub(super) fn around(&self, levels: usize) -> Option<&'v Value> {
        self.around.iter().rev().nth(levels - 1).copied()
    }

    /// Whether it lies below a field of that name.
    pub(super) fn is_below(&self, field: &str) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Key(key) if *key == field))
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

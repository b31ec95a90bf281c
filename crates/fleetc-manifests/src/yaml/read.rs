//! YAML into values.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::merge::{MERGE, merge};
use super::{Error, Problem, scalar};
use crate::{Data, Entry, Key, List, Place, Text, Value};

/// How deep lists and maps may lie in each other, aliases included.
const MAX_DEPTH: usize = 100;

const TOO_DEEP: &str = "lists and maps lie too deep in each other";

/// How many values all aliases of a file may expand to.
const MAX_ALIASED: usize = 100_000;

/// Long text counts as several values, one for every so many bytes.
const COUNTED_BYTES: usize = 100;

/// Above this many keys a map looks its keys up in a tree to find one that stands twice.
const SMALL_MAP: usize = 16;

/// One document of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What it says.
    pub value: Value,
    /// Its bytes in the file, without `---` and `...`.
    pub range: Range<usize>,
}

/// Reads the documents of a file whose first byte is at `start` (or at 1); empty documents are left out.
///
/// Scalars mean what Kubernetes' reader says; one that kustomize's reader takes for something else is an error,
/// as are keys that stand twice, keys that are not text, and tags. Anchors and merge keys are expanded, within bounds.
/// All errors of a file are found in one go: after a syntax error, reading goes on at the next document.
///
/// Source of the rules: <https://github.com/kubernetes-sigs/yaml> over go.yaml.in/yaml/v2, and kustomize's kyaml over
/// go.yaml.in/yaml/v3.
pub fn read(text: &str, start: Place) -> Result<Vec<Value>, Vec<Error>> {
    let (documents, errors) = documents(text, start);
    if errors.is_empty() {
        Ok(documents.into_iter().map(|document| document.value).collect())
    } else {
        Err(errors)
    }
}

/// Reads like [`read`], and gives what could be read beside the errors.
pub fn documents(text: &str, start: Place) -> (Vec<Document>, Vec<Error>) {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let shift = text.len() - body.len();
    let mut reader = Reader::new(body, start, shift);
    reader.read_all();
    (reader.documents, reader.errors)
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    /// The place of byte 0 of what the parser reads.
    start: u32,
    /// How many bytes of the file lie before what the parser reads.
    shift: usize,
    text: &'t str,
    documents: Vec<Document>,
    errors: Vec<Error>,
    /// The lists and maps that are open, outermost first.
    open: Vec<Frame>,
    anchors: BTreeMap<usize, Node>,
    aliased: usize,
    document_start: usize,
    root: Option<Value>,
}

/// A value with its size.
#[derive(Clone)]
struct Node {
    value: Value,
    /// How many values it is, itself included.
    count: usize,
    /// How many lists and maps lie in each other.
    depth: usize,
}

impl Node {
    fn leaf(value: Value) -> Self {
        let count = 1 + value.as_text().map_or(0, |text| text.len() / COUNTED_BYTES);
        Self { value, count, depth: 0 }
    }
}

/// A list or a map that is being read.
struct Frame {
    place: Place,
    anchor: usize,
    count: usize,
    depth: usize,
    items: Items,
}

enum Items {
    List(List),
    Map {
        entries: Vec<Entry>,
        /// The place of each key, once there are many.
        seen: BTreeMap<Text, Place>,
        /// Which entry is `<<` without quotes.
        merge: Option<usize>,
        key: Option<Key>,
    },
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, start: Place, shift: usize) -> Self {
        let options = granit_parser::options! {
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        let shifted = u32::try_from(shift).expect("a byte-order mark is three bytes");
        Self {
            parser: Parser::new_from_str_with_options(text, options),
            start: start.offset().max(1) + shifted,
            shift,
            text,
            documents: Vec::new(),
            errors: Vec::new(),
            open: Vec::new(),
            anchors: BTreeMap::new(),
            aliased: 0,
            document_start: 0,
            root: None,
        }
    }

    fn read_all(&mut self) {
        while let Some(event) = self.parser.next_event() {
            match event {
                Ok((Event::StreamEnd, _)) => return,
                Ok((event, span)) => {
                    self.event(event, span);
                    if self.open.len() <= MAX_DEPTH {
                        continue;
                    }
                    self.too_deep();
                }
                Err(error) => self.syntax_error(&error),
            }
            if !self.go_on_at_next_document() {
                return;
            }
        }
    }

    fn syntax_error(&mut self, error: &ScanError) {
        let mut offset = error.marker().byte_offset().unwrap_or(usize::MAX);
        offset = offset.min(self.text.len().saturating_sub(1));
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let message = match error.kind() {
            ErrorKind::RecursionLimitExceeded => TOO_DEEP.into(),
            kind => kind.to_string(),
        };
        self.error(self.place_of(offset), Problem::Syntax(message));
    }

    /// The parser counts block style and flow style apart; here they count together.
    fn too_deep(&mut self) {
        let Some(innermost) = self.open.last() else { return };
        self.error(innermost.place, Problem::Syntax(TOO_DEEP.into()));
    }

    fn go_on_at_next_document(&mut self) -> bool {
        self.open.clear();
        self.root = None;
        self.anchors.clear();
        matches!(self.parser.proceed_next_document(), Ok(true))
    }

    fn event(&mut self, event: Event<'t>, span: Span) {
        let place = self.place_of(span.start.byte_offset().unwrap_or(0));
        match event {
            Event::DocumentStart(..) => {
                self.document_start = span.end.byte_offset().unwrap_or(0);
                self.anchors.clear();
            }
            Event::DocumentEnd => self.end_document(span.start.byte_offset()),
            Event::Scalar(text, style, anchor, tag) => {
                let scalar = Scalar { text, plain: style == ScalarStyle::Plain, tag: tag.as_deref() };
                self.scalar(&scalar, anchor, place, self.tag_place(&span));
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.collection_tag(tag.as_deref(), "seq", self.tag_place(&span));
                self.open(place, anchor, Items::List(List::new()));
            }
            Event::MappingStart(_, anchor, tag) => {
                self.collection_tag(tag.as_deref(), "map", self.tag_place(&span));
                let items = Items::Map { entries: Vec::new(), seen: BTreeMap::new(), merge: None, key: None };
                self.open(place, anchor, items);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => self.alias(anchor, place),
            _ => {}
        }
    }

    fn place_of(&self, offset: usize) -> Place {
        Place::new(self.start + u32::try_from(offset).unwrap_or(u32::MAX - self.start))
    }

    fn tag_place(&self, span: &Span) -> Place {
        let marker = span.tag_start.unwrap_or(span.start);
        self.place_of(marker.byte_offset().unwrap_or(0))
    }

    fn error(&mut self, place: Place, problem: Problem) {
        self.errors.push(Error { place, problem });
    }

    fn end_document(&mut self, end: Option<usize>) {
        let Some(value) = self.root.take() else { return };
        if value.is_null() {
            return;
        }
        let end = end.unwrap_or(self.text.len());
        self.documents.push(Document { value, range: self.document_start + self.shift..end + self.shift });
    }

    fn scalar(&mut self, scalar: &Scalar, anchor: usize, place: Place, tag_place: Place) {
        let is_key = self.awaits_key();
        if is_key && scalar.is_merge() {
            self.merge_key(place);
            return;
        }
        let resolved = scalar.resolve().unwrap_or_else(|problem| {
            let of_tag = matches!(problem, Problem::UnknownTag(_) | Problem::WrongTag(..));
            // A key without quotes that is no text gets one message of its own, below.
            if !is_key || of_tag {
                self.error(if of_tag { tag_place } else { place }, problem);
            }
            if is_key && !of_tag { Data::Null } else { Data::Text(scalar.text.as_ref().into()) }
        });
        if !is_key {
            self.add(Node::leaf(Value::new(resolved, place)), anchor);
            return;
        }
        let key = Key::new(scalar.text.as_ref(), place);
        if !matches!(resolved, Data::Text(_)) {
            self.error(place, Problem::KeyNotText(key.text.clone()));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, Node::leaf(Value::new(&key.text, place)));
        }
        self.set_key(key);
    }

    fn collection_tag(&mut self, tag: Option<&Tag>, core: &str, place: Place) {
        if let Some(tag) = tag
            && tag.core_suffix() != Some(core)
        {
            self.error(place, Problem::UnknownTag(tag.original()));
        }
    }

    fn open(&mut self, place: Place, anchor: usize, items: Items) {
        self.open.push(Frame { place, anchor, count: 1, depth: 1, items });
    }

    fn close(&mut self) {
        let Some(frame) = self.open.pop() else { return };
        let data = match frame.items {
            Items::List(items) => Data::List(items),
            Items::Map { entries, merge: None, .. } => Data::Map(entries.into()),
            Items::Map { entries, merge: Some(at), .. } => Data::Map(merge(entries, at, &mut self.errors)),
        };
        let node = Node { value: Value::new(data, frame.place), count: frame.count, depth: frame.depth };
        self.add(node, frame.anchor);
    }

    fn alias(&mut self, anchor: usize, place: Place) {
        let Some(node) = self.anchors.get(&anchor).cloned() else {
            self.error(place, Problem::RecursiveAlias);
            self.add(Node::leaf(Value::new(Data::Null, place)), 0);
            return;
        };
        self.aliased += node.count;
        if self.aliased > MAX_ALIASED || self.open.len() + node.depth > MAX_DEPTH {
            if self.errors.iter().all(|error| !matches!(error.problem, Problem::TooManyAliases(_))) {
                self.error(place, Problem::TooManyAliases(MAX_ALIASED));
            }
            self.add(Node::leaf(Value::new(Data::Null, place)), 0);
            return;
        }
        if self.awaits_key() {
            match node.value.data {
                Data::Text(text) => self.set_key(Key::new(text, place)),
                _ => self.collection_key(place),
            }
            return;
        }
        self.add(node, 0);
    }

    fn awaits_key(&self) -> bool {
        matches!(self.open.last(), Some(Frame { items: Items::Map { key: None, .. }, .. }))
    }

    fn collection_key(&mut self, place: Place) {
        self.error(place, Problem::KeyNotScalar);
        if let Some(Items::Map { key, .. }) = self.open.last_mut().map(|frame| &mut frame.items) {
            *key = Some(Key::new("", place));
        }
    }

    fn merge_key(&mut self, place: Place) {
        let Some(Items::Map { entries, merge, key, .. }) = self.open.last_mut().map(|frame| &mut frame.items)
        else {
            return;
        };
        *key = Some(Key::new(MERGE, place));
        let Some(first) = *merge else {
            *merge = Some(entries.len());
            return;
        };
        let first = entries[first].key.place;
        self.error(place, Problem::DuplicateKey(MERGE.into(), first));
    }

    /// The key of the next value of the innermost map.
    fn set_key(&mut self, new: Key) {
        let Some(Items::Map { entries, seen, key, .. }) = self.open.last_mut().map(|frame| &mut frame.items)
        else {
            return;
        };
        let first = if entries.len() < SMALL_MAP {
            entries.iter().find(|entry| entry.key == new).map(|entry| entry.key.place)
        } else {
            if seen.is_empty() {
                seen.extend(entries.iter().map(|entry| (entry.key.text.clone(), entry.key.place)));
            }
            seen.insert(new.text.clone(), new.place)
        };
        *key = Some(new.clone());
        if let Some(first) = first {
            self.error(new.place, Problem::DuplicateKey(new.text, first));
        }
    }

    /// Puts a complete value where it belongs.
    fn add(&mut self, node: Node, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        if self.awaits_key() {
            self.collection_key(node.value.place);
            return;
        }
        let Some(frame) = self.open.last_mut() else {
            self.root = Some(node.value);
            return;
        };
        frame.count += node.count;
        frame.depth = frame.depth.max(node.depth + 1);
        match &mut frame.items {
            Items::List(items) => items.push(node.value),
            Items::Map { entries, key, .. } => {
                if let Some(key) = key.take() {
                    frame.count += key.text.len() / COUNTED_BYTES;
                    entries.push(Entry { key, value: node.value });
                }
            }
        }
    }
}

/// A scalar as it was written.
struct Scalar<'t> {
    text: Cow<'t, str>,
    plain: bool,
    tag: Option<&'t Tag>,
}

impl Scalar<'_> {
    fn is_merge(&self) -> bool {
        self.plain && self.tag.is_none() && self.text == MERGE
    }

    fn resolve(&self) -> Result<Data, Problem> {
        let text = || Ok(Data::Text(self.text.as_ref().into()));
        let Some(tag) = self.tag else {
            return if self.plain { scalar::plain(&self.text) } else { text() };
        };
        match tag.core_suffix() {
            Some("str") => text(),
            Some(suffix @ ("null" | "bool" | "int" | "float")) => self.tagged(suffix),
            None if tag.parts() == ("!", "") || tag.parts() == ("", "!") => text(),
            _ => Err(Problem::UnknownTag(tag.original())),
        }
    }

    /// A scalar with one of YAML's own tags.
    fn tagged(&self, suffix: &str) -> Result<Data, Problem> {
        let data = scalar::plain(&self.text)?;
        let fits = match (&data, suffix) {
            (Data::Null, "null") | (Data::Bool(_), "bool") | (Data::Number(_), "float") => true,
            (Data::Number(number), "int") => number.as_integer().is_some(),
            _ => false,
        };
        fits.then_some(data)
            .ok_or_else(|| Problem::WrongTag(self.text.as_ref().into(), format!("!!{suffix}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    fn one(text: &str) -> Value {
        let mut values = read(text, Place::new(1)).expect("it is right");
        assert_eq!(values.len(), 1);
        values.remove(0)
    }

    fn problems(text: &str) -> Vec<String> {
        let (_, errors) = documents(text, Place::new(1));
        errors.iter().map(|error| format!("{}: {error}", error.place.offset() - 1)).collect()
    }

    #[test]
    fn documents_without_content_are_left_out() {
        let values = read("# only a comment\n---\n---\na: 1\n---\nb: 2\n...\n---\n", Place::NONE).unwrap();
        assert_eq!(values, [value!({ "a": 1 }), value!({ "b": 2 })]);
    }

    #[test]
    fn every_value_and_key_knows_its_place() {
        let text = "\u{feff}a:\r\n  - é: \"x\"\r\n";
        let value = one(text);
        let item = &value.get("a").unwrap().as_list().unwrap()[0];
        let entry = item.as_map().unwrap().entry("é").unwrap();
        let at = |place: Place| &text[place.offset() as usize - 1..];
        assert!(at(entry.key.place).starts_with('é'));
        assert!(at(entry.value.place).starts_with("\"x\""));
    }

    #[test]
    fn all_problems_of_a_file_are_found_at_once() {
        assert_eq!(
            problems("a: yes\na: 1\n1: x\n---\nb: [\n---\nc: !Ref x\n? [k]\n: v\n"),
            [
                "3: `yes` is `true` for Kubernetes, but text for kustomize",
                "7: key `a` stands twice",
                "12: key `1` is not read as text everywhere",
                "24: unclosed bracket '['",
                "33: tag `!Ref` means nothing to Kubernetes",
                "42: a key must be text, not a list or a map",
            ]
        );
    }

    #[test]
    fn keys_that_are_no_text_do_not_stand_twice() {
        assert_eq!(
            problems("{ [a]: 1, {b: c}: 2 }"),
            ["2: a key must be text, not a list or a map", "10: a key must be text, not a list or a map"]
        );
    }

    #[test]
    fn aliases_cannot_explode() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for i in 1..9 {
            let list = vec![format!("*a{}", i - 1); 10].join(", ");
            text.push_str(&format!("a{i}: &a{i} [{list}]\n"));
        }
        assert_eq!(problems(&text).len(), 1);
        let mut chain = String::from("a0: &a0 [x]\n");
        for i in 1..5000 {
            chain.push_str(&format!("a{i}: &a{i} [*a{}]\n", i - 1));
        }
        assert_eq!(problems(&chain).len(), 1);
        let long = format!("a: &a {}\nb: [{}]", "x".repeat(100_000), "*a, ".repeat(1000));
        assert_eq!(problems(&long).len(), 1);
        assert_eq!(problems("a: &a [*a]"), ["7: an alias stands inside the value that it names"]);
    }

    #[test]
    fn nesting_is_bounded() {
        let of_both_styles = "- ".repeat(60) + &"[".repeat(60) + &"]".repeat(60);
        for text in ["[".repeat(1_000_000), "- ".repeat(100_000), of_both_styles] {
            assert!(problems(&text)[0].ends_with(TOO_DEEP));
        }
    }

    #[test]
    fn a_large_map_finds_its_duplicates() {
        let mut text = String::new();
        for i in 0..50 {
            text.push_str(&format!("k{i}: {i}\n"));
        }
        text.push_str("k3: x\nk49: x\n");
        assert_eq!(problems(&text).len(), 2);
    }
}

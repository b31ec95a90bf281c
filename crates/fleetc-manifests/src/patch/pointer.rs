//! JSON pointers ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)), and list items chosen by a key.

use std::fmt;

use crate::{Data, List, Text, Value};

/// A path into a value: `/spec/ports/0`, or `/spec/ports/[name=http]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    tokens: Vec<Token>,
}

/// One step of a pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The step without escapes: a key, an index, `-`, or `[key=value]`.
    pub text: Text,
}

/// What a token says of a list.
pub(super) enum Item {
    /// The item at an index.
    At(usize),
    /// The place after the last one.
    End,
}

impl Pointer {
    /// Reads a pointer.
    ///
    /// Errors say what is wrong: a pointer is empty or begins with `/`, and `~` stands only in `~0` and `~1`.
    ///
    /// ```
    /// use fleetc_manifests::patch::Pointer;
    ///
    /// let pointer = Pointer::parse("/metadata/annotations/example.com~1team").unwrap();
    /// assert_eq!(pointer.tokens().last().unwrap().text, "example.com/team");
    /// assert!(Pointer::parse("metadata").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Ok(Self { tokens: Vec::new() });
        }
        let rest = text.strip_prefix('/').ok_or("a path begins with `/`")?;
        let tokens = rest.split('/').map(Token::parse).collect::<Result<_, _>>()?;
        Ok(Self { tokens })
    }

    /// Its steps, outermost first; none for the whole value.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Whether this path is that of `other`, or leads into it.
    pub fn starts_with(&self, other: &Self) -> bool {
        self.tokens.starts_with(&other.tokens)
    }

    /// The first `count` steps.
    pub(super) fn first(&self, count: usize) -> Self {
        Self { tokens: self.tokens[..count].to_vec() }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for token in &self.tokens {
            write!(f, "/{}", token.text.as_str().replace('~', "~0").replace('/', "~1"))?;
        }
        Ok(())
    }
}

impl Token {
    fn parse(escaped: &str) -> Result<Self, &'static str> {
        let mut text = Text::new();
        let mut parts = escaped.split('~');
        text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            match part.as_bytes().first() {
                Some(b'0') => text.push('~'),
                Some(b'1') => text.push('/'),
                _ => return Err("`~` is written `~0`, and `/` inside a key `~1`"),
            }
            text.push_str(&part[1..]);
        }
        Ok(Self { text })
    }

    /// The keys and values of `[name=web]`, if it is of that form.
    fn selector(&self) -> Option<Vec<(&str, &str)>> {
        let inner = self.text.strip_prefix('[')?.strip_suffix(']')?;
        inner.split(',').map(|pair| pair.split_once('=')).collect()
    }

    /// Which item of the list is meant.
    pub(super) fn item(&self, list: &List) -> Result<Item, ItemError> {
        if self.text == "-" {
            return Ok(Item::End);
        }
        if let Some(keys) = self.selector() {
            let mut found = list.iter().enumerate().filter(|(_, item)| has_keys(item, &keys));
            return match (found.next(), found.next()) {
                (Some((index, _)), None) => Ok(Item::At(index)),
                (Some(_), Some(_)) => Err(ItemError::Several),
                (None, _) => Err(ItemError::NoneWithKey),
            };
        }
        let canonical = self.text == "0" || !self.text.starts_with('0');
        let digits = !self.text.is_empty() && self.text.bytes().all(|byte| byte.is_ascii_digit());
        match self.text.parse() {
            Ok(index) if canonical && digits => Ok(Item::At(index)),
            _ => Err(ItemError::NoIndex),
        }
    }
}

/// Why a token means no item of a list.
pub(super) enum ItemError {
    /// It is neither an index, nor `-`, nor `[key=value]`.
    NoIndex,
    /// No item has the key and value.
    NoneWithKey,
    /// More than one item has the key and value.
    Several,
}

fn has_keys(item: &Value, keys: &[(&str, &str)]) -> bool {
    keys.iter().all(|(key, wanted)| match item.get(key).map(|value| &value.data) {
        Some(Data::Text(text)) => text == wanted,
        Some(Data::Number(number)) => number.to_string() == *wanted,
        Some(Data::Bool(it)) => it.to_string() == *wanted,
        _ => false,
    })
}

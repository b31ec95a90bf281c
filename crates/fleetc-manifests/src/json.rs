//! JSON: read strictly (RFC 8259) with the place of every value, and written.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::yaml::{Error, Problem};
use crate::{Data, Entry, Key, List, Map, Number, Place, Text, Value};

/// How deep lists and maps may lie in each other.
const MAX_DEPTH: usize = 100;

/// Reads one JSON text whose first byte is at `start` (or at 1).
///
/// Stricter than the RFC where Kubernetes is: a key that stands twice is an error, as are integers of more
/// than 64 bits.
///
/// ```
/// use fleetc_manifests::{json, value, Place};
///
/// assert_eq!(json::read(r#"{"a": [1, "\u00e9"]}"#, Place::NONE).unwrap(), value!({ "a": [1, "é"] }));
/// ```
pub fn read(text: &str, start: Place) -> Result<Value, Error> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        text: body,
        at: 0,
        start: start.offset().max(1) + if body.len() < text.len() { 3 } else { 0 },
    };
    let value = reader.value(0)?;
    reader.white_space();
    if reader.at < body.len() {
        return Err(reader.syntax("more text after the end of the value"));
    }
    Ok(value)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    start: u32,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Value, Error> {
        self.white_space();
        let place = self.place();
        let data = match self.peek() {
            Some(b'{' | b'[') if depth == MAX_DEPTH => {
                return Err(self.syntax("lists and objects lie too deep in each other"));
            }
            Some(b'{') => Data::Map(self.map(depth)?),
            Some(b'[') => Data::List(self.list(depth)?),
            Some(b'"') => Data::Text(self.text()?),
            Some(b'-' | b'0'..=b'9') => Data::Number(self.number()?),
            _ => self.word()?,
        };
        Ok(Value { data, place })
    }

    fn map(&mut self, depth: usize) -> Result<Map, Error> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen: BTreeMap<Text, Place> = BTreeMap::new();
        self.at += 1;
        self.white_space();
        while self.peek() != Some(b'}') {
            if !entries.is_empty() {
                self.expect(b',', "`,` or `}`")?;
                self.white_space();
            }
            if self.peek() != Some(b'"') {
                return Err(self.syntax("expected a key in double quotes"));
            }
            let place = self.place();
            let key = Key::new(self.text()?, place);
            if let Some(first) = seen.insert(key.text.clone(), place) {
                return Err(Error { place, problem: Problem::DuplicateKey(key.text, first) });
            }
            self.white_space();
            self.expect(b':', "`:`")?;
            let value = self.value(depth + 1)?;
            entries.push(Entry { key, value });
            self.white_space();
        }
        self.at += 1;
        Ok(entries.into())
    }

    fn list(&mut self, depth: usize) -> Result<List, Error> {
        let mut list = List::new();
        self.at += 1;
        self.white_space();
        while self.peek() != Some(b']') {
            if !list.is_empty() {
                self.expect(b',', "`,` or `]`")?;
            }
            list.push(self.value(depth + 1)?);
            self.white_space();
        }
        self.at += 1;
        Ok(list)
    }

    fn text(&mut self) -> Result<Text, Error> {
        self.at += 1;
        let mut text = Text::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(end) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') else {
                return Err(self.syntax("a string without an end"));
            };
            text.push_str(&rest[..end]);
            self.at += end;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                _ => return Err(self.syntax("a control character in a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Error> {
        self.at += 1;
        let letter = self.peek();
        self.at += 1;
        Ok(match letter {
            Some(letter @ (b'"' | b'\\' | b'/')) => char::from(letter),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => {
                self.at -= 2;
                return Err(self.syntax("an unknown escape"));
            }
        })
    }

    fn unicode(&mut self) -> Result<char, Error> {
        let mut code = self.hex()?;
        if (0xd800..0xdc00).contains(&code) && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            let low = self.hex()?;
            if (0xdc00..0xe000).contains(&low) {
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            }
        }
        char::from_u32(code).ok_or_else(|| self.syntax("half of a character that needs two escapes"))
    }

    fn hex(&mut self) -> Result<u32, Error> {
        let code = (self.text.get(self.at..self.at + 4))
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .ok_or_else(|| self.syntax("`\\u` needs four hexadecimal digits"))?;
        self.at += 4;
        Ok(code)
    }

    fn number(&mut self) -> Result<Number, Error> {
        let rest = &self.text[self.at..];
        let end =
            rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E')).unwrap_or(rest.len());
        let written = &rest[..end];
        if !is_json_number(written) {
            return Err(self.syntax("this is no number"));
        }
        let number = if written.contains(['.', 'e', 'E']) {
            Number::decimal(written).ok_or_else(|| self.problem(Problem::NotFinite(written.into())))
        } else {
            (written.parse::<i64>().map(Number::from))
                .map_err(|_| self.problem(Problem::TooLarge(written.into())))
        }?;
        self.at += end;
        Ok(number)
    }

    fn word(&mut self) -> Result<Data, Error> {
        let rest = &self.text[self.at..];
        for (word, data) in [("true", Data::Bool(true)), ("false", Data::Bool(false)), ("null", Data::Null)] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(data);
            }
        }
        Err(self.syntax("expected a value"))
    }

    fn white_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8, name: &str) -> Result<(), Error> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.syntax(&format!("expected {name}")))
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn place(&self) -> Place {
        let last = self.text.len().saturating_sub(1);
        Place::new(self.start + u32::try_from(self.at.min(last)).unwrap_or(0))
    }

    fn syntax(&self, message: &str) -> Error {
        self.problem(Problem::Syntax(message.into()))
    }

    fn problem(&self, problem: Problem) -> Error {
        Error { place: self.place(), problem }
    }
}

/// Whether it is a number in JSON's grammar: no leading zero or plus, digits on both sides of the point.
fn is_json_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|it| digits(it.strip_prefix(['+', '-']).unwrap_or(it)))
}

/// The value as JSON on one line.
pub fn write(value: &Value) -> String {
    let mut out = String::new();
    write_to(value, None, &mut out);
    out
}

/// The value as JSON with a line for each key and item, indented by two spaces.
pub fn write_pretty(value: &Value) -> String {
    let mut out = String::new();
    write_to(value, Some(0), &mut out);
    out
}

fn write_to(value: &Value, indent: Option<usize>, out: &mut String) {
    match &value.data {
        Data::Null => out.push_str("null"),
        Data::Bool(it) => out.push_str(if *it { "true" } else { "false" }),
        Data::Number(it) => write!(out, "{it}").expect("a string takes all that is written to it"),
        Data::Text(it) => quoted(it, out),
        Data::List(list) if list.is_empty() => out.push_str("[]"),
        Data::Map(map) if map.is_empty() => out.push_str("{}"),
        Data::List(list) => {
            out.push('[');
            for (index, item) in list.iter().enumerate() {
                next_line(index > 0, indent.map(|indent| indent + 2), out);
                write_to(item, indent.map(|indent| indent + 2), out);
            }
            next_line(false, indent, out);
            out.push(']');
        }
        Data::Map(map) => {
            out.push('{');
            for (index, entry) in map.iter().enumerate() {
                next_line(index > 0, indent.map(|indent| indent + 2), out);
                quoted(&entry.key.text, out);
                out.push_str(if indent.is_some() { ": " } else { ":" });
                write_to(&entry.value, indent.map(|indent| indent + 2), out);
            }
            next_line(false, indent, out);
            out.push('}');
        }
    }
}

fn next_line(comma: bool, indent: Option<usize>, out: &mut String) {
    if comma {
        out.push(',');
    }
    if let Some(indent) = indent {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent));
    }
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if needs_escape(c) => {
                write!(out, "\\u{:04x}", c as u32).expect("a string takes all that is written to it");
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

/// Whether the character must not stand as it is: JSON forbids it, or YAML does, whose readers read JSON too.
fn needs_escape(c: char) -> bool {
    matches!(c, '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    fn problem(text: &str) -> String {
        let error = read(text, Place::NONE).expect_err("it is wrong");
        format!("{}: {error}", error.place.offset() - 1)
    }

    #[test]
    fn what_is_read_is_written() {
        let text = r#"{"a":[1,-2.50,1.0e+3,true,false,null,{},[]],"é\n\"\\":"\u0001😀"}"#;
        assert_eq!(write(&read(text, Place::NONE).unwrap()), text);
    }

    #[test]
    fn escapes_are_read() {
        assert_eq!(
            read(r#" ["\u00e9\ud83d\ude00\/\b\f"] "#, Place::NONE).unwrap(),
            value!(["é😀/\u{8}\u{c}"])
        );
    }

    #[test]
    fn what_yaml_forbids_is_escaped() {
        assert_eq!(
            write(&value!("\u{7f}\u{85}\u{a0}\u{2028}\u{feff}\u{ffff}")),
            "\"\\u007f\\u0085\u{a0}\\u2028\\ufeff\\uffff\""
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, message) in [
            ("", "0: expected a value"),
            ("{\"a\":1,}", "7: expected a key in double quotes"),
            ("{\"a\":1,\"a\":2}", "7: key `a` stands twice"),
            ("[1 2]", "3: expected `,` or `]`"),
            ("[01]", "1: this is no number"),
            ("[1.]", "1: this is no number"),
            (
                "[9223372036854775808]",
                "1: `9223372036854775808` has more digits than Kubernetes keeps in an integer",
            ),
            ("[1e999]", "1: `1e999` is a number that JSON does not have"),
            ("\"\\ud83d\"", "7: half of a character that needs two escapes"),
            ("\"a\nb\"", "2: a control character in a string"),
            ("\"a", "1: a string without an end"),
            ("{} x", "3: more text after the end of the value"),
        ] {
            assert_eq!(problem(text), message, "{text}");
        }
        assert!(problem(&"[".repeat(1_000_000)).contains("too deep"));
    }

    #[test]
    fn pretty_has_a_line_for_each() {
        assert_eq!(
            write_pretty(&value!({ "a": [1], "b": {} })),
            "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}"
        );
    }
}

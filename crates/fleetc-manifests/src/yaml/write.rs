//! Values into YAML.
//!
//! Text stands without quotes only where no reader, of YAML 1.1 or 1.2, could take it for something else.

use crate::{Data, Entry, List, Map, Text, Value};

/// Keys that take more bytes than this, escapes included, are written with `?`: some readers look no further for the `:`.
const LONG_KEY: usize = 400;

/// The keys of an object that come first, as in all of Kubernetes' documentation.
const FIRST_KEYS: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// The value as one document, in block style, ending with a line break.
pub fn write(value: &Value) -> String {
    let mut out = String::new();
    write_to(value, &mut out);
    out
}

/// Adds the value to `out`, as [`write()`] writes it.
pub fn write_to(value: &Value, out: &mut String) {
    match &value.data {
        Data::Map(map) if !map.is_empty() => document(map, out),
        Data::List(list) if !list.is_empty() => block_list(list, 0, out),
        _ => {
            scalar(&value.data, 0, out);
            out.push('\n');
        }
    }
}

/// A whole object: what it is comes first, then what is in it, as it was written.
fn document(map: &Map, out: &mut String) {
    for key in FIRST_KEYS {
        if let Some(first) = map.entry(key) {
            entry(first, 0, out);
        }
    }
    for other in map {
        if !FIRST_KEYS.contains(&other.key.text.as_str()) {
            entry(other, 0, out);
        }
    }
}

fn block_map(map: &Map, indent: usize, out: &mut String) {
    for (index, item) in map.iter().enumerate() {
        if index > 0 {
            spaces(indent, out);
        }
        entry(item, indent, out);
    }
}

/// A list lies at the indent of its key, as `kubectl` writes it.
fn block_list(list: &List, indent: usize, out: &mut String) {
    for (index, item) in list.iter().enumerate() {
        if index > 0 {
            spaces(indent, out);
        }
        out.push_str("- ");
        match &item.data {
            Data::Map(map) if !map.is_empty() => block_map(map, indent + 2, out),
            Data::List(list) if !list.is_empty() => block_list(list, indent + 2, out),
            data => {
                scalar(data, indent, out);
                out.push('\n');
            }
        }
    }
}

fn entry(entry: &Entry, indent: usize, out: &mut String) {
    key(&entry.key.text, indent, out);
    match &entry.value.data {
        Data::Map(map) if !map.is_empty() => {
            out.push('\n');
            spaces(indent + 2, out);
            block_map(map, indent + 2, out);
        }
        Data::List(list) if !list.is_empty() => {
            out.push('\n');
            spaces(indent, out);
            block_list(list, indent, out);
        }
        data => {
            out.push(' ');
            scalar(data, indent, out);
            out.push('\n');
        }
    }
}

fn key(text: &Text, indent: usize, out: &mut String) {
    let start = out.len();
    one_line(text, out);
    if out.len() - start > LONG_KEY {
        out.insert_str(start, "? ");
        out.push('\n');
        spaces(indent, out);
    }
    out.push(':');
}

fn scalar(data: &Data, indent: usize, out: &mut String) {
    match data {
        Data::Null => out.push_str("null"),
        Data::Bool(it) => out.push_str(if *it { "true" } else { "false" }),
        Data::Number(it) => {
            use std::fmt::Write as _;
            write!(out, "{it}").expect("a string takes all that is written to it");
        }
        Data::Text(it) if is_block(it) => block_text(it, indent + 2, out),
        Data::Text(it) => one_line(it, out),
        Data::List(_) => out.push_str("[]"),
        Data::Map(_) => out.push_str("{}"),
    }
}

fn spaces(count: usize, out: &mut String) {
    const SPACES: &str = "                                                                ";
    let mut left = count;
    while left > 0 {
        let chunk = left.min(SPACES.len());
        out.push_str(&SPACES[..chunk]);
        left -= chunk;
    }
}

fn one_line(text: &str, out: &mut String) {
    if is_plain(text) {
        out.push_str(text);
    } else if text.contains(['"', '\\']) && !text.contains(needs_escape) {
        single_quoted(text, out);
    } else {
        double_quoted(text, out);
    }
}

/// Whether the text may stand without quotes.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    let may_start = match first {
        b'a'..=b'z' | b'A'..=b'Z' => !is_word(text),
        b'/' | b'_' | b'(' | b'$' | b'^' | b';' | 0x80.. => true,
        b'-' if matches!(bytes.get(1), None | Some(b' ')) => false,
        // At the start of a line they end a document.
        b'-' | b'.' if text.starts_with("---") || text.starts_with("...") => false,
        b'0'..=b'9' | b'+' | b'-' | b'.' => !bytes.iter().all(|&byte| in_numbers(byte)),
        _ => false,
    };
    may_start && last != b' ' && last != b':' && inner_is_plain(text)
}

/// Whether nothing in the text ends it, begins a comment, or is invisible.
fn inner_is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    if !bytes.iter().any(|&byte| SPECIAL[usize::from(byte)]) {
        return true;
    }
    let mut ascii = true;
    for (index, &byte) in bytes.iter().enumerate() {
        match byte {
            b':' if bytes.get(index + 1) == Some(&b' ') => return false,
            b'#' if index > 0 && bytes[index - 1] == b' ' => return false,
            0..=0x1f | 0x7f => return false,
            0x80.. => ascii = false,
            _ => {}
        }
    }
    ascii || !text.contains(needs_escape)
}

/// Which bytes may not stand everywhere in a text without quotes.
const SPECIAL: [bool; 256] = {
    let mut special = [true; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        special[byte as usize] = matches!(byte, b':' | b'#');
        byte += 1;
    }
    special
};

/// Whether the byte occurs in numbers of any base, in dates, or in `.inf` and `.nan`.
fn in_numbers(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || b"xXoO_.:+-tTzZiInN, ".contains(&byte)
}

/// Whether some reader takes the word for a boolean, for null, or for a number.
fn is_word(text: &str) -> bool {
    const WORDS: [&[&str]; 6] =
        [&[], &["y", "n"], &["no", "on"], &["yes", "off", "nan", "inf"], &["true", "null"], &["false"]];
    WORDS.get(text.len()).is_some_and(|words| words.iter().any(|word| word.eq_ignore_ascii_case(text)))
}

/// Whether the character must not stand as it is: it is a control, invisible, turns the direction of writing,
/// or is a line break for some reader.
fn needs_escape(c: char) -> bool {
    match c {
        ' '..='~' => false,
        '\u{a0}'
        | '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{3000}'
        | '\u{feff}'
        | '\u{2000}'..='\u{200f}'
        | '\u{2028}'..='\u{202f}'
        | '\u{205f}'..='\u{206f}'
        | '\u{fdd0}'..='\u{fdef}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => c.is_control() || (c as u32) & 0xfffe == 0xfffe,
    }
}

fn single_quoted(text: &str, out: &mut String) {
    out.push('\'');
    for (index, part) in text.split('\'').enumerate() {
        if index > 0 {
            out.push_str("''");
        }
        out.push_str(part);
    }
    out.push('\'');
}

fn double_quoted(text: &str, out: &mut String) {
    use std::fmt::Write as _;
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            _ if !needs_escape(c) => out.push(c),
            _ => {
                let code = c as u32;
                match code {
                    0..=0xff => write!(out, "\\x{code:02X}"),
                    0x100..=0xffff => write!(out, "\\u{code:04X}"),
                    _ => write!(out, "\\U{code:08X}"),
                }
                .expect("a string takes all that is written to it");
            }
        }
    }
    out.push('"');
}

/// Whether the text may stand as a literal block: it has lines, its first one that is not empty begins with
/// something visible, its last one is not blank, and nothing in it needs an escape.
fn is_block(text: &str) -> bool {
    if !text.contains('\n') {
        return false;
    }
    let starts_visibly = !matches!(text.trim_start_matches('\n').chars().next(), None | Some(' ' | '\t'));
    let last_line = text.rsplit('\n').next().unwrap_or_default();
    let ends_visibly = last_line.is_empty() || !last_line.trim_matches([' ', '\t']).is_empty();
    starts_visibly && ends_visibly && is_visible(text)
}

/// Whether nothing in the lines of a text needs an escape.
fn is_visible(text: &str) -> bool {
    // Most texts are ASCII, and without a branch for each byte several are looked at in one step.
    let is_plain = |byte: u8| byte.wrapping_sub(b' ') <= b'~' - b' ' || byte == b'\n' || byte == b'\t';
    text.bytes().fold(true, |all, byte| all & is_plain(byte))
        || !text.contains(|c| c != '\n' && c != '\t' && needs_escape(c))
}

fn block_text(text: &str, indent: usize, out: &mut String) {
    out.push('|');
    let body = text.strip_suffix('\n');
    match body {
        None => out.push('-'),
        Some(body) if body.ends_with('\n') => out.push('+'),
        Some(_) => {}
    }
    for line in body.unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            spaces(indent, out);
            out.push_str(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Place, value, yaml};

    fn text(text: &str) -> String {
        let mut out = String::new();
        scalar(&Data::Text(text.into()), 0, &mut out);
        out
    }

    #[test]
    fn an_object_begins_with_what_it_is() {
        let object = value!({
            "spec": { "ports": [{ "port": 80, "name": "web" }], "selector": {}, "list": [], "none": null },
            "metadata": { "name": "web" },
            "kind": "Service",
            "apiVersion": "v1",
        });
        assert_eq!(
            write(&object),
            "\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  ports:
  - port: 80
    name: web
  selector: {}
  list: []
  none: null
"
        );
    }

    #[test]
    fn lists_of_lists() {
        assert_eq!(
            write(&value!({ "a": [["b", ["c"]], [{ "d": ["e"] }]] })),
            "a:\n- - b\n  - - c\n- - d:\n    - e\n"
        );
    }

    #[test]
    fn quotes_stand_where_a_reader_could_err() {
        for (it, written) in [
            ("web", "web"),
            ("--flag=on", "--flag=on"),
            ("10m", "10m"),
            ("ghcr.io/acme/web:1.4.2", "ghcr.io/acme/web:1.4.2"),
            ("/var/lib", "/var/lib"),
            ("", "\"\""),
            ("yes", "\"yes\""),
            ("1.4.2", "\"1.4.2\""),
            ("0x1f", "\"0x1f\""),
            ("12:30", "\"12:30\""),
            ("2001-01-01", "\"2001-01-01\""),
            ("- a", "\"- a\""),
            ("--- word", "\"--- word\""),
            ("...word", "\"...word\""),
            ("a: b", "\"a: b\""),
            ("a #b", "\"a #b\""),
            ("{{ a }}", "\"{{ a }}\""),
            ("^\\d+$", "^\\d+$"),
            ("*\\d", "'*\\d'"),
            ("\"it\" isn't", "'\"it\" isn''t'"),
            ("tab\there", "\"tab\\there\""),
            ("é", "é"),
            ("no\u{a0}break", "\"no\\xA0break\""),
            ("\u{202e}abc", "\"\\u202Eabc\""),
            ("\u{1f600}", "\u{1f600}"),
            ("\u{e0001}", "\"\\U000E0001\""),
        ] {
            assert_eq!(text(it), written);
        }
    }

    #[test]
    fn lines_become_a_block() {
        for (it, written) in [
            ("a\nb\n", "|\n  a\n  b"),
            ("a\nb", "|-\n  a\n  b"),
            ("a\n\n", "|+\n  a\n"),
            ("\na\n", "|\n\n  a"),
            ("a\n \tb \n", "|\n  a\n   \tb "),
            (" a\n", "\" a\\n\""),
            ("\n", "\"\\n\""),
            ("a\n ", "\"a\\n \""),
            ("a\r\n", "\"a\\r\\n\""),
        ] {
            assert_eq!(text(it), written);
            let document = format!("key: {written}\n");
            assert_eq!(yaml::read(&document, Place::NONE).unwrap(), [value!({ "key": it })]);
        }
    }

    #[test]
    fn long_keys_are_read_by_all() {
        for key in ["k".repeat(2000), "\u{1}".repeat(LONG_KEY - 1)] {
            let value = value!({ "a": { key: 1 } });
            assert_eq!(yaml::read(&write(&value), Place::NONE).unwrap(), [value]);
        }
    }
}

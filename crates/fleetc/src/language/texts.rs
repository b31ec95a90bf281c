//! What the keys of fleet.toml hold that is text of some form: names, paths, durations, patterns.

use std::fmt;
use std::ops::Deref;

use fleetc_manifests::{Text, Value};

use super::{Decoder, Shape, Shaped, TextForm};

/// Text of a form of its own.
macro_rules! text_form {
    ($(#[doc = $doc:literal])+ $Type:ident, $form:expr, $check:expr, $help:literal) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $Type(Text);

        impl $Type {
            /// The text, if it has the form.
            pub fn new(text: impl Into<Text>) -> Option<Self> {
                let text = text.into();
                let check: fn(&str) -> bool = $check;
                check(&text).then_some(Self(text))
            }

            /// It as text.
            pub fn as_text(&self) -> &Text {
                &self.0
            }
        }

        impl Deref for $Type {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $Type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Shaped for $Type {
            fn shape() -> Shape {
                Shape::Text($form)
            }

            fn decode(value: &Value, decoder: &mut Decoder<'_>) -> Option<Self> {
                let text = Text::decode(value, decoder)?;
                let it = Self::new(text.clone());
                if it.is_none() {
                    decoder.wrong_form(value, format!("`{text}` does not have the form it needs"), $help);
                }
                it
            }
        }
    };
}

text_form! {
    /// A DNS label: the form of the names of things in fleet.toml and of Namespaces.
    Name, TextForm::Name, is_label,
    "lower-case letters, digits and `-`, at most 63 of them, beginning and ending with a letter or a digit"
}

text_form! {
    /// A path below the fleet's folder, with `/` between its parts; `*` stands for any part of a name.
    RelativePath, TextForm::Path, is_relative_path,
    "a path inside the fleet's folder, with `/` between its parts: no `..`, no `\\`, not absolute, and no name that Windows or git keep"
}

text_form! {
    /// A duration in Flux's form.
    Duration, TextForm::Duration, is_duration,
    "numbers with `ms`, `s`, `m` or `h`, such as `90s`, `10m` or `1h30m`"
}

text_form! {
    /// A name in which `*` matches any part.
    Pattern, TextForm::Pattern, |text| !text.is_empty(),
    "a name, or part of one with `*`"
}

/// Whether the text is a DNS label ([RFC 1123](https://www.rfc-editor.org/rfc/rfc1123), as Kubernetes has it).
fn is_label(text: &str) -> bool {
    let ends = [text.chars().next(), text.chars().last()];
    text.len() <= 63
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && ends.iter().all(|end| end.is_some_and(|end| end != '-'))
}

fn is_relative_path(text: &str) -> bool {
    let path = text.strip_suffix('/').unwrap_or(text);
    text.len() <= 1024 && path.split('/').all(is_part_of_a_path) && !text.contains(is_unseen)
}

/// Whether the text names something in a folder, and the same on every system: Windows takes trailing dots and blanks off,
/// and has names that are devices. What git keeps for itself is nobody's: it may hold the credentials of a checkout.
fn is_part_of_a_path(part: &str) -> bool {
    const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
    let stem = part.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = ["com", "lpt"].iter().find_map(|device| stem.strip_prefix(device));
    let is_numbered =
        numbered.is_some_and(|it| it.chars().count() == 1 && it.contains(|c: char| c.is_numeric()));
    !matches!(part, "" | "." | "..")
        && part.len() <= 255
        && !part.contains(['\\', ':', '~'])
        && !part.ends_with(['.', ' '])
        && !part.eq_ignore_ascii_case(".git")
        && !DEVICES.contains(&stem.as_str())
        && !is_numbered
}

/// Whether nobody sees the character, or it changes the order in which others are seen.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Whether the text has the form that Flux's own schema asks of durations, and fits into Go's.
fn is_duration(text: &str) -> bool {
    const LONGEST: u64 = (i64::MAX / 1_000_000) as u64;
    Duration::milliseconds_of(text).is_some_and(|length| length < LONGEST)
}

impl Duration {
    /// Its length in milliseconds.
    pub fn milliseconds(&self) -> u64 {
        Self::milliseconds_of(&self.0).unwrap_or_default()
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn milliseconds_of(text: &str) -> Option<u64> {
        let mut rest = text;
        let mut length = 0.0;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let (number, unit) = rest.split_at(digits);
            if number.is_empty() || number.starts_with('.') || number.ends_with('.') {
                return None;
            }
            let (factor, after) =
                UNITS.iter().find_map(|(name, factor)| Some((factor, unit.strip_prefix(name)?)))?;
            length += factor * number.parse::<f64>().ok()?;
            rest = after;
        }
        (!text.is_empty()).then_some(length as u64)
    }
}

/// The units of durations in milliseconds, the longer name first.
const UNITS: [(&str, f64); 4] = [("ms", 1.0), ("s", 1e3), ("m", 6e4), ("h", 3.6e6)];

impl Pattern {
    /// Whether it matches the whole name.
    ///
    /// ```
    /// use fleetc::language::Pattern;
    ///
    /// let pattern = Pattern::new("prod*").unwrap();
    /// assert!(pattern.matches("prod-canary") && !pattern.matches("preprod"));
    /// ```
    pub fn matches(&self, name: &str) -> bool {
        matches_parts(&self.0, name)
    }

    /// Whether it has a `*`.
    pub fn is_open(&self) -> bool {
        self.0.contains('*')
    }
}

/// Whether the name is the parts between the `*`, in order, with anything between them.
fn matches_parts(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut left) = name.strip_prefix(first) else {
        return false;
    };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*').filter(|part| !part.is_empty()) {
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        for path in
            ["apps/web", "apps/*.yaml", "a.b/c_d/", "apps", ".github", "company", "com10", "nullable.yaml"]
        {
            assert!(RelativePath::new(path).is_some(), "{path}");
        }
        for path in [
            "",
            "/etc",
            "../x",
            "a/../b",
            "a//b",
            "./a",
            "C:/x",
            "a\\b",
            "~/x",
            "a\0b",
            "a/..",
            "a.",
            "a /b",
            "nul",
            "a/COM1.yaml",
            "lpt\u{b9}",
            ".git/config",
            ".GIT",
            "a\u{202e}b",
        ] {
            assert!(RelativePath::new(path).is_none(), "{path}");
        }
    }

    #[test]
    fn durations_are_compared_by_length() {
        let length = |text| Duration::new(text).unwrap().milliseconds();
        assert_eq!(length("10m"), length("10m0s"));
        assert_eq!(length("1h30m"), 5_400_000);
        assert_eq!(length("1.5s500ms"), 2000);
        for text in ["", "10", "m", "10 m", "-1m", "1d", ".5s", "5.s", "99999999999h"] {
            assert!(Duration::new(text).is_none(), "{text}");
        }
    }

    #[test]
    fn stars_match_any_part() {
        let matches = |pattern: &str, name| Pattern::new(pattern).unwrap().matches(name);
        assert!(
            matches("*", "") && matches("a*c", "abc") && matches("a*b*c", "a-b-c") && matches("*b*", "abc")
        );
        assert!(matches("abc", "abc") && matches("a*", "a"));
        assert!(!matches("a*c", "abd") && !matches("abc", "abcd") && !matches("ab*ba", "aba"));
    }
}

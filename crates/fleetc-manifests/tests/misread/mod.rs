//! Strings that some reader of YAML is known to take for something else, or to give back changed.
//!
//! Most are spelled by rule (words in every case, numbers with every sign, indicators in every place), so that the
//! list has no holes where a person would forget one.

use std::collections::BTreeSet;

/// The strings, each once.
pub(crate) fn strings() -> BTreeSet<String> {
    let mut strings = BTreeSet::new();
    for family in [
        words,
        numbers,
        times,
        indicators,
        markers,
        lines,
        line_ends,
        blanks,
        long,
        controls,
        other_scripts,
        other_languages,
    ] {
        strings.extend(family());
    }
    strings
}

/// Booleans, nulls and what is no number, in every case.
fn words() -> Vec<String> {
    const WORDS: [&str; 20] = [
        "y",
        "n",
        "yes",
        "no",
        "on",
        "off",
        "true",
        "false",
        "t",
        "f",
        "null",
        "nil",
        "none",
        "nan",
        "inf",
        "infinity",
        ".nan",
        ".inf",
        "~",
        "undefined",
    ];
    let mut words = Vec::new();
    for word in WORDS {
        let (first, rest) = word.split_at(1);
        for sign in ["", "+", "-"] {
            words.push(format!("{sign}{word}"));
            words.push(format!("{sign}{}", word.to_uppercase()));
            words.push(format!("{sign}{}{rest}", first.to_uppercase()));
            words.push(format!("{sign}{first}{}", rest.to_uppercase()));
        }
    }
    words.extend(
        [".NaN", "NaN", ".Inf", "-.Inf", "+.Inf", "yes ", " no", "on:", "off #", "true,"].map(Into::into),
    );
    words
}

/// Numbers of every base and form, what nearly is one, and what only Kubernetes takes for one.
fn numbers() -> Vec<String> {
    const DIGITS: &str = "
        0 00 1 10 007 0755 017 08 09 0o17 0O17 0o8 0o 0x1F 0XdeadBEEF 0xg 0x 0b101 0B1 0b2 0b
        1_000 1__0 1_ _1 0_1 0x_1f 0b_1 0o_7 1,000 1,000.5 1.5 1. 1.10 0.5 .5 .5e3 ._5 . .. ... 5.e-3
        1e3 1E3 1e+3 1e-3 0e1 12e03 1e 1e+ e3 1.e 1e400 1e-400 1234e567 5d41402a 1e1_0 1.2.3 1.0.0 1-2 1/2
        1:30 12:30 12:30:45 1:60 190:20:30 190:20:30.15 0:0 1_2:3 8080:80 08:30
        2147483648 9007199254740993 9223372036854775807 9223372036854775808 18446744073709551615
        18446744073709551616 340282366920938463463374607431768211456 0xffffffffffffffff 0x8000000000000000
        20230921.12345678 0.1000000000000000055511151231257827 10m 1Gi 100% 3.14f 1L 0x1p3 0x1.8 10.0.0.0/8
    ";
    let signed = |digits: &str| ["", "+", "-", "--", "+-"].map(|sign| format!("{sign}{digits}"));
    DIGITS.split_whitespace().flat_map(signed).collect()
}

/// Dates and points in time, right and nearly right.
fn times() -> Vec<String> {
    const DATES: [&str; 8] = [
        "2001-01-01",
        "2001-1-1",
        "2001-12-14",
        "2001-02-30",
        "2001-13-45",
        "0001-01-01",
        "01-01-2001",
        "2001-01",
    ];
    const TIMES: [&str; 9] = [
        "",
        "T21:59:43Z",
        "t21:59:43.10-05:00",
        " 21:59:43.10",
        "  21:59:43 -5",
        " 21:59",
        "T21:59Z",
        "Z",
        "T25:61:61Z",
    ];
    DATES.iter().flat_map(|date| TIMES.map(|time| format!("{date}{time}"))).collect()
}

/// Every character that means something to YAML, or nearly, in every place.
fn indicators() -> Vec<String> {
    const INDICATORS: &str = "-?:,[]{}#&*!|>'\"%@`=<~^$;./\\()+_ \t";
    INDICATORS
        .chars()
        .flat_map(|it| {
            [
                format!("{it}"),
                format!("{it}{it}"),
                format!("{it}a"),
                format!("{it} a"),
                format!("a{it}"),
                format!("a {it}"),
                format!("a{it}b"),
                format!("a{it} b"),
                format!("a {it}b"),
                format!("a {it} b"),
                format!("{it}\""),
                format!("'{it}"),
            ]
        })
        .collect()
}

/// What begins, ends and names parts of a file.
fn markers() -> Vec<String> {
    const MARKERS: [&str; 47] = [
        "<<",
        "<<: *a",
        "=",
        "= a",
        "---",
        "--- a",
        "--- word",
        "--- ?",
        "---a",
        "--- ",
        "...",
        "... a",
        "... word",
        "%YAML 1.2",
        "%TAG ! tag:x:",
        "a\n---\nb",
        "a\n---\n",
        "---\na",
        "a\n...\nb",
        "...\n",
        "a\n--- b\n",
        "a\n%YAML 1.2\n---\nb",
        "!x",
        "!!str a",
        "!!binary aGk=",
        "!<tag:yaml.org,2002:int> 1",
        "! a",
        "&a",
        "&a b",
        "*a",
        "*a b",
        "*a : b",
        "? x",
        "? x\n: y",
        "- x",
        "- - x",
        "-- x",
        "a: b",
        "a:\tb",
        "a:\n  b",
        "a #b",
        "a\t#b",
        "# a",
        "| a",
        "|-\n a",
        ">+\n a",
        "[a]: b",
    ];
    MARKERS.map(Into::into).into()
}

/// Several lines: every beginning and every end, around lines of every shape.
fn lines() -> Vec<String> {
    const BEGINNINGS: [&str; 7] = ["", "\n", "\n\n", " ", "\t", " \n", "\n  "];
    const BODIES: [&str; 7] = ["a\nb", "a\n\n\nb", "a \nb", "a\n  b\n c", "a\n\tb", "a\n \nb", "# a\n- b: c"];
    const ENDS: [&str; 8] = ["", "\n", "\n\n", "\n\n\n", " ", " \n", "\n ", "\n\t\n"];
    let mut lines = Vec::new();
    for beginning in BEGINNINGS {
        for end in ENDS {
            lines.push(format!("{beginning}a{end}"));
            lines.extend(BODIES.map(|body| format!("{beginning}{body}{end}")));
        }
    }
    lines
}

/// What ends a line for some readers.
fn line_ends() -> Vec<String> {
    ["\r\n", "\r", "\n\r", "\u{85}", "\u{2028}", "\u{2029}", "\u{b}", "\u{c}"]
        .iter()
        .flat_map(|end| {
            ["E", "Ea", "aE", "aEb", "a Eb", "aE b", "aEEb", "a\nEb\n", "aE\nb\n"]
                .map(|it| it.replace('E', end))
        })
        .collect()
}

/// Nothing but what cannot be seen.
fn blanks() -> Vec<String> {
    [
        "", " ", "  ", "\t", "\t ", " \t", "\n", "\n\n", "\n\n\n", " \n", "\n ", "\n\t", "\t\n", " \n \n",
        "\n \n",
    ]
    .map(Into::into)
    .into()
}

/// Lines, keys and words that are longer than some reader or writer looks.
fn long() -> Vec<String> {
    let mut long = Vec::new();
    for length in [80, 81, 128, 129, 400, 401, 1022, 1023, 1025] {
        long.push("k".repeat(length));
        long.push("word ".repeat(length / 5) + "end");
        long.push("a: b # ".repeat(length / 7));
        long.push("\"".repeat(length));
        long.push("\u{1}".repeat(length));
        long.push("é".repeat(length));
        long.push("\u{2028}".repeat(length));
        long.push("\u{1f600}".repeat(length));
        long.push(format!("{}\n{}\n", "word ".repeat(length / 5) + "end", "k".repeat(length)));
    }
    long
}

/// Characters that cannot be seen, or that change how others are.
fn controls() -> Vec<String> {
    let ascii = ('\0'..=' ').chain('\u{7f}'..='\u{a0}');
    let others = "\u{ad}\u{34f}\u{61c}\u{180e}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\
                  \u{2060}\u{2066}\u{2069}\u{206f}\u{3000}\u{d7ff}\u{e000}\u{f8ff}\u{fdd0}\u{fe0f}\u{feff}\u{fff9}\
                  \u{fffb}\u{fffc}\u{fffd}\u{fffe}\u{ffff}\u{10000}\u{1f600}\u{1fffe}\u{e0001}\u{e007f}\u{f0000}\
                  \u{10fffd}\u{10fffe}\u{10ffff}";
    ascii
        .chain(others.chars())
        .flat_map(|it| ["E", "Ea", "aE", "aEb", "a\nE\n"].map(|a| a.replace('E', &it.to_string())))
        .collect()
}

/// Text of other scripts, composed and decomposed, from right to left, and beside others.
fn other_scripts() -> Vec<String> {
    const TEXTS: [&str; 12] = [
        "é",
        "e\u{301}",
        "\u{301}",
        "ß",
        "日本語",
        "한국어",
        "\u{1112}\u{1161}\u{11ab}",
        "שלום",
        "مرحبا",
        "हिन्दी",
        "👩\u{200d}👩\u{200d}👧",
        "🏳\u{fe0f}\u{200d}🌈",
    ];
    TEXTS
        .iter()
        .flat_map(|text| [(*text).to_owned(), format!("{text}: a"), format!("a {text} b\n{text}\n")])
        .collect()
}

/// Text that means something in JSON, in templates, in shells, or in a manifest.
fn other_languages() -> Vec<String> {
    const TEXTS: [&str; 40] = [
        "{}",
        "[]",
        "{\"a\": 1}",
        "{a: 1}",
        "[a, b]",
        "[\"a\"]",
        "\"a\"",
        "'a'",
        "\"a",
        "'a",
        "it's",
        "'\"",
        "\\\"",
        "\\n",
        "\\",
        "a\\",
        "\"a\\\nb\"",
        "{{ .Values.a }}",
        "{{a}}",
        "{% if a %}",
        "<%= a %>",
        "${x}",
        "$${x}",
        "$(x)",
        "$x",
        "#{x}",
        "`a`",
        "@a",
        "%a",
        "https://example.com/a?b=c#d",
        "git@example.com:a/b.git",
        "::",
        "::1",
        "[::1]:80",
        "sha256:0123456789abcdef",
        "*.example.com",
        "--flag=yes",
        "a=b",
        "- a\n- b\n",
        "a: 1\nb: 2\n",
    ];
    TEXTS.map(Into::into).into()
}

//! Texts that are large, and nothing else: one piece of each kind, many times.

/// Those in which there is nothing.
pub(crate) const EMPTY: [&str; 5] =
    ["empty documents", "ends of documents", "comments", "blanks", "byte-order marks"];

/// Texts of so many pieces, and what they are.
pub(crate) fn texts(count: usize) -> Vec<(&'static str, String)> {
    let many = |piece: &str| piece.repeat(count);
    let each = |piece: fn(usize) -> String| (0..count).map(piece).collect::<String>();
    vec![
        ("items", many("- a\n")),
        ("items in a line", format!("[{}]", many("a, "))),
        ("keys", each(|it| format!("k{it}: v\n"))),
        ("keys in a line", format!("{{{}}}", each(|it| format!("k{it}: v, ")))),
        ("keys of JSON", format!("{{{} \"z\": 1}}", each(|it| format!("\"k{it}\":1,")))),
        ("keys without values", format!("{{{}}}", each(|it| format!("k{it}, ")))),
        ("keys that stand twice", many("a: 1\n")),
        ("keys of JSON that stand twice", format!("{{{} \"a\":1}}", many("\"a\":1,"))),
        ("merged keys", format!("a:\n  <<:\n{}", each(|it| format!("    k{it}: v\n")))),
        ("merged maps", format!("a:\n  <<:\n{}", each(|it| format!("  - k{it}: v\n")))),
        ("merges", many("<<: {}\n")),
        ("anchors", each(|it| format!("- &a{it} x\n"))),
        ("one anchor", many("- &a x\n")),
        ("aliases", format!("- &a x\n{}", many("- *a\n"))),
        ("ambiguous scalars and aliases", format!("- &a x\n{0}{1}{1}", many("- yes\n"), many("- *a\n"))),
        ("unknown aliases", many("- *a\n")),
        ("unknown tags", many("- !x y\n")),
        ("documents", many("---\na\n")),
        ("empty documents", many("---\n")),
        ("ends of documents", many("...\n")),
        ("documents with mistakes", many("[a: b: c\n---\n")),
        ("comments", many("# a\n")),
        ("comments after items", many("- a # b\n")),
        ("lines of a scalar", many("a\n")),
        ("lines of a block", format!("a: |\n{}", many(" a\n"))),
        ("lines of a folded block", format!("a: >\n{}", many(" a\n"))),
        ("lines in quotes", format!("\"{}\"", many("a\n"))),
        ("escapes", format!("\"{}\"", many("\\u00e9"))),
        ("empty lines", format!("a: |\n a{}", many("\n"))),
        ("blanks", many(" ")),
        ("words", many("a ")),
        ("colons", many(":")),
        ("question marks", many("? a\n")),
        ("digits", many("1")),
        ("digits after a point", format!("0.{}", many("1"))),
        ("an exponent", format!("1e{}", many("1"))),
        ("underscores", format!("1{}", many("_"))),
        ("byte-order marks", many("\u{feff}")),
    ]
}

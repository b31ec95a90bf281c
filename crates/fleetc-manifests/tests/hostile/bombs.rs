//! Short texts that aliases make large.

/// The bombs, and what they are.
pub(crate) fn texts() -> Vec<(&'static str, String)> {
    [exponential(), of_one_large_value(), of_merges(), without_an_end()].concat()
}

type Bombs = Vec<(&'static str, String)>;

/// So many lines, each made from its number and those of the line before.
fn lines(count: usize, first: &str, line: impl Fn(usize, usize) -> String) -> String {
    let lines: String = (1..count).map(|it| line(it, it - 1) + "\n").collect();
    format!("a0: &a0 {first}\n{lines}")
}

/// Each value holds the one before several times.
fn exponential() -> Bombs {
    let tenfold = |before: usize| vec![format!("*a{before}"); 10].join(", ");
    let short = lines(9, "[x, x, x, x, x]", |it, before| {
        format!("a{it}: &a{it} [{}]", vec![format!("*a{before}"); 7].join(","))
    });
    vec![
        ("ten in each of nine", lines(9, "x", |it, before| format!("a{it}: &a{it} [{}]", tenfold(before)))),
        ("less than 500 bytes", short),
        (
            "two in each of sixty",
            lines(60, "x", |it, before| format!("a{it}: &a{it} [*a{before}, *a{before}]")),
        ),
        ("empty lists", lines(60, "[]", |it, before| format!("a{it}: &a{it} [*a{before}, *a{before}]"))),
        ("nulls", lines(60, "", |it, before| format!("a{it}: &a{it} [*a{before}, *a{before}]"))),
        ("maps", lines(60, "x", |it, before| format!("a{it}: &a{it} {{b: *a{before}, c: *a{before}}}"))),
        (
            "maps of JSON",
            lines(60, "x", |it, before| {
                format!("\"a{it}\": &a{it} {{\"b\": *a{before}, \"c\": *a{before}}}")
            }),
        ),
        (
            "lists of maps",
            lines(60, "x", |it, before| format!("a{it}: &a{it} [{{b: *a{before}}}, {{c: *a{before}}}]")),
        ),
        ("block lists", lines(60, "x", |it, before| format!("a{it}: &a{it}\n- *a{before}\n- *a{before}"))),
        (
            "block maps",
            lines(60, "x", |it, before| format!("a{it}: &a{it}\n  b: *a{before}\n  c: *a{before}")),
        ),
        (
            "block maps of lists",
            lines(60, "x", |it, before| format!("a{it}: &a{it}\n  b:\n  - *a{before}\n  - *a{before}")),
        ),
        ("explicit keys", lines(60, "x", |it, before| format!("? a{it}\n: &a{it} [*a{before}, *a{before}]"))),
        (
            "line ends of Windows",
            lines(60, "x", |it, before| format!("a{it}: &a{it} [*a{before}, *a{before}]"))
                .replace('\n', "\r\n"),
        ),
        (
            "the two before",
            lines(60, "&b x", |it, before| {
                format!("a{it}: &a{it} [*a{before}, *a{}]", before.saturating_sub(1))
            }),
        ),
        (
            "one name",
            lines(60, "x", |_, _| "a: &a0 [*a0, *a0]".into()).replace("a: ", "- ").replace("a0: ", "- "),
        ),
        ("tags", lines(60, "x", |it, before| format!("a{it}: &a{it} !!seq [*a{before}, *a{before}]"))),
        (
            "one document in another",
            format!(
                "--- a\n---\n{}",
                lines(60, "x", |it, before| format!("a{it}: &a{it} [*a{before}, *a{before}]"))
            ),
        ),
        (
            "an object",
            lines(60, "x", |it, before| format!("a{it}: &a{it} [*a{before}, *a{before}]"))
                .replace("a0: ", "kind: List\na0: "),
        ),
        (
            "many documents",
            lines(15, "x", |it, before| format!("a{it}: &a{it} [*a{before}, *a{before}]"))
                .repeat(30)
                .replace("a0: &a0", "---\na0: &a0"),
        ),
        ("lists in lists", lines(5000, "x", |it, before| format!("a{it}: &a{it} [*a{before}]"))),
        ("maps in maps", lines(5000, "x", |it, before| format!("a{it}: &a{it} {{b: *a{before}}}"))),
    ]
}

/// One value is large, and stands in many places.
fn of_one_large_value() -> Bombs {
    let items = "x, ".repeat(5_000);
    let keys = (0..5_000).map(|it| format!("k{it}: x, ")).collect::<Vec<_>>().concat();
    let text = "x".repeat(100_000);
    let many = |piece: &str| piece.repeat(5_000);
    vec![
        ("a list", format!("a: &a [{items}]\nb: [{}]", many("*a, "))),
        ("a map", format!("a: &a {{{keys}}}\nb: [{}]", many("*a, "))),
        ("a list in block style", format!("a: &a\n{}b:\n{}", many("- x\n"), many("- *a\n"))),
        ("text", format!("a: &a {text}\nb: [{}]", many("*a, "))),
        ("text in quotes", format!("a: &a \"{text}\"\nb: [{}]", many("*a, "))),
        ("text in lines", format!("a: &a |\n  {text}\nb: [{}]", many("*a, "))),
        ("a key", format!("&a {text}: x\nb: [{}]", many("{*a : x}, "))),
        ("a map with a long key", format!("a: &a {{? {text} : x}}\nb: [{}]", many("*a, "))),
        ("items of many maps", format!("a: &a [{items}]\nb:\n{}", many("- c: *a\n"))),
    ]
}

/// `<<` copies what it merges.
fn of_merges() -> Bombs {
    let keys = (0..5_000).map(|it| format!("k{it}: x, ")).collect::<Vec<_>>().concat();
    vec![
        ("merged again and again", format!("a: &a {{{keys}}}\nb: [{}]", "{<<: *a}, ".repeat(5_000))),
        ("merged in one list", format!("a: &a {{{keys}}}\nb: {{<<: [{}]}}", "*a, ".repeat(5_000))),
        (
            "merged, and a key more",
            lines(2000, "{}", |it, before| format!("a{it}: &a{it} {{<<: *a{before}, k{it}: x}}")),
        ),
        (
            "merged, twice each",
            lines(60, "{}", |it, before| {
                format!("a{it}: &a{it} {{b: {{<<: *a{before}}}, c: {{<<: *a{before}}}}}")
            }),
        ),
        (
            "merged from lists",
            lines(60, "{}", |it, before| {
                format!("a{it}: &a{it} {{<<: [{{b{it}: *a{before}}}, {{c{it}: *a{before}}}]}}")
            }),
        ),
    ]
}

/// A value that holds itself.
fn without_an_end() -> Bombs {
    [
        ("a list in itself", "a: &a [*a]"),
        ("a map in itself", "a: &a {b: *a}"),
        ("a block list in itself", "a: &a\n- *a"),
        ("a map that is merged into itself", "a: &a {<<: *a}"),
        ("a map that is its own key", "&a {*a : b}"),
        ("a list deep in itself", "&a [[[{b: [*a]}]]]"),
    ]
    .map(|(name, text)| (name, text.to_owned()))
    .into()
}

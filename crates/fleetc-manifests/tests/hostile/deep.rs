//! Lists and maps that lie in each other.

/// Texts of so many levels, and what they are.
pub(crate) fn texts(levels: usize) -> Vec<(&'static str, String)> {
    let open = |piece: &str| piece.repeat(levels);
    let closed = |piece: &str, inner: &str, end: &str| piece.repeat(levels) + inner + &end.repeat(levels);
    vec![
        ("lists", open("[")),
        ("lists with an end", closed("[", "", "]")),
        ("lists of items", open("[a, ")),
        ("maps", open("{")),
        ("maps under keys", open("{\"a\":")),
        ("maps with an end", closed("{\"a\":", "1", "}")),
        ("maps with plain keys", closed("{a: ", "1", "}")),
        ("lists and maps", closed("[{\"a\":", "1", "}]")),
        ("maps without values", closed("{a, b: ", "", "}")),
        ("maps as keys", closed("{? ", "a", "}")),
        ("pairs in lists", closed("[a: ", "b", "]")),
        ("block lists", open("- ")),
        ("block lists of maps", open("- a: ")),
        ("block lists and lists", open("- [")),
        ("block maps as keys", open("? ")),
        ("block lists as keys", open("? - ")),
        ("block maps as values", open(": ")),
        ("tags", closed("!!seq [", "", "]")),
        ("anchors", closed("&a [", "", "]")),
        ("lines", open("[\n")),
        ("lists after dashes", closed("- - [", "", "]")),
        ("indented maps", indented("a:\n", levels)),
        ("indented lists", indented("-\n", levels)),
    ]
}

/// Each line one blank further in than the one above. A line is as long as it is deep, so there are fewer.
fn indented(line: &str, levels: usize) -> String {
    (0..levels.isqrt()).map(|depth| " ".repeat(depth) + line).collect()
}

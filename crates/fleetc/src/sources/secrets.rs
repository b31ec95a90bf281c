//! What of a text may be shown.

use super::credential::{self, Block};

/// Words in names of what nobody else should read.
const CREDENTIALS: [&str; 8] =
    ["password", "passwd", "passphrase", "token", "apikey", "privatekey", "credential", "connectionstring"];

/// Keys under which a Secret holds its values.
const DATA: [&str; 2] = ["data", "stringData"];

/// The text with a star for each byte of what looks secret: the values of Secrets, of keys that are named for it,
/// passwords in addresses, and what looks like a credential wherever it stands. Line breaks, and so all places, stay.
pub(super) fn masked(text: &str, has_secrets: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // The indentation of the key whose block is hidden.
    let mut hidden: Option<usize> = None;
    let mut previous = String::new();
    let mut block = Block::Open;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '-']).len();
        let is_blank = line.trim().is_empty();
        if !is_blank && hidden.is_some_and(|it| indent <= it) {
            hidden = None;
        }
        let from = match hidden {
            Some(_) => Some(value_start(line, 0).unwrap_or(indent)),
            None => secret_part(line, &previous, has_secrets),
        };
        let opens = |key: &str| key_of(line) == key && line.trim_end().ends_with([':', '|', '>', '-', '+']);
        if hidden.is_none() && ((has_secrets && DATA.into_iter().any(opens)) || is_credential_block(line)) {
            hidden = Some(indent);
        }
        let of_line = [from, password_in_address(line), looks_secret(line, block.at(line))];
        block = block.after(line);
        stars(line, of_line.into_iter().flatten().min(), &mut out);
        previous.clear();
        previous.push_str(line);
    }
    out
}

/// The first byte of the line that is secret, if there is one.
fn secret_part(line: &str, previous: &str, has_secrets: bool) -> Option<usize> {
    let of_data = DATA.iter().filter(|_| has_secrets).filter_map(|key| {
        let at = find_key(line, key)? + key.len();
        line[at..].find(['{', '[']).map(|open| at + open)
    });
    let named = credential_at(line).and_then(|at| value_start(line, at));
    let of_variable =
        (credential_at(previous).is_some() && key_of(previous) == "name" && key_of(line) == "value")
            .then(|| value_start(line, 0))
            .flatten();
    of_data.min().into_iter().chain(named).chain(of_variable).min()
}

/// Where a word of a credential ends, with the rest of the name that it is in.
fn credential_at(line: &str) -> Option<usize> {
    let lower: String =
        line.chars().map(|c| if c.is_ascii() { c.to_ascii_lowercase() } else { '?' }).collect();
    let plain = lower.len() == line.len();
    let joined = lower.replace(['-', '_'], "");
    if !plain || !CREDENTIALS.iter().any(|word| joined.contains(word)) {
        return CREDENTIALS.iter().any(|word| joined.contains(word)).then_some(0);
    }
    CREDENTIALS.iter().filter_map(|word| lower.find(word).map(|at| at + word.len())).min().or(Some(0))
}

/// Where the value behind the first key after `from` begins.
fn value_start(line: &str, from: usize) -> Option<usize> {
    let rest = &line[from..];
    let end = [": ", " = ", "=", ":\t", ", value"]
        .iter()
        .filter_map(|it| rest.find(it).map(|at| at + it.len()))
        .min()?;
    let value = &rest[end..];
    let blank = value.len() - value.trim_start().len();
    (!value.trim().is_empty()).then_some(from + end + blank)
}

/// Whether the line opens a block of text under a key that is named for a credential.
fn is_credential_block(line: &str) -> bool {
    let end = line.trim_end();
    credential_at(key_of(line)).is_some() && (end.ends_with('|') || end.ends_with('>') || end.ends_with("|-"))
}

/// The key that a line begins with.
fn key_of(line: &str) -> &str {
    let line = line.trim_start_matches([' ', '-']);
    line.split([':', '=']).next().unwrap_or_default().trim().trim_matches(['"', '\''])
}

/// Where the key stands in the line, with `:` behind it.
fn find_key(line: &str, key: &str) -> Option<usize> {
    line.match_indices(key).map(|(at, _)| at).find(|at| {
        let before = line[..*at].chars().next_back();
        let after = line[at + key.len()..].trim_start_matches(['"', '\'']);
        before.is_none_or(|c| !c.is_alphanumeric()) && after.trim_start().starts_with(':')
    })
}

/// Where the password in `https://user:password@host`, or the token in `https://token@host`, begins.
fn password_in_address(line: &str) -> Option<usize> {
    let start = line.find("://")? + 3;
    let rest = &line[start..];
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'')).unwrap_or(rest.len());
    let at = rest[..end].rfind('@')?;
    match rest[..at].find(':') {
        Some(colon) => Some(start + colon + 1),
        // Of what is no user of SSH, it may be a token.
        None => (!line[..start].ends_with("ssh://")).then_some(start),
    }
}

/// Where what looks like a credential begins.
fn looks_secret(line: &str, block: Block) -> Option<usize> {
    match block {
        Block::Private => Some(0),
        Block::Public => None,
        Block::Open => credential::find(line).map(|found| found.start),
    }
}

/// Writes the line, with stars from a byte on.
fn stars(line: &str, from: Option<usize>, out: &mut String) {
    let end = line.trim_end_matches(['\n', '\r']).len();
    let mut from = from.unwrap_or(end).min(end);
    while !line.is_char_boundary(from) {
        from += 1;
    }
    out.push_str(&line[..from]);
    out.extend(std::iter::repeat_n('*', end - from));
    out.push_str(&line[end..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_is_hidden_and_nothing_moves() {
        let text = "kind: Secret\nmetadata: {name: a}\nstringData:\n  a: hunter2\n  b: |\n    hunter2\n\n    hunter2\n\
                    type: Opaque\n---\n{kind: Secret, data: {a: hunter2}}\n";
        let shown = masked(text, true);
        assert_eq!(shown.len(), text.len());
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("metadata: {name: a}") && shown.contains("type: Opaque"), "{shown}");
    }

    #[test]
    fn values_of_keys_that_are_named_for_it_are_hidden() {
        for text in [
            "db_password: hunter2",
            "dbPassword = \"hunter2\"",
            "env: [{name: API_TOKEN, value: hunter2}]",
            "- name: API_TOKEN\n  value: hunter2",
            "url: https://me:hunter2@example.com/a",
            "url: https://hunter2@example.com/a",
            "api-key: hunter2",
            "privateKey: |\n  hunter2\n  hunter2\nnext: 1",
        ] {
            let shown = masked(text, false);
            assert!(!shown.contains("hunter2") && shown.len() == text.len(), "{shown}");
        }
        let generated = concat!("tR9vK2xQ7mZp4", "WsN8bYc");
        let shown = masked(&format!("plain: 1\nwebhook: hooks/{generated}\n"), false);
        assert!(!shown.contains(generated) && shown.starts_with("plain: 1\nwebhook: "), "{shown}");
        let key = concat!(
            "a: |\n  -----BEGIN ",
            "PRIVATE KEY-----\n  hunter2\n  -----END PRIVATE KEY-----\nb: 1\n"
        );
        let shown = masked(key, false);
        assert!(!shown.contains("hunter2") && shown.ends_with("\nb: 1\n"), "{shown}");
        assert_eq!(masked("é: 1\nsecretRef: {name: a}\n", false), "é: 1\nsecretRef: {name: a}\n");
    }
}

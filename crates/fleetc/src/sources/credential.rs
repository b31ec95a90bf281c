//! Text that looks like a credential: of a form that a known service gives, or so mixed that nobody thought it up.

use std::ops::Range;

/// What keys and tokens begin with, and how many characters they have at least.
///
/// Of those that are mixed enough to be told without it, none is named. Sources: the pages of AWS, GitHub, GitLab, Slack,
/// Google, Stripe and age about their keys.
const FORMS: [(&str, usize); 14] = [
    ("AKIA", 20),
    ("ASIA", 20),
    ("AIza", 39),
    ("AGE-SECRET-KEY-1", 74),
    ("ghp_", 40),
    ("gho_", 40),
    ("ghs_", 40),
    ("github_pat_", 60),
    ("glpat-", 26),
    ("xoxb-", 30),
    ("xoxp-", 30),
    ("sk_live_", 24),
    ("rk_live_", 24),
    // A private key, encoded once more.
    ("LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVkt", 64),
];

/// What begins that is mixed, and no secret: digests of scripts and packages, public keys, certificates.
const PUBLIC: [&str; 8] = [
    "sha256-",
    "sha384-",
    "sha512-",
    "AAAA",
    "MFkwEwYHKoZIzj0CAQ",
    "MIIBIjANBgkqhkiG9w0BAQEF",
    "MIICIjANBgkqhkiG9w0BAQEF",
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0t",
];

/// How long a word is that may be a credential. A longer one is a file.
const LENGTHS: std::ops::RangeInclusive<usize> = 20..=256;

/// Where the first credential of the text stands.
pub(crate) fn find(text: &str) -> Option<Range<usize>> {
    let mut block = Block::Open;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let word = match block.at(line) {
            Block::Private => Some(0..line.trim_end().len()),
            Block::Public => None,
            Block::Open => words(line).find(|word| is_credential(&line[word.clone()])),
        };
        if let Some(word) = word {
            return Some(at + word.start..at + word.end);
        }
        block = block.after(line);
        at += line.len();
    }
    None
}

/// What the lines of a text are in: a block of PEM (RFC 7468) with a private key, with something else, or none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    Private,
    Public,
    Open,
}

impl Block {
    const BEGIN: &str = "-----BEGIN ";
    const END: &str = "-----END ";

    /// What the line is in: a block that begins in it counts.
    pub(super) fn at(self, line: &str) -> Self {
        line.find(Self::BEGIN).map_or(self, |begin| Self::begun(&line[begin..]))
    }

    /// What the next line is in.
    pub(super) fn after(self, line: &str) -> Self {
        match (line.rfind(Self::BEGIN), line.rfind(Self::END)) {
            (None, None) => self,
            (Some(begin), end) if end.is_none_or(|end| end < begin) => Self::begun(&line[begin..]),
            _ => Self::Open,
        }
    }

    fn begun(label: &str) -> Self {
        if label.contains("PRIVATE KEY") { Self::Private } else { Self::Public }
    }
}

/// The words of a line: letters, digits, and what Base64 (RFC 4648) has beside them.
fn words(line: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = line.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(|byte| is_of_word(*byte))?;
        let length = bytes[start..].iter().position(|byte| !is_of_word(*byte));
        at = length.map_or(bytes.len(), |length| start + length);
        Some(start..at)
    })
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-' | b'=')
}

fn is_credential(word: &str) -> bool {
    if !LENGTHS.contains(&word.len()) || PUBLIC.iter().any(|start| word.starts_with(start)) {
        return false;
    }
    FORMS.iter().any(|(start, length)| word.len() >= *length && word.starts_with(start)) || is_random(word)
}

/// Whether a word has small and large letters and digits, changes between them more often than words of people do, and
/// hardly repeats itself.
fn is_random(word: &str) -> bool {
    let word = word.trim_end_matches('=').as_bytes();
    let has = |is: fn(&u8) -> bool| word.iter().any(is);
    let is_mixed = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit);
    is_mixed && changes(word) >= 0.28 && entropy(word) >= 0.85 * number(word.len().min(64)).log2()
}

/// How many of the neighbours in the word are of two classes of characters. A large letter belongs to the small ones behind
/// it, and a sign to whatever is beside it.
fn changes(word: &[u8]) -> f64 {
    let class = |byte: &u8| match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let changes = word.windows(2).filter(|pair| {
        let [first, second] = [class(&pair[0]), class(&pair[1])];
        first != second && first != 3 && second != 3 && (first, second) != (1, 0)
    });
    number(changes.count()) / number(word.len() - 1)
}

/// Shannon's entropy of the bytes of a word, in bits for each.
fn entropy(word: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in word {
        counts[usize::from(*byte)] += 1;
    }
    let total = number(word.len());
    let shares = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / total);
    shares.map(|share| -share * share.log2()).sum()
}

/// A count of parts of a word, none of which is longer than `LENGTHS` says.
fn number(count: usize) -> f64 {
    f64::from(u16::try_from(count).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word of letters and digits as a generator of passwords makes it: xorshift, by its number.
    fn generated(seed: u64, length: usize) -> String {
        const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let sign = |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            char::from(SIGNS[(state >> 32) as usize % SIGNS.len()])
        };
        (0..length).map(sign).collect()
    }

    #[test]
    fn what_generators_and_services_give_is_found() {
        for text in [
            concat!("AKIA", "IOSFODNN7EXAMPLE"),
            concat!("-----BEGIN RSA ", "PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----"),
            concat!(
                "[client]\nkey = \"-----BEGIN ",
                "PRIVATE KEY-----\\nMIIEow\\n-----END PRIVATE KEY-----\""
            ),
            concat!("url: postgres://app:", "tR9vK2xQ7mZp4WsN8bYc", "@db/app"),
            concat!("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.", "eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc"),
            concat!("ghp_", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ] {
            assert!(find(text).is_some(), "{text}");
        }
        let found = (0..1000).filter(|seed| find(&generated(*seed, 32)).is_some()).count();
        assert!(found > 950, "{found} of 1,000");
    }

    #[test]
    fn what_people_write_is_not() {
        for text in [
            "",
            "the quick brown fox jumps over the lazy dog, 42 times",
            "MyVeryLongKubernetesClusterRoleBinding2",
            "LinkLocalIPv6Address_GoogleCloudRunV2Service",
            "kustomization-controller_ServiceAccountName_v1beta2",
            "/usr/local/share/Dashboards/Node3/CPU5/Overview7",
            "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "integrity: sha512-WS5rEaT2Ik3CQgV7mEe8hG9jPz1uLxWqVvB2rRbPmZ6aE5gHnYtFcKdJsUi4o3X==",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
            "123e4567-e89b-12d3-a456-426614174000",
            "-----BEGIN CERTIFICATE-----\nMIIB3zCCAYWgAwIBAgIUQ7xk2mZr8pTt5vW1yB4nC6dE9f0wCgYI\n-----END CERTIFICATE-----\n",
            "${POSTGRES_PASSWORD_1}",
            "00000000000000000000000000000000",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    #[test]
    fn its_place_is_that_of_the_word() {
        let secret = concat!("tR9vK2xQ7mZp4", "WsN8bYc");
        let text = format!("first\nsecond: {secret} third");
        assert_eq!(find(&text).map(|range| &text[range]), Some(secret));
    }
}

//! What makes the next build quick: of what the tree was made, and by what its files are known again.
//!
//! It says nothing that cannot be found out without it: a cache that is wrong, old or gone costs time.

use std::fs;
use std::path::Path;

use crate::digest::Digest;
use crate::inputs::Input;
use crate::report::Said;
use crate::stamp::Stamp;

/// The first bytes, which say how the rest is read.
const HEAD: &[u8] = b"fleetc cache 3\n";

/// What a build left for the next one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Cache {
    /// Of everything but files that decides what is built: fleetc itself, and how it was called.
    pub(crate) key: Digest,
    /// Of a file beside it, which was made when it first was: nobody brings a cache along that belongs elsewhere.
    pub(crate) home: Stamp,
    /// Of the ledger that it goes with.
    pub(crate) ledger: Digest,
    /// How many targets and objects there are.
    pub(crate) counts: [usize; 2],
    /// What was said of the fleet, to be said again.
    pub(crate) said: Vec<Said>,
    /// What was read; none if too much was said of it.
    pub(crate) inputs: Option<Vec<Input>>,
    /// Of each file of the ledger.
    pub(crate) stamps: Vec<Stamp>,
    /// By which fleetc its folders were made.
    pub(crate) tool: Digest,
    /// What is known of folders, as the compiler wrote it.
    pub(crate) known: Vec<u8>,
}

impl Cache {
    /// Reads a cache, and when it was written.
    pub(crate) fn read(path: &Path) -> Option<(Self, Stamp)> {
        let metadata = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
        let bytes = fs::read(path).ok()?;
        Some((Self::parse(&bytes)?, Stamp::of(&metadata)))
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (sum, bytes) = bytes.strip_prefix(HEAD)?.split_first_chunk::<16>()?;
        if Digest::of_output(bytes).0 != u128::from_le_bytes(*sum) {
            return None;
        }
        let mut reader = Reader(bytes);
        let cache = Self {
            key: reader.digest()?,
            home: reader.stamp()?,
            ledger: reader.digest()?,
            counts: [reader.count()?, reader.count()?],
            said: reader.said()?,
            inputs: if reader.number()? == 1 { Some(reader.all(Reader::input)?) } else { None },
            stamps: reader.all(Reader::stamp)?,
            tool: reader.digest()?,
            known: reader.blob()?.to_vec(),
        };
        reader.0.is_empty().then_some(cache)
    }

    /// It as it is on disk.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(24 * self.stamps.len() + 1024);
        digest(self.key, &mut out);
        stamp(self.home, &mut out);
        digest(self.ledger, &mut out);
        for count in self.counts {
            number(count as u64, &mut out);
        }
        let said = serde_json::to_string(&self.said).expect("it is text");
        text(&said, &mut out);
        number(u64::from(self.inputs.is_some()), &mut out);
        if let Some(inputs) = &self.inputs {
            number(inputs.len() as u64, &mut out);
            for it in inputs {
                input(it, &mut out);
            }
        }
        number(self.stamps.len() as u64, &mut out);
        for it in &self.stamps {
            stamp(*it, &mut out);
        }
        digest(self.tool, &mut out);
        number(self.known.len() as u64, &mut out);
        out.extend(&self.known);
        let sum = Digest::of_output(&out).0.to_le_bytes();
        [HEAD, &sum, &out].concat()
    }
}

fn number(number: u64, out: &mut Vec<u8>) {
    out.extend(number.to_le_bytes());
}

fn text(text: &str, out: &mut Vec<u8>) {
    number(text.len() as u64, out);
    out.extend(text.as_bytes());
}

fn digest(digest: Digest, out: &mut Vec<u8>) {
    out.extend(digest.0.to_le_bytes());
}

fn stamp(stamp: Stamp, out: &mut Vec<u8>) {
    number(stamp.size, out);
    number(stamp.changed.cast_unsigned(), out);
    number(stamp.number, out);
}

fn input(input: &Input, out: &mut Vec<u8>) {
    text(&input.path, out);
    number(u64::from(input.is_listing), out);
    digest(input.digest, out);
    number(u64::from(input.stamp.is_some()), out);
    stamp(input.stamp.unwrap_or_default(), out);
}

/// What is left to be read.
struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn bytes(&mut self, count: usize) -> Option<&'b [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    fn number(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.bytes(8)?.try_into().ok()?))
    }

    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn digest(&mut self) -> Option<Digest> {
        Some(Digest(u128::from_le_bytes(self.bytes(16)?.try_into().ok()?)))
    }

    fn stamp(&mut self) -> Option<Stamp> {
        let (size, changed) = (self.number()?, self.number()?.cast_signed());
        Some(Stamp { size, changed, number: self.number()? })
    }

    fn blob(&mut self) -> Option<&'b [u8]> {
        let length = self.count()?;
        self.bytes(length)
    }

    fn text(&mut self) -> Option<&'b str> {
        std::str::from_utf8(self.blob()?).ok()
    }

    fn said(&mut self) -> Option<Vec<Said>> {
        serde_json::from_str(self.text()?).ok()
    }

    fn input(&mut self) -> Option<Input> {
        let path = self.text()?.to_owned();
        let is_listing = self.number()? == 1;
        let digest = self.digest()?;
        let has_stamp = self.number()? == 1;
        let stamp = self.stamp()?;
        Some(Input { path, is_listing, digest, stamp: has_stamp.then_some(stamp) })
    }

    fn all<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.number()?;
        (0..count).map(|_| one(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache() -> Cache {
        let stamp = Stamp { size: 1, changed: -2, number: u64::MAX };
        let input =
            |path: &str, stamp| Input { path: path.into(), is_listing: true, digest: Digest(3), stamp };
        Cache {
            key: Digest(u128::MAX),
            home: stamp,
            ledger: Digest(2),
            counts: [3, 4],
            said: vec![Said {
                severity: "note".into(),
                human: "é".into(),
                coloured: String::new(),
                short: "\n".into(),
                json: "{}".into(),
            }],
            inputs: Some(vec![input("é", Some(stamp)), input("", None)]),
            stamps: vec![stamp; 3],
            tool: Digest(5),
            known: vec![6, 7],
        }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(Cache::parse(&cache().bytes()), Some(cache()));
        let empty = Cache::default();
        assert_eq!(Cache::parse(&empty.bytes()), Some(empty));
    }

    #[test]
    fn what_is_broken_is_not_believed() {
        let bytes = cache().bytes();
        for length in 0..bytes.len() {
            assert_eq!(Cache::parse(&bytes[..length]), None, "{length} bytes");
        }
        for index in 0..bytes.len() {
            let mut bytes = bytes.clone();
            bytes[index] ^= 1;
            assert_eq!(Cache::parse(&bytes), None, "byte {index}");
        }
    }
}

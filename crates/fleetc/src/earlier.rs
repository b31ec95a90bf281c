//! What a compilation found out of the folders of its apps, so that the next one renders only what an edit reaches.
//!
//! A folder is as it was if all is that its objects were made of: what its app is on the target, what the names stand
//! for that were asked for, and what lies beside. What others want to know of it is kept as [`Facts`]. Nothing that has a
//! place is kept, for places move with every edit: of what something was said, nothing is known, and it is rendered
//! anew; and where facts do not suffice to say that all is right, the folders of those clusters are.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use fleetc_manifests::Text;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::fingerprint::Fingerprint;
use crate::fleet::Fleet;
use crate::load::{KnownFile, Library};

/// What an earlier compilation found out of the folders of its apps; nothing at first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Earlier {
    folders: FxHashMap<String, Record>,
    files: FxHashMap<Fingerprint, Arc<KnownFile>>,
}

/// What an earlier compilation knows, for one that may leave folders as they are.
#[derive(Clone, Copy)]
pub struct Before<'b> {
    /// What was found out of folders.
    pub earlier: &'b Earlier,
    /// Whether a folder stands as that compilation gave it.
    pub stands: &'b (dyn Fn(&str) -> bool + Sync),
}

/// What is known of a folder.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Record {
    pub(crate) known: Arc<Known>,
    /// What the names stand for.
    pub(crate) values: Fingerprint,
    /// What lies in the folder beside the objects of the app.
    pub(crate) beside: Fingerprint,
}

/// What is known of the objects of a folder.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Recorded {
    /// They were made: this is for the next compilation.
    Anew(Record),
    /// They are as they were.
    AsBefore(Record),
}

impl Recorded {
    /// What is known, if they are as they were.
    pub(crate) fn as_before(&self) -> Option<&Record> {
        match self {
            Self::Anew(_) => None,
            Self::AsBefore(record) => Some(record),
        }
    }

    /// What is known.
    pub(crate) fn record(&self) -> &Record {
        let (Self::Anew(record) | Self::AsBefore(record)) = self;
        record
    }
}

/// What is known of an app, often on many targets, or of a folder of nobody's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Known {
    /// Of whom: the name of an app, or the path of a folder.
    pub(crate) of: Text,
    /// What it is.
    pub(crate) is: Fingerprint,
    /// The minor version of Flux.
    pub(crate) flux: Text,
    /// The minor version of Kubernetes, if it is known.
    pub(crate) kubernetes: Option<Text>,
    /// What custom kinds are like on the cluster, if it has objects of such.
    pub(crate) customs: Option<Fingerprint>,
    /// The names that were asked for.
    pub(crate) names: Vec<Text>,
    /// Which of the app's changes met an object, by their numbers.
    pub(crate) met: Vec<u32>,
    /// Which of them changed one.
    pub(crate) changed: Vec<u32>,
    /// Whether one of its objects is encrypted.
    pub(crate) is_encrypted: bool,
    /// What others want to know of its objects.
    pub(crate) facts: Vec<Arc<Facts>>,
}

/// Hardly two of the same app are alike and differ in anything else.
impl Hash for Known {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.of.hash(state);
        self.is.hash(state);
    }
}

impl Record {
    /// It, once it is known what its cluster runs.
    pub(crate) fn of_cluster(&self, kubernetes: Option<Text>, customs: Option<Fingerprint>) -> Self {
        let known = Known { kubernetes, customs, ..Known::clone(&self.known) };
        Self { known: Arc::new(known), ..self.clone() }
    }
}

/// It as bytes: each thing once.
#[derive(Default, Serialize, Deserialize)]
struct Written {
    version: String,
    known: Vec<Known>,
    folders: Vec<(String, u32, Fingerprint, Fingerprint)>,
    files: BTreeMap<Fingerprint, Arc<KnownFile>>,
}

impl Earlier {
    /// What was written by [`Self::bytes`]; nothing, if another version of fleetc did.
    pub fn read(bytes: &[u8]) -> Self {
        let written: Written = postcard::from_bytes(bytes).unwrap_or_default();
        if written.version != crate::VERSION {
            return Self::default();
        }
        let known: Vec<Arc<Known>> = written.known.into_iter().map(Arc::new).collect();
        let folders = written.folders.into_iter().filter_map(|(path, index, values, beside)| {
            let known = Arc::clone(known.get(index as usize)?);
            Some((path, Record { known, values, beside }))
        });
        Self { folders: folders.collect(), files: written.files.into_iter().collect() }
    }

    /// It as bytes, the same for the same.
    pub fn bytes(&self) -> Vec<u8> {
        let folders: BTreeMap<&String, &Record> = self.folders.iter().collect();
        let mut numbers: FxHashMap<*const Known, u32> = FxHashMap::default();
        let mut written = Written { version: crate::VERSION.to_owned(), ..Written::default() };
        for (path, Record { known, values, beside }) in folders {
            let number = *numbers.entry(Arc::as_ptr(known)).or_insert_with(|| {
                written.known.push(Known::clone(known));
                u32::try_from(written.known.len() - 1).expect("there are fewer than folders in memory")
            });
            written.folders.push((path.clone(), number, *values, *beside));
        }
        written.files = self.files.iter().map(|(file, known)| (*file, Arc::clone(known))).collect();
        postcard::to_allocvec(&written).expect("memory takes it")
    }

    /// Whether nothing is known of any folder.
    pub fn is_empty(&self) -> bool {
        self.folders.is_empty()
    }

    /// What is known of the folder.
    pub(crate) fn find(&self, path: &str) -> Option<&Record> {
        self.folders.get(path)
    }

    /// What is known of the file with the fingerprint.
    pub(crate) fn file(&self, is: Fingerprint) -> Option<Arc<KnownFile>> {
        self.files.get(&is).cloned()
    }
}

/// What a compilation finds out, on several threads.
#[derive(Default)]
pub(crate) struct Found {
    all: Mutex<All>,
}

#[derive(Default)]
struct All {
    folders: FxHashMap<String, Record>,
    /// What is known once, however many folders share it.
    known: FxHashSet<Arc<Known>>,
    /// The apps of which something was said, and the folders of nobody's.
    spoken_of: FxHashSet<Text>,
}

impl Found {
    /// Notes what is known of a folder.
    pub(crate) fn note(&self, path: String, mut record: Record) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        match all.known.get(&record.known) {
            Some(known) => record.known = Arc::clone(known),
            None => drop(all.known.insert(Arc::clone(&record.known))),
        }
        all.folders.insert(path, record);
    }

    /// Notes that something was said of an app, or of a folder of nobody's.
    pub(crate) fn spoken_of(&self, of: &str) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).spoken_of.insert(of.into());
    }

    /// All of it, and what is known of files, but for that of which something was said, or of what it shares with others.
    pub(crate) fn finish(self, fleet: &Fleet, library: &Library) -> Earlier {
        let All { mut folders, spoken_of, .. } =
            self.all.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !spoken_of.is_empty() {
            let left_out = library.related(fleet, &spoken_of);
            folders.retain(|_, record| !left_out.contains(&record.known.of));
        }
        Earlier { folders, files: library.known_files().collect() }
    }
}

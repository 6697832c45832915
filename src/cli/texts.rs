//! The texts of programs: each file is read once, and can be changed here before it is changed on the disk.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    compile,
    failure::Failure,
    files::{self, Unreadable},
};

/// Texts by the files they stand in, whatever name those were given.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    read: RefCell<BTreeMap<PathBuf, Arc<str>>>,
    changed: BTreeMap<PathBuf, Arc<str>>,
}

/// A file whose text was changed.
#[derive(Debug)]
pub struct Change {
    /// The file.
    pub file: PathBuf,
    /// Its text on the disk.
    pub before: Arc<str>,
    /// Its text here.
    pub after: Arc<str>,
}

impl Texts {
    /// The text of a root file, or what stdin gives.
    pub fn root(&self, path: &Path) -> Result<Arc<str>, Failure> {
        let key = key(&compile::name(path));
        self.known(key, || if compile::is_stdin(path) { files::read_stdin() } else { files::read_named(path) })
    }

    /// The text of a file that is imported, or why it can't be had.
    pub fn import(&self, path: &str) -> Result<Arc<str>, Unreadable> {
        self.known(key(path), || files::read(Path::new(path)))
    }

    fn known<E>(&self, key: PathBuf, read: impl FnOnce() -> Result<String, E>) -> Result<Arc<str>, E> {
        if let Some(text) = self.changed.get(&key) {
            return Ok(text.clone());
        }
        let known = self.read.borrow().get(&key).cloned();
        known.map_or_else(
            || {
                let text: Arc<str> = read()?.into();
                self.read.borrow_mut().insert(key, text.clone());
                Ok(text)
            },
            Ok,
        )
    }

    /// The file of a text that was read, by the name it has in messages.
    pub fn file(&self, name: &str) -> Option<PathBuf> {
        Some(key(name)).filter(|key| self.read.borrow().contains_key(key))
    }

    /// Changes the text of a file.
    pub fn change(&mut self, name: &str, text: String) {
        self.changed.insert(key(name), text.into());
    }

    /// What was changed, by file.
    pub fn changes(&self) -> Vec<Change> {
        let read = self.read.borrow();
        let change = |(file, after): (&PathBuf, &Arc<str>)| {
            let before = read.get(file).filter(|before| *before != after)?;
            Some(Change { file: file.clone(), before: before.clone(), after: after.clone() })
        };
        self.changed.iter().filter_map(change).collect()
    }
}

/// What tells a file from all others. What is no file is known by its name.
fn key(name: &str) -> PathBuf {
    fs::canonicalize(name).unwrap_or_else(|_| PathBuf::from(name))
}

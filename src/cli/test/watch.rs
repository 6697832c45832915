//! Watching: the tests are run again whenever a file changes that a program is made of.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

use super::session::{Session, Wanted};
use crate::cli::{failure::Failure, programs};

/// How often one looks. Nothing happens in between, so that nothing is spent on it.
const EVERY: Duration = Duration::from_millis(300);

/// When each file was changed last.
pub(super) type Seen = BTreeMap<PathBuf, Option<SystemTime>>;

/// The files that the programs are made of, those that have mistakes among them, as they are now.
pub(super) fn seen(session: &Session, wanted: &Wanted) -> Result<Seen, Failure> {
    let mut files = Vec::new();
    for path in &wanted.files {
        files.extend(programs::programs(path)?);
    }
    files.extend(session.files());
    Ok(files.into_iter().map(|file| (changed(&file), file)).map(|(at, file)| (file, at)).collect())
}

fn changed(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|about| about.modified()).ok()
}

/// Waits until one of the files is another one than it was, or there is a new one. Ctrl-C ends the process.
pub(super) fn wait(before: &Seen, session: &Session, wanted: &Wanted) {
    loop {
        thread::sleep(EVERY);
        // A folder that can't be read for a moment is looked at again.
        if seen(session, wanted).is_ok_and(|now| now != *before) {
            return;
        }
    }
}

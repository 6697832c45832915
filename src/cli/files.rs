//! Files that were named on the command line or are imported.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Read, Write},
    path::Path,
};

use super::{exit::Exit, failure::Failure};
use crate::source::Sources;

/// Why a file is no text that can be had.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is none
    #[error("it is a folder")]
    Folder,
    /// It has more than [`Sources::MAX_BYTES`]
    #[error("it is larger than {} MiB", Sources::MAX_BYTES / 1024 / 1024)]
    TooLarge,
    /// Its bytes are no text
    #[error("it is not UTF-8 at byte {byte}, in line {line}")]
    NotText {
        /// The first byte that is none.
        byte: usize,
        /// The line it stands in, from 1.
        line: usize,
    },
    /// The system says why
    #[error("{}", reason(.0))]
    Io(#[from] io::Error),
}

/// The text of a file.
pub fn read(path: &Path) -> Result<String, Unreadable> {
    let about = fs::metadata(path)?;
    if about.is_dir() {
        return Err(Unreadable::Folder);
    }
    if about.len() > Sources::MAX_BYTES as u64 {
        return Err(Unreadable::TooLarge);
    }
    text(fs::read(path)?)
}

/// The bytes of a program as its text.
fn text(bytes: Vec<u8>) -> Result<String, Unreadable> {
    if bytes.len() > Sources::MAX_BYTES {
        return Err(Unreadable::TooLarge);
    }
    String::from_utf8(bytes).map_err(|error| {
        let byte = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..byte].iter().filter(|byte| **byte == b'\n').count() + 1;
        Unreadable::NotText { byte, line }
    })
}

/// The text of a file that was named on the command line.
pub fn read_named(path: &Path) -> Result<String, Failure> {
    read(path).map_err(|why| Failure::usage(format!("can't read `{}`: {why}", path.display())))
}

/// The text that stdin gives.
pub fn read_stdin() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(Sources::MAX_BYTES as u64 + 1).read_to_end(&mut bytes);
    let text = read.map_err(Unreadable::from).and_then(|_| text(bytes));
    text.map_err(|why| Failure::usage(format!("can't read stdin: {why}")))
}

/// Puts a text in the place of another: whoever reads the file meanwhile sees one of the two, and who may do what with
/// it stays.
pub fn replace(file: &Path, before: &str, after: &str) -> Result<(), Failure> {
    let unwritable = |why: &str| format!("can't write `{}`: {why}", from_here(file));
    if read(file).map_err(|why| Failure::usage(unwritable(&why.to_string())))? != before {
        return Err(Failure::usage(unwritable("somebody else has changed it meanwhile")));
    }
    // Who may not write a file may not replace it either.
    let opened = OpenOptions::new().write(true).open(file).and_then(|file| file.metadata());
    let permissions = opened.map_err(|error| Failure::usage(unwritable(&reason(&error))))?.permissions();
    write_beside(file, permissions, after).map_err(|error| Failure {
        exit: Exit::Store,
        message: unwritable(&reason(&error)),
        help: Vec::new(),
    })
}

fn write_beside(path: &Path, permissions: Permissions, text: &str) -> io::Result<()> {
    // A link stays a link; what it leads to is written.
    let path = path.canonicalize()?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.orch-{}", std::process::id()));
    let mut file = File::create_new(&beside)?;
    let written = file
        .set_permissions(permissions)
        .and_then(|()| file.write_all(text.as_bytes()))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, &path));
    written.inspect_err(|_| {
        // The failure is what counts, not that its rest could not be removed.
        let _ = fs::remove_file(&beside);
    })
}

/// A path as short as it can be said from here.
pub fn from_here(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotADirectory => "what stands before the last `/` is no folder".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_somebody_else_has_changed_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plan.orch");
        fs::write(&file, "theirs").unwrap();
        let refused = replace(&file, "before", "after").unwrap_err();
        assert!(refused.message.ends_with("somebody else has changed it meanwhile"), "{}", refused.message);
        replace(&file, "theirs", "after").unwrap();
        assert_eq!(read(&file).unwrap(), "after");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

//! Files that were named on the command line or are imported.

use std::{fs, io, path::Path};

use super::failure::Failure;
use crate::source::Sources;

/// The text of a file, or why it can't be had: `no such file`.
pub fn read(path: &Path) -> Result<String, String> {
    let about = fs::metadata(path).map_err(|error| reason(&error))?;
    if about.is_dir() {
        return Err("it is a folder".to_owned());
    }
    if about.len() > Sources::MAX_BYTES as u64 {
        return Err(format!("it is larger than {} MiB", Sources::MAX_BYTES / 1024 / 1024));
    }
    let bytes = fs::read(path).map_err(|error| reason(&error))?;
    String::from_utf8(bytes).map_err(|error| not_text(error.as_bytes(), error.utf8_error().valid_up_to()))
}

/// The text of a file that was named on the command line.
pub fn read_named(path: &Path) -> Result<String, Failure> {
    read(path).map_err(|why| Failure::usage(format!("can't read `{}`: {why}", path.display())))
}

fn not_text(bytes: &[u8], at: usize) -> String {
    let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    format!("it is not UTF-8 at byte {at}, in line {line}")
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotADirectory => "what stands before the last `/` is no folder".to_owned(),
        _ => error.to_string(),
    }
}

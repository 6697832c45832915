//! `file.read` and `file.write`.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use super::{process::MAX_OUTPUT, unable::Unread};
use crate::machine::{EffectId, Outcome};

/// The text of the file `path`, which the program calls `name`.
pub fn read(path: &Path, name: &str) -> Outcome {
    match text_of(path) {
        Ok(output) => Outcome::Ok { output, printed: String::new() },
        Err(why) => failed(format!("{name}: {why}")),
    }
}

/// The text of a file, or what a person would say is in the way.
pub fn text_of(path: &Path) -> Result<String, Unread> {
    let about = fs::metadata(path)?;
    if !about.is_file() {
        return Err(Unread::NotAFile);
    }
    // Its room is made at once, for the sake of secrets: what grows leaves copies behind.
    let mut bytes = Vec::with_capacity(about.len().min(MAX_OUTPUT as u64) as usize + 1);
    File::open(path)?.take(MAX_OUTPUT as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_OUTPUT {
        return Err(Unread::TooLarge);
    }
    String::from_utf8(bytes).map_err(|error| Unread::NotText(error.utf8_error().valid_up_to()))
}

/// Makes `content` the whole text of the file `path`: all of it or nothing, and who may read it stays.
pub fn write(path: &Path, name: &str, content: &str, effect: EffectId) -> Outcome {
    // A link stays a link; what it leads to is written.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let beside = beside(&path, effect);
    let replaced = prepare(&path, &beside, content).and_then(|()| fs::rename(&beside, &path));
    if let Err(error) = replaced {
        // The failure is what counts, not that its rest could not be removed.
        let _ = fs::remove_file(&beside);
        return failed(format!("{name}: {}", say(&error)));
    }
    match sync_folder(&path) {
        Ok(()) => Outcome::Ok { output: String::new(), printed: String::new() },
        Err(error) => Outcome::Unknown { reason: format!("{name}: {}", say(&error)), printed: String::new() },
    }
}

fn beside(path: &Path, effect: EffectId) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.orch-{}-{}", std::process::id(), effect.0))
}

fn prepare(path: &Path, beside: &Path, content: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(beside)?;
    if let Ok(about) = fs::metadata(path) {
        if !about.is_file() {
            return Err(io::Error::other("not a file"));
        }
        file.set_permissions(fs::Permissions::from_mode(about.permissions().mode() & 0o7777))?;
    }
    file.write_all(content.as_bytes())?;
    file.sync_all()
}

/// A new name is durable once its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// What a person would say: `not found` and not `No such file or directory (os error 2)`.
pub fn say(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "not found".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "is a folder".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        _ => error.to_string(),
    }
}

fn failed(reason: String) -> Outcome {
    Outcome::failed(reason, String::new())
}

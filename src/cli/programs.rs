//! The programs that a path on the command line stands for.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::failure::Failure;

/// The file at a path, or all programs in the folder there and in those below it.
pub(super) fn programs(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    collect(path, &mut found).map_err(|error| Failure::usage(format!("can't read `{}`: {error}", path.display())))?;
    if found.is_empty() {
        return Err(Failure::usage(format!("there is no file that ends in `.orch` in `{}`", path.display())));
    }
    found.sort();
    Ok(found)
}

/// Hidden folders and links to folders are left out.
fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if entry.file_type()?.is_dir() && !hidden {
            collect(&path, found)?;
        } else if path.extension().is_some_and(|kind| kind == "orch") && path.is_file() {
            found.push(path);
        }
    }
    Ok(())
}

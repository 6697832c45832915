//! Where a project keeps its runs: the folder `.orch`.

use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use super::{error::StoreError, store::RunId};

/// The file that marks the top of a project.
const PROJECT: &str = "orch.toml";

/// The folder that holds a store, the locks of its drivers, and the marks of their child processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder `path`, whatever it is called.
    pub fn at(path: impl Into<PathBuf>) -> Folder {
        Folder(path.into())
    }

    /// The folder of the project that `from` lies in: `.orch` beside the nearest `orch.toml` upwards, else in `from`.
    pub fn of_project(from: &Path) -> Folder {
        let top = from.ancestors().find(|folder| folder.join(PROJECT).is_file()).unwrap_or(from);
        Folder(top.join(".orch"))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The file of the store.
    pub fn database(&self) -> PathBuf {
        self.0.join("runs.db")
    }

    /// Whether there is a store in it, or was.
    ///
    /// # Errors
    /// That can't be told, as the folder may not be looked into.
    pub fn exists(&self) -> Result<bool, StoreError> {
        let database = self.database();
        let unreadable = |source| StoreError::Unreadable { path: database.clone(), source };
        let is_there = database.try_exists().map_err(unreadable)?;
        Ok(is_there || database.with_extension("mark").try_exists().map_err(unreadable)?)
    }

    /// What is wrong with it, if it is there and no folder.
    pub fn check(&self) -> Result<(), StoreError> {
        match fs::metadata(&self.0) {
            Ok(about) if !about.is_dir() => {
                let source = io::Error::new(io::ErrorKind::NotADirectory, "not a folder, so it is no store");
                Err(StoreError::Files { doing: "use", path: self.0.clone(), source })
            }
            _ => Ok(()),
        }
    }

    /// The file that whoever drives `run` has locked.
    pub(crate) fn lock_file(&self, run: &RunId) -> PathBuf {
        self.0.join("locks").join(run.as_str())
    }

    /// Where the child processes of `run` leave their marks.
    pub fn children(&self, run: &RunId) -> PathBuf {
        self.0.join("children").join(run.as_str())
    }

    /// Creates it, for its owner only, if it does not exist.
    pub fn create(&self) -> Result<(), StoreError> {
        self.check()?;
        let failed = |source| StoreError::Files { doing: "create", path: self.0.clone(), source };
        private(&self.0).map_err(failed)?;
        keep_out_of_version_control(&self.0).map_err(failed)
    }
}

/// Creates a folder and what is missing above it, for the owner only.
pub(crate) fn private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn keep_out_of_version_control(folder: &Path) -> io::Result<()> {
    let ignore = folder.join(".gitignore");
    if ignore.exists() { Ok(()) } else { fs::write(ignore, "*\n") }
}

//! The project that a program belongs to: the folder with the nearest `orch.toml` upwards, and what that says.

use std::path::{Path, PathBuf};

use super::{compile, failure::Failure, files};
use crate::{diagnostic::Levels, project, source::Sources};

/// A project; one without a folder where there is no `orch.toml`.
#[derive(Debug, Default)]
pub struct Project {
    /// Its top.
    pub folder: Option<PathBuf>,
    /// How much lints matter in it.
    pub levels: Levels,
}

/// The project of the program whose root file is `root`.
pub fn of(root: &Path) -> Result<Project, Failure> {
    // Where there is no such folder, the file can't be read, and that is told then.
    let folder = compile::folder_of(root).ok();
    let top = folder.iter().flat_map(|folder| folder.ancestors()).find(|folder| folder.join(project::FILE).is_file());
    match top {
        None => Ok(Project::default()),
        Some(top) => {
            let settings = read(&top.join(project::FILE))?;
            Ok(Project { folder: Some(top.to_owned()), levels: settings.lints })
        }
    }
}

fn read(file: &Path) -> Result<project::Settings, Failure> {
    let text = files::read_named(file)?;
    project::read(&text).map_err(|mistake| {
        let mut sources = Sources::new();
        let id = sources.add(files::from_here(file), text.as_str());
        let at = sources.get(id).position(mistake.range.start as u32);
        let name = sources.get(id).name();
        let failure = Failure::usage(format!("{name}:{}:{}: {}", at.line, at.column, mistake.message));
        mistake.help.into_iter().fold(failure, Failure::help)
    })
}

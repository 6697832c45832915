//! Where the files of a program lie, what they grant, and which environment it runs in.

use std::{
    ffi::{OsStr, OsString},
    fmt,
    path::{Component, Path, PathBuf},
};

use super::secret::Known;
use crate::{
    ir::{Grant, PathRef, Program, SecretPlace, SecretRef},
    run::store::KeptSource,
};

/// The variables that every process gets.
const USUAL: [&str; 6] = ["PATH", "HOME", "LANG", "TZ", "USER", "TMPDIR"];

/// A program's place in the world.
#[derive(Clone, Default)]
pub struct Site {
    /// Its files, root first.
    pub modules: Vec<ModuleSite>,
    /// The environment of the process that drives it.
    pub environment: Vec<(OsString, OsString)>,
    /// The secrets that its run speaks of.
    pub secrets: Known,
}

/// Without the environment, in which there may be secrets.
impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Site { modules, environment: _, secrets } = self;
        f.debug_struct("Site").field("modules", modules).field("secrets", secrets).finish_non_exhaustive()
    }
}

/// A file of a program.
#[derive(Clone, Debug)]
pub struct ModuleSite {
    /// Its name as messages print it.
    pub name: String,
    /// The folder that its relative paths start from.
    pub folder: PathBuf,
    /// What it `uses`.
    pub grants: Vec<Grant>,
}

impl Site {
    /// The place of `program`, whose files were kept as `sources`, in the environment of this process.
    pub fn new(program: &Program, sources: &[KeptSource]) -> Site {
        let modules = program.modules.iter().zip(sources).map(|(module, source)| ModuleSite {
            name: source.name.clone(),
            folder: source.folder.clone(),
            grants: module.grants.clone(),
        });
        Site { modules: modules.collect(), environment: std::env::vars_os().collect(), secrets: Known::of(program) }
    }

    /// The folder of the module `number`; the root's if there is no such module.
    pub fn folder(&self, number: u32) -> &Path {
        let module = self.modules.get(number as usize).or(self.modules.first());
        module.map_or(Path::new("."), |module| &module.folder)
    }

    /// Where a path of the program leads.
    pub fn resolve(&self, path: &PathRef) -> PathBuf {
        self.folder(path.origin).join(&path.path)
    }

    /// The variable of this name, if it is set.
    pub fn variable(&self, name: &str) -> Option<&OsStr> {
        self.environment.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_os_str())
    }

    /// The variables in which secrets of the run are to stand, and that are not set.
    pub fn unset(&self, secrets: &Known) -> Vec<String> {
        let variable = |secret: &SecretRef| match &secret.source {
            SecretPlace::Env(name) => Some(name.clone()),
            SecretPlace::File(_) => None,
        };
        secrets.references().filter_map(variable).filter(|name| self.variable(name).is_none()).collect()
    }

    /// The environment of a process started for `module`: the usual variables and those it is granted, unless they
    /// could be secrets.
    pub fn environment_for(&self, module: u32, secrets: &Known) -> impl Iterator<Item = (&OsString, &OsString)> {
        let granted = move |name: &str| self.grants_variable(0, name) && self.grants_variable(module, name);
        let wanted = move |name: &OsString| {
            let name = name.to_str().unwrap_or_default();
            USUAL.contains(&name) || granted(name) && !secrets.may_be(name)
        };
        self.environment.iter().filter(move |(name, _)| wanted(name)).map(|(name, value)| (name, value))
    }

    fn grants_variable(&self, module: u32, name: &str) -> bool {
        let grants = self.modules.get(module as usize).map_or(&[][..], |module| &module.grants);
        grants.iter().any(|grant| matches!(grant, Grant::Env(names) if names.iter().any(|granted| granted == name)))
    }
}

/// The one path of a file, whether or not it exists: without links where they can be followed, without `.` and `..`.
pub fn canonical(path: &Path) -> PathBuf {
    if let Ok(found) = path.canonicalize() {
        return found;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) if !parent.as_os_str().is_empty() => canonical(parent).join(name),
        _ => lexical(path),
    }
}

fn lexical(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

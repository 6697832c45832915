//! What all commands share: which store, which terminal, the present moment, who speaks.

use std::{fs, os::unix::fs::MetadataExt, path::PathBuf};

use super::{failure::Failure, terminal::Terminal};
use crate::machine::Timestamp;
use crate::run::{Folder, RunInfo, Runner, driver};

/// What all commands share.
pub struct Global {
    /// `--store` or `ORCH_STORE`.
    pub store: Option<PathBuf>,
    /// Where is written.
    pub terminal: Terminal,
}

impl Global {
    /// The folder of the store.
    pub fn folder(&self) -> Result<Folder, Failure> {
        if let Some(folder) = self.named() {
            return Ok(Folder::at(folder));
        }
        let here = std::env::current_dir();
        let here = here.map_err(|error| Failure::usage(format!("can't tell the current folder: {error}")))?;
        Ok(Folder::of_project(&here))
    }

    /// The folder that somebody said is the store.
    fn named(&self) -> Option<&PathBuf> {
        self.store.as_ref().filter(|folder| !folder.as_os_str().is_empty())
    }

    /// The runs of the store; none, where a project has not run anything yet.
    ///
    /// # Errors
    /// It can't be read; or it was named, and there is none.
    pub fn existing(&self) -> Result<Option<Runner>, Failure> {
        let runner = Runner::open_existing(self.folder()?)?;
        match self.named().filter(|_| runner.is_none()) {
            Some(named) => Err(Failure::usage(format!("there is no store in `{}`", named.display()))
                .help("it was named with `--store` or `ORCH_STORE`; `orch run` and `orch serve` create it")),
            None => Ok(runner),
        }
    }

    /// The run that is meant by `typed`.
    pub fn find(&self, typed: &str) -> Result<(Runner, RunInfo), Failure> {
        let folder = self.folder()?;
        let Some(runner) = Runner::open_existing(folder.clone())? else {
            let failure = Failure::usage(format!("there is no run `{typed}`: there is no store"));
            let looked = failure.help(format!("looked for {}", folder.database().display()));
            return Err(looked.help("go to the folder it was started in, or say `--store DIR` or `ORCH_STORE`"));
        };
        let info = runner.find(typed)?;
        Ok((runner, info))
    }

    /// This moment.
    pub fn now(&self) -> Timestamp {
        driver::now()
    }

    /// Who types.
    pub fn who(&self) -> String {
        let name =
            ["USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok().filter(|name| !name.is_empty()));
        name.unwrap_or_else(user_number)
    }
}

/// Who this process belongs to, where nothing says a name.
fn user_number() -> String {
    match fs::metadata("/proc/self") {
        Ok(process) => format!("uid {}", process.uid()),
        Err(_) => "someone".to_owned(),
    }
}

//! Why a command could not do what it was asked: what is wrong, what to do, and the exit code.

use miette::Diagnostic;

use super::exit::Exit;
use crate::run::{Error, error::StoreError};

/// A command that failed.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do, a line each.
    pub help: Vec<String>,
}

impl Failure {
    /// What was typed can't be used.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure { exit: Exit::Usage, message: message.into(), help: Vec::new() }
    }

    /// Says what to do.
    pub fn help(mut self, line: impl Into<String>) -> Failure {
        self.help.push(line.into());
        self
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let exit = match &error {
            Error::Held { .. } | Error::Known { .. } | Error::NotProvided { .. } | Error::NoSecret { .. } => {
                Exit::Refused
            }
            Error::Bug(_) => Exit::Bug,
            Error::Store(StoreError::NoRun { .. } | StoreError::Ambiguous { .. }) => Exit::Usage,
            Error::Store(_)
            | Error::Mismatch { .. }
            | Error::Compile { .. }
            | Error::NewerRun { .. }
            | Error::NeverBegan { .. }
            | Error::Files { .. } => Exit::Store,
        };
        let help = error.help().map(|help| help.to_string()).filter(|help| !help.is_empty());
        Failure { exit, message: error.to_string(), help: help.into_iter().collect() }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::from(Error::Store(error))
    }
}

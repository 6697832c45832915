//! Why something that a server is told when it begins can't be used.

use std::{io, path::PathBuf};

use thiserror::Error;

/// Why a setting can't be used; for a person. No message repeats a token.
#[derive(Debug, Error)]
pub enum Unusable {
    /// An address that is none.
    #[error("`{0}` is neither HOST:PORT nor unix:PATH")]
    Address(String),
    /// A sink that is nowhere.
    #[error("`{0}` is no URL that can be sent to: it begins with `http://` or `https://`")]
    Sink(String),
    /// A sink that says who sends.
    #[error("the URL of a sink is seen by everyone, so it says no user and no password: use `--sink-token-file`")]
    SinkCredentials,
    /// What can't be sent in a header.
    #[error("the token for the sink `{sink}` has signs that no token has")]
    SinkToken {
        /// The URL of the sink.
        sink: String,
    },
    /// What can be guessed.
    #[error("the token `{name}` is too short: it needs {shortest} characters")]
    Short {
        /// The name of the token.
        name: String,
        /// How long one is at least.
        shortest: usize,
    },
    /// A file that is not there, or may not be read.
    #[error("can't read `{}`: {source}", file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file of secrets that is none.
    #[error("others than its owner can read `{0}`: `chmod 600 {0}`", file.display())]
    Open {
        /// Which.
        file: PathBuf,
    },
    /// A line of another form.
    #[error("line {number} of `{}` is not a name, a blank and a token", file.display())]
    Line {
        /// Of which file.
        file: PathBuf,
        /// Which, from 1.
        number: usize,
    },
    /// A file in which there is nothing.
    #[error("`{}` holds no token", file.display())]
    Empty {
        /// Which.
        file: PathBuf,
    },
}

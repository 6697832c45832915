//! Why an effect can't be begun, or its answer can't be used. What it says is part of the reason that is journaled.

use crate::ir::SecretRef;

/// Why something that the program asks for can't be had.
#[derive(Debug, thiserror::Error)]
pub enum Unable {
    /// Nobody granted it.
    #[error("{0}")]
    Refused(String),
    /// A program can't be given that.
    #[error("{program}: {argument:?} has a NUL character, which no program can be given")]
    Argument {
        /// Which program.
        program: String,
        /// What it was to be given.
        argument: String,
    },
    /// A variable can't be called that.
    #[error("`{0}` can't be the name of a variable")]
    VariableName(String),
    /// A variable can't hold that.
    #[error("`{0}` has a NUL character, which no variable can have")]
    Variable(String),
    /// A secret can't be read.
    #[error("secret env({name:?}): the variable is {what}")]
    SecretVariable {
        /// The variable it stands in.
        name: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A secret can't be read.
    #[error("secret file({path:?}): {why}")]
    SecretFile {
        /// The file it stands in, as the program names it.
        path: String,
        /// What is wrong with it.
        why: Unread,
    },
    /// A part of a secret is asked for, which is not there.
    #[error("{0} is no URL, like `postgresql://user:password@host/database`")]
    SecretUrl(SecretRef),
    /// The thread that reads secrets ended.
    #[error("its secrets can't be read: {0}")]
    Secrets(tokio::task::JoinError),
    /// A header can't be called that.
    #[error("`{0}` can't be the name of a header")]
    HeaderName(String),
    /// A header can't hold that.
    #[error("what the header `{0}` would be has a line break or another sign that no header can have")]
    Header(String),
    /// The key of the request can't be sent.
    #[error("its key can't be the text of a header")]
    Key,
    /// It is no URL.
    #[error("`{written}` is no URL: {why}")]
    NoUrl {
        /// What was written.
        written: String,
        /// What is wrong with it.
        why: String,
    },
    /// It names nothing that can be asked.
    #[error("`{0}` names no host to reach: write `https://HOST/..`")]
    NoHost(String),
    /// It says who asks.
    #[error("a URL is seen by everyone, so it says no user and no password: use `headers:`")]
    Credentials,
    /// The certificates of this machine can't be used.
    #[error("no request can be made here: {0}")]
    NoClient(String),
    /// The answer names another place, and perhaps did what was asked for.
    #[error("whether it was done is not known; if it has moved, write `{0}`")]
    Moved(String),
    /// It leads from where nobody can listen to where everyone can.
    #[error("from there on everyone could listen")]
    Overheard,
    /// What was meant for one server is told to no other.
    #[error("its body has a secret, which is not told to another server")]
    SecretBody,
    /// The answer ended before it was whole.
    #[error("the answer broke off: {0}")]
    BrokenOff(String),
    /// The answer is larger than what is read.
    #[error("the answer has more than 1 MiB")]
    TooLarge,
    /// The answer is no text.
    #[error("the answer is not UTF-8 at byte {0}")]
    NotText(usize),
}

/// Why there is no text of a file.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// It is something else.
    #[error("not a file")]
    NotAFile,
    /// It is larger than what is read.
    #[error("larger than 1 MiB")]
    TooLarge,
    /// It is no text.
    #[error("not UTF-8 at byte {0}")]
    NotText(usize),
    /// It can't be read.
    #[error("{}", super::file::say(.0))]
    Files(#[from] std::io::Error),
}

//! The signs at the beginning of rows. Each means what its colour means, too.

use crate::{
    cli::{story::State, terminal::Style},
    machine::Verdict,
};

/// What a row begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It will begin when others are done.
    Ahead,
    /// It begins.
    Begins,
    /// It goes on.
    Open,
    /// It ended well, or holds.
    Done,
    /// It failed.
    Failed,
    /// It does not hold, for now.
    Broken,
    /// Nobody knows.
    Unknown,
    /// A person is needed.
    Stuck,
    /// It was undone.
    Undone,
    /// It was left as it was.
    Left,
    /// It is tried again.
    Again,
    /// Something is waited for.
    Waits,
    /// Somebody said something.
    Said,
    /// An option was taken.
    Decided,
    /// A phase was measured.
    Measured,
    /// Nothing new starts.
    Paused,
    /// What came before is final.
    Committed,
}

impl Sign {
    /// Of a part that stands so.
    pub fn of(state: &State) -> Sign {
        match state {
            State::Open => Sign::Open,
            State::Done => Sign::Done,
            State::Failed(_) | State::Tolerated(_) => Sign::Failed,
            State::InDoubt(_) => Sign::Unknown,
            State::Stuck(_) => Sign::Stuck,
            State::Undone => Sign::Undone,
            State::Left => Sign::Left,
            State::Skipped(_) => Sign::Said,
        }
    }

    /// Of a condition that was looked at, or not yet.
    pub fn of_verdict(verdict: Option<Verdict>) -> Sign {
        match verdict {
            None => Sign::Waits,
            Some(Verdict::Pass) => Sign::Done,
            Some(Verdict::Fail) => Sign::Broken,
            Some(Verdict::Unknown) => Sign::Unknown,
        }
    }

    /// One column wide.
    pub fn drawn(self, style: Style) -> String {
        match self {
            Sign::Ahead => style.dim("○"),
            Sign::Begins => "▸".to_owned(),
            Sign::Open => "◐".to_owned(),
            Sign::Done => style.green("✔"),
            Sign::Failed => style.red("✖"),
            Sign::Broken => style.yellow("✖"),
            Sign::Unknown => style.yellow("?"),
            Sign::Stuck => style.red("‼"),
            Sign::Undone => style.yellow("↩"),
            Sign::Left => style.dim("■"),
            Sign::Again => style.yellow("↻"),
            Sign::Waits => "◷".to_owned(),
            Sign::Said => "»".to_owned(),
            Sign::Decided => "◆".to_owned(),
            Sign::Measured => "◔".to_owned(),
            Sign::Paused => style.yellow("‖"),
            Sign::Committed => "⚑".to_owned(),
        }
    }
}

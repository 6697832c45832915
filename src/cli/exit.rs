//! With which code `orch` exits.

use std::process::ExitCode;

/// What the exit code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It was done; a run completed.
    Done = 0,
    /// A run failed, and all was undone; a test failed; or two plans that were compared differ.
    Undone = 1,
    /// What was typed, or a file that was named, can't be used; nothing was started.
    Usage = 2,
    /// The check found errors.
    Mistakes = 3,
    /// A run failed, and was undone to its last commit.
    Halted = 4,
    /// A run was left, and can be resumed.
    Left = 5,
    /// An operator's word, or a program to go on under, was refused; or another process drives the run.
    Refused = 6,
    /// A run needs a person.
    Stuck = 7,
    /// The store or the disk failed.
    Store = 8,
    /// A program is not in its canonical form.
    Unformatted = 9,
    /// A run failed, and was undone but for what was waived.
    Partial = 10,
    /// A run was killed, and nothing was undone.
    Killed = 11,
    /// Something was found that can go wrong and that nothing in the plan deals with.
    Found = 13,
    /// A bug in orch.
    Bug = 70,
    /// Stopped at once by a second Ctrl-C; the run can be resumed.
    Interrupted = 130,
}

/// The table of `orch --help`.
pub const TABLE: &str = "\
Exit codes:
    0  done; the run completed
    1  the run failed, and all was undone; a test failed; `diff`: the plans differ
    2  what was typed, or a file that was named, can't be used; nothing was started
    3  the check found errors
    4  the run failed, and was undone to its last commit
    5  the run was left, and can be resumed
    6  the operator's word, or the new program, was refused, or another process drives the run
    7  the run needs a person
    8  the store or the disk failed
    9  `fmt --check`: a program is not formatted
   10  the run failed, and was undone but for what was waived
   11  the run was killed, and nothing was undone
   13  `explore`: one fault is enough to need a person, or what should hold does not
   70  a bug in orch
  130  stopped at once by a second Ctrl-C; the run can be resumed";

impl Exit {
    /// A test failed.
    pub const TEST_FAILED: Exit = Exit::Undone;
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_help_has_every_code() {
        let codes = [
            Exit::Done,
            Exit::Undone,
            Exit::Usage,
            Exit::Mistakes,
            Exit::Halted,
            Exit::Left,
            Exit::Refused,
            Exit::Stuck,
            Exit::Store,
            Exit::Unformatted,
            Exit::Partial,
            Exit::Killed,
            Exit::Found,
            Exit::Bug,
            Exit::Interrupted,
        ];
        let listed: Vec<u8> =
            TABLE.lines().skip(1).filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect();
        assert_eq!(listed, codes.map(|code| code as u8));
    }
}

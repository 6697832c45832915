//! What can be typed to end a wait, or to see more.

use crate::{
    cli::terminal::{
        Style,
        text::{one_line, padded, width, word},
    },
    ir::Address,
    machine::{Asking, OnRetry, Wait, WaitOn},
    run::RunId,
};

/// A command that can be typed, and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The command, with its words quoted where a shell needs it.
    pub command: String,
    /// What it does or says.
    pub meaning: String,
}

impl Hint {
    /// A command with what it does.
    pub fn new(command: String, meaning: impl Into<String>) -> Hint {
        Hint { command, meaning: meaning.into() }
    }
}

/// One line for each command, in columns; where they don't fit, what a command does stands below it. A command is
/// never broken: it is to be copied.
pub fn hint_lines(hints: &[Hint], style: Style) -> Vec<String> {
    let column = hints.iter().map(|hint| width(&hint.command)).max().unwrap_or_default();
    let widest = hints.iter().map(|hint| column + width(&hint.meaning) + 6).max().unwrap_or_default();
    if style.cuts && widest > style.width {
        let below = |hint: &Hint| [format!("  {}", hint.command), format!("      {}", hint.meaning)];
        return hints.iter().flat_map(below).map(|line| line.trim_end().to_owned()).collect();
    }
    let beside = |hint: &Hint| format!("  {}    {}", padded(&hint.command, column), hint.meaning);
    hints.iter().map(|hint| beside(hint).trim_end().to_owned()).collect()
}

/// What can be typed to end a wait; nothing if it ends by itself.
pub fn unblock(run: &RunId, wait: &Wait) -> Vec<Hint> {
    let address = word(&wait.address.to_string());
    match &wait.on {
        WaitOn::Settlement { expects, on_retry, is_tried_again, .. } => {
            let retry = on_retry.map(|how| Hint::new(format!("orch retry {run} {address}"), looked_into(how)));
            let settled = [was_done(run, &address, expects), not_done(run, &address, *is_tried_again)];
            retry.into_iter().chain(settled).collect()
        }
        WaitOn::Measure { .. } => vec![Hint::new(format!("orch retry {run} {address}"), "try it once more")],
        WaitOn::Compensation { .. } => vec![
            Hint::new(format!("orch retry {run} {address}"), "try it once more"),
            Hint::new(format!("orch settle {run} {address} --done"), "it was undone by hand"),
            Hint::new(format!("orch waive {run} {address} --because WHY"), "goes on without; it is owed"),
        ],
        WaitOn::Person { asking, expects, options, .. } => answers(run, &address, *asking, expects, options),
        WaitOn::Event { event, .. } => {
            vec![Hint::new(format!("orch emit {event} JSON --run {run}"), "tells of it")]
        }
        WaitOn::Paused { .. } => vec![resume(run), Hint::new(format!("orch cancel {run}"), "stops it, and undoes it")],
        WaitOn::Hold { .. } => vec![
            Hint::new(format!("orch promote {run} {address}"), "skips the rest of the hold"),
            Hint::new(format!("orch abort {run} {address}"), "fails the rollout"),
        ],
        WaitOn::Effect { .. } | WaitOn::Time { .. } | WaitOn::Backoff { .. } => Vec::new(),
    }
}

/// How a doubt is looked into again.
fn looked_into(how: OnRetry) -> &'static str {
    match how {
        OnRetry::Anew => "try it once more",
        OnRetry::Confirm => "asks once more whether it was done",
        OnRetry::SameKey => "does it again with the same key",
    }
}

fn was_done(run: &RunId, address: &str, expects: &str) -> Hint {
    let command = format!("orch settle {run} {address} --done");
    match expects {
        "" => Hint::new(command, "it was done"),
        expects => Hint::new(format!("{command} VALUE"), format!("it was done, and gave {expects}")),
    }
}

fn not_done(run: &RunId, address: &str, is_tried_again: bool) -> Hint {
    let then = if is_tried_again { "it was not done: it is tried again" } else { "it was not done: it has failed" };
    Hint::new(format!("orch settle {run} {address} --not-done"), then)
}

/// What can be typed to answer what is asked at an address.
fn answers(
    run: &RunId,
    address: &str,
    asking: Asking,
    expects: &str,
    options: &[(smol_str::SmolStr, Option<smol_str::SmolStr>)],
) -> Vec<Hint> {
    let refuse = |meaning: &str| Hint::new(format!("orch refuse {run} {address} --because WHY"), meaning);
    match asking {
        Asking::Task if expects.is_empty() => {
            vec![Hint::new(format!("orch done {run} {address}"), "it is done"), refuse("it can't be done")]
        }
        Asking::Task => vec![
            Hint::new(format!("orch done {run} {address} VALUE"), format!("it is done, and gave {expects}")),
            refuse("it can't be done"),
        ],
        Asking::Approval => vec![Hint::new(format!("orch approve {run} {address}"), "yes"), refuse("no")],
        Asking::Decision => {
            let hint = |(name, title): &(smol_str::SmolStr, Option<smol_str::SmolStr>)| {
                let command = format!("orch choose {run} {address} {}", word(name));
                Hint::new(command, title.as_ref().map(|title| one_line(title)).unwrap_or_default())
            };
            options.iter().map(hint).collect()
        }
    }
}

/// How a run that was left is taken up.
pub fn resume(run: &RunId) -> Hint {
    Hint::new(format!("orch resume {run}"), "goes on")
}

/// How a halted run goes on.
pub fn go_on(run: &RunId) -> Hint {
    Hint::new(format!("orch retry {run}"), "goes on from the commit")
}

/// Where more is to be seen of a part.
pub fn look_at(run: &RunId, address: &Address) -> Hint {
    let command = format!("orch show {run} {}", word(&address.to_string()));
    Hint::new(command, "what it was given and what it printed")
}

//! `orch resume --due`: all runs of the store that have something to do, side by side, one line for each.

use std::pin::pin;

use tokio::task::JoinSet;

use super::{
    closing::closing,
    compile::from_kept,
    drive::runtime,
    exit::Exit,
    failure::Failure,
    global::Global,
    resume::{story, story_of_end},
    signals::{Heard, Signals},
    stream::{self, Form},
    terminal::Terminal,
    view::{asks::in_short, telling::until},
};
use crate::{
    machine::Ending,
    run::{Control, Error, Left, RunInfo, Runner, driver::now},
};

/// Goes on with every run that is due or has a word without an answer. A run that can't be taken up is told of, and
/// keeps no other from going on.
pub fn resume_all(form: Form, global: &Global) -> Result<Exit, Failure> {
    let Some(runner) = global.existing()? else { return Ok(Exit::Done) };
    let due = runner.due(global.now())?;
    let terminal = global.terminal;
    let failed = runtime()?.block_on(async {
        let mut signals = Signals::listen()?;
        let (control, leaver) = Control::new();
        let mut driving = pin!(drive_all(&runner, due, &control, form, &terminal));
        loop {
            tokio::select! {
                failed = &mut driving => return failed,
                heard = signals.next() => if heard == Heard::Leave { leaver.ask(); },
            }
        }
    })?;
    Ok(failed.unwrap_or(Exit::Done))
}

/// Drives all of them; gives with which code the first one failed that could not be driven.
async fn drive_all(
    runner: &Runner,
    due: Vec<RunInfo>,
    control: &Control,
    form: Form,
    terminal: &Terminal,
) -> Result<Option<Exit>, Failure> {
    let mut driven = JoinSet::new();
    for info in due {
        let (runner, control) = (runner.clone(), control.clone());
        driven.spawn(async move {
            let left = match runner.take_up(&info, &from_kept) {
                Ok(run) if info.standing.ended() => run.no_wait().go(control).await,
                Ok(run) => match run.has_its_secrets() {
                    Ok(()) => run.no_wait().go(control).await,
                    Err(error) => Err(error),
                },
                Err(error) => Err(error),
            };
            (info, left)
        });
    }
    let mut failed = None;
    while let Some(driven) = driven.join_next().await {
        let (info, left) = driven.map_err(|error| Failure::from(Error::Bug(error.to_string())))?;
        match left {
            Ok(left) => match form {
                Form::Text => {
                    terminal.data(format_args!("{}  {:<20}  {}", info.id, info.plan, how(&info, &left)))?;
                }
                Form::Lines => {
                    let story = story_of_end(runner, &info, &left, story(runner, &info)?)?;
                    let (_, exit) = closing(&info.id, &story, &left, terminal.notes);
                    stream::write(stream::end(&info.id, &story, &left, exit), terminal)?;
                }
            },
            // Whoever drives it goes on with it.
            Err(Error::Held { .. }) => {}
            Err(error) => {
                let failure = Failure::from(error);
                terminal.failure(&failure);
                failed = failed.or(Some(failure.exit));
            }
        }
    }
    Ok(failed)
}

/// How a run stands now, and what to type where a person is needed.
fn how(info: &RunInfo, left: &Left) -> String {
    let see = |what: &str| format!("{what}: orch show {}", info.id);
    match left {
        Left::Ended(Ending::Completed, _) => "completed".to_owned(),
        Left::Ended(Ending::Compensated, _) => see("compensated"),
        Left::Ended(Ending::Halted, _) => see("halted"),
        Left::Ended(Ending::Partial, _) => see("partial"),
        Left::Ended(Ending::Killed, _) => see("killed"),
        Left::Stuck(_) => see("stuck"),
        Left::Waiting(waits) => see(&in_short(waits, now()).unwrap_or_else(|| "waits to be told".to_owned())),
        Left::Sleeping(at, waits) => match in_short(waits, now()) {
            Some(asked) => see(&asked),
            None => format!("waits {}", until(*at, now())),
        },
        Left::Asked | Left::AskedTwice | Left::Refused(_) => format!("left: orch resume {}", info.id),
    }
}

//! What operators say: `orch settle`, `orch retry`, `orch cancel`.
//!
//! A word goes into the store. Whoever drives the run takes it up and answers; where nobody does, the command drives
//! the run itself from there, and its exit code is the run's.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use super::{
    compile::from_kept,
    drive::{Driving, drive},
    exit::Exit,
    failure::Failure,
    global::Global,
    instead::commands,
    resume::story,
    stream::{self, Form, How},
};
use crate::{
    ir::Address,
    machine::Word,
    run::{
        Error, Holder, RunId, Runner, Store,
        lock::RunLock,
        store::{Answer, Said, WordId},
    },
};

/// How long one waits for the answer of the process that drives a run.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often one looks for an answer.
const LOOK: Duration = Duration::from_millis(50);

/// The address that was typed to the run `run`, in whatever form it is printed.
pub fn address(run: &str, typed: &str, global: &Global) -> Result<Address, Failure> {
    let (runner, info) = global.find(run)?;
    // A run that can't be read is told by what comes next.
    let known = story(&runner, &info).ok().and_then(|story| story.address(typed));
    Ok(known.unwrap_or_else(|| Address::typed(typed)))
}

/// Says `word` to the run that is meant by `typed`, and waits until it is taken up or refused.
pub fn say(typed: &str, word: Word, why: Option<String>, driving: Driving, global: &Global) -> Result<Exit, Failure> {
    let lines = driving.lines;
    let (runner, info) = global.find(typed)?;
    // To put right what a run that is over owes, or to be told that it is over, is not to drive it.
    let over = info.standing.ended() && !matches!(word, Word::Retry { .. });
    // Nor does what is killed do anything any more.
    let does_nothing = over || matches!(word, Word::Kill);
    let said = Said { word, who: global.who(), why, at: global.now() };
    let id = runner.say(&info.id, &said)?;
    let since = Instant::now();
    loop {
        if let Some(answer) = runner.store().answer(id)? {
            return answered(&info.id, &answer, lines.form(), global);
        }
        if let Some(holder) = RunLock::holder(runner.folder(), &info.id) {
            if since.elapsed() >= PATIENCE {
                return unanswered(&info.id, &holder, lines.form(), global);
            }
            sleep_until_answered(&runner, id)?;
            continue;
        }
        let story = story(&runner, &info)?;
        let error = match runner.take_up(&info, &from_kept) {
            Ok(run) => {
                if !does_nothing {
                    run.has_its_secrets()?;
                }
                stream::begin(&info, How::Resumed, runner.folder(), lines.form(), &global.terminal)?;
                let left = drive(&runner, run.on_behalf_of(id), story, driving, &global.terminal);
                let left = left.map_err(|failure| with_what_is_kept(failure, &runner, &info.id, id))?;
                let exit = if over && left != Exit::Refused { Exit::Done } else { left };
                if let (Form::Lines, Some(answer)) = (lines.form(), runner.store().answer(id)?) {
                    stream::answered(&info.id, Some(&answer), exit, &global.terminal)?;
                }
                return Ok(exit);
            }
            Err(error) => error,
        };
        // Somebody was faster.
        if !matches!(error, Error::Held { .. }) {
            return Err(error.into());
        }
    }
}

/// A run that could not be driven any further may have been told something all the same.
fn with_what_is_kept(failure: Failure, runner: &Runner, run: &RunId, word: WordId) -> Failure {
    match runner.store().answer(word) {
        Ok(None) => failure.help(format!(
            "what was said to the run is kept, and has not been taken up: it is once `orch resume {run}` goes on"
        )),
        Ok(Some(_)) | Err(_) => failure,
    }
}

/// For a while: then one looks whether there still is a driver.
fn sleep_until_answered(runner: &Runner, word: WordId) -> Result<(), Failure> {
    for _ in 0..20 {
        if runner.store().answer(word)?.is_some() {
            return Ok(());
        }
        sleep(LOOK);
    }
    Ok(())
}

/// Whoever drives the run does not answer: it is busy, or hangs.
fn unanswered(run: &RunId, holder: &Holder, form: Form, global: &Global) -> Result<Exit, Failure> {
    if form == Form::Lines {
        stream::answered(run, None, Exit::Left, &global.terminal)?;
    }
    let message = format!("{holder} drives run `{run}` and has not answered for {} s", PATIENCE.as_secs());
    let failure = Failure { exit: Exit::Left, message, help: Vec::new() };
    let pid = holder.pid;
    Err(failure
        .help("what was said is kept, and is taken up when that process goes on")
        .help(format!("if it hangs, end it with `kill -9 {pid}`: then `orch resume {run}` takes it up")))
}

fn answered(run: &RunId, answer: &Answer, form: Form, global: &Global) -> Result<Exit, Failure> {
    let exit = match answer {
        Answer::Accepted => Exit::Done,
        Answer::Refused { .. } => Exit::Refused,
    };
    if form == Form::Lines {
        stream::answered(run, Some(answer), exit, &global.terminal)?;
    }
    match answer {
        Answer::Accepted => {
            global.terminal.note("accepted; the process that drives the run has taken it up");
            Ok(exit)
        }
        Answer::Refused { reason, instead } => {
            let failure = Failure { exit, message: reason.clone(), help: Vec::new() };
            Err(commands(run, instead)
                .iter()
                .map(|command| format!("possible: {command}"))
                .fold(failure, Failure::help))
        }
    }
}

//! What operators say: `orch settle`, `orch retry`, `orch cancel`.
//!
//! A word goes into the store. Whoever drives the run takes it up and answers; where nobody does, the command drives
//! the run itself from there, and its exit code is the run's.

use std::{thread::sleep, time::Duration};

use super::{
    compile::from_kept,
    drive::{Driving, drive},
    exit::Exit,
    failure::Failure,
    global::Global,
    instead::commands,
    resume::story,
    stream::{self, AsLines, Form, How},
};
use crate::{
    ir::Address,
    machine::Word,
    run::{
        Error, RunId, Runner, Store,
        lock::RunLock,
        store::{Answer, Said, WordId},
    },
};

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
pub fn say(typed: &str, word: Word, why: Option<String>, lines: AsLines, global: &Global) -> Result<Exit, Failure> {
    let (runner, info) = global.find(typed)?;
    // To put right what a run that is over owes, or to be told that it is over, is not to drive it.
    let over = info.standing.ended() && !matches!(word, Word::Retry { .. });
    let said = Said { word, who: global.who(), why, at: global.now() };
    let id = runner.say(&info.id, &said)?;
    let mut told = false;
    loop {
        if let Some(answer) = runner.store().answer(id)? {
            return answered(&info.id, &answer, lines.form(), global);
        }
        if let Some(holder) = RunLock::holder(runner.folder(), &info.id) {
            sleep_until_answered(&runner, id)?;
            if !told && runner.store().answer(id)?.is_none() {
                global.terminal.note(format_args!("said; {holder} drives the run and has not answered yet"));
                told = true;
            }
            continue;
        }
        let story = story(&runner, &info)?;
        let error = match runner.take_up(&info, &from_kept) {
            Ok(run) => {
                stream::begin(&info, How::Resumed, runner.folder(), lines.form(), &global.terminal)?;
                let left = drive(&runner, run.on_behalf_of(id), story, Driving::on(lines), &global.terminal)?;
                let exit = if over && left != Exit::Refused { Exit::Done } else { left };
                if let (Form::Lines, Some(answer)) = (lines.form(), runner.store().answer(id)?) {
                    stream::answered(&info.id, &answer, exit, &global.terminal)?;
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

fn answered(run: &RunId, answer: &Answer, form: Form, global: &Global) -> Result<Exit, Failure> {
    let exit = match answer {
        Answer::Accepted => Exit::Done,
        Answer::Refused { .. } => Exit::Refused,
    };
    if form == Form::Lines {
        stream::answered(run, answer, exit, &global.terminal)?;
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

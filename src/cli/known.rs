//! A run that was to be started, and is there already: a plan that is `keyed` has one run for each key.

use super::{
    drive::{Driving, closed},
    exit::Exit,
    failure::Failure,
    global::Global,
    resume::{resume, story, story_of_end},
    stream::{self, How},
};
use crate::run::{Left, RunInfo, Runner};

/// What became of it, if it is over; else it goes on.
pub fn go_on(runner: &Runner, info: &RunInfo, driving: Driving, global: &Global) -> Result<Exit, Failure> {
    let style = global.terminal.notes;
    let (id, plan, standing) = (style.bold(&info.id), &info.plan, info.standing.as_str());
    global.terminal.note(format_args!("run {id} · {plan} · was started before, and is {standing}"));
    let story = story(runner, info)?;
    match story.ended.clone() {
        Some((ending, value, _)) => {
            let left = Left::Ended(ending, value);
            let story = story_of_end(runner, info, &left, story)?;
            let form = driving.lines.form();
            stream::begin(info, How::Known, runner.folder(), form, &global.terminal)?;
            closed(&info.id, &story, &left, form, &global.terminal)
        }
        None => resume(runner, info, driving, global),
    }
}

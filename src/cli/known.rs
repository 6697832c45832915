//! A run that was to be started, and is there already: a plan that is `keyed` has one run for each key.

use super::{
    compile::from_kept, drive::closed, exit::Exit, failure::Failure, global::Global, resume::resume, story::Story,
};
use crate::run::{Left, RunInfo, Runner};

/// What became of it, if it is over; else it goes on.
pub fn go_on(runner: &Runner, info: &RunInfo, no_wait: bool, global: &Global) -> Result<Exit, Failure> {
    let style = global.terminal.notes;
    let (id, plan, standing) = (style.bold(&info.id), &info.plan, info.standing.as_str());
    global.terminal.note(format_args!("run {id} · {plan} · was started before, and is {standing}"));
    let mut story = Story::default();
    runner.look(info, &from_kept, |record| story.add(record))?;
    match story.ended.clone() {
        Some((ending, value, _)) => closed(&info.id, &story, &Left::Ended(ending, value), &global.terminal),
        None => resume(runner, info, no_wait, global),
    }
}

//! A run that was to be started, and is there already: a plan that is `keyed` has one run for each key.

use serde_json::Value as Json;

use super::{
    drive::{Driving, closed},
    exit::Exit,
    failure::Failure,
    global::Global,
    resume::{resume, story, story_of_end},
    stream::{self, How},
    terminal::text::harmless,
};
use crate::{
    ir::SecretRef,
    run::{Left, Otherwise, RunInfo, Runner},
};

/// What became of it, if it is over; else it goes on.
pub fn go_on(
    runner: &Runner,
    info: &RunInfo,
    otherwise: &[Otherwise],
    driving: Driving,
    global: &Global,
) -> Result<Exit, Failure> {
    let style = global.terminal.notes;
    let (id, plan, standing) = (style.bold(&info.id), &info.plan, info.standing.as_str());
    global.terminal.note(format_args!("run {id} · {plan} · was started before, and is {standing}"));
    for Otherwise { name, kept, given } in otherwise {
        let (note, kept, given) = (style.yellow("note"), shown(kept), shown(given));
        let text = format_args!("{note}: it was started with `{name}` {kept}, not {given}; that changes nothing in it");
        global.terminal.note(text);
    }
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

/// A value as one would give it; a secret by where it is read.
fn shown(value: &Json) -> String {
    let secret = SecretRef::from_json(value).map(|secret| secret.to_string());
    secret.unwrap_or_else(|| harmless(&value.to_string()))
}

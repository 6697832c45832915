//! `orch resume`: takes up a run that was left.

use clap::Args;

use super::{
    compile::{from_kept, texts},
    drive::{Driving, drive},
    due,
    exit::Exit,
    failure::Failure,
    global::Global,
    story::Story,
    stream::{self, How},
    words,
};
use crate::machine::Word;
use crate::run::{Error, Left, RunInfo, Runner, Standing, Store, lock::RunLock, look::beginning};

/// Go on with a run that was left, by Ctrl-C, a crash, or because it was stuck, or that is paused.
#[derive(Args, Debug)]
pub struct Resume {
    /// The run, or the beginning of its name; may be left out if only one can be resumed
    run: Option<String>,
    /// Why; kept in the journal where the run is paused
    #[arg(long, value_name = "WHY", conflicts_with = "due")]
    because: Option<String>,
    #[command(flatten)]
    driving: Driving,
    /// Go on with every run that has something to do, and leave where nothing is left but waiting; for cron
    #[arg(long, conflicts_with = "run")]
    due: bool,
}

impl Resume {
    /// Takes the run up and drives it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        if self.due {
            return due::resume_all(self.driving.lines.form(), global);
        }
        let (runner, info) = match &self.run {
            Some(typed) => global.find(typed)?,
            None => only(global)?,
        };
        if self.because.is_some() && info.standing != Standing::Paused {
            let (id, standing) = (&info.id, info.standing.as_str());
            return Err(Failure::usage(format!(
                "run `{id}` is {standing}, not paused: there is no word that `--because` would be kept with"
            )));
        }
        match info.standing {
            Standing::Paused => words::say(info.id.as_str(), Word::Resume, self.because, self.driving, global),
            Standing::New
            | Standing::Running
            | Standing::Waiting
            | Standing::Unwinding
            | Standing::Stuck
            | Standing::Completed
            | Standing::Compensated
            | Standing::Halted
            | Standing::Partial
            | Standing::Killed => resume(&runner, &info, self.driving, global),
        }
    }
}

/// Goes on with a run.
pub fn resume(runner: &Runner, info: &RunInfo, driving: Driving, global: &Global) -> Result<Exit, Failure> {
    let story = story(runner, info)?;
    let style = global.terminal.notes;
    let run = runner.take_up(info, &from_kept)?;
    if !info.standing.ended() {
        run.has_its_secrets()?;
    }
    let how = if info.standing.ended() { "is over already" } else { "resumed" };
    global.terminal.note(format_args!("run {} · {} · {how}", style.bold(&info.id), info.plan));
    stream::begin(run.info(), How::Resumed, runner.folder(), driving.lines.form(), &global.terminal)?;
    drive(runner, run, story, driving, &global.terminal)
}

/// What has happened so far; of a long history what came last, so that the run goes on at once.
pub fn story(runner: &Runner, info: &RunInfo) -> Result<Story, Error> {
    let beginning = beginning(runner.store(), &info.id)?;
    let mut story = Story::of(texts(&runner.store().sources(&info.id)?)).begun_by(beginning.as_ref());
    runner.tell(info, &from_kept, &mut story)?;
    Ok(story)
}

/// A story of a run that was left so, which can say why: `known`, unless that was over before it begins.
pub fn story_of_end(runner: &Runner, info: &RunInfo, left: &Left, known: Story) -> Result<Story, Error> {
    if !known.misses_why(left) {
        return Ok(known);
    }
    let mut story = Story::of(texts(&runner.store().sources(&info.id)?));
    runner.look(info, &from_kept, |record, machine| story.add(record, machine))?;
    Ok(story)
}

/// The one run that nobody drives and that is not over.
fn only(global: &Global) -> Result<(Runner, RunInfo), Failure> {
    let Some(runner) = global.existing()? else { return Err(nothing()) };
    let runs = runner.runs()?;
    let left = |run: &&RunInfo| !run.standing.ended() && RunLock::holder(runner.folder(), &run.id).is_none();
    let candidates: Vec<&RunInfo> = runs.iter().filter(left).collect();
    match candidates.as_slice() {
        [] => Err(nothing()),
        [only] => Ok((runner, (*only).clone())),
        several => {
            let failure = Failure::usage("several runs can be resumed: say which");
            let line = |run: &&RunInfo| format!("orch resume {}      {}, {}", run.id, run.plan, run.standing.as_str());
            Err(several.iter().map(line).fold(failure, Failure::help))
        }
    }
}

fn nothing() -> Failure {
    Failure::usage("there is no run that can be resumed").help("`orch list` shows all runs")
}

//! Driving a run from the command line: what is shown of it, Ctrl-C, its end.

use std::{
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use clap::Args;
use tokio::{
    runtime::{Builder, Runtime},
    sync::Notify,
    task::yield_now,
    time::sleep_until,
};

use super::{
    closing::closing,
    exit::Exit,
    failure::Failure,
    live::Live,
    resume::story_of_end,
    signals::{Heard, Signals},
    story::Story,
    stream::{self, AsLines, Form},
    terminal::Terminal,
};
use crate::run::{ActiveRun, Control, Error, Leaver, Left, RunId, Runner, Wish};

/// How far a run is driven, and how it is told of.
#[derive(Args, Clone, Copy, Debug)]
pub struct Driving {
    /// Leave where nothing is left but waiting; `orch resume --due` goes on when it is time
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    pub lines: AsLines,
}

impl Driving {
    /// Until nothing but people can go on with it.
    pub fn on(lines: AsLines) -> Driving {
        Driving { no_wait: false, lines }
    }
}

/// Drives `run` to its end, shown on stderr; the plan's value goes to stdout, or all that happens does.
pub fn drive(
    runner: &Runner,
    run: ActiveRun,
    story: Story,
    driving: Driving,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let form = driving.lines.form();
    let run = if driving.no_wait { run.no_wait() } else { run };
    let info = run.info().clone();
    let live = Arc::new(Mutex::new(Live::new(info.id.clone(), story, form, *terminal)));
    let changed = Arc::new(Notify::new());
    let (seen, notify) = (Arc::clone(&live), Arc::clone(&changed));
    let run = run.observe(move |record, machine| {
        held(&seen).record(record, machine);
        notify.notify_one();
    });
    let left = runtime()?.block_on(async {
        let signals = Signals::listen()?;
        let (control, leaver) = Control::new();
        shown(run.go(control), signals, &leaver, &live, &changed).await.map_err(Failure::from)
    });
    held(&live).end();
    let left = left?;
    let story = std::mem::take(&mut held(&live).story);
    let story = story_of_end(runner, &info, &left, story)?;
    let exit = closed(&info.id, &story, &left, form, terminal)?;
    held(&live).all_told().map(|()| exit)
}

/// What will fail if it is needed is told before anything is done.
pub fn tell_of_unset(secrets: &[String], terminal: &Terminal) {
    for variable in secrets {
        let note = terminal.notes.yellow("note");
        terminal.note(format_args!("{note}: `{variable}` is not set, which the program names as a secret"));
    }
}

/// The last lines about a run that was left, its value, and the exit code.
pub fn closed(id: &RunId, story: &Story, left: &Left, form: Form, terminal: &Terminal) -> Result<Exit, Failure> {
    let (lines, exit) = closing(id, story, left, terminal.again().notes);
    if !matches!(left, Left::Refused(_)) {
        terminal.note("");
    }
    lines.iter().for_each(|line| terminal.note(line));
    match (form, left) {
        (Form::Lines, left) => stream::write(stream::end(id, story, left, exit), terminal)?,
        (Form::Text, Left::Ended(_, value)) if exit == Exit::Done && !value.is_null() => {
            terminal.data(format_args!("{value:#}"))?;
        }
        (Form::Text, _) => {}
    }
    Ok(exit)
}

/// Waits until the driver leaves, while signals are heard and the picture is kept up to date.
async fn shown(
    going: impl Future<Output = Result<Left, Error>>,
    mut signals: Signals,
    leaver: &Leaver,
    live: &Mutex<Live>,
    changed: &Notify,
) -> Result<Left, Error> {
    let mut going = pin!(going);
    let mut is_due = false;
    loop {
        let due = held(live).due();
        tokio::select! {
            biased;
            heard = signals.next() => hear(heard, leaver, &mut held(live)),
            left = &mut going => return left,
            // Signals that came are seen before anything is drawn: where this process stood still, the cursor has
            // moved on.
            () = yield_now(), if is_due => held(live).draw(),
            () = moment(due), if !is_due => {}
            () = changed.notified() => {}
        }
        is_due = held(live).is_due();
    }
}

/// What is shown; a panic while somebody held it has been told of.
fn held(live: &Mutex<Live>) -> MutexGuard<'_, Live> {
    live.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hear(heard: Heard, leaver: &Leaver, live: &mut Live) {
    match heard {
        Heard::Leave => {
            if leaver.ask() == Wish::Leave {
                live.leaving();
            }
        }
        Heard::Resized => live.draw(),
        Heard::Continued => live.stood_still(),
    }
}

/// Waits for a moment; for ever, for none.
async fn moment(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

/// What a command drives runs with.
pub fn runtime() -> Result<Runtime, Failure> {
    let built = Builder::new_current_thread().enable_all().build();
    built.map_err(|error| Failure { exit: Exit::Store, message: format!("can't start: {error}"), help: Vec::new() })
}

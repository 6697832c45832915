//! Driving a run from the command line: its lines, Ctrl-C, its end.

use std::{cell::RefCell, rc::Rc};

use tokio::runtime::{Builder, Runtime};

use super::{
    closing::closing, exit::Exit, failure::Failure, live::Live, signals::listen, story::Story, terminal::Terminal,
};
use crate::run::{Control, Left, runner::ActiveRun};

/// Drives `run` to its end, in lines on stderr; the plan's value goes to stdout.
pub fn drive(run: ActiveRun<'_>, story: Story, terminal: &Terminal) -> Result<Exit, Failure> {
    let id = run.info().id.clone();
    let live = Rc::new(RefCell::new(Live::new(story, terminal.notes)));
    let seen = Rc::clone(&live);
    let show = *terminal;
    let run = run.observe(move |record| seen.borrow_mut().lines(record).iter().for_each(|line| show.note(line)));
    let left = runtime()?.block_on(async {
        let (control, leaver) = Control::new();
        let leave = listen(leaver, *terminal)?;
        let left = run.go(control).await;
        leave.abort();
        left.map_err(Failure::from)
    })?;
    let (lines, exit) = closing(&id, &live.borrow().story, &left, terminal.notes);
    terminal.note("");
    lines.iter().for_each(|line| terminal.note(line));
    if let Left::Ended(_, value) = &left
        && exit == Exit::Done
        && !value.is_null()
    {
        terminal.data(format_args!("{value:#}"))?;
    }
    Ok(exit)
}

fn runtime() -> Result<Runtime, Failure> {
    let built = Builder::new_current_thread().enable_all().build();
    built.map_err(|error| Failure { exit: Exit::Store, message: format!("can't start: {error}"), help: Vec::new() })
}

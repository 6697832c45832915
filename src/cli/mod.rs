//! The command line: one file per command.
//!
//! Data goes to stdout, progress to stderr. What a command says, it was told by a layer below; what is decided here
//! is how to say it, and with which [`exit::Exit`] code.
#![expect(clippy::disallowed_methods, reason = "the command line is where files, clock and terminal come in")]

mod abort;
mod approve;
mod cancel;
mod check;
mod choose;
mod closing;
mod compile;
mod diff;
mod done;
mod drive;
mod due;
mod emit;
pub mod exit;
mod explain;
mod explore;
mod export;
mod failure;
mod files;
mod fmt;
mod global;
mod inbox;
mod inputs;
mod instead;
mod journal;
mod kill;
mod known;
mod lints;
mod list;
mod live;
mod mend;
mod migrate;
mod moment;
mod pause;
mod plan;
mod programs;
mod project;
mod promote;
mod refuse;
#[cfg(feature = "repl")]
mod repl;
mod report;
mod resume;
mod retry;
mod run;
#[cfg(feature = "serve")]
mod serve;
mod settle;
mod show;
mod signals;
mod simulate;
mod story;
mod stream;
mod subject;
mod terminal;
mod test;
mod texts;
mod trace;
mod view;
mod waive;
mod words;

use std::{panic, path::PathBuf, process::ExitCode};

use clap::{
    Parser, Subcommand,
    builder::{OsStringValueParser, TypedValueParser},
};

use exit::Exit;
use failure::Failure;
use global::Global;
use terminal::Terminal;

/// Change plans that are checked before they run, run durably, and undo themselves when they fail.
#[derive(Parser, Debug)]
#[command(name = "orch", version, after_help = exit::TABLE)]
struct Cli {
    /// The folder of the store; else `.orch` beside the nearest `orch.toml` upwards, else here
    #[arg(long, global = true, env = "ORCH_STORE", value_name = "DIR", value_parser = OsStringValueParser::new().map(PathBuf::from))]
    store: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Check(check::Check),
    Explain(explain::Explain),
    Explore(explore::Explore),
    Fmt(fmt::Fmt),
    Plan(plan::Plan),
    #[cfg(feature = "repl")]
    Repl(repl::Repl),
    Simulate(simulate::Simulate),
    Test(test::Test),
    Diff(diff::Diff),
    Run(run::Run),
    Resume(resume::Resume),
    List(list::List),
    Show(show::Show),
    Journal(journal::Journal),
    Report(report::Report),
    Export(export::ExportRun),
    Settle(settle::Settle),
    Retry(retry::Retry),
    Cancel(cancel::Cancel),
    Migrate(migrate::Migrate),
    Kill(kill::Kill),
    Waive(waive::Waive),
    Inbox(inbox::Inbox),
    Emit(emit::Emit),
    Pause(pause::Pause),
    Promote(promote::Promote),
    Abort(abort::Abort),
    Done(done::Done),
    Approve(approve::Approve),
    Refuse(refuse::Refuse),
    Choose(choose::Choose),
    #[cfg(feature = "serve")]
    Serve(serve::Serve),
}

/// Does what the arguments of this process ask for.
pub fn main() -> ExitCode {
    let terminal = Terminal::here();
    panic::set_hook(Box::new(move |panic| bug(&terminal, panic)));
    // The hook has said what there is to say.
    panic::catch_unwind(command_line).unwrap_or(Exit::Bug.into())
}

fn command_line() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Whether it is help or a mistake, there is nothing to do where it can't be printed.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    signals::survive_full_files();
    let global = Global { store: cli.store, terminal: Terminal::here() };
    let ended = dispatch(cli.command, &global);
    ended
        .unwrap_or_else(|failure| {
            global.terminal.failure(&failure);
            failure.exit
        })
        .into()
}

fn dispatch(command: Command, global: &Global) -> Result<Exit, Failure> {
    match command {
        Command::Check(command) => command.run(global),
        Command::Explain(command) => command.run(global),
        Command::Explore(command) => command.run(global),
        Command::Fmt(command) => command.run(global),
        Command::Plan(command) => command.run(global),
        #[cfg(feature = "repl")]
        Command::Repl(command) => command.run(global),
        Command::Simulate(command) => command.run(global),
        Command::Test(command) => command.run(global),
        Command::Diff(command) => command.run(global),
        Command::Run(command) => command.run(global),
        Command::Resume(command) => command.run(global),
        Command::List(command) => command.run(global),
        Command::Show(command) => command.run(global),
        Command::Journal(command) => command.run(global),
        Command::Report(command) => command.run(global),
        Command::Export(command) => command.run(global),
        Command::Settle(command) => command.run(global),
        Command::Retry(command) => command.run(global),
        Command::Cancel(command) => command.run(global),
        Command::Migrate(command) => command.run(global),
        Command::Kill(command) => command.run(global),
        Command::Waive(command) => command.run(global),
        Command::Inbox(command) => command.run(global),
        Command::Emit(command) => command.run(global),
        Command::Pause(command) => command.run(global),
        Command::Promote(command) => command.run(global),
        Command::Abort(command) => command.run(global),
        Command::Done(command) => command.run(global),
        Command::Approve(command) => command.run(global),
        Command::Refuse(command) => command.run(global),
        Command::Choose(command) => command.run(global),
        #[cfg(feature = "serve")]
        Command::Serve(command) => command.run(global),
    }
}

fn bug(terminal: &Terminal, panic: &panic::PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let what = panic.payload_as_str().unwrap_or("unknown");
    terminal.note(format_args!(
        "{}: a bug in orch {} ({place}): {what}",
        terminal.notes.red("error"),
        env!("CARGO_PKG_VERSION")
    ));
    terminal.note("  the journal is whole: a run that was going on can be taken up with `orch resume`");
    terminal.note("  please report it, with these lines and the program if you can");
}

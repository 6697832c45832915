//! The prompt: expressions, declarations and commands, one after another, over one program.
//!
//! What is typed comes from [`Lines`], what is said goes to [`Surroundings`]: so a session is the same on a terminal, where
//! `editor` completes, hints and colours, and in a pipe. `session` is the program with what was declared; `command`
//! is the table of commands; each has its own file.
//!
//! Absent by design: files, the clock and the streams, which are handed in, and any knowledge of how a plan runs.

mod assist;
mod command;
mod doc;
mod drive;
mod editor;
mod left_out;
mod load;
mod look;
mod preview;
mod save;
mod session;
mod simulate;
mod steer;
mod typed;

use std::{cell::RefCell, rc::Rc, sync::Arc};

use serde_json::{Map, Value as Json};

pub use editor::{Help, Terminal};
pub use look::Look;
pub use session::Loaded;
pub use typed::goes_on;

use crate::{
    check::{Form, LoadError, Loader},
    ide::Around,
    ir::{Plan, Program},
    source::Sources,
};
use command::Command;
use drive::Drive;
use session::{NoValue, Session};
use typed::Typed;

/// What is printed before what is typed.
pub const PROMPT: &str = "orch> ";
/// What is printed before a line that goes on.
pub const GOES_ON: &str = "  ..> ";

/// Where a session gets what is typed.
pub trait Lines {
    /// The next text, whole; `None` at the end.
    fn next(&mut self) -> Option<String>;
}

/// What lies around a session.
pub trait Surroundings {
    /// Says what was asked for.
    fn print(&mut self, text: &str);

    /// Says what is wrong.
    fn complain(&mut self, text: &str);

    /// Reads a program file.
    ///
    /// # Errors
    /// Why it can't be had, for people.
    fn read(&self, path: &str) -> Result<Loaded, String>;

    /// Writes a program file in place of what it held before.
    ///
    /// # Errors
    /// Why it can't be written, for people; so also where it holds something else by now.
    fn write(&self, path: &str, before: &str, after: &str) -> Result<(), String>;

    /// What is to be seen of a plan before it runs.
    ///
    /// # Errors
    /// Why that can't be shown, for people.
    fn show(&self, plan: &Spoken<'_>, view: View) -> Result<String, String>;

    /// Asks, and then runs a plan of a file for real.
    ///
    /// # Errors
    /// Why it was not run, for people.
    fn live(&mut self, file: &str, plan: &str, inputs: &Map<String, Json>) -> Result<(), String>;
}

/// A plan that is spoken of, and what it is given.
#[derive(Debug)]
pub struct Spoken<'s> {
    /// The file that is loaded, if there is one.
    pub file: Option<&'s str>,
    /// The program, with what was declared at the prompt.
    pub program: &'s Arc<Program>,
    /// Its texts.
    pub sources: &'s Sources,
    /// The plan.
    pub plan: &'s Plan,
    /// What it is given, as far as that was typed.
    pub inputs: Map<String, Json>,
}

/// What is to be seen of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// What it would do
    Plan,
    /// The ways it can go, with every fault
    Paths,
    /// What follows what, as a graph
    Graph,
    /// When what would happen
    Timeline,
}

/// Reads what programs import.
pub type Import = fn(&str) -> Result<String, LoadError>;

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Nothing that was typed was wrong
    Well,
    /// Something was
    WithMistakes,
}

/// What is known at the prompt.
struct State {
    session: Session,
    /// The run that is tried.
    drive: Option<Drive>,
}

/// A session at a prompt.
pub struct Repl<'s> {
    state: Rc<RefCell<State>>,
    around: &'s mut dyn Surroundings,
    look: Look,
    mistakes: bool,
}

impl Repl<'_> {
    /// A session in which nothing is declared.
    pub fn new<'s>(import: impl Loader + 'static, around: &'s mut dyn Surroundings, look: Look) -> Repl<'s> {
        let state = State { session: Session::new(Box::new(import)), drive: None };
        Repl { state: Rc::new(RefCell::new(state)), around, look, mistakes: false }
    }

    /// What completes, hints and colours what is typed here.
    pub fn helper(&self) -> Help {
        Help::new(Rc::clone(&self.state), self.look)
    }

    /// Takes what is typed until it ends.
    pub fn run(&mut self, lines: &mut dyn Lines) -> Ended {
        while let Some(text) = lines.next() {
            if !self.enter(&text) {
                break;
            }
        }
        if self.mistakes { Ended::WithMistakes } else { Ended::Well }
    }

    /// Takes a file, and says what can be run in it.
    pub fn load(&mut self, path: &str) {
        let done = self.loaded(path);
        self.tell(done);
    }

    /// Does what one text says; gives whether the session goes on.
    pub fn enter(&mut self, text: &str) -> bool {
        self.state.borrow_mut().session.next_line();
        let done = match Typed::of(text) {
            Typed::Nothing => Ok(String::new()),
            Typed::Command { word, rest } => match Command::named(word) {
                Some(Command::Quit) => return false,
                Some(command) => self.command(command, rest),
                None => Err(self.look.error(&unknown(word))),
            },
            Typed::Binding => self.bind(text),
            Typed::Declarations => self.declare(text),
            Typed::Statement(word) => Err(self.look.error(&out_of_place(word))),
            Typed::Expression => self.evaluate(text),
        };
        self.tell(done);
        true
    }

    fn tell(&mut self, done: Result<String, String>) {
        match done {
            Ok(text) if text.is_empty() => {}
            Ok(text) => self.around.print(&text),
            Err(text) => {
                self.mistakes = true;
                self.around.complain(&text);
            }
        }
    }

    fn command(&mut self, command: Command, rest: &str) -> Result<String, String> {
        match command {
            Command::Help | Command::Quit => Ok(self.help()),
            Command::Type => self.type_of(rest),
            Command::Doc => self.doc(rest),
            Command::Load => self.loaded(rest),
            Command::Reload => {
                let State { session, drive } = &mut *self.state.borrow_mut();
                *drive = None;
                load::reload(session, self.around, self.look)
            }
            Command::Simulate => self.simulate(rest),
            Command::Save => self.save(rest),
            Command::View(view) => self.view(view, rest),
            Command::Live => self.live(rest),
            Command::Steer(steer) => self.steer(steer, rest),
        }
    }

    fn loaded(&mut self, path: &str) -> Result<String, String> {
        let State { session, drive } = &mut *self.state.borrow_mut();
        *drive = None;
        load::load(session, self.around, path, self.look)
    }

    fn evaluate(&mut self, text: &str) -> Result<String, String> {
        if let Some(said) = self.callable(text.trim()) {
            return Ok(said);
        }
        let valued = self.state.borrow_mut().session.evaluate(text);
        valued.map(|valued| self.look.value(&valued)).map_err(|why| self.no_value(&why))
    }

    /// What is said of a name that is no value.
    fn callable(&self, name: &str) -> Option<String> {
        let session = &self.state.borrow().session;
        let known = session.names().iter().find(|known| known.name == name)?;
        if known.what == "a constant" { None } else { doc::doc(session, name, self.look) }
    }

    fn no_value(&self, why: &NoValue) -> String {
        match why {
            NoValue::Mistakes(mistakes) => self.look.mistakes(mistakes),
            NoValue::Fault(sources, fault) => self.look.fault(sources, fault),
        }
    }

    fn bind(&mut self, text: &str) -> Result<String, String> {
        let session = &mut self.state.borrow_mut().session;
        let declared = session.declare(text, Form::Binding).map_err(|mistakes| self.look.mistakes(&mistakes))?;
        let names = declared.iter().map(|declared| session.sources().text(declared.span).to_owned());
        let names: Vec<String> = names.collect();
        let shown = names.iter().map(|name| {
            let valued = session.evaluate(name).map_err(|why| self.no_value(&why))?;
            Ok(format!("{name} = {}", self.look.value(&valued)))
        });
        Ok(shown.collect::<Result<Vec<String>, String>>()?.join("\n"))
    }

    fn declare(&mut self, text: &str) -> Result<String, String> {
        let State { session, drive } = &mut *self.state.borrow_mut();
        let declared = session.declare(text, Form::Declarations);
        let declared = declared.map_err(|mistakes| self.look.mistakes(&mistakes))?;
        // A run that goes on is one of the program as it was.
        *drive = None;
        let heads = declared.iter().map(|declared| self.look.code(&declared.head));
        Ok(heads.collect::<Vec<String>>().join("\n"))
    }

    fn type_of(&mut self, text: &str) -> Result<String, String> {
        if text.is_empty() {
            return Err(self.look.error("`:type` needs an expression"));
        }
        if let Some(said) = self.callable(text) {
            return Ok(said);
        }
        let ty = self.state.borrow().session.type_of(text);
        match ty {
            Some(ty) => Ok(self.look.code(&ty.to_string())),
            None => self.evaluate(text),
        }
    }

    fn doc(&self, name: &str) -> Result<String, String> {
        doc::doc(&self.state.borrow().session, name, self.look).ok_or_else(|| match name {
            "" => self.look.error("`:doc` needs a name"),
            name => self.look.error(&format!("nothing is known of `{name}`")),
        })
    }

    fn help(&self) -> String {
        let row = |command: &Command| {
            let about = command.about();
            let usage = format!(":{} {}", about.word, about.arguments);
            format!("  {usage:<34}{}", about.does)
        };
        let rows = Command::ALL.iter().map(row);
        let head = "An expression gives its value, a declaration is kept: let, const, type, fn, probe, action, plan ..";
        let rows: Vec<String> = std::iter::once(head.to_owned()).chain(rows).collect();
        rows.join("\n")
    }
}

fn unknown(word: &str) -> String {
    let may_be: Vec<String> = Command::beginning(word).map(|word| format!("`:{word}`")).collect();
    match (may_be.as_slice(), Command::meant(word)) {
        ([_, ..], _) if !word.is_empty() => format!("`:{word}` may be {}", may_be.join(", ")),
        (_, Some(meant)) => format!("there is no command `:{word}`: did you mean `:{meant}`?"),
        (_, None) => format!("there is no command `:{word}`: `:help` lists them"),
    }
}

fn out_of_place(word: &str) -> String {
    let first = format!("`{word}` is a statement, and stands in a plan or test");
    format!("{first}\n  declare one with `plan name() {{ .. }}`, then `:simulate name()` tries it")
}

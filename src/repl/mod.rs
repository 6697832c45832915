//! The prompt: expressions, declarations and commands, one after another, over one program.
//!
//! What is typed comes from [`Lines`], what is said goes to [`Surroundings`]: so a session is the same on a terminal, where
//! `editor` completes, hints and colours, and in a pipe. `session` is the program with what was declared; `command`
//! is the table of commands; each has its own file.
//!
//! Absent by design: files, the clock and the streams, which are handed in, and any knowledge of how a plan runs.

mod around;
mod assist;
mod command;
mod complaint;
mod doc;
mod drive;
mod editor;
mod left_out;
mod load;
mod look;
mod page;
mod preview;
mod save;
mod session;
mod simulate;
mod steer;
mod typed;

use std::{cell::RefCell, rc::Rc};

pub use around::{Lines, Spoken, Surroundings, Unable, View};
pub use editor::{Help, Terminal};
pub use look::Look;
pub use session::Loaded;
pub use typed::goes_on;

use crate::{
    check::{Form, Loader},
    ide::Around,
};
use command::Command;
use complaint::{Complaint, Said};
use drive::Drive;
use session::Session;
use typed::Typed;

/// What is printed before what is typed.
pub const PROMPT: &str = "orch> ";
/// What is printed before a line that goes on.
pub const GOES_ON: &str = "  ..> ";

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
                None => Err(Complaint::of(unknown(word))),
            },
            Typed::Binding => self.bind(text),
            Typed::Declarations => self.declare(text),
            Typed::Statement(word) => Err(Complaint::of(out_of_place(word))),
            Typed::Expression => self.evaluate(text),
        };
        self.tell(done);
        true
    }

    fn tell(&mut self, done: Said) {
        match done {
            Ok(text) if text.is_empty() => {}
            Ok(text) => self.around.print(&text),
            Err(complaint) => {
                self.mistakes = true;
                self.around.complain(&complaint.drawn(self.look));
            }
        }
    }

    fn command(&mut self, command: Command, rest: &str) -> Said {
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

    fn loaded(&mut self, path: &str) -> Said {
        let State { session, drive } = &mut *self.state.borrow_mut();
        *drive = None;
        load::load(session, self.around, path, self.look)
    }

    fn evaluate(&mut self, text: &str) -> Said {
        if let Some(said) = self.callable(text.trim()) {
            return Ok(said);
        }
        let valued = self.state.borrow_mut().session.evaluate(text)?;
        Ok(self.look.value(&valued))
    }

    /// What is said of a name that is no value.
    fn callable(&self, name: &str) -> Option<String> {
        let session = &self.state.borrow().session;
        let known = session.names().iter().find(|known| known.name == name)?;
        if known.what == "a constant" { None } else { doc::doc(session, name, self.look) }
    }

    fn bind(&mut self, text: &str) -> Said {
        let session = &mut self.state.borrow_mut().session;
        let declared = session.declare(text, Form::Binding)?;
        let names = declared.iter().map(|declared| session.sources().text(declared.span).to_owned());
        let names: Vec<String> = names.collect();
        let shown = names.iter().map(|name| Ok(format!("{name} = {}", self.look.value(&session.evaluate(name)?))));
        Ok(shown.collect::<Result<Vec<String>, Complaint>>()?.join("\n"))
    }

    fn declare(&mut self, text: &str) -> Said {
        let State { session, drive } = &mut *self.state.borrow_mut();
        let declared = session.declare(text, Form::Declarations)?;
        // A run that goes on is one of the program as it was.
        *drive = None;
        let heads = declared.iter().map(|declared| self.look.code(&declared.head));
        Ok(heads.collect::<Vec<String>>().join("\n"))
    }

    fn type_of(&mut self, text: &str) -> Said {
        if text.is_empty() {
            return Err(Complaint::of("`:type` needs an expression"));
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

    fn doc(&self, name: &str) -> Said {
        doc::doc(&self.state.borrow().session, name, self.look).ok_or_else(|| match name {
            "" => Complaint::of("`:doc` needs a name"),
            name => Complaint::of(format!("nothing is known of `{name}`")),
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

//! The commands: their words, what they take, and what is said of them.

use super::View;
use crate::diagnostic::suggest::nearest;

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// `:help`
    Help,
    /// `:type EXPRESSION`
    Type,
    /// `:doc NAME`
    Doc,
    /// `:simulate PLAN(..)`
    Simulate,
    /// What steers a simulated run
    Steer(Steer),
    /// What is to be seen of a plan
    View(View),
    /// `:live PLAN(..)`
    Live,
    /// `:save "NAME"`
    Save,
    /// `:load FILE`
    Load,
    /// `:reload`
    Reload,
    /// `:quit`
    Quit,
}

/// A command that steers a simulated run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steer {
    /// `:step`
    Step,
    /// `:continue`
    Continue,
    /// `:until ADDRESS`
    Until,
    /// `:back [N]`
    Back,
    /// `:answer CALL = VALUE`
    Answer,
    /// `:invent`
    Invent,
    /// `:fail ADDRESS ["WHY"]`
    Fail,
    /// `:done ADDRESS [VALUE]`
    Done,
    /// `:approve [ADDRESS]`
    Approve,
    /// `:refuse [ADDRESS] ["WHY"]`
    Refuse,
    /// `:choose ADDRESS OPTION`
    Choose,
    /// `:emit EVENT { .. }`
    Emit,
    /// `:advance DURATION`
    Advance,
    /// `:crash [done]`
    Crash,
    /// `:say WORD ["WHY"]`
    Say,
    /// `:state`
    State,
    /// `:undo-stack`
    UndoStack,
    /// `:why ADDRESS`
    Why,
}

/// What is typed behind a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing
    Nothing,
    /// An expression
    Expression,
    /// A call of a plan
    Call,
    /// `CALL = VALUE`
    Answer,
    /// `Event { .. }`
    Event,
    /// A name
    Name,
    /// A file
    File,
    /// The address of a part of the run, and perhaps something behind it
    Address,
    /// A number or a time
    Count,
    /// Words
    Text,
}

/// What is said of a command.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Its word, without the colon.
    pub word: &'static str,
    /// What stands behind it, for people.
    pub arguments: &'static str,
    /// What that is.
    pub takes: Takes,
    /// What it does.
    pub does: &'static str,
}

impl Command {
    /// All of them, in the order of the help.
    pub const ALL: &[Command] = &[
        Command::Type,
        Command::Doc,
        Command::View(View::Plan),
        Command::View(View::Paths),
        Command::View(View::Graph),
        Command::View(View::Timeline),
        Command::Simulate,
        Command::Steer(Steer::Step),
        Command::Steer(Steer::Continue),
        Command::Steer(Steer::Until),
        Command::Steer(Steer::Back),
        Command::Steer(Steer::Advance),
        Command::Steer(Steer::Answer),
        Command::Steer(Steer::Invent),
        Command::Steer(Steer::Fail),
        Command::Steer(Steer::Done),
        Command::Steer(Steer::Approve),
        Command::Steer(Steer::Refuse),
        Command::Steer(Steer::Choose),
        Command::Steer(Steer::Emit),
        Command::Steer(Steer::Say),
        Command::Steer(Steer::Crash),
        Command::Steer(Steer::State),
        Command::Steer(Steer::UndoStack),
        Command::Steer(Steer::Why),
        Command::Save,
        Command::Live,
        Command::Load,
        Command::Reload,
        Command::Help,
        Command::Quit,
    ];

    /// What is said of it.
    pub fn about(self) -> About {
        match self {
            Command::Type => about("type", "EXPRESSION", Takes::Expression, "the type, without a value"),
            Command::Doc => {
                about("doc", "NAME", Takes::Name, "what is said of a name, a word of the language or a code")
            }
            Command::Simulate => about("simulate", "PLAN(..)", Takes::Call, "begin a run of a plan in a virtual world"),
            Command::View(View::Plan) => {
                about("plan", "[PLAN(..)]", Takes::Call, "what a plan would do, when, and what if not")
            }
            Command::View(View::Paths) => {
                about("paths", "[PLAN(..)]", Takes::Call, "every way it can go, with every fault")
            }
            Command::View(View::Graph) => {
                about("graph", "[PLAN(..)]", Takes::Call, "what follows what, as a flowchart of Mermaid")
            }
            Command::View(View::Timeline) => {
                about("timeline", "[PLAN(..)]", Takes::Call, "when what would happen, and how sure that is")
            }
            Command::Live => about("live", "PLAN(..)", Takes::Call, "run a plan for real; asks first"),
            Command::Steer(steer) => steer.about(),
            Command::Save => about("save", "\"NAME\"", Takes::Text, "write what was tried into the file, as a test"),
            Command::Load => about("load", "FILE", Takes::File, "go on with a file, without what was declared"),
            Command::Reload => about("reload", "", Takes::Nothing, "read the file again, and keep what was declared"),
            Command::Help => about("help", "", Takes::Nothing, "this list"),
            Command::Quit => about("quit", "", Takes::Nothing, "leave, as Ctrl-D does"),
        }
    }

    /// The command of a word, or of its beginning if no other begins so.
    pub fn named(word: &str) -> Option<Command> {
        let exact = Command::ALL.iter().copied().find(|command| command.about().word == word);
        exact.or_else(|| {
            let mut found = Command::ALL.iter().copied().filter(|command| command.about().word.starts_with(word));
            found.next().filter(|_| !word.is_empty() && found.next().is_none())
        })
    }

    /// The words that begin so.
    pub fn beginning(start: &str) -> impl Iterator<Item = &'static str> {
        Command::ALL.iter().map(|command| command.about().word).filter(move |word| word.starts_with(start))
    }

    /// The word that was probably meant.
    pub fn meant(word: &str) -> Option<&'static str> {
        nearest(word, Command::ALL.iter().map(|command| command.about().word))
    }
}

impl Steer {
    fn about(self) -> About {
        match self {
            Steer::Step => about("step", "", Takes::Nothing, "let one thing happen"),
            Steer::Continue => about("continue", "", Takes::Nothing, "go on until something is asked, or the end"),
            Steer::Until => about("until", "ADDRESS", Takes::Address, "go on until a part begins"),
            Steer::Back => about("back", "[COUNT]", Takes::Count, "take back what happened last"),
            Steer::Advance => about("advance", "DURATION", Takes::Count, "let time pass, with all that happens in it"),
            Steer::Answer => {
                about("answer", "[CALL = VALUE]", Takes::Answer, "answer a call or an address; alone, as is offered")
            }
            Steer::Invent => about("invent", "", Takes::Nothing, "make up from here on what is not answered"),
            Steer::Fail => about("fail", "ADDRESS [\"WHY\"]", Takes::Address, "let a part fail"),
            Steer::Done => about("done", "ADDRESS [VALUE]", Takes::Address, "report a task as done"),
            Steer::Approve => about("approve", "[ADDRESS]", Takes::Address, "say yes"),
            Steer::Refuse => about("refuse", "[ADDRESS] [\"WHY\"]", Takes::Address, "say no"),
            Steer::Choose => about("choose", "ADDRESS OPTION", Takes::Address, "decide for an option"),
            Steer::Emit => about("emit", "EVENT { .. }", Takes::Event, "let an event arrive"),
            Steer::Say => about("say", "WORD [\"WHY\"]", Takes::Text, "pause, resume, promote, abort, cancel or retry"),
            Steer::Crash => {
                about("crash", "[done]", Takes::Text, "let the process die, before or after what it was doing was done")
            }
            Steer::State => about("state", "", Takes::Nothing, "how the run stands"),
            Steer::UndoStack => about("undo-stack", "", Takes::Nothing, "what would be undone now, in that order"),
            Steer::Why => about("why", "ADDRESS", Takes::Address, "why a part waits, failed, or was decided so"),
        }
    }
}

fn about(word: &'static str, arguments: &'static str, takes: Takes, does: &'static str) -> About {
    About { word, arguments, takes, does }
}

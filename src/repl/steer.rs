//! The commands that steer a simulated run: what was typed is taken apart, and what happened is told.

mod answers;

use super::{
    Repl, State,
    command::Steer,
    complaint::{Complaint, Said},
    drive::{Drive, Line, Stand},
    look::Look,
    session::Session,
};
use crate::{
    diagnostic::suggest::nearest,
    ir::{
        Address, Type, Value,
        json::{from_json, to_json},
        text::Nested,
    },
    machine::{Asking, Refused, Word},
};

/// What can be said with `:say`.
const WORDS: &str = "pause, resume, promote, abort, cancel, retry";

impl Repl<'_> {
    /// Does what a command about the simulated run says.
    pub(super) fn steer(&mut self, command: Steer, rest: &str) -> Said {
        let look = self.look;
        let State { session, drive } = &mut *self.state.borrow_mut();
        let Some(drive) = drive else { return Err(Complaint::of("no plan is tried: `:simulate PLAN(..)` begins one")) };
        let mut at = At { look, session, drive };
        match command {
            Steer::Step => Ok(at.went(Drive::step)),
            Steer::Continue => Ok(at.went(Drive::go_on)),
            Steer::Until => at.until(rest),
            Steer::Back => at.back(rest),
            Steer::Advance => at.advance(rest),
            Steer::Answer => at.answer(rest),
            Steer::Invent => Ok(at.invent()),
            Steer::Fail => at.fail(rest),
            Steer::Done => at.done(rest),
            Steer::Approve => at.person(rest, Asking::Approval, "granted".to_owned()),
            Steer::Refuse => at.refuse(rest),
            Steer::Choose => at.choose(rest),
            Steer::Emit => at.emit(rest),
            Steer::Say => at.say(rest),
            Steer::Crash => at.crash(rest),
            Steer::State => Ok(at.drive.state(look)),
            Steer::UndoStack => Ok(at.drive.undo_stack()),
            Steer::Why => at.address(rest).map(|address| at.drive.why(&address, look)),
        }
    }
}

/// What happened, and what is asked now or how the run stands.
pub(super) fn told(drive: &Drive, lines: &[Line], look: Look) -> String {
    let lines = lines.iter().map(|line| line.drawn(look));
    let asks = if drive.has_ended() { Vec::new() } else { drive.asks(look) };
    lines.chain(asks).collect::<Vec<_>>().join("\n")
}

/// A run that is steered.
struct At<'a> {
    look: Look,
    session: &'a mut Session,
    drive: &'a mut Drive,
}

impl At<'_> {
    fn went(&mut self, go: impl FnOnce(&mut Drive) -> (Vec<Line>, Stand)) -> String {
        let (lines, stand) = go(self.drive);
        let told = told(self.drive, &lines, self.look);
        match stand {
            Stand::Still if told.is_empty() => self.drive.state(self.look),
            Stand::Still | Stand::Reached => told,
            Stand::Long => format!("{told}\na great deal has happened, and no end is seen: `:continue` goes on"),
        }
    }

    fn until(&mut self, rest: &str) -> Said {
        let address = self.address(rest)?;
        let (lines, stand) = self.drive.until(&address);
        let told = told(self.drive, &lines, self.look);
        let at = match stand {
            Stand::Reached => format!("{} {address} · {}", self.look.bold("at"), self.to_undo()),
            Stand::Still | Stand::Long => format!("`{address}` did not begin"),
        };
        Ok([told, at].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n"))
    }

    fn back(&mut self, rest: &str) -> Said {
        let count = if rest.is_empty() { Ok(1) } else { rest.parse() };
        let Ok(count) = count else { return Err(Complaint::of("`:back` takes a number: `:back 2`")) };
        let depth = self.drive.depth();
        let Some(ahead) = self.drive.back(count) else {
            return Err(Complaint::of(format!("one can go back by {depth} at most")));
        };
        let ahead: Vec<String> = ahead.iter().map(Line::short).collect();
        Ok(format!("{} {} · {}", self.look.bold("before"), ahead.join(" "), self.to_undo()))
    }

    fn to_undo(&self) -> String {
        let undo = self.drive.to_undo();
        if undo.is_empty() { "nothing to undo".to_owned() } else { format!("to undo: {undo}") }
    }

    fn advance(&mut self, rest: &str) -> Said {
        let time = self.session.evaluate(rest)?.value;
        let Value::Duration(nanoseconds @ 1..) = time else {
            return Err(Complaint::of("`:advance` takes a time: `:advance 3d`"));
        };
        let lines = self.drive.advance(nanoseconds);
        let now = format!("it is {} since it began", Value::Duration(self.drive.elapsed()));
        let told = told(self.drive, &lines, self.look);
        Ok([told, now].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n"))
    }

    /// `Paid { amount: 3 }`
    fn emit(&mut self, rest: &str) -> Said {
        let (name, payload) = rest.split_at(rest.find([' ', '{']).unwrap_or(rest.len()));
        let events = &self.session.program().events;
        let Some(event) = events.iter().find(|event| event.name == name).cloned() else {
            let close = nearest(name, events.iter().map(|event| event.name.as_str()));
            let meant = close.map(|close| format!(": did you mean `{close}`?")).unwrap_or_default();
            return Err(Complaint::of(format!("there is no event `{name}`{meant}")));
        };
        let payload = if payload.trim().is_empty() { "{}" } else { payload };
        let value = self.typed_value(payload, &event.payload)?;
        let id = format!("typed-{}", self.drive.depth());
        let word = Word::Event { event: event.name.clone(), id: id.into(), payload: to_json(&value) };
        let line = format!("given {name} {} after {}", Nested(&value), Value::Duration(self.drive.elapsed()));
        self.said(word, None, line)
    }

    fn typed_value(&mut self, text: &str, ty: &Type) -> Result<Value, Complaint> {
        let value = self.session.evaluate(text)?.value;
        from_json(ty, &to_json(&value)).map_err(|mismatch| Complaint::of(mismatch.to_string()))
    }

    fn say(&mut self, rest: &str) -> Said {
        let (word, why) = with_text(rest);
        let meant = match word {
            "pause" => Word::Pause,
            "resume" => Word::Resume,
            "promote" => Word::Promote { address: None },
            "abort" => Word::Abort { address: None },
            "cancel" => Word::Cancel,
            "retry" => Word::Retry { address: None },
            _ => return Err(Complaint::of(format!("`:say` takes one of {WORDS}"))),
        };
        let reason = why.map(|why| format!(" {why}")).unwrap_or_default();
        let line = format!("given operator {word}{reason} after {}", Value::Duration(self.drive.elapsed()));
        self.said(meant, why.map(|why| why.trim_matches('"')), line)
    }

    fn said(&mut self, word: Word, why: Option<&str>, line: String) -> Said {
        match self.drive.say(word, why, line) {
            Ok(lines) => Ok(told(self.drive, &lines, self.look)),
            Err(Refused { reason, instead }) => {
                let instead: String = instead.iter().map(|line| format!("\n  {line}")).collect();
                Err(Complaint::of(format!("{reason}{instead}")))
            }
        }
    }

    fn crash(&mut self, rest: &str) -> Said {
        let happened = match rest {
            "" => false,
            "done" => true,
            _ => return Err(Complaint::of("`:crash`, or `:crash done` if it was done and nobody heard")),
        };
        let lines = self.drive.crash(happened);
        Ok(told(self.drive, &lines, self.look))
    }

    /// The address that was typed, if the plan has such a part.
    fn address(&self, typed: &str) -> Result<Address, Complaint> {
        let address = Address::typed(typed);
        if typed.is_empty() {
            return Err(Complaint::of("this needs the address of a part: `prepare/hold`"));
        }
        if self.drive.knows(&address) {
            return Ok(address);
        }
        let known = self.drive.addresses();
        let close = nearest(typed, known.iter().map(String::as_str));
        let meant = close.map(|close| format!(": did you mean `{close}`?")).unwrap_or_default();
        Err(Complaint::of(format!("`{}` has no part `{typed}`{meant}", self.drive.plan())))
    }
}

/// What stands before a text in quotes at the end, and that text.
fn with_text(rest: &str) -> (&str, Option<&str>) {
    let quoted = rest.strip_suffix('"').and_then(|inside| inside.rfind('"'));
    match quoted {
        Some(at) => (rest[..at].trim_end(), Some(&rest[at..])),
        None => (rest, None),
    }
}

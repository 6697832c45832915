//! What is answered at the prompt: by calls, by addresses, and for people.

use super::{At, with_text};
use crate::{
    ir::{Address, Role},
    machine::Asking,
    repl::{
        complaint::{Complaint, Said},
        drive::{Behind, Subject, quoted},
    },
    source::FileId,
    syntax::{lexer::lex, token::Token},
};

impl At<'_> {
    /// `CALL = VALUE`, `ADDRESS = VALUE`, `CALL fails "why"`; alone, what is asked is answered as is offered.
    pub(super) fn answer(&mut self, rest: &str) -> Said {
        if rest.is_empty() {
            return self.answer_as_offered();
        }
        let lexed = lex(FileId::default(), rest);
        let mut depth = 0_usize;
        let assign = lexed.tokens.iter().zip(&lexed.spans).find(|(token, _)| {
            depth = if token.opens() { depth + 1 } else { depth.saturating_sub(usize::from(token.closes())) };
            depth == 0 && **token == Token::Assign
        });
        match assign.map(|(_, span)| span.range()) {
            Some(assign) => {
                let subject = self.subject(rest[..assign.start].trim_end());
                self.give(rest, subject, Behind::Returns(assign.end..rest.len()))
            }
            None => {
                let end = end_of_call(rest);
                let subject = self.subject(&rest[..end]);
                self.give(rest, subject, Behind::Typed(end..rest.len()))
            }
        }
    }

    /// An address stands without quotes; everything else is a call.
    fn subject(&self, typed: &str) -> Subject {
        let address = Address::typed(typed);
        let is_address = !typed.starts_with('"') && (self.drive.knows(&address) || !typed.contains('('));
        if is_address { Subject::Own(quoted(&address)) } else { Subject::Typed(0..typed.len()) }
    }

    fn answer_as_offered(&mut self) -> Said {
        let offers = self.drive.offers();
        if offers.is_empty() {
            return Err(Complaint::of("nothing is asked"));
        }
        let mut said = Vec::new();
        for (subject, answer) in offers {
            said.push(self.give("", Subject::Own(subject), Behind::Own(answer))?);
        }
        Ok(said.join("\n"))
    }

    fn give(&mut self, typed: &str, subject: Subject, behind: Behind) -> Said {
        self.drive.give(self.session, typed, subject, behind)?;
        Ok(self.look.dim(self.drive.latest()))
    }

    pub(super) fn invent(&mut self) -> String {
        self.drive.invent();
        "what is not answered is made up from here on".to_owned()
    }

    /// How a part fails depends on what it is.
    pub(super) fn fail(&mut self, rest: &str) -> Said {
        let (address, why) = with_text(rest);
        let address = self.address(address)?;
        let why = why.map(|why| format!(" {why}")).unwrap_or_default();
        let words = match self.drive.role(&address) {
            Role::Verdict(_) => "returns false".to_owned(),
            Role::Task(_) | Role::Approval => format!("refused{why}"),
            Role::Act(_) | Role::Look(_) | Role::Decision(_) | Role::Scope => format!("fails{why}"),
        };
        self.give("", Subject::Own(quoted(&address)), Behind::Own(words))
    }

    pub(super) fn done(&mut self, rest: &str) -> Said {
        let (address, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let place = self.asked(address, Asking::Task)?;
        match value.trim() {
            "" => self.give("", Subject::Own(quoted(&place)), Behind::Own("done".to_owned())),
            _ => self.give(rest, Subject::Own(quoted(&place)), Behind::Returns(address.len() + 1..rest.len())),
        }
    }

    pub(super) fn person(&mut self, rest: &str, asking: Asking, words: String) -> Said {
        let address = self.asked(rest, asking)?;
        self.give("", Subject::Own(quoted(&address)), Behind::Own(words))
    }

    pub(super) fn refuse(&mut self, rest: &str) -> Said {
        let (address, why) = with_text(rest);
        let why = why.map(|why| format!(" {why}")).unwrap_or_default();
        self.person(address, Asking::Approval, format!("refused{why}"))
    }

    pub(super) fn choose(&mut self, rest: &str) -> Said {
        let Some((address, option)) = rest.rsplit_once(char::is_whitespace) else {
            return Err(Complaint::of("`:choose` takes a decision and an option: `:choose path slow`"));
        };
        self.person(address.trim_end(), Asking::Decision, format!("chooses {option}"))
    }

    /// The part that is meant: as typed, else the only one that such a thing is asked for.
    fn asked(&self, typed: &str, asking: Asking) -> Result<Address, Complaint> {
        if !typed.is_empty() {
            return self.address(typed);
        }
        let what = match asking {
            Asking::Task => "task",
            Asking::Approval => "approval",
            Asking::Decision => "decision",
        };
        match self.drive.asked_of_people(asking).as_slice() {
            [only] => Ok(only.clone()),
            [] => Err(Complaint::of(format!("no {what} is asked for now"))),
            several => {
                let listed: Vec<String> = several.iter().map(ToString::to_string).collect();
                Err(Complaint::of(format!("say which {what}: {}", listed.join(", "))))
            }
        }
    }
}

/// Where the call or the quoted address at the beginning of a text ends.
fn end_of_call(text: &str) -> usize {
    let lexed = lex(FileId::default(), text);
    let mut depth = 0_usize;
    for (token, span) in lexed.tokens.iter().zip(&lexed.spans) {
        if token.opens() {
            depth += 1;
        } else if token.closes() {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return span.range().end;
            }
        }
        if depth == 0 && *token == Token::Text {
            return span.range().end;
        }
    }
    text.find(char::is_whitespace).unwrap_or(text.len())
}

//! What is answered and said at the prompt, as lines of a test.

use std::{ops::Range, sync::Arc};

use super::{Drive, GivenLine, tell::Line, wrapped::Wrapped};
use crate::{
    ir::{Address, Value, text::Nested},
    machine::{Asking, Refused, Word},
    repl::session::{Mistakes, Session},
    simulate::{
        Answer, Asks, Ends, Pending, Question,
        test::{Failure, Given, Suite, What},
    },
};

/// Who speaks at the prompt.
const WHO: &str = "operator";

/// Why an answer was not taken.
#[derive(Debug)]
pub enum NotTaken {
    /// What was typed can't be read, or does not fit
    Mistakes(Mistakes),
    /// Nothing can be said about this; why
    Unknown(String),
}

impl Drive {
    /// Answers from here on as a line of a test says, of which `subject` is what it answers. What is asked now is
    /// answered at once.
    pub fn give(&mut self, session: &Session, typed: &str, subject: Subject, behind: Behind) -> Result<(), NotTaken> {
        let line = Wrapped::default().own("given ");
        let line = match &subject {
            Subject::Typed(part) => line.typed(typed, part.clone()),
            Subject::Own(words) => line.own(words),
        };
        let line = match &behind {
            Behind::Returns(part) => line.own(" returns ").typed(typed, trimmed(typed, part)),
            Behind::Typed(part) => line.own(" ").typed(typed, trimmed(typed, part)),
            Behind::Own(words) => line.own(&format!(" {words}")),
        };
        let text = line.text().to_owned();
        let given = self.compiled(session, line, typed)?;
        let subject = match subject {
            Subject::Typed(part) => typed[part].trim().to_owned(),
            Subject::Own(words) => words,
        };
        self.lines.retain(|before| before.subject != subject);
        self.lines.insert(0, GivenLine { subject, text, given });
        self.give_all();
        self.answer_what_is_asked();
        Ok(())
    }

    /// Answers as another run of the plan was answered; what does not fit any more is left out.
    pub fn answer_as(&mut self, session: &Session, before: &Drive) {
        for line in before.lines.iter().rev() {
            let text = line.text.strip_prefix("given ").and_then(|text| text.strip_prefix(line.subject.as_str()));
            let behind = Behind::Own(text.unwrap_or_default().trim().to_owned());
            // The program may have changed since.
            let _ = self.give(session, "", Subject::Own(line.subject.clone()), behind);
        }
        if before.now.simulation.world().invents() {
            self.invent();
        }
    }

    /// The line that was given last.
    pub fn latest(&self) -> &str {
        self.lines.first().map_or("", |line| &line.text)
    }

    /// What could be answered to what is asked now, as lines of a test.
    pub fn offers(&self) -> Vec<(String, String)> {
        let offered = self.open().into_iter().filter_map(|(question, offer)| {
            let subject = match &question.asks {
                Asks::Effect(effect) => self.subject(&question, effect),
                Asks::Person(_) => quoted(&question.address),
            };
            Some((subject, words(&offer?.ends)?))
        });
        offered.collect()
    }

    /// Where such a thing is asked of people now.
    pub fn asked_of_people(&self, asking: Asking) -> Vec<Address> {
        let open = self.open().into_iter().map(|(question, _)| question);
        let asked = open.filter(|question| question.person().is_some_and(|person| person.asking == asking));
        asked.map(|question| question.address.clone()).collect()
    }

    /// Checks a line as a part of a test of the plan.
    fn compiled(&self, session: &Session, line: Wrapped, typed: &str) -> Result<Arc<Given>, NotTaken> {
        let wrapped = prefixed(line, &self.call);
        let (_, program) = session.with(&wrapped, typed).map_err(NotTaken::Mistakes)?;
        let nothing = || NotTaken::Unknown("this gives no answer".to_owned());
        let test = program.tests.last().cloned().ok_or_else(nothing)?;
        let givens = Suite::new(Arc::new(program)).givens(&test).map_err(|failure| NotTaken::Unknown(why(&failure)))?;
        givens.into_iter().next().ok_or_else(nothing)
    }

    /// Tells the world all that is given.
    pub(super) fn give_all(&mut self) {
        let given = self.lines.iter().map(|line| Arc::clone(&line.given)).collect();
        self.now.simulation.world_mut().give(given);
    }

    /// What is asked now and is spoken of by the latest line is answered anew, also where something else was planned.
    fn answer_what_is_asked(&mut self) {
        let Some(latest) = self.lines.first().map(|line| Arc::clone(&line.given)) else { return };
        for question in self.questions().iter().filter(|question| latest.is_for(question)) {
            // An answer that does not fit was told when the line was checked.
            let _ = self.now.simulation.ask_again(question.number);
        }
    }

    /// The questions whose end the run has not heard of.
    pub(super) fn questions(&self) -> Vec<Arc<Question>> {
        let pending = self.now.simulation.pending().into_iter();
        let questions = pending.filter_map(|pending| match pending {
            Pending::Question { question, .. } => Some(question),
            Pending::Timer(_) | Pending::Word { .. } | Pending::Event { .. } => None,
        });
        questions.collect()
    }

    /// The questions that wait for the prompt, each with what could be made up for it.
    pub(super) fn open(&self) -> Vec<(Arc<Question>, Option<Answer>)> {
        let pending = self.now.simulation.pending().into_iter();
        let open = pending.filter_map(|pending| match pending {
            Pending::Question { question, due: None } => {
                let offer = self.now.simulation.world().offer(question.number).cloned();
                Some((question, offer))
            }
            Pending::Question { .. } | Pending::Timer(_) | Pending::Word { .. } | Pending::Event { .. } => None,
        });
        open.collect()
    }

    /// What is not given is made up from here on, also what is asked now.
    pub fn invent(&mut self) {
        self.now.simulation.world_mut().invent();
        for (question, offer) in self.open() {
            if let Some(answer) = offer {
                let _ = self.now.simulation.answer(question.number, answer);
                self.now.simulation.world_mut().has_invented(question.number);
            }
        }
    }

    /// Says something to the run, now; `line` is how a test says so.
    ///
    /// # Errors
    /// It is refused in this state.
    pub fn say(&mut self, word: Word, why: Option<&str>, line: String) -> Result<Vec<Line>, Refused> {
        let before = self.kept(0);
        self.now.simulation.say(word, WHO, why)?;
        self.now.said.push(line);
        Ok(self.told_now(before))
    }

    /// The process dies; what is in flight was done if it `happened`.
    pub fn crash(&mut self, happened: bool) -> Vec<Line> {
        let before = self.kept(0);
        let time = if happened { "after" } else { "during" };
        for question in self.questions().iter().filter(|question| question.effect().is_some()) {
            self.now.said.push(format!("given {} crashes {time}", quoted(&question.address)));
        }
        self.now.simulation.crash(happened);
        self.told_now(before)
    }

    fn told_now(&mut self, before: super::Kept) -> Vec<Line> {
        let told = self.tell();
        self.now.told.clone_from(&told);
        self.keep(before);
        told
    }
}

/// What a line answers.
pub enum Subject {
    /// A part of what was typed: a call, or an address in quotes
    Typed(Range<usize>),
    /// These words
    Own(String),
}

/// What a line says behind what it answers.
pub enum Behind {
    /// This value, a part of what was typed
    Returns(Range<usize>),
    /// A part of what was typed, as it is: `fails "why"`
    Typed(Range<usize>),
    /// These words
    Own(String),
}

/// Why a line that was checked gives no answer all the same.
fn why(failure: &Failure) -> String {
    match &failure.what {
        What::Broken(reason) => reason.clone(),
        What::Expected { .. }
        | What::Called { .. }
        | What::NotGiven(_)
        | What::Refused { .. }
        | What::Waits(_)
        | What::Endless => "it can't be computed".to_owned(),
    }
}

/// A part of a text without the blanks around it.
fn trimmed(text: &str, part: &Range<usize>) -> Range<usize> {
    let inside = text.get(part.clone()).unwrap_or_default();
    let start = part.start + (inside.len() - inside.trim_start().len());
    start..start + inside.trim().len()
}

/// An answer as a test says it; none for what no test can say.
pub(super) fn words(ends: &Ends) -> Option<String> {
    Some(match ends {
        Ends::Returns(value) => format!("returns {}", Nested(value)),
        Ends::Done => "done".to_owned(),
        Ends::Granted => "granted".to_owned(),
        Ends::Chooses(option) => format!("chooses {option}"),
        Ends::Fails(why) => format!("fails {}", text(why)),
        Ends::Refused(why) => format!("refused {}", text(why)),
        Ends::Hangs => "hangs".to_owned(),
        Ends::LostDone(None) => "lost done".to_owned(),
        Ends::LostDone(Some(value)) => format!("lost returns {}", Nested(value)),
        Ends::LostNotDone => "lost not done".to_owned(),
        Ends::Open | Ends::NotGiven(_) => return None,
    })
}

fn text(text: &str) -> String {
    Nested(&Value::text(text)).to_string()
}

/// A line in a test that runs the plan: so it is known which addresses there are.
fn prefixed(line: Wrapped, call: &str) -> Wrapped {
    line.before("test \"what was typed\" {\n").own(&format!("\n  run {call}\n}}"))
}

/// An address as a text of the language.
pub fn quoted(address: &Address) -> String {
    text(&address.to_string())
}

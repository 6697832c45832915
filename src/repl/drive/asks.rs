//! What is asked at the prompt, and what could be typed.

use super::{Drive, answer::quoted};
use crate::{
    ir::{Type, text::Nested},
    machine::Asking,
    repl::look::Look,
    simulate::{Answer, Asks, Call, Effect, Ends, Pending, Person, Question, generate},
};

impl Drive {
    /// What is asked, with the command that answers it; and what is waited for that comes from outside.
    pub fn asks(&self, look: Look) -> Vec<String> {
        let questions = self.open().into_iter().map(|(question, offer)| {
            let (what, commands) = self.asked(&question, offer.as_ref());
            let commands = commands.iter().map(|command| format!("\n      {}", look.code(command)));
            format!("{} {}  {what}{}", look.yellow("?"), question.address, commands.collect::<String>())
        });
        let events = self.now.simulation.pending().into_iter().filter_map(|pending| match pending {
            Pending::Event { address, event } => Some(self.event(&address.to_string(), &event, look)),
            Pending::Question { .. } | Pending::Timer(_) | Pending::Word { .. } => None,
        });
        questions.chain(events).collect()
    }

    fn event(&self, address: &str, event: &str, look: Look) -> String {
        let declared = self.program().events.iter().find(|declared| declared.name == event);
        let payload =
            declared.map_or_else(String::new, |event| Nested(&generate(&event.payload, 1, "event")).to_string());
        let command = look.code(&format!(":emit {event} {payload}"));
        format!("{} {address}  waits for {event}\n      {command}", look.yellow("?"))
    }

    /// What is asked, and the commands that answer it.
    fn asked(&self, question: &Question, offer: Option<&Answer>) -> (String, Vec<String>) {
        match &question.asks {
            Asks::Effect(effect) => {
                let what = effect.call.summary(self.program()).unwrap_or_else(|| effect.request.summary());
                let subject = self.subject(question, effect);
                (format!("asks {}", cut(&what)), self.answers(&subject, effect, offer))
            }
            Asks::Person(person) => asked_person(question, person, offer),
        }
    }

    fn answers(&self, subject: &str, effect: &Effect, offer: Option<&Answer>) -> Vec<String> {
        let value = match offer.map(|offer| &offer.ends) {
            Some(Ends::Returns(value)) => value.clone(),
            _ => generate(&effect.expects, 1, "value"),
        };
        vec![format!(":answer {subject} = {}", Nested(&value))]
    }

    /// What a line speaks of that answers a question: its call, whatever the arguments, else its address.
    pub(super) fn subject(&self, question: &Question, effect: &Effect) -> String {
        let (name, count) = match &effect.call {
            Call::Action(action, arguments) => (&self.program().actions[action.index()].name, arguments.len()),
            Call::Probe(probe, arguments) => (&self.program().probes[probe.index()].name, arguments.len()),
            Call::Builtin | Call::Condition | Call::Nobody => return quoted(&question.address),
        };
        format!("{name}({})", vec!["_"; count].join(", "))
    }
}

fn asked_person(question: &Question, person: &Person, offer: Option<&Answer>) -> (String, Vec<String>) {
    let (address, by) = (&question.address, &person.by);
    let what = format!("\"{}\"{}", person.text, if by.is_empty() { String::new() } else { format!(" by {by}") });
    let commands = match person.asking {
        Asking::Approval => vec![format!(":approve {address}"), format!(":refuse {address}")],
        Asking::Task if person.expects == Type::Nothing => vec![format!(":done {address}")],
        Asking::Task => {
            let made_up = match offer.map(|offer| &offer.ends) {
                Some(Ends::Returns(value)) => value.clone(),
                _ => generate(&person.expects, 1, "value"),
            };
            vec![format!(":done {address} {}", Nested(&made_up))]
        }
        Asking::Decision => person.options.iter().map(|option| format!(":choose {address} {option}")).collect(),
    };
    (what, commands)
}

fn cut(text: &str) -> String {
    brief_text(text, 70)
}

fn brief_text(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}

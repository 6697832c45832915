//! Answers: what comes of them, and which fit which question.

use smol_str::SmolStr;

use super::{Answer, Asks, Effect, Ends, Person, Question, Unfit, queue::Planned};
use crate::{
    ir::{
        Request, Type, Value,
        json::{from_json, to_json},
        test::CrashTime,
    },
    machine::{Asking, Outcome, Timestamp, Word},
};

/// Who answers for people.
const PEOPLE: &str = "people";

/// What comes of an answer, and when; nothing, if it never comes or is not known yet.
pub(super) fn planned(
    question: &Question,
    answer: &Answer,
    now: Timestamp,
) -> Result<Option<(Timestamp, Planned)>, Unfit> {
    let then = match &question.asks {
        Asks::Effect(effect) => match answer.crash {
            None => ended(effect, &answer.ends)?.map(|(outcome, really)| Planned::Outcome {
                number: question.number,
                effect: effect.effect,
                outcome,
                really,
            }),
            Some(CrashTime::After) => {
                Some(Planned::Crash { really: ended(effect, &answer.ends)?.and_then(|(_, really)| really) })
            }
            Some(CrashTime::Before | CrashTime::During) => Some(Planned::Crash { really: None }),
        },
        Asks::Person(person) => said(person, question, &answer.ends)?.map(|(word, why)| Planned::Word {
            number: Some(question.number),
            word,
            who: PEOPLE.to_owned(),
            why,
        }),
    };
    let after = if question.effect().is_some() { answer.crash_after().unwrap_or(answer.takes) } else { answer.takes };
    Ok(then.map(|then| (now.plus(after), then)))
}

impl Answer {
    /// After how many nanoseconds the process dies.
    pub(super) fn crash_after(&self) -> Option<i64> {
        self.crash.map(|time| match time {
            CrashTime::Before => 0,
            CrashTime::During => self.takes / 2,
            CrashTime::After => self.takes,
        })
    }
}

/// What is done under a key, and what it gives.
type Really = Option<(SmolStr, Value)>;

/// How the run hears of the end of an effect, and what was done.
fn ended(effect: &Effect, ends: &Ends) -> Result<Option<(Outcome, Really)>, Unfit> {
    let done = |value: &Value| effect.key.clone().map(|key| (key, value.clone()));
    let lost = || Outcome::Unknown { reason: "nobody heard how it ended".to_owned(), printed: String::new() };
    Ok(match ends {
        Ends::Returns(value) => Some((heard(effect, value)?, done(value))),
        Ends::Done => Some((heard(effect, &Value::None)?, done(&Value::None))),
        Ends::Fails(reason) => {
            let failed = Outcome::Failed { reason: reason.to_string(), printed: String::new(), retry_after: None };
            Some((failed, None))
        }
        Ends::LostDone(value) => Some((lost(), done(value.as_ref().unwrap_or(&Value::None)))),
        Ends::LostNotDone => Some((lost(), None)),
        Ends::Hangs | Ends::Open | Ends::NotGiven(_) => None,
        Ends::Granted | Ends::Refused(_) | Ends::Chooses(_) => {
            return Err(Unfit("an effect returns something, is done, fails, hangs, or is lost".to_owned()));
        }
    })
}

/// What an effect prints that gives this value, which is read as the value.
fn heard(effect: &Effect, value: &Value) -> Result<Outcome, Unfit> {
    let unfit = |mismatch| Unfit(format!("the answer does not fit: {mismatch}"));
    let output = match &*effect.request {
        // A call that is answered as a whole gives JSON: what that says is known without reading it.
        Request::Extern { .. } => {
            let json = to_json(value);
            from_json(&effect.expects, &json).map_err(unfit)?;
            json.to_string()
        }
        request => {
            let printed = printed(&effect.expects, value);
            request.decode(&effect.expects, &printed).map_err(unfit)?;
            printed
        }
    };
    Ok(Outcome::Ok { output, printed: String::new() })
}

/// What a built-in effect prints that gives this value.
fn printed(expects: &Type, value: &Value) -> String {
    let is_text = |ty: &Type| match ty {
        Type::String => true,
        Type::Optional(some) => **some == Type::String,
        _ => false,
    };
    match (expects, value) {
        (Type::Nothing, _) | (Type::Optional(_) | Type::String, Value::None) => String::new(),
        (ty, Value::Text(text)) if is_text(ty) => text.to_string(),
        (_, value) => to_json(value).to_string(),
    }
}

/// What a person says, and why.
fn said(person: &Person, question: &Question, ends: &Ends) -> Result<Option<(Word, Option<String>)>, Unfit> {
    let address = question.address.clone();
    let reason = |reason: &SmolStr| (!reason.is_empty()).then(|| reason.to_string());
    Ok(match (person.asking, ends) {
        (_, Ends::Hangs | Ends::Open | Ends::NotGiven(_)) => None,
        (Asking::Approval, Ends::Granted) => Some((Word::Approve { address, digest: None }, None)),
        (Asking::Approval | Asking::Task, Ends::Refused(why)) => Some((Word::Refuse { address }, reason(why))),
        (Asking::Task, Ends::Done) => Some((Word::Done { address, value: serde_json::Value::Null }, None)),
        (Asking::Task, Ends::Returns(value)) => {
            let value = to_json(value);
            from_json(&person.expects, &value)
                .map_err(|mismatch| Unfit(format!("the answer does not fit: {mismatch}")))?;
            Some((Word::Done { address, value }, None))
        }
        (Asking::Decision, Ends::Chooses(option)) => Some((Word::Choose { address, option: option.clone() }, None)),
        (Asking::Approval, _) => return Err(Unfit("an approval is granted or refused".to_owned())),
        (Asking::Task, _) => return Err(Unfit("a task is done, returns something, or is refused".to_owned())),
        (Asking::Decision, _) => return Err(Unfit("a decision is made by an option".to_owned())),
    })
}

/// How a process ends that is stopped before its time: nobody can tell, and it was not done.
pub(super) fn stopped() -> Outcome {
    Outcome::Unknown { reason: "it was stopped".to_owned(), printed: String::new() }
}

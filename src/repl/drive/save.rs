//! `:save`: what was tried, as a test.

use indexmap::IndexMap;

use super::{
    Drive,
    answer::{quoted, words},
    tell::ending_word,
};
use crate::{
    ir::{Address, json::from_json, text::Nested},
    machine::{Entry, Status},
    simulate::{Asks, Question},
};

/// A run that is tried has no end yet, so there is nothing to expect of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the run has no end yet: `:continue` shows what is asked")]
pub struct Unended;

impl Drive {
    /// The lines of a test that does again what was tried: what was given and said, the run, and what comes of it if it
    /// goes on like this to its end.
    ///
    /// # Errors
    /// It has no end without more answers.
    pub fn test(&self) -> Result<Vec<String>, Unended> {
        let mut ended = self.clone();
        ended.go_on();
        let expected = ended.expected()?;
        // An event that begins the run comes before all others.
        let begun = self.event.iter().map(|event| format!("given {} after 0s", event.trim()));
        let lines = begun.chain(self.given()).chain(ended.invented()).chain(ended.now.said.iter().cloned());
        let run = [String::new(), format!("run {}", self.call), String::new()];
        Ok(lines.chain(run).chain(expected).collect())
    }

    /// What was given, as it was typed; of what is said of one call the latest first, since the first that fits counts.
    fn given(&self) -> Vec<String> {
        let mut calls: IndexMap<&str, Vec<String>> = IndexMap::new();
        let called = |subject: &str| subject.find('(').filter(|_| !subject.starts_with('"')).unwrap_or(subject.len());
        for line in self.lines.iter().rev() {
            let call = &line.subject[..called(&line.subject)];
            calls.entry(call).or_default().insert(0, line.text.clone());
        }
        calls.into_values().flatten().collect()
    }

    /// What was made up, as lines: for a call if every answer to it was the same, else for each of its arguments.
    fn invented(&self) -> Vec<String> {
        let numbers = self.now.simulation.world().invented();
        let asked = self.now.simulation.asked();
        let made_up = numbers.iter().filter_map(|number| asked.get(*number as usize));
        let mut calls: IndexMap<String, Vec<(String, String)>> = IndexMap::new();
        for asked in made_up {
            if let Some(answer) = words(&asked.answer.ends) {
                let answers = calls.entry(self.subject_of(&asked.question)).or_default();
                answers.push((self.exactly(&asked.question), answer));
            }
        }
        calls.into_iter().flat_map(|(subject, answers)| self.lines_for(&subject, &answers)).collect()
    }

    fn subject_of(&self, question: &Question) -> String {
        match &question.asks {
            Asks::Effect(effect) => self.subject(question, effect),
            Asks::Person(_) => quoted(&question.address),
        }
    }

    /// A question as only those like it are spoken of: its call with the arguments, else its address.
    fn exactly(&self, question: &Question) -> String {
        let call = question.effect().and_then(|effect| effect.call.summary(self.program()));
        call.unwrap_or_else(|| quoted(&question.address))
    }

    fn lines_for(&self, subject: &str, answers: &[(String, String)]) -> Vec<String> {
        let is_known = self.lines.iter().any(|line| line.subject == subject);
        let is_same = answers.iter().all(|(_, answer)| answers.first().is_some_and(|(_, first)| first == answer));
        if let (false, true, Some((_, answer))) = (is_known, is_same, answers.first()) {
            return vec![format!("given {subject} {answer}")];
        }
        let mut exact: IndexMap<&str, Vec<&str>> = IndexMap::new();
        answers.iter().for_each(|(question, answer)| exact.entry(question).or_default().push(answer));
        exact.into_iter().map(|(question, answers)| format!("given {question} {}", answers.join(" then "))).collect()
    }

    /// What came of it.
    fn expected(&self) -> Result<Vec<String>, Unended> {
        let mut expected = match self.status() {
            Status::Ended(ending, value) => {
                let result = self.program().plan(&self.plan).map(|plan| &self.program().plans[plan.index()].result);
                let value = result.filter(|_| !value.is_null()).and_then(|ty| from_json(ty, &value).ok());
                let result = value.map(|value| format!("expect result == {}", Nested(&value)));
                [format!("expect outcome is {}", ending_word(ending))].into_iter().chain(result).collect()
            }
            Status::Stuck => vec!["expect outcome is stuck".to_owned(), self.list("stuck_on", &self.stuck_on())],
            Status::New | Status::Running | Status::Waiting | Status::Paused | Status::Unwinding => {
                return Err(Unended);
            }
        };
        let owed = self.now.simulation.machine().owed().iter().map(|owed| owed.address.clone()).collect();
        for (name, addresses) in [("undone", self.undone()), ("owed", owed)] {
            if !addresses.is_empty() {
                expected.push(self.list(name, &addresses));
            }
        }
        Ok(expected)
    }

    fn list(&self, name: &str, addresses: &[Address]) -> String {
        let quoted: Vec<String> = addresses.iter().map(quoted).collect();
        format!("expect {name} == [{}]", quoted.join(", "))
    }

    fn undone(&self) -> Vec<Address> {
        let entries = self.now.simulation.records().iter().flat_map(|record| &record.then);
        let undone = entries
            .filter_map(|entry| if let Entry::Undone { address } = entry { Some(address.clone()) } else { None });
        undone.collect()
    }

    fn stuck_on(&self) -> Vec<Address> {
        let mut stuck: Vec<Address> = Vec::new();
        for entry in self.now.simulation.records().iter().flat_map(|record| &record.then) {
            match entry {
                Entry::Stuck { address, .. } => stuck.push(address.clone()),
                Entry::Unstuck { address } => stuck.retain(|other| other != address),
                _ => {}
            }
        }
        stuck
    }
}

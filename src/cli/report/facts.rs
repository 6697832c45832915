//! What there is to report of a run: gathered from its journal and its program.

use std::sync::Arc;

use indexmap::IndexMap;
use smol_str::SmolStr;

use super::incidents::{Incident, Incidents};
use crate::{
    cli::{failure::Failure, show::goals, story::Story, subject::Subject},
    evaluate::{Answers, Constants, Evaluator, Locals},
    ir::{Address, Choice, Expr, Found, PlanId, Program, StatementKind, Value, json::from_json},
    machine::{Asking, Entry, Event, Kind, Machine, Record, Retold, Timestamp, Wait, Word},
    run::RunInfo,
};

/// Everything a report tells.
pub struct Facts {
    /// What the store knows.
    pub info: RunInfo,
    /// What the plan is for.
    pub goals: Vec<String>,
    /// What happened, part by part.
    pub story: Story,
    /// How many nanoseconds each part should have taken, where its author said so; the root is the whole run.
    pub planned: IndexMap<Address, i64>,
    /// What was decided, in that order.
    pub decisions: Vec<Decision>,
    /// What people were asked, in that order.
    pub asked: IndexMap<Address, Asked>,
    /// What went otherwise than planned.
    pub incidents: Vec<Incident>,
    /// What it waits for now.
    pub waits: Vec<Wait>,
    /// What would be undone if it failed now.
    pub to_undo: Vec<Address>,
    /// When the last record was written.
    pub last: Timestamp,
}

/// A decision that was made.
pub struct Decision {
    /// Which.
    pub address: Address,
    /// The question.
    pub question: String,
    /// The option that was taken.
    pub option: String,
    /// All options that the program has now.
    pub options: Vec<Considered>,
    /// What the conditions mention, with the values then: `seen.share = 10%`.
    pub evidence: Vec<String>,
    /// When.
    pub at: Timestamp,
    /// The number of the record that says so.
    pub record: u64,
    /// Who chose and why, if a person did.
    pub chosen: Option<(String, Option<String>)>,
    /// Who was asked.
    pub asked_of: Option<String>,
}

/// An option of a decision.
pub struct Considered {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: Option<String>,
    /// When it is open; always, without.
    pub condition: Option<String>,
    /// How many nanoseconds it takes, as its author says.
    pub takes: Option<i64>,
    /// How much is at stake.
    pub risk: Option<String>,
}

/// What a person was asked, and what came of it.
pub struct Asked {
    /// For what.
    pub asking: Asking,
    /// What the program says of it.
    pub text: String,
    /// Who.
    pub by: String,
    /// When.
    pub since: Timestamp,
    /// What was answered; `None` if nothing was, yet or for good.
    pub answer: Option<Answer>,
}

/// What a person answered.
pub struct Answer {
    /// `done`, `approved`, `refused`, or the option that was chosen.
    pub what: String,
    /// Who.
    pub who: String,
    /// Why.
    pub why: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Facts {
    /// All there is to say of a run.
    pub fn of(subject: &Subject) -> Result<Facts, Failure> {
        let mut gathered = Gathered { story: Story::of(subject.sources()?), ..Gathered::default() };
        let (machine, program) = subject.look(|record, machine| gathered.take(record, machine))?;
        let told = Told { constants: Constants::new(&program), program };
        let Gathered { mut story, decided, questions, asked, incidents, last, first, .. } = gathered;
        story.turn_wholes(&machine.to_undo());
        let decisions = decided.into_iter().map(|decided| told.decision(&story, &questions, decided)).collect();
        Ok(Facts {
            goals: goals(&told.program, &story),
            planned: told.planned(&story, first),
            decisions,
            asked,
            incidents: incidents.finish(),
            waits: machine.waits(),
            to_undo: if story.ended.is_some() { Vec::new() } else { machine.to_undo() },
            last,
            info: subject.info.clone(),
            story,
        })
    }
}

/// What the records tell beside the story of the parts.
#[derive(Default)]
struct Gathered {
    story: Story,
    questions: IndexMap<Address, SmolStr>,
    decided: Vec<Decided>,
    asked: IndexMap<Address, Asked>,
    incidents: Incidents,
    first: Option<Record>,
    last: Timestamp,
    read: u64,
}

/// A decision as the journal tells it.
struct Decided {
    address: Address,
    option: String,
    evidence: Vec<String>,
    at: Timestamp,
    record: u64,
    chosen: Option<(String, Option<String>)>,
    asked_of: Option<String>,
}

impl Gathered {
    fn take(&mut self, record: &Record, machine: &Machine) {
        self.read += 1;
        self.last = record.at;
        self.first.get_or_insert_with(|| record.clone());
        self.incidents.take(record);
        self.answer(record);
        self.retell(record);
        for entry in &record.then {
            self.entry(record, entry);
        }
        self.story.add(record, machine);
    }

    fn answer(&mut self, record: &Record) {
        let Event::Operator { word, who, why } = &record.event else { return };
        let (address, what) = match word {
            Word::Done { address, .. } => (address, "done".to_owned()),
            Word::Approve { address, .. } => (address, "approved".to_owned()),
            Word::Refuse { address } => (address, "refused".to_owned()),
            Word::Choose { address, option } => (address, option.to_string()),
            Word::Settle { .. }
            | Word::Retry { .. }
            | Word::Cancel
            | Word::Kill
            | Word::Waive { .. }
            | Word::Event { .. }
            | Word::Pause
            | Word::Resume
            | Word::Promote { .. }
            | Word::Abort { .. } => return,
        };
        if let Some(asked) = self.asked.get_mut(address) {
            asked.answer = Some(Answer { what, who: who.clone(), why: why.clone(), at: record.at });
        }
    }

    /// Who answers after a migration answers what that program asks.
    fn retell(&mut self, record: &Record) {
        let Event::Migrated { retold, .. } = &record.event else { return };
        for Retold { address, becomes: _, question } in retold {
            if let (Some(asked), Some(question)) = (self.asked.get_mut(address), question) {
                (asked.text, asked.by) = (question.text.to_string(), question.by.to_string());
            }
        }
    }

    fn entry(&mut self, record: &Record, entry: &Entry) {
        if let Entry::Entered { address, kind: Kind::Decision, title: Some(question) } = entry {
            self.questions.insert(address.clone(), question.clone());
        }
        if let Entry::Asked { address, asking, text, by, .. } = entry {
            let (text, by) = (text.to_string(), by.to_string());
            let asked = Asked { asking: *asking, text, by, since: record.at, answer: None };
            self.asked.insert(address.clone(), asked);
        }
        if let Entry::Decided { address, option, evidence } = entry {
            let asked = self.asked.get(address);
            let answer = asked.and_then(|asked| asked.answer.as_ref());
            self.decided.push(Decided {
                address: address.clone(),
                option: option.to_string(),
                evidence: evidence.iter().map(ToString::to_string).collect(),
                at: record.at,
                record: self.read,
                chosen: answer.map(|answer| (answer.who.clone(), answer.why.clone())),
                asked_of: asked.map(|asked| asked.by.clone()),
            });
        }
    }
}

/// What a program says of the parts of its runs.
struct Told {
    program: Arc<Program>,
    constants: Constants,
}

impl Told {
    fn decision(&self, story: &Story, questions: &IndexMap<Address, SmolStr>, decided: Decided) -> Decision {
        let Decided { address, option, evidence, at, record, chosen, asked_of } = decided;
        let question = questions.get(&address).map_or_else(|| address.to_string(), ToString::to_string);
        let options = self.options(story, &address);
        Decision { address, question, option, options, evidence, at, record, chosen, asked_of }
    }

    fn options(&self, story: &Story, address: &Address) -> Vec<Considered> {
        let Some((plan, Found::Statement(statement))) = self.program.find(&story.plan, address) else {
            return Vec::new();
        };
        let StatementKind::Decide(decide) = &statement.kind else { return Vec::new() };
        decide.options.iter().map(|option| self.considered(story, plan, option)).collect()
    }

    fn considered(&self, story: &Story, plan: PlanId, option: &Choice) -> Considered {
        let text = |expr: &Expr| self.value(story, plan, expr).map(|value| value.to_string());
        Considered {
            name: option.name.to_string(),
            title: option.title.as_deref().and_then(text),
            condition: option.text.as_ref().map(ToString::to_string),
            takes: self.likely(story, plan, &option.estimate.takes),
            risk: option.estimate.risk.as_deref().and_then(text),
        }
    }

    /// How long parts should have taken: what their authors say, as far as it depends on what the run was given only.
    fn planned(&self, story: &Story, first: Option<Record>) -> IndexMap<Address, i64> {
        let said = |address: &Address| {
            let (plan, found) = self.program.find(&story.plan, address)?;
            self.likely(story, plan, &found.estimate()?.takes)
        };
        let parts = story.parts.keys().filter_map(|address| Some((address.clone(), said(address)?)));
        let whole = first.map(|first| (Address::root(), self.whole(&first))).filter(|(_, whole)| *whole > 0);
        whole.into_iter().chain(parts).collect()
    }

    /// How long the whole should take, as it looked when it began.
    fn whole(&self, first: &Record) -> i64 {
        let mut machine = Machine::new(Arc::clone(&self.program));
        // Whatever follows from it, how long it should take is known once it has its inputs.
        drop(machine.step(first.at, first.event.clone()));
        machine.planned()
    }

    /// The likely of three, the middle of two.
    fn likely(&self, story: &Story, plan: PlanId, takes: &[Expr]) -> Option<i64> {
        let length = |expr: &Expr| {
            let Value::Duration(nanoseconds) = self.value(story, plan, expr)? else { return None };
            Some(nanoseconds)
        };
        match takes {
            [] => None,
            [only] | [_, only, _] => length(only),
            [shortest, longest, ..] => Some(length(shortest)?.saturating_add(length(longest)?) / 2),
        }
    }

    /// A value that depends on nothing but what the run was given.
    fn value(&self, story: &Story, plan: PlanId, expr: &Expr) -> Option<Value> {
        let evaluator = Evaluator::new(&self.program, &self.constants);
        evaluator.evaluate(expr, &self.inputs(story, plan), &Answers::new()).ok()
    }

    fn inputs(&self, story: &Story, plan: PlanId) -> Locals {
        let plan = &self.program.plans[plan.index()];
        if plan.name != story.plan {
            return Locals::new();
        }
        let given = plan.params.iter().zip(0..).filter_map(|(param, number)| {
            let value = from_json(&param.ty, story.inputs.get(param.name.as_str())?).ok()?;
            Some((crate::ir::LocalId(number), value))
        });
        given.collect()
    }
}

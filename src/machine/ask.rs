//! What is asked of people: tasks, approvals, decisions. Each waits until it is answered, and each answer is judged
//! before it is taken up.

use serde_json::Value as Json;
use smol_str::SmolStr;

use super::block::{Begun, Refusal};
use super::compute::Names;
use super::digest::{short, stands_for};
use super::phases::statement_at;
use super::reason::Reason;
use super::state::{Ask, FailureKind, Frame, FrameId, Limit, Undo, UndoState, Work};
use super::words::said;
use super::{Asking, Entry, Kind, Machine, Refused, WaitOn, Word};
use crate::ir::{
    Address, CompensationMode, Expr, Place, Statement, StatementKind, Task, Type, Value,
    json::{from_json, to_json},
};

impl Machine {
    pub(super) fn begin_task(
        &mut self,
        id: FrameId,
        place: Place,
        statement: &Statement,
        task: &Task,
    ) -> Result<Begun, Refusal> {
        let address = self.enter_part(id, statement.segment.as_ref());
        let (text, by) = self.texts(id, &task.text, &task.by).map_err(Refusal::at(&address))?;
        self.log(Entry::Entered { address: address.clone(), kind: Kind::Task, title: Some(text.clone()) });
        let ask =
            Ask { place, asking: Asking::Task, text, by, expects: task.result.clone(), open: Vec::new(), digest: None };
        let frame = self.ask(id, statement, address, ask)?;
        self.expect_undo_of_task(frame, task);
        Ok(Begun::Runs)
    }

    pub(super) fn begin_approval(
        &mut self,
        id: FrameId,
        place: Place,
        statement: &Statement,
        (question, by): (&Expr, &Expr),
    ) -> Result<Begun, Refusal> {
        let address = self.enter_part(id, statement.segment.as_ref());
        let (text, by) = self.texts(id, question, by).map_err(Refusal::at(&address))?;
        self.log(Entry::Entered { address: address.clone(), kind: Kind::Approval, title: Some(text.clone()) });
        let digest = Some(self.digest(id, &text, &by));
        let ask = Ask { place, asking: Asking::Approval, text, by, expects: Type::Nothing, open: Vec::new(), digest };
        self.ask(id, statement, address, ask)?;
        Ok(Begun::Runs)
    }

    pub(super) fn ask_to_choose(
        &mut self,
        id: FrameId,
        place: Place,
        statement: &Statement,
        address: &Address,
        (text, by, open): (SmolStr, SmolStr, Vec<usize>),
    ) -> Result<Begun, Refusal> {
        let ask = Ask { place, asking: Asking::Decision, text, by, expects: Type::Nothing, open, digest: None };
        self.ask(id, statement, address.clone(), ask)?;
        Ok(Begun::Runs)
    }

    fn texts(&self, id: FrameId, text: &Expr, by: &Expr) -> Result<(SmolStr, SmolStr), Reason> {
        let env = self.env_of(id);
        let read = |expr: &Expr| self.text(env, Some(expr)).map(Option::unwrap_or_default);
        Ok((read(text)?, read(by)?))
    }

    fn ask(&mut self, id: FrameId, statement: &Statement, address: Address, ask: Ask) -> Result<FrameId, Refusal> {
        let limit = self.time_limit(self.env_of(id), statement.timeout.as_deref()).map_err(Refusal::at(&address))?;
        let options = self.options_of(&ask).into_iter().map(|(name, _)| name).collect();
        let Ask { asking, text, by, expects, digest, .. } = &ask;
        let expects = shown_type(expects);
        let (text, by, digest) = (text.clone(), by.clone(), digest.clone());
        self.log(Entry::Asked { address: address.clone(), asking: *asking, text, by, expects, options, digest });
        let child = self.push_child(id, address.clone(), 0, Work::Ask(Box::new(ask)));
        self.limit_time(child, limit);
        child.ok_or_else(|| Refusal::at(&address)(SmolStr::new_static("there is nothing it could be part of")))
    }

    /// The options that a person may choose, with their titles.
    fn options_of(&self, ask: &Ask) -> Vec<(SmolStr, Option<SmolStr>)> {
        let StatementKind::Decide(decide) = &statement_at(&self.program, ask.place).kind else { return Vec::new() };
        let options = ask.open.iter().filter_map(|number| decide.options.get(*number));
        let title = |title: &Option<Box<Expr>>| {
            let written = title.as_ref().map(|title| &title.kind);
            if let Some(crate::ir::ExprKind::Literal(Value::Text(text))) = written { Some(text.clone()) } else { None }
        };
        options.map(|option| (option.name.clone(), title(&option.title))).collect()
    }

    pub(super) fn ask_wait(&self, ask: &Ask, frame: &Frame) -> WaitOn {
        WaitOn::Person {
            asking: ask.asking,
            text: ask.text.clone(),
            by: ask.by.clone(),
            expects: shown_type(&ask.expects),
            options: self.options_of(ask),
            digest: ask.digest.clone(),
            until: frame.limit.map(|limit: Limit| limit.at),
        }
    }

    /// What is asked at an address.
    fn asked_at(&self, wanted: &Address) -> Option<(FrameId, &Ask)> {
        self.asks().find(|(_, address, _)| *address == wanted).map(|(id, _, ask)| (id, ask))
    }

    pub(super) fn asks(&self) -> impl Iterator<Item = (FrameId, &Address, &Ask)> {
        self.state.live.frames.iter().filter_map(|(id, frame)| {
            let Work::Ask(ask) = &frame.work else { return None };
            Some((*id, &frame.address, ask.as_ref()))
        })
    }

    pub(super) fn allow_done(&self, address: &Address, value: &Json) -> Result<(), Refused> {
        let Some((_, ask)) = self.asked_at(address) else { return Err(self.not_asked(address)) };
        if ask.asking != Asking::Task {
            return Err(self.other_answer(address, ask));
        }
        if ask.expects == Type::Nothing {
            let takes = || Refused {
                reason: format!("the task `{address}` reports no value"),
                instead: vec![format!("done {address}")],
            };
            return if value.is_null() { Ok(()) } else { Err(takes()) };
        }
        from_json(&ask.expects, value).map(drop).map_err(|mismatch| Refused {
            reason: format!("what it reports does not fit: {mismatch}"),
            instead: vec![format!("done {address} with a value of type {}", ask.expects)],
        })
    }

    pub(super) fn allow_answer(&self, address: &Address, word: &Word) -> Result<(), Refused> {
        let Some((_, ask)) = self.asked_at(address) else { return Err(self.not_asked(address)) };
        match (ask.asking, word) {
            (Asking::Approval, Word::Approve { digest: Some(said), .. }) => self.allow_approval(address, ask, said),
            (Asking::Approval, Word::Approve { .. }) | (Asking::Approval | Asking::Task, Word::Refuse { .. }) => Ok(()),
            (Asking::Decision, Word::Choose { option, .. }) => {
                let options = self.options_of(ask);
                if options.iter().any(|(name, _)| name == option) {
                    return Ok(());
                }
                let reason = format!("`{option}` is no option of `{address}` that is open");
                Err(Refused { reason, instead: self.answers_to(address, ask) })
            }
            (Asking::Task | Asking::Approval | Asking::Decision, _) => Err(self.other_answer(address, ask)),
        }
    }

    /// Who says yes says it to what was read.
    fn allow_approval(&self, address: &Address, ask: &Ask, said: &str) -> Result<(), Refused> {
        let Some(digest) = ask.digest.as_ref().filter(|digest| !stands_for(said, digest)) else { return Ok(()) };
        let reason =
            format!("what would run has changed since: `{address}` asks for `{}`, not `{said}`", short(digest));
        Err(Refused { reason, instead: self.answers_to(address, ask) })
    }

    /// What a question is for that was journaled.
    pub(super) fn set_digest(&mut self, address: &Address, digest: Option<SmolStr>) {
        let Some((id, _)) = self.asked_at(address) else { return };
        if let Some(Work::Ask(ask)) = self.state.live.frames.get_mut(&id).map(|frame| &mut frame.work) {
            ask.digest = digest;
        }
    }

    fn other_answer(&self, address: &Address, ask: &Ask) -> Refused {
        let what = match ask.asking {
            Asking::Task => "a task",
            Asking::Approval => "an approval",
            Asking::Decision => "a decision",
        };
        Refused { reason: format!("`{address}` is {what}"), instead: self.answers_to(address, ask) }
    }

    fn not_asked(&self, address: &Address) -> Refused {
        let instead = self.asks().flat_map(|(_, address, ask)| self.answers_to(address, ask)).collect();
        let visited = self.was_entered(&address.without_visits()) || self.was_entered(address);
        let reason = match self.state.ended {
            Some(_) => "the run is over".to_owned(),
            None if visited => format!("nothing is asked at `{address}` any more"),
            None => format!("nothing is asked at `{address}`"),
        };
        Refused { reason, instead }
    }

    /// Whether a part was entered, or one around it that has ended.
    fn was_entered(&self, address: &Address) -> bool {
        let knows = |part: &Address| self.state.visits.contains_key(part);
        let runs = |part: &Address| self.state.live.frames.values().any(|frame| frame.address == *part);
        let mut around = std::iter::successors(address.around(), Address::around);
        knows(address) || around.any(|part| knows(&part) && !runs(&part))
    }

    /// What can be answered.
    pub(super) fn answers_to(&self, address: &Address, ask: &Ask) -> Vec<String> {
        match ask.asking {
            Asking::Task => {
                let value = (ask.expects != Type::Nothing).then(|| format!(" with a value of type {}", ask.expects));
                vec![format!("done {address}{}", value.unwrap_or_default()), format!("refuse {address}")]
            }
            Asking::Approval => {
                let digest = ask.digest.as_ref().map(|digest| format!(" --digest {}", short(digest)));
                vec![format!("approve {address}{}", digest.unwrap_or_default()), format!("refuse {address}")]
            }
            Asking::Decision => {
                self.options_of(ask).into_iter().map(|(name, _)| format!("choose {address} {name}")).collect()
            }
        }
    }

    pub(super) fn task_done(&mut self, address: &Address, value: &Json) {
        let program = self.program();
        let Some((id, ask)) = self.asked_at(address) else { return };
        let StatementKind::Task(task) = &statement_at(&program, ask.place).kind else { return };
        let value = from_json(&task.result, value).unwrap_or(Value::None);
        let shown = to_json(&value);
        if let Some(local) = task.local {
            self.bind(self.env_of(id), local, value);
        }
        self.remember_way_back_of_task(id, task);
        self.done(id, shown);
    }

    pub(super) fn approved(&mut self, address: &Address) {
        if let Some((id, _)) = self.asked_at(address) {
            self.done(id, Json::Null);
        }
    }

    pub(super) fn refused(&mut self, address: &Address, who: &str, why: Option<&str>) {
        let Some((id, _)) = self.asked_at(address) else { return };
        self.forget_way_back(id);
        self.fail_as(id, FailureKind::Refused, SmolStr::from(format!("refused by {}", said(who, why))));
    }

    /// The option is taken in place of the question.
    pub(super) fn chosen(&mut self, address: &Address, option: &str) {
        let program = self.program();
        let Some((id, ask)) = self.asked_at(address) else { return };
        let place = ask.place;
        let StatementKind::Decide(decide) = &statement_at(&program, place).kind else { return };
        let Some(number) = decide.options.iter().position(|known| known.name == option) else { return };
        let Some(parent) = self.state.live.frames.remove(&id).and_then(|frame| frame.parent) else { return };
        self.take_option(parent, place, address, number);
    }

    /// Nobody is asked any more.
    pub(super) fn withdraw(&mut self, id: FrameId) {
        self.forget_way_back(id);
        self.state.live.frames.remove(&id);
    }

    /// A task has its place in the list of what would be undone from the moment it is asked for.
    fn expect_undo_of_task(&mut self, id: FrameId, task: &Task) {
        let Some(frame) = self.state.live.frames.get(&id).filter(|frame| !frame.undoing) else { return };
        let Some(compensation) = &task.compensation else { return };
        let names = Names { live: &self.state.live, env: frame.env };
        let always = (compensation.mode == CompensationMode::Always)
            .then(|| self.capture(&names, frame.plan, compensation))
            .flatten();
        let (region, address, scope) = (frame.region, frame.address.clone(), frame.scope);
        let first = self.state.numbers.effect;
        self.state.numbers.effect += 1;
        let state = UndoState::Pending { frame: id, always };
        self.region(region).undo.push(Undo { first, address, scope, state });
    }

    fn remember_way_back_of_task(&mut self, id: FrameId, task: &Task) {
        let Some(frame) = self.state.live.frames.get(&id) else { return };
        let names = Names { live: &self.state.live, env: frame.env };
        let compensation = task.compensation.as_ref();
        let way_back = compensation.and_then(|compensation| self.capture(&names, frame.plan, compensation));
        self.settle_entry(id, |always| always.or(way_back));
    }
}

/// A type as a person reads it; empty if there is nothing.
fn shown_type(ty: &Type) -> SmolStr {
    if *ty == Type::Nothing { SmolStr::default() } else { SmolStr::from(ty.to_string()) }
}

//! `when` with patterns, and decisions.

use std::sync::Arc;

use indexmap::IndexMap;
use smol_str::SmolStr;

use super::block::{Begun, Refusal};
use super::phases::statement_at;
use super::reason::Reason;
use super::state::{EnvId, FrameId, Role, Work};
use super::{Entry, Kind, Machine};
use crate::evaluate::matched;
use crate::ir::{Address, BlockId, Choice, Decide, Pattern, Place, Statement, StatementKind, Value, json::to_json};

impl Machine {
    /// The first arm whose pattern matches; what the pattern names is bound.
    pub(super) fn matching(&mut self, env: EnvId, value: &Value, arms: &[(Pattern, BlockId)]) -> Option<BlockId> {
        let (bound, block) = arms.iter().find_map(|(pattern, block)| Some((matched(pattern, value)?, *block)))?;
        for (local, value) in bound {
            self.bind(env, local, value);
        }
        Some(block)
    }

    /// A decision by rule is made at once: the first option that is open is taken. A person is asked for any other.
    pub(super) fn begin_decision(
        &mut self,
        id: FrameId,
        place: Place,
        statement: &Statement,
        decide: &Decide,
    ) -> Result<Begun, Refusal> {
        let env = self.env_of(id);
        let address = self.enter_part(id, statement.segment.as_ref());
        let question = self.text(env, Some(&decide.question)).map_err(Refusal::at(&address))?;
        self.log(Entry::Entered { address: address.clone(), kind: Kind::Decision, title: question.clone() });
        if decide.by.is_none() && self.stands_in_for_rule(&address) {
            let all = (0..decide.options.len()).collect();
            let asked = (question.unwrap_or_default(), SmolStr::default(), all);
            return self.ask_to_choose(id, place, statement, &address, asked);
        }
        let open = self.open_options(env, decide).map_err(Refusal::at(&address))?;
        if let Some(by) = &decide.by
            && !open.is_empty()
        {
            let text = question.unwrap_or_default();
            let by = self.text(env, Some(by)).map_err(Refusal::at(&address))?.unwrap_or_default();
            return self.ask_to_choose(id, place, statement, &address, (text, by, open));
        }
        match open.first() {
            Some(number) => self.take_option(id, place, &address, *number),
            None => return Err(Refusal::at(&address)(SmolStr::new_static("no option is open"))),
        }
        Ok(Begun::Runs)
    }

    /// The options that can be taken, by number.
    fn open_options(&self, env: EnvId, decide: &Decide) -> Result<Vec<usize>, Reason> {
        let mut open = Vec::new();
        for (number, option) in decide.options.iter().enumerate() {
            let condition = option.condition.as_ref().map(|condition| self.compute(env, condition)).transpose()?;
            if condition.is_none_or(|holds| holds == Value::Bool(true)) {
                open.push(number);
            }
        }
        Ok(open)
    }

    pub(super) fn take_option(&mut self, id: FrameId, place: Place, address: &Address, number: usize) {
        let program = self.program();
        let StatementKind::Decide(decide) = &statement_at(&program, place).kind else { return };
        let Choice { name, block, .. } = &decide.options[number];
        let env = self.env_of(id);
        let evidence = self.evidence(env, decide);
        self.log(Entry::Decided { address: address.clone(), option: name.clone(), evidence });
        self.bind(env, decide.local, Value::Variant(name.clone(), Arc::new(IndexMap::new())));
        let work = Work::Block { block: *block, next: 0, role: Role::Choice(place) };
        self.push_child(id, address.clone(), 0, work);
    }

    /// What the conditions mention, with its values; a name without one is left out.
    pub(super) fn evidence(&self, env: EnvId, decide: &Decide) -> Vec<SmolStr> {
        let known = decide.evidence.iter().filter_map(|(name, value)| Some((name, self.compute(env, value).ok()?)));
        known.map(|(name, value)| SmolStr::from(format!("{name} = {value}"))).collect()
    }

    /// The option that was taken is done, and with it the decision.
    pub(super) fn end_choice(&mut self, id: FrameId, place: Place) {
        let program = self.program();
        let StatementKind::Decide(decide) = &statement_at(&program, place).kind else { return };
        let taken = self.local(self.env_of(id), decide.local);
        self.done(id, to_json(&taken));
    }
}

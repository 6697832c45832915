//! Conditions: `require`, `verify`, and the looks of gates. Each evaluation is one verdict with its answers.

use smol_str::SmolStr;

use super::block::{Begun, Refusal};
use super::compute::text_of;
use super::phases::statement_at;
use super::reason::Reason;
use super::state::{Again, Check, CheckOf, EnvId, FailureKind, FrameId, Work};
use super::{Entry, Kind, Machine, Report, Timestamp, Verdict};
use crate::evaluate::{Answers, Stop};
use crate::ir::{self, Expr, Program, Statement, StatementKind, Value};

impl Check {
    /// A condition that is looked at for the first time.
    pub(super) fn new(of: CheckOf, again: Option<Again>, began: Timestamp) -> Check {
        Check { of, answers: Answers::default(), again, next: None, began }
    }
}

impl Machine {
    /// Begins to look at a condition; `again` is for how long and how often.
    pub(super) fn begin_check(
        &mut self,
        id: FrameId,
        statement: &Statement,
        kind: Kind,
        of: CheckOf,
        again: Option<(Option<&Expr>, &Expr)>,
    ) -> Result<Begun, Refusal> {
        let address = self.announce(id, statement, kind)?;
        let again = again.map(|(within, every)| self.again(self.env_of(id), within, every));
        let again = again.transpose().map_err(Refusal::at(&address))?;
        let check = Check::new(of, again, self.state.now);
        Ok(self.runs(id, address, Work::Check(Box::new(check))))
    }

    /// `within d every d`, or `every d timeout d`.
    fn again(&self, env: EnvId, within: Option<&Expr>, every: &Expr) -> Result<Again, Reason> {
        let within = within.map(|within| self.duration(env, within)).transpose()?;
        let until = within.map(|within| self.state.now.plus(within));
        Ok(Again { every: self.interval(env, every)?, until })
    }

    /// The pause between two looks; there must be one.
    pub(super) fn interval(&self, env: EnvId, every: &Expr) -> Result<i64, Reason> {
        match self.duration(env, every)? {
            0 => Err(Reason::unfit(every, "`every 0s` would look without end")),
            pause => Ok(pause),
        }
    }

    /// Evaluates as far as the answers go, and asks for the next.
    pub(super) fn go_on_check(&mut self, id: FrameId, report: Report) {
        let program = self.program();
        let Some((env, check)) = self.check_mut(id) else { return };
        if let Report::Value(answer) = report {
            answer.add_to(&mut check.answers);
        }
        let (of, answers) = (check.of, check.answers.clone());
        let Some(check) = check_of(&program, of) else { return };
        let asked = self.asked_verdict(id, check, &answers);
        match asked.unwrap_or_else(|| self.look_into(env, &check.condition, &answers)) {
            Err(Stop::Needs(needed)) => self.begin_look(id, *needed, None),
            Ok(Value::Bool(true)) => self.verdict(id, of, Verdict::Pass, &answers, None),
            Ok(_) => self.verdict(id, of, Verdict::Fail, &answers, None),
            Err(stop) => {
                let reason = self.blame_part(id, self.reason(&stop));
                self.verdict(id, of, Verdict::Unknown, &answers, Some(reason));
            }
        }
    }

    /// It is time to look again, or a look takes longer than there is time.
    pub(super) fn wake_check(&mut self, id: FrameId) {
        let now = self.state.now;
        let Some((_, check)) = self.check_mut(id) else { return };
        if check.next.take().is_some() {
            check.began = now;
            return self.ready.push_back((id, Report::Go));
        }
        let (of, answers) = (check.of, check.answers.clone());
        self.abandon_looks(id);
        let why = SmolStr::new_static("the last look did not end");
        self.verdict(id, of, Verdict::Unknown, &answers, Some(why));
    }

    fn verdict(&mut self, id: FrameId, of: CheckOf, verdict: Verdict, answers: &Answers, why: Option<SmolStr>) {
        let shown = self.shown(answers);
        if let CheckOf::Gate(..) | CheckOf::Guard(_) = of {
            return self.leave(id, |slot| Report::Verdict(slot, verdict, shown));
        }
        let address = self.address_of(id);
        self.log(Entry::Verdict { address, verdict, answers: shown.clone(), held: None });
        match self.look_again_at(id, verdict) {
            _ if verdict == Verdict::Pass => self.done(id, serde_json::Value::Null),
            Some(next) => self.pause_check(id, next),
            None => {
                let reason = self.check_failed(id, of, verdict, &shown, why);
                match of {
                    CheckOf::WaitUntil(_) => self.fail_as(id, FailureKind::Timeout, reason),
                    CheckOf::Require(_) | CheckOf::Verify(_) | CheckOf::Gate(..) | CheckOf::Guard(_) => {
                        self.fail(id, reason);
                    }
                }
            }
        }
    }

    /// When one looks again; the last look is at the end.
    fn look_again_at(&mut self, id: FrameId, verdict: Verdict) -> Option<Timestamp> {
        let now = self.state.now;
        let since = self.state.live.frames.get(&id)?.since;
        let (_, check) = self.check_mut(id)?;
        let Again { every, until } = check.again?;
        let next = now.plus(self.pause_between(every, now.since(since)));
        let over = verdict == Verdict::Pass || until.is_some_and(|until| until <= now);
        (!over).then(|| until.map_or(next, |until| next.min(until)))
    }

    fn pause_check(&mut self, id: FrameId, next: Timestamp) {
        if let Some((_, check)) = self.check_mut(id) {
            check.answers = Answers::default();
            check.next = Some(next);
        }
    }

    /// Why a condition does not hold: what the program says, then what was seen.
    pub(super) fn check_failed(
        &self,
        id: FrameId,
        of: CheckOf,
        verdict: Verdict,
        answers: &[SmolStr],
        why: Option<SmolStr>,
    ) -> SmolStr {
        let Some(check) = check_of(&self.program, of) else { return SmolStr::default() };
        let said = check.otherwise.as_ref().map(|text| self.compute(self.env_of(id), text));
        let said = match said {
            // What the program says of a condition that does not hold is not known to be so.
            _ if verdict == Verdict::Unknown => SmolStr::from(format!("`{}` could not be found out", check.text)),
            Some(Ok(text)) => text_of(&text),
            Some(Err(reason)) => reason.text,
            None => SmolStr::from(format!("`{}` does not hold", check.text)),
        };
        let seen = why.map_or_else(|| answers.join(", "), |why| why.to_string());
        if seen.is_empty() { said } else { SmolStr::from(format!("{said} ({seen})")) }
    }

    fn check_mut(&mut self, id: FrameId) -> Option<(EnvId, &mut Check)> {
        let frame = self.state.live.frames.get_mut(&id)?;
        if let Work::Check(check) = &mut frame.work { Some((frame.env, check)) } else { None }
    }
}

/// The condition as the program writes it.
pub(super) fn check_of(program: &Program, of: CheckOf) -> Option<&ir::Check> {
    let (CheckOf::Require(place)
    | CheckOf::Verify(place)
    | CheckOf::WaitUntil(place)
    | CheckOf::Guard(place)
    | CheckOf::Gate(place, _)) = of;
    match (&statement_at(program, place).kind, of) {
        (
            StatementKind::Require(check)
            | StatementKind::Verify { check, .. }
            | StatementKind::WaitUntil { check, .. },
            _,
        ) => Some(check),
        (StatementKind::Guard(guard), _) => Some(&guard.check),
        (StatementKind::Rollout(rollout), CheckOf::Gate(_, number)) => Some(&rollout.gates[number].check),
        _ => None,
    }
}

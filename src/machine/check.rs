//! Conditions: `require`, `verify`, and the looks of gates. Each evaluation is one verdict with its answers.

use smol_str::SmolStr;

use super::compute::text_of;
use super::phases::statement_at;
use super::state::{Check, CheckOf, EnvId, FrameId, Work};
use super::{Entry, Machine, Report, Timestamp, Verdict};
use crate::evaluate::{Answers, Stop};
use crate::ir::{self, Expr, Program, StatementKind, Value};

impl Check {
    /// A condition that is looked at for the first time; `within` is when it is over, and the pause between looks.
    pub(super) fn new(of: CheckOf, within: Option<(Timestamp, i64)>, began: Timestamp) -> Check {
        Check { of, answers: Answers::default(), within, next: None, began }
    }
}

impl Machine {
    /// `within d every d`, as the moment it is over and the pause between two looks.
    pub(super) fn within(
        &self,
        env: EnvId,
        within: Option<&(Expr, Expr)>,
    ) -> Result<Option<(Timestamp, i64)>, SmolStr> {
        let Some((within, every)) = within else { return Ok(None) };
        let until = self.state.now.plus(self.duration(env, within)?);
        let every = self.interval(env, every)?;
        Ok(Some((until, every)))
    }

    /// The pause between two looks; there must be one.
    pub(super) fn interval(&self, env: EnvId, every: &Expr) -> Result<i64, SmolStr> {
        match self.duration(env, every)? {
            0 => Err(SmolStr::new_static("`every 0s` would look without end")),
            every => Ok(every),
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
        let Some(ir::Check { condition, .. }) = check_of(&program, of) else { return };
        match self.look_into(env, condition, &answers) {
            Err(Stop::Needs(needed)) => self.begin_look(id, *needed, None),
            Ok(Value::Bool(true)) => self.verdict(id, of, Verdict::Pass, &answers, None),
            Ok(_) => self.verdict(id, of, Verdict::Fail, &answers, None),
            Err(stop) => self.verdict(id, of, Verdict::Unknown, &answers, Some(self.reason(&stop))),
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
        if let CheckOf::Gate(_, _) = of {
            return self.leave(id, |slot| Report::Verdict(slot, verdict, shown));
        }
        let address = self.address_of(id);
        self.log(Entry::Verdict { address, verdict, answers: shown.clone(), held: None });
        match self.look_again_at(id, verdict) {
            _ if verdict == Verdict::Pass => self.done(id, serde_json::Value::Null),
            Some(next) => self.pause_check(id, next),
            None => {
                let reason = self.check_failed(id, of, verdict, &shown, why);
                self.fail(id, reason);
            }
        }
    }

    /// When a `verify within` looks again; the last look is at its end.
    fn look_again_at(&mut self, id: FrameId, verdict: Verdict) -> Option<Timestamp> {
        let now = self.state.now;
        let (_, check) = self.check_mut(id)?;
        let (until, every) = check.within?;
        (verdict != Verdict::Pass && now < until).then(|| now.plus(every).min(until))
    }

    fn pause_check(&mut self, id: FrameId, next: Timestamp) {
        if let Some((_, check)) = self.check_mut(id) {
            check.answers = Answers::default();
            check.next = Some(next);
        }
    }

    /// Why a condition does not hold: what the program says, then what was seen.
    fn check_failed(
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
            Some(Ok(text)) => text_of(&text),
            Some(Err(reason)) => reason,
            None if verdict == Verdict::Unknown => SmolStr::from(format!("`{}` could not be found out", check.text)),
            None => SmolStr::from(format!("`{}` does not hold", check.text)),
        };
        let seen = why.map_or_else(|| answers.join(", "), |why| why.to_string());
        if seen.is_empty() { said } else { SmolStr::from(format!("{said} ({seen})")) }
    }

    fn check_mut(&mut self, id: FrameId) -> Option<(EnvId, &mut Check)> {
        let frame = self.state.live.frames.get_mut(&id)?;
        match &mut frame.work {
            Work::Check(check) => Some((frame.env, check)),
            _ => None,
        }
    }
}

/// The condition as the program writes it.
pub(super) fn check_of(program: &Program, of: CheckOf) -> Option<&ir::Check> {
    let (CheckOf::Require(place) | CheckOf::Verify(place) | CheckOf::Gate(place, _)) = of;
    match (&statement_at(program, place).kind, of) {
        (StatementKind::Require(check) | StatementKind::Verify { check, .. }, _) => Some(check),
        (StatementKind::Rollout(rollout), CheckOf::Gate(_, number)) => Some(&rollout.gates[number].check),
        _ => None,
    }
}

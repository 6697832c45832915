//! Computing with the names a frame sees.

use smol_str::SmolStr;

use super::Machine;
use super::reason::Reason;
use super::state::{EnvId, Live, Policy};
use crate::evaluate::{Answers, Evaluator, Needed, Scope, Stop};
use crate::ir::{Expr, LocalId, Tries, Value};

/// The first pause between two tries unless written, in nanoseconds.
const FIRST_PAUSE: i64 = Tries::FIRST_PAUSE;
/// The longest pause between two tries unless written.
const LONGEST_PAUSE: i64 = Tries::LONGEST_PAUSE;

/// The names an environment sees: its own, then its parents'.
pub(super) struct Names<'a> {
    pub live: &'a Live,
    pub env: EnvId,
}

impl Scope for Names<'_> {
    fn local(&self, id: LocalId) -> Option<Value> {
        let mut at = Some(self.env);
        while let Some(env) = at.and_then(|env| self.live.envs.get(&env)) {
            if let Some(value) = env.bindings.get(id) {
                return Some(value.clone());
            }
            at = env.parent;
        }
        // The checker lets a name be used where not every way binds it: as one that may be `none`.
        Some(Value::None)
    }
}

impl Machine {
    pub(super) fn evaluator(&self) -> Evaluator<'_> {
        Evaluator::new(&self.program, &self.constants)
    }

    /// What an expression gives that may look, with the answers known so far.
    pub(super) fn look_into(&self, env: EnvId, expr: &Expr, answers: &Answers) -> Result<Value, Stop> {
        self.evaluator().evaluate(expr, &Names { live: &self.state.live, env }, answers)
    }

    /// What a pure expression gives.
    pub(super) fn compute(&self, env: EnvId, expr: &Expr) -> Result<Value, Reason> {
        self.look_into(env, expr, &Answers::default()).map_err(|stop| self.reason(&stop))
    }

    /// The same with other names: those of a probe or an action.
    pub(super) fn compute_with(&self, names: &dyn Scope, expr: &Expr) -> Result<Value, Reason> {
        self.evaluator().evaluate(expr, names, &Answers::default()).map_err(|stop| self.reason(&stop))
    }

    /// Nanoseconds.
    pub(super) fn duration(&self, env: EnvId, expr: &Expr) -> Result<i64, Reason> {
        self.duration_with(&Names { live: &self.state.live, env }, expr)
    }

    /// A number that counts something.
    pub(super) fn count(&self, env: EnvId, expr: &Expr) -> Result<i64, Reason> {
        self.count_with(&Names { live: &self.state.live, env }, expr)
    }

    /// The value of a name.
    pub(super) fn local(&self, env: EnvId, local: LocalId) -> Value {
        Names { live: &self.state.live, env }.local(local).unwrap_or(Value::None)
    }

    /// How many at once; there must be one.
    pub(super) fn limit(&self, env: EnvId, limit: Option<&Expr>) -> Result<Option<usize>, Reason> {
        match limit.map(|limit| self.count(env, limit)).transpose()? {
            Some(0) => Err(SmolStr::new_static("`limit 0` lets nothing begin").into()),
            limit => Ok(limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX))),
        }
    }

    /// A text, if one is written.
    pub(super) fn text(&self, env: EnvId, expr: Option<&Expr>) -> Result<Option<SmolStr>, Reason> {
        expr.map(|expr| Ok(text_of(&self.compute(env, expr)?))).transpose()
    }

    /// How often and how long: what `tries` says, and where it says nothing, what `inherited` says.
    pub(super) fn policy(&self, env: EnvId, tries: &Tries, inherited: Policy) -> Result<Policy, Reason> {
        self.policy_with(&Names { live: &self.state.live, env }, tries, inherited)
    }

    /// The same with the names of a probe or an action.
    pub(super) fn policy_with(&self, names: &dyn Scope, tries: &Tries, inherited: Policy) -> Result<Policy, Reason> {
        let retries = tries.retry.as_ref().map(|expr| self.count_with(names, expr)).transpose()?;
        let timeout = tries.timeout.as_ref().map(|expr| self.duration_with(names, expr)).transpose()?;
        let (first, longest) = match &tries.backoff {
            None if retries.is_some() => (FIRST_PAUSE, LONGEST_PAUSE),
            None => (inherited.first, inherited.longest),
            Some((first, None)) => (self.duration_with(names, first)?, LONGEST_PAUSE),
            Some((first, Some(longest))) => (self.duration_with(names, first)?, self.duration_with(names, longest)?),
        };
        Ok(Policy {
            retries: retries.map(|count| u32::try_from(count).unwrap_or(u32::MAX)).or(inherited.retries),
            first,
            longest: longest.max(first),
            timeout: timeout.or(inherited.timeout),
        })
    }

    pub(super) fn duration_with(&self, names: &dyn Scope, expr: &Expr) -> Result<i64, Reason> {
        match self.compute_with(names, expr)? {
            Value::Duration(nanoseconds) if nanoseconds >= 0 => Ok(nanoseconds),
            other => Err(Reason::unfit(expr, format!("`{other}` is no length of time to wait"))),
        }
    }

    fn count_with(&self, names: &dyn Scope, expr: &Expr) -> Result<i64, Reason> {
        match self.compute_with(names, expr)? {
            Value::Int(number) if number >= 0 => Ok(number),
            other => Err(Reason::unfit(expr, format!("`{other}` is no number of times"))),
        }
    }
}

impl Machine {
    /// What was asked and answered: `error_rate() = 0.4%`.
    pub(super) fn shown(&self, answers: &Answers) -> Vec<SmolStr> {
        let shown = |(call, answer): (&Needed, Result<&Value, &str>)| {
            let call = call.summary(&self.program);
            SmolStr::from(match answer {
                Ok(value) => format!("{call} = {value}"),
                Err(reason) => format!("{call}: {reason}"),
            })
        };
        answers.iter().map(shown).collect()
    }
}

/// The names of a probe or action: its arguments, and perhaps its key or result.
pub(super) struct Given<'a> {
    pub arguments: &'a [Value],
    pub extra: Option<(LocalId, &'a Value)>,
}

impl Scope for Given<'_> {
    fn local(&self, id: LocalId) -> Option<Value> {
        match self.extra {
            Some((extra, value)) if extra == id => Some(value.clone()),
            _ => self.arguments.get(id.index()).cloned(),
        }
    }
}

impl Policy {
    pub(super) const NOTHING_SAID: Policy =
        Policy { retries: None, first: FIRST_PAUSE, longest: LONGEST_PAUSE, timeout: None };

    /// The pause before try number `next`, from 2: it doubles from the first to the longest.
    pub(super) fn pause(&self, next: u32) -> i64 {
        let doublings = next.saturating_sub(2).min(62);
        self.first.saturating_mul(1 << doublings).min(self.longest)
    }
}

/// A value as a text reads it, without quotes.
pub(super) fn text_of(value: &Value) -> SmolStr {
    match value {
        Value::Text(text) => text.clone(),
        other => SmolStr::from(other.to_string()),
    }
}

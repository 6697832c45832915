//! How long things are tried: undoing something takes so long at most, by its timeouts, tries and pauses.

use super::{Names, Patience, Reader};
use crate::{
    ir::{BlockId, Operation, Statement, StatementKind, Tries},
    plan::estimate::Takes,
};

impl<'p> Reader<'p> {
    /// Of one call, in nanoseconds: every try takes all the time it has, and all but the last fail. What the call says
    /// counts before what its action says. `None` without a timeout.
    pub(super) fn longest_of_call(&self, names: &Names, tries: &Tries, operation: &Operation) -> Option<i64> {
        let declared = match operation {
            Operation::Action(action, _) => Some(&self.known.program.actions[action.index()].tries),
            Operation::Effect(_) => None,
        };
        let own = self.known.tries(names, tries);
        let inherited = declared.map(|tries| self.known.tries(&Names::default(), tries)).unwrap_or_default();
        let timeout = own.timeout.or(inherited.timeout)?;
        let retries = own.retries.or(inherited.retries).unwrap_or_else(|| Tries::OF_UNDOING.into());
        let pauses = match (&tries.backoff, tries.retry.is_some(), declared) {
            // A `retry` without pauses has the usual ones, whatever the action says.
            (Some(_), _, _) | (None, true, _) | (None, false, None) => self.pauses(names, tries)?,
            (None, false, Some(declared)) => self.pauses(&Names::default(), declared)?,
        };
        let tries = retries.max(0).saturating_add(1).saturating_mul(timeout);
        Some(tries.saturating_add(sum_of_pauses(retries, pauses)))
    }

    /// What the tries of a look say.
    pub(super) fn patience(&self, names: &Names, tries: &Tries) -> Patience {
        let said = self.known.tries(names, tries);
        let pauses = (tries.retry.is_some() || tries.backoff.is_some()).then(|| self.pauses(names, tries)).flatten();
        Patience { retries: said.retries, pauses, timeout: said.timeout }
    }

    /// The first pause and the longest.
    fn pauses(&self, names: &Names, tries: &Tries) -> Option<(i64, i64)> {
        let Some((first, longest)) = &tries.backoff else { return Some((Tries::FIRST_PAUSE, Tries::LONGEST_PAUSE)) };
        let first = self.known.duration(names, first)?;
        let longest = match longest {
            Some(longest) => self.known.duration(names, longest)?,
            None => Tries::LONGEST_PAUSE,
        };
        Some((first, longest.max(first)))
    }

    /// Of a block, in nanoseconds; `None` where something in it has no limit.
    pub(super) fn longest_of_block(&self, names: &Names, block: BlockId) -> Option<i64> {
        let statements = self.statements(block).iter();
        statements
            .map(|statement| self.longest_of(names, statement))
            .try_fold(0i64, |sum, one| Some(sum.saturating_add(one?)))
    }

    fn longest_of(&self, names: &Names, statement: &Statement) -> Option<i64> {
        match &statement.kind {
            StatementKind::Step(step) => self.longest_of_call(names, &step.tries, &step.operation),
            StatementKind::Wait(length) => self.known.duration(names, length),
            StatementKind::Let { .. }
            | StatementKind::Emit { .. }
            | StatementKind::Commit(_)
            | StatementKind::Return(_)
            | StatementKind::Fail(_) => Some(0),
            StatementKind::When { .. } | StatementKind::Match { .. } => {
                let mut ways = statement.kind.blocks().into_iter().map(|block| self.longest_of_block(names, block));
                ways.try_fold(0, |longest: i64, way| Some(longest.max(way?)))
            }
            StatementKind::Probe { .. }
            | StatementKind::BlockStep { .. }
            | StatementKind::Task(_)
            | StatementKind::Phases(_)
            | StatementKind::Decide(_)
            | StatementKind::Parallel { .. }
            | StatementKind::For(_)
            | StatementKind::Rollout(_)
            | StatementKind::Require(_)
            | StatementKind::Verify { .. }
            | StatementKind::Guard(_)
            | StatementKind::WaitUntil { .. }
            | StatementKind::WaitFor { .. }
            | StatementKind::On { .. }
            | StatementKind::Approve { .. }
            | StatementKind::Attempt(_)
            | StatementKind::Run(_)
            | StatementKind::AfterEach { .. }
            | StatementKind::Unwind => self.own_limit(names, statement),
        }
    }

    /// The `timeout` that a statement is written with.
    fn own_limit(&self, names: &Names, statement: &Statement) -> Option<i64> {
        let written = statement.timeout.as_deref().and_then(|timeout| self.known.duration(names, timeout));
        written.or_else(|| self.own_timeout(names, &statement.kind))
    }

    /// What the parts of a block are said to take, one after another; `None` if nobody says anything.
    pub(super) fn takes_of_block(&self, names: &Names, block: BlockId) -> Option<Takes> {
        let takes = self.statements(block).iter().filter_map(|statement| {
            if let StatementKind::Wait(length) = &statement.kind {
                return self.known.duration(names, length).map(Takes::exactly);
            }
            self.known.takes(names, &statement.estimate)
        });
        takes.reduce(|one, other| Takes {
            shortest: one.shortest.saturating_add(other.shortest),
            likely: one.likely.saturating_add(other.likely),
            longest: one.longest.saturating_add(other.longest),
        })
    }
}

/// The pauses behind each try but the last: each is twice the one before, up to the longest.
fn sum_of_pauses(retries: i64, (first, longest): (i64, i64)) -> i64 {
    let (mut sum, mut pause, mut left) = (0i64, first, retries.max(0));
    while left > 0 && pause < longest && pause > 0 {
        sum = sum.saturating_add(pause);
        pause = pause.saturating_mul(2).min(longest);
        left -= 1;
    }
    sum.saturating_add(pause.saturating_mul(left))
}

#[cfg(test)]
mod tests {
    use super::sum_of_pauses;

    #[test]
    fn pauses_double_up_to_the_longest() {
        assert_eq!(sum_of_pauses(0, (1, 60)), 0);
        assert_eq!(sum_of_pauses(5, (1, 60)), 1 + 2 + 4 + 8 + 16);
        assert_eq!(sum_of_pauses(4, (1, 3)), 1 + 2 + 3 + 3);
        assert_eq!(sum_of_pauses(3, (0, 0)), 0);
    }
}

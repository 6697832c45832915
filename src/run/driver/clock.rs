//! The clock of a run: it never goes back, and never stands still, whatever becomes of the clock of the machine.

use std::time::{Duration, Instant};

use super::now;
use crate::machine::Timestamp;

/// Where the time of a run is.
pub(super) struct Clock {
    /// The latest moment that the run has seen.
    last: Timestamp,
    /// When it was that, by a clock that nobody sets.
    seen: Instant,
}

impl Clock {
    /// A run that has seen this moment now.
    pub fn at(last: Timestamp) -> Clock {
        Clock { last, seen: Instant::now() }
    }

    /// This moment. A clock that was set forward is followed, as after a machine was asleep. One that was set back is
    /// not: the run goes on from what it has seen by as much time as has really passed, so that what it waits for comes,
    /// and what it watches is looked at.
    pub fn now(&self) -> Timestamp {
        self.by(now(), self.seen.elapsed())
    }

    fn by(&self, wall: Timestamp, passed: Duration) -> Timestamp {
        let passed = i64::try_from(passed.as_nanos()).unwrap_or(i64::MAX);
        wall.max(self.last.plus(passed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_run_goes_on_wherever_the_clock_of_the_machine_is_set() {
        let clock = Clock::at(Timestamp(10_000_000_000));
        let by = |wall: i64, passed: u64| clock.by(Timestamp(wall), Duration::from_nanos(passed)).0;
        assert_eq!(by(10_000_000_005, 5), 10_000_000_005, "it is followed");
        assert_eq!(by(99_000_000_000, 5), 99_000_000_000, "also forward");
        assert_eq!(by(3, 0), 10_000_000_000, "but not back");
        assert_eq!(by(3, 700), 10_000_000_700, "and time passes all the same");
        assert_eq!(by(3, u64::MAX), i64::MAX, "to its end");
    }
}

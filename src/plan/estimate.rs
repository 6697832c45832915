//! How long something takes, as its author says.

/// A three-point estimate in nanoseconds: `takes 3d..5d..8d`. One number alone has no spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Takes {
    /// If all goes well.
    pub shortest: i64,
    /// Most likely.
    pub likely: i64,
    /// If much goes wrong.
    pub longest: i64,
}

impl Takes {
    /// Of what was written: one number, the two outer ones, or all three. Lengths of time are not negative, and each is
    /// at least the one before it. `None` of anything else.
    pub fn of(written: &[i64]) -> Option<Takes> {
        let (shortest, likely, longest) = match *written {
            [only] => (only, only, only),
            [shortest, longest] => (shortest, shortest.saturating_add(longest) / 2, longest),
            [shortest, likely, longest] => (shortest, likely, longest),
            _ => return None,
        };
        let shortest = shortest.max(0);
        let likely = likely.max(shortest);
        Some(Takes { shortest, likely, longest: longest.max(likely) })
    }

    /// Of something that takes exactly so many nanoseconds.
    pub fn exactly(length: i64) -> Takes {
        Takes { shortest: length, likely: length, longest: length }
    }

    /// The mean in nanoseconds: (o + 4m + p) / 6, as PERT has it (Malcolm, Roseboom, Clark, Fazar, "Application of a
    /// Technique for Research and Development Program Evaluation", Operations Research 7, 1959).
    pub fn mean(self) -> i64 {
        let sum = i128::from(self.shortest) + 4 * i128::from(self.likely) + i128::from(self.longest);
        i64::try_from(sum / 6).unwrap_or(i64::MAX)
    }

    /// The standard deviation in nanoseconds: (p - o) / 6, of the same source.
    pub fn deviation(self) -> f64 {
        (self.longest - self.shortest) as f64 / 6.0
    }

    /// Whether one number says it all.
    pub fn is_exact(self) -> bool {
        self.shortest == self.longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_deviation_are_those_of_pert() {
        let takes = Takes::of(&[3, 6, 15]).expect("three numbers");
        assert_eq!((takes.mean(), takes.deviation()), (7, 2.0));
        assert_eq!(Takes::of(&[4, 10]), Takes::of(&[4, 7, 10]));
        assert!(Takes::of(&[5]).is_some_and(Takes::is_exact));
        assert_eq!(Takes::of(&[]), None);
    }

    #[test]
    fn what_is_written_the_wrong_way_round_is_put_in_order() {
        assert_eq!(Takes::of(&[8, 5, 3]), Some(Takes { shortest: 8, likely: 8, longest: 8 }));
    }
}

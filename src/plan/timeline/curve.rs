//! How three-point estimates are drawn: the beta distribution between the shortest and the longest, as PERT has it.
//!
//! With o, m and p the shape is alpha = 1 + 4 (m - o) / (p - o) and beta = 1 + 4 (p - m) / (p - o), whose mean is
//! (o + 4m + p) / 6 (D. G. Malcolm and others, 1959; in this form: D. Vose, "Risk Analysis", 3rd edition, 2008,
//! "PERT distribution"). Drawing is looking up the inverse of its distribution function, which is computed once.

use crate::plan::Takes;

/// Into how many pieces of equal chance a curve is cut: a power of two.
const PIECES: usize = 512;

/// Over how many points the density is summed up.
const POINTS: usize = 8192;

/// The inverse distribution function of a beta distribution on 0..1, between its ends as straight pieces.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Curve(Box<[f32; PIECES + 1]>);

impl Curve {
    /// Of an estimate with a spread.
    pub(super) fn of(takes: Takes) -> Curve {
        let spread = (takes.longest - takes.shortest).max(1) as f64;
        let lean = (takes.likely - takes.shortest) as f64 / spread;
        Curve::of_shape(4.0 * lean, 4.0 - 4.0 * lean)
    }

    /// Of the density x^before (1 - x)^behind, which need not be scaled.
    fn of_shape(before: f64, behind: f64) -> Curve {
        // The middle of each of many narrow stripes: both ends may be where the density is 0.
        let density = |at: usize| {
            let x = (at as f64 + 0.5) / POINTS as f64;
            x.powf(before) * (1.0 - x).powf(behind)
        };
        let stripes: Vec<f64> = (0..POINTS).map(density).collect();
        let whole: f64 = stripes.iter().sum();
        let mut points = Box::new([0.0; PIECES + 1]);
        let (mut at, mut below) = (0, 0.0);
        for (piece, point) in points.iter_mut().enumerate() {
            let wanted = whole * piece as f64 / PIECES as f64;
            while at < POINTS && below + stripes[at] < wanted {
                below += stripes[at];
                at += 1;
            }
            let inside = if at < POINTS && stripes[at] > 0.0 { (wanted - below) / stripes[at] } else { 0.0 };
            *point = ((at as f64 + inside.clamp(0.0, 1.0)) / POINTS as f64) as f32;
        }
        Curve(points)
    }

    /// Where the share `bits / 2^64` of all chances lies below.
    pub(super) fn at(&self, bits: u64) -> f64 {
        let piece = (bits >> (64 - PIECES.trailing_zeros())) as usize;
        let rest = bits << PIECES.trailing_zeros() >> 40;
        let inside = rest as f32 / (1 << 24) as f32;
        let (low, high) = (self.0[piece], self.0[piece + 1]);
        f64::from(low + (high - low) * inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(curve: &Curve) -> f64 {
        let many = 100_000u64;
        (0..many).map(|at| curve.at(u64::MAX / many * at)).sum::<f64>() / many as f64
    }

    #[test]
    fn the_mean_is_that_of_pert() {
        for written in [[0, 10, 60], [0, 30, 60], [0, 55, 60], [0, 0, 60], [0, 60, 60]] {
            let takes = Takes::of(&written).expect("three numbers");
            let expected = (4.0 * takes.likely as f64 + takes.longest as f64) / 6.0 / takes.longest as f64;
            assert!((mean(&Curve::of(takes)) - expected).abs() < 0.001, "{written:?}");
        }
    }

    #[test]
    fn the_quantiles_of_a_parabola_are_those_one_can_compute() {
        // Density 1 - (1 - 2x)^4 has no closed inverse; x (1 - x) has the distribution function 3x^2 - 2x^3.
        let curve = Curve::of_shape(1.0, 1.0);
        for share in [0.1, 0.25, 0.5, 0.8, 0.95] {
            let x = curve.at((share * 2f64.powi(64)) as u64);
            assert!((3.0 * x * x - 2.0 * x * x * x - share).abs() < 0.001, "{share}: {x}");
        }
    }

    #[test]
    fn it_rises_from_one_end_to_the_other() {
        let curve = Curve::of(Takes { shortest: 2, likely: 3, longest: 9 });
        assert!(curve.0.is_sorted());
        assert_eq!(curve.at(0), 0.0);
        assert!(curve.at(u64::MAX) > 0.99);
    }
}

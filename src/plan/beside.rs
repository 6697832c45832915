//! Which phases may run at the same time as others.

use super::PhaseGraph;

/// How many phases are looked for at once: the bits of a word.
const AT_ONCE: usize = u64::BITS as usize;

impl PhaseGraph {
    /// For each phase one of those `wanted` that may run while it does.
    ///
    /// Two phases of one level, or with equally much behind them, never wait for each other, and a phase that all
    /// others come before or after has nothing beside it. Only for the rest is the graph searched, for many wanted
    /// phases at once, so that graphs of any shape cost little more than they are long.
    pub fn beside(&self, wanted: impl Fn(usize) -> bool) -> Vec<Option<usize>> {
        let wanted: Vec<usize> = (0..self.len()).filter(|phase| wanted(*phase)).collect();
        let mut found = vec![None; self.len()];
        for levels in self.levels() {
            on_one_level(levels, &wanted, &mut found);
        }
        let mut left: Vec<usize> =
            (0..self.len()).filter(|phase| found[*phase].is_none() && !self.is_alone(*phase)).collect();
        for wanted in wanted.chunks(AT_ONCE) {
            if left.is_empty() {
                break;
            }
            let ordered = self.ordered(wanted);
            for phase in &left {
                found[*phase] = (0..wanted.len()).find(|at| ordered[*phase] >> at & 1 == 0).map(|at| wanted[at]);
            }
            left.retain(|phase| found[*phase].is_none());
        }
        found
    }

    /// For each phase, which of `wanted` surely come before or after it, or are the phase itself.
    fn ordered(&self, wanted: &[usize]) -> Vec<u64> {
        let mut own = vec![0; self.len()];
        wanted.iter().enumerate().for_each(|(at, phase)| own[*phase] = 1 << at);
        let (mut before, mut after) = (own.clone(), own);
        for phase in self.order().iter().copied() {
            before[phase] |= self.waits_for(phase).fold(0, |all, other| all | before[other]);
        }
        for phase in self.order().iter().copied().rev() {
            after[phase] |= self.waited_for_by(phase).fold(0, |all, other| all | after[other]);
        }
        before.iter().zip(after).map(|(before, after)| before | after).collect()
    }
}

/// Finds phases of the same level.
fn on_one_level(levels: &[usize], wanted: &[usize], found: &mut [Option<usize>]) {
    let mut first_two = vec![[None; 2]; levels.len()];
    for phase in wanted {
        let [first, second] = &mut first_two[levels[*phase]];
        let free = if first.is_none() { first } else { second };
        free.get_or_insert(*phase);
    }
    for (phase, found) in found.iter_mut().enumerate().filter(|(_, found)| found.is_none()) {
        *found = first_two[levels[phase]].into_iter().flatten().find(|other| *other != phase);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sides_of_a_diamond_are_beside_each_other() {
        let diamond = PhaseGraph::new(&[vec![], vec![0], vec![0], vec![1, 2]]);
        assert_eq!(diamond.beside(|_| true), [None, Some(2), Some(1), None]);
        assert_eq!(diamond.beside(|phase| phase != 2), [None, None, Some(1), None]);
    }

    #[test]
    fn a_phase_is_beside_each_part_of_a_long_way() {
        let length = 200;
        let mut after: Vec<Vec<u32>> =
            (0..length).map(|phase| (phase > 0).then(|| phase - 1).into_iter().collect()).collect();
        after.push(vec![0]);
        let graph = PhaseGraph::new(&after);
        let beside = graph.beside(|phase| phase == length as usize);
        assert_eq!(beside[0], None);
        assert!(beside[1..length as usize].iter().all(|found| *found == Some(length as usize)));
        assert_eq!(graph.beside(|phase| phase == length as usize - 1)[length as usize], Some(length as usize - 1));
    }

    /// Every graph of five phases, each of which waits for some of those before it.
    #[test]
    fn it_finds_one_exactly_where_neither_waits_for_the_other() {
        for choice in 0u32..1 << 10 {
            let mut bits = (0..10).map(|bit| choice >> bit & 1 == 1);
            let after: Vec<Vec<u32>> =
                (0..5).map(|phase| (0..phase).filter(|_| bits.next() == Some(true)).collect()).collect();
            let graph = PhaseGraph::new(&after);
            for wanted in 0..5 {
                let ordered = |phase| graph.comes_after(phase, wanted) || graph.comes_after(wanted, phase);
                let expected = (0..5).map(|phase| (phase != wanted && !ordered(phase)).then_some(wanted));
                assert_eq!(graph.beside(|phase| phase == wanted), expected.collect::<Vec<_>>(), "{after:?}");
            }
        }
    }
}

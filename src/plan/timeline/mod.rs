//! When what would happen: the critical path, how much time there is to spare, and how sure all that is.
//!
//! The critical path method (J. E. Kelley, M. R. Walker, "Critical-Path Planning and Scheduling", 1959) over the means of
//! PERT; what is side by side with a limit is put in order as a run would do it. How sure it is, is found by trials in
//! which every estimate is drawn from its distribution (R. M. Van Slyke, "Monte Carlo Methods and the PERT Problem",
//! Operations Research 11, 1963): a path that is nearly as long as the critical one makes a plan late, too, which
//! PERT alone does not see.

mod build;
mod curve;
mod network;

use super::outline::Outline;
use network::{Figures, Network, Shape};

/// The trials that tell how sure the time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trials {
    /// How many there are; without any, nothing is said of how sure it is.
    pub count: u32,
    /// With which number drawing begins: the same one gives the same figures.
    pub seed: u64,
}

impl Default for Trials {
    fn default() -> Trials {
        Trials { count: 20_000, seed: 1959 }
    }
}

/// When what would happen. All times are nanoseconds from the beginning.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// How long it takes if everything takes its mean.
    pub expected: i64,
    /// How long its parts take, where the plan says itself how long it takes.
    pub parts: Option<i64>,
    /// How long it takes in so many of a hundred trials at most.
    pub within: Percentiles,
    /// How many trials there were; none are needed where no estimate has a spread.
    pub trials: u32,
    /// The figures of each part and item that takes time, by its number.
    pub figures: Vec<Option<Slot>>,
    /// The parts that decide how long it takes, outer ones before those in them, as pairs of depth and number.
    pub critical: Vec<(usize, u32)>,
    /// The parts whose time nobody says, so that it is not counted.
    pub uncounted: Vec<u32>,
    /// How many steps have no estimate, nor lie in anything that has one: they count as no time.
    pub untimed: u32,
    /// The parts of which more may be done than is counted: over lists or stages that are not known yet.
    pub open: Vec<u32>,
}

/// Lengths or moments that are not passed in 50, 80 and 95 of a hundred trials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Percentiles {
    /// In half of them.
    pub p50: i64,
    /// In 80 of a hundred.
    pub p80: i64,
    /// In 95 of a hundred.
    pub p95: i64,
}

/// When a part would be done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slot {
    /// When it begins.
    pub begins: i64,
    /// When it ends.
    pub ends: i64,
    /// How long what lies in it takes, where its author says something else of the whole.
    pub parts: Option<i64>,
    /// How much later it may end without anything behind it ending later.
    pub slack: i64,
    /// It decides how long the whole takes.
    pub critical: bool,
    /// In which share of the trials it did, 0 to 1.
    pub chance: f64,
    /// When it ends in the trials.
    pub within: Percentiles,
}

impl Timeline {
    /// Of an outline, as these trials tell.
    pub fn of(outline: &Outline, trials: Trials) -> Timeline {
        let build::Built { network, uncounted, untimed, open } = build::build(outline);
        let expected = network.expected();
        let slots = slots(&network, &expected);
        let said = network.nodes.last().is_some_and(|node| node.said.is_some());
        let mut timeline = Timeline {
            expected: expected.whole(),
            parts: expected.inside.last().copied().filter(|_| said && outline.takes.is_some()),
            within: Percentiles { p50: expected.whole(), p80: expected.whole(), p95: expected.whole() },
            trials: 0,
            figures: vec![None; outline.count as usize],
            critical: critical(&network, &expected),
            uncounted,
            untimed,
            open,
        };
        let tried = (network.varies() && trials.count > 0).then(|| tried(&network, expected, trials));
        for (node, slot) in slots.into_iter().enumerate() {
            let slot = tried.as_ref().map_or(slot, |tried| tried.slot(node, slot));
            let part = network.nodes[node].part.and_then(|part| timeline.figures.get_mut(part as usize));
            if let Some(known) = part {
                *known = Some(known.map_or(slot, |known| known.with(slot)));
            }
        }
        if let Some(tried) = tried {
            timeline.within = tried.ends.last().copied().unwrap_or_default();
            timeline.trials = tried.trials;
        }
        timeline
    }

    /// The figures of a part or item.
    pub fn slot(&self, part: u32) -> Option<&Slot> {
        self.figures.get(part as usize)?.as_ref()
    }

    /// Whether all that takes time is counted.
    pub fn is_whole(&self) -> bool {
        self.uncounted.is_empty() && self.open.is_empty() && self.untimed == 0
    }

    /// Whether anybody says how long something takes, or somebody would have to.
    pub fn says_anything(&self) -> bool {
        self.expected > 0 || !self.uncounted.is_empty()
    }
}

impl Slot {
    /// The same part at another time: at the next stage of a rollout, for another item.
    fn with(self, other: Slot) -> Slot {
        Slot {
            begins: self.begins.min(other.begins),
            ends: self.ends.max(other.ends),
            parts: self.parts.or(other.parts),
            slack: self.slack.min(other.slack),
            critical: self.critical || other.critical,
            chance: self.chance.max(other.chance),
            within: Percentiles {
                p50: self.within.p50.max(other.within.p50),
                p80: self.within.p80.max(other.within.p80),
                p95: self.within.p95.max(other.within.p95),
            },
        }
    }
}

/// How long the whole takes in each trial, for those who want to know more than percentiles. Nothing is
/// allocated per trial but its result.
pub fn trials(outline: &Outline, Trials { count, seed }: Trials) -> Vec<i64> {
    let network = build::build(outline).network;
    let (mut figures, mut random) = (network.expected(), fastrand::Rng::with_seed(seed));
    let trial = |_| {
        network.trial(&mut figures, &mut random);
        figures.whole()
    };
    (0..count).map(trial).collect()
}

/// Where each node stands if everything takes its mean.
fn slots(network: &Network, figures: &Figures) -> Vec<Slot> {
    let count = network.nodes.len();
    let begins = absolute(network, figures);
    let mut slack = vec![0; count];
    for node in (0..count).rev() {
        match &network.nodes[node].shape {
            Shape::Length(_) => {}
            Shape::InOrder(inner) => {
                network.inner_of(inner).iter().for_each(|inner| slack[*inner as usize] = slack[node]);
            }
            Shape::Beside(beside) => {
                let inner = network.inner_of(&beside.inner);
                let mut latest: Vec<i64> = vec![figures.inside[node]; inner.len()];
                let mut order: Vec<usize> = (0..inner.len()).collect();
                order.sort_by_key(|place| std::cmp::Reverse((figures.begins[inner[*place] as usize], *place)));
                for place in order {
                    let at = inner[place] as usize;
                    let begin = latest[place].saturating_sub(figures.length[at]);
                    let room = figures.because[at].and_then(|node| inner.iter().position(|other| *other == node));
                    for before in network.waits(beside, place).iter().map(|at| *at as usize).chain(room) {
                        latest[before] = latest[before].min(begin);
                    }
                    slack[at] = latest[place].saturating_sub(figures.end(inner[place])).saturating_add(slack[node]);
                }
            }
        }
    }
    let slot = |node: usize| {
        let ends = begins[node].saturating_add(figures.length[node]);
        let has_parts = network.nodes[node].said.is_some() && figures.inside[node] > 0;
        Slot {
            begins: begins[node],
            ends,
            parts: has_parts.then_some(figures.inside[node]),
            slack: slack[node],
            critical: figures.critical[node],
            chance: f64::from(u8::from(figures.critical[node])),
            within: Percentiles { p50: ends, p80: ends, p95: ends },
        }
    };
    (0..count).map(slot).collect()
}

/// When each node begins, from the beginning of the whole.
fn absolute(network: &Network, figures: &Figures) -> Vec<i64> {
    let mut begins: Vec<i64> = vec![0; network.nodes.len()];
    for node in (0..network.nodes.len()).rev() {
        let inner = match &network.nodes[node].shape {
            Shape::Length(_) => &[],
            Shape::InOrder(inner) => network.inner_of(inner),
            Shape::Beside(beside) => network.inner_of(&beside.inner),
        };
        for inner in inner {
            begins[*inner as usize] = begins[node].saturating_add(figures.begins[*inner as usize]);
        }
    }
    begins
}

/// The parts on the critical path, outer ones before those in them, in the order in which they are done.
fn critical(network: &Network, figures: &Figures) -> Vec<(usize, u32)> {
    let mut path = Vec::new();
    if let Some(whole) = network.nodes.len().checked_sub(1) {
        descend(network, figures, whole, 0, &mut path);
    }
    path
}

fn descend(network: &Network, figures: &Figures, node: usize, depth: usize, path: &mut Vec<(usize, u32)>) {
    let mut depth = depth;
    // What lies in a part of which somebody says how long it takes has its number, too.
    let part = network.nodes[node].part.filter(|part| path.last().is_none_or(|(_, last)| last != part));
    if let Some(part) = part {
        path.push((depth, part));
        depth += 1;
    }
    let inner = match &network.nodes[node].shape {
        Shape::Length(_) => &[],
        Shape::InOrder(inner) => network.inner_of(inner),
        Shape::Beside(beside) => network.inner_of(&beside.inner),
    };
    let on_it = |node: &&u32| figures.critical[**node as usize] && figures.length[**node as usize] > 0;
    let mut inner: Vec<u32> = inner.iter().filter(on_it).copied().collect();
    inner.sort_by_key(|node| figures.begins[*node as usize]);
    inner.into_iter().for_each(|inner| descend(network, figures, inner as usize, depth, path));
}

/// What many trials gave.
struct Tried {
    trials: u32,
    /// In how many each node decided how long the whole took.
    critical: Vec<u32>,
    /// When each ended.
    ends: Vec<Percentiles>,
}

impl Tried {
    fn slot(&self, node: usize, slot: Slot) -> Slot {
        let chance = f64::from(self.critical[node]) / f64::from(self.trials);
        Slot { chance, within: self.ends[node], ..slot }
    }
}

/// How many moments are remembered at most: of more, those of fewer trials.
const REMEMBERED: usize = 20_000_000;

fn tried(network: &Network, mut figures: Figures, trials: Trials) -> Tried {
    let count = network.nodes.len();
    let mut random = fastrand::Rng::with_seed(trials.seed);
    let trials = trials.count.min(u32::try_from(REMEMBERED / count.max(1)).unwrap_or(u32::MAX).max(1000));
    let mut critical = vec![0u32; count];
    let mut ends: Vec<Vec<i64>> = vec![Vec::with_capacity(trials as usize); count];
    for _ in 0..trials {
        network.trial(&mut figures, &mut random);
        let begins = absolute(network, &figures);
        for node in 0..count {
            critical[node] += u32::from(figures.critical[node]);
            ends[node].push(begins[node].saturating_add(figures.length[node]));
        }
    }
    Tried { trials, critical, ends: ends.into_iter().map(percentiles).collect() }
}

/// Of moments, of which there is at least one.
fn percentiles(mut moments: Vec<i64>) -> Percentiles {
    moments.sort_unstable();
    let at = |percent: usize| {
        let place = (moments.len() * percent).div_ceil(100).saturating_sub(1);
        moments.get(place).copied().unwrap_or(0)
    };
    Percentiles { p50: at(50), p80: at(80), p95: at(95) }
}

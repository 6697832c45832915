//! From an outline to what takes time in it.
//!
//! An estimate of a part counts for all that lies in it, as it does in a run. Where it is not known which way is taken,
//! the longest is. Time that nobody says is not counted, and told.

use std::collections::BTreeSet;

use super::network::{Network, Sibling};
use crate::{
    ir::Address,
    plan::outline::{CheckKind, Kind, Loop, Outline, Part, Rollout, Taken, Way, WayBack},
};

/// A network, and what is not in it.
pub(super) struct Built {
    pub(super) network: Network,
    /// Parts whose time nobody says: people, events, conditions that are waited for.
    pub(super) uncounted: Vec<u32>,
    /// How many steps have no estimate, and none around them.
    pub(super) untimed: u32,
    /// Parts that take longer, by how much nobody knows yet: loops over lists that are not known.
    pub(super) open: Vec<u32>,
}

pub(super) fn build(outline: &Outline) -> Built {
    let mut builder = Builder::default();
    builder.covered += usize::from(outline.takes.is_some());
    let inside = builder.sequence(None, &outline.parts);
    if let Some(takes) = outline.takes {
        builder.network.said(None, takes, Some(inside));
    }
    let Builder { network, uncounted, untimed, open, covered: _ } = builder;
    Built { network, uncounted, untimed: untimed.len() as u32, open }
}

#[derive(Default)]
struct Builder {
    network: Network,
    uncounted: Vec<u32>,
    /// Steps that nobody says the time of, by address: the same for each item of a loop.
    untimed: BTreeSet<Address>,
    open: Vec<u32>,
    /// How many parts around have an estimate that counts for this one, too.
    covered: usize,
}

impl Builder {
    fn sequence(&mut self, part: Option<u32>, parts: &[Part]) -> u32 {
        let nodes: Vec<u32> = parts.iter().filter_map(|part| self.part(part)).collect();
        self.network.in_order(part, &nodes)
    }

    /// None of what takes no time.
    fn part(&mut self, part: &Part) -> Option<u32> {
        let Some(takes) = part.takes else { return self.inside(part) };
        self.covered += 1;
        let inside = self.inside(part);
        self.covered -= 1;
        Some(self.network.said(Some(part.id), takes, inside))
    }

    fn inside(&mut self, part: &Part) -> Option<u32> {
        match &part.kind {
            Kind::Phases => Some(self.group(part, None)),
            Kind::Parallel { limit } => Some(self.group(part, *limit)),
            Kind::Phase { .. } | Kind::Branch | Kind::BlockStep { .. } | Kind::Run { .. } | Kind::Attempt => {
                let way = part.ways.first()?;
                Some(self.sequence(Some(part.id), &way.parts))
            }
            Kind::When { .. } => self.choice(part),
            Kind::Decide { by, .. } => {
                if by.is_some() {
                    self.not_counted(part);
                }
                self.choice(part)
            }
            Kind::Loop(each) => self.each(part, each),
            Kind::Rollout(rollout) => self.rollout(part, rollout),
            Kind::Wait { length: Some(length), .. } => Some(self.network.length(Some(part.id), *length)),
            Kind::Check(check) => {
                if check.way == CheckKind::WaitUntil {
                    self.not_counted(part);
                }
                None
            }
            Kind::Wait { length: None, .. } | Kind::WaitFor { .. } | Kind::Task { .. } | Kind::Approve { .. } => {
                self.not_counted(part);
                Some(self.network.length(Some(part.id), 0))
            }
            Kind::Step { way_back, .. } => {
                if self.covered == 0 {
                    self.untimed.insert(part.address.clone());
                }
                // It takes no time, but the moment is worth knowing.
                let is_final = *way_back == WayBack::Irreversible;
                is_final.then(|| self.network.length(Some(part.id), 0))
            }
            Kind::Commit { .. } => Some(self.network.length(Some(part.id), 0)),
            Kind::Probe { .. }
            | Kind::On { .. }
            | Kind::Emit { .. }
            | Kind::AfterEach
            | Kind::Fail { .. }
            | Kind::Return
            | Kind::Unwind => None,
        }
    }

    /// Phases or branches.
    fn group(&mut self, part: &Part, limit: Option<usize>) -> u32 {
        let parts: Vec<&Part> = part.inside().collect();
        let mut siblings = Vec::with_capacity(parts.len());
        for (rank, inner) in parts.into_iter().enumerate() {
            let node = self.part(inner).unwrap_or_else(|| self.network.length(Some(inner.id), 0));
            siblings.push(Sibling { node, after: inner.after().to_vec(), rank });
        }
        self.network.beside(Some(part.id), &siblings, limit)
    }

    /// The way that is taken; where that is not known, the longest, and that is told.
    fn choice(&mut self, part: &Part) -> Option<u32> {
        let sure = part.ways.iter().find(|way| matches!(way.taken, Taken::Yes | Taken::Always));
        let way = match sure {
            Some(way) => way,
            None => part.ways.iter().filter(|way| way.taken == Taken::Open).max_by_key(|way| length_of(way))?,
        };
        match way.takes {
            Some(takes) => {
                self.covered += 1;
                let inside = self.sequence(None, &way.parts);
                self.covered -= 1;
                Some(self.network.said(Some(part.id), takes, Some(inside)))
            }
            None => Some(self.sequence(Some(part.id), &way.parts)),
        }
    }

    fn each(&mut self, part: &Part, each: &Loop) -> Option<u32> {
        let way = part.ways.first()?;
        let Some(items) = &each.items else {
            self.open_ended(part);
            return Some(self.sequence(Some(part.id), &way.parts));
        };
        let mut siblings = Vec::with_capacity(items.len());
        for item in items {
            let own = item.way.as_ref().unwrap_or(way);
            let node = self.sequence(Some(item.id), &own.parts);
            siblings.push(Sibling { node, after: item.after.clone(), rank: item.rank });
        }
        Some(self.network.beside(Some(part.id), &siblings, each.pace.limit()))
    }

    /// What is done at each stage, and how long it is held.
    fn rollout(&mut self, part: &Part, rollout: &Rollout) -> Option<u32> {
        let way = part.ways.first()?;
        let Some(stages) = &rollout.stages else {
            self.open_ended(part);
            return Some(self.sequence(Some(part.id), &way.parts));
        };
        let mut nodes = Vec::with_capacity(2 * stages.len());
        for stage in stages {
            nodes.push(self.sequence(None, &way.parts));
            nodes.push(self.network.length(None, stage.hold.unwrap_or(0)));
        }
        Some(self.network.in_order(Some(part.id), &nodes))
    }

    fn not_counted(&mut self, part: &Part) {
        if self.covered == 0 && part.takes.is_none() && !self.uncounted.contains(&part.id) {
            self.uncounted.push(part.id);
        }
    }

    fn open_ended(&mut self, part: &Part) {
        if self.covered == 0 && !self.open.contains(&part.id) {
            self.open.push(part.id);
        }
    }
}

/// How long a way should take.
fn length_of(way: &Way) -> i64 {
    way.takes.map_or_else(
        || {
            let mut builder = Builder::default();
            builder.sequence(None, &way.parts);
            builder.network.expected().whole()
        },
        crate::plan::Takes::mean,
    )
}

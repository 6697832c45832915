//! What was seen so far, and what is still to be walked.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use serde_json::{Map, Value as Json};

use super::{
    Ending, Finding, Path, Stated, Taken, Walked, Wrong,
    findings::of_wrong,
    run::{About, Left, Run},
    walk::{End, replay},
};
use crate::{
    ir::{Address, Program},
    machine::{Beginning, CannotBegin, Machine, Record, USUAL_DEPTH},
    simulate::{Completed, NotGiven},
    source::Span,
};

/// How many paths are handed out at once: enough for several to walk, few enough that they learn from each other.
const BATCH: usize = 32;

/// Ten years, in nanoseconds: who waits longer waits for ever.
const FOR_EVER: i64 = 10 * 365 * 24 * 3600 * 1_000_000_000;

/// How far one explores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many faults there may be together on the way forward, and as many on the way back.
    pub faults: u32,
    /// How many paths are walked at most.
    pub limit: u64,
    /// How many things may happen on one path.
    pub steps: u32,
    /// How long one path may last, in nanoseconds of its own time.
    pub lasts: i64,
    /// What values are made up from.
    pub seed: u64,
    /// How deep plans may run each other.
    pub deepest: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { faults: 1, limit: 100_000, steps: 100_000, lasts: FOR_EVER, seed: 0, deepest: USUAL_DEPTH }
    }
}

/// On which terms a plan is explored.
#[derive(Debug, Default)]
pub struct Terms {
    /// What must hold.
    pub stated: Vec<Stated>,
    /// What is given: it is answered so, but where it goes wrong. Without it all is made up.
    pub given: Option<Completed>,
}

/// An exploration on its way.
#[derive(Debug)]
pub struct Exploration {
    program: Arc<Program>,
    machine: Machine,
    inputs: Map<String, Json>,
    settings: Settings,
    about: Arc<About>,
    ahead: VecDeque<Path>,
    seen: Seen,
    /// How the paths ended that joined no other.
    ends: Vec<(Ending, Vec<Wrong>)>,
    report: Report,
}

/// What was seen: who walks looks into it.
#[derive(Debug, Default)]
pub struct Seen {
    states: BTreeMap<u64, Vec<(Left, usize)>>,
    situations: BTreeMap<u64, Vec<Left>>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many paths were walked.
    pub paths: u64,
    /// How many of them came to a state that another one had been in.
    pub joined: u64,
    /// How many were not walked, as others like them were.
    pub alike: u64,
    /// How many were left out, as there were more than allowed.
    pub left_out: u64,
    /// How many states were reached at which something is asked, each told from others that go on otherwise.
    pub states: usize,
    /// How many paths ended how.
    pub endings: BTreeMap<Ending, u64>,
    /// How the path ends on which nothing goes otherwise, and what failed there and why.
    pub undisturbed: Option<(Ending, Option<(Address, String)>)>,
    /// The statements and options of the plan that no path came to.
    pub not_reached: Vec<Span>,
    /// What is given and no path asked for, by where it stands.
    pub unused: Vec<Span>,
    /// What is given and can't be used: the first of it that a path came to.
    pub unusable: Option<NotGiven>,
    /// What is wrong, what happens most often first.
    pub findings: Vec<Finding>,
}

impl Exploration {
    /// Of a plan with these inputs, on these terms.
    ///
    /// # Errors
    /// There is no such plan, or it can't begin with these inputs.
    pub fn new(
        program: Arc<Program>,
        plan: &str,
        inputs: &Map<String, Json>,
        settings: Settings,
        terms: Terms,
    ) -> Result<Exploration, CannotBegin> {
        let found = program.plans.iter().find(|candidate| candidate.name == plan);
        let missing = || CannotBegin { reason: format!("the program has no plan `{plan}`").into(), span: None };
        let found = found.ok_or_else(missing)?;
        let inputs = Beginning::of(&program, found).complete(inputs)?;
        let about = Arc::new(About::new(&program, found, &inputs, terms)?);
        let machine = Machine::new(Arc::clone(&program));
        let mut exploration = Exploration {
            program,
            machine,
            inputs,
            settings,
            about,
            ahead: VecDeque::new(),
            seen: Seen::default(),
            ends: Vec::new(),
            report: Report::default(),
        };
        let first = exploration.begin();
        // What must hold is asked of the journal.
        let first = if exploration.about.stated.is_empty() { first.quiet() } else { first };
        exploration.ahead.push_back(Path::undisturbed(first));
        Ok(exploration)
    }

    fn begin(&self) -> Run {
        Run::begin(self.machine.clone(), &self.inputs, &self.settings, &self.about)
    }

    /// The paths to be walked next, in the order in which they are to be given back; none, when all is done.
    pub fn batch(&mut self) -> Vec<Path> {
        let allowed = self.settings.limit.saturating_sub(self.report.paths);
        let count = self.ahead.len().min(BATCH).min(usize::try_from(allowed).unwrap_or(BATCH));
        self.ahead.drain(..count).collect()
    }

    /// What those who walk look into.
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// How far one explores.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Takes up what was found on the paths of a batch.
    pub fn take(&mut self, walked: Vec<Walked>) {
        walked.into_iter().for_each(|walked| self.take_one(walked));
    }

    fn take_one(&mut self, walked: Walked) {
        let Walked { taken, steps, end, broken, failed, states, junctions, alike, unused, unusable } = walked;
        self.report.paths += 1;
        self.report.alike += alike;
        match self.report.paths {
            1 => self.report.unused = unused,
            _ => self.report.unused.retain(|span| unused.contains(span)),
        }
        self.report.unusable = self.report.unusable.take().or(unusable);
        let joined = matches!(end, End::Joined(_));
        let end = match end {
            End::Joined(end) => end,
            End::Ended(ending, wrong) => {
                self.ends.push((ending, wrong));
                self.ends.len() - 1
            }
        };
        self.report.joined += u64::from(joined);
        for (state, left) in states {
            self.seen.states.entry(state).or_default().push((left, end));
        }
        if let Some((ending, wrong)) = self.ends.get(end) {
            if taken.is_empty() {
                self.report.undisturbed = Some((*ending, failed));
            }
            *self.report.endings.entry(*ending).or_default() += 1;
            for wrong in wrong {
                let path = (!joined).then_some((taken.as_slice(), steps));
                count(&mut self.report.findings, wrong, path, (&self.program, &self.about.plan));
            }
        }
        for wrong in &broken {
            count(&mut self.report.findings, wrong, Some((&taken, steps)), (&self.program, &self.about.plan));
        }
        for junction in junctions {
            if self.seen.is_alike(junction.situation, junction.left) {
                self.report.alike += junction.paths.len() as u64;
                continue;
            }
            self.seen.situations.entry(junction.situation).or_default().push(junction.left);
            self.ahead.extend(junction.paths);
        }
    }

    /// The run before it has begun: it knows what is called where.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// What was found so far.
    pub fn report(&self) -> Report {
        let mut report = self.report.clone();
        report.left_out = self.ahead.len() as u64;
        report.states = self.seen.states.len();
        report.not_reached = self.about.reached.not_reached(&self.program);
        report.findings.sort_by_key(|finding| std::cmp::Reverse(finding.paths));
        report
    }

    /// The journal of a run in which this goes otherwise, up to its end or to where a person is needed.
    pub fn journal(&self, taken: &[Taken]) -> Vec<Arc<Record>> {
        replay(self.begin(), taken)
    }
}

impl Seen {
    /// How paths go on from a state that was seen with as many faults left.
    pub(super) fn end_of(&self, state: u64, left: Left) -> Option<usize> {
        let known = self.states.get(&state)?;
        known.iter().find(|(known, _)| known.covers(left)).map(|(_, end)| *end)
    }

    /// Whether what can go otherwise in a situation was followed with as many faults left.
    pub(super) fn is_alike(&self, situation: u64, left: Left) -> bool {
        self.situations.get(&situation).is_some_and(|known| known.iter().any(|known| known.covers(left)))
    }
}

impl Left {
    fn covers(self, other: Left) -> bool {
        self.ahead >= other.ahead && self.behind >= other.behind
    }
}

/// Counts a path on which this is wrong; of several the shortest is kept.
fn count(findings: &mut Vec<Finding>, wrong: &Wrong, path: Option<(&[Taken], u32)>, program: (&Program, &str)) {
    let found = match findings.iter().position(|known| known.is(wrong)) {
        Some(known) => &mut findings[known],
        None => {
            findings.push(of_wrong(wrong, program));
            let last = findings.len() - 1;
            &mut findings[last]
        }
    };
    found.paths += 1;
    if let Some((taken, steps)) = path
        && (found.steps == 0 || (taken.len(), steps) < (found.taken.len(), found.steps))
    {
        let Finding { address, span, .. } = of_wrong(wrong, program);
        (found.taken, found.steps, found.address, found.span) = (taken.to_vec(), steps, address, span);
    }
}

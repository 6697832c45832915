//! `orch plan --fail-at ADDRESS`: what would be undone, found by letting the same machine that runs plans come there in
//! a world that is made up, in which all goes well but this.
//!
//! Of several that an address means, the last one fails to which the plan comes: the most is done by then.

mod missing;
mod places;
mod telling;
mod world;

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

use super::Preview;
use crate::{
    cli::failure::Failure,
    ir::{Address, Plan, Program, json::to_json},
    machine::{Beginning, Ending, Entry, Purpose},
    plan::{
        Given, Takes,
        outline::{Answer, Kind, Part, WayBack},
        undo as outcome,
    },
    simulate::{Generated, Halt, Simulation, generate, matches},
};
use missing::Missing;
use places::Places;
use world::{Breaks, Lists, few};

/// With which number values are made up that a preview does not know: that of `orch simulate`.
const SEED: u64 = 0;

/// How many happenings a run may have until it is given up.
const MOST: u32 = 2_000_000;

/// What would be undone.
#[derive(Debug)]
pub struct Way {
    /// What failed.
    failed: Address,
    /// How many were meant by what was typed.
    meant: usize,
    /// What was made up, as nobody gave it: inputs, and lists of loops.
    assumed: Vec<String>,
    /// What was decided on the way there, by values that are made up where they are not known.
    decided: Vec<(Address, SmolStr)>,
    /// Stages of rollouts that were gone back from, before anything was undone.
    stepped_back: Vec<Address>,
    /// What was undone, in this order.
    undone: Vec<Undone>,
    /// What goes on beside what failed, and would be undone, too, if it was done by then.
    beside: Vec<Undone>,
    /// What was done and stays so.
    stays: Vec<Address>,
    /// How the run ended.
    ending: Option<Ending>,
    /// The commits it was undone to.
    commits: Vec<String>,
    /// An attempt caught it, and the run went another way, which may have failed, too.
    otherwise: bool,
}

/// Something that is undone.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Undone {
    /// What is undone, with `*` for keys that nobody knows yet.
    address: Address,
    /// What undoes it.
    call: Option<String>,
    /// For which items it is done once each, where nobody knows yet how many there are: `part before`.
    each: Option<String>,
    /// It goes on beside what failed: it is undone only if it was done by then.
    perhaps: bool,
    /// How long it takes at most, in nanoseconds; `None` where nothing limits it.
    longest: Option<i64>,
    /// How long it takes, as its author says.
    takes: Option<Takes>,
}

/// A run that came to what fails, and how.
type Came = Simulation<Breaks>;

/// Lets the plan come to `at` and fail there.
pub fn way(program: &Arc<Program>, plan: &Plan, preview: &Preview, given: &Given, at: &str) -> Result<Way, Failure> {
    let wanted = Address::typed(at);
    if wanted.is_root() {
        return Err(
            Failure::usage("`--fail-at` needs the address of a part of the plan").help("`orch plan FILE` shows them")
        );
    }
    let tries = Tries { program, plan, preview, given, wanted: &wanted };
    let as_made_up = tries.come(Lists::AsMadeUp)?;
    let (simulation, halt) = match as_made_up.0.world().broke {
        Some(_) => as_made_up,
        None => tries.come(Lists::OfOne)?,
    };
    if simulation.world().broke.is_none() {
        let before = simulation.machine().failure().map(|failure| (failure.0.to_string(), failure.1.to_string()));
        let missing = Missing { wanted: &wanted, typed: at, met: &simulation.world().met, halt, before };
        return Err(missing.told(preview));
    }
    let assumed = tries.assumed(&simulation.world().met);
    Ok(Way::of(program, preview, &simulation, assumed))
}

/// What is tried to come to an address.
struct Tries<'t> {
    program: &'t Arc<Program>,
    plan: &'t Plan,
    preview: &'t Preview,
    given: &'t Given,
    wanted: &'t Address,
}

impl Tries<'_> {
    /// Fails at the last of those that are meant: once to see which that is, and once more if it is not the first.
    fn come(&self, lists: Lists) -> Result<(Came, Halt), Failure> {
        if !self.wanted.as_str().contains('*') {
            return self.run(lists, 0);
        }
        let (seen, halt) = self.run(lists, usize::MAX)?;
        match seen.world().meant.len() {
            0 => Ok((seen, halt)),
            several => self.run(lists, several - 1),
        }
    }

    fn run(&self, lists: Lists, skip: usize) -> Result<(Came, Halt), Failure> {
        let inner = Generated::new(SEED).with_options(options(self.preview, self.given));
        let world = Breaks::new(inner, lists, self.wanted.clone(), skip);
        let mut simulation = Simulation::new(Arc::clone(self.program), world);
        let begun = simulation.start(&self.plan.name, &self.inputs(lists));
        begun.map_err(|unfit| Failure::usage(unfit.to_string()))?;
        let halt = simulation.run(MOST);
        Ok((simulation, halt))
    }

    /// All inputs; what is not given is made up.
    fn inputs(&self, lists: Lists) -> Map<String, Json> {
        let mut inputs = Map::new();
        for input in Beginning::of(self.program, self.plan).inputs() {
            let made_up = || match (generate(input.ty, SEED, input.name), lists) {
                (value, Lists::AsMadeUp) => value,
                (value, Lists::OfOne) => few(&value, 1),
            };
            let given = self.given.inputs.get(input.name).cloned();
            if let Some(value) = given.or_else(|| input.default.is_none().then(made_up)) {
                inputs.insert(input.name.to_string(), to_json(&value));
            }
        }
        inputs
    }

    /// What nobody gave and was made up on the way there: inputs, what probes found, and lists.
    fn assumed(&self, met: &[Address]) -> Vec<String> {
        let outline = &self.preview.outline;
        let mut assumed: Vec<String> =
            outline.inputs.iter().filter(|input| input.value.is_none()).map(|input| input.name.to_string()).collect();
        let was_met = |part: &Part| met.iter().any(|met| matches(&part.address, met));
        for part in outline.all() {
            let made_up = match &part.kind {
                Kind::Probe { answer: Answer::Open | Answer::Failed(_), .. } if was_met(part) => part.name.to_string(),
                Kind::Loop(each) if each.items.is_none() && part.all().into_iter().any(was_met) => {
                    format!("the items of {}", each.list)
                }
                _ => continue,
            };
            if !assumed.contains(&made_up) {
                assumed.push(made_up);
            }
        }
        assumed
    }
}

/// The options that were chosen, by the addresses of their decisions.
fn options(preview: &Preview, given: &Given) -> BTreeMap<Address, SmolStr> {
    let parts = preview.outline.all();
    let decisions = parts.iter().filter(|part| matches!(part.kind, Kind::Decide { .. }));
    let chosen = decisions.filter_map(|part| {
        let readable = part.address.to_string();
        let option = given.chosen.get(readable.as_str()).or_else(|| given.chosen.get(&part.name))?;
        Some((part.address.clone(), option.clone()))
    });
    chosen.collect()
}

impl Way {
    fn of(program: &Program, preview: &Preview, simulation: &Came, assumed: Vec<String>) -> Way {
        let places = Places::of(&preview.outline);
        let failed = simulation.world().broke.clone().unwrap_or_default();
        let mut way = Way {
            failed: places.readable(&failed),
            meant: simulation.world().meant.len(),
            assumed,
            decided: Vec::new(),
            stepped_back: Vec::new(),
            undone: Vec::new(),
            beside: Vec::new(),
            stays: Vec::new(),
            ending: None,
            commits: Vec::new(),
            otherwise: false,
        };
        let beside = beside(preview, &places, &failed);
        let failure = Failed { places: &places, at: &failed, beside, calls: calls(program, simulation) };
        let mut done: Vec<Address> = Vec::new();
        let mut undone: Vec<Address> = Vec::new();
        for entry in simulation.records().iter().flat_map(|record| &record.then) {
            match entry {
                Entry::Decided { address, option, .. } => way.decided.push((address.clone(), option.clone())),
                Entry::SteppedBack { address, .. } => way.stepped_back.push(address.clone()),
                Entry::Undone { address } => undone.push(address.clone()),
                Entry::Committed { address: _, text } => way.commits.push(text.to_string()),
                Entry::Otherwise { .. } => way.otherwise = true,
                Entry::Ended { ending, .. } => way.ending = Some(*ending),
                Entry::Done { address, .. } => done.push(address.clone()),
                _ => {}
            }
        }
        way.stepped_back.dedup();
        let stays = |address: &&Address| stays(&places, address) && !undone.contains(address);
        way.stays = done.iter().filter(stays).map(|address| places.readable(address)).collect();
        for address in &undone {
            let one = failure.undone(address);
            if !way.undone.contains(&one) {
                way.undone.push(one);
            }
        }
        let missing = |said: &&&outcome::Undone| !undone.iter().any(|address| matches(&said.address, address));
        way.beside = failure.beside.iter().filter(missing).map(|said| Undone::said(said)).collect();
        way
    }
}

impl Undone {
    /// What a preview says may be done beside what failed.
    fn said(said: &outcome::Undone) -> Undone {
        Undone {
            address: said.address.clone(),
            call: Some(said.undo.call.clone()),
            each: said.each.then(|| "other item".to_owned()),
            perhaps: true,
            longest: said.undo.longest,
            takes: said.undo.takes,
        }
    }
}

/// What failed, where it lies, and what may go on beside it.
struct Failed<'f> {
    places: &'f Places<'f>,
    at: &'f Address,
    beside: Vec<&'f outcome::Undone>,
    /// What was called to undo things, with values that may be made up.
    calls: BTreeMap<Address, String>,
}

impl Failed<'_> {
    /// What is told of something that is undone then.
    fn undone(&self, address: &Address) -> Undone {
        let other = differs_in_item(address, self.at);
        let is_beside = |said: &&outcome::Undone| matches(&said.address, address) && (!said.each || other);
        let perhaps = self.beside.iter().copied().any(|said| is_beside(&said));
        let each = self.places.loops(address).first().and_then(|item| match (other, perhaps) {
            (true, true) => Some(format!("other {item}")),
            (true, false) => Some(format!("{item} before")),
            (false, _) if self.places.loops(self.at).contains(item) => None,
            (false, _) => Some((*item).to_owned()),
        });
        let undo = self.places.part(address).and_then(|part| part.way_back()?.undo());
        Undone {
            address: self.places.readable(address),
            call: undo.map(|undo| undo.call.clone()).or_else(|| self.calls.get(address).cloned()),
            each,
            perhaps,
            longest: undo.and_then(|undo| undo.longest),
            takes: undo.and_then(|undo| undo.takes),
        }
    }
}

/// What was called to undo each part.
fn calls(program: &Program, simulation: &Came) -> BTreeMap<Address, String> {
    let called = simulation.asked().iter().filter_map(|asked| {
        let effect = asked.question.effect().filter(|effect| effect.purpose == Purpose::Undo)?;
        let call = effect.call.summary(program).unwrap_or_else(|| effect.request.summary());
        Some((asked.question.address.clone(), call))
    });
    called.collect()
}

/// What a preview says that goes on beside what fails at an address.
fn beside<'p>(preview: &'p Preview, places: &Places<'_>, failed: &Address) -> Vec<&'p outcome::Undone> {
    let Some(part) = places.part(failed) else { return Vec::new() };
    let all = preview.outline.all();
    let same: Vec<u32> = all.iter().filter(|one| matches(&one.address, failed)).map(|one| one.id).collect();
    let is_meant = |id: &u32| *id == part.id || same.contains(id);
    let points = preview.failures.iter().find(|points| points.parts.iter().any(is_meant));
    points.into_iter().flat_map(|points| &points.undone).filter(|said| said.beside).collect()
}

/// Whether two addresses lie in two items of one loop, or in two stages of one rollout.
fn differs_in_item(one: &Address, other: &Address) -> bool {
    let pairs = one.as_str().split('/').zip(other.as_str().split('/'));
    for (one, other) in pairs {
        let name = |part: &str| part.split(['[', '~']).next().unwrap_or(part).to_owned();
        if name(one) != name(other) {
            return false;
        }
        if one != other {
            return true;
        }
    }
    false
}

/// Whether what was done at an address stays so: nothing undoes it.
fn stays(places: &Places<'_>, address: &Address) -> bool {
    let is_final = |way_back: &WayBack| matches!(way_back, WayBack::Irreversible | WayBack::None);
    places.part(address).is_some_and(|part| matches!(&part.kind, Kind::Step { way_back, .. } if is_final(way_back)))
}

//! `orch plan --fail-at ADDRESS`: what would be undone, found by letting the same machine that runs plans come there in
//! a world that is made up, in which all goes well but this.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

use super::Preview;
use crate::{
    cli::{failure::Failure, moment::duration, terminal::Style},
    diagnostic::suggest::nearest_within,
    ir::{Address, Plan, Program, Value, json::to_json},
    machine::{Beginning, Ending, Entry, Purpose, StandIns},
    plan::{
        Given,
        outline::{Kind, Part, WayBack},
    },
    simulate::{Answer, Asks, Ends, Generated, Halt, Past, Question, Simulation, World, generate, matches},
};

/// With which number values are made up that a preview does not know.
const SEED: u64 = 1;

/// How many happenings a run may have until it is given up.
const MOST: u32 = 200_000;

/// How many addresses are named where one is not there.
const NAMED: usize = 40;

/// What would be undone.
#[derive(Debug)]
pub struct Way {
    /// What failed.
    failed: Address,
    /// What was decided on the way there, by values that are made up where they are not known.
    decided: Vec<(Address, SmolStr)>,
    /// What was undone, in this order, each with its call, if that is known.
    undone: Vec<(Address, Option<String>)>,
    /// What was done and stays so.
    stays: Vec<Address>,
    /// How the run ended.
    ending: Option<Ending>,
    /// The commits it was undone to.
    commits: Vec<String>,
    /// An attempt caught it, and the run went on.
    otherwise: bool,
    /// How long that takes at most, in nanoseconds, and of how many nobody says.
    limit: (i64, usize),
}

/// Lets the plan come to `at` and fail there.
pub fn way(program: &Arc<Program>, plan: &Plan, preview: &Preview, given: &Given, at: &str) -> Result<Way, Failure> {
    let wanted = Address::typed(at);
    let options = options(preview, given);
    let world =
        Breaks { inner: Generated::new(SEED).with_options(options), at: wanted.clone(), broke: None, met: Vec::new() };
    let mut simulation = Simulation::new(Arc::clone(program), world);
    simulation.start(&plan.name, &inputs(program, plan, given)).map_err(|unfit| Failure::usage(unfit.to_string()))?;
    let halt = simulation.run(MOST);
    let Some(failed) = simulation.world().broke.clone() else {
        let before = simulation.machine().failure().map(|failure| (failure.0.to_string(), failure.1.to_string()));
        let missing = Missing { wanted: &wanted, typed: at, met: &simulation.world().met, halt, before };
        return Err(missing.told(preview));
    };
    let calls: BTreeMap<Address, String> = simulation
        .asked()
        .iter()
        .filter_map(|asked| {
            let effect = asked.question.effect().filter(|effect| effect.purpose == Purpose::Undo)?;
            let call = effect.call.summary(program).unwrap_or_else(|| effect.request.summary());
            Some((asked.question.address.clone(), call))
        })
        .collect();
    let mut way = Way {
        failed,
        decided: Vec::new(),
        undone: Vec::new(),
        stays: Vec::new(),
        ending: None,
        commits: Vec::new(),
        otherwise: false,
        limit: (0, 0),
    };
    let mut done: Vec<Address> = Vec::new();
    for entry in simulation.records().iter().flat_map(|record| &record.then) {
        match entry {
            Entry::Decided { address, option, .. } => way.decided.push((address.clone(), option.clone())),
            Entry::Undone { address } => {
                let call = calls.get(&address.undo()).or_else(|| calls.get(address)).cloned();
                way.undone.push((address.clone(), call));
            }
            Entry::Committed { address: _, text } => way.commits.push(text.to_string()),
            Entry::Otherwise { .. } => {
                way.otherwise = true;
                break;
            }
            Entry::Ended { ending, .. } => way.ending = Some(*ending),
            Entry::Done { address, .. } => done.push(address.clone()),
            _ => {}
        }
    }
    way.stays = stays(preview, &done, &way.undone);
    way.limit = limit(preview, &way.undone);
    Ok(way)
}

/// All inputs; what is not given is made up.
fn inputs(program: &Program, plan: &Plan, given: &Given) -> Map<String, Json> {
    let mut inputs = Map::new();
    for input in Beginning::of(program, plan).inputs() {
        let value = match given.inputs.get(input.name) {
            Some(value) => Some(value.clone()),
            None => input.default.is_none().then(|| few(&generate(input.ty, SEED, input.name), 1)),
        };
        if let Some(value) = value {
            inputs.insert(input.name.to_string(), to_json(&value));
        }
    }
    inputs
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

/// A world in which all goes well but one thing.
#[derive(Clone, Debug)]
struct Breaks {
    inner: Generated,
    at: Address,
    /// What failed.
    broke: Option<Address>,
    /// What could have failed.
    met: Vec<Address>,
}

impl Breaks {
    /// Whether this is what fails: what is asked for at the address, and all its tries.
    fn breaks(&mut self, question: &Question) -> bool {
        let acts = question.effect().is_none_or(|effect| matches!(effect.purpose, Purpose::Do | Purpose::Look));
        if !acts {
            return false;
        }
        if !self.met.contains(&question.address) {
            self.met.push(question.address.clone());
        }
        match &self.broke {
            Some(broke) => *broke == question.address,
            None => matches(&self.at, &question.address),
        }
    }
}

impl World for Breaks {
    fn answer(&mut self, question: &Question, past: &Past<'_>) -> Answer {
        if !self.breaks(question) {
            let answer = self.inner.answer(question, past);
            // What runs itself again finds nothing more to do.
            let most = usize::from(!is_inside_itself(&question.address));
            return match &answer.ends {
                Ends::Returns(value) => Answer { ends: Ends::Returns(few(value, most)), ..answer },
                _ => answer,
            };
        }
        self.broke.get_or_insert_with(|| question.address.clone());
        let why = SmolStr::new_static("it is let fail");
        Answer::now(match &question.asks {
            Asks::Effect(effect) if matches!(effect.call, crate::simulate::Call::Condition) => {
                Ends::Returns(Value::Bool(false))
            }
            Asks::Effect(_) => Ends::Fails(why),
            Asks::Person(_) => Ends::Refused(why),
        })
    }

    fn stand_ins(&self) -> Arc<dyn StandIns> {
        self.inner.stand_ins()
    }
}

/// A value whose lists have at most so many items, and those in them none: made-up items would wait for others that
/// are not there.
fn few(value: &Value, most: usize) -> Value {
    match value {
        Value::List(items) => Value::list(items.iter().take(most).map(|item| few(item, 0)).collect()),
        Value::Record(fields) => {
            Value::record(fields.iter().map(|(name, field)| (name.clone(), few(field, most))).collect())
        }
        other => other.clone(),
    }
}

/// Whether a part of an address stands in another of its name: a plan that runs itself.
fn is_inside_itself(address: &Address) -> bool {
    let name = |part: &str| part.split(['[', '~']).next().unwrap_or(part).to_owned();
    let names: Vec<String> = address.as_str().split('/').map(name).collect();
    names.iter().enumerate().any(|(at, name)| names[..at].contains(name))
}

/// The part of the outline that an address of a run is of.
fn part_of<'p>(parts: &[&'p Part], address: &Address) -> Option<&'p Part> {
    parts.iter().find(|part| !part.address.is_root() && matches(&part.address, address)).copied()
}

/// Steps that were done and that nothing undoes, since the last commit too.
fn stays(preview: &Preview, done: &[Address], undone: &[(Address, Option<String>)]) -> Vec<Address> {
    let parts = preview.outline.all();
    let is_stuck = |address: &&Address| {
        let part = part_of(&parts, address);
        let stays = part.is_some_and(|part| match &part.kind {
            Kind::Step { way_back, .. } => matches!(way_back, WayBack::Irreversible | WayBack::None),
            _ => false,
        });
        stays && undone.iter().all(|(other, _)| other != *address)
    };
    done.iter().filter(is_stuck).cloned().collect()
}

/// How long undoing takes at most, by what compensations say, and how many say nothing.
fn limit(preview: &Preview, undone: &[(Address, Option<String>)]) -> (i64, usize) {
    let parts = preview.outline.all();
    let timeout = |address: &Address| {
        let part = part_of(&parts, address)?;
        super::sentence::way_back_of(part)?.undo()?.timeout
    };
    let limits: Vec<Option<i64>> = undone.iter().map(|(address, _)| timeout(address)).collect();
    let known = limits.iter().flatten().fold(0i64, |sum, limit| sum.saturating_add(*limit));
    (known, limits.iter().filter(|limit| limit.is_none()).count())
}

/// Nothing failed at the address that was typed.
struct Missing<'m> {
    wanted: &'m Address,
    typed: &'m str,
    /// What could have failed.
    met: &'m [Address],
    halt: Halt,
    /// What failed in place of it, and why.
    before: Option<(String, String)>,
}

impl Missing<'_> {
    fn told(&self, preview: &Preview) -> Failure {
        let typed = self.typed;
        let names: Vec<String> = self.met.iter().map(ToString::to_string).collect();
        let parts = preview.outline.all();
        let is_part = parts.iter().any(|part| part.address == *self.wanted || matches(&part.address, self.wanted));
        if !is_part {
            let failure = Failure::usage(format!("nothing in this plan has the address `{typed}`"));
            let edits = (typed.chars().count() / 3).max(2);
            return match nearest_within(typed, edits, names.iter().map(String::as_str)) {
                Some(close) => failure.help(format!("did you mean `{close}`?")),
                None => listed(failure.help("these may fail:"), names.iter()),
            };
        }
        let failure = Failure::usage(format!("the plan does not come to something that fails at `{typed}`"));
        let inside =
            |name: &&String| [format!("{typed}/"), format!("{typed}[")].iter().any(|begin| name.starts_with(begin));
        if names.iter().any(|name| inside(&name)) {
            return listed(failure.help("in it may fail:"), names.iter().filter(inside));
        }
        match (&self.before, self.halt) {
            (Some((address, why)), _) => {
                failure.help(format!("tried with values that are made up, it fails before: {address}: {why}"))
            }
            (None, Halt::Limit) => failure.help("tried with values that are made up, it does not come to an end"),
            (None, Halt::Ended | Halt::Idle | Halt::Stopped) => {
                failure.help("it lies on a way that is not taken: say which with `--choose DECISION=OPTION` or `--set`")
            }
        }
    }
}

fn listed<'n>(failure: Failure, names: impl Iterator<Item = &'n String>) -> Failure {
    names.take(NAMED).fold(failure, |failure, name| failure.help(format!("  {name}")))
}

impl Way {
    /// As text.
    pub fn text(&self, style: Style) -> String {
        let mut lines = vec![format!("if {} fails", style.bold(&self.failed))];
        if !self.decided.is_empty() {
            let decided: Vec<String> =
                self.decided.iter().map(|(address, option)| format!("{address}: {option}")).collect();
            lines.extend(style.hanging(&style.dim(format!("  with {}", decided.join(", "))), 4));
        }
        let wide = self.undone.iter().map(|(address, _)| address.to_string().chars().count()).max().unwrap_or(0);
        for (address, call) in &self.undone {
            let address = address.to_string();
            let call = call.as_deref().unwrap_or_default();
            lines.push(format!("  ↩ {address:wide$}  {}", style.dim(call)).trim_end().to_owned());
        }
        for address in &self.stays {
            lines.push(format!("  {} {address}  stays done: it can't be undone", style.red("✂")));
        }
        lines.push(String::new());
        lines.extend(style.hanging(&self.end(), 2));
        lines.join("\n")
    }

    /// How it ends, and how long undoing takes.
    fn end(&self) -> String {
        let steps = match self.undone.len() {
            0 => "nothing is to be undone".to_owned(),
            1 => "1 step is undone".to_owned(),
            steps => format!("{steps} steps are undone"),
        };
        let ended = match self.ending {
            _ if self.otherwise => "the run goes another way".to_owned(),
            Some(Ending::Compensated) => "compensated".to_owned(),
            Some(Ending::Halted) => match self.commits.last() {
                Some(commit) => format!("halted at “{commit}”"),
                None => "halted".to_owned(),
            },
            Some(Ending::Completed) => "completed: the failure stops nothing".to_owned(),
            Some(Ending::Partial) => "partial".to_owned(),
            Some(Ending::Killed) => "killed".to_owned(),
            None => "the run waits for a person".to_owned(),
        };
        format!("{ended}: {steps}{}", self.time())
    }

    fn time(&self) -> String {
        match self.limit {
            (0, _) if self.undone.is_empty() => String::new(),
            (0, _) => ", for as long as that takes: no timeout limits it".to_owned(),
            (known, 0) => format!("; their timeouts leave them {} in all, for one try each", duration(known)),
            (known, open) => {
                let limited = self.undone.len() - open;
                format!("; timeouts leave {limited} of them {} for one try each, {open} have none", duration(known))
            }
        }
    }

    /// As data.
    pub fn json(&self) -> Json {
        let address = |address: &Address| Json::String(address.as_str().to_owned());
        serde_json::json!({
            "version": 1,
            "failed": address(&self.failed),
            "decided": self.decided.iter().map(|(at, option)| (at.as_str().to_owned(), Json::String(option.to_string()))).collect::<Map<_, _>>(),
            "undone": self.undone.iter().map(|(at, call)| serde_json::json!({ "address": at.as_str(), "call": call })).collect::<Vec<_>>(),
            "stays": self.stays.iter().map(address).collect::<Vec<_>>(),
            "ending": self.ending.map(|ending| serde_json::to_value(ending).unwrap_or_default()),
            "otherwise": self.otherwise,
            "limit_ns": (self.limit.1 == 0).then_some(self.limit.0),
        })
    }
}

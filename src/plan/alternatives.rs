//! What each option of a decision that is still open makes of the time.

use smol_str::SmolStr;

use super::{
    outline::{Kind, Outline, Taken},
    read::Given,
    timeline::{Timeline, Trials},
};
use crate::{
    ir::{Address, PlanId, Program},
    source::Sources,
};

/// How many options are gone through at most.
const MOST: usize = 24;

/// The time of the whole plan, if an option is taken. Of other decisions that are open, the longest way is taken.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// The decision.
    pub decision: Address,
    /// The option.
    pub option: SmolStr,
    /// How long the whole takes then.
    pub timeline: Timeline,
}

/// The options of all decisions of which is not known what is chosen, in the order written.
pub fn alternatives(
    outline: &Outline,
    program: &Program,
    sources: &Sources,
    plan: PlanId,
    given: &Given,
    trials: Trials,
) -> Vec<Alternative> {
    let parts = outline.all();
    let open = parts
        .iter()
        .filter(|part| matches!(part.kind, Kind::Decide { .. }) && part.ways.iter().all(|way| way.taken != Taken::Yes));
    let options = open.flat_map(|part| {
        let ways = part.ways.iter().filter(|way| way.taken == Taken::Open);
        ways.map(|way| (part.address.clone(), way.name.clone()))
    });
    let alternative = |(decision, option): (Address, SmolStr)| {
        let mut given = given.clone();
        given.chosen.insert(SmolStr::from(decision.to_string()), option.clone());
        let outline = Outline::of(program, sources, plan, &given);
        Alternative { decision, option, timeline: Timeline::of(&outline, trials) }
    };
    options.take(MOST).map(alternative).collect()
}

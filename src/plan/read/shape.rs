//! Statements that give a plan its shape: phases, ways of which one is taken, branches, sub-plans.

use std::sync::Arc;

use indexmap::IndexMap;
use smol_str::SmolStr;

use super::{Here, Names, Reader, leaves::name_of, only, part};
use crate::{
    evaluate::matched,
    ir::{self, Address, BlockId, Branch, Compensation, Decide, Expr, LocalId, Pattern, Phase, Value},
    plan::outline::{Kind, Taken, Way},
};

impl<'p> Reader<'p> {
    pub(super) fn phases(&mut self, here: &Here<'p>, names: &mut Names, phases: &'p [Phase]) -> (Kind, Vec<Way>) {
        let group = crate::plan::PhaseGraph::new(&phases.iter().map(|phase| phase.after.clone()).collect::<Vec<_>>());
        // What a phase sees was bound by those it comes after, wherever they are written.
        let mut read: Vec<Option<_>> = phases.iter().map(|_| None).collect();
        for number in group.order() {
            read[*number] = Some(self.phase(here, names, &phases[*number]));
        }
        (Kind::Phases, vec![only(read.into_iter().flatten().collect())])
    }

    fn phase(&mut self, here: &Here<'p>, names: &mut Names, phase: &'p Phase) -> crate::plan::outline::Part {
        let address = here.address.child(&phase.segment);
        let title = self.title(names, phase.title.as_deref());
        let (takes, risk) =
            (self.known.takes(names, &phase.estimate), self.known.risk(names, phase.estimate.risk.as_deref()));
        let timeout = phase.timeout.as_deref().and_then(|timeout| self.known.duration(names, timeout));
        let (way_back, covered) = self.scope_way_back(here, names, phase.compensation.as_ref(), &address);
        let after = phase.after.iter().map(|before| *before as usize).collect();
        let id = self.number();
        let inside = Here { covered, ..here.inside(address.clone()) };
        let way = self.only_way(&inside, names, phase.block);
        let mut part = part(id, address, &phase.segment, Kind::Phase { after, way_back }, phase.span);
        (part.title, part.takes, part.risk, part.timeout, part.ways) = (title, takes, risk, timeout, vec![way]);
        part
    }

    pub(super) fn when(
        &mut self,
        here: &Here<'p>,
        names: &mut Names,
        branches: &'p [(Expr, BlockId)],
        otherwise: Option<BlockId>,
    ) -> (Kind, Vec<Way>) {
        let holds = |reader: &Self, names: &Names, condition: &Expr| {
            reader.known.value(names, condition).map(|value| value == Value::Bool(true))
        };
        let open: Vec<&Expr> =
            branches.iter().map(|(condition, _)| condition).filter(|c| holds(self, names, c).is_none()).collect();
        let depends_on = self.all_depend_on(names, &open);
        let mut choice = Choice::default();
        let before = names.clone();
        let mut ways = Vec::new();
        for (condition, block) in branches {
            let taken = choice.take(holds(self, &before, condition));
            let text = self.known.written(condition);
            ways.push(Way { condition: Some(text), ..self.way(here, names, &depends_on, taken, *block) });
        }
        if let Some(block) = otherwise {
            let taken = choice.take(Some(true));
            ways.push(self.way(here, names, &depends_on, taken, block));
        }
        (Kind::When { depends_on, complete: otherwise.is_some() }, ways)
    }

    pub(super) fn matching(
        &mut self,
        here: &Here<'p>,
        names: &mut Names,
        value: &'p Expr,
        arms: &'p [(Pattern, BlockId)],
    ) -> (Kind, Vec<Way>) {
        let known = self.known.value(names, value);
        let depends_on = if known.is_none() { self.depends_on(names, value) } else { Vec::new() };
        let mut choice = Choice::default();
        let mut ways = Vec::new();
        let written = self.known.written(value);
        for (pattern, block) in arms {
            let fits = known.as_ref().map(|known| matched(pattern, known));
            let taken = choice.take(fits.as_ref().map(Option::is_some));
            if let Some(Some(bound)) = fits {
                bound.into_iter().for_each(|(local, value)| names.know(local, value));
            }
            let condition = Some(format!("{written} is {}", pattern_text(here.plan, pattern)));
            ways.push(Way { condition, ..self.way(here, names, &depends_on, taken, *block) });
        }
        (Kind::When { depends_on, complete: true }, ways)
    }

    /// A way that may be taken. What it binds is not known behind it unless it surely is.
    fn way(&mut self, here: &Here<'p>, names: &mut Names, because: &[SmolStr], taken: Taken, block: BlockId) -> Way {
        let (before, acted, faults) = (names.clone(), self.acted, self.faults.len());
        if taken == Taken::No || taken == Taken::Open {
            // Nothing is asked for a way that may not be taken.
            self.acted = true;
        }
        let way = self.only_way(here, names, block);
        match taken {
            Taken::Always | Taken::Yes => {}
            Taken::Open => {
                names.doubt(&before, because);
                self.faults.truncate(faults);
                self.acted = acted || acts(&way);
            }
            Taken::No => {
                names.doubt(&before, &[]);
                self.faults.truncate(faults);
                self.acted = acted;
            }
        }
        Way { taken, ..way }
    }

    fn all_depend_on(&self, names: &Names, exprs: &[&Expr]) -> Vec<SmolStr> {
        let mut all: Vec<SmolStr> = exprs.iter().flat_map(|expr| self.depends_on(names, expr)).collect();
        all.sort();
        all.dedup();
        all
    }

    pub(super) fn decide(
        &mut self,
        here: &Here<'p>,
        names: &mut Names,
        decide: &'p Decide,
        address: &Address,
    ) -> (Kind, Vec<Way>) {
        let (question, by) =
            (self.known.text(names, &decide.question), decide.by.as_ref().map(|by| self.known.text(names, by)));
        let holds: Vec<Option<bool>> = decide
            .options
            .iter()
            .map(|option| match &option.condition {
                None => Some(true),
                Some(condition) => self.known.value(names, condition).map(|value| value == Value::Bool(true)),
            })
            .collect();
        let open: Vec<&Expr> = decide
            .options
            .iter()
            .zip(&holds)
            .filter(|(_, holds)| holds.is_none())
            .filter_map(|(option, _)| option.condition.as_ref())
            .collect();
        let mut depends_on = self.all_depend_on(names, &open);
        let by_rule: Vec<Taken> = match &by {
            None => {
                let mut choice = Choice::default();
                holds.iter().map(|holds| choice.take(*holds)).collect()
            }
            Some(_) => holds.iter().map(|holds| if *holds == Some(false) { Taken::No } else { Taken::Open }).collect(),
        };
        let fixed = self.chosen(address).and_then(|name| decide.options.iter().position(|option| option.name == *name));
        let is_open = !by_rule.contains(&Taken::Yes);
        let taken: Vec<Taken> = match fixed.filter(|_| is_open) {
            Some(fixed) => (0..by_rule.len()).map(|at| if at == fixed { Taken::Yes } else { Taken::No }).collect(),
            None => by_rule,
        };
        depends_on.extend(by.clone().filter(|_| is_open).map(SmolStr::from));
        let decision = name_of(here.plan, decide.local);
        let mut ways = Vec::new();
        names.open(decide.local, [decision.clone()]);
        let inside = here.inside(address.clone());
        for (option, taken) in decide.options.iter().zip(taken) {
            if taken == Taken::Yes {
                names.know(decide.local, Value::Variant(option.name.clone(), Arc::new(IndexMap::new())));
            }
            let way = self.way(&inside, names, std::slice::from_ref(&decision), taken, option.block);
            ways.push(Way {
                name: option.name.clone(),
                title: self.title(names, option.title.as_deref()),
                condition: option.text.as_ref().map(ToString::to_string),
                takes: self.known.takes(names, &option.estimate),
                risk: self.known.risk(names, option.estimate.risk.as_deref()),
                ..way
            });
        }
        (Kind::Decide { question, by, depends_on, assumed: is_open && fixed.is_some() }, ways)
    }

    /// The option that is to be gone by, where what is known does not tell.
    fn chosen(&self, address: &Address) -> Option<&'p SmolStr> {
        self.chosen.get(address.to_string().as_str()).or_else(|| self.chosen.get(address.last_part().as_str()))
    }

    pub(super) fn parallel(
        &mut self,
        here: &Here<'p>,
        names: &mut Names,
        limit: Option<&Expr>,
        branches: &'p [Branch],
    ) -> (Kind, Vec<Way>) {
        let limit = limit.and_then(|limit| self.known.number(names, limit)).and_then(|limit| limit.try_into().ok());
        // Branches don't see each other.
        let (before, acted) = (names.clone(), self.acted);
        let mut after = names.clone();
        let mut acts = acted;
        let mut parts = Vec::new();
        for branch in branches {
            let mut own = before.clone();
            self.acted = acted;
            parts.push(self.branch(here, &mut own, branch));
            acts |= self.acted;
            after.join(own);
            after.open(branch.local, [name_of(here.plan, branch.local)]);
        }
        (*names, self.acted) = (after, acts);
        (Kind::Parallel { limit }, vec![only(parts)])
    }

    fn branch(&mut self, here: &Here<'p>, names: &mut Names, branch: &'p Branch) -> crate::plan::outline::Part {
        let address = here.address.child(&branch.segment);
        let id = self.number();
        let mut part = part(id, address.clone(), &branch.segment, Kind::Branch, branch.span);
        part.title = self.title(names, branch.title.as_deref());
        part.takes = self.known.takes(names, &branch.estimate);
        part.risk = self.known.risk(names, branch.estimate.risk.as_deref());
        part.ways = vec![self.only_way(&here.inside(address), names, branch.block)];
        part
    }

    pub(super) fn attempt(
        &mut self,
        here: &Here<'p>,
        names: &mut Names,
        attempt: &'p ir::Attempt,
        address: &Address,
    ) -> (Kind, Vec<Way>) {
        let before = names.clone();
        let inside = here.inside(address.clone());
        let tried = self.only_way(&inside, names, attempt.block);
        let fails = [SmolStr::new_static("whether it fails")];
        names.doubt(&before, &fails);
        if let Some(failure) = attempt.failure {
            names.open(failure, fails.clone());
        }
        let otherwise = self.way(&inside, names, &fails, Taken::Open, attempt.otherwise);
        if let Some(local) = attempt.local {
            names.open(local, [name_of(here.plan, local)]);
        }
        (Kind::Attempt, vec![tried, otherwise])
    }

    pub(super) fn block_step(
        &mut self,
        here: &Here<'p>,
        names: &mut Names,
        address: &Address,
        block: BlockId,
        compensation: Option<&'p Compensation>,
    ) -> (Kind, Vec<Way>) {
        let (way_back, covered) = self.scope_way_back(here, names, compensation, address);
        let way = self.only_way(&Here { covered, ..here.inside(address.clone()) }, names, block);
        (Kind::BlockStep { way_back }, vec![way])
    }

    pub(super) fn run(
        &mut self,
        here: &Here<'p>,
        names: &mut Names,
        run: &'p ir::Run,
        address: &Address,
    ) -> (Kind, Vec<Way>) {
        let plan = &self.known.program.plans[run.plan.index()];
        let (way_back, covered) = self.scope_way_back(here, names, run.compensation.as_ref(), address);
        let arguments: Vec<String> =
            run.arguments.iter().map(|argument| self.known.argument(names, argument)).collect();
        let call = format!("{}({})", plan.name, arguments.join(", "));
        let again = self.stack.contains(&run.plan);
        let mut ways = Vec::new();
        if !again {
            let mut own = Names::default();
            for (number, argument) in run.arguments.iter().enumerate() {
                let local = LocalId(number as u32);
                match self.known.value(names, argument) {
                    Some(value) => own.know(local, value),
                    None => own.open(local, self.depends_on(names, argument)),
                }
            }
            self.stack.push(run.plan);
            let inside = Here { plan, address: address.clone(), covered };
            ways.push(self.only_way(&inside, &mut own, plan.body));
            self.stack.pop();
        }
        self.acted = true;
        if let Some(local) = run.local {
            names.open(local, [name_of(here.plan, local)]);
        }
        (Kind::Run { plan: plan.name.clone(), call, again, way_back }, ways)
    }
}

/// Of ways one is taken: the first that fits.
#[derive(Default)]
struct Choice {
    /// One fits for sure.
    over: bool,
    /// One before may fit.
    open: bool,
}

impl Choice {
    /// Whether the next way is taken, of which `fits` says whether it could be.
    fn take(&mut self, fits: Option<bool>) -> Taken {
        match fits {
            _ if self.over => Taken::No,
            Some(false) => Taken::No,
            Some(true) => {
                self.over = true;
                if self.open { Taken::Open } else { Taken::Yes }
            }
            None => {
                self.open = true;
                Taken::Open
            }
        }
    }
}

/// Whether a way changes anything.
fn acts(way: &Way) -> bool {
    way.parts
        .iter()
        .flat_map(crate::plan::outline::Part::all)
        .any(|part| matches!(part.kind, Kind::Step { .. } | Kind::Task { .. } | Kind::Run { .. }))
}

fn pattern_text(plan: &ir::Plan, pattern: &Pattern) -> String {
    match pattern {
        Pattern::Any => "anything else".to_owned(),
        Pattern::None => "none".to_owned(),
        Pattern::Some(inner) => pattern_text(plan, inner),
        Pattern::Literal(value) => value.to_string(),
        Pattern::Range(low, high) => format!("{low}..{high}"),
        Pattern::Variant(name, _) => name.to_string(),
        Pattern::Alternatives(patterns) => {
            let texts: Vec<String> = patterns.iter().map(|pattern| pattern_text(plan, pattern)).collect();
            texts.join(" or ")
        }
        Pattern::Bind(inner, local) => match inner.as_ref() {
            Pattern::Any => name_of(plan, *local).to_string(),
            inner => pattern_text(plan, inner),
        },
    }
}

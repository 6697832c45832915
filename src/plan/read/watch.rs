//! Rollouts, and conditions of every kind.

use smol_str::SmolStr;

use super::{Ask, Here, Names, Reader, part};
use crate::{
    evaluate::Stop,
    ir::{self, Address, Expr, Stages, Value},
    plan::outline::{Check, CheckKind, Kind, Part, Rollout, Stage, Way},
};

/// How a condition is looked at.
pub(super) struct Watch<'e> {
    kind: CheckKind,
    within: Option<&'e Expr>,
    every: Option<&'e Expr>,
    tolerate: Option<&'e Expr>,
}

impl<'e> Watch<'e> {
    /// `require`
    pub(super) fn once() -> Watch<'e> {
        Watch { kind: CheckKind::Require, within: None, every: None, tolerate: None }
    }

    /// `verify`, perhaps for some time, looking again so often
    pub(super) fn verify(within: Option<&'e (Expr, Expr)>) -> Watch<'e> {
        let (within, every) = within.map(|(within, every)| (within, every)).unzip();
        Watch { kind: CheckKind::Verify, within, every, tolerate: None }
    }

    /// `wait until`
    pub(super) fn until(every: &'e Expr) -> Watch<'e> {
        Watch { kind: CheckKind::WaitUntil, within: None, every: Some(every), tolerate: None }
    }

    /// `guard`
    pub(super) fn guard(guard: &'e ir::Guard) -> Watch<'e> {
        let until = guard.until.as_ref().map(|until| SmolStr::new(until.as_str()));
        let kind = CheckKind::Guard(until, guard.on_fail);
        Watch { kind, within: None, every: Some(&guard.every), tolerate: guard.tolerate.as_ref() }
    }
}

impl<'p> Reader<'p> {
    /// A condition that is a statement of its own.
    pub(super) fn check(
        &mut self,
        names: &Names,
        check: &'p ir::Check,
        watch: &Watch<'_>,
        address: &Address,
    ) -> (Kind, Vec<Way>) {
        // A guard is about the world as it is; what a `verify` looks at is what was done before.
        let now = match &watch.kind {
            CheckKind::Require | CheckKind::Guard(..) => self.now(names, &check.condition, address),
            CheckKind::Verify | CheckKind::WaitUntil | CheckKind::Gate(_) => None,
        };
        (Kind::Check(Check { now, ..self.condition(names, check, watch) }), Vec::new())
    }

    fn condition(&self, names: &Names, check: &ir::Check, watch: &Watch<'_>) -> Check {
        Check {
            way: watch.kind.clone(),
            text: check.text.to_string(),
            otherwise: check.otherwise.as_ref().map(|otherwise| self.known.text(names, otherwise)),
            within: watch.within.and_then(|within| self.known.duration(names, within)),
            every: watch.every.and_then(|every| self.known.duration(names, every)),
            tolerate: watch.tolerate.and_then(|tolerate| self.known.number(names, tolerate)),
            now: None,
        }
    }

    /// Whether a condition holds before anything is done, if that was asked.
    fn now(&mut self, names: &Names, condition: &'p Expr, address: &Address) -> Option<bool> {
        if self.acted {
            return None;
        }
        match self.known.look_into(names, condition) {
            Ok(value) => Some(value == Value::Bool(true)),
            Err(Stop::Needs(call)) => {
                let patience = super::Patience::default();
                self.looks.push(Ask { call: *call, address: address.clone(), patience });
                None
            }
            Err(Stop::NoAnswer { .. } | Stop::Fault(_)) => None,
        }
    }

    pub(super) fn rollout(
        &mut self,
        here: &Here<'p>,
        names: &mut Names,
        rollout: &'p ir::Rollout,
        address: &Address,
    ) -> (Kind, Vec<Way>) {
        let (way_back, covered) = self.scope_way_back(here, names, rollout.compensation.as_ref(), address);
        let here = Here { covered, ..here.clone() };
        let stages = self.stages(names, &rollout.stages);
        let before = names.clone();
        let variable = rollout.variable.map(|local| super::leaves::name_of(here.plan, local));
        if let Some(local) = rollout.variable {
            names.open(local, [SmolStr::new_static("the stage")]);
        }
        let inside = here.inside(address.with_key("*"));
        let way = self.only_way(&inside, names, rollout.block);
        let gates = rollout.gates.iter().map(|gate| self.gate(&inside, names, gate)).collect();
        *names = before;
        let depends_on = match (&stages, &rollout.stages) {
            (Some(_), _) => Vec::new(),
            (None, Stages::In(list, hold)) => {
                [list, hold].into_iter().flat_map(|expr| self.depends_on(names, expr)).collect()
            }
            (None, Stages::Listed(listed)) => {
                let exprs = listed.iter().flat_map(|(value, hold)| std::iter::once(value).chain(hold));
                exprs.flat_map(|expr| self.depends_on(names, expr)).collect()
            }
        };
        let text = self.stages_text(names, &rollout.stages);
        (Kind::Rollout(Rollout { variable, stages, depends_on, text, gates, way_back }), vec![way])
    }

    fn gate(&mut self, here: &Here<'p>, names: &Names, gate: &'p ir::Gate) -> Part {
        let id = self.number();
        let kind = CheckKind::Gate(gate.on_fail);
        let watch = Watch { kind, within: None, every: Some(&gate.every), tolerate: gate.tolerate.as_ref() };
        let check = self.condition(names, &gate.check, &watch);
        let address = here.address.child(&gate.segment);
        let mut part = part(id, address, &gate.segment, Kind::Check(check), gate.check.condition.span);
        part.words = self.known.words_of_gate(gate);
        self.words.push(part.words.clone());
        if part.name.starts_with("gate ") {
            part.name = SmolStr::default();
        }
        part
    }

    fn stages(&self, names: &Names, stages: &Stages) -> Option<Vec<Stage>> {
        match stages {
            Stages::Listed(listed) => listed
                .iter()
                .map(|(value, hold)| {
                    let hold = match hold {
                        Some(hold) => Some(self.known.duration(names, hold)?),
                        None => None,
                    };
                    Some(Stage { value: self.known.value(names, value)?.to_string(), hold })
                })
                .collect(),
            Stages::In(list, hold) => {
                let hold = self.known.duration(names, hold)?;
                match self.known.value(names, list)? {
                    Value::List(values) => {
                        let stage = |value: &Value| Stage { value: value.to_string(), hold: Some(hold) };
                        Some(values.iter().map(stage).collect())
                    }
                    _ => None,
                }
            }
        }
    }

    fn stages_text(&self, names: &Names, stages: &Stages) -> String {
        let held = |value: String, hold: Option<&Expr>| match hold {
            Some(hold) => format!("{value} for {}", self.known.argument(names, hold)),
            None => value,
        };
        match stages {
            Stages::Listed(listed) => {
                let stage = |(value, hold): &(Expr, Option<Expr>)| held(self.known.text(names, value), hold.as_ref());
                listed.iter().map(stage).collect::<Vec<_>>().join(" → ")
            }
            Stages::In(list, hold) => held(format!("each of {}", self.known.written(list)), Some(hold)),
        }
    }
}

//! How a run begins from outside: what it is given, which events begin it, and what names it.
//!
//! All of it is pure, so that whoever starts runs decides before anything is created.

use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

use super::compute::text_of;
use crate::evaluate::{Answers, Constants, Evaluator, Locals, Stop};
use crate::ir::{
    Expr, LocalId, Plan, Program, Trigger, Type, Value,
    json::{from_json, to_json},
};
use crate::source::Span;

/// What a plan needs to begin.
#[derive(Clone, Debug)]
pub struct Beginning<'p> {
    program: &'p Program,
    constants: Constants,
    plan: &'p Plan,
}

/// Something a run is given: a parameter of its plan, or the event that began it.
#[derive(Clone, Copy, Debug)]
pub struct Input<'p> {
    /// Its name, in the plan and in `Event::Started`.
    pub name: &'p SmolStr,
    /// Its type.
    pub ty: &'p Type,
    /// What it is if it is not given; it mentions only constants.
    pub default: Option<&'p Expr>,
    /// What it is called in the plan's body.
    pub local: LocalId,
}

/// Why a run can't begin so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct CannotBegin {
    /// What is wrong: lower case, no full stop.
    pub reason: SmolStr,
    /// The expression that can't be computed, if that is what is wrong.
    pub span: Option<Span>,
}

impl<'p> Beginning<'p> {
    /// Of a plan of a program.
    pub fn of(program: &'p Program, plan: &'p Plan) -> Self {
        Beginning { program, constants: Constants::new(program), plan }
    }

    /// The plan.
    pub fn plan(&self) -> &'p Plan {
        self.plan
    }

    /// All that a run is given, in the order in which it is journaled: the parameters, then the event by the name that
    /// `on Event as name` gives it.
    pub fn inputs(&self) -> Vec<Input<'p>> {
        inputs_of(self.program, self.plan)
    }

    /// Every input with its value: what is `given`, in canonical form, and else its default.
    ///
    /// # Errors
    /// A value is missing or does not fit, a name is none of the inputs, or a default can't be computed.
    pub fn complete(&self, given: &Map<String, Json>) -> Result<Map<String, Json>, CannotBegin> {
        let inputs = self.inputs();
        if let Some(unknown) = given.keys().find(|name| inputs.iter().all(|input| input.name != name.as_str())) {
            return Err(unfit(format!("`{}` has no parameter `{unknown}`", self.plan.name)));
        }
        let completed = inputs.iter().map(|input| Ok((input.name.to_string(), self.value(input, given)?)));
        completed.collect()
    }

    fn value(&self, input: &Input<'_>, given: &Map<String, Json>) -> Result<Json, CannotBegin> {
        match (given.get(input.name.as_str()), input.default) {
            (None, Some(default)) => self
                .compute(default, &Locals::new())
                .map(|value| to_json(&value))
                .map_err(|stop| stop.about(&format!("the default of `{}` can't be computed", input.name))),
            (Some(given), _) => decoded(input, given).map(|value| to_json(&value)),
            // What may be `none` need not be given.
            (None, None) => from_json(input.ty, &Json::Null).map(|value| to_json(&value)).map_err(|_| missing(input)),
        }
    }

    /// The inputs of the run that an event begins; `None` if it begins none: it is another event, or `where` does not
    /// hold of it. An event has the name that its program declares; `payload` is what it carries.
    ///
    /// # Errors
    /// What it carries does not fit, or a condition or default can't be computed.
    pub fn by_event(&self, event: &str, payload: &Json) -> Result<Option<Map<String, Json>>, CannotBegin> {
        let Some(trigger) = &self.plan.trigger else { return Ok(None) };
        let input = event_of(self.program, self.plan, trigger);
        if self.program.events[trigger.event.index()].name != event {
            return Ok(None);
        }
        let names = Locals::from_iter([(trigger.local, decoded(&input, payload)?)]);
        let holds = trigger.condition.as_ref().map_or(Ok(Value::Bool(true)), |holds| self.compute(holds, &names));
        if holds.map_err(|stop| stop.about("`where` can't be computed"))? != Value::Bool(true) {
            return Ok(None);
        }
        self.complete(&Map::from_iter([(input.name.to_string(), payload.clone())])).map(Some)
    }

    /// What `keyed` names the run that is given these inputs; `None` if the plan is not keyed. Runs of one plan with
    /// one key are one run.
    ///
    /// # Errors
    /// An input does not fit, or the key can't be computed.
    pub fn key(&self, inputs: &Map<String, Json>) -> Result<Option<SmolStr>, CannotBegin> {
        let Some(key) = &self.plan.key else { return Ok(None) };
        let key = self.compute(key, &self.locals(inputs)?);
        Ok(Some(text_of(&key.map_err(|stop| stop.about("the key of the run can't be computed"))?)))
    }

    /// The names of the plan that have a value when it begins with these inputs.
    ///
    /// # Errors
    /// An input does not fit.
    pub fn locals(&self, inputs: &Map<String, Json>) -> Result<Locals, CannotBegin> {
        let bound = self.inputs().into_iter().map(|input| {
            let given = inputs.get(input.name.as_str()).unwrap_or(&Json::Null);
            Ok((input.local, decoded(&input, given)?))
        });
        bound.collect()
    }

    fn compute(&self, expr: &Expr, names: &Locals) -> Result<Value, Stop> {
        Evaluator::new(self.program, &self.constants).evaluate(expr, names, &Answers::new())
    }
}

/// What a run of a plan is given.
pub(super) fn inputs_of<'p>(program: &'p Program, plan: &'p Plan) -> Vec<Input<'p>> {
    let params = plan.params.iter().zip(0..).map(|(param, number)| Input {
        name: &param.name,
        ty: &param.ty,
        default: param.default.as_ref(),
        local: LocalId(number),
    });
    params.chain(plan.trigger.iter().map(|trigger| event_of(program, plan, trigger))).collect()
}

fn event_of<'p>(program: &'p Program, plan: &'p Plan, trigger: &Trigger) -> Input<'p> {
    let Trigger { event, local, condition: _ } = trigger;
    let (name, event) = (&plan.locals[local.index()].name, &program.events[event.index()]);
    Input { name, ty: &event.payload, default: None, local: *local }
}

/// The value of an input.
pub(super) fn decoded(input: &Input<'_>, given: &Json) -> Result<Value, CannotBegin> {
    from_json(input.ty, given).map_err(|mismatch| unfit(format!("`{}`: {mismatch}", input.name)))
}

/// An input that has no default, is no `T?`, and is not given.
pub(super) fn missing(input: &Input<'_>) -> CannotBegin {
    unfit(format!("`{}` is missing: it is a `{}`", input.name, input.ty))
}

fn unfit(reason: String) -> CannotBegin {
    CannotBegin { reason: reason.into(), span: None }
}

impl Stop {
    fn about(&self, what: &str) -> CannotBegin {
        let (why, span) = match self {
            Stop::Fault(fault) => (fault.to_string(), Some(fault.span)),
            Stop::Needs(_) | Stop::NoAnswer { .. } => ("it looks at the world".to_owned(), None),
        };
        CannotBegin { reason: format!("{what}: {why}").into(), span }
    }
}

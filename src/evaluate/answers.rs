//! What an evaluation asked for, and what it was told.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    ir::{ProbeId, Program, Request, Type, Value, mismatch::capped, text::Nested},
    source::Span,
};

/// A call that only the world can answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Needed {
    /// A probe of the program
    Look {
        /// Which.
        probe: ProbeId,
        /// One for each parameter.
        arguments: Vec<Value>,
    },
    /// A built-in effect
    Effect {
        /// Which, with its arguments.
        request: Arc<Request>,
        /// What its output is decoded to.
        expects: Type,
        /// Where it is written.
        span: Span,
    },
}

impl Needed {
    /// Whether one answer serves both: the same call with the same arguments, wherever it is written.
    pub fn is_same_call(&self, other: &Needed) -> bool {
        match (self, other) {
            (Needed::Look { probe, arguments }, other) => other.is_look(*probe, arguments),
            (Needed::Effect { request, expects, span: _ }, other) => other.is_effect(request, expects),
        }
    }

    /// One short line for people: `healthy("orders")`, `./shop charge o-1 24.5`.
    pub fn summary(&self, program: &Program) -> String {
        match self {
            Needed::Look { probe, arguments } => {
                let name = program.probes.get(probe.index()).map_or("probe", |probe| probe.name.as_str());
                let arguments = arguments.iter().map(|argument| Nested(argument).to_string()).collect::<Vec<_>>();
                capped(&format!("{name}({})", arguments.join(", ")))
            }
            Needed::Effect { request, .. } => request.summary(),
        }
    }

    fn is_look(&self, wanted: ProbeId, with: &[Value]) -> bool {
        matches!(self, Needed::Look { probe, arguments } if *probe == wanted && arguments == with)
    }

    fn is_effect(&self, wanted: &Request, decoded_to: &Type) -> bool {
        matches!(self, Needed::Effect { request, expects, .. } if **request == *wanted && expects == decoded_to)
    }
}

/// What is known: calls in the order they were answered, each with its decoded value, or why there is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answers(Vec<(Needed, Result<Value, String>)>);

impl Answers {
    /// Nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the answer to a call, in place of the one it had.
    pub fn add(&mut self, call: Needed, answer: Result<Value, String>) {
        match self.0.iter_mut().find(|(known, _)| known.is_same_call(&call)) {
            Some((_, known)) => *known = answer,
            None => self.0.push((call, answer)),
        }
    }

    /// The calls and their answers, in the order they were first answered.
    pub fn iter(&self) -> impl Iterator<Item = (&Needed, Result<&Value, &str>)> {
        self.0.iter().map(|(call, answer)| (call, answer.as_ref().map_err(String::as_str)))
    }

    pub(super) fn look(&self, probe: ProbeId, arguments: &[Value]) -> Option<&(Needed, Result<Value, String>)> {
        self.0.iter().find(|(call, _)| call.is_look(probe, arguments))
    }

    pub(super) fn effect(&self, request: &Request, expects: &Type) -> Option<&(Needed, Result<Value, String>)> {
        self.0.iter().find(|(call, _)| call.is_effect(request, expects))
    }
}

//! What is known of a plan's names before it runs, and the texts that are made of it.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::{
    evaluate::{Answers, Constants, Evaluator, FaultKind, Scope, Stop},
    ir::{Action, EffectCall, Expr, ExprKind, LocalId, Operation, Program, Risk, TextPart, Value, text::Nested},
    source::{Sources, Span},
};

/// How long an argument may be that is shown in place of its expression.
const SHORT: usize = 48;

/// The names of one plan, as far as they are known.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    values: BTreeMap<LocalId, Value>,
    /// What it depends on that a name has no value yet.
    open: BTreeMap<LocalId, BTreeSet<SmolStr>>,
}

impl Scope for Names {
    fn local(&self, id: LocalId) -> Option<Value> {
        self.values.get(&id).cloned()
    }
}

impl Names {
    pub(super) fn know(&mut self, local: LocalId, value: Value) {
        self.open.remove(&local);
        self.values.insert(local, value);
    }

    /// The value of a name depends on what is not known yet.
    pub(super) fn open(&mut self, local: LocalId, because: impl IntoIterator<Item = SmolStr>) {
        self.values.remove(&local);
        self.open.insert(local, because.into_iter().collect());
    }

    pub(super) fn is_known(&self, local: LocalId) -> bool {
        self.values.contains_key(&local)
    }

    /// Takes over what is known at another place, too.
    pub(super) fn join(&mut self, other: Names) {
        self.values.extend(other.values);
        let values = &self.values;
        self.open.extend(other.open.into_iter().filter(|(local, _)| !values.contains_key(local)));
    }

    /// What was bound since `before` may not have been bound at all.
    pub(super) fn doubt(&mut self, before: &Names, because: &[SmolStr]) {
        let new = |local: &LocalId| !before.values.contains_key(local);
        let doubtful: Vec<LocalId> = self.values.keys().copied().filter(new).collect();
        doubtful.into_iter().for_each(|local| self.open(local, because.iter().cloned()));
    }
}

/// Reads expressions of a program with what is known.
#[derive(Clone, Copy)]
pub(super) struct Known<'p> {
    pub(super) program: &'p Program,
    pub(super) sources: &'p Sources,
    pub(super) constants: &'p Constants,
    pub(super) answers: &'p Answers,
}

impl<'p> Known<'p> {
    pub(super) fn look_into(&self, names: &dyn Scope, expr: &Expr) -> Result<Value, Stop> {
        Evaluator::new(self.program, self.constants).evaluate(expr, names, self.answers)
    }

    /// The value of an expression that is known.
    pub(super) fn value(&self, names: &dyn Scope, expr: &Expr) -> Option<Value> {
        self.look_into(names, expr).ok()
    }

    /// Why an expression can't be computed, though everything it needs is known.
    pub(super) fn fault(&self, names: &Names, expr: &Expr) -> Option<String> {
        match self.look_into(names, expr) {
            Err(Stop::Fault(fault)) => match fault.kind {
                // A name without a value: that is not known, not wrong.
                FaultKind::Unchecked(_) => None,
                FaultKind::Overflow(_)
                | FaultKind::DivisionByZero
                | FaultKind::BadIndex { .. }
                | FaultKind::MissingKey(_)
                | FaultKind::Mismatch(_)
                | FaultKind::TextTooLong
                | FaultKind::TooManyItems
                | FaultKind::Argument(_)
                | FaultKind::TooDeep
                | FaultKind::TooLong => Some(fault.to_string()),
            },
            Err(Stop::Needs(_) | Stop::NoAnswer { .. }) | Ok(_) => None,
        }
    }

    /// Nanoseconds, if they are known.
    pub(super) fn duration(&self, names: &Names, expr: &Expr) -> Option<i64> {
        if let Value::Duration(length) = self.value(names, expr)? { Some(length.max(0)) } else { None }
    }

    /// A number, if it is known.
    pub(super) fn number(&self, names: &Names, expr: &Expr) -> Option<i64> {
        if let Value::Int(number) = self.value(names, expr)? { Some(number) } else { None }
    }

    pub(super) fn risk(&self, names: &Names, expr: Option<&Expr>) -> Option<Risk> {
        if let Value::Risk(risk) = self.value(names, expr?)? { Some(risk) } else { None }
    }

    /// The text of an expression for people: what is known is put in, the rest stands as it is written.
    pub(super) fn text(&self, names: &Names, expr: &Expr) -> String {
        match (&expr.kind, self.value(names, expr)) {
            (_, Some(value)) => value.to_string(),
            (ExprKind::Text(parts), None) => parts.iter().map(|part| self.text_part(names, part)).collect(),
            (_, None) => self.written(expr),
        }
    }

    fn text_part(&self, names: &Names, part: &TextPart) -> String {
        match part {
            TextPart::Text(text) => text.to_string(),
            TextPart::Value(expr) => match self.value(names, expr) {
                Some(value) => value.to_string(),
                None => format!("{{{}}}", self.written(expr)),
            },
        }
    }

    /// An expression as it is written, in one line.
    pub(super) fn written(&self, expr: &Expr) -> String {
        one_line(self.sources.text(expr.span))
    }

    /// An argument: its value, if that is short and known, and else as it is written.
    pub(super) fn argument(&self, names: &dyn Scope, expr: &Expr) -> String {
        let shown = self.value(names, expr).filter(is_plain).map(|value| Nested(&value).to_string());
        shown.filter(|text| text.len() <= SHORT).unwrap_or_else(|| self.written(expr))
    }

    /// What a call would be with what is known.
    pub(super) fn call(&self, names: &Names, operation: &Operation) -> String {
        match operation {
            Operation::Action(action, arguments) => {
                let action = &self.program.actions[action.index()];
                let shown = self.given(action, arguments).map(|argument| self.argument(names, argument));
                format!("{}({})", action.name, shown.collect::<Vec<_>>().join(", "))
            }
            Operation::Effect(call) => self.effect(call),
        }
    }

    pub(super) fn effect(&self, call: &EffectCall) -> String {
        one_line(self.sources.text(call.span))
    }

    /// The arguments of a call but those that are the defaults of its action.
    fn given<'e>(&self, action: &Action, arguments: &'e [Expr]) -> impl Iterator<Item = &'e Expr> {
        let declared = action.span;
        let is_default = move |argument: &Expr| {
            argument.span.file == declared.file
                && argument.span.start >= declared.start
                && argument.span.end <= declared.end
        };
        let defaults = arguments.iter().rev().take_while(|argument| is_default(argument)).count();
        arguments.iter().take(arguments.len() - defaults)
    }

    /// The call that undoes what `action` did, with the arguments that its own call has.
    pub(super) fn inherited(&self, names: &Names, arguments: &[Expr], undo: &Operation) -> String {
        let given: Names = {
            let mut given = Names::default();
            for (number, argument) in arguments.iter().enumerate() {
                if let Some(value) = self.value(names, argument) {
                    given.know(LocalId(number as u32), value);
                }
            }
            given
        };
        match undo {
            Operation::Action(action, parts) => {
                let action = &self.program.actions[action.index()];
                let shown = self.given(action, parts).map(|part| match &part.kind {
                    ExprKind::Local(local) if local.index() < arguments.len() && !given.is_known(*local) => {
                        self.written(&arguments[local.index()])
                    }
                    _ => self.argument(&given, part),
                });
                format!("{}({})", action.name, shown.collect::<Vec<_>>().join(", "))
            }
            Operation::Effect(call) => {
                let request = Evaluator::new(self.program, self.constants).request(call, &given, self.answers);
                request.map_or_else(|_| self.with_arguments(call, names, arguments), |request| request.summary())
            }
        }
    }

    /// An effect as it is written in an action, with what the action is given in place of its parameters.
    fn with_arguments(&self, call: &EffectCall, names: &Names, arguments: &[Expr]) -> String {
        let mut places: Vec<(Span, String)> = Vec::new();
        let mut left = call.parts();
        while let Some(expr) = left.pop() {
            if let ExprKind::Local(local) = &expr.kind
                && let Some(argument) = arguments.get(local.index())
            {
                places.push((expr.span, self.argument(names, argument)));
            }
            expr.each_part(|part| left.push(part));
        }
        places.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
        let mut text = self.sources.text(call.span).to_owned();
        for (span, argument) in places {
            let inside = span.start.checked_sub(call.span.start).zip(span.end.checked_sub(call.span.start));
            if let Some((from, to)) = inside
                && text.get(from as usize..to as usize).is_some()
            {
                text.replace_range(from as usize..to as usize, &argument);
            }
        }
        one_line(&text)
    }

    /// What it depends on that an expression has no value yet: the names of probes, steps and inputs, or calls.
    pub(super) fn depends_on(&self, names: &Names, expr: &Expr) -> Vec<SmolStr> {
        let mut found = BTreeSet::new();
        let mut left = vec![expr];
        while let Some(expr) = left.pop() {
            match &expr.kind {
                ExprKind::Local(local) => found.extend(names.open.get(local).into_iter().flatten().cloned()),
                ExprKind::Look(probe, _) if self.value(names, expr).is_none() => {
                    found.insert(SmolStr::from(format!("{}()", self.program.probes[probe.index()].name)));
                }
                _ => {}
            }
            expr.each_part(|part| left.push(part));
        }
        found.into_iter().collect()
    }
}

/// A value that reads well in a call.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Decimal(_)
        | Value::Text(_)
        | Value::Percent(_)
        | Value::Duration(_)
        | Value::Size(_)
        | Value::Risk(_)
        | Value::Variant(..) => true,
        Value::List(items) => items.iter().all(is_plain),
        Value::Record(_) | Value::Json(_) | Value::Secret(_) => false,
    }
}

/// A text of a program without comments and line ends, and without the blanks around them.
pub(super) fn one_line(text: &str) -> String {
    text.lines().map(without_comment).flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// A line up to a comment; two slashes in quotes begin none.
fn without_comment(line: &str) -> &str {
    let begins = |(at, _): &(usize, &str)| line[..*at].matches('"').count().is_multiple_of(2);
    line.match_indices("//").find(begins).map_or(line, |(at, _)| &line[..at])
}

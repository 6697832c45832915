//! The one recursion over expressions.

use std::cell::Cell;

use std::fmt::{self, Write};
use std::sync::Arc;

use indexmap::IndexMap;
use smol_str::SmolStr;

use super::{
    Answers, Fault, FaultKind, Needed, Scope, Stop,
    bounded::BoundedText,
    locals::{Frame, Inner},
    operations,
    pattern::matched,
};
use crate::{
    ir::{
        BinaryOp, Body, ConstantId, EffectCall, Expr, ExprKind, FunctionId, LocalId, Pattern, ProbeId, Program,
        RecordPart, TextPart, Type, UnaryOp, Value,
        json::{from_json, to_json},
    },
    source::Span,
};

/// One evaluation: what stays the same through all of its recursion.
pub(super) struct Evaluation<'e> {
    pub(super) program: &'e Program,
    pub(super) constants: &'e [Result<Value, Fault>],
    pub(super) answers: &'e Answers,
    /// How many expressions were evaluated so far.
    pub(super) spent: Cell<u64>,
}

/// Where an expression stands: its names, and how many expressions and calls are around it.
#[derive(Clone, Copy)]
pub(super) struct Context<'c> {
    scope: &'c dyn Scope,
    depth: u32,
}

impl<'c> Context<'c> {
    /// Outside of all others.
    pub(super) fn outermost(scope: &'c dyn Scope) -> Self {
        Context { scope, depth: 0 }
    }

    /// The names that are known here.
    pub(super) fn scope(self) -> &'c dyn Scope {
        self.scope
    }

    /// The same place with other names.
    pub(super) fn within<'s>(self, scope: &'s dyn Scope) -> Context<'s> {
        Context { scope, depth: self.depth }
    }
}

impl Evaluation<'_> {
    /// The value of an expression.
    ///
    /// Each arm is a call, so that a level of the recursion takes little of the stack.
    pub(super) fn value(&self, expr: &Expr, around: Context<'_>) -> Result<Value, Stop> {
        let span = expr.span;
        if around.depth >= FaultKind::MAX_DEPTH {
            return Err(Stop::at(span, FaultKind::TooDeep));
        }
        self.spend(1, span)?;
        let inside = Context { depth: around.depth + 1, ..around };
        match &expr.kind {
            ExprKind::Literal(value) => Ok(value.clone()),
            ExprKind::Local(id) => local(*id, span, inside.scope),
            ExprKind::Constant(constant) => self.constant(*constant, span),
            ExprKind::List(items) => self.list(items, inside),
            ExprKind::Record(fields) => self.record(fields, inside),
            ExprKind::Variant(name, payload) => self.variant(name, payload, inside),
            ExprKind::Text(parts) => self.text(parts, span, inside),
            ExprKind::Field(base, name) => self.field(base, name, span, inside),
            ExprKind::Index(base, index) => self.index(base, index, span, inside),
            ExprKind::Unary(op, operand) => self.unary(*op, operand, span, inside),
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, span, inside),
            ExprKind::And(left, right) => self.either(left, Some(right), None, inside),
            ExprKind::Or(left, right) => self.either(left, None, Some(right), inside),
            ExprKind::Is(operand, pattern) => self.is(operand, pattern, inside),
            ExprKind::Match(value, arms) => self.match_of(value, arms, span, inside),
            ExprKind::If(condition, then, otherwise) => self.either(condition, Some(then), Some(otherwise), inside),
            ExprKind::Call(function, arguments) => self.call(*function, arguments, span, inside),
            ExprKind::Widen(operand) => self.widen(operand, span, inside),
            ExprKind::Decode(operand) => self.decode(expr, operand, inside),
            ExprKind::Encode(operand) => self.encode(operand, inside),
            ExprKind::Look(probe, arguments) => self.look(*probe, arguments, inside),
            ExprKind::Secret(secret) => self.secret(secret, inside),
            ExprKind::Effect(call) => self.effect(call, inside),
            ExprKind::Library(member, arguments) => self.library(*member, arguments, expr, inside),
            ExprKind::Update(parts) => self.update(parts, inside),
        }
    }

    /// Counts so many expressions, or as much work.
    pub(super) fn spend(&self, work: u64, span: Span) -> Result<(), Stop> {
        self.spent.set(self.spent.get().saturating_add(work));
        if self.spent.get() > FaultKind::MAX_EXPRESSIONS {
            return Err(Stop::at(span, FaultKind::TooLong));
        }
        Ok(())
    }

    /// What a body gives; `frame` holds the names it begins with.
    pub(super) fn body(&self, body: &Body, mut frame: Frame<'_>, depth: u32) -> Result<Value, Stop> {
        for (local, expr) in &body.bindings {
            let value = self.value(expr, Context { scope: &frame, depth })?;
            frame.bind(*local, value);
        }
        self.value(&body.result, Context { scope: &frame, depth })
    }

    fn constant(&self, constant: ConstantId, span: Span) -> Result<Value, Stop> {
        match self.constants.get(constant.index()) {
            Some(Ok(value)) => Ok(value.clone()),
            Some(Err(fault)) => Err(Stop::Fault(fault.clone())),
            None => Err(Stop::at(span, FaultKind::Unchecked("a constant before its declaration"))),
        }
    }

    fn values(&self, exprs: &[Expr], inside: Context<'_>) -> Result<Vec<Value>, Stop> {
        exprs.iter().map(|expr| self.value(expr, inside)).collect()
    }

    fn fields(&self, fields: &[(SmolStr, Expr)], inside: Context<'_>) -> Result<IndexMap<SmolStr, Value>, Stop> {
        fields.iter().map(|(name, expr)| Ok((name.clone(), self.value(expr, inside)?))).collect()
    }

    fn list(&self, items: &[Expr], inside: Context<'_>) -> Result<Value, Stop> {
        self.values(items, inside).map(Value::list)
    }

    fn record(&self, fields: &[(SmolStr, Expr)], inside: Context<'_>) -> Result<Value, Stop> {
        self.fields(fields, inside).map(Value::record)
    }

    fn update(&self, parts: &[RecordPart], inside: Context<'_>) -> Result<Value, Stop> {
        let mut fields = IndexMap::new();
        for part in parts {
            match part {
                RecordPart::Field(name, value) => {
                    fields.insert(name.clone(), self.value(value, inside)?);
                }
                RecordPart::Spread(base) => match self.value(base, inside)? {
                    Value::Record(more) => {
                        self.spend(more.len() as u64, base.span)?;
                        fields.extend(more.iter().map(|(name, value)| (name.clone(), value.clone())));
                    }
                    _ => return Err(Stop::at(base.span, FaultKind::Unchecked("`...` of a value without fields"))),
                },
            }
        }
        Ok(Value::record(fields))
    }

    fn variant(&self, name: &SmolStr, payload: &[(SmolStr, Expr)], inside: Context<'_>) -> Result<Value, Stop> {
        let payload = self.fields(payload, inside)?;
        Ok(Value::Variant(name.clone(), Arc::new(payload)))
    }

    fn text(&self, parts: &[TextPart], span: Span, inside: Context<'_>) -> Result<Value, Stop> {
        let mut text = BoundedText::default();
        for part in parts {
            let written = match part {
                TextPart::Text(part) => text.write_str(part),
                TextPart::Value(expr) => match self.value(expr, inside)? {
                    Value::Text(part) => text.write_str(&part),
                    value => write!(text, "{value}"),
                },
            };
            written.map_err(|fmt::Error| Stop::at(span, FaultKind::TextTooLong))?;
        }
        Ok(Value::text(text.into_string()))
    }

    fn field(&self, base: &Expr, name: &SmolStr, span: Span, inside: Context<'_>) -> Result<Value, Stop> {
        let base = self.value(base, inside)?;
        field(&base, name).map_err(|kind| Stop::at(span, kind))
    }

    fn index(&self, base: &Expr, index: &Expr, span: Span, inside: Context<'_>) -> Result<Value, Stop> {
        let base = self.value(base, inside)?;
        let index = self.value(index, inside)?;
        item(&base, &index).map_err(|kind| Stop::at(span, kind))
    }

    fn unary(&self, op: UnaryOp, operand: &Expr, span: Span, inside: Context<'_>) -> Result<Value, Stop> {
        let operand = self.value(operand, inside)?;
        operations::unary(op, &operand).map_err(|kind| Stop::at(span, kind))
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr, span: Span, inside: Context<'_>) -> Result<Value, Stop> {
        let left = self.value(left, inside)?;
        let right = self.value(right, inside)?;
        operations::binary(op, &left, &right).map_err(|kind| Stop::at(span, kind))
    }

    /// One of two ways by a condition; where a way is `None`, the condition itself is the value.
    fn either(
        &self,
        condition: &Expr,
        then: Option<&Expr>,
        otherwise: Option<&Expr>,
        inside: Context<'_>,
    ) -> Result<Value, Stop> {
        let Value::Bool(holds) = self.value(condition, inside)? else {
            return Err(Stop::at(condition.span, FaultKind::Unchecked("a condition that is no `Bool`")));
        };
        match if holds { then } else { otherwise } {
            Some(way) => self.value(way, inside),
            None => Ok(Value::Bool(holds)),
        }
    }

    fn is(&self, operand: &Expr, pattern: &Pattern, inside: Context<'_>) -> Result<Value, Stop> {
        let value = self.value(operand, inside)?;
        Ok(Value::Bool(matched(pattern, &value).is_some()))
    }

    fn match_of(&self, value: &Expr, arms: &[(Pattern, Expr)], span: Span, inside: Context<'_>) -> Result<Value, Stop> {
        let value = self.value(value, inside)?;
        for (pattern, way) in arms {
            if let Some(bound) = matched(pattern, &value) {
                let scope = Inner::new(inside.scope, bound);
                return self.value(way, inside.within(&scope));
            }
        }
        Err(Stop::at(span, FaultKind::Unchecked("a `match` without an arm for its value")))
    }

    fn widen(&self, operand: &Expr, span: Span, inside: Context<'_>) -> Result<Value, Stop> {
        let operand = self.value(operand, inside)?;
        widen(operand).map_err(|kind| Stop::at(span, kind))
    }

    fn decode(&self, whole: &Expr, operand: &Expr, inside: Context<'_>) -> Result<Value, Stop> {
        let operand = self.value(operand, inside)?;
        decode(&whole.ty, &operand).map_err(|kind| Stop::at(whole.span, kind))
    }

    fn encode(&self, operand: &Expr, inside: Context<'_>) -> Result<Value, Stop> {
        match self.value(operand, inside)? {
            kept @ (Value::Json(_) | Value::None) => Ok(kept),
            value => Ok(Value::Json(Arc::new(to_json(&value)))),
        }
    }

    fn call(&self, id: FunctionId, arguments: &[Expr], span: Span, inside: Context<'_>) -> Result<Value, Stop> {
        let Some(function) = self.program.functions.get(id.index()) else {
            return Err(Stop::at(span, FaultKind::Unchecked("a call of no function")));
        };
        let arguments = self.values(arguments, inside)?;
        self.body(&function.body, Frame::new(&arguments, &[]), inside.depth)
    }

    fn look(&self, probe: ProbeId, arguments: &[Expr], inside: Context<'_>) -> Result<Value, Stop> {
        let arguments = self.values(arguments, inside)?;
        match self.answers.look(probe, &arguments) {
            Some((call, answer)) => answered(call, answer),
            None => Err(Stop::Needs(Box::new(Needed::Look { probe, arguments }))),
        }
    }

    fn effect(&self, call: &EffectCall, inside: Context<'_>) -> Result<Value, Stop> {
        let request = self.request(call, inside)?;
        match self.answers.effect(&request, &call.expects) {
            Some((call, answer)) => answered(call, answer),
            None => {
                let (request, expects, span) = (Arc::new(request), call.expects.clone(), call.span);
                Err(Stop::Needs(Box::new(Needed::Effect { request, expects, span })))
            }
        }
    }
}

fn local(id: LocalId, span: Span, scope: &dyn Scope) -> Result<Value, Stop> {
    scope.local(id).ok_or_else(|| Stop::at(span, FaultKind::Unchecked("a name that has no value yet")))
}

fn answered(call: &Needed, answer: &Result<Value, String>) -> Result<Value, Stop> {
    match answer {
        Ok(value) => Ok(value.clone()),
        Err(message) => Err(Stop::NoAnswer { call: Box::new(call.clone()), message: message.clone() }),
    }
}

fn field(base: &Value, name: &SmolStr) -> Result<Value, FaultKind> {
    let (Value::Record(fields) | Value::Variant(_, fields)) = base else {
        return Err(FaultKind::Unchecked("a field of a value without fields"));
    };
    fields.get(name).cloned().ok_or(FaultKind::Unchecked("a field that the value does not have"))
}

fn item(base: &Value, index: &Value) -> Result<Value, FaultKind> {
    match (base, index) {
        (Value::List(items), Value::Int(index)) => {
            let item = usize::try_from(*index).ok().and_then(|index| items.get(index));
            item.cloned().ok_or(FaultKind::BadIndex { index: *index, length: items.len() })
        }
        (Value::Record(entries), Value::Text(key)) => {
            entries.get(key).cloned().ok_or_else(|| FaultKind::MissingKey(key.clone()))
        }
        _ => Err(FaultKind::Unchecked("an index into a value without items")),
    }
}

/// `none` stays `none`, so that an `Int?` widens too.
fn widen(value: Value) -> Result<Value, FaultKind> {
    match value {
        Value::Int(value) => Ok(Value::Decimal(value.into())),
        Value::None => Ok(Value::None),
        _ => Err(FaultKind::Unchecked("a `Decimal` made of no `Int`")),
    }
}

fn decode(ty: &Type, value: &Value) -> Result<Value, FaultKind> {
    let decoded = match value {
        Value::Json(json) => from_json(ty, json),
        Value::None => from_json(ty, &serde_json::Value::Null),
        _ => return Err(FaultKind::Unchecked("a value decoded that is no `Json`")),
    };
    decoded.map_err(|mismatch| FaultKind::Mismatch(Box::new(mismatch)))
}

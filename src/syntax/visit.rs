//! The one walk over the tree. A visitor is told of each part before what is in it.
//!
//! Everything is destructured without `..`, so that a new field or variant does not compile until it has its place
//! here.

use super::ast::*;

/// What is told of the parts of a tree, from the outside in and in the order written.
pub trait Visitor {
    /// An expression, also one within another.
    fn expr(&mut self, _expr: &Expr) {}
    /// A type, also one within another.
    fn ty(&mut self, _ty: &Type) {}
    /// A pattern, also one within another.
    fn pattern(&mut self, _pattern: &Pattern) {}
    /// A statement of a plan or of a body.
    fn statement(&mut self, _statement: &Statement) {}
    /// A block of statements.
    fn block(&mut self, _block: &Block) {}
}

/// Walks a file.
pub fn file(visitor: &mut impl Visitor, File { docs: _, items }: &File) {
    items.iter().for_each(|each| item(visitor, each));
}

/// Walks a declaration.
pub fn item(visitor: &mut impl Visitor, Item { docs: _, kind, span: _ }: &Item) {
    match kind {
        ItemKind::Uses(capabilities) => {
            for Capability { name: _, arguments, span: _ } in capabilities {
                arguments.iter().for_each(|text| template(visitor, text));
            }
        }
        ItemKind::Import(Import { source, alias: _, names: _ }) => match source {
            ImportSource::Path(path) => template(visitor, path),
            ImportSource::Module(_) => {}
        },
        ItemKind::Type(TypeDeclaration { name: _, body }) => match body {
            TypeBody::Alias(alias) => ty(visitor, alias),
            TypeBody::Variants(variants) => {
                variants.iter().for_each(|Variant { name: _, fields }| field_types(visitor, fields));
            }
        },
        ItemKind::Const(Const { name: _, ty: annotation, value }) => {
            annotation.iter().for_each(|annotation| ty(visitor, annotation));
            expr(visitor, value);
        }
        ItemKind::Event(Event { name: _, payload }) => ty(visitor, payload),
        ItemKind::Function(Function { name: _, params: taken, result, body: given }) => {
            params(visitor, taken);
            ty(visitor, result);
            body(visitor, given);
        }
        ItemKind::Probe(Probe { name: _, params: taken, result, body: given, modifiers: clauses }) => {
            params(visitor, taken);
            ty(visitor, result);
            given.iter().for_each(|given| body(visitor, given));
            modifiers(visitor, clauses);
        }
        ItemKind::Action(Action {
            name: _,
            params: taken,
            result,
            body: given,
            modifiers: clauses,
            compensation: undo,
        }) => {
            params(visitor, taken);
            result.iter().for_each(|result| ty(visitor, result));
            given.iter().for_each(|given| body(visitor, given));
            modifiers(visitor, clauses);
            compensation(visitor, undo.as_deref());
        }
        ItemKind::Plan(Plan { name: _, params: taken, result, modifiers: clauses, body }) => {
            params(visitor, taken);
            result.iter().for_each(|result| ty(visitor, result));
            modifiers(visitor, clauses);
            block(visitor, body);
        }
        ItemKind::Test(Test { name, statements }) => {
            template(visitor, name);
            statements.iter().for_each(|statement| test_statement(visitor, statement));
        }
        ItemKind::Error => {}
    }
}

fn params(visitor: &mut impl Visitor, params: &[Param]) {
    for Param { word: _, name: _, ty: taken, default } in params {
        ty(visitor, taken);
        default.iter().for_each(|default| expr(visitor, default));
    }
}

fn body(visitor: &mut impl Visitor, body: &Body) {
    match body {
        Body::Expr(value) => expr(visitor, value),
        Body::Block { statements, result } => {
            statements.iter().for_each(|each| statement(visitor, each));
            expr(visitor, result);
        }
    }
}

/// Walks a type.
pub fn ty(visitor: &mut impl Visitor, whole: &Type) {
    visitor.ty(whole);
    let Type { kind, span: _ } = whole;
    match kind {
        TypeKind::Named { module: _, name: _, arguments } => {
            arguments.iter().for_each(|argument| ty(visitor, argument));
        }
        TypeKind::Record(fields) => field_types(visitor, fields),
        TypeKind::Optional(inner) => ty(visitor, inner),
        TypeKind::Error => {}
    }
}

fn field_types(visitor: &mut impl Visitor, fields: &[FieldType]) {
    fields.iter().for_each(|FieldType { name: _, ty: field }| ty(visitor, field));
}

/// Walks a block.
pub fn block(visitor: &mut impl Visitor, whole: &Block) {
    visitor.block(whole);
    let Block { statements, span: _ } = whole;
    statements.iter().for_each(|each| statement(visitor, each));
}

/// Walks a statement.
pub fn statement(visitor: &mut impl Visitor, whole: &Statement) {
    visitor.statement(whole);
    let Statement { kind, span: _ } = whole;
    match kind {
        StatementKind::Goal(text) | StatementKind::Fail(text) => template(visitor, text),
        StatementKind::Let { name: _, ty: annotation, value } => {
            annotation.iter().for_each(|annotation| ty(visitor, annotation));
            expr(visitor, value);
        }
        StatementKind::Probe { name: _, ty: annotation, call, modifiers: clauses } => {
            annotation.iter().for_each(|annotation| ty(visitor, annotation));
            expr(visitor, call);
            modifiers(visitor, clauses);
        }
        StatementKind::Step(whole) => step(visitor, whole),
        StatementKind::Task { name: _, ty: annotation, text, by, modifiers: clauses, compensation: undo } => {
            annotation.iter().for_each(|annotation| ty(visitor, annotation));
            template(visitor, text);
            template(visitor, by);
            modifiers(visitor, clauses);
            compensation(visitor, undo.as_deref());
        }
        StatementKind::Phase { name: _, title, modifiers: clauses, body, compensation: undo } => {
            title.iter().for_each(|title| template(visitor, title));
            modifiers(visitor, clauses);
            block(visitor, body);
            compensation(visitor, undo.as_deref());
        }
        StatementKind::When { branches, otherwise } => {
            for (condition, body) in branches {
                expr(visitor, condition);
                block(visitor, body);
            }
            otherwise.iter().for_each(|otherwise| block(visitor, otherwise));
        }
        StatementKind::WhenMatch { value, arms } => {
            expr(visitor, value);
            for (matched, body) in arms {
                pattern(visitor, matched);
                block(visitor, body);
            }
        }
        StatementKind::Decide { name: _, question, by, modifiers: clauses, options } => {
            template(visitor, question);
            by.iter().for_each(|by| template(visitor, by));
            modifiers(visitor, clauses);
            options.iter().for_each(|option| choice(visitor, option));
        }
        StatementKind::Parallel { limit, branches } => {
            limit.iter().for_each(|limit| expr(visitor, limit));
            for Branch { name: _, title, modifiers: clauses, body, span: _ } in branches {
                title.iter().for_each(|title| template(visitor, title));
                modifiers(visitor, clauses);
                block(visitor, body);
            }
        }
        StatementKind::For { name: _, list, modifiers: clauses, body, compensation: undo } => {
            expr(visitor, list);
            modifiers(visitor, clauses);
            block(visitor, body);
            compensation(visitor, undo.as_deref());
        }
        StatementKind::Rollout { binding, stages: held, body, compensation: undo } => {
            if let Some(RolloutBinding { name: _, title, variable: _ }) = binding.as_deref() {
                title.iter().for_each(|title| template(visitor, title));
            }
            stages(visitor, held);
            block(visitor, body);
            compensation(visitor, undo.as_deref());
        }
        StatementKind::Gate(whole) | StatementKind::Guard(whole) => watch(visitor, whole),
        StatementKind::Require { label: _, condition, otherwise } => {
            expr(visitor, condition);
            otherwise.iter().for_each(|text| template(visitor, text));
        }
        StatementKind::Verify { label: _, condition, within, otherwise } => {
            expr(visitor, condition);
            if let Some((within, every)) = within.as_deref() {
                expr(visitor, within);
                expr(visitor, every);
            }
            otherwise.iter().for_each(|text| template(visitor, text));
        }
        StatementKind::On { event: EventName { module: _, name: _ }, alias: _, condition, body } => {
            condition.iter().for_each(|condition| expr(visitor, condition));
            block(visitor, body);
        }
        StatementKind::Wait { label: _, kind } => wait(visitor, kind),
        StatementKind::Approve { name: _, question, by, modifiers: clauses } => {
            template(visitor, question);
            template(visitor, by);
            modifiers(visitor, clauses);
        }
        StatementKind::Emit { event: EventName { module: _, name: _ }, payload } => {
            payload.iter().for_each(|payload| expr(visitor, payload));
        }
        StatementKind::Attempt { name: _, body, alias: _, otherwise } => {
            block(visitor, body);
            block(visitor, otherwise);
        }
        StatementKind::Commit { name: _, text } => template(visitor, text),
        StatementKind::Run { name: _, ty: annotation, call, modifiers: clauses, compensation: undo } => {
            annotation.iter().for_each(|annotation| ty(visitor, annotation));
            expr(visitor, call);
            modifiers(visitor, clauses);
            compensation(visitor, undo.as_deref());
        }
        StatementKind::AfterEach { alias: _, body } => block(visitor, body),
        StatementKind::Return(value) => value.iter().for_each(|value| expr(visitor, value)),
        StatementKind::Unwind | StatementKind::Error => {}
    }
}

fn step(visitor: &mut impl Visitor, whole: &Step) {
    let Step { name: _, title, ty: annotation, body, modifiers: clauses, compensation: undo } = whole;
    title.iter().for_each(|title| template(visitor, title));
    annotation.iter().for_each(|annotation| ty(visitor, annotation));
    match body {
        StepBody::Call(call) => {
            expr(visitor, call);
            modifiers(visitor, clauses);
        }
        StepBody::Block(body) => {
            modifiers(visitor, clauses);
            block(visitor, body);
        }
    }
    compensation(visitor, undo.as_deref());
}

fn choice(visitor: &mut impl Visitor, whole: &Choice) {
    let Choice { name: _, title, condition, modifiers: clauses, body, span: _ } = whole;
    title.iter().for_each(|title| template(visitor, title));
    match condition {
        ChoiceCondition::When(condition) => expr(visitor, condition),
        ChoiceCondition::Open | ChoiceCondition::Otherwise(_) => {}
    }
    modifiers(visitor, clauses);
    block(visitor, body);
}

fn stages(visitor: &mut impl Visitor, stages: &Stages) {
    match stages {
        Stages::Listed(stages) => {
            for Stage { value, hold } in stages {
                expr(visitor, value);
                hold.iter().for_each(|hold| expr(visitor, hold));
            }
        }
        Stages::In { list, hold } => {
            expr(visitor, list);
            expr(visitor, hold);
        }
    }
}

fn watch(visitor: &mut impl Visitor, whole: &Watch) {
    let Watch { label: _, condition, every, modifiers: clauses, otherwise } = whole;
    expr(visitor, condition);
    expr(visitor, every);
    modifiers(visitor, clauses);
    otherwise.iter().for_each(|text| template(visitor, text));
}

fn wait(visitor: &mut impl Visitor, kind: &WaitKind) {
    match kind {
        WaitKind::Duration(duration) => expr(visitor, duration),
        WaitKind::Until { condition, every, modifiers: clauses } => {
            expr(visitor, condition);
            expr(visitor, every);
            modifiers(visitor, clauses);
        }
        WaitKind::Event { event: EventName { module: _, name: _ }, alias: _, condition, modifiers: clauses } => {
            condition.iter().for_each(|condition| expr(visitor, condition));
            modifiers(visitor, clauses);
        }
    }
}

fn modifiers(visitor: &mut impl Visitor, modifiers: &[Modifier]) {
    for Modifier { kind, span: _ } in modifiers {
        match kind {
            ModifierKind::Retry { count, backoff } => {
                expr(visitor, count);
                if let Some((first, longest)) = backoff.as_deref() {
                    expr(visitor, first);
                    longest.iter().for_each(|longest| expr(visitor, longest));
                }
            }
            ModifierKind::Takes(estimates) => estimates.iter().for_each(|estimate| expr(visitor, estimate)),
            ModifierKind::Timeout(value)
            | ModifierKind::Risk(value)
            | ModifierKind::Confirm(value)
            | ModifierKind::Keyed(value)
            | ModifierKind::Limit(value)
            | ModifierKind::AfterItems(value)
            | ModifierKind::By { order: value, descending: _ }
            | ModifierKind::Tolerate(value) => expr(visitor, value),
            ModifierKind::On { event: _, alias: _, condition } => {
                condition.iter().for_each(|condition| expr(visitor, condition));
            }
            ModifierKind::Irreversible
            | ModifierKind::BestEffort
            | ModifierKind::Idempotent
            | ModifierKind::AfterPhases(_)
            | ModifierKind::Parallel
            | ModifierKind::As(_)
            | ModifierKind::OnUnknown(_)
            | ModifierKind::OnFail(_)
            | ModifierKind::Until(_) => {}
        }
    }
}

fn compensation(visitor: &mut impl Visitor, compensation: Option<&Compensation>) {
    let Some(Compensation { mode: _, body, span: _ }) = compensation else { return };
    match body {
        CompensationBody::Nothing => {}
        CompensationBody::Call { call, modifiers: clauses } => {
            expr(visitor, call);
            modifiers(visitor, clauses);
        }
        CompensationBody::Block(body) => block(visitor, body),
    }
}

/// Walks an expression.
pub fn expr(visitor: &mut impl Visitor, whole: &Expr) {
    visitor.expr(whole);
    let Expr { kind, span: _ } = whole;
    match kind {
        ExprKind::Number(_)
        | ExprKind::Unit(_)
        | ExprKind::Bool(_)
        | ExprKind::None
        | ExprKind::Name(_)
        | ExprKind::Shorthand(_)
        | ExprKind::Error => {}
        ExprKind::Text(text) => template(visitor, text),
        ExprKind::Secret { source: _, argument } => template(visitor, argument),
        ExprKind::List(items) => items.iter().for_each(|item| expr(visitor, item)),
        ExprKind::Record(items) => items.iter().for_each(|item| match item {
            RecordItem::Spread(value) | RecordItem::Field { name: _, value } => expr(visitor, value),
        }),
        ExprKind::Match { value, arms } => {
            expr(visitor, value);
            for (matched, value) in arms {
                pattern(visitor, matched);
                expr(visitor, value);
            }
        }
        ExprKind::Paren(inner)
        | ExprKind::Field { base: inner, name: _, optional: _ }
        | ExprKind::Unary { op: _, operand: inner }
        | ExprKind::Lambda { params: _, body: inner } => expr(visitor, inner),
        ExprKind::Call { callee, arguments } => {
            expr(visitor, callee);
            arguments.iter().for_each(|Argument { name: _, value }| expr(visitor, value));
        }
        ExprKind::Index { base: left, index: right } | ExprKind::Binary { op: _, op_span: _, left, right } => {
            expr(visitor, left);
            expr(visitor, right);
        }
        ExprKind::Is { value, negated: _, patterns } => {
            expr(visitor, value);
            patterns.iter().for_each(|each| pattern(visitor, each));
        }
        ExprKind::If { condition, then, otherwise } => {
            expr(visitor, condition);
            expr(visitor, then);
            expr(visitor, otherwise);
        }
    }
}

/// Walks the expressions of a string.
pub fn template(visitor: &mut impl Visitor, Template { parts, span: _ }: &Template) {
    for part in parts {
        match part {
            TemplatePart::Text(_) => {}
            TemplatePart::Expr(value) => expr(visitor, value),
        }
    }
}

/// Walks a pattern.
pub fn pattern(visitor: &mut impl Visitor, whole: &Pattern) {
    visitor.pattern(whole);
    let Pattern { kind, span: _ } = whole;
    match kind {
        PatternKind::Any
        | PatternKind::Error
        | PatternKind::None
        | PatternKind::Bool(_)
        | PatternKind::Number(_)
        | PatternKind::Range(_, _) => {}
        PatternKind::Text(text) => template(visitor, text),
        PatternKind::Variant { name: _, payload } => payload.iter().for_each(|part| match part {
            PayloadPattern::Field { name: _, pattern: inner } => pattern(visitor, inner),
            PayloadPattern::Bind(_) | PayloadPattern::Any(_) => {}
        }),
        PatternKind::Alternatives(alternatives) => alternatives.iter().for_each(|each| pattern(visitor, each)),
        PatternKind::As { pattern: inner, name: _ } => pattern(visitor, inner),
    }
}

fn test_statement(visitor: &mut impl Visitor, TestStatement { kind, span: _ }: &TestStatement) {
    match kind {
        TestStatementKind::Let(binding) => statement(visitor, binding),
        TestStatementKind::GivenOperator { word: _, text, time } => {
            text.iter().for_each(|text| template(visitor, text));
            test_time(visitor, time);
        }
        TestStatementKind::GivenEvent { event: EventName { module: _, name: _ }, payload, time } => {
            payload.iter().for_each(|payload| expr(visitor, payload));
            test_time(visitor, time);
        }
        TestStatementKind::Given { subject, answers } => {
            match subject {
                GivenSubject::Address(address) => template(visitor, address),
                GivenSubject::Call(call) => call_match(visitor, call),
            }
            answers.iter().for_each(|each| answer(visitor, each));
        }
        TestStatementKind::Run { call, under_every: _ } => expr(visitor, call),
        TestStatementKind::ExpectCalled { call, times } => {
            call_match(visitor, call);
            times.iter().for_each(|times| expr(visitor, times));
        }
        TestStatementKind::ExpectNever(call) => call_match(visitor, call),
        TestStatementKind::Expect(condition) => expr(visitor, condition),
        TestStatementKind::Error => {}
    }
}

fn test_time(visitor: &mut impl Visitor, time: &TestTime) {
    match time {
        TestTime::After(duration) => expr(visitor, duration),
        TestTime::At(address) => template(visitor, address),
    }
}

fn call_match(visitor: &mut impl Visitor, CallMatch { path: _, arguments, span: _ }: &CallMatch) {
    for argument in arguments {
        match argument {
            ArgumentMatch::Rest(_) | ArgumentMatch::Any { name: _, alias: _ } => {}
            ArgumentMatch::Equals { name: _, value } => expr(visitor, value),
        }
    }
}

fn answer(visitor: &mut impl Visitor, Answer { from, kind, times, takes, span: _ }: &Answer) {
    from.iter().for_each(|from| expr(visitor, from));
    match kind {
        AnswerKind::Returns(value) | AnswerKind::LostReturns(value) => expr(visitor, value),
        AnswerKind::Fails(text) | AnswerKind::Refused(text) => {
            text.iter().for_each(|text| template(visitor, text));
        }
        AnswerKind::Done
        | AnswerKind::Hangs
        | AnswerKind::LostDone
        | AnswerKind::LostNotDone
        | AnswerKind::Granted
        | AnswerKind::Chooses(_)
        | AnswerKind::Crashes(_) => {}
    }
    times.iter().chain(takes).for_each(|value| expr(visitor, value));
}

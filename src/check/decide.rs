//! `decide`: a decision point, by rule or by a person.

use std::{rc::Rc, sync::Arc};

use indexmap::IndexMap;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{
    Checker,
    evidence::Evidence,
    frame::Around,
    scope::{Apart, BindingKind, Group, Named, Names},
    statement::plain,
    ways::Ways,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{self, Choice, Decide, EnumType, Expr, Statement, StatementKind, Type, VariantType},
    source::Span,
    syntax::ast::{self, ChoiceCondition, Modifier, Name, Template},
};

/// A decision as it is written.
#[derive(Clone, Copy)]
pub(super) struct Decision<'a> {
    pub(super) name: &'a Name,
    pub(super) question: &'a Template,
    pub(super) by: Option<&'a Template>,
    pub(super) modifiers: &'a [Modifier],
    pub(super) options: &'a [ast::Choice],
}

/// What is found out about the options, one after another.
#[derive(Default)]
struct Options {
    ways: Ways,
    choices: Vec<Choice>,
    /// What those bind that come out of it.
    bound: Vec<(SmolStr, Names)>,
    evidence: Evidence,
}

impl<'a> Checker<'a> {
    /// `decide path "How?" by "leads" { option a when c { .. } .. }`.
    pub(super) fn decide(&mut self, span: Span, written: Decision<'a>) -> (Option<Statement>, bool) {
        let Decision { name, question, by, modifiers, options } = written;
        let fresh = self.free(name);
        let (question, by) = (self.text(question), by.map(|by| self.text(by)));
        let timeout = self.decision_timeout(modifiers, by.is_some());
        self.options_fit(options, by.is_some());
        let segment = self.named_address(name);
        self.set_apart(name, Apart::Around);
        let reuse = self.frame.scopes.reuse_in(&name.text);
        self.frame.addresses.enter();
        let mut found = self.options(options, by.is_some(), Ways::taking_up(reuse));
        let names = self.after_ways(&mut found.ways, true);
        self.frame.addresses.leave();
        self.frame.scopes.give_back_in(&name.text, std::mem::take(&mut found.ways.reuse));
        let (local, id) =
            self.value_for(name, options_type(name, options, self.module), BindingKind::Outcome, Vec::new());
        let group = Group { value: Some(id), options: found.bound, ..Group::part(name.span, names) };
        let named = if fresh { Named::Group(Rc::new(group)) } else { Named::Broken(name.span) };
        self.frame.scopes.set(name.text.clone(), named);
        let ends = found.ways.out.is_empty() && !options.is_empty();
        let evidence = found.evidence.into_names();
        let kind = StatementKind::Decide(Box::new(Decide { local, question, by, options: found.choices, evidence }));
        (Some(Statement { timeout, ..plain(kind, Some(segment), span) }), ends)
    }

    fn decision_timeout(&mut self, modifiers: &'a [Modifier], by_person: bool) -> Option<Box<Expr>> {
        let timeout = self.timeout(modifiers);
        if let Some(modifier) = modifiers.first().filter(|_| !by_person) {
            let message = "a decision by rule is made at once, and has no `timeout`";
            let help = "drop it, or say who decides: `decide .. by \"..\" timeout ..`";
            self.report(Diagnostic::new(Code::E0408, modifier.span, message, "").help(help));
        }
        timeout
    }

    /// Whether the options are such that there is always one, as far as that is asked for.
    fn options_fit(&mut self, options: &'a [ast::Choice], by_person: bool) {
        let mut names: FxHashMap<&str, Span> = FxHashMap::default();
        for (at, option) in options.iter().enumerate() {
            let first = *names.entry(&option.name.text).or_insert(option.name.span);
            if first != option.name.span {
                self.taken(&option.name, first);
            }
            match &option.condition {
                ChoiceCondition::Otherwise(span) if by_person => self.otherwise_by_person(*span),
                ChoiceCondition::Open if !by_person => self.open_by_rule(&option.name),
                ChoiceCondition::Otherwise(span) if at + 1 < options.len() => self.otherwise_too_early(*span),
                ChoiceCondition::Open | ChoiceCondition::When(_) | ChoiceCondition::Otherwise(_) => {}
            }
        }
        let last = options.last().filter(|_| !by_person);
        if let Some(last) = last.filter(|last| matches!(last.condition, ChoiceCondition::When(_)))
            && !options.iter().any(|option| matches!(option.condition, ChoiceCondition::Otherwise(_)))
            && !self.has_unread_parts()
        {
            let message = "if none of these conditions holds, nothing is decided";
            let help = "let the last option be `otherwise`: what is done if no other holds";
            self.report(Diagnostic::new(Code::E0421, last.name.span, message, "the last option").help(help));
        }
    }

    fn otherwise_by_person(&mut self, span: Span) {
        let message = "whoever decides chooses among the options that hold, and none is left for `otherwise`";
        let help = "drop `otherwise`: an option without `when` is always open";
        self.report(Diagnostic::new(Code::E0421, span, message, "").help(help).fix(span, ""));
    }

    fn open_by_rule(&mut self, name: &Name) {
        let message = format!("nothing says when the option `{}` is taken", name.text);
        let help = "write `when ..`, or `otherwise` for the last; with `by \"..\"` a person chooses";
        self.report(Diagnostic::new(Code::E0421, name.span, message, "").help(help));
    }

    fn otherwise_too_early(&mut self, span: Span) {
        let message = "no option behind `otherwise` is ever taken";
        self.report(Diagnostic::new(Code::E0421, span, message, "").help("put it last"));
    }

    fn options(&mut self, options: &'a [ast::Choice], by_person: bool, ways: Ways) -> Options {
        let mut found = Options { ways, ..Options::default() };
        let facts = self.frame.facts.mark();
        for option in options {
            self.option(option, by_person, &mut found);
        }
        self.frame.facts.forget(facts);
        found
    }

    fn option(&mut self, option: &'a ast::Choice, by_person: bool, found: &mut Options) {
        let ast::Choice { name, title, condition, modifiers, body, span } = option;
        let (condition, text) = match condition {
            ChoiceCondition::When(written) => {
                let before = self.frame.locals.len();
                let condition = self.expect(written, &Type::Bool, "a condition");
                found.evidence.mentioned(&condition, before, self.sources);
                (Some(condition), Some(SmolStr::from(self.normal(written))))
            }
            ChoiceCondition::Open | ChoiceCondition::Otherwise(_) => (None, None),
        };
        let (title, estimate) = (self.title(title.as_ref()), self.estimate(modifiers));
        let facts = self.frame.facts.mark();
        condition.iter().for_each(|condition| self.frame.facts.learn(condition, true));
        let ((), block, ends) = self.way(&mut found.ways, Around::Option, body, |_| ());
        self.frame.facts.forget(facts);
        if !by_person {
            condition.iter().for_each(|condition| self.frame.facts.learn(condition, false));
        }
        if let Some(names) = found.ways.out.last().filter(|_| !ends) {
            found.bound.push((name.text.clone(), names.clone()));
        }
        found.choices.push(Choice { name: name.text.clone(), title, condition, text, estimate, block, span: *span });
    }
}

/// The type of a decision: its options are the variants.
fn options_type(name: &Name, options: &[ast::Choice], module: ir::ModuleId) -> Type {
    let mut variants: IndexMap<&SmolStr, VariantType> = IndexMap::with_capacity(options.len());
    for option in options {
        let variant = VariantType { name: option.name.text.clone(), fields: IndexMap::new() };
        variants.entry(&option.name.text).or_insert(variant);
    }
    let variants = variants.into_values().collect();
    Type::Enum(Arc::new(EnumType { name: name.text.clone(), module: module.0, variants }))
}

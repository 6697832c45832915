//! What is declared: how it is called and with what, and what its comment says.

use smol_str::SmolStr;

use crate::{
    source::{Sources, Span},
    syntax::ast::{Body, Item, ItemKind, Name, Param, Type},
};

/// A declaration as a person looks it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Where its name is declared.
    pub span: Span,
    /// Its head: `plan place_order(order: Order) -> Receipt`; a type or event whole.
    pub head: String,
    /// What it takes and gives: `place_order(order: Order) -> Receipt`; what can't be called has none.
    pub signature: Option<String>,
    /// What its parameters are called.
    pub parameters: Vec<SmolStr>,
    /// What its comment says, a line each.
    pub docs: Vec<SmolStr>,
}

/// What these declarations declare.
pub fn declared(items: &[Item], sources: &Sources) -> Vec<Declared> {
    items.iter().filter_map(|item| of(item, sources)).collect()
}

fn of(item: &Item, sources: &Sources) -> Option<Declared> {
    let callable = |word: &str, name: &Name, params: &[Param], result: Option<&Type>| {
        let signature = signature(sources, name, params, result);
        let parameters = params.iter().map(|param| param.called().text.clone()).collect();
        let (span, docs) = (name.span, item.docs.clone());
        Declared { span, head: format!("{word} {signature}"), signature: Some(signature), parameters, docs }
    };
    let whole = |name: &Name| {
        let (head, docs) = (sources.text(item.span).to_owned(), item.docs.clone());
        Declared { span: name.span, head, signature: None, parameters: Vec::new(), docs }
    };
    let declared = match &item.kind {
        ItemKind::Type(declared) => whole(&declared.name),
        ItemKind::Event(declared) => whole(&declared.name),
        ItemKind::Const(declared) => whole(&declared.name),
        ItemKind::Function(f) => callable("fn", &f.name, &f.params, Some(&f.result)),
        ItemKind::Probe(probe) => {
            callable(done_by("probe", "extern probe", &probe.body), &probe.name, &probe.params, Some(&probe.result))
        }
        ItemKind::Action(action) => callable(
            done_by("action", "extern action", &action.body),
            &action.name,
            &action.params,
            action.result.as_ref(),
        ),
        ItemKind::Plan(plan) => callable("plan", &plan.name, &plan.params, plan.result.as_ref()),
        ItemKind::Import(_) | ItemKind::Uses(_) | ItemKind::Test(_) | ItemKind::Error => return None,
    };
    Some(declared)
}

/// The words before a name: what the host program does is `extern`.
fn done_by(own: &'static str, host: &'static str, body: &Option<Body>) -> &'static str {
    if body.is_some() { own } else { host }
}

fn signature(sources: &Sources, name: &Name, params: &[Param], result: Option<&Type>) -> String {
    let param = |param: &Param| {
        let default = param.default.as_ref().map(|value| format!(" = {}", in_a_line(sources.text(value.span))));
        format!("{}: {}{}", param.called().text, in_a_line(sources.text(param.ty.span)), default.unwrap_or_default())
    };
    let params: Vec<String> = params.iter().map(param).collect();
    let result = result.map(|result| format!(" -> {}", in_a_line(sources.text(result.span)))).unwrap_or_default();
    format!("{}({}){result}", name.text, params.join(", "))
}

/// What was written in several lines, in one.
fn in_a_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

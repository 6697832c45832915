//! What is declared beside a program and belongs to its root file: what a person types to try something out.
//!
//! Each addition is a text of its own, so that what is wrong with it is shown where it was typed.

use smol_str::SmolStr;

use crate::{
    diagnostic::{Code, Diagnostic},
    source::{FileId, Span},
    syntax::{
        ast::{Const, Expr, ImportSource, Item, ItemKind, Name, StatementKind},
        parse, parse_expression, parse_statements,
    },
};

/// A text that belongs to the root file of a program.
#[derive(Clone, Copy, Debug)]
pub struct Addition<'a> {
    /// What it is called in messages.
    pub name: &'a str,
    /// What was typed.
    pub text: &'a str,
    /// How it is read.
    pub form: Form,
}

/// How an addition is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As declarations
    Declarations,
    /// As `let x = expr`, which is a constant here
    Binding,
    /// As an expression: the constant without a name, which nothing can mention
    Expression,
}

impl Addition<'_> {
    /// What it declares, and what of it can't be read.
    pub fn items(&self, file: FileId) -> (Vec<Item>, Vec<Diagnostic>) {
        match self.form {
            Form::Declarations => {
                let parsed = parse(file, self.text);
                (parsed.file.items, parsed.diagnostics)
            }
            Form::Binding => {
                let (block, mut diagnostics) = parse_statements(file, self.text);
                let bindings = block.statements.into_iter().filter_map(|statement| match statement.kind {
                    StatementKind::Let { name, ty, value } => Some(constant(Const { name, ty, value }, statement.span)),
                    _ => {
                        let message = "only `let` stands outside of a plan here";
                        diagnostics.push(Diagnostic::new(Code::E0118, statement.span, message, ""));
                        None
                    }
                });
                let bindings = bindings.collect();
                (bindings, diagnostics)
            }
            Form::Expression => {
                let (value, diagnostics) = parse_expression(file, self.text);
                (vec![unnamed(value)], diagnostics)
            }
        }
    }
}

fn constant(constant: Const, span: Span) -> Item {
    Item { docs: Vec::new(), kind: ItemKind::Const(constant), span }
}

fn unnamed(value: Expr) -> Item {
    let span = value.span;
    constant(Const { name: Name { text: SmolStr::default(), span }, ty: None, value }, span)
}

/// Adds declarations; what was called the same before is taken out, so that the others keep their numbers.
pub(super) fn take_the_place(items: &mut Vec<Item>, new: Vec<Item>) {
    for item in new {
        if let Some(name) = declared(&item.kind) {
            items.iter_mut().filter(|before| declared(&before.kind) == Some(name)).for_each(|before| {
                before.kind = ItemKind::Error;
            });
        }
        items.push(item);
    }
}

/// The name that a declaration gives; types and values are told apart by their first letter.
fn declared(kind: &ItemKind) -> Option<&str> {
    let name = match kind {
        ItemKind::Type(declared) => &declared.name,
        ItemKind::Const(declared) => &declared.name,
        ItemKind::Event(declared) => &declared.name,
        ItemKind::Function(declared) => &declared.name,
        ItemKind::Probe(declared) => &declared.name,
        ItemKind::Action(declared) => &declared.name,
        ItemKind::Plan(declared) => &declared.name,
        ItemKind::Import(import) => match (&import.alias, &import.source) {
            (Some(alias), _) => alias,
            (None, ImportSource::Module(path)) if import.names.is_empty() => path.last()?,
            (None, ImportSource::Module(_) | ImportSource::Path(_)) => return None,
        },
        ItemKind::Uses(_) | ItemKind::Test(_) | ItemKind::Error => return None,
    };
    Some(&name.text)
}

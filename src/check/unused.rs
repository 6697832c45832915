//! Imports of which nothing is used. Only asked of a program without errors: what could not be checked may use them.

use super::{Checker, modules::Module};
use crate::{
    diagnostic::{Code, Diagnostic},
    source::Span,
    syntax::ast::{Import, Item, ItemKind},
};

impl Checker<'_> {
    /// Warns of each imported name that its file never mentions. The standard library is not the reader's to change.
    pub(super) fn unused_imports(&self) -> Vec<Diagnostic> {
        let own = self.all_modules().filter(|module| !self.modules[module.index()].standard);
        let found = own.flat_map(|module| {
            let (names, file) = (&self.symbols.names[module.index()], &self.modules[module.index()]);
            let values = names.values.iter().filter(|(_, value)| !value.own).map(|(name, value)| (name, value.span));
            let types = names.types.iter().filter(|(_, ty)| !ty.own).map(|(name, ty)| (name, ty.span));
            let unused = values.chain(types).filter(|(_, span)| !self.symbols.mentioned.contains(span));
            unused.map(|(name, span)| unused_import(file, name, span))
        });
        found.collect()
    }
}

fn unused_import(file: &Module, name: &str, span: Span) -> Diagnostic {
    let message = format!("`{name}` is imported and never used");
    let diagnostic = Diagnostic::new(Code::W0203, span, message, "");
    let stands_in = |item: &&Item| item.span.start <= span.start && span.end <= item.span.end;
    match file.tree.items.iter().find(stands_in) {
        Some(Item { kind: ItemKind::Import(Import { names, .. }), span, .. }) if names.is_empty() => {
            diagnostic.help("drop the import").fix(*span, "")
        }
        Some(_) | None => diagnostic.help("drop it from the import"),
    }
}

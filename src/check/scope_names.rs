//! What can be named in the root file, for whoever helps a person to write.

use smol_str::SmolStr;

use super::{
    Checker,
    methods::members,
    scheme::Variables,
    symbols::{Names, Symbol},
};
use crate::{
    ir::{ModuleId, Type, library::Row},
    source::Span,
};

/// A name that can be used in the root file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InScope {
    /// As it is written there: `place_order`, `ops.healthy`, `Order`.
    pub name: SmolStr,
    /// What it is: "a plan".
    pub what: &'static str,
    /// Where it is declared, or imported if it is a file.
    pub span: Span,
}

/// The functions that can be called on values of a type.
pub fn members_of(ty: &Type) -> impl Iterator<Item = &'static Row> {
    let fits = |row: &&Row| row.receiver.is_some_and(|receiver| Variables::default().unify(&receiver, ty));
    members(ty).filter(fits)
}

impl Checker<'_> {
    /// All names of the root file, and those of the files it imports behind the names of these.
    pub(super) fn in_scope(&self) -> Vec<InScope> {
        let Some(root) = self.symbols.names.first() else { return Vec::new() };
        let mut found = named(root, "", |_| true);
        for (alias, declared) in &root.values {
            if let Symbol::Module(ModuleId(target)) = declared.symbol
                && let Some(names) = self.symbols.names.get(target as usize)
            {
                found.extend(named(names, &format!("{alias}."), |own| own));
            }
        }
        found
    }
}

fn named(names: &Names, prefix: &str, wanted: impl Fn(bool) -> bool) -> Vec<InScope> {
    let named = |name: &SmolStr, what, span| InScope { name: SmolStr::from(format!("{prefix}{name}")), what, span };
    let values = names.values.iter().filter(|(name, declared)| wanted(declared.own) && !name.is_empty());
    let values = values.map(|(name, declared)| named(name, declared.symbol.describe(), declared.span));
    let types = names.types.iter().filter(|(_, declared)| wanted(declared.own));
    values.chain(types.map(|(name, declared)| named(name, declared.symbol.describe(), declared.span))).collect()
}

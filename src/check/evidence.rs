//! The evidence of a decision: the names that its conditions mention.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use smol_str::SmolStr;

use super::secret::has_secret;
use crate::{
    ir::{Expr, ExprKind},
    source::Sources,
};

/// Names with what they stand for, each once, in the order in which they are mentioned.
#[derive(Default)]
pub(super) struct Evidence(IndexMap<SmolStr, Expr, FxBuildHasher>);

impl Evidence {
    /// Adds the names of a condition as they are written: `found.schemes`. `known` locals are older than it, and
    /// what it binds itself is no evidence, nor is a secret.
    pub(super) fn mentioned(&mut self, condition: &Expr, known: usize, sources: &Sources) {
        if is_name(condition, known) {
            if has_secret(&condition.ty) {
                return;
            }
            let written: String = sources.text(condition.span).split_whitespace().collect();
            self.0.entry(SmolStr::from(written)).or_insert_with(|| condition.clone());
            return;
        }
        condition.each_part(|part| self.mentioned(part, known, sources));
    }

    pub(super) fn into_names(self) -> Vec<(SmolStr, Expr)> {
        self.0.into_iter().collect()
    }
}

/// `x`, `x.field`, `limit`
fn is_name(expr: &Expr, known: usize) -> bool {
    match &expr.kind {
        ExprKind::Local(local) => local.index() < known,
        ExprKind::Constant(_) => true,
        ExprKind::Field(base, _) => is_name(base, known),
        _ => false,
    }
}

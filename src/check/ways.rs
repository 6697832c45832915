//! Ways of which one is taken: the branches of a `when`, the options of a decision, an attempt and its `else`.

use super::{
    Checker,
    address::Given,
    frame::Around,
    scope::{Names, Reuse},
};
use crate::{
    ir::{BlockId, Segment},
    syntax::ast,
};

/// What the ways bound so far.
#[derive(Default)]
pub(super) struct Ways {
    pub(super) reuse: Reuse,
    /// The names of the ways that come out of it.
    pub(super) out: Vec<Names>,
    addresses: Vec<(Segment, Given)>,
}

impl Ways {
    /// Ways whose names are those of the scope around them, and take up what its own ways bound.
    pub(super) fn taking_up(reuse: Reuse) -> Ways {
        Ways { reuse, ..Ways::default() }
    }
}

impl<'a> Checker<'a> {
    /// One way: its block, and whether it does not come out. `bind` binds what is visible only inside.
    pub(super) fn way<T>(
        &mut self,
        ways: &mut Ways,
        around: Around,
        block: &'a ast::Block,
        bind: impl FnOnce(&mut Self) -> T,
    ) -> (T, BlockId, bool) {
        let (addresses, facts) = (self.frame.addresses.mark(), self.frame.facts.mark());
        self.frame.scopes.enter(Reuse::default());
        let bound = bind(self);
        self.frame.scopes.enter(std::mem::take(&mut ways.reuse));
        self.frame.around.push(around);
        let (block, ends) = self.block(block);
        self.frame.around.pop();
        let (names, reuse) = self.frame.scopes.leave();
        self.frame.scopes.leave();
        self.frame.facts.forget(facts);
        ways.reuse = reuse;
        self.frame.scopes.remember(&mut ways.reuse, &names);
        ways.addresses.extend(self.frame.addresses.take_back(addresses));
        if !ends {
            ways.out.push(names);
        }
        (bound, block, ends)
    }

    /// The names after the ways; `total` says that one of them is always taken.
    pub(super) fn after_ways(&mut self, ways: &mut Ways, total: bool) -> Names {
        self.frame.addresses.restore(std::mem::take(&mut ways.addresses));
        self.frame.scopes.merge(&ways.out, total)
    }

    /// The same for ways whose names are those of the scope around them.
    pub(super) fn open_ways(&mut self, mut ways: Ways, total: bool) {
        let names = self.after_ways(&mut ways, total);
        self.frame.scopes.give_back(ways.reuse);
        for (name, named) in names {
            self.frame.scopes.set(name, named);
        }
    }
}

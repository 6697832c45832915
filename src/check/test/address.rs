//! Addresses in tests: what stands there in the plan that is run, and what may be meant where nothing does.

use super::{
    Known,
    places::{self, Missing, Place},
};
use crate::{
    check::{Checker, names::listed, placeholder},
    diagnostic::{Code, Diagnostic, suggest::suggestion},
    ir::{Expr, PlanId, Value, text::Nested},
    syntax::ast::{Template, TemplatePart},
};

impl<'a> Checker<'a> {
    /// An address and what has it in the plan that is run; one that nothing has is reported.
    pub(super) fn place(&mut self, address: &'a Template, known: &Known) -> (Expr, Place) {
        let Some(plan) = known.plan else { return (self.text(address), Place::Unknown) };
        let Some(text) = address.plain() else {
            if self.braces_are_meant(address, plan) {
                return (placeholder(address.span), Place::Unknown);
            }
            return (self.text(address), Place::Unknown);
        };
        let found = places::find(&self.program, plan, &text);
        if let Err(missing) = &found {
            self.no_such_part(address, &text, missing, plan);
        }
        (self.text(address), found.unwrap_or(Place::Unknown))
    }

    /// Reports an address in a list of what a run did, if nothing in the plan has it. A loop has one there, too, without a
    /// key: it may be undone as a whole.
    pub(super) fn in_history(&mut self, address: &Template, known: &Known) {
        let (Some(plan), Some(text)) = (known.plan, address.plain()) else { return };
        let Err(missing) = places::find(&self.program, plan, &text) else { return };
        if places::find(&self.program, plan, &format!("{text}[*]")).is_err() {
            self.no_such_part(address, &text, &missing, plan);
        }
    }

    /// The text of a question is part of an address as the plan writes it, braces and all: those are no values here.
    fn braces_are_meant(&mut self, address: &Template, plan: PlanId) -> bool {
        let as_written = address.parts.iter().map(|part| match part {
            TemplatePart::Text(text) => text.to_string(),
            TemplatePart::Expr(value) => format!("{{{}}}", self.sources.text(value.span)),
        });
        let as_written: String = as_written.collect();
        if places::find(&self.program, plan, &as_written).is_err() {
            return false;
        }
        let message = "an address has the text of the plan, in which these braces are no values";
        let meant = quoted(&as_written);
        let help = format!("write `{meant}`, or give it a name in the plan");
        self.report(Diagnostic::new(Code::E0601, address.span, message, "").help(help).fix(address.span, meant));
        true
    }

    fn no_such_part(&mut self, address: &Template, text: &str, missing: &Missing<'_>, plan: PlanId) {
        let complete = self.symbols.complete.get(plan.index()).is_some_and(|complete| *complete);
        if self.has_unread_parts() || !complete {
            return;
        }
        let message = format!("`{}` has no part with the address `{text}`", self.symbols.plans[plan.index()].name);
        let diagnostic = Diagnostic::new(Code::E0601, address.span, message, "");
        let near: Vec<&str> = missing.near.iter().map(String::as_str).collect();
        let diagnostic = match self.meant(text, missing, plan) {
            Some((meant, is_certain)) => {
                let said = diagnostic.help(format!("did you mean `{meant}`?"));
                if is_certain { said.fix(address.span, quoted(&meant)) } else { said }
            }
            None => diagnostic,
        };
        let help = || (!near.is_empty()).then(|| format!("there is {}", listed(&near)));
        self.report(diagnostic.or_help(help));
    }

    /// The address that may be meant, and whether that is certain: with the part around it, with or without the key of
    /// an item, without a part that has no address, or with a name that is nearly the same.
    fn meant(&self, text: &str, missing: &Missing<'_>, plan: PlanId) -> Option<(String, bool)> {
        let near = || missing.near.iter().map(String::as_str);
        let bare = |part: &str| part.split('[').next().unwrap_or(part).to_owned();
        let around = near().map(|part| format!("{part}/{text}"));
        let keyed = near().filter(|part| bare(part) == bare(missing.part));
        let keyed = keyed.map(|part| text.replacen(missing.part, part, 1));
        let (before, behind) = text.split_once(missing.part).unwrap_or((text, ""));
        let without = (!behind.is_empty()).then(|| format!("{before}{}", behind.trim_start_matches('/')));
        let mut certain = around.chain(keyed).chain(without);
        if let Some(meant) = certain.find(|meant| places::find(&self.program, plan, meant).is_ok()) {
            return Some((meant, true));
        }
        let found = suggestion(missing.part, near())?;
        Some((text.replacen(missing.part, found.name, 1), found.is_certain))
    }
}

/// As a text of the language.
fn quoted(address: &str) -> String {
    Nested(&Value::text(address)).to_string()
}

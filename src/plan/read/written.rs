//! What a program says in its own words: of a statement what no other word of the outline tells, and of what it calls
//! how that is defined.

use std::collections::BTreeSet;

use super::names::Known;
use crate::{
    ir::{
        self, Action, Constant, Expr, Function, Implementation, Plan, Probe, Program, Reaction, Statement,
        StatementKind, Tries, text::Shape,
    },
    plan::outline::Definition,
};

impl Known<'_> {
    /// The expressions of a statement as they are written, and what it says without any.
    pub(super) fn words_of(&self, statement: &Statement) -> String {
        let mut words: Vec<String> = statement.exprs().into_iter().map(|expr| self.written(expr)).collect();
        match &statement.kind {
            StatementKind::Guard(guard) => words.extend(unknown(guard.on_unknown)),
            StatementKind::Task(task) => words.push(task.result.to_string()),
            StatementKind::On { event, .. }
            | StatementKind::WaitFor { event, .. }
            | StatementKind::Emit { event, .. } => {
                words.push(self.program.events[event.index()].name.to_string());
            }
            StatementKind::Let { .. }
            | StatementKind::Probe { .. }
            | StatementKind::Step(_)
            | StatementKind::BlockStep { .. }
            | StatementKind::Phases(_)
            | StatementKind::When { .. }
            | StatementKind::Match { .. }
            | StatementKind::Decide(_)
            | StatementKind::Parallel { .. }
            | StatementKind::For(_)
            | StatementKind::Rollout(_)
            | StatementKind::Require(_)
            | StatementKind::Verify { .. }
            | StatementKind::Wait(_)
            | StatementKind::WaitUntil { .. }
            | StatementKind::Approve { .. }
            | StatementKind::Attempt(_)
            | StatementKind::Commit(_)
            | StatementKind::Run(_)
            | StatementKind::AfterEach { .. }
            | StatementKind::Fail(_)
            | StatementKind::Return(_)
            | StatementKind::Unwind => {}
        }
        words.join(" · ")
    }

    /// The same of a gate.
    pub(super) fn words_of_gate(&self, gate: &ir::Gate) -> String {
        let ir::Gate { segment: _, check, every, tolerate, on_fail: _, on_unknown } = gate;
        let exprs = std::iter::once(&check.condition).chain(check.otherwise.as_deref()).chain([every]).chain(tolerate);
        let words = exprs.map(|expr| self.written(expr)).chain(unknown(*on_unknown));
        words.collect::<Vec<_>>().join(" · ")
    }

    /// What a program declares that these words mention, and what that mentions in turn.
    pub(super) fn definitions(&self, words: &[String]) -> Vec<Definition> {
        let all = self.all_definitions(self.program);
        let mut mentioned: BTreeSet<usize> = BTreeSet::new();
        let mut left: Vec<String> = words.to_vec();
        while let Some(text) = left.pop() {
            for (at, one) in all.iter().enumerate() {
                if mentions(&text, &one.name) && mentioned.insert(at) {
                    left.push(one.text.clone());
                }
            }
        }
        all.into_iter().enumerate().filter(|(at, _)| mentioned.contains(at)).map(|(_, one)| one).collect()
    }

    fn all_definitions(&self, program: &Program) -> Vec<Definition> {
        let Program { modules: _, constants, functions, probes, actions, events, plans: _, tests: _, blocks: _ } =
            program;
        let define = |word, name: &smol_str::SmolStr, text| Definition { word, name: name.clone(), text };
        let actions = actions.iter().map(|one| define("action", &one.name, self.action(one)));
        let probes = probes.iter().map(|one| define("probe", &one.name, self.probe_text(one)));
        let functions = functions.iter().map(|one| define("fn", &one.name, self.function(one)));
        let constants = constants.iter().map(|one| define("const", &one.name, self.constant(one)));
        let events = events.iter().map(|one| define("event", &one.name, Shape(&one.payload).to_string()));
        actions.chain(probes).chain(functions).chain(constants).chain(events).collect()
    }

    /// How a run of a plan comes about, and which is the same.
    pub(super) fn begins(&self, plan: &Plan) -> String {
        let on = plan.trigger.as_ref().map(|trigger| {
            let condition = trigger.condition.as_ref().map(|holds| format!(" where {}", self.written(holds)));
            format!("on {}{}", self.program.events[trigger.event.index()].name, condition.unwrap_or_default())
        });
        let keyed = plan.key.as_ref().map(|key| format!("keyed {}", self.written(key)));
        on.into_iter().chain(keyed).collect::<Vec<_>>().join(" ")
    }

    /// Without its compensation, which is told of each step.
    fn action(&self, action: &Action) -> String {
        let mut text = self.implementation(&action.body);
        text.push_str(if action.idempotent { " idempotent" } else { "" });
        if let Some(confirm) = &action.confirm {
            text.push_str(&format!(" confirm {}", self.written(confirm)));
        }
        text + &self.tries_text(&action.tries)
    }

    fn probe_text(&self, probe: &Probe) -> String {
        self.implementation(&probe.body) + &self.tries_text(&probe.tries)
    }

    fn implementation(&self, implementation: &Implementation) -> String {
        match implementation {
            Implementation::Body(body) => self.body(body),
            Implementation::Extern => "extern".to_owned(),
        }
    }

    fn function(&self, function: &Function) -> String {
        self.body(&function.body)
    }

    fn constant(&self, constant: &Constant) -> String {
        self.written(&constant.value)
    }

    fn body(&self, body: &ir::Body) -> String {
        let bindings = body.bindings.iter().map(|(_, value)| value);
        let lines: Vec<String> = bindings.chain([&body.result]).map(|expr: &Expr| self.written(expr)).collect();
        lines.join("; ")
    }

    fn tries_text(&self, tries: &Tries) -> String {
        let mut text = String::new();
        if let Some(retry) = &tries.retry {
            text.push_str(&format!(" retry {}", self.written(retry)));
        }
        if let Some((first, longest)) = &tries.backoff {
            let longest = longest.as_ref().map(|longest| format!("..{}", self.written(longest))).unwrap_or_default();
            text.push_str(&format!(" backoff {}{longest}", self.written(first)));
        }
        if let Some(timeout) = &tries.timeout {
            text.push_str(&format!(" timeout {}", self.written(timeout)));
        }
        text
    }
}

/// What is said of a look without an answer, where it is not undone at once.
fn unknown(reaction: Reaction) -> Option<String> {
    match reaction {
        Reaction::Undo => None,
        Reaction::Pause => Some("on unknown pause".to_owned()),
        Reaction::StepBack => Some("on unknown step_back".to_owned()),
    }
}

/// Whether a text has a name in it as a word; of a name with a module, its last part counts.
fn mentions(text: &str, name: &str) -> bool {
    let name = name.rsplit('.').next().unwrap_or(name);
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(is_word)
            && !text[at + name.len()..].chars().next().is_some_and(is_word)
    })
}

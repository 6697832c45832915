//! What statements become: their addresses, what they bind, and what is taken from their clauses.

use std::fmt::Write;

use orch::{
    check::{LoadError, check},
    diagnostic::Severity,
    ir::{
        BlockId, Compensation, CompensationBody, Estimate, Expr, ExprKind, LocalId, Plan, Program, Statement,
        StatementKind,
    },
    source::Sources,
};

const PROGRAM: &str = include_str!("lowered/statements.orch");

#[test]
fn every_statement_has_its_address_and_its_parts() {
    let checked = check("statements.orch", PROGRAM, &|_: &str| Err(LoadError("not there".to_owned())));
    let errors = checked.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    let errors: Vec<&str> = errors.map(|found| found.message.as_str()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let program = checked.program.expect("a program without errors");
    insta::assert_snapshot!(drawn(&program, &checked.sources));
}

fn drawn(program: &Program, sources: &Sources) -> String {
    let mut drawing = Drawing { program, sources, plan: &program.plans[0], text: String::new(), depth: 0 };
    for plan in &program.plans {
        drawing.plan = plan;
        drawing.plan();
    }
    drawing.text
}

struct Drawing<'p> {
    program: &'p Program,
    sources: &'p Sources,
    plan: &'p Plan,
    text: String,
    depth: usize,
}

impl Drawing<'_> {
    fn plan(&mut self) {
        let Plan { name, result, trigger, key, estimate, body, .. } = self.plan;
        self.line(format!("plan {name} -> {result}{}", self.estimated(estimate)));
        if let Some(trigger) = trigger {
            let event = &self.program.events[trigger.event.index()].name;
            let condition = self.opt("where", trigger.condition.as_ref());
            self.line(format!("  on {event} as {}{condition}", self.local(trigger.local)));
        }
        if let Some(key) = key {
            self.line(format!("  keyed {}", self.expr(key)));
        }
        self.block(*body);
    }

    fn block(&mut self, block: BlockId) {
        self.depth += 1;
        for statement in &self.program.blocks[block.index()].statements {
            self.statement(statement);
        }
        self.depth -= 1;
    }

    fn statement(&mut self, statement: &Statement) {
        let address = statement.segment.as_ref().map_or("-", |segment| segment.as_str());
        let told = self.told(&statement.kind);
        let clauses =
            format!("{}{}", self.estimated(&statement.estimate), self.opt("timeout", statement.timeout.as_deref()));
        self.line(format!("[{address}] {told}{clauses}"));
        self.inside(&statement.kind);
    }

    /// What a statement says, without its blocks.
    fn told(&self, kind: &StatementKind) -> String {
        match kind {
            StatementKind::Let { local, .. } => format!("let {}", self.local(*local)),
            StatementKind::Probe { local, .. } => format!("probe {}", self.local(*local)),
            StatementKind::Step(step) => {
                format!("step {}{}", self.bound(step.local), self.back(step.compensation.as_ref()))
            }
            StatementKind::BlockStep { compensation, .. } => {
                format!("step with a block{}", self.back(compensation.as_ref()))
            }
            StatementKind::Task(task) => {
                format!(
                    "task {}by {}{}",
                    self.bound(task.local),
                    self.expr(&task.by),
                    self.back(task.compensation.as_ref())
                )
            }
            StatementKind::Phases(phases) => format!("{} phases", phases.len()),
            StatementKind::When { .. } => "when".to_owned(),
            StatementKind::Match { value, .. } => format!("when {} matches", self.expr(value)),
            StatementKind::Decide(decide) => {
                let evidence = decide.evidence.iter().map(|(name, value)| format!("{name}: {}", value.ty));
                let evidence: Vec<String> = evidence.collect();
                let by = self.opt("by", decide.by.as_ref());
                format!("decide {}{by} from [{}]", self.local(decide.local), evidence.join(", "))
            }
            StatementKind::Parallel { limit, .. } => format!("parallel{}", self.opt("limit", limit.as_ref())),
            StatementKind::For(each) => {
                let order = &each.order;
                let together = if order.parallel { " parallel" } else { "" };
                let descending = if order.descending { " descending" } else { "" };
                let [key, limit, after, by] =
                    [("keyed", &each.key), ("limit", &order.limit), ("after", &order.after), ("by", &order.by)]
                        .map(|(word, value)| self.opt(word, value.as_ref()));
                let collect = each.collect.map(|local| format!(" as {}", self.local(local))).unwrap_or_default();
                let back = self.back(each.compensation.as_ref());
                format!("for {}{key}{together}{limit}{after}{by}{descending}{collect}{back}", self.local(each.variable))
            }
            StatementKind::Rollout(rollout) => {
                let gates = rollout.gates.iter().map(|gate| {
                    format!("[{}] on fail {:?} on unknown {:?}", gate.segment.as_str(), gate.on_fail, gate.on_unknown)
                });
                let gates: Vec<String> = gates.collect();
                format!("rollout, gates {}{}", gates.join(", "), self.back(rollout.compensation.as_ref()))
            }
            StatementKind::Require(check) => format!("require {}", check.text),
            StatementKind::Verify { check, .. } => format!("verify {}", check.text),
            StatementKind::Guard(guard) => {
                let until = guard.until.as_ref().map(|phase| format!(" until {}", phase.as_str())).unwrap_or_default();
                let tolerate = self.opt("tolerate", guard.tolerate.as_ref());
                format!("guard{tolerate} on fail {:?} on unknown {:?}{until}", guard.on_fail, guard.on_unknown)
            }
            StatementKind::Wait(duration) => format!("wait {}", self.expr(duration)),
            StatementKind::WaitUntil { check, every, timeout } => {
                format!(
                    "wait until {} every {}{}",
                    check.text,
                    self.expr(every),
                    self.opt("timeout", timeout.as_deref())
                )
            }
            StatementKind::WaitFor { event, local, condition, timeout } => {
                let event = &self.program.events[event.index()].name;
                let (condition, timeout) =
                    (self.opt("where", condition.as_deref()), self.opt("timeout", timeout.as_deref()));
                format!("wait for {event} {}{condition}{timeout}", self.bound(*local))
            }
            StatementKind::On { event, local, condition, .. } => {
                let event = &self.program.events[event.index()].name;
                format!("on {event} {}{}", self.bound(*local), self.opt("where", condition.as_ref()))
            }
            StatementKind::Approve { question, by } => format!("approve {} by {}", self.expr(question), self.expr(by)),
            StatementKind::Emit { event, payload } => {
                let fields = match &payload.kind {
                    ExprKind::Record(fields) => {
                        fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
                    }
                    _ => self.expr(payload),
                };
                format!("emit {} with {fields}", self.program.events[event.index()].name)
            }
            StatementKind::Attempt(attempt) => format!("attempt {}", self.bound(attempt.local)),
            StatementKind::Commit(text) => format!("commit {}", self.expr(text)),
            StatementKind::Run(run) => {
                let plan = &self.program.plans[run.plan.index()].name;
                let decode = run.decode.as_ref().map(|ty| format!(" decoded to {ty}")).unwrap_or_default();
                let arguments: Vec<String> = run.arguments.iter().map(|argument| self.expr(argument)).collect();
                let back = self.back(run.compensation.as_ref());
                format!("run {}{plan}({}){decode}{back}", self.bound(run.local), arguments.join(", "))
            }
            StatementKind::AfterEach { local, timeline, .. } => {
                format!("after each: {}, {}", self.local(*local), self.local(*timeline))
            }
            StatementKind::Fail(text) => format!("fail {}", self.expr(text)),
            StatementKind::Return(value) => format!("return{}", self.opt("", value.as_ref())),
            StatementKind::Unwind => "unwind".to_owned(),
        }
    }

    /// The blocks of a statement, each under its head.
    fn inside(&mut self, kind: &StatementKind) {
        match kind {
            StatementKind::Phases(phases) => {
                for phase in phases {
                    let after: Vec<&str> = phase.after.iter().map(|at| phases[*at as usize].segment.as_str()).collect();
                    let after = if after.is_empty() { String::new() } else { format!(" after {}", after.join(", ")) };
                    let back = self.back(phase.compensation.as_ref());
                    let timeout = self.opt("timeout", phase.timeout.as_deref());
                    let clauses = format!("{after}{}{timeout}{back}", self.estimated(&phase.estimate));
                    self.head(format!("phase [{}]{clauses}", phase.segment.as_str()), phase.block);
                }
            }
            StatementKind::Decide(decide) => {
                for option in &decide.options {
                    let condition = option.text.as_ref().map(|text| format!(" when {text}")).unwrap_or_default();
                    let clauses = format!("{condition}{}", self.estimated(&option.estimate));
                    self.head(format!("option {}{clauses}", option.name), option.block);
                }
            }
            StatementKind::Parallel { branches, .. } => {
                for branch in branches {
                    let value = branch.value.as_ref().map(|value| format!(" at its end {}", value.ty));
                    let clauses = self.estimated(&branch.estimate);
                    let local = self.local(branch.local);
                    let value = value.unwrap_or_default();
                    self.head(format!("branch [{}] {local}{value}{clauses}", branch.segment.as_str()), branch.block);
                }
            }
            StatementKind::Attempt(attempt) => {
                self.block(attempt.block);
                self.head(format!("else {}", self.bound(attempt.failure)), attempt.otherwise);
            }
            kind => kind.blocks().into_iter().for_each(|block| self.block(block)),
        }
    }

    fn head(&mut self, head: String, block: BlockId) {
        self.depth += 1;
        self.line(head);
        self.block(block);
        self.depth -= 1;
    }

    fn estimated(&self, estimate: &Estimate) -> String {
        let takes: Vec<String> = estimate.takes.iter().map(|takes| self.expr(takes)).collect();
        let takes = if takes.is_empty() { String::new() } else { format!(" takes {}", takes.join("..")) };
        format!("{takes}{}", self.opt("risk", estimate.risk.as_deref()))
    }

    fn back(&self, compensation: Option<&Compensation>) -> String {
        match compensation.map(|compensation| &compensation.body) {
            None => String::new(),
            Some(CompensationBody::Nothing) => " compensate nothing".to_owned(),
            Some(CompensationBody::Call { .. }) => " compensate a call".to_owned(),
            Some(CompensationBody::Block { captures, .. }) => {
                let captures: Vec<String> = captures.iter().map(|local| self.local(*local)).collect();
                format!(" compensate a block that knows [{}]", captures.join(", "))
            }
        }
    }

    fn bound(&self, local: Option<LocalId>) -> String {
        local.map(|local| format!("{} ", self.local(local))).unwrap_or_default()
    }

    fn local(&self, local: LocalId) -> String {
        let local = &self.plan.locals[local.index()];
        format!("{}: {}", local.name, local.ty)
    }

    fn opt(&self, word: &str, expr: Option<&Expr>) -> String {
        let Some(expr) = expr else { return String::new() };
        let word = if word.is_empty() { String::new() } else { format!(" {word}") };
        format!("{word} {}", self.expr(expr))
    }

    /// As it is written.
    fn expr(&self, expr: &Expr) -> String {
        self.sources.text(expr.span).to_owned()
    }

    fn line(&mut self, line: String) {
        let indent = "  ".repeat(self.depth);
        writeln!(self.text, "{indent}{}", line.trim_end()).expect("a text takes all");
    }
}

//! Random plans, made from a tape of bytes, with the faults of their worlds.

use std::collections::{BTreeMap, BTreeSet};

use super::ACTIONS;
use super::support::{Answer, fails, ok};

/// Choices, byte by byte; the simplest when it is at its end.
struct Tape {
    bytes: Vec<u8>,
    at: usize,
}

impl Tape {
    fn pick(&mut self, of: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % of
    }

    /// Seldom true.
    fn one_in(&mut self, of: usize) -> bool {
        self.pick(of) == of - 1
    }
}

/// What goes wrong with the effects of one mark.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The first answers.
    pub first: Vec<Answer>,
    /// Every other one; `None` is well.
    pub then: Option<Answer>,
}

/// How a step is undone.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// The words of its compensation, without the values of loops.
    pub undo: Vec<String>,
    /// It runs though the step failed.
    pub always: bool,
    /// The outermost scope around it with a way back of its own, and how many loops are around that.
    pub scope: Option<(usize, usize)>,
    /// The same of the attempts around.
    pub outer_scopes: Vec<(usize, usize)>,
    /// It may be undone while the run goes on.
    pub loose: bool,
    pub best_effort: bool,
    /// Of a scope: between the first and the last of its words, its inside is undone as its parts say.
    pub unwinds: bool,
}

/// A plan with the faults of its world, and what is known of it independently of the machine.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub text: String,
    pub faults: BTreeMap<String, Fault>,
    pub ways: BTreeMap<usize, Way>,
    /// Phases run side by side: what is done when another fails depends on time.
    pub side_by_side: bool,
    /// A compensation may be begun anew as a whole.
    pub restarts: bool,
    /// A phase may take too long: how it ends depends on how often one had to look.
    pub timed: bool,
    /// Something may be undone though the run goes on.
    pub attempts: bool,
    /// Scopes with attempts inside.
    pub loose_scopes: BTreeSet<usize>,
    /// Parts of a compensation that are best effort.
    pub lax: BTreeSet<String>,
}

struct Writer {
    tape: Tape,
    plan: Plan,
    number: usize,
    loops: Vec<String>,
    /// The plans that are run by others.
    plans: String,
    scope: Option<(usize, usize)>,
    outer_scopes: Vec<(usize, usize)>,
    /// How many attempts are around.
    attempts: usize,
    left: usize,
    /// Only irreversible steps may follow a commit at once.
    committed: bool,
}

impl Writer {
    fn next(&mut self) -> usize {
        self.number += 1;
        self.number
    }

    /// The values of the loops around, as they stand in words.
    fn suffix(&self) -> String {
        self.loops.iter().map(|name| format!("-{{{name}}}")).collect()
    }

    fn block(&mut self, depth: usize) -> String {
        let count = 1 + self.tape.pick(4);
        let mut text = String::new();
        for _ in 0..count {
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            text.push_str(&self.statement(depth));
        }
        if text.is_empty() { format!("let z{} = 1 ", self.next()) } else { text }
    }

    fn statement(&mut self, depth: usize) -> String {
        let kinds = if depth == 0 { 11 } else { 23 };
        match self.tape.pick(kinds) {
            0..=3 => self.step(),
            4 => self.require(),
            5 => self.verify(),
            6 => format!("wait m{}: 1h ", self.next()),
            7 => self.last_word(),
            8 => self.ask(),
            9 => self.guard(),
            10 => self.wait_until(),
            11 => self.block_step(depth),
            12 => self.phases(depth),
            13 => self.items(depth),
            14 => self.rollout(depth),
            15 => self.when(depth),
            16 => self.branches(depth),
            17 => self.sub_plan(depth),
            18 => self.decide(depth),
            19 => self.items_in_an_order(depth),
            20 => self.handler(),
            21 => self.wait_for(),
            _ => self.attempt(depth),
        }
    }

    fn retries(&mut self) -> (String, usize) {
        match self.tape.pick(4) {
            0 | 1 => (String::new(), 0),
            2 => ("retry 1 backoff 1s..4s ".to_owned(), 1),
            _ => ("retry 3 ".to_owned(), 3),
        }
    }

    /// A fault that `retries` overcome, or one that nothing does.
    fn fault(&mut self, mark: String, retries: usize, timeout: bool, forever: bool) {
        let times = if retries == 0 { 0 } else { 1 + self.tape.pick(retries) };
        let fault = match self.tape.pick(12) {
            7 => Fault { first: vec![fails("no"); times], then: None },
            8 => Fault { first: vec![Answer::LostNotDone; times], then: None },
            9 => Fault { first: vec![Answer::LostDone], then: None },
            10 if timeout => Fault { first: vec![Answer::Hangs; times], then: None },
            11 if forever => Fault { first: Vec::new(), then: Some(fails("never")) },
            _ => return,
        };
        self.plan.faults.insert(mark, fault);
    }

    fn step(&mut self) -> String {
        let number = self.next();
        let suffix = self.suffix();
        let action = ["i", "k", "o", "l"][self.tape.pick(4)];
        let (retry, retries) = self.retries();
        let timeout = self.tape.one_in(3);
        let best_effort = self.tape.one_in(12);
        let irreversible = self.committed;
        self.fault(format!("s{number}"), retries, timeout, true);
        let (scope, outer_scopes, loose) = (self.scope, self.outer_scopes.clone(), self.attempts > 0);
        let mut way = Way { scope, outer_scopes, loose, best_effort, ..Way::default() };
        let mut text = format!("step s{number} = {action}(\"s{number}{suffix}\") {retry}");
        text.push_str(if timeout { "timeout 10s " } else { "" });
        text.push_str(if best_effort { "best_effort " } else { "" });
        if irreversible {
            text.push_str("irreversible ");
        } else {
            text.push_str(&self.way_back(number, action, &mut way));
        }
        self.plan.ways.insert(number, way);
        text
    }

    fn undo_call(&mut self, mark: &str, words: &mut Vec<String>) -> String {
        let action = ["un", "uc", "uo"][self.tape.pick(3)];
        let (retry, retries) = self.retries();
        let within = if retry.is_empty() { 4 } else { retries };
        self.fault(mark.to_owned(), within, false, false);
        words.push(format!("{action} {mark}"));
        format!("{action}(\"{mark}{}\") {retry}", self.suffix())
    }

    fn way_back(&mut self, number: usize, action: &str, way: &mut Way) -> String {
        match self.tape.pick(8) {
            0..=2 => {
                let by = match action {
                    "k" => "uc",
                    "o" => "uo",
                    _ => "un",
                };
                self.fault(format!("us{number}"), 4, false, false);
                way.undo.push(format!("{by} us{number}"));
                String::new()
            }
            3 => "compensate nothing ".to_owned(),
            4 => {
                way.always = true;
                format!("compensate always {}", self.undo_call(&format!("v{number}"), &mut way.undo))
            }
            5 => format!("compensate {}", self.undo_call(&format!("v{number}"), &mut way.undo)),
            6 => {
                let call = self.undo_call(&format!("v{number}"), &mut way.undo);
                let lax = self.tape.one_in(2);
                if lax {
                    let never = Fault { first: Vec::new(), then: Some(fails("never")) };
                    self.plan.faults.insert(format!("v{number}"), never);
                    self.plan.lax.insert(format!("v{number}"));
                }
                format!("compensate best_effort {call}")
            }
            _ => format!("compensate {}", self.compensating_block(number, &mut way.undo)),
        }
    }

    fn compensating_block(&mut self, number: usize, words: &mut Vec<String>) -> String {
        let one = self.undo_call(&format!("v{number}"), words);
        let two = self.undo_call(&format!("w{number}"), words);
        let between = if self.tape.one_in(3) {
            self.plan.restarts = true;
            let first = vec![ok("false"); self.tape.pick(3)];
            self.plan.faults.insert(format!("q{number}"), Fault { first, then: None });
            format!("require look(\"q{number}{}\") ", self.suffix())
        } else {
            String::new()
        };
        if self.tape.one_in(3) {
            return format!(
                "{{ phase e{number} {{ step v{number} = {one} }} {between}phase d{number} {{ step w{number} = {two} }} }} "
            );
        }
        format!("{{ step v{number} = {one} {between}step w{number} = {two} }} ")
    }

    /// Whether what stands here is undone as it says, by a scope around it: it has no scopes of its own.
    fn is_unwound(&self) -> bool {
        self.scope.iter().chain(&self.outer_scopes).any(|(scope, _)| self.plan.ways[scope].unwinds)
    }

    fn unwinding_block(&mut self, number: usize, words: &mut Vec<String>) -> String {
        let one = self.undo_call(&format!("v{number}"), words);
        let two = self.undo_call(&format!("w{number}"), words);
        format!("{{ step v{number} = {one} unwind step w{number} = {two} }} ")
    }

    /// What stands behind a scope, written before its inside is.
    fn scope_way_back(&mut self, number: usize) -> (String, Option<(usize, usize)>) {
        let outer = self.scope;
        if !self.tape.one_in(3) || self.committed || self.is_unwound() {
            return (String::new(), outer);
        }
        let mut words = Vec::new();
        let mut unwinds = false;
        let text = match self.tape.pick(6) {
            0 | 1 => self.compensating_block(number, &mut words),
            2 if outer.is_none() && self.outer_scopes.is_empty() => {
                unwinds = true;
                self.unwinding_block(number, &mut words)
            }
            _ => self.undo_call(&format!("c{number}"), &mut words),
        };
        let loose = self.attempts > 0;
        self.plan.ways.insert(number, Way { undo: words, loose, unwinds, ..Way::default() });
        self.scope = outer.or(Some((number, self.loops.len())));
        (format!("compensate {text}"), outer)
    }

    fn require(&mut self) -> String {
        let number = self.next();
        let then = match self.tape.pick(10) {
            8 => Some(ok("false")),
            9 => Some(fails("no answer")),
            _ => None,
        };
        self.plan.faults.insert(format!("r{number}"), Fault { first: Vec::new(), then });
        format!("require look(\"r{number}{}\") ", self.suffix())
    }

    fn verify(&mut self) -> String {
        let number = self.next();
        let first = match self.tape.pick(4) {
            0 => vec![ok("false")],
            1 => vec![fails("no answer"), ok("false")],
            2 => vec![Answer::Hangs],
            _ => Vec::new(),
        };
        let then = self.tape.one_in(10).then(|| ok("false"));
        self.plan.faults.insert(format!("t{number}"), Fault { first, then });
        format!("verify look(\"t{number}{}\") within 1h every 10m ", self.suffix())
    }

    /// Someone is asked, and says yes.
    fn ask(&mut self) -> String {
        let number = self.next();
        match self.tape.pick(4) {
            0 => format!("task k{number} \"do it\" by \"b\" "),
            1 => format!("task k{number}: String \"do it\" by \"b\" timeout 365d "),
            2 => format!("approve k{number} \"shall we?\" by \"b\" "),
            _ => format!("decide k{number} \"which?\" by \"b\" {{ option x {{ }} option y {{ }} }} "),
        }
    }

    /// What it tolerates; whether it fails depends on time.
    fn guard(&mut self) -> String {
        let number = self.next();
        if self.tape.one_in(4) {
            self.plan.timed = true;
            let first = vec![ok("true"), [ok("false"), fails("no answer")][self.tape.pick(2)].clone()];
            self.plan.faults.insert(format!("x{number}"), Fault { first, then: None });
            let reaction = ["on fail undo", "on fail pause", "on unknown undo", "on unknown pause"][self.tape.pick(4)];
            return format!("guard x{number}: look(\"x{number}{}\") every 20m {reaction} ", self.suffix());
        }
        let first = match self.tape.pick(4) {
            1 => vec![ok("false")],
            2 => vec![fails("no answer")],
            3 => vec![Answer::Hangs],
            _ => Vec::new(),
        };
        self.plan.faults.insert(format!("x{number}"), Fault { first, then: None });
        format!("guard x{number}: look(\"x{number}{}\") every 20m tolerate 1 ", self.suffix())
    }

    fn wait_until(&mut self) -> String {
        let number = self.next();
        let first = [vec![], vec![ok("false"); 2], vec![fails("no answer"), Answer::Hangs]];
        let first = first[self.tape.pick(3)].clone();
        self.plan.faults.insert(format!("a{number}"), Fault { first, then: None });
        format!("wait until look(\"a{number}{}\") every 10m ", self.suffix())
    }

    fn last_word(&mut self) -> String {
        if self.tape.one_in(3) { format!("when true {{ fail \"f{}\" }} ", self.next()) } else { self.step() }
    }

    fn block_step(&mut self, depth: usize) -> String {
        let number = self.next();
        let (way_back, outer) = self.scope_way_back(number);
        let inside = self.steps_only(depth - 1);
        self.scope = outer;
        format!("step b{number} \"title\" {{ {inside}}} {way_back}")
    }

    /// A block step holds no phases and waits for nothing.
    fn steps_only(&mut self, depth: usize) -> String {
        let mut text = String::new();
        for _ in 0..1 + self.tape.pick(2) {
            let part = match self.tape.pick(5) {
                3 if depth > 0 => self.items_of(depth, Writer::steps_only, false),
                4 => self.probe(),
                _ => self.step(),
            };
            text.push_str(&part);
        }
        text
    }

    fn probe(&mut self) -> String {
        let number = self.next();
        format!("probe _h{number} = look(\"h{number}{}\") ", self.suffix())
    }

    fn phases(&mut self, depth: usize) -> String {
        let mut text = String::new();
        for at in 0..2 + self.tape.pick(2) {
            let number = self.next();
            let beside = at > 0 && !self.committed && self.tape.one_in(2);
            self.plan.side_by_side |= beside;
            let (way_back, outer) = self.scope_way_back(number);
            let inside = self.block(depth - 1);
            self.scope = outer;
            let after = if beside { "after start " } else { "" };
            let timeout = ["", "", "timeout 365d ", "timeout 7m "][self.tape.pick(4)];
            self.plan.timed |= timeout == "timeout 7m ";
            text.push_str(&format!("phase p{number} {after}{timeout}{{ {inside}}} {way_back}\n"));
        }
        if self.tape.one_in(3) {
            text.push_str(&self.after_each());
        }
        text
    }

    /// What is done after each phase is never undone; a failure is tried again by a person.
    fn after_each(&mut self) -> String {
        let number = self.next();
        let suffix = self.suffix();
        self.plan.ways.insert(number, Way::default());
        self.fault(format!("s{number}"), 1, false, false);
        let action = ["i", "k", "o"][self.tape.pick(3)];
        format!(
            "after each phase as h{number} {{ step s{number} = {action}(\"s{number}{suffix}-{{h{number}.title}}\") }}\n"
        )
    }

    /// It hears what is told behind it, and has time to do what it does then.
    fn handler(&mut self) -> String {
        let number = self.next();
        let what = format!("{number}{}", self.suffix());
        self.plan.side_by_side = true;
        let inside = self.step();
        let (told, wait) = (self.tell(number), self.next());
        format!("on Told as t{number} where t{number}.what == \"{what}\" {{ {inside}}} {told}wait m{wait}: 1h ")
    }

    fn tell(&self, number: usize) -> String {
        format!("emit Told {{ what: \"{number}{}\" }} ", self.suffix())
    }

    fn wait_for(&mut self) -> String {
        let number = self.next();
        let what = format!("{number}{}", self.suffix());
        format!(
            "{}wait a{number}: for Told as t{number} where t{number}.what == \"{what}\" timeout 365d ",
            self.tell(number)
        )
    }

    fn items(&mut self, depth: usize) -> String {
        self.items_of(depth, Writer::block, false)
    }

    fn items_of(&mut self, depth: usize, body: fn(&mut Writer, usize) -> String, ordered: bool) -> String {
        let number = self.next();
        let (way_back, outer) = self.scope_way_back(number);
        self.loops.push(format!("n{number}"));
        let inside = body(self, depth - 1);
        self.loops.pop();
        self.scope = outer;
        let keyed = self.tape.one_in(3);
        let key = if keyed { format!("keyed \"k/{{n{number}}}\" ") } else { String::new() };
        let first = if keyed { "k/b" } else { "b" };
        let order = if ordered { self.order(&format!("n{number}"), first) } else { String::new() };
        format!("for n{number} in [\"a\", \"b\"] {key}{order}{{ {inside}}} {way_back}\n")
    }

    fn rollout(&mut self, depth: usize) -> String {
        let number = self.next();
        let (way_back, outer) = self.scope_way_back(number);
        self.loops.push(format!("n{number}"));
        let inside = self.block(depth - 1);
        let suffix = self.suffix();
        self.loops.pop();
        self.scope = outer;
        let stages = ["1% for 1h -> 100%", "10% for 5m -> 50% -> 100% for 1h", "in [\"x\", \"y\"] for 30m"];
        let stages = stages[self.tape.pick(3)];
        let mut gates = String::new();
        for at in 0..self.tape.pick(3) {
            let mark = format!("g{number}{}", ["x", "y"][at]);
            let first = match self.tape.pick(5) {
                3 => vec![ok("true"), fails("no answer"), Answer::Hangs],
                4 => vec![ok("false")],
                _ => Vec::new(),
            };
            let then = self.tape.one_in(8).then(|| ok("false"));
            self.plan.faults.insert(mark.clone(), Fault { first, then });
            let every = ["20m", "7m"][self.tape.pick(2)];
            gates.push_str(&format!("gate {mark}: look(\"{mark}{suffix}\") every {every} tolerate 1 "));
        }
        format!("rollout o{number} as n{number} {stages} {{ {inside}{gates}}} {way_back}\n")
    }

    fn when(&mut self, depth: usize) -> String {
        let probe = self.probe();
        let number = self.number;
        if self.tape.one_in(3) {
            self.plan.faults.insert(format!("h{number}"), Fault { first: Vec::new(), then: Some(ok("false")) });
        }
        let probe = probe.replace("_h", "h");
        let (yes, no) = (self.block(depth - 1), self.block(depth - 1));
        format!("{probe}when h{number} {{ {yes}}} else {{ {no}}} ")
    }

    fn decide(&mut self, depth: usize) -> String {
        let probe = self.probe().replace("_h", "h");
        let number = self.number;
        if self.tape.one_in(3) {
            self.plan.faults.insert(format!("h{number}"), Fault { first: Vec::new(), then: Some(ok("false")) });
        }
        let (yes, no) = (self.block(depth - 1), self.block(depth - 1));
        format!(
            "{probe}decide d{number} \"?\" {{ option yes when h{number} {{ {yes}}} option no otherwise {{ {no}}} }} "
        )
    }

    fn attempt(&mut self, depth: usize) -> String {
        self.plan.attempts = true;
        let outer = self.scope.take();
        self.outer_scopes.extend(outer);
        self.attempts += 1;
        let tried = self.block(depth - 1);
        self.attempts -= 1;
        if outer.is_some() {
            self.outer_scopes.pop();
        }
        self.scope = outer;
        for (scope, _) in self.scope.iter().chain(&self.outer_scopes) {
            self.plan.loose_scopes.insert(*scope);
        }
        let other = self.block(depth - 1);
        format!("attempt {{ {tried}}} else {{ {other}}} ")
    }

    fn branches(&mut self, depth: usize) -> String {
        let limit = ["", "limit 1 ", "limit 2 "][self.tape.pick(3)];
        self.plan.side_by_side |= limit != "limit 1 ";
        let mut branches = String::new();
        for _ in 0..2 + self.tape.pick(2) {
            let number = self.next();
            let inside = self.block(depth - 1);
            branches.push_str(&format!("branch j{number} {{ {inside}}} "));
        }
        format!("parallel {limit}{{ {branches}}} ")
    }

    /// The values of the loops around are handed to it, as texts of the same names.
    fn sub_plan(&mut self, depth: usize) -> String {
        let number = self.next();
        let (way_back, outer) = self.scope_way_back(number);
        let inside = self.block(depth - 1);
        self.scope = outer;
        let params: Vec<String> = self.loops.iter().map(|name| format!("{name}: String")).collect();
        let arguments: Vec<String> = self.loops.iter().map(|name| format!("\"{{{name}}}\"")).collect();
        self.plans.push_str(&format!("plan y{number}({}) {{ {inside}}}\n", params.join(", ")));
        format!("run y{number}({}) {way_back}\n", arguments.join(", "))
    }

    fn items_in_an_order(&mut self, depth: usize) -> String {
        self.items_of(depth, Writer::block, true)
    }

    /// Items of which each is final at its end.
    fn final_items(&mut self) -> String {
        let number = self.next();
        self.loops.push(format!("n{number}"));
        let steps: String = (0..1 + self.tape.pick(2)).map(|_| self.step()).collect();
        self.committed = true;
        let last = if self.tape.one_in(2) { self.step() } else { String::new() };
        self.committed = false;
        self.loops.pop();
        format!("for n{number} in [\"a\", \"b\"] {{ {steps}commit \"{{n{number}}}\" {last}}}\n")
    }

    /// In which order the items of a loop go, and how many at once.
    fn order(&mut self, name: &str, first: &str) -> String {
        let waits = format!("after (if {name} == \"a\" then [\"{first}\"] else [])");
        let picked = self.tape.pick(5);
        self.plan.side_by_side |= picked < 3;
        match picked {
            0 => "parallel ".to_owned(),
            1 => "parallel limit 2 ".to_owned(),
            2 => format!("{waits} "),
            3 => format!("{waits} limit 1 "),
            _ => format!("by {name} descending "),
        }
    }
}

/// A plan from a tape.
pub fn write(bytes: Vec<u8>) -> Plan {
    let tape = Tape { bytes, at: 0 };
    let mut writer = Writer {
        tape,
        plan: Plan::default(),
        number: 0,
        loops: Vec::new(),
        plans: String::new(),
        scope: None,
        outer_scopes: Vec::new(),
        attempts: 0,
        left: 14,
        committed: false,
    };
    let mut body = writer.block(3);
    if writer.tape.one_in(4) {
        body.push_str("commit \"so far\" ");
        writer.committed = true;
        body.push_str(&writer.step());
        writer.committed = false;
        if writer.tape.one_in(2) {
            body.push_str(&writer.final_items());
        }
        writer.left = 6;
        body.push_str(&writer.block(1));
    }
    writer.plan.text = format!("{ACTIONS}plan p() {{ {body}}}\n{}", writer.plans);
    writer.plan
}

//! Sentences of the grammar, made by chance.

use std::collections::{BTreeMap, BTreeSet};

use super::ebnf::{Node, Rules};

/// How deep rules stand in one another before the shortest way out is taken.
const DEEP: usize = 22;

/// How deep the shallowest tree of each rule is.
pub type Heights = BTreeMap<String, usize>;

/// The heights of all rules.
pub fn heights(rules: &Rules) -> Heights {
    let mut heights: Heights = rules.keys().map(|name| (name.clone(), usize::MAX / 2)).collect();
    loop {
        let better = rules.iter().map(|(name, node)| (name.clone(), height(&heights, node) + 1)).collect();
        if heights == better {
            return heights;
        }
        heights = better;
    }
}

fn height(heights: &Heights, node: &Node) -> usize {
    match node {
        Node::Literal(_) | Node::Class | Node::Optional(_) | Node::Repeat(_) => 0,
        Node::Rule(name) => heights[name],
        Node::Sequence(parts) => parts.iter().map(|part| height(heights, part)).max().unwrap_or(0),
        Node::Choice(parts) => parts.iter().map(|part| height(heights, part)).min().unwrap_or(0),
    }
}

/// Makes sentences: a choice for each byte, the shortest way where none is left.
pub struct Maker<'r> {
    rules: &'r Rules,
    heights: &'r Heights,
    bytes: std::vec::IntoIter<u8>,
    /// The rules that were used.
    pub used: BTreeSet<&'r str>,
    /// The tokens of the sentence, and a line break before each declaration.
    pub tokens: Vec<String>,
}

impl<'r> Maker<'r> {
    /// A maker that is led by `bytes`.
    pub fn new(rules: &'r Rules, heights: &'r Heights, bytes: Vec<u8>) -> Self {
        Self { rules, heights, bytes: bytes.into_iter(), used: BTreeSet::new(), tokens: Vec::new() }
    }

    fn chance(&mut self, of: usize) -> Option<usize> {
        self.bytes.next().map(|byte| usize::from(byte) % of)
    }

    /// Adds a sentence of a rule.
    pub fn rule(&mut self, name: &str, depth: usize) {
        let (name, node) = self.rules.get_key_value(name).unwrap_or_else(|| panic!("there is no rule {name}"));
        self.used.insert(name);
        match (name.as_str(), node) {
            (_, Node::Class) => self.class(name),
            // Without a value only before `}`, which no rule can say.
            ("return", Node::Sequence(_)) => {
                self.tokens.push("return".to_owned());
                self.rule("expr", depth + 1);
            }
            // A key holds no expression.
            ("record_item", _) => {
                let key = self.tokens.len();
                self.node(node, depth + 1);
                if self.tokens[key].starts_with('"') {
                    self.tokens[key] = "\"key\"".to_owned();
                }
            }
            ("item", _) => {
                self.tokens.push("\n".to_owned());
                self.node(node, depth + 1);
            }
            _ => self.node(node, depth + 1),
        }
    }

    fn node(&mut self, node: &'r Node, depth: usize) {
        match node {
            Node::Literal(text) => self.tokens.push(text.clone()),
            Node::Rule(name) => self.rule(name, depth),
            Node::Class => {}
            Node::Sequence(parts) => parts.iter().for_each(|part| self.node(part, depth)),
            Node::Choice(parts) => {
                let chosen = if depth < DEEP { self.chance(parts.len()) } else { None };
                let shortest = || (0..parts.len()).min_by_key(|at| height(self.heights, &parts[*at])).unwrap_or(0);
                let chosen = chosen.unwrap_or_else(shortest);
                self.node(&parts[chosen], depth);
            }
            Node::Optional(inner) => {
                if depth < DEEP && self.chance(2) == Some(1) {
                    self.node(inner, depth);
                }
            }
            Node::Repeat(inner) => self.repeat(inner, depth),
        }
    }

    /// Clauses stand at most once each; anything else any number of times.
    fn repeat(&mut self, inner: &'r Node, depth: usize) {
        // Rarely many: expressions would leave nothing of the bytes to what stands behind them.
        let count = if depth < DEEP { self.chance(6).map_or(0, |chance| [0, 0, 0, 1, 1, 2][chance]) } else { 0 };
        let Some(clauses) = self.clauses(inner) else {
            return (0..count).for_each(|_| self.node(inner, depth));
        };
        if let Node::Rule(name) = inner {
            self.used.insert(name);
        }
        let mut left: Vec<&Node> = clauses.iter().collect();
        for _ in 0..count.min(left.len()) {
            let chosen = self.chance(left.len()).unwrap_or(0);
            self.node(left.remove(chosen), depth);
        }
    }

    /// The alternatives of a repetition, if each begins with a word of its own.
    fn clauses(&self, inner: &'r Node) -> Option<&'r [Node]> {
        let node = match inner {
            Node::Rule(name) if name.ends_with("_mod") => &self.rules[name],
            node => node,
        };
        match node {
            Node::Choice(parts) if parts.iter().all(|part| self.begins_with_word(part)) => Some(parts),
            _ => None,
        }
    }

    fn begins_with_word(&self, node: &Node) -> bool {
        match node {
            Node::Literal(text) => text.starts_with(char::is_alphabetic),
            Node::Rule(name) => self.begins_with_word(&self.rules[name]),
            Node::Sequence(parts) => parts.first().is_some_and(|part| self.begins_with_word(part)),
            Node::Class | Node::Choice(_) | Node::Optional(_) | Node::Repeat(_) => false,
        }
    }

    fn class(&mut self, name: &str) {
        let samples: &[&str] = match name {
            "NAME" => &["a", "b2", "long_name", "_x", "type", "event", "done", "fault", "test"],
            "TYPE" => &["T", "Order2", "List"],
            "UNIT" => &["1h30m", "10%", "2.5GB", "3d", "7ns"],
            "NUMBER" => &["0", "42", "1_000", "0.98"],
            "STRING" => &["\"\"", "\"a \\{b\\} c\"", "\"a {b} c\"", "\"{\"d\"}\"", "r\"e{\"", "\"\"\"f\"\"\""],
            "WORD" => &["a", "step", "then", "secret", "in", "loop", "takes", "plan"],
            other => panic!("no sample of {other}"),
        };
        let chosen = self.chance(samples.len()).unwrap_or(0);
        self.tokens.push(samples[chosen].to_owned());
    }
}

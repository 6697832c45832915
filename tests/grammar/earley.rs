//! Whether tokens are a sentence of the grammar, decided from the grammar alone (after Earley).

use std::collections::{BTreeMap, HashSet};

use super::ebnf::{Node, Rules};

/// A symbol of a production.
#[derive(Clone, Debug)]
enum Symbol {
    Literal(String),
    Class(String),
    Rule(usize),
}

/// The grammar as productions without `[ ]`, `{ }` and `( )`.
pub struct Recognizer {
    /// For each rule its right sides.
    productions: Vec<Vec<Vec<Symbol>>>,
    names: BTreeMap<String, usize>,
    nullable: Vec<bool>,
}

/// A production that is read up to its dot, and where it began.
type Item = (usize, usize, usize, usize);

impl Recognizer {
    /// The recognizer of a grammar.
    pub fn new(rules: &Rules) -> Self {
        let names: BTreeMap<String, usize> = rules.keys().cloned().zip(0..).collect();
        let mut made = Self { productions: vec![Vec::new(); rules.len()], names, nullable: Vec::new() };
        for (name, node) in rules {
            let index = made.names[name];
            made.productions[index] = match node {
                Node::Class => vec![vec![Symbol::Class(name.clone())]],
                node => made.alternatives(node),
            };
        }
        made.find_nullable();
        made
    }

    fn alternatives(&mut self, node: &Node) -> Vec<Vec<Symbol>> {
        match node {
            Node::Choice(parts) => parts.iter().map(|part| self.symbols(part)).collect(),
            node => vec![self.symbols(node)],
        }
    }

    fn symbols(&mut self, node: &Node) -> Vec<Symbol> {
        match node {
            Node::Sequence(parts) => parts.iter().map(|part| self.symbol(part)).collect(),
            node => vec![self.symbol(node)],
        }
    }

    fn symbol(&mut self, node: &Node) -> Symbol {
        match node {
            Node::Literal(text) => Symbol::Literal(text.clone()),
            Node::Rule(name) => Symbol::Rule(self.names[name]),
            Node::Class | Node::Sequence(_) | Node::Choice(_) => {
                let alternatives = self.alternatives(node);
                self.add(alternatives)
            }
            Node::Optional(inner) => {
                let mut alternatives = self.alternatives(inner);
                alternatives.push(Vec::new());
                self.add(alternatives)
            }
            Node::Repeat(inner) => {
                let one = self.symbol(inner);
                let index = self.productions.len();
                self.add(vec![Vec::new(), vec![Symbol::Rule(index), one]])
            }
        }
    }

    fn add(&mut self, alternatives: Vec<Vec<Symbol>>) -> Symbol {
        self.productions.push(alternatives);
        Symbol::Rule(self.productions.len() - 1)
    }

    fn find_nullable(&mut self) {
        self.nullable = vec![false; self.productions.len()];
        loop {
            let before = self.nullable.clone();
            for (index, alternatives) in self.productions.iter().enumerate() {
                let empty = |symbol: &Symbol| matches!(symbol, Symbol::Rule(rule) if before[*rule]);
                self.nullable[index] = alternatives.iter().any(|symbols| symbols.iter().all(empty));
            }
            if before == self.nullable {
                return;
            }
        }
    }

    /// Whether tokens are a sentence of `start`; `fits` says whether a token is of a class.
    pub fn accepts(&self, start: &str, tokens: &[String], fits: fn(&str, &str) -> bool) -> bool {
        let start = self.names[start];
        let mut sets: Vec<HashSet<Item>> = vec![HashSet::new(); tokens.len() + 1];
        sets[0].extend((0..self.productions[start].len()).map(|alternative| (start, alternative, 0, 0)));
        for at in 0..=tokens.len() {
            let mut open: Vec<Item> = sets[at].iter().copied().collect();
            while let Some((rule, alternative, dot, origin)) = open.pop() {
                let mut found = Vec::new();
                match self.productions[rule][alternative].get(dot) {
                    None => found.extend(self.completed(&sets[origin], rule)),
                    Some(Symbol::Rule(inner)) => {
                        found.extend((0..self.productions[*inner].len()).map(|choice| (*inner, choice, 0, at)));
                        if self.nullable[*inner] {
                            found.push((rule, alternative, dot + 1, origin));
                        }
                    }
                    Some(symbol) => {
                        if tokens.get(at).is_some_and(|token| is_symbol(symbol, token, fits)) {
                            sets[at + 1].insert((rule, alternative, dot + 1, origin));
                        }
                    }
                }
                open.extend(found.into_iter().filter(|item| sets[at].insert(*item)));
            }
        }
        let whole = |(rule, alternative, dot, origin): &Item| {
            *rule == start && *origin == 0 && self.productions[*rule][*alternative].len() == *dot
        };
        sets[tokens.len()].iter().any(whole)
    }

    /// What goes on when a rule is complete that began in a set.
    fn completed(&self, set: &HashSet<Item>, done: usize) -> Vec<Item> {
        let waits = |(rule, alternative, dot, _): &&Item| matches!(self.productions[*rule][*alternative].get(*dot), Some(Symbol::Rule(inner)) if *inner == done);
        set.iter()
            .filter(waits)
            .map(|(rule, alternative, dot, origin)| (*rule, *alternative, dot + 1, *origin))
            .collect()
    }
}

fn is_symbol(symbol: &Symbol, token: &str, fits: fn(&str, &str) -> bool) -> bool {
    match symbol {
        Symbol::Literal(text) => text == token,
        Symbol::Class(class) => fits(class, token),
        Symbol::Rule(_) => false,
    }
}

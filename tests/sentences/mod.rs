//! Sentences of the grammar: programs that are nothing but grammatical, chosen by a list of numbers.

use std::collections::BTreeMap;
use std::iter::Peekable;

/// A part of a rule.
#[derive(Clone, Debug)]
enum Part {
    /// `"word"`
    Token(String),
    /// `rule` or `CLASS`
    Name(String),
    /// `a b c`
    Sequence(Vec<Part>),
    /// `a | b`
    Choice(Vec<Part>),
    /// `[ a ]`
    Optional(Box<Part>),
    /// `{ a }`
    Repeated(Box<Part>),
}

/// The rules of `grammar/orch.ebnf`.
pub struct Grammar {
    rules: BTreeMap<String, Part>,
    /// How many tokens the shortest sentence of a rule has.
    lengths: BTreeMap<String, usize>,
}

/// How often a rule may stand within itself.
const DEEP: usize = 2;

impl Grammar {
    /// Reads the grammar.
    pub fn read(text: &str) -> Grammar {
        let text = without_comments(text);
        let rules = text.split(" ;").filter_map(|rule| rule.split_once(" = "));
        let rules: BTreeMap<String, Part> = rules
            .filter(|(name, _)| name.trim().chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'))
            .map(|(name, body)| (name.trim().to_owned(), choice(&mut words(body).into_iter().peekable())))
            .collect();
        let mut grammar = Grammar { rules, lengths: BTreeMap::new() };
        grammar.measure();
        grammar
    }

    fn measure(&mut self) {
        loop {
            let known = |(name, part): (&String, &Part)| Some((name.clone(), self.length(part)?));
            let lengths: BTreeMap<String, usize> = self.rules.iter().filter_map(known).collect();
            let done = lengths == self.lengths;
            self.lengths = lengths;
            if done {
                return assert_eq!(self.lengths.len(), self.rules.len(), "a rule without a sentence");
            }
        }
    }

    fn length(&self, part: &Part) -> Option<usize> {
        match part {
            Part::Optional(_) | Part::Repeated(_) => Some(0),
            Part::Name(name) if self.rules.contains_key(name) => self.lengths.get(name).copied(),
            Part::Token(_) | Part::Name(_) => Some(1),
            Part::Sequence(parts) => parts.iter().map(|part| self.length(part)).sum(),
            Part::Choice(parts) => parts.iter().filter_map(|part| self.length(part)).min(),
        }
    }

    /// The tokens of a sentence of a rule.
    pub fn sentence(&self, rule: &str, choices: &mut Choices<'_>) -> Vec<String> {
        let mut writing = Writing { grammar: self, within: Vec::new(), tokens: Vec::new() };
        if let Some((name, rule)) = self.rules.get_key_value(rule) {
            writing.rule(name, rule, choices);
        }
        writing.tokens
    }
}

/// A sentence that is being written.
struct Writing<'g> {
    grammar: &'g Grammar,
    /// The rules that were begun and have not ended.
    within: Vec<&'g str>,
    tokens: Vec<String>,
}

impl<'g> Writing<'g> {
    fn part(&mut self, part: &'g Part, choices: &mut Choices<'_>) {
        match part {
            Part::Token(token) => self.tokens.push(token.clone()),
            Part::Name(name) => match self.grammar.rules.get(name) {
                Some(rule) => self.rule(name, rule, choices),
                None => self.tokens.push(choices.of_class(name)),
            },
            Part::Sequence(parts) => parts.iter().for_each(|part| self.part(part, choices)),
            Part::Choice(parts) => {
                // Half of the choices within an expression are the shortest, or it would take all numbers.
                let of = parts.len() * if self.in_expression() { 2 } else { 1 };
                let shortest = || parts.iter().rev().min_by_key(|part| self.grammar.length(part));
                let chosen = choices.below(of).and_then(|at| parts.get(at));
                self.part(chosen.or_else(shortest).unwrap(), choices);
            }
            Part::Optional(part) => {
                if choices.below(if self.in_expression() { 8 } else { 2 }) == Some(1) {
                    self.part(part, choices);
                }
            }
            Part::Repeated(part) => {
                let often: &[usize] = match part.as_ref() {
                    _ if self.in_expression() => &[0, 0, 0, 0, 0, 0, 1, 2],
                    Part::Sequence(parts) if parts.len() == 1 => &[1, 2, 3, 4],
                    _ => &[0, 1, 2],
                };
                let times = choices.below(often.len()).map_or(0, |at| often[at]);
                (0..times).for_each(|_| self.part(part, choices));
            }
        }
    }

    fn in_expression(&self) -> bool {
        self.within.contains(&"expr")
    }

    /// A rule within itself, more than a few times, is made as short as can be.
    fn rule(&mut self, name: &'g str, rule: &'g Part, choices: &mut Choices<'_>) {
        let deep = self.within.iter().filter(|within| **within == name).count() >= DEEP;
        self.within.push(name);
        let mut none = Choices::new(&[]);
        self.part(rule, if deep { &mut none } else { choices });
        self.within.pop();
    }
}

/// Numbers that choose; when they are used up, the shortest of everything is.
pub struct Choices<'n> {
    numbers: std::slice::Iter<'n, u8>,
}

impl<'n> Choices<'n> {
    /// Choices by these numbers.
    pub fn new(numbers: &'n [u8]) -> Choices<'n> {
        Choices { numbers: numbers.iter() }
    }

    /// A number below `end`, if numbers are left.
    pub fn below(&mut self, end: usize) -> Option<usize> {
        self.numbers.next().map(|number| usize::from(*number) % end)
    }

    /// One of several.
    pub fn of<'c>(&mut self, all: &[&'c str]) -> &'c str {
        all[self.below(all.len()).unwrap_or(0)]
    }

    fn of_class(&mut self, class: &str) -> String {
        let all: &[&str] = match class {
            "NAME" => &["a", "b", "a_name", "another_name_that_is_quite_long", "_x", "c2"],
            "WORD" => &["a", "b", "step", "type", "risk", "none"],
            "TYPE" => &["T", "Int", "List", "AVeryLongTypeNameIndeed"],
            "UNIT" => &["5m", "1h30m", "10%", "99.9%", "2TB"],
            "NUMBER" => &["1", "1_000", "2.50"],
            "STRING" => &[
                "\"t\"",
                "\"t\"",
                "\"t\"",
                "\"\"",
                "\"a long text with { b + 1 } and more in it, which fills a line\"",
                "r\"\\{x}\"",
                "\"\"\"\n  two\n    lines \n  \"\"\"",
                "\"\"\"a {\n b // within\n } c\"\"\"",
            ],
            other => panic!("no class `{other}`"),
        };
        self.of(all).to_owned()
    }
}

fn without_comments(text: &str) -> String {
    let mut parts = text.split("(*");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once("*)").map_or("", |(_, rest)| rest))
}

/// The tokens of a rule, without slashes: classes are not read.
fn words(body: &str) -> Vec<String> {
    body.split_whitespace().map(str::to_owned).collect()
}

type Words = Peekable<std::vec::IntoIter<String>>;

fn choice(words: &mut Words) -> Part {
    let mut parts = vec![sequence(words)];
    while words.next_if(|word| word == "|").is_some() {
        parts.push(sequence(words));
    }
    if parts.len() == 1 { parts.remove(0) } else { Part::Choice(parts) }
}

fn sequence(words: &mut Words) -> Part {
    let mut parts = Vec::new();
    while let Some(word) = words.next_if(|word| !matches!(word.as_str(), "|" | ")" | "]" | "}")) {
        let bracketed = |words: &mut Words| {
            let inner = choice(words);
            words.next();
            inner
        };
        parts.push(match word.as_str() {
            "(" => bracketed(words),
            "[" => Part::Optional(Box::new(bracketed(words))),
            "{" => Part::Repeated(Box::new(bracketed(words))),
            quoted if quoted.starts_with('"') => Part::Token(quoted.trim_matches('"').to_owned()),
            name => Part::Name(name.to_owned()),
        });
    }
    Part::Sequence(parts)
}

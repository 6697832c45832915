//! `grammar/orch.ebnf` as a value: read from the file, so that what is tested is what is published.

use std::collections::BTreeMap;

/// The right side of a rule, or a part of one.
#[derive(Clone, Debug)]
pub enum Node {
    /// `"plan"`
    Literal(String),
    /// `expr`, `NAME`
    Rule(String),
    /// What is written `/../`: a class of tokens.
    Class,
    /// One after another.
    Sequence(Vec<Node>),
    /// `a | b`
    Choice(Vec<Node>),
    /// `[ a ]`
    Optional(Box<Node>),
    /// `{ a }`
    Repeat(Box<Node>),
}

/// The rules by name.
pub type Rules = BTreeMap<String, Node>;

/// The grammar of the repository.
pub fn rules(text: &str) -> Rules {
    let text = without_comments(text);
    let tokens = tokens(&text);
    let mut reader = Reader { tokens: &tokens, at: 0 };
    let mut rules = Rules::new();
    while reader.at < tokens.len() {
        let name = reader.next().to_owned();
        assert_eq!(reader.next(), "=", "behind {name}");
        let node = reader.choice();
        assert_eq!(reader.next(), ";", "at the end of {name}");
        assert!(rules.insert(name.clone(), node).is_none(), "{name} is there twice");
    }
    rules
}

fn without_comments(text: &str) -> String {
    let mut left = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("(*") {
        left.push_str(before);
        rest = comment.split_once("*)").expect("the end of a comment").1;
    }
    left + rest
}

/// Words, signs, `"literals"` and `/classes/`.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => rest[1..].find('"').expect("the end of a literal") + 2,
            '/' => rest.find("/ ;").expect("the end of a class") + 1,
            _ if first.is_alphanumeric() => {
                rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len())
            }
            _ => 1,
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}

struct Reader<'t> {
    tokens: &'t [&'t str],
    at: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> &'t str {
        self.tokens.get(self.at).copied().unwrap_or_default()
    }

    fn next(&mut self) -> &'t str {
        self.at += 1;
        self.tokens[self.at - 1]
    }

    fn choice(&mut self) -> Node {
        let mut alternatives = vec![self.sequence()];
        while self.peek() == "|" {
            self.next();
            alternatives.push(self.sequence());
        }
        if alternatives.len() == 1 { alternatives.remove(0) } else { Node::Choice(alternatives) }
    }

    fn sequence(&mut self) -> Node {
        let mut parts = Vec::new();
        while !matches!(self.peek(), "|" | ";" | ")" | "]" | "}") {
            parts.push(self.part());
        }
        if parts.len() == 1 { parts.remove(0) } else { Node::Sequence(parts) }
    }

    fn part(&mut self) -> Node {
        let token = self.next();
        let inner = |reader: &mut Self, close: &str| {
            let node = reader.choice();
            assert_eq!(reader.next(), close);
            node
        };
        match token {
            "(" => inner(self, ")"),
            "[" => Node::Optional(Box::new(inner(self, "]"))),
            "{" => Node::Repeat(Box::new(inner(self, "}"))),
            _ if token.starts_with('"') => Node::Literal(token.trim_matches('"').to_owned()),
            _ if token.starts_with('/') => Node::Class,
            _ => Node::Rule(token.to_owned()),
        }
    }
}

//! The normal form of an expression: one line, the same however it was spaced, broken or commented.
//!
//! It is the address of a statement without a name, so it must not change between versions. Parentheses are kept as
//! written; reading it gives the same expression.

use super::ast::{
    Argument, BinaryOp, Expr, ExprKind, Name, Pattern, PatternKind, PayloadPattern, RecordItem, Template, TemplatePart,
    UnaryOp,
};
use super::string::escaped;

/// The normal form of an expression; of what could not be read, `?`.
pub fn expression(expr: &Expr) -> String {
    let mut written = String::new();
    write_expr(&mut written, expr);
    written
}

fn write_expr(out: &mut String, Expr { kind, span: _ }: &Expr) {
    match kind {
        ExprKind::Number(text) | ExprKind::Unit(text) | ExprKind::Name(text) => out.push_str(text),
        ExprKind::Text(text) => write_template(out, text),
        ExprKind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        ExprKind::None => out.push_str("none"),
        ExprKind::Secret { source, argument } => {
            out.push_str("secret ");
            out.push_str(&source.text);
            between(out, "(", ")", |out| write_template(out, argument));
        }
        ExprKind::Shorthand(name) => write_field(out, ".", name),
        ExprKind::List(items) => between(out, "[", "]", |out| joined(out, ", ", items, write_expr)),
        ExprKind::Record(items) if items.is_empty() => out.push_str("{ }"),
        ExprKind::Record(items) => between(out, "{ ", " }", |out| joined(out, ", ", items, write_record_item)),
        ExprKind::Match { value, arms } => {
            out.push_str("match ");
            write_expr(out, value);
            between(out, " { ", " }", |out| joined(out, ", ", arms, write_arm));
        }
        ExprKind::Paren(inner) => between(out, "(", ")", |out| write_expr(out, inner)),
        ExprKind::Field { base, name, optional } => {
            write_expr(out, base);
            write_field(out, if *optional { "?." } else { "." }, name);
        }
        ExprKind::Call { callee, arguments } => {
            write_expr(out, callee);
            between(out, "(", ")", |out| joined(out, ", ", arguments, write_argument));
        }
        ExprKind::Index { base, index } => {
            write_expr(out, base);
            between(out, "[", "]", |out| write_expr(out, index));
        }
        ExprKind::Unary { op, operand } => {
            out.push_str(match op {
                UnaryOp::Not => "not ",
                UnaryOp::Negate => "-",
            });
            write_expr(out, operand);
        }
        ExprKind::Binary { op, op_span: _, left, right } => {
            write_expr(out, left);
            between(out, " ", " ", |out| out.push_str(sign(*op)));
            write_expr(out, right);
        }
        ExprKind::Is { value, negated, patterns } => {
            write_expr(out, value);
            out.push_str(if *negated { " is not " } else { " is " });
            joined(out, " | ", patterns, write_pattern);
        }
        ExprKind::If { condition, then, otherwise } => {
            for (word, part) in [("if ", condition), (" then ", then), (" else ", otherwise)] {
                out.push_str(word);
                write_expr(out, part);
            }
        }
        ExprKind::Lambda { params, body } => {
            match params.as_slice() {
                [one] => out.push_str(&one.text),
                several => {
                    between(out, "(", ")", |out| joined(out, ", ", several, |out, name| out.push_str(&name.text)))
                }
            }
            out.push_str(" => ");
            write_expr(out, body);
        }
        ExprKind::Error => out.push('?'),
    }
}

/// How a sign between operands is written.
pub fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => "or",
        BinaryOp::And => "and",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::In => "in",
        BinaryOp::NotIn => "not in",
        BinaryOp::Coalesce => "??",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
    }
}

fn between(out: &mut String, open: &str, close: &str, inside: impl FnOnce(&mut String)) {
    out.push_str(open);
    inside(out);
    out.push_str(close);
}

fn joined<T>(out: &mut String, separator: &str, items: &[T], write: impl Fn(&mut String, &T)) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        write(out, item);
    }
}

fn write_field(out: &mut String, dot: &str, name: &Name) {
    out.push_str(dot);
    out.push_str(&name.text);
}

fn write_template(out: &mut String, Template { parts, span: _ }: &Template) {
    between(out, "\"", "\"", |out| {
        for part in parts {
            match part {
                TemplatePart::Text(text) => out.push_str(&escaped(text)),
                TemplatePart::Expr(expr) => between(out, "{", "}", |out| write_expr(out, expr)),
            }
        }
    });
}

fn write_record_item(out: &mut String, item: &RecordItem) {
    match item {
        RecordItem::Spread(value) => {
            out.push_str("...");
            write_expr(out, value);
        }
        RecordItem::Field { name, value } => {
            write_key(out, &name.text);
            out.push_str(": ");
            write_expr(out, value);
        }
    }
}

/// A key stands in quotes only if it must.
fn write_key(out: &mut String, key: &str) {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    let word = key != "_" && key.chars().all(plain) && !key.starts_with(|letter: char| letter.is_ascii_digit());
    if word && !key.is_empty() {
        out.push_str(key);
    } else {
        between(out, "\"", "\"", |out| out.push_str(&escaped(key)));
    }
}

fn write_arm(out: &mut String, (pattern, value): &(Pattern, Expr)) {
    write_pattern(out, pattern);
    out.push_str(" => ");
    write_expr(out, value);
}

fn write_argument(out: &mut String, Argument { name, value }: &Argument) {
    if let Some(name) = name {
        out.push_str(&name.text);
        out.push_str(": ");
    }
    write_expr(out, value);
}

fn write_pattern(out: &mut String, Pattern { kind, span: _ }: &Pattern) {
    match kind {
        PatternKind::Any => out.push('_'),
        PatternKind::Error => out.push('?'),
        PatternKind::None => out.push_str("none"),
        PatternKind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        PatternKind::Text(text) => write_template(out, text),
        PatternKind::Number(number) => out.push_str(number),
        PatternKind::Range(low, high) => {
            for part in [low, "..", high] {
                out.push_str(part);
            }
        }
        PatternKind::Variant { name, payload } => {
            out.push_str(&name.text);
            if !payload.is_empty() {
                between(out, "(", ")", |out| joined(out, ", ", payload, write_payload));
            }
        }
        PatternKind::Alternatives(alternatives) => joined(out, " | ", alternatives, write_pattern),
        PatternKind::As { pattern, name } => {
            write_pattern(out, pattern);
            out.push_str(" as ");
            out.push_str(&name.text);
        }
    }
}

fn write_payload(out: &mut String, part: &PayloadPattern) {
    match part {
        PayloadPattern::Bind(name) => out.push_str(&name.text),
        PayloadPattern::Field { name, pattern } => {
            out.push_str(&name.text);
            out.push_str(": ");
            write_pattern(out, pattern);
        }
        PayloadPattern::Any(_) => out.push('_'),
    }
}

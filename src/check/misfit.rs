//! Values that don't fit where they stand, and what may have been meant.

use super::{
    Checker,
    absent::shows,
    assign::{Want, fits, same},
    expr::literal_type,
    operators::{number, unit},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    evaluate,
    ir::{BinaryOp, Expr, ExprKind, Risk, Type, Value, literal::literal},
};

impl Checker<'_> {
    /// What is said of a value that must be of another type.
    pub(super) fn mismatch(&self, value: &Expr, ty: &Type, want: Want) -> Diagnostic {
        let message = format!("{} must be `{ty}`, not `{}`", want.what, value.ty);
        let mut diagnostic = Diagnostic::new(Code::E0301, value.span, message, format!("this is `{}`", value.ty));
        if let Some(place) = want.place {
            diagnostic = diagnostic.label(place, format!("`{ty}` is asked for here"));
        }
        self.made_fit(value, ty, diagnostic)
    }

    /// Says how a value is made one of another type.
    fn made_fit(&self, value: &Expr, wanted: &Type, diagnostic: Diagnostic) -> Diagnostic {
        let written = self.sources.text(value.span);
        if let Some(text) = self.quoted(value).filter(|text| is_written(text, wanted)) {
            return diagnostic.help(format!("write it without quotes: `{text}`")).fix(value.span, text);
        }
        match (&value.ty, wanted) {
            (Type::Int | Type::Decimal, Type::Duration | Type::Size | Type::Percent) => {
                diagnostic.help(with_unit(value, written, wanted))
            }
            (Type::List(item), wanted) if same(item, wanted) => {
                let help =
                    format!("do it for each, `for item in {written} {{ .. }}`, or take one: `{written}.first()`");
                diagnostic.help(help)
            }
            (found, Type::List(item)) if same(found, item) => {
                diagnostic.help(format!("make a list of it: `[{written}]`")).fix(value.span, format!("[{written}]"))
            }
            (Type::Duration, Type::Int) => diagnostic.help("this is a number of times: `3`"),
            (Type::Percent, Type::Int) => diagnostic.help("this is a number of times, not a share: `3`"),
            (_, Type::Bool) if matches!(value.kind, ExprKind::Literal(_)) => diagnostic.help("write `true` or `false`"),
            (_, Type::Bool) => match asked(&value.ty, written) {
                Some(question) => diagnostic.help(format!("a condition is a `Bool`: ask `{question}`")),
                None => diagnostic,
            },
            (found, Type::String) => self.made_text(value, found, diagnostic),
            (Type::Decimal, Type::Int) => self.without_fraction(value, diagnostic),
            (Type::Json, _) => diagnostic.help("say what it is where it is bound: `let x: T = ..`"),
            (Type::String, Type::Int) if self.quoted(value).is_none() => {
                diagnostic.help(format!("read it, if it is a number: `{written}.to_int() ?? 0`"))
            }
            _ => diagnostic,
        }
    }

    /// Says how a value is gone through that is no list.
    pub(super) fn made_list(&self, value: &Expr, diagnostic: Diagnostic) -> Diagnostic {
        let written = self.sources.text(value.span);
        match &value.ty {
            Type::Int => {
                let text = format!("range(0, {written})");
                diagnostic.help(format!("to count write `{text}`, without its end")).fix(value.span, text)
            }
            Type::Map(_) => diagnostic.help(format!("go through `{written}.entries()`, `.keys()` or `.values()`")),
            Type::String => diagnostic.help(format!(
                "for one text write `[{written}]`; one with several is split: `.lines()`, `.split(\",\")`"
            )),
            _ => diagnostic.help(format!("a list of one is `[{written}]`")),
        }
    }

    fn made_text(&self, value: &Expr, found: &Type, diagnostic: Diagnostic) -> Diagnostic {
        let written = self.sources.text(value.span);
        if let Type::Record(record) = found {
            let texts: Vec<String> = record
                .fields
                .iter()
                .filter(|(_, ty)| **ty == Type::String)
                .map(|(name, _)| format!("`{written}.{name}`"))
                .collect();
            return match texts.as_slice() {
                [] => diagnostic,
                texts => diagnostic.help(format!("name a field of it: {}", texts.join(" or "))),
            };
        }
        if !shows(found) {
            return diagnostic;
        }
        let is_plain = matches!(value.kind, ExprKind::Literal(_)) && !matches!(value.ty, Type::Risk);
        let text = if is_plain { format!("\"{written}\"") } else { format!("\"{{{written}}}\"") };
        diagnostic.help(format!("put it into a text: `{text}`")).fix(value.span, text)
    }

    fn without_fraction(&self, value: &Expr, diagnostic: Diagnostic) -> Diagnostic {
        match &value.kind {
            ExprKind::Binary(BinaryOp::Divide, left, right) => {
                let [left, right] = [left, right].map(|side| self.sources.text(side.span));
                let left = if left.contains(' ') { format!("({left})") } else { left.to_owned() };
                diagnostic.help(format!("`/` gives a `Decimal`; to leave out its fraction: `{left}.div({right})`"))
            }
            _ => diagnostic.help("a `Decimal` may have a fraction, an `Int` has none: `.floor()` or `.ceil()`"),
        }
    }

    /// The text of a value in quotes, if nothing in it has a meaning of its own.
    fn quoted(&self, value: &Expr) -> Option<String> {
        let ExprKind::Literal(Value::Text(text)) = &value.kind else { return None };
        (self.sources.text(value.span) == format!("\"{text}\"")).then(|| text.to_string())
    }

    /// Reports two sides that don't go together.
    pub(super) fn unlike(&mut self, op: BinaryOp, left: &Expr, right: &Expr) {
        let message = format!("`{}` does not go with `{}` and `{}`", op.sign(), left.ty, right.ty);
        let diagnostic = Diagnostic::new(Code::E0302, right.span, message, format!("this is {}", described(&right.ty)))
            .label(left.span, format!("this is {}", described(&left.ty)));
        let said = self.made_alike(op, left, right, diagnostic);
        self.report(said);
    }

    /// Reports `list in item`.
    pub(super) fn wrong_way_round(&mut self, list: &Expr, item: &Expr) {
        let text = format!("{} in {}", self.sources.text(item.span), self.sources.text(list.span));
        let message = format!("`in` looks for `{}` in `{}`", list.ty, item.ty);
        let diagnostic = Diagnostic::new(Code::E0302, list.span, message, format!("this is `{}`", list.ty))
            .label(item.span, format!("this is `{}`", item.ty))
            .help(format!("the other way round: `{text}`"));
        self.report(diagnostic.fix(list.span.to(item.span), text));
    }

    /// Says how two sides are brought together.
    fn made_alike(&self, op: BinaryOp, left: &Expr, right: &Expr, diagnostic: Diagnostic) -> Diagnostic {
        let whole = left.span.to(right.span);
        let [one, other] = [left, right].map(|side| self.sources.text(side.span));
        for (side, like) in [(right, left), (left, right)] {
            let quoted = self.quoted(side).filter(|text| op != BinaryOp::Add && is_written(text, &like.ty));
            if let Some(text) = quoted {
                return diagnostic.help(format!("write it without quotes: `{text}`")).fix(side.span, text);
            }
        }
        match (op, &left.ty, &right.ty) {
            (BinaryOp::Add, Type::List(item), found) if fits(found, &left.ty) || fits(found, item) => {
                let method = if fits(found, &left.ty) { "concat" } else { "append" };
                let text = format!("{one}.{method}({other})");
                let said = diagnostic.help(format!("write `{text}`"));
                if is_name(left) { said.fix(whole, text) } else { said }
            }
            (BinaryOp::Add, found, other)
                if *found == Type::String && shows(other) || *other == Type::String && shows(found) =>
            {
                match self.one_text(left, right) {
                    Some(text) => diagnostic.help(format!("put the parts into one text: `{text}`")).fix(whole, text),
                    None => diagnostic.help("put the parts into one text: `\"{a}{b}\"`"),
                }
            }
            (BinaryOp::Equal, Type::List(item), found) if same(found, item) => {
                let text = format!("{other} in {one}");
                diagnostic.help(format!("to ask whether it is in the list write `{text}`")).fix(whole, text)
            }
            (BinaryOp::Multiply, Type::Percent, found) if unit(found) => {
                diagnostic.help(format!("a share of something is `{one}.of({other})`"))
            }
            (BinaryOp::Multiply, found, Type::Percent) if unit(found) => {
                diagnostic.help(format!("a share of something is `{other}.of({one})`"))
            }
            (_, found, wanted) if number(found) && unit(wanted) => diagnostic.help(with_unit(left, one, wanted)),
            (_, wanted, found) if number(found) && unit(wanted) => diagnostic.help(with_unit(right, other, wanted)),
            (_, Type::String, found) if number(found) => diagnostic.help(format!("read the number: `{one}.to_int()`")),
            (_, found, Type::String) if number(found) => {
                diagnostic.help(format!("read the number: `{other}.to_int()`"))
            }
            (_, left, right) => match advice(op, left, right) {
                Some(help) => diagnostic.help(help),
                None => diagnostic,
            },
        }
    }

    /// Two sides as one text, if both can stand in it as they are.
    fn one_text(&self, left: &Expr, right: &Expr) -> Option<String> {
        let part = |side: &Expr| {
            let written = self.sources.text(side.span);
            let is_text = matches!(side.kind, ExprKind::Text(_) | ExprKind::Literal(Value::Text(_)));
            match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
                Some(inside) if is_text => {
                    (!written.starts_with("\"\"\"") || inside.is_empty()).then(|| inside.to_owned())
                }
                _ if is_text && !written.contains('.') => None,
                _ => Some(format!("{{{written}}}")),
            }
        };
        Some(format!("\"{}{}\"", part(left)?, part(right)?))
    }

    /// What is wrong with a computation whose parts are known already.
    pub(super) fn known_fault(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Option<String> {
        let value = |side: &Expr| match &side.kind {
            ExprKind::Literal(value) => Some(value.clone()),
            ExprKind::Widen(inner) => match &inner.kind {
                ExprKind::Literal(Value::Int(value)) => Some(Value::Decimal((*value).into())),
                _ => None,
            },
            _ => None,
        };
        let divisor = value(right)?;
        let is_zero = op == BinaryOp::Divide && matches!(self.sources.text(right.span), "0" | "0.0");
        match value(left) {
            Some(dividend) => {
                evaluate::operations::binary(op, &dividend, &divisor).err().map(|fault| format!("{fault}"))
            }
            None => is_zero.then(|| "division by zero".to_owned()),
        }
    }
}

/// Whether a text is how a value of the type is written.
fn is_written(text: &str, ty: &Type) -> bool {
    match ty {
        Type::Bool => matches!(text, "true" | "false"),
        Type::Risk => Risk::parse(text).is_some(),
        Type::Enum(declared) => {
            declared.variants.iter().any(|variant| variant.name == text && variant.fields.is_empty())
        }
        Type::Optional(inner) => is_written(text, inner),
        Type::Int | Type::Decimal | Type::Percent | Type::Duration | Type::Size => {
            literal(text).is_ok_and(|value| fits(&literal_type(&value), ty))
        }
        _ => false,
    }
}

/// What to do about a number where a unit is wanted.
fn with_unit(value: &Expr, written: &str, wanted: &Type) -> String {
    let is_literal = matches!(value.kind, ExprKind::Literal(_));
    let number = if is_literal { written } else { "1" };
    let times = |units: &str| if is_literal { units.to_owned() } else { format!("{written} * {units}") };
    match (wanted, &value.kind) {
        (Type::Percent, ExprKind::Literal(Value::Decimal(_))) => {
            format!("a share has a `%`: `{written}%`, and 0.5 of something is `50%`")
        }
        (Type::Percent, _) => format!("a share has a `%`: `{}`", times(&format!("{number}%"))),
        (Type::Size, _) => {
            format!("give it a unit: `{}`, `{}`", times(&format!("{number}MB")), times(&format!("{number}GB")))
        }
        _ => {
            let [seconds, minutes, hours] = ["s", "m", "h"].map(|unit| times(&format!("{number}{unit}")));
            format!("give it a unit: `{seconds}`, `{minutes}`, `{hours}`")
        }
    }
}

/// The question that is asked of a value where a condition is due.
fn asked(ty: &Type, written: &str) -> Option<String> {
    Some(match ty {
        Type::Optional(_) => format!("{written} is not none"),
        Type::Int | Type::Decimal => format!("{written} > 0"),
        Type::Percent => format!("{written} > 0%"),
        Type::Duration => format!("{written} > 0s"),
        Type::Size => format!("{written} > 0B"),
        Type::String => format!("{written} != \"\""),
        Type::List(_) | Type::Map(_) => format!("not {written}.is_empty()"),
        Type::Enum(declared) => format!("{written} is {}", declared.variants.first()?.name),
        Type::Risk => format!("{written} < high"),
        _ => return None,
    })
}

fn is_name(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Local(_) | ExprKind::Constant(_) | ExprKind::Field(..))
}

fn described(ty: &Type) -> String {
    match ty {
        Type::Percent => "a share (`Percent`)".to_owned(),
        Type::Duration => "a time (`Duration`)".to_owned(),
        Type::Size => "a size in bytes (`Size`)".to_owned(),
        ty => format!("`{ty}`"),
    }
}

fn advice(op: BinaryOp, left: &Type, right: &Type) -> Option<&'static str> {
    match (op, left, right) {
        (BinaryOp::Multiply, Type::Percent, _) | (BinaryOp::Multiply, _, Type::Percent) => {
            Some("a `Percent` is not a number: divide it by `100%` to get one")
        }
        (BinaryOp::Multiply, left, right) if unit(left) && unit(right) => Some("one side must be a number"),
        (_, left, right) if unit(left) && unit(right) => Some("both sides must measure the same thing"),
        (BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual, _, _) => {
            Some("only numbers, units, texts and `Risk` are less or more")
        }
        (BinaryOp::Subtract, Type::List(_), _) => Some("an item is left out by `.without(item)`"),
        _ => None,
    }
}

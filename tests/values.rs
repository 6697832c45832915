//! What holds for every value: it survives its text and its JSON, and no operator panics on it.

#[path = "support/chance.rs"]
mod chance;

use std::sync::Arc;

use indexmap::IndexMap;
use orch::evaluate::{Answers, Constants, Evaluator, FaultKind, Locals, binary, unary};
use orch::ir::{
    Argument, BinaryOp, EnumType, Expr, ExprKind, LocalId, Member, PathRef, Program, RecordType, Risk, SecretPlace,
    SecretRef, Type, UnaryOp, UrlPart, Value, VariantType,
    json::{from_json, from_text, to_json},
    library::ParameterKind,
    literal::literal,
};
use orch::source::Span;
use proptest::{collection, prelude::*, sample};
use rust_decimal::Decimal;
use smol_str::SmolStr;

fn decimals() -> impl Strategy<Value = Decimal> {
    let largest = Decimal::MAX.mantissa();
    prop_oneof![
        (-largest..=largest, 0..=28_u32).prop_map(|(mantissa, scale)| Decimal::from_i128_with_scale(mantissa, scale)),
        (-1000_i64..1000, 0..5_u32).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale)),
        sample::select(vec![Decimal::MAX, Decimal::MIN, Decimal::ZERO, Decimal::new(1, 28)]),
    ]
}

fn ints() -> impl Strategy<Value = i64> {
    let near = prop_oneof![Just(i64::MIN), Just(i64::MAX), -10..10_i64];
    let round = (-5000..5000_i64, 0..5_u32).prop_map(|(digits, thousands)| digits * 1000_i64.pow(thousands));
    prop_oneof![any::<i64>(), near, round, (-5000..5000_i64, 0..5_u32).prop_map(|(n, power)| n << (10 * power))]
}

fn names() -> impl Strategy<Value = SmolStr> {
    "[a-z][a-z0-9_]{0,4}".prop_map(SmolStr::from)
}

fn jsons() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<String>().prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |item| collection::vec(item, 0..3).prop_map(serde_json::Value::from))
}

fn secrets() -> impl Strategy<Value = SecretRef> {
    let file = (any::<String>(), 0..3_u32).prop_map(|(path, origin)| SecretPlace::File(PathRef { path, origin }));
    let source = prop_oneof![any::<String>().prop_map(SecretPlace::Env), file];
    let parameter =
        (any::<String>(), any::<String>()).prop_map(|(name, otherwise)| UrlPart::Parameter { name, otherwise });
    let part = prop_oneof![Just(UrlPart::Host), Just(UrlPart::Password), parameter];
    (source, 0..3_u32, collection::vec(part, 0..3)).prop_map(|(source, module, parts)| SecretRef {
        source,
        module,
        parts,
    })
}

/// Types whose values have a text form of their own.
fn scalar_types() -> impl Strategy<Value = Type> {
    let plain = [Type::Bool, Type::Int, Type::Decimal, Type::Percent, Type::Duration, Type::Size, Type::Risk];
    sample::select([plain.as_slice(), &[Type::String]].concat())
}

fn fields(types: impl Strategy<Value = Type>) -> impl Strategy<Value = IndexMap<SmolStr, Type>> {
    collection::vec((names(), types), 0..4).prop_map(|fields| fields.into_iter().collect())
}

fn enum_type(variants: Vec<(SmolStr, IndexMap<SmolStr, Type>)>) -> Type {
    let variants: IndexMap<_, _> = variants.into_iter().collect();
    let variants = variants.into_iter().map(|(name, fields)| VariantType { name, fields }).collect();
    Type::Enum(Arc::new(EnumType { name: "Enum".into(), module: 0, variants }))
}

fn types() -> impl Strategy<Value = Type> {
    let leaf =
        prop_oneof![8 => scalar_types(), 1 => Just(Type::Json), 1 => Just(Type::Nothing), 1 => Just(Type::Secret)];
    leaf.prop_recursive(3, 16, 4, |ty| {
        prop_oneof![
            ty.clone().prop_map(|ty| Type::List(Arc::new(ty))),
            ty.clone().prop_map(|ty| Type::Map(Arc::new(ty))),
            ty.clone().prop_map(|ty| Type::Optional(Arc::new(ty))),
            fields(ty.clone()).prop_map(|fields| Type::Record(Arc::new(RecordType { name: None, fields }))),
            collection::vec((names(), fields(ty)), 1..4).prop_map(enum_type),
        ]
    })
}

/// Values of a type; of a `Json?` no `null`, which the language reads as `none`.
fn values(ty: &Type) -> BoxedStrategy<Value> {
    match ty {
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Int => ints().prop_map(Value::Int).boxed(),
        Type::Decimal => decimals().prop_map(Value::Decimal).boxed(),
        Type::String => any::<String>().prop_map(Value::text).boxed(),
        Type::Percent => decimals().prop_map(Value::Percent).boxed(),
        Type::Duration => ints().prop_map(Value::Duration).boxed(),
        Type::Size => ints().prop_map(Value::Size).boxed(),
        Type::Risk => sample::select(Risk::ALL.to_vec()).prop_map(Value::Risk).boxed(),
        Type::Secret => secrets().prop_map(|secret| Value::Secret(Arc::new(secret))).boxed(),
        Type::Json => jsons().prop_map(|json| Value::Json(Arc::new(json))).boxed(),
        Type::Nothing | Type::Error => Just(Value::None).boxed(),
        Type::List(item) => collection::vec(values(item), 0..3).prop_map(Value::list).boxed(),
        Type::Map(value) => {
            let entries = collection::vec((any::<String>().prop_map(SmolStr::from), values(value)), 0..3);
            entries.prop_map(|entries| Value::record(entries.into_iter().collect())).boxed()
        }
        Type::Optional(some) => {
            let some = values(some).prop_map(|value| match value {
                Value::Json(json) if json.is_null() => Value::None,
                value => value,
            });
            prop_oneof![Just(Value::None), some].boxed()
        }
        Type::Record(record) => field_values(&record.fields).prop_map(Value::record).boxed(),
        Type::Enum(variants) => {
            let variant = |variant: &VariantType| {
                let name = variant.name.clone();
                field_values(&variant.fields).prop_map(move |fields| Value::Variant(name.clone(), Arc::new(fields)))
            };
            let variants: Vec<_> = variants.variants.iter().map(variant).collect();
            proptest::strategy::Union::new(variants).boxed()
        }
    }
}

fn field_values(fields: &IndexMap<SmolStr, Type>) -> impl Strategy<Value = IndexMap<SmolStr, Value>> + use<> {
    let names: Vec<_> = fields.keys().cloned().collect();
    let values: Vec<_> = fields.values().map(values).collect();
    values.prop_map(move |values| names.iter().cloned().zip(values).collect())
}

fn typed(types: impl Strategy<Value = Type>) -> impl Strategy<Value = (Type, Value)> {
    types.prop_flat_map(|ty| values(&ty).prop_map(move |value| (ty.clone(), value)))
}

const UNARY: [UnaryOp; 2] = [UnaryOp::Not, UnaryOp::Negate];

const BINARY: [BinaryOp; 11] = [
    BinaryOp::Equal,
    BinaryOp::NotEqual,
    BinaryOp::Less,
    BinaryOp::LessEqual,
    BinaryOp::Greater,
    BinaryOp::GreaterEqual,
    BinaryOp::In,
    BinaryOp::Add,
    BinaryOp::Subtract,
    BinaryOp::Multiply,
    BinaryOp::Divide,
];

/// Values that functions of the library are often made for: scalars, lists of one type, maps.
fn receivers() -> impl Strategy<Value = Value> {
    let list = scalar_types().prop_flat_map(|ty| collection::vec(values(&ty), 0..5)).prop_map(Value::list);
    let map = collection::vec((names(), ints().prop_map(Value::Int)), 0..4);
    let map = map.prop_map(|entries| Value::record(entries.into_iter().collect()));
    prop_oneof![
        typed(scalar_types()).prop_map(|(_, value)| value),
        list,
        map,
        typed(types()).prop_map(|(_, value)| value)
    ]
}

fn literal_of(value: Value) -> Expr {
    Expr { kind: ExprKind::Literal(value), ty: Type::Error, span: Span::default() }
}

/// A call with all kinds of arguments: functions give what they take, or a value.
fn call_of(member: Member, mut arguments: Vec<Value>, gives: Option<Value>) -> Expr {
    let local = Expr { kind: ExprKind::Local(LocalId(1)), ty: Type::Error, span: Span::default() };
    let mut given = vec![Argument::Value(literal_of(arguments.remove(0)))];
    for (parameter, value) in member.row().parameters.iter().zip(arguments) {
        given.push(match parameter.kind {
            ParameterKind::Function(..) => Argument::Function {
                params: vec![LocalId(1), LocalId(2)],
                body: gives.clone().map_or_else(|| local.clone(), literal_of),
            },
            ParameterKind::Value(_) | ParameterKind::Default(..) => Argument::Value(literal_of(value)),
        });
    }
    if member.row().receiver.is_none() {
        given.remove(0);
    }
    Expr { kind: ExprKind::Library(member, given), ty: Type::Duration, span: Span::default() }
}

proptest! {
    #![proptest_config(chance::config(1000))]

    #[test]
    fn functions_of_the_library_never_panic(
        receiver in receivers(),
        (one, other) in (receivers(), receivers()),
        (int, small) in (ints(), -3..30_i64),
        gives in proptest::option::of(receivers()),
    ) {
        let program = Program::default();
        let constants = Constants::new(&program);
        let evaluator = Evaluator::new(&program, &constants);
        let numbers = vec![receiver.clone(), Value::Int(small), Value::Int(int), Value::Int(small)];
        let anything = vec![receiver.clone(), one.clone(), other, one];
        let same = vec![receiver.clone(); 4];
        for member in Member::ALL {
            for arguments in [&numbers, &anything, &same] {
                let call = call_of(*member, arguments.clone(), gives.clone());
                let evaluate = || evaluator.evaluate(&call, &Locals::new(), &Answers::new());
                prop_assert_eq!(evaluate(), evaluate());
            }
        }
    }

    #[test]
    fn json_brings_every_value_back((ty, value) in typed(types())) {
        let json = to_json(&value);
        prop_assert_eq!(from_json(&ty, &json), Ok(value.clone()));
        let printed: serde_json::Value = serde_json::from_str(&json.to_string()).expect("printed JSON is JSON");
        prop_assert_eq!(from_json(&ty, &printed), Ok(value), "after printing {}", printed);
    }

    #[test]
    fn text_brings_every_scalar_back((ty, value) in typed(scalar_types())) {
        prop_assert_eq!(from_text(&ty, &value.to_string()), Ok(value.clone()));
        if ty != Type::String {
            let optional = Type::Optional(Arc::new(ty));
            prop_assert_eq!(from_text(&optional, &value.to_string()), Ok(value));
        }
    }

    #[test]
    fn reading_text_and_literals_never_panics(ty in types(), text in "\\PC{0,12}|[-0-9_.]{1,30}[a-zA-Z%]{0,3}[0-9a-z]{0,3}") {
        if let Ok(value) = literal(&text) {
            // A decimal keeps no scale: `2.0` is written `2`, and only its type tells that from an integer.
            let written = value.to_string();
            let again = if matches!(value, Value::Decimal(_)) { from_text(&Type::Decimal, &written).ok() } else { literal(&written).ok() };
            prop_assert_eq!(again, Some(value));
        }
        let reread = from_text(&ty, &text).map(|value| from_json(&ty, &to_json(&value)) == Ok(value));
        prop_assert_ne!(reread, Ok(false));
    }

    #[test]
    fn operators_never_panic((_, left) in typed(types()), (_, right) in typed(types())) {
        for op in UNARY {
            prop_assert_eq!(unary(op, &left), unary(op, &left));
        }
        for op in BINARY {
            prop_assert_eq!(binary(op, &left, &right), binary(op, &left, &right));
        }
    }

    #[test]
    fn operators_on_numbers_and_units_only_fail_by_overflow_or_division((ty, left) in typed(scalar_types()), by in decimals()) {
        let factor = Value::Decimal(by);
        let unit = matches!(ty, Type::Decimal | Type::Percent | Type::Duration | Type::Size);
        for (op, result) in [BinaryOp::Multiply, BinaryOp::Divide].map(|op| (op, binary(op, &left, &factor))) {
            match result {
                Ok(_) => prop_assert!(unit || ty == Type::Int),
                Err(FaultKind::DivisionByZero) => prop_assert!(by.is_zero() && op == BinaryOp::Divide),
                Err(FaultKind::Overflow(name)) => prop_assert!(name == ty.to_string() || ty == Type::Int),
                Err(_) => prop_assert!(!unit && ty != Type::Int),
            }
        }
        prop_assert_eq!(binary(BinaryOp::Multiply, &left, &factor), binary(BinaryOp::Multiply, &factor, &left));
    }

    #[test]
    fn sums_are_undone_by_differences(a in ints(), b in ints()) {
        for unit in [Value::Int, Value::Duration, Value::Size] {
            if let Ok(sum) = binary(BinaryOp::Add, &unit(a), &unit(b)) {
                prop_assert_eq!(binary(BinaryOp::Subtract, &sum, &unit(b)), Ok(unit(a)));
            } else {
                prop_assert!(a.checked_add(b).is_none());
            }
        }
    }
}

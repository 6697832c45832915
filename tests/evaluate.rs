//! The evaluator: operators, names, and how it asks for what it can't compute.

use std::sync::Arc;

use indexmap::IndexMap;
use orch::evaluate::{Answers, Constants, Evaluator, FaultKind, Locals, Needed, Stop};
use orch::ir::{
    BinaryOp, Body, Constant, ConstantId, EffectCall, EffectKind, Exec, Expr, ExprKind, Function, FunctionId,
    HttpMethod, HttpRequest, Implementation, Input, LocalId, ModuleId, PathExpr, PathRef, Pattern, Probe, ProbeId,
    Process, Program, Request, Script, SecretPlace, SecretRef, Text, TextPart, Tries, Type, UnaryOp, UrlPart, Value,
    literal::literal,
};
use orch::source::{FileId, Span};
use smol_str::SmolStr;

fn expr(kind: ExprKind) -> Expr {
    Expr { kind, ty: Type::Error, span: Span::default() }
}

fn at(start: u32, expr: Expr) -> Expr {
    Expr { span: Span::new(FileId(0), start, start + 1), ..expr }
}

/// `true`, `none`, `"text"`, or a literal of a number or unit.
fn value(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "none" => Value::None,
        "low" | "high" => orch::ir::Risk::parse(text).map(Value::Risk).expect("a risk"),
        quoted if quoted.starts_with('"') => Value::text(quoted.trim_matches('"')),
        text => literal(text).expect("a literal"),
    }
}

fn lit(text: &str) -> Expr {
    expr(ExprKind::Literal(value(text)))
}

fn local(id: u32) -> Expr {
    expr(ExprKind::Local(LocalId(id)))
}

fn op(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    expr(ExprKind::Binary(op, left.into(), right.into()))
}

fn list(items: &[&str]) -> Expr {
    expr(ExprKind::List(items.iter().map(|item| lit(item)).collect()))
}

fn record(fields: &[(&str, Expr)]) -> Expr {
    expr(ExprKind::Record(fields.iter().map(|(name, value)| (SmolStr::new(name), value.clone())).collect()))
}

fn look(arguments: Vec<Expr>) -> Expr {
    expr(ExprKind::Look(ProbeId(0), arguments))
}

fn body(bindings: Vec<(u32, Expr)>, result: Expr) -> Body {
    Body { bindings: bindings.into_iter().map(|(id, expr)| (LocalId(id), expr)).collect(), result }
}

fn function(name: &str, body: Body) -> Function {
    Function { name: name.into(), params: vec![], body }
}

fn run(program: &Program, expr: &Expr, answers: &Answers) -> Result<Value, Stop> {
    let scope: Locals = [(LocalId(0), Value::Int(7)), (LocalId(2), Value::text("two"))].into_iter().collect();
    Evaluator::new(program, &Constants::new(program)).evaluate(expr, &scope, answers)
}

/// The value as text, or the fault's wording.
fn outcome(program: &Program, expr: &Expr) -> String {
    match run(program, expr, &Answers::new()) {
        Ok(value) => value.to_string(),
        Err(Stop::Fault(fault)) => fault.to_string(),
        Err(stop) => panic!("not asked for: {stop:?}"),
    }
}

#[test]
fn arithmetic_keeps_units_and_refuses_what_does_not_fit() {
    let check = |left: &str, operator: &str, right: &str, expected: &str| {
        let operator = match operator {
            "+" => BinaryOp::Add,
            "-" => BinaryOp::Subtract,
            "*" => BinaryOp::Multiply,
            _ => BinaryOp::Divide,
        };
        assert_eq!(outcome(&Program::default(), &op(operator, lit(left), lit(right))), expected, "{left} {right}");
    };
    check("1", "+", "2", "3");
    check("9223372036854775807", "+", "1", "the result does not fit `Int`");
    check("-9223372036854775808", "-", "1", "the result does not fit `Int`");
    check("-9223372036854775808", "*", "-1", "the result does not fit `Int`");
    check("1", "/", "4", "0.25");
    check("1", "/", "3", "0.3333333333333333333333333333");
    check("1", "/", "0", "division by zero");
    check("0.1", "+", "0.2", "0.3");
    check("79228162514264337593543950335.0", "+", "1.0", "the result does not fit `Decimal`");
    check("10%", "+", "2.5%", "12.5%");
    check("10%", "*", "3", "30%");
    check("0.5", "*", "10%", "5%");
    check("10%", "/", "4", "2.5%");
    check("10%", "/", "4%", "2.5");
    check("1h", "+", "30m", "1h30m");
    check("1h", "-", "2h", "-1h");
    check("1.5", "*", "1h", "1h30m");
    check("1h", "/", "3", "20m");
    check("1d", "/", "1h", "24");
    check("1ns", "/", "2", "0s");
    check("3ns", "/", "2", "2ns");
    check("106751d", "*", "2", "the result does not fit `Duration`");
    check("1h", "/", "0.0", "division by zero");
    check("1h", "/", "0s", "division by zero");
    check("2TB", "/", "512GB", "3.90625");
    check("2TB", "*", "0.25", "500GB");
    check("5B", "/", "2", "2B");
    check("9000PB", "+", "9000PB", "the result does not fit `Size`");
    check("true", "+", "1", "the program was not checked: a sum of values that have none");
}

#[test]
fn comparisons_follow_the_order_of_the_type() {
    let check = |left: Expr, operator: BinaryOp, right: Expr, expected: &str| {
        assert_eq!(outcome(&Program::default(), &op(operator, left, right)), expected);
    };
    check(lit("24h"), BinaryOp::Equal, lit("1d"), "true");
    check(lit("24.50"), BinaryOp::Equal, lit("24.5"), "true");
    check(lit("none"), BinaryOp::NotEqual, lit("1"), "true");
    check(lit("low"), BinaryOp::Less, lit("high"), "true");
    check(lit("high"), BinaryOp::LessEqual, lit("low"), "false");
    check(lit("9.5%"), BinaryOp::Greater, lit("10%"), "false");
    check(lit("\"a\""), BinaryOp::Less, lit("\"b\""), "true");
    check(lit("1KiB"), BinaryOp::GreaterEqual, lit("1KB"), "true");
    check(lit("2"), BinaryOp::In, list(&["1", "2"]), "true");
    check(lit("\"b\""), BinaryOp::In, record(&[("a", lit("1"))]), "false");
    check(lit("\"or\""), BinaryOp::In, lit("\"orders\""), "true");
}

#[test]
fn expressions_compute() {
    let check = |kind: ExprKind, expected: &str| assert_eq!(outcome(&Program::default(), &expr(kind)), expected);
    let text = |parts: Vec<Expr>| {
        let parts = parts.into_iter().flat_map(|part| [TextPart::Value(part), TextPart::Text(";".into())]);
        ExprKind::Text(parts.collect())
    };
    let negate = |operand| ExprKind::Unary(UnaryOp::Negate, Box::new(operand));
    let index = |base, index| ExprKind::Index(Box::new(base), Box::new(index));
    check(ExprKind::Local(LocalId(2)), "two");
    check(ExprKind::Local(LocalId(1)), "the program was not checked: a name that has no value yet");
    check(negate(lit("1h30m")), "-1h30m");
    check(negate(lit("-9223372036854775808")), "the result does not fit `Int`");
    check(ExprKind::Unary(UnaryOp::Not, lit("true").into()), "false");
    check(text(vec![lit("\"a\""), lit("24h"), list(&["\"x\""]), lit("none")]), r#"a;1d;["x"];none;"#);
    check(ExprKind::Field(record(&[("size", lit("2TB"))]).into(), "size".into()), "2TB");
    check(index(list(&["1", "2"]), lit("1")), "2");
    check(index(list(&["1", "2"]), lit("2")), "no item `2`, items are `0` to `1`");
    check(index(list(&[]), lit("-1")), "no item `-1` in an empty list");
    check(index(record(&[("a", lit("1"))]), lit("\"a\"")), "1");
    check(index(record(&[("a", lit("1"))]), lit("\"b\"")), "no key `b` in the map");
    check(ExprKind::Variant("mixed".into(), vec![("count".into(), local(0))]), "mixed(count: 7)");
    check(ExprKind::Is(lit("none").into(), Box::new(Pattern::None)), "true");
    check(ExprKind::Is(lit("0").into(), Box::new(Pattern::None)), "false");
    check(ExprKind::Widen(lit("3").into()), "3");
    check(ExprKind::Widen(lit("none").into()), "none");
    check(ExprKind::If(lit("false").into(), lit("1").into(), lit("2").into()), "2");
    check(ExprKind::And(lit("true").into(), lit("false").into()), "false");
    check(ExprKind::Or(lit("false").into(), lit("true").into()), "true");
}

#[test]
fn json_is_decoded_to_the_type_of_the_expression() {
    let json = |json| expr(ExprKind::Literal(Value::Json(Arc::new(json))));
    let decode = |ty: Type, value| Expr { ty, ..expr(ExprKind::Decode(Box::new(value))) };
    let check = |expr: Expr, expected: &str| assert_eq!(outcome(&Program::default(), &expr), expected);
    let sizes = Type::List(Arc::new(Type::Size));
    check(decode(sizes.clone(), json(serde_json::json!(["2TB", 1024]))), "[2TB, 1KiB]");
    check(decode(Type::Optional(Arc::new(Type::Int)), lit("none")), "none");
    check(
        decode(sizes, json(serde_json::json!(["2TB", true]))),
        r#"at `[1]`: expected `Size`, like `"2TB"` or a number of bytes, found `true`"#,
    );
}

#[test]
fn functions_see_their_arguments_and_bindings_and_nothing_else() {
    let double = body(vec![(1, op(BinaryOp::Add, local(0), local(0)))], op(BinaryOp::Multiply, local(1), lit("10")));
    let leak = body(vec![], local(2));
    let program = Program { functions: vec![function("double", double), function("leak", leak)], ..Program::default() };
    let call = |id, arguments| expr(ExprKind::Call(FunctionId(id), arguments));
    assert_eq!(outcome(&program, &call(0, vec![call(0, vec![lit("1")])])), "400");
    assert_eq!(outcome(&program, &call(1, vec![])), "the program was not checked: a name that has no value yet");
    assert_eq!(outcome(&program, &call(2, vec![])), "the program was not checked: a call of no function");
}

#[test]
fn endless_calls_and_texts_are_stopped() {
    let forever = body(vec![], expr(ExprKind::Call(FunctionId(0), vec![])));
    let program = Program { functions: vec![function("forever", forever)], ..Program::default() };
    let call = expr(ExprKind::Call(FunctionId(0), vec![]));
    assert_eq!(outcome(&program, &call), "more than 500 expressions and calls inside of each other");

    let long = Value::text("x".repeat(FaultKind::MAX_TEXT / 2 + 1));
    let twice = [0, 1].map(|_| TextPart::Value(expr(ExprKind::Literal(long.clone()))));
    assert_eq!(outcome(&Program::default(), &expr(ExprKind::Text(twice.into()))), "the text has more than 16 MiB");
}

#[test]
fn a_constant_is_evaluated_once_and_keeps_its_fault() {
    let constant = |name: &str, value| Constant { name: name.into(), value };
    let name = |id| expr(ExprKind::Constant(ConstantId(id)));
    let constants = vec![
        constant("base", lit("2")),
        constant("twice", op(BinaryOp::Add, name(0), name(0))),
        constant("broken", at(5, op(BinaryOp::Divide, lit("1"), lit("0")))),
        constant("dependent", op(BinaryOp::Add, name(2), name(0))),
        constant("later", name(9)),
        constant("looking", look(vec![])),
    ];
    let program = Program { constants, ..Program::default() };
    assert_eq!(outcome(&program, &name(1)), "4");
    assert_eq!(outcome(&program, &name(4)), "the program was not checked: a constant before its declaration");
    assert_eq!(outcome(&program, &name(5)), "the program was not checked: a constant that looks at the world");
    let Err(Stop::Fault(fault)) = run(&program, &name(3), &Answers::new()) else { panic!("a fault is due") };
    assert_eq!((fault.kind, fault.span.start), (FaultKind::DivisionByZero, 5));
    let constants = Constants::new(&program);
    assert_eq!(constants.get(ConstantId(1)), Some(Ok(&Value::Int(4))));
    assert_eq!(constants.get(ConstantId(6)), None);
}

fn needed(stop: Result<Value, Stop>) -> Needed {
    match stop {
        Err(Stop::Needs(needed)) => *needed,
        other => panic!("a question is due, not {other:?}"),
    }
}

#[test]
fn each_distinct_look_is_asked_for_once_and_only_where_it_matters() {
    let program = Program::default();
    let ready = |id: &str| look(vec![lit(id)]);
    let both = expr(ExprKind::And(ready("1").into(), expr(ExprKind::Or(ready("1").into(), ready("2").into())).into()));
    let asked = |id| Needed::Look { probe: ProbeId(0), arguments: vec![Value::Int(id)] };

    let mut answers = Answers::new();
    assert_eq!(needed(run(&program, &both, &answers)), asked(1));
    answers.add(asked(1), Ok(Value::Bool(true)));
    assert_eq!(run(&program, &both, &answers), Ok(Value::Bool(true)), "the second look does not matter");

    answers.add(asked(1), Ok(Value::Bool(false)));
    assert_eq!(run(&program, &both, &answers), Ok(Value::Bool(false)));
    assert_eq!(answers.iter().count(), 1, "the later answer replaces the one before");

    let each = expr(ExprKind::List(vec![ready("1"), ready("2"), ready("1")]));
    assert_eq!(needed(run(&program, &each, &answers)), asked(2));
    answers.add(asked(2), Err("timed out".into()));
    let no_answer = Stop::NoAnswer { call: Box::new(asked(2)), message: "timed out".into() };
    assert_eq!(run(&program, &each, &answers), Err(no_answer));
    let known: Vec<_> = answers.iter().collect();
    assert_eq!(known, [(&asked(1), Ok(&Value::Bool(false))), (&asked(2), Err("timed out"))]);
}

fn path(value: Expr, origin: u32) -> PathExpr {
    PathExpr { value, origin: ModuleId(origin) }
}

fn effect(kind: EffectKind, expects: Type) -> Expr {
    let call = EffectCall { kind, module: ModuleId(3), expects, span: Span::default() };
    expr(ExprKind::Effect(Box::new(call)))
}

#[test]
fn an_effect_is_asked_for_with_its_evaluated_arguments() {
    let exec = Exec {
        program: path(lit("\"./shop\""), 1),
        arguments: expr(ExprKind::List(vec![lit("\"charge\""), local(0)])),
        env: Some(Box::new(record(&[("B", lit("\"2\"")), ("A", lit("\"1\""))]))),
        stdin: Some(Box::new(lit("\"in\""))),
        cwd: Some(Box::new(path(lit("\"..\""), 2))),
    };
    let charge = body(vec![], effect(EffectKind::Exec(exec), Type::Json));
    let program = Program::default();
    let constants = Constants::new(&program);
    let evaluator = Evaluator::new(&program, &constants);
    let call = needed(evaluator.body(&charge, &[Value::text("o-1")], &[], &Answers::new()));
    let request = Request::Exec(Process {
        program: "./shop".into(),
        origin: 1,
        module: 3,
        arguments: vec!["charge".into(), "o-1".into()],
        env: [("A", "1"), ("B", "2")].map(|(name, value)| (name.to_owned(), value.into())).into(),
        stdin: Some("in".into()),
        cwd: Some(PathRef { path: "..".into(), origin: 2 }),
    });
    assert_eq!(call, Needed::Effect { request: request.into(), expects: Type::Json, span: Span::default() });
    assert_eq!(call.summary(&program), "./shop charge o-1");

    let mut answers = Answers::new();
    answers.add(call, Ok(Value::Int(5)));
    assert_eq!(evaluator.body(&charge, &[Value::text("o-1")], &[], &answers), Ok(Value::Int(5)));
    assert!(matches!(evaluator.body(&charge, &[Value::text("o-2")], &[], &answers), Err(Stop::Needs(_))));
    let Err(Stop::Fault(fault)) = evaluator.body(&charge, &[Value::Int(1)], &[], &answers) else { panic!("a fault") };
    assert_eq!(fault.to_string(), "the program was not checked: an argument that is no text");
}

/// What the probe or action of that name of a program asks for first.
fn asked_by(text: &str, name: &str, arguments: &[Value]) -> Request {
    let nothing = |_: &str| Err(orch::check::LoadError("no such file".to_owned()));
    let program = orch::check::check("main.orch", text, &nothing).program.expect("a program without errors");
    let probes = program.probes.iter().map(|probe| (&probe.name, &probe.body));
    let mut all = probes.chain(program.actions.iter().map(|action| (&action.name, &action.body)));
    let body = all.find(|(found, _)| *found == name).and_then(|(_, body)| body.body()).expect("a body");
    let constants = Constants::new(&program);
    let found = Evaluator::new(&program, &constants).body(body, arguments, &[], &Answers::new());
    match needed(found) {
        Needed::Effect { request, .. } => Arc::unwrap_or_clone(request),
        other => panic!("an effect is due, not {other:?}"),
    }
}

#[test]
fn what_a_program_asks_of_the_world_is_plain_data() {
    let text = r#"
        uses shell, http("*.example.com"), env("TOKEN", "REGION"), file("key")
        const token = secret env("TOKEN")
        probe found(name: String, count: Int) -> List<String> = shell("grep {name} \"x {count}\" | sort", env: { "T": token })
        probe page(host: String) -> Json = http.get("https://{host}/", headers: { "Authorization": token, accept: "text/plain" })
        action post(user: String) -> Json = http.post("https://api.example.com/", body: { user: user, tags: ["a"] }) idempotent
        action sent(user: String, key: Secret) -> Json = http.post("https://api.example.com/", body: [user, ":", key, secret file("key")]) idempotent
        probe region() -> String? = env("REGION")
        probe search(text: String) -> Json = http.get("https://api.example.com/?limit=2", query: { q: text, all: "" })
    "#;
    let secret = |source| Text::Secret(Arc::new(SecretRef::whole(source, 0)));
    let token = || secret(SecretPlace::Env("TOKEN".into()));
    let script = Script {
        source: "grep \"${1}\" \"x ${2}\" | sort".into(),
        words: vec!["a'; rm -rf /".into(), "3".into()],
        module: 0,
        env: [("T".to_owned(), token())].into(),
        stdin: None,
        cwd: None,
    };
    assert_eq!(asked_by(text, "found", &[Value::text("a'; rm -rf /"), Value::Int(3)]), Request::Shell(script));
    let http = |method, url: &str, headers, body| {
        Request::Http(HttpRequest { method, url: url.into(), module: 0, headers, body })
    };
    let headers = [("Authorization".to_owned(), token()), ("accept".to_owned(), "text/plain".into())].into();
    assert_eq!(asked_by(text, "page", &[Value::text("a.b")]), http(HttpMethod::Get, "https://a.b/", headers, None));
    let searched = http(HttpMethod::Get, "https://api.example.com/?limit=2&q=a%26b%20%C3%A9&all=", [].into(), None);
    assert_eq!(asked_by(text, "search", &[Value::text("a&b é")]), searched);
    let json = Some(r#"{"user":"ann","tags":["a"]}"#.into());
    let api = "https://api.example.com/";
    assert_eq!(asked_by(text, "post", &[Value::text("ann")]), http(HttpMethod::Post, api, [].into(), json));
    let key = Value::Secret(Arc::new(SecretRef::whole(SecretPlace::Env("KEY".into()), 0)));
    let file = secret(SecretPlace::File(PathRef { path: "key".into(), origin: 0 }));
    let parts = ["ann".into(), ":".into(), secret(SecretPlace::Env("KEY".into())), file].into_iter().collect();
    assert_eq!(asked_by(text, "sent", &[Value::text("ann"), key]), http(HttpMethod::Post, api, [].into(), Some(parts)));
    assert_eq!(asked_by(text, "region", &[]), Request::Env { name: "REGION".into(), module: 0, may_be_missing: true });
}

#[test]
fn a_part_of_a_secret_is_asked_for_and_never_seen() {
    let text = r#"
        uses exec("psql"), env("URL")
        fn login(server: Secret) -> Map<Secret> = {
          "PGUSER": server.url_user(),
          "PGSSLMODE": server.url_parameter("sslmode", otherwise: "prefer"),
          "NESTED": server.url_parameter("next").url_password(),
        }
        probe rows(server: Secret) -> Int = exec("psql", env: login(secret env("URL")), stdin: [server.url_password()])
    "#;
    let url = || SecretRef::whole(SecretPlace::Env("URL".into()), 0);
    let parameter = |name: &str, otherwise: &str| UrlPart::Parameter { name: name.into(), otherwise: otherwise.into() };
    let asked = asked_by(text, "rows", &[Value::Secret(Arc::new(url()))]);
    let Request::Exec(process) = asked else { panic!("{asked:?}") };
    let secret = |secret: SecretRef| Text::Secret(Arc::new(secret));
    assert_eq!(process.stdin, Some(Input::from(secret(url().part(UrlPart::Password)))));
    assert_eq!(process.env["PGUSER"], secret(url().part(UrlPart::User)));
    let nested = url().part(parameter("next", "")).part(UrlPart::Password);
    assert_eq!(nested.to_string(), "secret env(\"URL\").url_parameter(\"next\").url_password()");
    assert_eq!(nested.of("pg://u@h/d?next=pg%3A%2F%2Fa%3Ab%40c"), "b");
    assert_eq!(process.env["NESTED"], secret(nested));
    let json = serde_json::to_string(&process.env["PGSSLMODE"]).unwrap();
    let part = r#"{"parameter":{"name":"sslmode","otherwise":"prefer"}}"#;
    assert_eq!(json, format!(r#"{{"secret":{{"source":{{"env":"URL"}},"module":0,"parts":[{part}]}}}}"#));
    assert_eq!(serde_json::from_str::<Text>(&json).unwrap(), process.env["PGSSLMODE"]);
}

#[test]
fn files_are_asked_for_by_path_and_module() {
    let check = |kind: EffectKind, expected: Request| {
        let Needed::Effect { request, .. } =
            needed(run(&Program::default(), &effect(kind, Type::String), &Answers::new()))
        else {
            panic!("an effect is due")
        };
        assert_eq!(*request, expected);
    };
    let file = PathRef { path: "flags.json".into(), origin: 1 };
    let expr = || path(lit("\"flags.json\""), 1);
    check(EffectKind::FileRead(expr()), Request::FileRead { path: file.clone(), module: 3 });
    check(
        EffectKind::FileWrite(expr(), lit("\"{}\"")),
        Request::FileWrite { path: file, content: "{}".into(), module: 3 },
    );
}

#[test]
fn one_request_decoded_to_two_types_is_two_calls() {
    let read = |expects| effect(EffectKind::FileRead(path(lit("\"flags.json\""), 0)), expects);
    let both = expr(ExprKind::List(vec![read(Type::String), read(Type::Int), read(Type::String)]));
    let program = Program::default();
    let mut answers = Answers::new();
    answers.add(needed(run(&program, &both, &answers)), Ok(Value::text("5")));
    answers.add(needed(run(&program, &both, &answers)), Ok(Value::Int(5)));
    assert_eq!(run(&program, &both, &answers).map(|value| value.to_string()), Ok(r#"["5", 5, "5"]"#.to_owned()));
}

#[test]
fn a_body_binds_in_order_and_sees_what_its_caller_adds() {
    let key = (LocalId(4), Value::text("run-1/charge"));
    let text = expr(ExprKind::Text([local(0), local(4), local(1)].map(TextPart::Value).into()));
    let whole = body(vec![(1, look(vec![local(0)])), (2, text)], local(2));
    let program = Program::default();
    let constants = Constants::new(&program);
    let evaluator = Evaluator::new(&program, &constants);
    let arguments = [Value::Int(7)];
    let mut answers = Answers::new();
    answers
        .add(needed(evaluator.body(&whole, &arguments, std::slice::from_ref(&key), &answers)), Ok(Value::Bool(true)));
    assert_eq!(evaluator.body(&whole, &arguments, &[key], &answers), Ok(Value::text("7run-1/chargetrue")));
}

#[test]
fn a_look_is_named_for_people() {
    let result = Type::Bool;
    let body = Implementation::Body(body(vec![], lit("true")));
    let (name, tries, span) = ("ops.healthy".into(), Tries::default(), Span::default());
    let probe = Probe { name, params: vec![], result, body, tries, span };
    let program = Program { probes: vec![probe], ..Program::default() };
    let fields = IndexMap::from_iter([(SmolStr::new("a"), Value::Percent(5.into()))]);
    let arguments = vec![Value::text("web"), Value::record(fields)];
    let call = Needed::Look { probe: ProbeId(0), arguments };
    assert_eq!(call.summary(&program), r#"ops.healthy("web", { a: 5% })"#);
}

/**
 * @file Orch, a small typed language for change plans
 * @license MIT OR Apache-2.0
 *
 * Follows `grammar/orch.ebnf`, rule by rule. The programs of the corpus and the traps of the grammar are held against
 * it by `cargo test --test editors`, which also writes the lists of words here: `ORCH_UPDATE=1 cargo test --test editors made`.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

// words: hard + kept
const HARD = ["plan", "fn", "action", "probe", "goal", "let", "step", "task", "phase", "when", "decide",
  "option", "parallel", "branch", "for", "rollout", "gate", "require", "verify", "guard", "on",
  "wait", "approve", "emit", "attempt", "commit", "run", "after", "fail", "return", "unwind",
  "compensate", "if", "then", "else", "match", "secret", "and", "or", "not", "in", "is", "as",
  "true", "false", "none", "while", "loop", "try", "catch", "do"];

/**
 * The soft words that stand where a name may stand too. Everywhere else a soft word is a keyword only where no name
 * is possible, and keyword extraction sees to that.
 */
const SOFT_BESIDE_NAMES = ["called", "never", "operator", "always", "best_effort", "nothing", "unknown"];

/**
 * `[a-z][a-z0-9_]*|_[a-z0-9_]+` without the hard words, as an expression that follows them letter by letter, and
 * leaves them where a name does. So a hard word is never read as a name, in no state of the parser, and a statement that
 * is half typed does not swallow the next one.
 */
function nameThatIsNot(words) {
  const after = (rest, inside) => {
    const next = [...new Set(rest.filter((word) => word !== "").map((word) => word[0]))].sort();
    const others = (inside ? "abcdefghijklmnopqrstuvwxyz0123456789_" : "abcdefghijklmnopqrstuvwxyz")
      .split("")
      .filter((letter) => !next.includes(letter))
      .join("");
    const branches = next.map((letter) => {
      const followed = rest.filter((word) => word[0] === letter).map((word) => word.slice(1));
      const ends = followed.includes("");
      return letter + after(followed, true) + (ends ? "" : "?");
    });
    return `(${[...branches, `[${others}][a-z0-9_]*`].join("|")})`;
  };
  return new RegExp(`${after(words, false)}|_[a-z0-9_]+`);
}

const commaSeparated = (rule) => seq(rule, repeat(seq(",", rule)));
const listed = (rule) => seq(rule, repeat(seq(",", rule)), optional(","));

module.exports = grammar({
  name: "orch",

  word: ($) => $.identifier,

  extras: ($) => [/\s/, $.comment, $.doc_comment],

  supertypes: ($) => [$.declaration, $.statement, $.expression, $.type],

  conflicts: ($) => [
    // `gate .. on unknown pause` and `gate ..` before `on Event { }`
    [$.gate_statement],
    [$.guard_statement],
    // `(a)` and `(a) => b`
    [$.lambda_parameters, $._primary],
    // `given ops.Event` and `given ops.call(_)`
    [$._call_path, $.event_name],
  ],

  rules: {
    source_file: ($) => repeat($.declaration),

    // Of two tokens of one length the one written first wins.
    doc_comment: (_) => /\/\/(!|\/)([^\/\n][^\n]*)?/,
    comment: (_) => /\/\/[^\n]*/,

    // ------------------------------------------------------------------ declarations

    declaration: ($) =>
      choice(
        $.uses_declaration,
        $.import_declaration,
        $.type_declaration,
        $.const_declaration,
        $.event_declaration,
        $.function_declaration,
        $.probe_declaration,
        $.action_declaration,
        $.extern_declaration,
        $.plan_declaration,
        $.test_declaration,
      ),

    uses_declaration: ($) => seq("uses", commaSeparated($.capability)),
    capability: ($) => seq(field("name", $._name), optional(seq("(", listed($._string), ")"))),

    import_declaration: ($) =>
      seq(
        "import",
        field("source", choice($._string, $.module_path)),
        optional(seq("as", field("alias", $._name))),
        optional(seq("{", listed(choice($._name, $.type_identifier)), "}")),
      ),
    module_path: ($) => seq($._name, repeat(seq("/", $._name))),

    type_declaration: ($) =>
      seq("type", field("name", $.type_identifier), "=", field("value", choice($.type, $.variants))),
    variants: ($) => seq(optional("|"), $.variant, repeat(seq("|", $.variant))),
    variant: ($) => seq(field("name", $._name), optional(seq("(", listed($.field_type), ")"))),

    const_declaration: ($) =>
      seq("const", field("name", $._name), optional($._annotation), "=", field("value", $.expression)),

    event_declaration: ($) => seq("event", field("name", $.type_identifier), "=", field("value", $.record_type)),

    function_declaration: ($) =>
      seq(
        "fn",
        field("name", $._name),
        field("parameters", $.parameters),
        $._result,
        choice(seq("=", field("value", $.expression)), field("body", $.body)),
      ),

    probe_declaration: ($) =>
      seq(
        "probe",
        field("name", $._name),
        field("parameters", $.parameters),
        $._result,
        choice(seq("=", field("value", $.expression)), field("body", $.body)),
        repeat($._look_clause),
      ),

    action_declaration: ($) =>
      seq(
        "action",
        field("name", $._name),
        field("parameters", $.parameters),
        optional($._result),
        choice(seq("=", field("value", $.expression)), field("body", $.body)),
        repeat($._action_clause),
        optional(alias($.call_compensation, $.compensation)),
      ),

    extern_declaration: ($) =>
      seq(
        "extern",
        choice(
          seq(
            "probe",
            field("name", $._name),
            field("parameters", $.parameters),
            $._result,
            repeat($._look_clause),
          ),
          seq(
            "action",
            field("name", $._name),
            field("parameters", $.parameters),
            optional($._result),
            repeat($._action_clause),
            optional(alias($.call_compensation, $.compensation)),
          ),
        ),
      ),

    body: ($) =>
      seq("{", repeat(choice($.let_statement, $.probe_statement)), "return", field("result", $.expression), "}"),

    _look_clause: ($) => choice($.timeout_clause, $.retry_clause),
    _action_clause: ($) =>
      choice("idempotent", "irreversible", $.confirm_clause, $.retry_clause, $.timeout_clause),

    plan_declaration: ($) =>
      seq(
        "plan",
        field("name", $._name),
        field("parameters", $.parameters),
        optional($._result),
        repeat(choice($.on_clause, $.keyed_clause, $.takes_clause, $.risk_clause)),
        field("body", $.block),
      ),
    on_clause: ($) => seq("on", $.event_name, "as", field("name", $._name), optional($.where_clause)),

    parameters: ($) => seq("(", optional(listed($.parameter)), ")"),
    parameter: ($) =>
      seq(
        optional(field("word", $._word)),
        field("name", $._name),
        ":",
        field("type", $.type),
        optional(seq("=", field("value", $.expression))),
      ),

    _result: ($) => seq("->", field("result", $.type)),
    _annotation: ($) => seq(":", field("type", $.type)),

    // ------------------------------------------------------------------ types

    type: ($) => choice($.optional_type, $.named_type, $.record_type),
    optional_type: ($) => seq(choice($.named_type, $.record_type), "?"),
    named_type: ($) =>
      seq(optional(seq(field("module", $._name), ".")), field("name", $.type_identifier), optional($.type_arguments)),
    type_arguments: ($) => seq("<", commaSeparated($.type), ">"),
    record_type: ($) => seq("{", optional(listed($.field_type)), "}"),
    field_type: ($) => seq(field("name", $._word), ":", field("type", $.type)),
    event_name: ($) => seq(optional(seq(field("module", $._name), ".")), field("name", $.type_identifier)),

    // ------------------------------------------------------------------ statements

    block: ($) => seq("{", repeat($.statement), "}"),

    statement: ($) =>
      choice(
        $.goal_statement,
        $.let_statement,
        $.probe_statement,
        $.step_statement,
        $.task_statement,
        $.phase_statement,
        $.when_statement,
        $.decide_statement,
        $.parallel_statement,
        $.for_statement,
        $.rollout_statement,
        $.gate_statement,
        $.require_statement,
        $.verify_statement,
        $.guard_statement,
        $.on_statement,
        $.wait_statement,
        $.approve_statement,
        $.emit_statement,
        $.attempt_statement,
        $.commit_statement,
        $.run_statement,
        $.after_each_statement,
        $.fail_statement,
        $.return_statement,
        $.unwind_statement,
      ),

    goal_statement: ($) => seq("goal", $._string),

    let_statement: ($) =>
      seq("let", field("name", $._name), optional($._annotation), "=", field("value", $.expression)),

    probe_statement: ($) =>
      seq(
        "probe",
        field("name", $._name),
        optional($._annotation),
        "=",
        field("value", $.call),
        repeat(choice($.retry_clause, $.timeout_clause)),
      ),

    step_statement: ($) =>
      seq(
        "step",
        choice(
          seq(
            field("name", $._name),
            optional(field("title", $._string)),
            optional($._annotation),
            "=",
            field("value", $.call),
            repeat($._step_clause),
          ),
          seq(
            field("name", $._name),
            optional(field("title", $._string)),
            repeat(choice($.takes_clause, $.risk_clause, $.timeout_clause)),
            field("body", $.block),
          ),
          seq(field("value", $.call), repeat($._step_clause)),
        ),
        optional($.compensation),
      ),
    _step_clause: ($) =>
      choice($.retry_clause, $.timeout_clause, $.takes_clause, $.risk_clause, "irreversible", "best_effort"),

    task_statement: ($) =>
      seq(
        "task",
        field("name", $._name),
        optional($._annotation),
        field("title", $._string),
        "by",
        field("team", $._string),
        repeat(choice($.takes_clause, $.risk_clause, $.timeout_clause)),
        optional($.compensation),
      ),

    phase_statement: ($) =>
      seq(
        "phase",
        field("name", $._name),
        optional(field("title", $._string)),
        repeat(choice(alias($.after_phases_clause, $.after_clause), $.takes_clause, $.risk_clause, $.timeout_clause)),
        field("body", $.block),
        optional($.compensation),
      ),
    after_phases_clause: ($) => seq("after", commaSeparated($._name)),

    when_statement: ($) =>
      seq(
        "when",
        field("condition", $.expression),
        choice(
          seq(field("body", $.block), repeat($.else_when), optional($.else)),
          $.when_arms,
        ),
      ),
    when_arms: ($) => seq("{", repeat1($.when_arm), "}"),
    else_when: ($) => seq("else", "when", field("condition", $.expression), field("body", $.block)),
    else: ($) => seq("else", field("body", $.block)),
    when_arm: ($) => seq(field("pattern", $.pattern), "=>", field("body", $.block)),

    decide_statement: ($) =>
      seq(
        "decide",
        field("name", $._name),
        field("title", $._string),
        optional(seq("by", field("team", $._string))),
        optional($.timeout_clause),
        "{",
        repeat1($.option),
        "}",
      ),
    option: ($) =>
      seq(
        "option",
        field("name", $._name),
        optional(field("title", $._string)),
        optional(choice(seq("when", field("condition", $.expression)), "otherwise")),
        repeat(choice($.takes_clause, $.risk_clause)),
        field("body", $.block),
      ),

    parallel_statement: ($) => seq("parallel", optional($.limit_clause), "{", repeat1($.branch), "}"),
    branch: ($) =>
      seq(
        "branch",
        field("name", $._name),
        optional(field("title", $._string)),
        repeat(choice($.takes_clause, $.risk_clause)),
        field("body", $.block),
      ),

    for_statement: ($) =>
      seq(
        "for",
        field("name", $._name),
        "in",
        field("list", $.expression),
        repeat(
          choice(
            $.keyed_clause,
            "parallel",
            $.limit_clause,
            $.after_clause,
            $.by_clause,
            $.as_clause,
          ),
        ),
        field("body", $.block),
        optional($.compensation),
      ),
    after_clause: ($) => seq("after", $.expression),
    by_clause: ($) => seq("by", $.expression, optional("descending")),
    as_clause: ($) => seq("as", field("name", $._name)),

    rollout_statement: ($) =>
      seq(
        "rollout",
        optional(
          seq(
            field("name", $._name),
            optional(field("title", $._string)),
            "as",
            field("variable", $._name),
          ),
        ),
        choice(
          seq("in", field("list", $.expression), "for", field("hold", $.expression)),
          seq($.stage, repeat(seq("->", $.stage))),
        ),
        field("body", $.block),
        optional($.compensation),
      ),
    stage: ($) => seq(field("value", $._coalesce), optional(seq("for", field("hold", $.expression)))),

    gate_statement: ($) =>
      seq(
        "gate",
        optional($._label),
        field("condition", $.expression),
        $.every_clause,
        repeat(choice($.tolerate_clause, $.on_unknown_clause, $.on_fail_clause)),
        optional($.else_text),
      ),

    require_statement: ($) =>
      seq("require", optional($._label), field("condition", $.expression), optional($.else_text)),

    verify_statement: ($) =>
      seq(
        "verify",
        optional($._label),
        field("condition", $.expression),
        optional(seq($.within_clause, $.every_clause)),
        optional($.else_text),
      ),

    guard_statement: ($) =>
      seq(
        "guard",
        optional($._label),
        field("condition", $.expression),
        $.every_clause,
        repeat(choice($.tolerate_clause, $.on_unknown_clause, $.on_fail_clause, $.until_clause)),
        optional($.else_text),
      ),

    _label: ($) => seq(field("label", $._name), ":"),
    tolerate_clause: ($) => seq("tolerate", $.expression),
    on_unknown_clause: (_) => seq("on", "unknown", choice("undo", "pause")),
    on_fail_clause: (_) => seq("on", "fail", choice("undo", "pause", "step_back")),
    until_clause: ($) => seq("until", field("phase", $._name)),
    else_text: ($) => seq("else", $._string),

    on_statement: ($) =>
      seq("on", $.event_name, optional($.as_clause), optional($.where_clause), field("body", $.block)),

    wait_statement: ($) =>
      seq(
        "wait",
        optional($._label),
        choice(
          seq("until", field("condition", $.expression), $.every_clause, optional($.timeout_clause)),
          seq("for", $.event_name, optional($.as_clause), optional($.where_clause), optional($.timeout_clause)),
          field("time", $.expression),
        ),
      ),

    approve_statement: ($) =>
      seq(
        "approve",
        optional(field("name", $._name)),
        field("title", $._string),
        "by",
        field("team", $._string),
        optional($.timeout_clause),
      ),

    emit_statement: ($) => seq("emit", $.event_name, optional($.record)),

    attempt_statement: ($) =>
      seq(
        "attempt",
        optional(field("name", $._name)),
        field("body", $.block),
        "else",
        optional($.as_clause),
        field("otherwise", $.block),
      ),

    commit_statement: ($) => seq("commit", optional(field("name", $._name)), field("title", $._string)),

    run_statement: ($) =>
      seq(
        "run",
        optional(seq(field("name", $._name), optional($._annotation), "=")),
        field("value", $.call),
        repeat(choice($.timeout_clause, $.takes_clause, $.risk_clause)),
        optional($.compensation),
      ),

    after_each_statement: ($) => seq("after", "each", "phase", "as", field("name", $._name), field("body", $.block)),

    fail_statement: ($) => seq("fail", $._string),
    return_statement: ($) => seq("return", optional($.expression)),
    unwind_statement: ($) => alias($._unwind, "unwind"),
    _unwind: (_) => "unwind",

    // ------------------------------------------------------------------ clauses

    compensation: ($) =>
      seq("compensate", choice(seq(optional(choice("always", "best_effort")), $.block), $._undo_call)),
    call_compensation: ($) => seq("compensate", $._undo_call),
    _undo_call: ($) =>
      seq(
        optional(choice("always", "best_effort")),
        choice(seq($.call, repeat(choice($.retry_clause, $.timeout_clause))), "nothing"),
      ),


    confirm_clause: ($) => seq("confirm", $.expression),
    keyed_clause: ($) => seq("keyed", $.expression),
    limit_clause: ($) => seq("limit", $.expression),
    every_clause: ($) => seq("every", $.expression),
    within_clause: ($) => seq("within", $.expression),
    where_clause: ($) => seq("where", $.expression),
    risk_clause: ($) => seq("risk", $.expression),
    timeout_clause: ($) => seq("timeout", $.expression),
    retry_clause: ($) => seq("retry", $.expression, optional(seq("backoff", choice($._sum, $.range)))),
    takes_clause: ($) => seq("takes", choice($._sum, $.range)),
    range: ($) => seq($._sum, "..", $._sum, optional(seq("..", $._sum))),

    // ------------------------------------------------------------------ expressions, loosest first

    expression: ($) => choice($.if_expression, $._or),
    _or: ($) => choice(alias($.or_expression, $.binary_expression), $._and),
    _and: ($) => choice(alias($.and_expression, $.binary_expression), $._not),
    _not: ($) => choice($.not_expression, $._comparison),
    _comparison: ($) =>
      choice(alias($.comparison, $.binary_expression), $.in_expression, $.is_expression, $._coalesce),
    _coalesce: ($) => choice(alias($.coalesce_expression, $.binary_expression), $._sum),
    _sum: ($) => choice(alias($.sum_expression, $.binary_expression), $._product),
    _product: ($) => choice(alias($.product_expression, $.binary_expression), $._unary),
    _unary: ($) => choice($.unary_expression, $._postfix),
    _postfix: ($) => choice($.call_expression, $.field_expression, $.index_expression, $._primary),
    _primary: ($) =>
      choice(
        $.number,
        $.unit,
        $.invalid_number,
        $.boolean,
        $.none,
        $._string,
        $._name,
        $.secret,
        $.shorthand,
        $.list,
        $.record,
        $.match_expression,
        $.parenthesized_expression,
      ),

    if_expression: ($) =>
      seq(
        "if",
        field("condition", $.expression),
        "then",
        field("consequence", $.expression),
        "else",
        field("alternative", $.expression),
      ),
    or_expression: ($) => seq(field("left", $._or), field("operator", "or"), field("right", $._and)),
    and_expression: ($) => seq(field("left", $._and), field("operator", "and"), field("right", $._not)),
    not_expression: ($) => seq("not", $._not),
    comparison: ($) =>
      seq(
        field("left", $._coalesce),
        field("operator", choice("==", "!=", "<=", ">=", "<", ">")),
        field("right", $._coalesce),
      ),
    in_expression: ($) => seq(field("left", $._coalesce), optional("not"), "in", field("right", $._coalesce)),
    is_expression: ($) =>
      seq(
        field("left", $._coalesce),
        "is",
        optional("not"),
        field("pattern", $._pattern_alternative),
        repeat(seq("|", field("pattern", $._pattern_alternative))),
      ),
    coalesce_expression: ($) => seq(field("left", $._coalesce), field("operator", "??"), field("right", $._sum)),
    sum_expression: ($) => seq(field("left", $._sum), field("operator", choice("+", "-")), field("right", $._product)),
    product_expression: ($) =>
      seq(field("left", $._product), field("operator", choice("*", "/")), field("right", $._unary)),
    unary_expression: ($) => seq("-", $._unary),

    call_expression: ($) => seq(field("function", $._postfix), field("arguments", $.arguments)),
    field_expression: ($) => seq(field("value", $._postfix), choice(".", "?."), field("field", $._word)),
    index_expression: ($) => seq(field("value", $._postfix), "[", field("index", $.expression), "]"),

    secret: ($) => seq("secret", field("source", $._name), "(", $._string, ")"),
    shorthand: ($) => seq(".", field("field", $._word)),
    list: ($) => seq("[", optional(listed($.expression)), "]"),
    record: ($) => seq("{", optional(listed(choice($.record_field, $.spread))), "}"),
    record_field: ($) => seq(field("name", choice($._word, $._string)), ":", field("value", $.expression)),
    spread: ($) => seq("...", $.expression),
    parenthesized_expression: ($) => seq("(", $.expression, ")"),

    match_expression: ($) => seq("match", field("value", $.expression), "{", listed($.match_arm), "}"),
    match_arm: ($) => seq(field("pattern", $.pattern), "=>", field("value", $.expression)),

    // A call where nothing else may stand.
    call: ($) => seq(field("function", $._callee), field("arguments", $.arguments)),
    _callee: ($) => choice($._name, alias($.callee_member, $.field_expression)),
    callee_member: ($) => seq(field("value", $._callee), ".", field("field", $._word)),

    arguments: ($) => seq("(", optional(listed($.argument)), ")"),
    argument: ($) =>
      seq(optional(seq(field("name", $._word), ":")), field("value", choice($.expression, $.lambda))),
    lambda: ($) => seq(field("parameters", $.lambda_parameters), "=>", field("body", $.expression)),
    lambda_parameters: ($) =>
      choice($._name, $.wildcard, seq("(", commaSeparated(choice($._name, $.wildcard)), ")")),

    // ------------------------------------------------------------------ patterns

    pattern: ($) =>
      seq(
        $._pattern_alternative,
        repeat(seq("|", $._pattern_alternative)),
        optional(seq("as", field("name", $._name))),
      ),
    _pattern_alternative: ($) =>
      choice($.wildcard, $.none, $.boolean, $._string, $.number_pattern, $.range_pattern, $.variant_pattern),
    number_pattern: ($) => seq(optional("-"), choice($.number, $.unit, $.invalid_number)),
    range_pattern: ($) => seq($.number_pattern, "..", $.number_pattern),
    variant_pattern: ($) => seq(field("name", $._name), optional(seq("(", listed($._payload_pattern), ")"))),
    _payload_pattern: ($) => choice($.field_pattern, alias($._name, $.binding), $.wildcard),
    field_pattern: ($) => seq(field("name", $._word), ":", field("pattern", $.pattern)),
    wildcard: (_) => "_",

    // ------------------------------------------------------------------ tests

    test_declaration: ($) =>
      seq(
        "test",
        field("title", $._string),
        "{",
        repeat(choice($.let_statement, $.given_statement, alias($.test_run, $.run_statement), $.expect_statement)),
        "}",
      ),

    given_statement: ($) =>
      seq(
        "given",
        choice(
          seq("operator", field("word", $._name), optional($._string), $._test_time),
          seq($.event_name, optional($.record), $._test_time),
          seq(choice($._string, $.call_match), $.answer, repeat(seq(choice("then", $.from_clause), $.answer))),
        ),
      ),
    from_clause: ($) => seq("from", $.expression),
    call_match: ($) =>
      seq(field("function", $._call_path), "(", optional(listed(choice("...", $.argument_match))), ")"),
    _call_path: ($) => choice($._name, alias($.call_path_member, $.field_expression)),
    call_path_member: ($) => seq(field("value", $._call_path), ".", field("field", $._word)),
    argument_match: ($) =>
      seq(
        optional(seq(field("name", $._word), ":")),
        choice(seq($.wildcard, optional(seq("as", field("capture", $._name)))), $.expression),
      ),
    answer: ($) =>
      seq(
        choice(
          seq("returns", $.expression),
          "done",
          seq("fails", optional($._string)),
          "hangs",
          seq("lost", choice("done", seq("returns", $.expression), seq("not", "done"))),
          "granted",
          seq("refused", optional($._string)),
          seq("chooses", field("option", $._name)),
          seq("crashes", choice("before", "during", "after")),
        ),
        optional($.times_clause),
        optional(alias($.answer_takes, $.takes_clause)),
      ),
    times_clause: ($) => seq("times", $.expression),
    answer_takes: ($) => seq("takes", $.expression),
    _test_time: ($) => choice($.after_clause, seq("at", $._string)),

    test_run: ($) => seq("run", field("value", $.call), optional(seq("under", "every", choice("fault", "crash")))),

    expect_statement: ($) =>
      seq(
        "expect",
        choice(seq("called", $.call_match, optional($.times_clause)), seq("never", $.call_match), $.expression),
      ),

    // ------------------------------------------------------------------ tokens

    _name: ($) => choice($.identifier, alias(choice(...SOFT_BESIDE_NAMES), $.identifier)),
    _word: ($) => choice($._name, alias(choice(...HARD), $.identifier)),

    identifier: (_) => nameThatIsNot(HARD),
    type_identifier: (_) => /[A-Z][A-Za-z0-9]*/,

    number: (_) => /[0-9][0-9_]*(\.[0-9]+)?/,
    unit: (_) => /([0-9][0-9_]*(\.[0-9]+)?(ns|us|ms|s|m|h|d|w))+|[0-9][0-9_]*(\.[0-9]+)?(B|[KMGTP]i?B|%)/,
    // A number with an unknown unit, a date, or a version.
    invalid_number: (_) =>
      /[0-9][0-9_]*(\.[0-9]+)?[A-Za-z%][A-Za-z0-9_%]*|[0-9]{4}-[0-9]{2}-[0-9]{2}[0-9A-Za-z:]*|[0-9]+\.[0-9]+(\.[0-9]+)+/,

    boolean: (_) => choice("true", "false"),
    none: (_) => "none",

    _string: ($) => choice($.string, $.raw_string),
    string: ($) =>
      choice(
        seq(
          '"',
          repeat(choice(alias($._line_content, $.string_content), $.escape_sequence, $.interpolation)),
          token.immediate('"'),
        ),
        seq(
          '"""',
          repeat(choice(alias(choice($._block_content, $._quotes), $.string_content), $.escape_sequence, $.interpolation)),
          token.immediate('"""'),
        ),
      ),
    _line_content: (_) => token.immediate(prec(3, /[^"\\{\n]+/)),
    _block_content: (_) => token.immediate(prec(3, /[^"\\{]+/)),
    _quotes: (_) => token.immediate(/""?/),
    escape_sequence: (_) => token.immediate(/\\([ntr0\\"{}]|u\{[0-9a-fA-F]+\})/),
    interpolation: ($) => seq(token.immediate("{"), $.expression, "}"),
    raw_string: (_) => token(choice(/r"[^"\n]*"/, /r"""([^"]|"[^"]|""[^"])*"""/)),
  },
});

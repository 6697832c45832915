; What is shown as what. Of two patterns that match one node the later one holds.
;
; The lists of words are made from src/syntax/token.rs, and the queries of the editors from this file:
; `ORCH_UPDATE=1 cargo test --test editors made` writes both.

; Words

; words: declaration
["plan" "fn" "action" "probe" "uses" "import" "type" "const" "event" "extern" "test"] @keyword.function

; words: statement + test statement
["goal" "let" "step" "task" "phase" "when" "decide" "option" "parallel" "branch" "for"
  "rollout" "gate" "require" "verify" "guard" "on" "wait" "approve" "emit" "attempt" "commit"
  "run" "after" "fail" "return" "unwind" "given" "expect"] @keyword

; words: clause + test clause + mark + answer + choice
["compensate" "confirm" "keyed" "takes" "risk" "retry" "backoff" "timeout" "by" "limit"
  "every" "tolerate" "until" "within" "where" "from" "times" "at" "under" "idempotent"
  "irreversible" "best_effort" "otherwise" "descending" "returns" "done" "fails" "hangs"
  "lost" "granted" "refused" "chooses" "crashes" "unknown" "undo" "pause" "step_back" "each"
  "always" "nothing" "operator" "before" "during" "fault" "crash" "called" "never"] @keyword.modifier

; words: expression
["if" "then" "else" "match" "secret"] @keyword.conditional

; words: operator
["and" "or" "not" "in" "is" "as"] @keyword.operator

(probe_statement "probe" @keyword)
(extern_declaration ["probe" "action"] @keyword.function)
(for_statement "parallel" @keyword.modifier)
(on_fail_clause "fail" @keyword.modifier)

(boolean) @boolean
(none) @constant.builtin

; Names

(named_type name: (type_identifier) @type)
(type_declaration name: (type_identifier) @type.definition)
(event_declaration name: (type_identifier) @type.definition)
(event_name name: (type_identifier) @type)
(import_declaration (type_identifier) @type)

(function_declaration name: (identifier) @function)
(probe_declaration name: (identifier) @function)
(action_declaration name: (identifier) @function)
(extern_declaration name: (identifier) @function)
(plan_declaration name: (identifier) @function)
(capability name: (identifier) @function.builtin)
(secret source: (identifier) @function.builtin)

(parameter name: (identifier) @variable.parameter)
(lambda_parameters (identifier) @variable.parameter)
(const_declaration name: (identifier) @constant)
(variant name: (identifier) @constant)
(variant_pattern name: (identifier) @constant)

(let_statement name: (identifier) @variable)
(probe_statement name: (identifier) @variable)
(step_statement name: (identifier) @variable)
(task_statement name: (identifier) @variable)
(run_statement name: (identifier) @variable)
(for_statement name: (identifier) @variable)
(as_clause name: (identifier) @variable)
(on_clause name: (identifier) @variable)
(rollout_statement variable: (identifier) @variable)
(after_each_statement name: (identifier) @variable)
(pattern name: (identifier) @variable)
(binding) @variable

(phase_statement name: (identifier) @label)
(decide_statement name: (identifier) @label)
(option name: (identifier) @label)
(branch name: (identifier) @label)
(rollout_statement name: (identifier) @label)
(attempt_statement name: (identifier) @label)
(approve_statement name: (identifier) @label)
(commit_statement name: (identifier) @label)
(_ label: (identifier) @label)

(module_path (identifier) @module)
(import_declaration alias: (identifier) @module)
(named_type module: (identifier) @module)
(event_name module: (identifier) @module)

(field_expression field: (identifier) @variable.member)
(shorthand field: (identifier) @variable.member)
(record_field name: (identifier) @variable.member)
(field_type name: (identifier) @variable.member)
(field_pattern name: (identifier) @variable.member)
(argument name: (identifier) @variable.parameter)

(call_expression function: (identifier) @function.call)
(call_expression function: (field_expression field: (identifier) @function.method.call))
(call function: (identifier) @function.call)
(call function: (field_expression field: (identifier) @function.method.call))
(call_match function: (identifier) @function.call)
(call_match function: (field_expression field: (identifier) @function.method.call))

(wildcard) @variable.builtin

; Literals

(number) @number
(unit) @number
(invalid_number) @error

(string ["\"" "\"\"\""] @string)
(string_content) @string
(raw_string) @string
(escape_sequence) @string.escape

(comment) @comment
(doc_comment) @comment.documentation

; Signs

["=" "==" "!=" "<=" ">=" "<" ">" "+" "-" "*" "/" "??" "->" "=>" "|" ".." "..." "?"] @operator
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["," ":" "." "?."] @punctuation.delimiter
(interpolation ["{" "}"] @punctuation.special)

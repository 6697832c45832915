; Made from grammar/tree-sitter-orch/queries/indents.scm by `ORCH_UPDATE=1 cargo test --test editors made`.

[
  (block)
  (body)
  (arguments)
  (parameters)
  (list)
  (record)
  (record_type)
  (match_expression)
  (decide_statement)
  (parallel_statement)
  (test_declaration)
  (when_arms)
] @indent.begin

["}" "]" ")"] @indent.branch @indent.end

(string) @indent.ignore

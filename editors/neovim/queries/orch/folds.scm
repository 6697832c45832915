; Made from grammar/tree-sitter-orch/queries/folds.scm by `ORCH_UPDATE=1 cargo test --test editors made`.

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
  (when_arms)
  (test_declaration)
  (string)
] @fold

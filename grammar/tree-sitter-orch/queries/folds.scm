; What can be folded away.

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

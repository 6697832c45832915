; What is indented.

[
  (block)
  (body)
  (arguments)
  (parameters)
  (list)
  (record)
  (record_type)
  (when_arms)
  (match_expression)
  (decide_statement)
  (parallel_statement)
  (test_declaration)
] @indent

; A line that goes on with the statement above it.
([
  (retry_clause)
  (timeout_clause)
  (takes_clause)
  (risk_clause)
  (confirm_clause)
  (compensation)
] @indent
  (#set! "scope" "all"))

["}" "]" ")"] @outdent

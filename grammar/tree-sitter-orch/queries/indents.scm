; What is indented (the captures of Neovim; the other editors have their own).

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

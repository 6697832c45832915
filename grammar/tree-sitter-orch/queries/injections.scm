; Texts of other languages.

((comment) @injection.content
  (#set! injection.language "comment"))

((doc_comment) @injection.content
  (#set! injection.language "comment"))

((call_expression
  function: (identifier) @_shell
  arguments: (arguments . (argument value: (string (string_content) @injection.content))))
  (#eq? @_shell "shell")
  (#set! injection.combined)
  (#set! injection.language "bash"))

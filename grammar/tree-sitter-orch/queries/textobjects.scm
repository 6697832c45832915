; What can be selected as one thing (the captures of Helix).

(plan_declaration body: (block) @function.inside) @function.around
(action_declaration) @function.around
(action_declaration value: (_) @function.inside)
(probe_declaration value: (_) @function.inside) @function.around
(function_declaration value: (_) @function.inside) @function.around
(_ body: (body) @function.inside) @function.around

(phase_statement body: (block) @class.inside) @class.around
(type_declaration value: (_) @class.inside) @class.around

(test_declaration) @test.around

(parameters (parameter) @parameter.inside @parameter.around)
(arguments (argument) @parameter.inside @parameter.around)
(list (_) @entry.inside @entry.around)
(record (_) @entry.inside @entry.around)

(comment) @comment.inside
(comment)+ @comment.around
(doc_comment) @comment.inside
(doc_comment)+ @comment.around

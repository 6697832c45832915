; Made from grammar/tree-sitter-orch/queries/tags.scm by `ORCH_UPDATE=1 cargo test --test editors made`.

(plan_declaration name: (identifier) @name) @definition.function
(function_declaration name: (identifier) @name) @definition.function
(probe_declaration name: (identifier) @name) @definition.function
(action_declaration name: (identifier) @name) @definition.function
(extern_declaration name: (identifier) @name) @definition.function
(type_declaration name: (type_identifier) @name) @definition.type
(event_declaration name: (type_identifier) @name) @definition.type
(const_declaration name: (identifier) @name) @definition.constant
(phase_statement name: (identifier) @name) @definition.module

(call function: (identifier) @name) @reference.call
(call_expression function: (identifier) @name) @reference.call
(type_identifier) @name @reference.type

; Where names are bound, and how far they reach.

[
  (source_file)
  (function_declaration)
  (probe_declaration)
  (action_declaration)
  (plan_declaration)
  (test_declaration)
  (block)
  (body)
  (lambda)
  (match_arm)
  (when_arm)
  (for_statement)
  (rollout_statement)
  (on_statement)
  (after_each_statement)
] @local.scope

(parameter name: (identifier) @local.definition)
(lambda_parameters (identifier) @local.definition)
(const_declaration name: (identifier) @local.definition)
(function_declaration name: (identifier) @local.definition)
(probe_declaration name: (identifier) @local.definition)
(action_declaration name: (identifier) @local.definition)
(plan_declaration name: (identifier) @local.definition)
(let_statement name: (identifier) @local.definition)
(probe_statement name: (identifier) @local.definition)
(step_statement name: (identifier) @local.definition)
(task_statement name: (identifier) @local.definition)
(run_statement name: (identifier) @local.definition)
(phase_statement name: (identifier) @local.definition)
(decide_statement name: (identifier) @local.definition)
(for_statement name: (identifier) @local.definition)
(rollout_statement variable: (identifier) @local.definition)
(after_each_statement name: (identifier) @local.definition)
(as_clause name: (identifier) @local.definition)
(pattern name: (identifier) @local.definition)
(binding) @local.definition

(identifier) @local.reference

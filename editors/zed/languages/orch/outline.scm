(plan_declaration "plan" @context name: (_) @name) @item
(function_declaration "fn" @context name: (_) @name) @item
(probe_declaration "probe" @context name: (_) @name) @item
(action_declaration "action" @context name: (_) @name) @item
(extern_declaration "extern" @context name: (_) @name) @item
(type_declaration "type" @context name: (_) @name) @item
(event_declaration "event" @context name: (_) @name) @item
(const_declaration "const" @context name: (_) @name) @item
(test_declaration "test" @context title: (_) @name) @item
(phase_statement "phase" @context name: (_) @name title: (_)? @context) @item
(decide_statement "decide" @context name: (_) @name) @item
(rollout_statement "rollout" @context name: (_) @name) @item

" Vim syntax file
" Language: Orch
"
" The lists of words are made from src/syntax/token.rs: `ORCH_UPDATE=1 cargo test --test editors made` writes the list
" that follows each description. A soft word is a name where the word or sign before it wants a value or a name
" (orchOperand, reached by `nextgroup`); behind a complete expression it is a word of the language.

if exists('b:current_syntax')
  finish
endif

let s:save_cpo = &cpo
set cpo&vim

syn case match
syn sync fromstart

" Of two matches at one place the one defined last holds, so that what is defined first is what is left.

" Names and signs
syn match orchName "\<\l\w*\>\|\<_\w\+\>"
syn match orchWildcard "\<_\>"
syn match orchType "\<\u\w*\>"
syn match orchOperator "?"
syn match orchOperator "[-+*/]\|[=!<>]=\|[=<>|]\|=>\|->\|??" nextgroup=orchOperand skipwhite skipempty
syn match orchSign "[,([]" nextgroup=orchOperand skipwhite skipempty
syn match orchSign "[)\]]"
syn match orchSign "\(\<\u\w*\|[>?}]\)\@<=>"
syn match orchColon ":" nextgroup=orchOperand skipwhite skipempty
syn match orchIllegal "[@#`~^&$\\;%'!]\|&&\|||"
syn match orchOperator "!="  nextgroup=orchOperand skipwhite skipempty

" Soft words, where they are words of the language
" words: soft declaration
syn match orchDeclaration "\<\%(uses\|import\|type\|const\|event\|extern\|test\)\>" nextgroup=orchOperand skipwhite
syn match orchDeclaration "\<import\>" nextgroup=orchModule skipwhite
" words: test statement
syn match orchTest "\<\%(given\|expect\)\>" nextgroup=orchChosen,orchOperand skipwhite
" words: soft clause + test clause
syn match orchClause "\<\%(confirm\|keyed\|takes\|risk\|retry\|backoff\|timeout\|by\|limit\|every\|tolerate\|until\|within\|where\|from\|times\|at\|under\)\>" nextgroup=orchOperand skipwhite skipempty
" words: mark
syn match orchClause "\<\%(idempotent\|irreversible\|best_effort\|otherwise\|descending\)\>"
" words: answer
syn match orchAnswer "\<\%(returns\|done\|fails\|hangs\|lost\|granted\|refused\|chooses\|crashes\)\>"
syn match orchAnswer "\<\%(returns\|chooses\)\>" nextgroup=orchOperand skipwhite
syn match orchAnswer "\<lost\>" nextgroup=orchAnswerOf skipwhite
syn match orchAnswer "\<crashes\>" nextgroup=orchMoment skipwhite
syn match orchClause "\<under\>" nextgroup=orchUnderEvery,orchOperand skipwhite

" Soft words behind `{` are names; a block begins with a hard word or with a statement of a test.
" words: soft
syn match orchName "\({\_s*\)\@<=\<\%(uses\|import\|type\|const\|event\|extern\|test\|given\|expect\|confirm\|keyed\|takes\|risk\|retry\|backoff\|timeout\|by\|limit\|every\|tolerate\|until\|within\|where\|from\|times\|at\|under\|idempotent\|irreversible\|best_effort\|otherwise\|descending\|returns\|done\|fails\|hangs\|lost\|granted\|refused\|chooses\|crashes\|unknown\|undo\|pause\|step_back\|each\|always\|nothing\|operator\|before\|during\|fault\|crash\|called\|never\)\>"
" words: test statement
syn match orchTest "\({\_s*\)\@<=\<\%(given\|expect\)\>\ze\s\+\%(\%(in\|is\|and\|or\|not\)\>\)\@![[:alnum:]_"({\[]" nextgroup=orchChosen,orchOperand skipwhite

" Hard words
" words: statement
syn match orchStatement "\<\%(goal\|let\|step\|task\|phase\|when\|decide\|option\|parallel\|branch\|for\|rollout\|gate\|require\|verify\|guard\|on\|wait\|approve\|emit\|attempt\|commit\|run\|after\|fail\|return\|unwind\)\>" nextgroup=orchOperand skipwhite skipempty
syn match orchStatement "\<unwind\>"
syn match orchStatement "\<\%(let\|step\|task\|phase\|decide\|option\|branch\|for\|rollout\|run\|approve\|commit\|attempt\)\>" nextgroup=orchDeclared,orchOperand skipwhite
syn match orchStatement "\<on\>" nextgroup=orchOnVerdict,orchOperand skipwhite
syn match orchStatement "\<after\>" nextgroup=orchEach,orchOperand skipwhite
syn match orchStatement "\<parallel\>" nextgroup=orchLimit skipwhite
syn match orchStatement "\<wait\>" nextgroup=orchUntil,orchOperand skipwhite
" words: hard declaration
syn match orchDeclaration "\<\%(plan\|fn\|action\|probe\)\>" nextgroup=orchDefined,orchOperand skipwhite
syn match orchStatement "\<probe\>\ze\s\+\w\+\s*[:=]" nextgroup=orchDeclared skipwhite
" words: hard clause
syn match orchClause "\<\%(compensate\)\>" nextgroup=orchUndo,orchOperand skipwhite
" words: expression
syn match orchConditional "\<\%(if\|then\|else\|match\|secret\)\>" nextgroup=orchOperand skipwhite skipempty
syn match orchConditional "\<then\>" nextgroup=orchAnswerOf,orchOperand skipwhite skipempty
" words: operator
syn match orchWordOperator "\<\%(and\|or\|not\|in\|is\|as\)\>" nextgroup=orchOperand skipwhite skipempty
syn match orchWordOperator "\<as\>" nextgroup=orchAlias skipwhite
" words: constant
syn match orchConstant "\<\%(true\|false\|none\)\>"
" words: kept
syn match orchIllegal "\<\%(while\|loop\|try\|catch\|do\)\>"

" Names by what follows them: they win over every word
" words: hard
syn match orchCall "\<\(\%(plan\|fn\|action\|probe\|goal\|let\|step\|task\|phase\|when\|decide\|option\|parallel\|branch\|for\|rollout\|gate\|require\|verify\|guard\|on\|wait\|approve\|emit\|attempt\|commit\|run\|after\|fail\|return\|unwind\|compensate\|if\|then\|else\|match\|secret\|and\|or\|not\|in\|is\|as\|true\|false\|none\)\>\)\@!\l\w*\>\ze("
syn match orchProperty "\<\h\w*\>\ze\s*:" nextgroup=orchColon skipwhite
syn match orchStatement "\<wait\>\ze\s\+\w\+\s*:" nextgroup=orchWaitLabel skipwhite
syn match orchWaitLabel contained "\<\h\w*\s*:" nextgroup=orchUntil,orchOperand skipwhite

" Behind a dot every word is a name
syn match orchDot "?\=\.\.\@!" nextgroup=orchMember,orchMethod skipwhite skipempty
syn match orchOperator "\.\.\.\=" nextgroup=orchOperand skipwhite
syn match orchMember contained "\<\h\w*\>"
syn match orchMethod contained "\<\h\w*\>\ze("

" Reached from the word before
" words: soft
syn match orchOperand contained "\<\%(uses\|import\|type\|const\|event\|extern\|test\|given\|expect\|confirm\|keyed\|takes\|risk\|retry\|backoff\|timeout\|by\|limit\|every\|tolerate\|until\|within\|where\|from\|times\|at\|under\|idempotent\|irreversible\|best_effort\|otherwise\|descending\|returns\|done\|fails\|hangs\|lost\|granted\|refused\|chooses\|crashes\|unknown\|undo\|pause\|step_back\|each\|always\|nothing\|operator\|before\|during\|fault\|crash\|called\|never\)\>\%(\s*:\)\@!"
" words: soft
syn match orchCall contained "\<\%(uses\|import\|type\|const\|event\|extern\|test\|given\|expect\|confirm\|keyed\|takes\|risk\|retry\|backoff\|timeout\|by\|limit\|every\|tolerate\|until\|within\|where\|from\|times\|at\|under\|idempotent\|irreversible\|best_effort\|otherwise\|descending\|returns\|done\|fails\|hangs\|lost\|granted\|refused\|chooses\|crashes\|unknown\|undo\|pause\|step_back\|each\|always\|nothing\|operator\|before\|during\|fault\|crash\|called\|never\)\>\ze("
syn match orchDefined contained "\<\h\w*\>\ze\s*("
syn match orchModule contained "\<\l\w*\%(/\l\w*\)*"
" words: hard
syn match orchDeclared contained "\<\(\%(plan\|fn\|action\|probe\|goal\|let\|step\|task\|phase\|when\|decide\|option\|parallel\|branch\|for\|rollout\|gate\|require\|verify\|guard\|on\|wait\|approve\|emit\|attempt\|commit\|run\|after\|fail\|return\|unwind\|compensate\|if\|then\|else\|match\|secret\|and\|or\|not\|in\|is\|as\|true\|false\|none\)\>\)\@!\h\w*\>\%(\s*[.(]\)\@!" nextgroup=orchColon skipwhite
syn match orchAlias contained "\<\h\w*\>" nextgroup=orchFirstStage skipwhite
" words: soft
syn match orchFirstStage contained "\<\%(uses\|import\|type\|const\|event\|extern\|test\|given\|expect\|confirm\|keyed\|takes\|risk\|retry\|backoff\|timeout\|by\|limit\|every\|tolerate\|until\|within\|where\|from\|times\|at\|under\|idempotent\|irreversible\|best_effort\|otherwise\|descending\|returns\|done\|fails\|hangs\|lost\|granted\|refused\|chooses\|crashes\|unknown\|undo\|pause\|step_back\|each\|always\|nothing\|operator\|before\|during\|fault\|crash\|called\|never\)\>\ze\s*\%(->\|\<for\>\|{\)"
syn match orchOnVerdict contained "\<\%(unknown\|fail\)\>\ze\s\+\%(undo\|pause\|step_back\)\>" nextgroup=orchReaction skipwhite
syn match orchReaction contained "\<\%(undo\|pause\|step_back\)\>"
syn match orchEach contained "\<each\>\ze\s\+phase\>"
syn match orchLimit contained "\<limit\>" nextgroup=orchOperand skipwhite
syn match orchUntil contained "\<until\>\ze\s\+[^[:space:]*/+-]" nextgroup=orchOperand skipwhite
syn match orchUndo contained "\<nothing\>\%(\s*[.(]\)\@!\|\<\%(always\|best_effort\)\>\ze\%(\s*{\|\s\+\h\)"
syn match orchChosen contained "\<\%(operator\|called\|never\)\>\ze\s\+\%(\%(in\|is\|and\|or\|not\)\>\)\@!\h"
syn match orchUnderEvery contained "\<every\>\ze\s\+\%(fault\|crash\)\>" nextgroup=orchInjected skipwhite
syn match orchInjected contained "\<\%(fault\|crash\)\>"
syn match orchMoment contained "\<\%(before\|during\|after\)\>"
" words: answer
syn match orchAnswerOf contained "\<\%(returns\|done\|fails\|hangs\|lost\|granted\|refused\|chooses\|crashes\)\>\%(\s*[.(:]\|\s\+else\>\)\@!"
syn match orchAnswerOf contained "\<not\>\ze\s\+done\>" nextgroup=orchAnswerOf skipwhite
syn match orchAnswerOf contained "\<returns\>\%(\s*[.(:]\|\s\+else\>\)\@!" nextgroup=orchOperand skipwhite
syn match orchAnswerOf contained "\<lost\>\%(\s*[.(:]\|\s\+else\>\)\@!" nextgroup=orchAnswerOf skipwhite
syn match orchAnswerOf contained "\<crashes\>\%(\s*[.(:]\|\s\+else\>\)\@!" nextgroup=orchMoment skipwhite

" Numbers
syn match orchNumber "\<\d[0-9_]*\%(\.\d\+\)\="
syn match orchIllegal "\<\d[0-9_]*\%(\.\d\+\)\=[A-Za-z%][A-Za-z0-9_%]*"
syn match orchIllegal "\<\d\{4}-\d\d-\d\d[0-9A-Za-z:]*"
syn match orchNumber "\<\%(\d[0-9_]*\%(\.\d\+\)\=\%(ns\|us\|ms\|s\|m\|h\|d\|w\)\)\+[A-Za-z0-9_%]\@!"
syn match orchNumber "\<\d[0-9_]*\%(\.\d\+\)\=\%(B\|[KMGTP]i\=B\|%\)[A-Za-z0-9_%]\@!"

" Brackets, which can be folded; inside, all is as outside
syn region orchBraces matchgroup=orchSign start="{" end="}" transparent fold contains=TOP

" Strings
syn match orchEscape contained "\\[ntr0\\\"{}]\|\\u{\x\{1,6}}"
syn match orchBadEscape contained "\\\%([ntr0\\\"{}]\|u{\x\{1,6}}\)\@!."
syn region orchInterpolation contained matchgroup=orchInterpolationMark start="{" end="}" contains=TOP
syn region orchString start=+"+ end=+"+ end=+$+ contains=orchEscape,orchBadEscape,orchInterpolation,@Spell
syn region orchBlockString start=+"""+ end=+"""+ contains=orchEscape,orchBadEscape,orchInterpolation,@Spell
syn region orchRawString start=+\<r"+ end=+"+ end=+$+
syn region orchRawString start=+\<r"""+ end=+"""+

" Comments
syn keyword orchTodo contained TODO FIXME NOTE
syn match orchComment "//.*$" contains=orchTodo,@Spell
syn match orchDoc "//\%(!\|//\@!\).*$" contains=orchTodo,@Spell

hi def link orchDeclaration Structure
hi def link orchStatement Statement
hi def link orchTest Statement
hi def link orchClause StorageClass
hi def link orchAnswer StorageClass
hi def link orchAnswerOf StorageClass
hi def link orchOnVerdict StorageClass
hi def link orchReaction StorageClass
hi def link orchEach StorageClass
hi def link orchLimit StorageClass
hi def link orchUntil StorageClass
hi def link orchUndo StorageClass
hi def link orchChosen StorageClass
hi def link orchUnderEvery StorageClass
hi def link orchInjected StorageClass
hi def link orchMoment StorageClass
hi def link orchConditional Conditional
hi def link orchWordOperator Operator
hi def link orchOperator Operator
hi def link orchConstant Constant
hi def link orchType Type
hi def link orchCall Function
hi def link orchMethod Function
hi def link orchDefined Function
hi def link orchDeclared Identifier
hi def link orchAlias Identifier
hi def link orchModule Include
hi def link orchWildcard Special
hi def link orchNumber Number
hi def link orchString String
hi def link orchBlockString String
hi def link orchRawString String
hi def link orchEscape SpecialChar
hi def link orchInterpolationMark Delimiter
hi def link orchSign Delimiter
hi def link orchColon Delimiter
hi def link orchComment Comment
hi def link orchDoc SpecialComment
hi def link orchTodo Todo
hi def link orchIllegal Error
hi def link orchBadEscape Error

let b:current_syntax = 'orch'

let &cpo = s:save_cpo
unlet s:save_cpo

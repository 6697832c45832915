" Vim compiler file
" Language: Orch
" `:compiler orch | make` checks the file and fills the quickfix list with what is wrong.

if exists('current_compiler')
  finish
endif
let current_compiler = 'orch'

let s:save_cpo = &cpo
set cpo&vim

CompilerSet makeprg=orch\ check\ --format\ short\ %:S
CompilerSet errorformat=%f:%l:%c:\ %t%*[a-z][%.%n]:\ %m,%-G%.%#

let &cpo = s:save_cpo
unlet s:save_cpo

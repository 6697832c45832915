" What Vim and Neovim show with Vim's syntax, how they indent, and what they do to comments.
" Usage: vim -Nu NONE -i NONE -es -S tests/editors/vim.vim, in the root of the project, where the home is as
" docs/editors.md makes it and $ORCH_EDITORS is the folder of soft-words.tsv.

set nocompatible nomore noswapfile encoding=utf-8 hidden
packloadall
filetype plugin indent on
syntax on

let s:wrong = []

" The groups of each kind of thing.
let s:kinds = {
      \ 'doc': '^orchDoc$',
      \ 'comment': '^orchComment$',
      \ 'declaration': '^orchDeclaration$',
      \ 'statement': '^orch\%(Statement\|Test\)$',
      \ 'clause': '^orch\%(Clause\|Answer\|AnswerOf\|OnVerdict\|Reaction\|Each\|Limit\|Until\|Undo\|Chosen\|UnderEvery\|Injected\|Moment\)$',
      \ 'expression': '^orchConditional$',
      \ 'operator': '^orch\%(WordOperator\|Operator\)$',
      \ 'constant': '^orchConstant$',
      \ 'type': '^orchType$',
      \ 'call': '^orch\%(Call\|Method\|Defined\)$',
      \ 'name': '^orch\%(Name\|Operand\|Declared\|Alias\|Property\|Member\|FirstStage\|Module\|WaitLabel\)$',
      \ 'string': '^orch\%(String\|BlockString\|RawString\)$',
      \ 'escape': '^orchEscape$',
      \ 'number': '^orchNumber$',
      \ }
let s:word = '^orch\%(Declaration\|Statement\|Test\)$\|' . s:kinds.clause

function s:shown(line, column) abort
  return synIDattr(synID(a:line, a:column, 0), 'name')
endfunction

function s:check_marks() abort
  edit tests/editors/highlights.orch
  let l:above = 0
  let l:count = 0
  for l:line in range(1, line('$'))
    let l:mark = matchlist(getline(l:line), '^\s*//\%( <-\|\s*\(\^\+\)\) \(\w\+\)$')
    if empty(l:mark)
      let l:above = l:line
      continue
    endif
    let l:count += 1
    let l:column = stridx(getline(l:line), empty(l:mark[1]) ? '//' : '^') + 1
    for l:at in range(l:column, l:column + max([strlen(l:mark[1]), 1]) - 1)
      if s:shown(l:above, l:at) !~# s:kinds[l:mark[2]]
        call add(s:wrong, printf('highlights.orch:%d:%d: %s is %s', l:above, l:at, l:mark[2], s:shown(l:above, l:at)))
        break
      endif
    endfor
  endfor
  if l:count < 100
    call add(s:wrong, 'only ' . l:count . ' marks')
  endif
endfunction

function s:check_soft_words() abort
  let l:rows = readfile($ORCH_EDITORS . '/soft-words.tsv')
  if len(l:rows) < 500
    call add(s:wrong, 'only ' . len(l:rows) . ' soft words')
  endif
  let l:file = ''
  for l:row in l:rows
    let [l:name, l:line, l:column, l:word, l:is] = split(l:row, "\t")
    if l:name !=# l:file
      let l:file = l:name
      execute 'edit' fnameescape($ORCH_EDITORS . '/' . l:file)
    endif
    let l:at = byteidx(getline(l:line), l:column - 1) + 1
    let l:shown = s:shown(l:line, l:at)
    if (l:shown =~# s:word) != (l:is ==# 'word')
      call add(s:wrong, printf('%s:%d:%d: %s is a %s, shown as %s', l:file, l:line, l:column, l:word, l:is, l:shown))
    endif
  endfor
endfunction

" Programs that are indented anew are as they were.
function s:check_indent() abort
  let l:programs = glob('tests/corpus/programs/*.orch', 0, 1) + glob('examples/*/*.orch', 0, 1)
  if len(l:programs) < 8
    call add(s:wrong, 'only ' . len(l:programs) . ' programs')
  endif
  for l:program in l:programs
    execute 'edit' l:program
    let l:before = getline(1, '$')
    " Lines in strings stand as they are.
    let l:code = filter(range(1, line('$')), {_, line -> s:shown(line, 1) !~# '^orch\%(Block\|Raw\)'})
    for l:line in l:code
      call setline(l:line, substitute(getline(l:line), '^\s\+', '', ''))
    endfor
    for l:line in l:code
      execute 'silent normal! ' . l:line . 'G=='
    endfor
    for l:line in range(1, line('$'))
      if getline(l:line) !=# l:before[l:line - 1]
        call add(s:wrong, printf('%s:%d: indented as "%s"', l:program, l:line, getline(l:line)))
      endif
    endfor
    bwipeout!
  endfor
endfunction

function s:check_comments() abort
  new comments.orch
  call setline(1, ['plan p() {', '  /// one', '}'])
  execute "normal! 2GA\<CR>two"
  if getline(3) !=# '  /// two'
    call add(s:wrong, 'a documentation comment goes on as "' . getline(3) . '"')
  endif
  if &commentstring !=# '// %s'
    call add(s:wrong, 'commentstring is "' . &commentstring . '"')
  endif
  bwipeout!
endfunction

" `orch fmt -` is asked, and where it fails nothing changes.
function s:check_formatting() abort
  new formatting.orch
  for [l:text, l:expected] in [[['plan   p() {', '}', ''], ['plan p() { }']], [['plan   {'], ['plan   {']]]
    silent %delete _
    call setline(1, l:text)
    silent OrchFormat
    if getline(1, '$') !=# l:expected
      call add(s:wrong, string(l:text) . ' is formatted as ' . string(getline(1, '$')))
    endif
  endfor
  bwipeout!
endfunction

" What `orch check` prints becomes places.
function s:check_compiler() abort
  edit tests/editors/late.orch
  compiler orch
  set shellpipe=>%s\ 2>&1
  silent make!
  let l:found = map(filter(getqflist(), 'v:val.valid'), '[bufname(v:val.bufnr), v:val.lnum, v:val.col, v:val.type, v:val.nr]')
  let l:expected = [['tests/editors/late.orch', 14, 13, 'e', 412], ['tests/editors/late.orch', 15, 17, 'e', 201]]
  if l:found !=# l:expected
    call add(s:wrong, 'orch check is read as ' . string(l:found))
  endif
endfunction

try
  call s:check_marks()
  call s:check_soft_words()
  call s:check_indent()
  call s:check_comments()
  call s:check_formatting()
  call s:check_compiler()
catch
  call add(s:wrong, v:exception . ' at ' . v:throwpoint)
endtry

if empty(s:wrong)
  qall!
endif
call writefile(s:wrong, '/dev/stdout', 'a')
cquit

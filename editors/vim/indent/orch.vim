" Vim indent file
" Language: Orch
"
" A line stands one step deeper than the statement whose bracket it is in, and a line that goes on with a statement
" one step deeper than that statement.

if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal autoindent nosmartindent
setlocal indentexpr=GetOrchIndent(v:lnum)
setlocal indentkeys=0{,0},0),0],!^F,o,O,0=compensate,0=.,0=->
let b:undo_indent = 'setlocal autoindent< smartindent< indentexpr< indentkeys<'

if exists('*GetOrchIndent')
  finish
endif

" words: clause + mark + operator
let s:joining = '\%(compensate\|confirm\|keyed\|takes\|risk\|retry\|backoff\|timeout\|by\|limit\|every\|tolerate\|until\|within\|where\|idempotent\|irreversible\|best_effort\|otherwise\|descending\|and\|or\|not\|in\|is\|as\)'
let s:clause = '^\s*\%(\%(' . s:joining . '\)\>\%(\s*[:=.]\|(\)\@!\|\%(then\|else\)\>\|after\s\+\%(each\>\)\@!\|[-+*.|=<>?]\|//\@!\|!=\)'
let s:open_end = '\%([-+*/=|]\|->\|\<\%(and\|or\|not\|in\|is\|then\|else\)\)$'

" Whether a place is in a string or comment.
function s:is_text(line, column) abort
  return synIDattr(synID(a:line, a:column, 0), 'name') =~# '^orch\%(Comment\|Doc\|String\|Raw\|Block\|Escape\)'
endfunction

" The line above that has code, or 0.
function s:code_above(line) abort
  let l:line = prevnonblank(a:line - 1)
  while l:line > 0 && getline(l:line) =~# '^\s*//'
    let l:line = prevnonblank(l:line - 1)
  endwhile
  return l:line
endfunction

" A line without its comment.
function s:code(line) abort
  let l:text = getline(a:line)
  let l:at = stridx(l:text, '//')
  while l:at >= 0
    if synIDattr(synID(a:line, l:at + 1, 0), 'name') =~# '^orch\%(Comment\|Doc\)'
      return strpart(l:text, 0, l:at)
    endif
    let l:at = stridx(l:text, '//', l:at + 2)
  endwhile
  return l:text
endfunction

" The bracket around the beginning of a line: its line, or 0.
function s:bracket(line) abort
  let l:view = winsaveview()
  call cursor(a:line, 1)
  let l:line = searchpair('[{(\[]', '', '[]})]', 'bW', 's:is_text(line("."), col("."))')
  call winrestview(l:view)
  return l:line
endfunction

" A line without its comment and the blanks at its end.
function s:trimmed(line) abort
  return substitute(s:code(a:line), '\s*$', '', '')
endfunction

" Whether a line goes on with the statement above it.
function s:goes_on(line) abort
  let l:above = s:code_above(a:line)
  if l:above == 0
    return 0
  endif
  let l:code = s:trimmed(l:above)
  if l:code =~# ',$'
    return s:bracket(a:line) == 0
  endif
  if l:code =~# '[{(\[]$'
    return 0
  endif
  let l:text = getline(a:line)
  if l:text =~# '^\s*when\>' && getline(l:above) =~# '^\s*option\>' || l:text =~# '^\s*on\>' && getline(l:above) =~# '^\s*plan\>'
    return 1
  endif
  return l:text =~# s:clause || l:code =~# s:open_end
endfunction

" The line where the statement of a line begins; for a method, the line where its expression does.
function s:beginning(line) abort
  let l:line = a:line
  let l:method = getline(a:line) =~# '^\s*?\=\.'
  while s:goes_on(l:line)
    let l:above = s:code_above(l:line)
    if l:method && l:line != a:line && s:trimmed(l:above) =~# s:open_end
      return l:line
    endif
    " A statement that ends with a bracket begins where the bracket opens, and so does one whose last line is in it.
    let l:line = l:above
    let l:outside = s:bracket(a:line)
    while s:bracket(l:line) > l:outside
      let l:line = s:bracket(l:line)
    endwhile
    if getline(l:line) =~# '^\s*[]})]'
      let l:line = max([s:bracket(l:line), 1])
    endif
  endwhile
  return l:line
endfunction

" How deep the line stands that a bracket opens on; a block belongs to its statement, an argument to its line.
function s:depth(bracket) abort
  let l:block = s:trimmed(a:bracket) =~# '{$'
  return indent(l:block ? s:beginning(a:bracket) : a:bracket)
endfunction

function GetOrchIndent(line) abort
  if synIDattr(synID(a:line, 1, 0), 'name') =~# '^orch\%(Block\|Raw\)'
    return -1
  endif
  let l:bracket = s:bracket(a:line)
  if getline(a:line) =~# '^\s*[]})]'
    return l:bracket > 0 ? s:depth(l:bracket) : 0
  endif
  if s:goes_on(a:line)
    return indent(s:beginning(a:line)) + shiftwidth()
  endif
  return l:bracket > 0 ? s:depth(l:bracket) + shiftwidth() : 0
endfunction

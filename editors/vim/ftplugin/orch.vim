" Vim filetype plugin
" Language: Orch

if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal comments=:///,://!,://
setlocal commentstring=//\ %s
setlocal expandtab shiftwidth=2 softtabstop=2
setlocal formatoptions-=t formatoptions+=croql
setlocal formatprg=orch\ fmt\ -
setlocal suffixesadd=.orch

" `:OrchFormat` keeps the cursor, and the text where it can't be read.
command! -buffer OrchFormat call s:format()

if !exists('*s:format')
  function s:format() abort
    let l:errors = tempname()
    let l:formatted = systemlist(&l:formatprg . ' 2>' . shellescape(l:errors), getline(1, '$'))
    if v:shell_error
      echohl ErrorMsg | echomsg get(readfile(l:errors), 0, 'orch fmt failed') | echohl None
    elseif l:formatted !=# getline(1, '$')
      let l:view = winsaveview()
      call setline(1, l:formatted)
      silent! execute (len(l:formatted) + 1) . ',$delete _'
      call winrestview(l:view)
    endif
    call delete(l:errors)
  endfunction
endif

if exists('loaded_matchit') && !exists('b:match_words')
  let b:match_words = '\<\%(when\|attempt\)\>:\<else\>'
  let b:undo_ftplugin = 'unlet! b:match_words | '
else
  let b:undo_ftplugin = ''
endif

let b:undo_ftplugin .= 'setlocal comments< commentstring< expandtab< shiftwidth< softtabstop<'
      \ . ' formatoptions< formatprg< suffixesadd< | silent! delcommand -buffer OrchFormat'

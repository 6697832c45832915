autocmd BufNewFile,BufRead *.orch setfiletype orch

-- Tree-sitter where there is a parser for Orch; else Vim's own highlighting stays as it is.
-- The indentation reads that too, so it stays on beneath.

if vim.treesitter.start and pcall(vim.treesitter.start) then
  vim.bo.syntax = "ON"
end

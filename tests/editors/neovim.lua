-- What Neovim shows with tree-sitter, and that Vim's indentation works beneath it.
-- Usage: nvim --headless -i NONE -c 'luafile tests/editors/neovim.lua', in the root of the project, where $XDG_DATA_HOME
-- holds the package that docs/editors.md makes, and $ORCH_EDITORS is the folder of soft-words.tsv.

local folder = os.getenv("ORCH_EDITORS")
vim.opt.swapfile = false

local wrong = {}
local function complain(...)
  table.insert(wrong, string.format(...))
end

local kinds = {
  doc = { "comment.documentation" },
  comment = { "comment" },
  declaration = { "keyword.function" },
  statement = { "keyword" },
  clause = { "keyword.modifier" },
  expression = { "keyword.conditional" },
  operator = { "keyword.operator", "operator" },
  constant = { "boolean", "constant.builtin" },
  type = { "type", "type.definition" },
  call = { "function", "function.builtin", "function.call", "function.method.call" },
  name = { "", "variable", "variable.member", "variable.parameter", "constant", "label", "module" },
  string = { "string" },
  escape = { "string.escape" },
  number = { "number" },
}

-- The capture that is shown at a place, both from 0; Neovim's own queries for comments come on top.
local function shown(line, column)
  local name = ""
  for _, capture in ipairs(vim.treesitter.get_captures_at_pos(0, line, column)) do
    if capture.lang == "orch" and capture.capture ~= "spell" then
      name = capture.capture
    end
  end
  return name
end

local function open(path)
  vim.cmd.edit(vim.fn.fnameescape(path))
  vim.treesitter.get_parser(0, "orch"):parse(true)
  if not vim.treesitter.highlighter.active[vim.api.nvim_get_current_buf()] then
    complain("%s: tree-sitter is not active", path)
  end
end

local function check_marks()
  open("tests/editors/highlights.orch")
  local above, count = 0, 0
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, true)) do
    local carets, kind = line:match("^%s*//%s*(%^+) (%l+)$")
    kind = kind or line:match("^%s*// <%- (%l+)$")
    if kind then
      count = count + 1
      local column = line:find(carets and "^" or "//", 1, true) - 1
      for at = column, column + #(carets or "^") - 1 do
        if not vim.tbl_contains(kinds[kind], shown(above, at)) then
          complain("highlights.orch:%d:%d: %s is %s", above + 1, at + 1, kind, shown(above, at))
          break
        end
      end
    else
      above = number - 1
    end
  end
  if count < 100 then
    complain("only %d marks", count)
  end
end

local function check_soft_words()
  local current, count = nil, 0
  for row in io.lines(folder .. "/soft-words.tsv") do
    local file, line, column, word, is = row:match("^(.-)\t(.-)\t(.-)\t(.-)\t(.-)$")
    if file ~= current then
      open(folder .. "/" .. file)
      current = file
    end
    count = count + 1
    local name = shown(line - 1, vim.str_byteindex(vim.fn.getline(line), column - 1))
    if vim.startswith(name, "keyword") ~= (is == "word") then
      complain("%s:%s:%s: %s is a %s, shown as %s", file, line, column, word, is, name)
    end
  end
  if count < 500 then
    complain("only %d soft words", count)
  end
end

local function check_indentation()
  open("tests/corpus/programs/auth_migration.orch")
  local before = vim.api.nvim_buf_get_lines(0, 0, -1, true)
  vim.cmd([[silent %s/^\s\+//e]])
  vim.cmd("silent normal! gg=G")
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, true)) do
    if line ~= before[number] then
      complain('auth_migration.orch:%d: indented as "%s"', number, line)
    end
  end
end

local function check_comments()
  vim.cmd("enew!")
  vim.bo.filetype = "orch"
  vim.api.nvim_buf_set_lines(0, 0, -1, true, { 'goal "x"' })
  vim.cmd("normal gcc")
  if vim.fn.has("nvim-0.10") == 1 and vim.fn.getline(1) ~= '// goal "x"' then
    complain("gcc makes %s", vim.fn.getline(1))
  end
end

local ran, error = pcall(function()
  check_marks()
  check_soft_words()
  check_indentation()
  check_comments()
end)
if not ran then
  complain("%s", error)
end
io.write(table.concat(wrong, "\n"), #wrong > 0 and "\n" or "")
os.exit(#wrong == 0 and 0 or 1)

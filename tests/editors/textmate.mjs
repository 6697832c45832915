// The TextMate grammar, read by the engine of VS Code.
// Usage: node textmate.mjs FOLDER, where FOLDER holds soft-words.tsv and its programs.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { marks, softWords } from "./expected.mjs";

const require = createRequire(import.meta.url);
const textmate = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The innermost scope of each kind of thing. */
const KINDS = {
  doc: /^comment\.line\.documentation/,
  comment: /^comment\.line\.double-slash/,
  declaration: /^keyword\.declaration/,
  statement: /^keyword\.control\.(?!expression)/,
  clause: /^keyword\.other\.(clause|choice|answer)/,
  expression: /^keyword\.control\.expression/,
  operator: /^keyword\.operator/,
  constant: /^constant\.language/,
  type: /^entity\.name\.type/,
  call: /^entity\.name\.function/,
  name: /^(variable|entity\.name\.(section|label|namespace))/,
  string: /^(string|punctuation\.definition\.string)/,
  escape: /^constant\.character\.escape/,
  number: /^constant\.numeric/,
};

async function loadGrammar() {
  const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
  await oniguruma.loadWASM(wasm);
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => {
      const file = path("../../editors/vscode/syntaxes/orch.tmLanguage.json");
      return textmate.parseRawGrammar(readFileSync(file, "utf8"), file);
    },
  });
  return registry.loadGrammar("source.orch");
}

/** For each line, a function from a column to the scopes there. */
function scopes(grammar, text) {
  let state = textmate.INITIAL;
  return text.split("\n").map((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return (column) => tokens.find((token) => token.startIndex <= column && column < token.endIndex).scopes;
  });
}

const failures = [];
const grammar = await loadGrammar();

const text = readFileSync(path("highlights.orch"), "utf8");
const shown = scopes(grammar, text);
for (const { line, column, length, kind } of marks(text)) {
  for (let at = column; at < column + length; at += 1) {
    const found = shown[line](at);
    if (!KINDS[kind].test(found.at(-1))) {
      failures.push(`highlights.orch:${line + 1}:${at + 1}: ${kind} is ${found.at(-1)}`);
      break;
    }
  }
}

const folder = process.argv[2];
const programs = new Map();
for (const { file, line, column, word, isName } of softWords(folder)) {
  if (!programs.has(file)) programs.set(file, scopes(grammar, readFileSync(`${folder}/${file}`, "utf8")));
  const found = programs.get(file)[line](column).at(-1);
  if (/^keyword/.test(found) === isName) {
    failures.push(`${file}:${line + 1}:${column + 1}: ${word} is a ${isName ? "name" : "word"}, shown as ${found}`);
  }
}

failures.forEach((failure) => console.log(failure));
process.exit(failures.length > 0 ? 1 : 0);

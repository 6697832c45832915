// What must be shown as what: the carets of highlights.orch, and the table of soft words that
// `cargo test --test editors` writes. The editors' own scripts read the same.

import { readFileSync } from "node:fs";

/** The places that `highlights.orch` marks: line and column from 0, length, kind. */
export function marks(text) {
  const found = [];
  let above = 0;
  text.split("\n").forEach((line, number) => {
    const caret = /^\s*\/\/(?: <-|\s*(\^+)) (\w+)$/.exec(line);
    if (!caret) {
      above = number;
      return;
    }
    const column = caret[1] ? line.indexOf("^") : line.indexOf("//");
    found.push({ line: above, column, length: caret[1]?.length ?? 1, kind: caret[2] });
  });
  if (found.length < 100) throw new Error(`only ${found.length} marks`);
  return found;
}

/** The soft words of the programs: file, line and column from 0, and whether each is a name. */
export function softWords(folder) {
  const rows = readFileSync(`${folder}/soft-words.tsv`, "utf8").trim().split("\n");
  if (rows.length < 500) throw new Error(`only ${rows.length} soft words`);
  return rows.map((row) => {
    const [file, line, column, word, is] = row.split("\t");
    return { file, line: line - 1, column: column - 1, word, isName: is === "name" };
  });
}

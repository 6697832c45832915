use insta::assert_snapshot;

use super::{Manner, github, human, json, page, page_on_terminal, sarif, short};
use crate::diagnostic::{Code, Diagnostic, Edit, Fix, Severity};
use crate::source::{FileId, Sources, Span};

/// One file.
fn file(text: &str) -> Sources {
    let mut sources = Sources::new();
    sources.add("migrate.orch", text);
    sources
}

/// The first place of `piece` in a file.
fn find(sources: &Sources, file: FileId, piece: &str) -> Span {
    let start = sources.get(file).text().find(piece).expect("the piece is in the file") as u32;
    Span::new(file, start, start + piece.len() as u32)
}

/// A mistake at the first place of `piece` in the first file.
fn mistake(sources: &Sources, piece: &str) -> Diagnostic {
    Diagnostic::new(Code::E0101, find(sources, FileId(0), piece), format!("`{}` is wrong", piece.trim()), "here")
}

fn drawn(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    human(sources, diagnostics, Manner::PLAIN)
}

#[test]
fn nothing_wrong_draws_nothing() {
    assert_eq!(drawn(&file("plan p() {}"), &[]), "");
}

#[test]
fn labels_at_every_place_from_top_to_bottom() {
    let lines = "\n".repeat(17);
    let text = format!(
        "{lines}  phase schema \"Schema\" {{\n{}    step route = ops.route_reads(schema.copied)\n",
        "    step x = y()\n".repeat(22)
    );
    let sources = file(&text);
    let diagnostic = Diagnostic::new(
        Code::E0412,
        find(&sources, FileId(0), "schema.copied"),
        "`reads` uses `schema.copied` but does not come after `schema`",
        "may run before `schema` is done",
    )
    .label(find(&sources, FileId(0), "schema"), "bound here")
    .help("let it wait: `phase reads after backfill, schema`\nor look at it later");
    assert_snapshot!(drawn(&sources, &[diagnostic]));
}

#[test]
fn two_files_and_a_warning() {
    let mut sources = file("import \"./ops.orch\" as ops\nplan p() { step x = ops.deploy(1, 2) }\n");
    let other = sources.add("ops.orch", "\n\naction deploy(name: String) = exec(\"./deploy\", [name])\n");
    let error = mistake(&sources, "ops.deploy(1, 2)").label(find(&sources, other, "name: String"), "one parameter");
    let mut warning = Diagnostic::new(Code::E0102, find(&sources, other, "deploy"), "nobody uses `deploy`", "");
    warning.severity = Severity::Warning;
    assert_snapshot!(drawn(&sources, &[error, warning]));
}

#[test]
fn two_places_in_one_line() {
    let sources = file("plan p() {\n\trequire 24h < 3GB else \"no\"\n}\n");
    let diagnostic = mistake(&sources, "<")
        .label(find(&sources, FileId(0), "24h"), "a Duration")
        .label(find(&sources, FileId(0), "3GB"), "a Size");
    assert_snapshot!(drawn(&sources, &[diagnostic]));
}

#[test]
fn a_span_of_several_lines() {
    let sources = file("plan p() {\n  phase a {\n    step x = y()\n  }\n}\n");
    assert_snapshot!(drawn(&sources, &[mistake(&sources, "phase a {\n    step x = y()\n  }\n")]));
}

#[test]
fn wide_characters() {
    let sources = file("goal \"数据库迁移 🚀 e\u{301}\" oops // 完成\n");
    assert_snapshot!(drawn(&sources, &[mistake(&sources, "oops"), mistake(&sources, "迁移")]));
}

#[test]
fn nothing_at_the_end_of_the_file() {
    for (name, text) in [("empty", ""), ("no_line_end", "plan p() {"), ("line_end", "plan p() {\n")] {
        let sources = file(text);
        let end = Span::new(FileId(0), text.len() as u32, text.len() as u32);
        let diagnostic = Diagnostic::new(Code::E0102, end, "the file ends here", "`}` is missing");
        assert_snapshot!(name, drawn(&sources, &[diagnostic]));
    }
}

#[test]
fn carriage_returns_are_not_seen() {
    let unix = file("plan p() {\n  oops\n}\n");
    let dos = file("plan p() {\r\n  oops\r\n}\r\n");
    assert_eq!(drawn(&dos, &[mistake(&dos, "oops")]), drawn(&unix, &[mistake(&unix, "oops")]));
    assert_eq!(drawn(&dos, &[mistake(&dos, "oops\r\n")]), drawn(&unix, &[mistake(&unix, "oops")]));
}

#[test]
fn control_characters_are_shown_as_signs() {
    let sources = file("let a = \"\u{1b}[2J\u{1}\u{202e}\u{85}\r\u{c}\" oops\n");
    let mut diagnostic = mistake(&sources, "oops");
    diagnostic.message = "unknown \u{1b}[31m\nname".into();
    assert_snapshot!(drawn(&sources, &[diagnostic]));
}

#[test]
fn a_line_of_ten_megabytes_is_shown_around_the_places() {
    let half = "x + ".repeat(1_300_000);
    let sources = file(&format!("// short\nlet first = {half}oops + {half}last\n"));
    let diagnostic = mistake(&sources, "oops").label(find(&sources, FileId(0), "first"), "defined here");
    assert_snapshot!(drawn(&sources, &[diagnostic]));
}

#[test]
fn a_span_of_ten_megabytes_is_shown_by_its_ends() {
    let long = "é".repeat(5_000_000);
    let sources = file(&format!("let name = \"{long}\"\n"));
    let diagnostic = mistake(&sources, &format!("\"{long}\""));
    let text = drawn(&sources, &[diagnostic]);
    assert!(text.len() < 10_000, "{} bytes", text.len());
    assert!(text.contains("1 │ let name = \"éééé"), "{text}");
}

#[test]
fn of_many_diagnostics_the_first_are_drawn_and_errors_before_warnings() {
    let sources = file("a\nb\nc\n");
    let mut diagnostics = vec![mistake(&sources, "b"); 60];
    diagnostics.iter_mut().take(55).for_each(|diagnostic| diagnostic.severity = Severity::Warning);
    let text = drawn(&sources, &diagnostics);
    assert_eq!((text.matches("warning[").count(), text.matches("error[").count()), (45, 5));
    let end =
        "\nand 10 more · orch check --all shows them\n5 errors, 55 warnings in migrate.orch · orch explain E0101\n";
    assert!(text.ends_with(end), "{}", &text[text.len() - 300..]);
    let all = human(&sources, &diagnostics, Manner { most: usize::MAX, ..Manner::PLAIN });
    assert!(all.matches("╭─[ migrate.orch:2:1 ]").count() == 60 && !all.contains("more"), "{all}");
}

#[test]
fn in_a_narrow_terminal_nothing_is_wider_than_it() {
    let sources = file(&format!("plan p() {{\n  let total = {}oops{}\n}}\n", "a + ".repeat(30), " + b".repeat(30)));
    let help = "leave it out, or say with `let` what it is before it is used, as in `let oops = 1`";
    let text = human(&sources, &[mistake(&sources, "oops").help(help)], Manner { width: Some(60), ..Manner::PLAIN });
    assert!(text.lines().all(|line| line.chars().count() <= 60 || line.starts_with("1 error")), "{text}");
    assert_snapshot!(text);
}

#[test]
fn what_can_be_mended_is_said() {
    let sources = file("a b\n");
    let plain = mistake(&sources, "b");
    let fixed = plain.clone().fix(plain.span(), "c");
    let last = |diagnostics: &[Diagnostic]| drawn(&sources, diagnostics).lines().last().map(str::to_owned);
    let check = |diagnostics: &[Diagnostic], end: &str| {
        assert!(last(diagnostics).is_some_and(|line| line.ends_with(end)), "{end}: {:?}", last(diagnostics));
    };
    check(std::slice::from_ref(&plain), "· orch explain E0101");
    check(std::slice::from_ref(&fixed), "· orch check --fix can mend it");
    check(&[fixed.clone(), fixed.clone()], "· orch check --fix can mend them");
    check(&[fixed.clone(), plain, fixed], "· orch check --fix can mend 2 of them");
}

#[test]
fn a_diagnostic_far_down_is_a_line() {
    let sources = file(&format!("{}oops\n", "\n".repeat(600_000)));
    assert_snapshot!(drawn(&sources, &[mistake(&sources, "oops")]));
}

#[test]
fn no_span_is_drawn_wrongly_or_panics() {
    let text = "é数\r\n\n\tb \n\u{1b}c\n";
    let sources = file(text);
    for start in 0..=text.len() as u32 + 1 {
        for end in 0..=text.len() as u32 + 1 {
            let span = Span::new(FileId(0), start, end);
            let diagnostic = Diagnostic::new(Code::E0101, span, "wrong", "here").label(span, "there");
            let text = drawn(&sources, &[diagnostic]);
            assert_eq!((text.matches(" here").count(), text.matches(" there").count()), (1, 1), "{span:?}\n{text}");
            assert!(!text.contains(['\u{1b}', '\r', '\u{1}']) && !text.contains(" \n"), "{span:?}\n{text}");
        }
    }
}

#[test]
fn colour_adds_escapes_and_nothing_else() {
    let sources = file("plan p() {\n\n\n  oops\n}\n");
    let far = find(&sources, FileId(0), "plan");
    let diagnostics = [mistake(&sources, "oops").label(far, "in this").help("leave it out\nor in")];
    let coloured = human(&sources, &diagnostics, Manner { colour: true, ..Manner::PLAIN });
    assert!(coloured.starts_with("\u{1b}[1;31merror[E0101]\u{1b}[0m: `oops` is wrong\n"), "{coloured:?}");
    let without = |part: &str| part.split_once('m').map_or(String::new(), |(_, rest)| rest.to_owned());
    let plain: String = coloured.split('\u{1b}').skip(1).map(without).collect();
    let trimmed: String = plain.lines().flat_map(|line| [line.trim_end(), "\n"]).collect();
    assert!(trimmed.contains("┆"), "{trimmed}");
    assert_eq!(trimmed, drawn(&sources, &diagnostics));
}

/// A mistake in two files with a fix of two edits, a mistake of two lines with a fix of one, and a lint.
fn of_every_kind() -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let file = sources.add("a, b/50%:é.orch", "// é\nlet x = 10 # of all\nlet y = 2\n");
    let other = sources.add("/ops.orch", "const all = 1\n");
    let hash = find(&sources, file, "#");
    let edits = [(hash, "//"), (find(&sources, other, "all"), "each")];
    let edits = edits.map(|(span, replacement)| Edit { span, replacement: replacement.into() }).into();
    let first = Diagnostic::new(Code::E0101, hash, "`#` is 100% wrong", "here")
        .label(find(&sources, other, "all"), "")
        .help("comments\nbegin with `//`")
        .fix_with(Fix { title: "write a comment".into(), edits });
    let lines = find(&sources, file, "x = 10 # of all\nlet y");
    let second = Diagnostic::new(Code::E0102, lines, "too long", "").help("shorten it").fix(lines.after(), ";");
    let third = Diagnostic::new(Code::W0402, find(&sources, file, "2"), "nothing is verified", "");
    (sources, vec![first, second, third])
}

#[test]
fn as_json() {
    let (sources, diagnostics) = of_every_kind();
    let value = json(&sources, &diagnostics);
    assert_snapshot!(serde_json::to_string_pretty(&value).expect("JSON can be written"));
}

#[test]
fn as_sarif() {
    let (sources, diagnostics) = of_every_kind();
    let value = sarif(&[(&sources, &diagnostics)], true);
    assert_snapshot!(serde_json::to_string_pretty(&value).expect("JSON can be written"));
}

#[test]
fn as_lines() {
    let (sources, diagnostics) = of_every_kind();
    assert_snapshot!(short(&[(&sources, &diagnostics)]));
}

#[test]
fn as_commands_of_a_workflow() {
    let (sources, diagnostics) = of_every_kind();
    assert_snapshot!(github(&[(&sources, &diagnostics)]));
}

#[test]
fn what_two_programs_share_is_said_once() {
    let (sources, diagnostics) = of_every_kind();
    let (once, twice) = ([(&sources, diagnostics.as_slice())], [(&sources, diagnostics.as_slice()); 2]);
    assert_eq!((short(&once), github(&once), sarif(&once, true)), (short(&twice), github(&twice), sarif(&twice, true)));
}

#[test]
fn a_page_in_a_terminal() {
    let text = page_on_terminal(Code::W0402, true, 60);
    assert_snapshot!(text.replace('\u{1b}', "ESC"));
    assert_snapshot!("page_with_a_table", page_on_terminal(Code::E0114, false, 80));
    assert!(
        page(Code::W0402).starts_with("# W0402: a phase that verifies nothing\n\nA lint: `phase-verifies-nothing`, ")
    );
}

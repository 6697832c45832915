//! The modules of the standard library, run by the real binary.

#![expect(clippy::disallowed_methods, reason = "real files and processes are what is tested")]

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with a program of `tests/corpus/standard` in it.
struct Folder {
    folder: TempDir,
}

impl Folder {
    fn with(program: &str) -> Folder {
        let folder = tempfile::tempdir().unwrap();
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/standard");
        fs::copy(corpus.join(program), folder.path().join("plan.orch")).unwrap();
        Folder { folder }
    }

    /// Runs a plan to its end; its exit code, and all that was said.
    fn run(&self, plan: &str) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orch"));
        command.args(["run", "plan.orch", plan]).current_dir(self.folder.path()).env_remove("ORCH_STORE");
        let output = command.output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }

    fn completes(&self, plan: &str) {
        let (code, said) = self.run(plan);
        assert_eq!(code, Some(0), "{said}");
    }

    fn flags(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.folder.path().join("flags.json")).unwrap()).unwrap()
    }

    fn write_flags(&self, document: &Value) {
        fs::write(self.folder.path().join("flags.json"), document.to_string()).unwrap();
    }
}

#[test]
fn a_graph_is_ordered_and_its_circles_are_named() {
    Folder::with("graph.orch").completes("functions");
}

#[test]
fn a_flag_is_created_targeted_split_and_switched_off() {
    let folder = Folder::with("flags.orch");
    folder.write_flags(&json!({ "flags": {} }));
    folder.completes("create");
    let checkout = json!({ "state": "ENABLED", "variants": { "off": false, "on": true }, "defaultVariant": "off" });
    let variants = json!({ "hello": "hello", "salve": "salve" });
    let greeting = json!({ "state": "ENABLED", "variants": variants, "defaultVariant": "hello" });
    assert_eq!(folder.flags(), json!({ "flags": { "checkout": checkout, "greeting": greeting } }));

    folder.completes("target_and_split");
    let equals = |attribute: &str, value: &str| json!({ "==": [{ "var": attribute }, value] });
    let parts = json!({ "fractional": [["on", 1000], ["off", 9000]] });
    let rules = json!({ "if": [equals("country", "pt"), "on", equals("team", "\"web\""), "on", parts] });
    assert_eq!(folder.flags()["flags"]["checkout"]["targeting"], rules);

    folder.completes("switch_off");
    assert_eq!(folder.flags()["flags"]["checkout"]["state"], "DISABLED");
    assert_eq!(folder.flags()["flags"]["greeting"]["state"], "ENABLED");
}

#[test]
fn what_is_not_known_of_a_file_of_flags_is_left_and_what_was_made_is_undone() {
    let folder = Folder::with("flags.orch");
    let old = json!({ "state": "ENABLED", "variants": { "a": 1.5, "b": { "x": [1, null] } }, "defaultVariant": "a" });
    let document = json!({ "$schema": "flags", "flags": { "old": old }, "metadata": { "k": "v" } });
    folder.write_flags(&document);
    let (code, said) = folder.run("fail_after_all");
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(folder.flags(), document);
}

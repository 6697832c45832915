//! `orch diff`: what differs in what two plans would do.

use std::{fs, path::Path};

use serde_json::Value as Json;

use crate::{a_sample, orch, plans};

const OLD: &str = r#"uses exec("./ops")

action up(name: String) = exec("./ops", ["up", name]) idempotent compensate exec("./ops", ["down", name])

plan p(name: String = "a") {
  goal "It is up"
  phase first "First" takes 1d {
    step one = up(name)
    step two = up("b")
  }
  phase second "Second" after first {
    approve go "Go on?" by "us"
    step three = up("c")
  }
}
"#;

/// What differs, each as what it is about and where.
fn differs(new: &str) -> (Option<i32>, Vec<(String, String)>) {
    let project = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(project.path().join(name), text).expect("it is written");
    write("old.orch", OLD);
    write("new.orch", new);
    let ended = orch(project.path(), &["diff", "old.orch", "new.orch", "--json"]);
    let json: Json = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{}", ended.err));
    let text = |one: &Json, field: &str| one[field].as_str().expect("a text").to_owned();
    let found = json["differences"].as_array().expect("a list");
    (ended.code, found.iter().map(|one| (text(one, "about"), text(one, "address"))).collect())
}

fn changed(from: &str, to: &str) -> Vec<(String, String)> {
    assert!(OLD.contains(from), "{from}");
    let (code, found) = differs(&OLD.replace(from, to));
    assert_eq!(code, Some(i32::from(!found.is_empty())));
    found
}

fn about(word: &str, address: &str) -> Vec<(String, String)> {
    vec![(word.to_owned(), address.to_owned())]
}

#[test]
fn lines_words_and_comments_make_no_difference() {
    assert_eq!(differs(OLD), (Some(0), vec![]));
    let commented = OLD.replace("step one", "\n\n// a remark\nstep one");
    assert_eq!(differs(&commented), (Some(0), vec![]));
}

#[test]
fn what_would_be_done_differently_is_told_by_what_it_is_about() {
    assert_eq!(changed("uses exec(\"./ops\")", "uses exec(\"./ops\", \"git\")"), about("capabilities", ""));
    assert_eq!(changed("name: String = \"a\"", "name: String")[0], ("inputs".to_owned(), String::new()));
    assert_eq!(changed("up(\"c\")", "up(\"d\")")[0], ("effects".to_owned(), "second/three".to_owned()));
    assert_eq!(changed("    step two = up(\"b\")\n", ""), about("effects", "first/two"));
    assert_eq!(changed("after first", "after start"), about("order", "second"));
    assert_eq!(changed("by \"us\"", "by \"them\""), about("approvals", "second/go"));
    assert_eq!(changed("takes 1d", "takes 1d..2d..9d"), about("estimates", "first"));
    assert_eq!(changed("step one = up(name)", "step one = up(name) compensate nothing"), about("undo", "first/one"));
    assert_eq!(
        changed("step three = up(\"c\")", "commit \"now\"\n    step three = up(\"c\")")[0].0,
        "undo",
        "a commit makes final what was not"
    );
    assert_eq!(
        changed(
            "    step one = up(name)\n    step two = up(\"b\")\n",
            "    step two = up(\"b\")\n    step one = up(name)\n"
        ),
        about("order", "first")
    );
}

#[test]
fn what_does_the_same_under_another_name_is_renamed() {
    assert_eq!(changed("step two", "step second_one"), about("names", "first/two"));
    let (_, phase) = differs(&OLD.replace("phase first", "phase begin").replace("after first", "after begin"));
    assert!(phase.contains(&("names".to_owned(), "first".to_owned())), "{phase:?}");
    assert!(phase.iter().all(|(about, _)| about == "names"), "nothing else is done, in the same order: {phase:?}");
}

#[test]
fn no_program_differs_from_itself() {
    for (file, plan) in a_sample(plans()) {
        let mut arguments = vec!["diff", &file, &file];
        arguments.extend(plan.into_iter().flat_map(|plan| ["--plan", plan]));
        let ended = orch(Path::new(crate::PROGRAMS), &arguments);
        assert_eq!((ended.code, ended.out.as_str()), (Some(0), "no difference in what they would do\n"), "{file}");
    }
}

//! `env`: a variable of the process that drives the run.

use std::{ffi::OsString, os::unix::ffi::OsStringExt};

use orch::{
    ir::{Grant, Request},
    machine::Purpose,
    run::effects::{ModuleSite, Site},
};

use super::world::*;

fn variable(name: &str, may_be_missing: bool) -> Request {
    Request::Env { name: name.into(), module: 0, may_be_missing }
}

#[tokio::test]
async fn a_variable_is_read_if_it_is_set() {
    let world = World::granting(vec![Grant::Env(vec!["REGION".into(), "NONE".into()])]);
    assert_eq!(world.perform_as(Purpose::Look, variable("REGION", false)).await, ok("eu"));
    assert_eq!(world.perform_as(Purpose::Look, variable("REGION", true)).await, ok("eu"));
    assert_eq!(world.perform_as(Purpose::Look, variable("NONE", true)).await, ok(""));
    let expected = failed("the variable `NONE` is not set");
    assert_eq!(world.perform_as(Purpose::Look, variable("NONE", false)).await, expected);
}

#[tokio::test]
async fn one_that_is_no_text_is_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let grants = vec![Grant::Env(vec!["ODD".into()])];
    let modules = vec![ModuleSite { name: "plan.orch".into(), folder: folder.path().into(), grants }];
    let environment = vec![("ODD".into(), OsString::from_vec(b"ab\xff".to_vec()))];
    let world = World::at(Site { modules, environment, ..Site::default() }, folder);
    let expected = failed("the variable `ODD` is not UTF-8");
    assert_eq!(world.perform_as(Purpose::Look, variable("ODD", true)).await, expected);
}

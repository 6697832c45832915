//! Files, read and written.

use std::{fs, os::unix::fs::PermissionsExt};

use super::world::*;

#[tokio::test]
async fn files_are_read_whole_or_not_at_all() {
    let world = World::new();
    fs::create_dir(world.path("data")).unwrap();
    fs::write(world.path("data/a"), "text\n").unwrap();
    fs::write(world.path("data/odd"), b"ab\xff").unwrap();
    fs::write(world.path("data/large"), vec![b'x'; 1024 * 1024 + 1]).unwrap();
    assert_eq!(world.perform(read("data/a")).await, ok("text\n"));
    assert_eq!(world.perform(read("data/none")).await, failed("data/none: not found"));
    assert_eq!(world.perform(read("data/odd")).await, failed("data/odd: not UTF-8 at byte 2"));
    assert_eq!(world.perform(read("data/large")).await, failed("data/large: larger than 1 MiB"));
    assert_eq!(world.perform(read("data/")).await, failed("data/: not a file"));
}

#[tokio::test]
async fn a_file_is_replaced_at_once_and_keeps_who_may_read_it() {
    let world = World::new();
    fs::create_dir(world.path("data")).unwrap();
    assert_eq!(world.perform(write("data/flags.json", "{}")).await, ok(""));
    fs::set_permissions(world.path("data/flags.json"), fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(world.path("data/flags.json"), world.path("data/link")).unwrap();
    assert_eq!(world.perform(write("data/link", "{\"a\":1}")).await, ok(""));
    assert_eq!(fs::read_to_string(world.path("data/flags.json")).unwrap(), "{\"a\":1}");
    assert_eq!(fs::metadata(world.path("data/flags.json")).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(world.path("data/link")).unwrap().is_symlink());
    assert_eq!(world.perform(write("data/no/such", "")).await, failed("data/no/such: not found"));
    assert_eq!(world.perform(write("data/", "")).await, failed("data/: not a file"));
    let mut names: Vec<_> = fs::read_dir(world.path("data")).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["flags.json", "link"], "nothing is left behind");
}

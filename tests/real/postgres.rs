//! `std/postgres` on two real servers.

use std::{
    fs,
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::PathBuf,
    process::{Command, Stdio},
};

use tempfile::TempDir;

use super::part::{Part, Project, found, free_port};

/// A PostgreSQL refuses to be run by root: then it is run by nobody.
const NOBODY: u32 = 65534;

const PASSWORD: &str = "p@ss/w0rd of the test";

/// A server with a database `shop`.
struct Server {
    port: u16,
    _folder: TempDir,
    _part: Part,
}

impl Server {
    fn start(initdb: &PathBuf, postgres: &PathBuf) -> Server {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let (data, password) = (folder.path().join("data"), folder.path().join("password"));
        fs::create_dir(&data).unwrap();
        fs::write(&password, PASSWORD).unwrap();
        let mut made = Command::new(initdb);
        made.args(["-U", "ann", "-A", "scram-sha-256", "-E", "UTF8", "--no-sync", "-D"]).arg(&data);
        made.arg(format!("--pwfile={}", password.display())).stdout(Stdio::null());
        if is_root() {
            chown(&data, Some(NOBODY), Some(NOBODY)).unwrap();
            made.uid(NOBODY).gid(NOBODY);
        }
        assert!(made.current_dir("/").status().unwrap().success());
        let mut command = Command::new(postgres);
        command.arg("-D").arg(&data).args(["-p", &port.to_string(), "-h", "127.0.0.1", "-k", ""]);
        command.args(["-c", "wal_level=logical", "-c", "fsync=off"]).current_dir("/");
        command.stdout(Stdio::null()).stderr(Stdio::null());
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        let server = Server { port, _folder: folder, _part: Part::start(&mut command, port) };
        server.until_ready();
        server.sql("postgres", "create database shop");
        server
    }

    /// It listens before it answers.
    fn until_ready(&self) {
        let asked = || self.psql("postgres", "select 1").output().unwrap().status.success();
        let tries = (0..600).take_while(|_| !asked()).map(|_| std::thread::sleep(std::time::Duration::from_millis(50)));
        assert!(tries.count() < 600, "it never answers");
    }

    fn psql(&self, database: &str, sql: &str) -> Command {
        let mut psql = Command::new("psql");
        psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", "ann", "-d", database, "-c", sql]);
        psql.args(["-p", &self.port.to_string()]).env("PGPASSWORD", PASSWORD);
        psql
    }

    fn sql(&self, database: &str, sql: &str) -> String {
        let output = self.psql(database, sql).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn shop(&self, sql: &str) -> String {
        self.sql("shop", sql)
    }

    /// As a plan is told of it: what means something in a URL is encoded.
    fn url(&self) -> String {
        let password = PASSWORD.replace('@', "%40").replace('/', "%2F").replace(' ', "%20");
        format!("postgresql://ann:{password}@127.0.0.1:{}/shop", self.port)
    }
}

/// Who runs the tests owns what they make.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Two servers, of which the first has a shop; `None` if a part is missing.
fn servers() -> Option<(Server, Server)> {
    let (initdb, postgres) = (found("initdb")?, found("postgres")?);
    found("psql")?;
    found("pg_dump")?;
    let (source, target) = (Server::start(&initdb, &postgres), Server::start(&initdb, &postgres));
    source.shop(
        "create table customers (id bigserial primary key, name text not null, at timestamptz default '2026-01-01');
         create table \"Odd name\" (a int, b text, twice int generated always as (a * 2) stored, primary key (b, a));
         create index on customers (name);
         insert into customers (name) select 'it''s ' || n || E'\\t\\\\' from generate_series(1, 250) as n;
         insert into \"Odd name\" select n, chr(64 + n) from generate_series(1, 20) as n",
    );
    Some((source, target))
}

/// A plan with `./write.sh`, which changes the server that `URL` names.
fn project() -> Project {
    let project = Project::with("postgres.orch", &[]);
    let script = r#"#!/bin/sh
case $1 in
  early) sql="insert into customers (name) values ('early'); update customers set name = 'changed' where id = 7; delete from customers where id = 8" ;;
  late) sql="insert into customers (name) values ('late'); update \"Odd name\" set b = 'zz' where a = 3" ;;
  new) sql="insert into customers (name) values ('new')" ;;
esac
exec psql -XAtq1 -v ON_ERROR_STOP=1 "$URL" -c "$sql"
"#;
    let file = project.folder.path().join("write.sh");
    fs::write(&file, script).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    project
}

#[test]
fn a_database_moves_while_it_is_written_to_and_its_password_is_seen_nowhere() {
    let Some((source, target)) = servers() else { return };
    let project = project();
    let variables = [("SOURCE_URL", source.url()), ("TARGET_URL", target.url())];
    let variables = [(variables[0].0, variables[0].1.as_str()), (variables[1].0, variables[1].1.as_str())];
    let ended = project.run("move", &[], &variables);
    ended.says(0, &["completed", "Odd name"]);
    let all = "select string_agg(id || name, ',' order by id) from customers where name not in ('new')";
    assert_eq!(target.shop(all), source.shop(all));
    assert!(target.shop(all).contains("7changed") && !target.shop(all).contains(",8it's"));
    let odd = "select string_agg(a || b || twice, ',' order by a) from \"Odd name\"";
    assert_eq!(target.shop(odd), source.shop(odd));
    assert!(target.shop(odd).contains("3zz6"));
    let number = target.shop("select id from customers where name = 'new'").parse::<u32>().unwrap();
    assert!(number > 252, "it is given no number again that the source has given: {number}");
    assert_eq!(source.shop("select count(*) from pg_publication"), "0");
    for file in fs::read_dir(project.folder.path().join(".orch")).unwrap().map(|file| file.unwrap().path()) {
        let bytes = if file.is_file() { fs::read(&file).unwrap() } else { Vec::new() };
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!holds(PASSWORD) && !holds("p%40ss"), "{}", file.display());
    }
    assert!(!ended.said.contains(PASSWORD) && !ended.said.contains("p%40ss"), "{}", ended.said);
}

#[test]
fn a_move_that_fails_leaves_both_servers_as_they_were() {
    let Some((source, target)) = servers() else { return };
    let before = source.shop("select count(*) from customers");
    let (from, to) = (source.url(), target.url());
    let ended = project().run("move_and_fail", &[], &[("SOURCE_URL", &from), ("TARGET_URL", &to)]);
    ended.says(1, &["it was only tried", "nothing is owed"]);
    assert_eq!(source.shop("select count(*) from customers"), before);
    assert_eq!(source.shop("select count(*) from pg_publication"), "0");
    assert_eq!(source.shop("select count(*) from pg_replication_slots"), "0");
    let tables = "select count(*) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')";
    assert_eq!(target.shop(tables), "0");
    assert_eq!(target.shop("select count(*) from pg_subscription"), "0");
}

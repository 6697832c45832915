//! `std/prometheus` on a real server.

use std::{
    fs,
    process::{Command, Stdio},
};

use tempfile::TempDir;

use super::{
    part::{Part, Project, found, free_port},
    server::{Server, fine},
};

/// What is scraped beside a histogram.
const METRICS: &str = "\
# TYPE shop_orders gauge
shop_orders{kind=\"book\"} 41
shop_orders{kind=\"toy\"} 5
";

/// A Prometheus that scrapes a server of ours.
struct Prometheus {
    address: String,
    _folder: TempDir,
    _part: Part,
}

impl Prometheus {
    fn start() -> Option<Prometheus> {
        let program = found("prometheus")?;
        let scraped = std::sync::atomic::AtomicU64::new(0);
        let target = Server::start(move |_| {
            let times = scraped.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            fine(&format!("{METRICS}{}", histogram(times)))
        });
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let config = format!(
            "global: {{ scrape_interval: 200ms, scrape_timeout: 200ms }}\n\
             scrape_configs: [{{ job_name: shop, static_configs: [{{ targets: ['{}'] }}] }}]\n",
            target.address
        );
        fs::write(folder.path().join("prometheus.yml"), config).unwrap();
        let address = format!("127.0.0.1:{port}");
        let mut command = Command::new(program);
        command.arg(format!("--config.file={}", folder.path().join("prometheus.yml").display()));
        command.arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()));
        command.arg(format!("--web.listen-address={address}")).stdout(Stdio::null()).stderr(Stdio::null());
        let part = Part::start(&mut command, port);
        Some(Prometheus { address, _folder: folder, _part: part })
    }

    fn project(&self) -> (Project, String) {
        let project =
            Project::with("prometheus.orch", &[("http(\"prometheus:9090\")", &format!("http({:?})", self.address))]);
        (project, format!("server={}", self.address))
    }
}

/// Half of all that was seen took up to 100 ms.
fn histogram(times: u64) -> String {
    let bucket = |most: &str, count: u64| format!("shop_seconds_bucket{{le=\"{most}\"}} {count}\n");
    let all = 10 * times;
    let buckets = [bucket("0.1", all / 2), bucket("1", all), bucket("+Inf", all)].concat();
    format!("# TYPE shop_seconds histogram\n{buckets}shop_seconds_sum {all}\nshop_seconds_count {all}\n")
}

#[test]
fn numbers_are_read_as_their_units_and_what_is_none_is_no_answer() {
    let Some(prometheus) = Prometheus::start() else { return };
    let (project, server) = prometheus.project();
    project.run("numbers", &[&server], &[]).says(0, &[]);
    project.run("signs", &[&server], &[]).says(0, &[]);
    project.run("scraped", &[&server], &[]).says(0, &[]);
    let asked = |query: &str| project.run("asked", &[&server, &format!("query={query}")], &[]);
    asked("vector(4)").says(0, &["4"]);
    // No data is an answer with an empty list, 0/0 is the text `NaN`, 1/0 `+Inf`: none of them is a number.
    asked("no_such_metric").says(1, &["✖ found"]);
    asked("vector(0) / vector(0)").says(1, &["✖ found", "NaN"]);
    asked("vector(1) / vector(0)").says(1, &["✖ found", "+Inf"]);
    asked("vector(").says(1, &["✖ found", "400 Bad Request", "parse error"]);
}

#[test]
fn a_gate_without_data_never_passes() {
    let Some(prometheus) = Prometheus::start() else { return };
    let (project, server) = prometheus.project();
    let gated = |query: &str| project.run("gated", &[&server, &format!("query={query}")], &[]);
    gated("vector(0.01)").says(0, &[]);
    gated("vector(0.5)").says(1, &[]);
    gated("no_such_metric").says(1, &["had no answer 3 times in a row"]);
    gated("vector(0) / vector(0)").says(1, &["had no answer 3 times in a row"]);
}

//! How fast text becomes a program: MB/s of a generated program of 5 MB.
//!
//! The floor, measured in the same run, is one pass over the bytes that counts its lines.

use divan::{Bencher, counter::BytesCount};
use orch::{
    check::{LoadError, check},
    source::FileId,
    syntax::parser::parse,
};

fn main() {
    divan::main();
}

/// A program of at least `bytes` bytes, made of plans as people write them, each with its own actions and types.
fn program(bytes: usize) -> String {
    let mut text = String::from("uses exec(\"./ops\")\n\n");
    let mut number = 0;
    while text.len() < bytes {
        number += 1;
        text.push_str(&SERVICE.replace('§', &number.to_string()));
    }
    text
}

const SERVICE: &str = r#"
/// What is known of service §.
type Service§ = { name: String, share: Percent, size: Size, needs: List<String>, owner: String? }

action deploy§(service: Service§, version: Int) -> { url: String } =
  exec("./ops", ["deploy", service.name, "v{version}"])
  idempotent retry 3 backoff 1s..30s
  compensate exec("./ops", ["withdraw", result.url])

action route§(name: String, share: Percent) = exec("./ops", ["route", name, "{share}"]) idempotent

probe healthy§(url: String) -> Bool = exec("./ops", ["healthy", url])

probe errors§(name: String) -> Percent = exec("./ops", ["errors", name])

fn budget§(service: Service§, factor: Decimal) -> Size =
  if service.share > 50% and not (service.name in service.needs) then service.size * factor * 2 else service.size

plan move§(service: Service§, version: Int = 2, hold: Duration = 24h) -> { url: String } {
  goal "Service § runs in version {version}"

  require service.share < 99.9% and budget§(service, 1.5) < 2TB else "{service.name} is too large to move"

  phase prepare§ "Preparation" takes 3d {
    step infra = deploy§(service, version)
      timeout 10m
    verify healthy§(infra.url) within 10m every 15s else "the new service does not answer"
  }

  phase cutover§ "Cutover" after prepare§ takes 1w {
    // a little at a time, with a way back at every moment
    rollout traffic§ as share 1% for hold -> 10% for 2 * hold -> 100% for hold {
      step shift = route§(service.name, share)
      gate errors: errors§(service.name) < 1% every 5m tolerate 2
    } compensate route§(service.name, 0%)
  }

  for part in service.needs {
    step part_route = route§("{service.name}-{part}", 100%) compensate route§(part, 0%)
  }

  return { url: prepare§.infra.url }
}
"#;

fn no_imports(_path: &str) -> Result<String, LoadError> {
    Err(LoadError("no such file".to_owned()))
}

const BYTES: usize = 5_000_000;

#[divan::bench]
fn floor_count_lines(bencher: Bencher) {
    let text = program(BYTES);
    bencher.counter(BytesCount::of_str(&text)).bench(|| text.bytes().filter(|byte| *byte == b'\n').count());
}

#[divan::bench(sample_count = 20)]
fn parse_5_mb(bencher: Bencher) {
    let text = program(BYTES);
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let parsed = parse(FileId(0), &text);
        assert!(parsed.diagnostics.is_empty());
        parsed
    });
}

#[divan::bench(sample_count = 20)]
fn parse_and_check_5_mb(bencher: Bencher) {
    let text: std::sync::Arc<str> = program(BYTES).into();
    bencher.counter(BytesCount::of_str(&text)).bench(|| {
        let checked = check("generated.orch", std::sync::Arc::clone(&text), &no_imports);
        assert!(checked.program.is_some());
        checked
    });
}

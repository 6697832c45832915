//! The binary: hands its arguments to the command line.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Runs are many small pieces of memory, which one thread asks for and another may give back.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    orch::cli::main()
}

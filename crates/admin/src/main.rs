//! `lanyard`: the server and its tools.

use std::process::ExitCode;

use clap::Parser;
use lanyard_admin::commands::{Cli, run};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return lanyard_admin::output::report(&error.into()),
    };
    match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(failure) => lanyard_admin::output::report(&failure),
    }
}

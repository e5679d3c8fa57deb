//! `modusc stand-in`: the stand-in for models by itself, for apps that are not served by `modusc dev`.

use std::io::Write as _;

use clap::Args;
use tokio::runtime::Builder;

use super::bench::interrupted;
use super::fail;
use super::output::{Outcome, Output};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::stand_in::StandIn;

/// Arguments of `stand-in`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Port to listen on [default: a free one]
    #[arg(short, long, default_value_t = 0, hide_default_value = true)]
    pub port: u16,
}

/// Prints the URL, and serves until the user ends it.
pub fn run(arguments: &Serve, output: &Output) -> Outcome {
    let failed = |error: std::io::Error| {
        Diagnostic::error(codes::IO, format!("cannot serve at 127.0.0.1:{}: {error}", arguments.port))
    };
    let served = StandIn::start(arguments.port).and_then(|stand_in| {
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{}", stand_in.url()).and_then(|()| stdout.flush())?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            interrupted()?.await;
            Ok(())
        })
    });
    match served {
        Ok(()) => Outcome::Done,
        Err(error) => fail(output, failed(error)),
    }
}

//! The command line.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use clap::builder::BoolishValueParser;

/// Serves a compiled Modus app.
#[derive(Clone, Debug, Parser)]
#[command(
    version,
    after_help = "Examples:\n  modus-runner app.cwasm\n  MODUS_ENV=dev modus-runner app.cwasm --port 3000\n  \
                  modus-runner app.cwasm --manifest staging.json --json-logs"
)]
pub struct Arguments {
    /// The artifact that modusc wrote; an executable app serves itself
    pub artifact: Option<PathBuf>,
    /// Port to listen on; 0 takes a free one
    #[arg(short, long, env = "PORT", default_value_t = 8686)]
    pub port: u16,
    /// Address to listen on [default: loopback in development, else every address]
    #[arg(long)]
    pub host: Option<IpAddr>,
    /// A modus.json in place of the one in the artifact
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Folder of the .env files
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub app_path: PathBuf,
    /// Serve the API explorer at /explorer outside development too
    #[arg(long)]
    pub explorer: bool,
    /// Log JSON lines
    #[arg(long)]
    pub json_logs: bool,
    /// Serve endpoints that want bearer tokens to everybody while no key is usable, without claims
    #[arg(long, env = "MODUS_RUNNER_OPEN_WITHOUT_KEYS", value_parser = BoolishValueParser::new())]
    pub open_without_keys: bool,
    /// Seconds a call may take
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub deadline: Duration,
    /// MiB of memory a call may have
    #[arg(long, value_name = "MIB", default_value_t = 128, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub memory_limit: u32,
    /// Calls that may run at once; more wait
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub max_calls: u32,
    /// Follow redirects only to URLs that a connection of the manifest allows
    #[arg(long)]
    pub strict_redirects: bool,
    /// Levels that arguments and results may be nested
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = clap::value_parser!(u32).range(1..=256))]
    pub max_depth: u32,
    /// Values that an argument list, a result or the arguments of a host function may hold
    #[arg(long, value_name = "N", default_value_t = 4_000_000)]
    pub max_values: u64,
    /// Bytes of text and binary data that they may hold
    #[arg(long, value_name = "BYTES", default_value_t = 64 << 20)]
    pub max_bytes: u64,
    /// Bytes of data that a response may have
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 20)]
    pub max_response: usize,
    /// Check the code against its SHA-256 first
    #[arg(long)]
    pub verify: bool,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "expected a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|duration| !duration.is_zero() && duration.as_secs() <= 86_400)
        .ok_or_else(|| "expected more than 0 and at most 86400 seconds".to_owned())
}

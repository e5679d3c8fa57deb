//! The command line.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Parser;
use clap::builder::BoolishValueParser;

use crate::limits::Limits;

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
    /// Follow redirects only to URLs that a connection of the manifest allows
    #[arg(long)]
    pub strict_redirects: bool,
    /// Answer introspection queries [default: in development only]
    #[arg(long, value_name = "BOOL")]
    pub introspection: Option<bool>,
    /// Let messages of refused documents make suggestions [default: in development only]
    #[arg(long, value_name = "BOOL")]
    pub suggestions: Option<bool>,
    /// Answer GET queries without a header that only a CORS preflight allows [default: in development only]
    #[arg(long, value_name = "BOOL")]
    pub plain_get: Option<bool>,
    /// Check the code against its SHA-256 first
    #[arg(long)]
    pub verify: bool,
    /// What clients and calls may take.
    #[command(flatten)]
    pub limits: Limits,
}

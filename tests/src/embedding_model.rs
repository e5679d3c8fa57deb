//! A real model for embeddings, all-MiniLM-L6-v2 from PyPI, behind an interface like OpenAI's: `tests/python/embeddings`.
//!
//! `MODUSC_TEST_WITHOUT=embeddings` leaves its tests out: about 105 MB are installed for it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::{python, root};

/// A running model; it ends when this is dropped, or with the process.
pub struct EmbeddingModel {
    child: Child,
    /// Where its interface begins, ending in `/v1`.
    pub base_url: String,
}

impl EmbeddingModel {
    /// Its name.
    pub const NAME: &'static str = "all-minilm";

    /// Starts it, and installs what is missing.
    pub fn start() -> Self {
        let folder = root().join("tests/python/embeddings");
        let mut command = Command::new(python::installed(&folder));
        // One thread: what is computed is little, and the machine has other work.
        command.arg(folder.join("server.py")).env("OPENBLAS_NUM_THREADS", "1");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python starts");
        let mut port = String::new();
        let stdout = child.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut port).expect("the server says its port");
        Self { child, base_url: format!("http://127.0.0.1:{}/v1", port.trim()) }
    }
}

impl Drop for EmbeddingModel {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

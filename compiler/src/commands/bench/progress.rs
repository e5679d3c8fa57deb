//! One line on the terminal that tells what is being measured.

use std::io::{IsTerminal as _, Write as _};

use crate::commands::output::Output;
use crate::render::Format;

/// The line; it is taken away when this is dropped.
#[derive(Debug)]
pub(super) struct Progress {
    enabled: bool,
}

impl Progress {
    /// Silent where nobody looks.
    pub(super) fn new(output: &Output) -> Self {
        Self { enabled: !output.quiet && output.format() == Format::Human && std::io::stderr().is_terminal() }
    }

    /// Replaces the line.
    pub(super) fn show(&self, text: &str) {
        if self.enabled {
            // A terminal that is gone is no reason to stop.
            let _ = write!(std::io::stderr(), "\r\x1b[Kmeasuring: {}", text.escape_debug());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.enabled {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

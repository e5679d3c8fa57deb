//! The stand-in as a program, for the demo: `openai-stand-in PORT`.

use std::sync::Arc;

use tests::stand_in::{Recorded, StandIn, provider};

fn main() {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok()).unwrap_or(0);
    let stand_in = StandIn::on(port, Arc::new(|request: &Recorded| (200, provider(request).to_string()).into()));
    println!("{}", stand_in.url);
    loop {
        std::thread::park();
    }
}

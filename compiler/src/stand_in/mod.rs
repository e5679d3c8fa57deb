//! A stand-in for language models, for development without a key: an HTTP server on the loopback interface that answers as
//! their servers do. Its answers are made up by rules, say so, and are the same for the same question
//! (`cli-and-dev` section 3.1).

mod answer;
mod prompt;
mod providers;
mod redirect;
mod sample;
mod server;
mod vectors;

pub use answer::{Answer, answer};
pub use redirect::{Redirected, StoodIn, redirect};
pub use server::StandIn;

//! A server that is measured, and what it is asked.

use std::process::Command;
use std::time::Duration;

use loadgen::client::Message;
use loadgen::cores::Cores;
use loadgen::server::Server;
use measure::Result;

/// Starts `command` on `core`, with `{port}` replaced by a free port.
pub(crate) fn spawn(command: &str, core: usize) -> Result<Server> {
    let (program, arguments) = command.split_once(' ').unwrap_or((command, ""));
    let command = |port: u16| {
        let port = port.to_string();
        let mut command = Command::new(program);
        command.args(arguments.split_whitespace().map(|word| word.replace("{port}", &port)));
        command
    };
    Ok(Server::spawn(command, &Cores::of(&[core])?)?)
}

/// Asks for the first answer as soon as the server listens; gives the time since just before the spawn.
pub(crate) async fn first_answer(server: &mut Server, message: &Message) -> Result<Duration> {
    let mut connection = server.connect().await?;
    let answer = connection.exchange(message).await?;
    let elapsed = server.process.age();
    answer.check(message)?;
    Ok(elapsed)
}

//! The seam between subscriptions and whoever publishes the events of agents.

use abi::value::Value;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use jiff::Timestamp;
use thiserror::Error;

/// Something that happened to an agent, or that it said.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentEvent {
    /// Its name.
    pub name: String,
    /// Any JSON.
    pub data: Value,
    /// When it was published.
    pub timestamp: Timestamp,
}

/// Why an agent's events cannot be had; the client sees the text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refused {
    /// There is no such agent.
    #[error("agent {0} not found")]
    NotFound(String),
    /// The agent is about to end, or has ended.
    #[error("agent {agent} is {status}, cannot subscribe to events")]
    Ended {
        /// Its id.
        agent: String,
        /// `stopping` or `terminated`.
        status: &'static str,
    },
}

/// Where the events of agents come from.
pub trait Events: Send + Sync {
    /// The events of an agent from now on. The stream ends with the agent; dropping it ends the subscription. It is asked
    /// for the next event when the client has room for it: what waits meanwhile is bounded by the source.
    fn subscribe(&self, agent: &str) -> BoxFuture<'static, Result<BoxStream<'static, AgentEvent>, Refused>>;
}

/// The source of an app without agents.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoAgents;

impl Events for NoAgents {
    fn subscribe(&self, agent: &str) -> BoxFuture<'static, Result<BoxStream<'static, AgentEvent>, Refused>> {
        let refused = Refused::NotFound(agent.to_owned());
        Box::pin(async move { Err(refused) })
    }
}

import { Agent, AgentInfo } from "./agent";
import { Duration } from "./duration";
import { resultIsInvalid } from "./utils";

// @ts-ignore: decorator
@external("modus_agents", "startAgent")
declare function hostStartAgent(agentName: string): AgentInfo;

// @ts-ignore: decorator
@external("modus_agents", "stopAgent")
declare function hostStopAgent(agentId: string): AgentInfo;

// @ts-ignore: decorator
@external("modus_agents", "getAgentInfo")
declare function hostGetAgentInfo(agentId: string): AgentInfo;

// @ts-ignore: decorator
@external("modus_agents", "listAgents")
declare function hostListAgents(): AgentInfo[];

// @ts-ignore: decorator
@external("modus_agents", "sendMessage")
declare function hostSendMessage(agentId: string, msgName: string, data: string | null, timeout: i64): MessageResponse;

class MessageResponse {
  data: string | null;
  error: string | null;
}

const registered = new Map<string, Agent>();
let active: Agent | null = null;

/** Makes a kind of agent known. Call it at the top level of a module. */
export function register<T extends Agent>(): void {
  const agent = instantiate<T>();
  registered.set(agent.name, agent);
}

/** Starts an agent of a registered kind. */
export function start(agentName: string): AgentInfo {
  if (!registered.has(agentName)) throw new Error("Agent " + agentName + " not found.");
  return valid(hostStartAgent(agentName), "Failed to start agent " + agentName + ".");
}

/** Stops an agent for good. */
export function stop(agentId: string): AgentInfo {
  requireText(agentId, "Agent ID cannot be empty.");
  return valid(hostStopAgent(agentId), "Failed to stop agent " + agentId + ".");
}

/** What is known about an agent. */
export function getInfo(agentId: string): AgentInfo {
  requireText(agentId, "Agent ID cannot be empty.");
  return valid(hostGetAgentInfo(agentId), "Agent " + agentId + " not found.");
}

/** All agents that are not terminated. */
export function listAll(): AgentInfo[] {
  return valid(hostListAgents(), "Failed to list agents.");
}

/** Sends a message and waits for the answer. */
export function sendMessage(
  agentId: string,
  msgName: string,
  data: string | null = null,
  timeout: Duration = Duration.maxValue,
): string | null {
  requireText(agentId, "Agent ID cannot be empty.");
  requireText(msgName, "Message name cannot be empty.");
  if (timeout < 0) throw new Error("Timeout must be a zero or positive value.");
  const response = valid(hostSendMessage(agentId, msgName, data, timeout), "Failed to send message to agent.");
  const error = response.error;
  if (error !== null) throw new Error(error);
  return response.data;
}

/** Sends a message without waiting for an answer. */
export function sendMessageAsync(agentId: string, msgName: string, data: string | null = null): void {
  sendMessage(agentId, msgName, data, 0);
}

// What the exports in hooks.ts do.

export function activate(name: string, id: string): void {
  if (active) throw new Error("Another agent is already active.");
  if (!registered.has(name)) throw new Error("Agent " + name + " not found.");
  const agent = registered.get(name);
  agent.__activate(id);
  active = agent;
}

export function current(): Agent {
  const agent = active;
  if (agent === null) throw new Error("No agent is active.");
  return agent;
}

function valid<T>(result: T, message: string): T {
  if (resultIsInvalid(result)) throw new Error(message);
  return result;
}

function requireText(text: string, message: string): void {
  if (text == "") throw new Error(message);
}

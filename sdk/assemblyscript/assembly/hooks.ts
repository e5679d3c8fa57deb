// Compiled into every app beside its own entry file: the exports hosts expect whether or not an app has agents.

import * as agents from "./agents";

export function _modus_agent_activate(name: string, id: string): void {
  agents.activate(name, id);
}

export function _modus_agent_get_state(): string | null {
  return agents.current().getState();
}

export function _modus_agent_set_state(data: string | null): void {
  agents.current().setState(data);
}

export function _modus_agent_handle_event(action: string): void {
  const agent = agents.current();
  if (action == "initialize") agent.onInitialize();
  else if (action == "suspend") agent.onSuspend();
  else if (action == "resume") agent.onResume();
  else if (action == "terminate") agent.onTerminate();
  else throw new Error("Unknown agent event: " + action);
}

export function _modus_agent_handle_message(msgName: string, data: string | null): string | null {
  return agents.current().onReceiveMessage(msgName, data);
}

import { JSON } from "json-as";

// @ts-ignore: decorator
@external("modus_agents", "publishEvent")
declare function hostPublishEvent(agentId: string, eventName: string, eventData: string | null): void;

/** How far an agent is in its life. */
export type AgentStatus = string;

export namespace AgentStatus {
  export const Starting: AgentStatus = "starting";
  export const Running: AgentStatus = "running";
  export const Suspending: AgentStatus = "suspending";
  export const Suspended: AgentStatus = "suspended";
  export const Resuming: AgentStatus = "resuming";
  export const Stopping: AgentStatus = "stopping";
  export const Terminated: AgentStatus = "terminated";
}

/** What the host knows about an agent. */
export class AgentInfo {
  readonly id!: string;
  readonly name!: string;
  readonly status!: AgentStatus;
}

/** Something an agent tells its subscribers. Subclasses are `@json` classes; their fields are the event's data. */
@json
export abstract class AgentEvent {
  @omit
  readonly eventName: string;

  constructor(eventName: string) {
    if (eventName == "") throw new Error("An agent event needs a name.");
    this.eventName = eventName;
  }
}

/** The base of all agents. */
export abstract class Agent {
  private agentId: string = "";

  /** The id of this agent; empty before it is activated. */
  get id(): string {
    return this.agentId;
  }

  /** The name under which agents of this kind are started. */
  abstract get name(): string;

  /** What has to be kept when the agent is suspended. */
  abstract getState(): string | null;

  /** Takes back what `getState` gave. */
  abstract setState(data: string | null): void;

  onInitialize(): void {}
  onSuspend(): void {}
  onResume(): void {}
  onTerminate(): void {}

  /** Handles a message and gives the answer, if there is one. */
  onReceiveMessage(msgName: string, data: string | null): string | null {
    return null;
  }

  /** Sends an event to everyone who watches this agent. */
  publishEvent<T extends AgentEvent>(event: T): void {
    hostPublishEvent(this.agentId, event.eventName, JSON.stringify<T>(event));
  }

  /** @internal */
  __activate(id: string): void {
    this.agentId = id;
  }
}

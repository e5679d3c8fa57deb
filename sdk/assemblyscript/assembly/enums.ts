// Where sources written for other versions of the SDK look for these.

export { AgentStatus } from "./agent";
export { Duration } from "./duration";

import * as agents from "./agents";
import * as graphql from "./graphql";
import * as http from "./http";
import * as localtime from "./localtime";
import * as models from "./models";
import * as postgresql from "./postgresql";
import * as secrets from "./secrets";
import * as utils from "./utils";

export { agents, graphql, http, localtime, models, postgresql, secrets, utils };
export { Agent, AgentEvent, AgentInfo, AgentStatus } from "./agent";
export { Duration } from "./duration";

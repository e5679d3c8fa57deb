import * as agents from "./agents";
import * as auth from "./auth";
import * as collections from "./collections";
import * as dgraph from "./dgraph";
import * as graphql from "./graphql";
import * as http from "./http";
import * as localtime from "./localtime";
import * as models from "./models";
import * as mysql from "./mysql";
import * as neo4j from "./neo4j";
import * as postgresql from "./postgresql";
import * as secrets from "./secrets";
import * as utils from "./utils";
import * as vectors from "./vectors";

export { agents, auth, collections, dgraph, graphql, http, localtime, models, mysql, neo4j, postgresql, secrets, utils, vectors };
export { Agent, AgentEvent, AgentInfo, AgentStatus } from "./agent";
export { Duration } from "./duration";
export { DynamicMap } from "./dynamicmap";

export * from "../../assembly/models/anthropic/messages";

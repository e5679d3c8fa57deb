export * from "../../assembly/models/openai/chat";

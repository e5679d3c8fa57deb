export * from "../../assembly/models/openai/embeddings";

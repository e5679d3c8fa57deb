export * from "../../assembly/models/experimental/embeddings";

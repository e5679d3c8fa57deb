export * from "../../assembly/models/meta/llama";

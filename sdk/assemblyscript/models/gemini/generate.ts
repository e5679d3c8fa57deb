export * from "../../assembly/models/gemini/generate";

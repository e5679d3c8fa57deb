import { models } from "@hypermode/modus-sdk-as";
import { OpenAIChatModel, SystemMessage, UserMessage } from "@hypermode/modus-sdk-as/models/openai/chat";

/** Greets somebody. Each exported function is a field of the GraphQL API. */
export function sayHello(name: string | null = null): string {
  return `Hello, ${name || "World"}!`;
}

/** Answers a prompt with the model that modus.json calls "text-generator". */
export function generateText(instruction: string, prompt: string): string {
  const model = models.getModel<OpenAIChatModel>("text-generator");
  const input = model.createInput([new SystemMessage(instruction), new UserMessage(prompt)]);
  return model.invoke(input).choices[0].message.content.trim();
}

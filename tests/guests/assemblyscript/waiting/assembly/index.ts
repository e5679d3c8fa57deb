// A function that waits for a model, and one that waits for nothing.
import { models } from "@hypermode/modus-sdk-as";
import { OpenAIChatModel, UserMessage } from "@hypermode/modus-sdk-as/models/openai/chat";

/** Asks the model. */
export function ask(prompt: string): string {
  const model = models.getModel<OpenAIChatModel>("chat");
  return model.invoke(model.createInput([new UserMessage(prompt)])).choices[0].message.content;
}

/** Answers at once. */
export function sayHello(): string {
  return "Hello!";
}

import { models } from "@hypermode/modus-sdk-as";
import {
  OpenAIChatModel,
  ResponseFormat,
  SystemMessage,
  UserMessage,
} from "@hypermode/modus-sdk-as/models/openai/chat";

/**
 * Invents an excuse for not attending an event.
 */
export function generateExcuses(event: string): string {
  const model = models.getModel<OpenAIChatModel>("text-generator");
  const input = model.createInput([
    new SystemMessage("You help people out of invitations. Answer with one short, polite and slightly absurd excuse."),
    new UserMessage(`Give me an excuse for not going to this event: ${event}`),
  ]);
  input.temperature = 0.7;
  input.responseFormat = ResponseFormat.Text;

  const output = model.invoke(input);
  return output.choices[0].message.content.trim();
}

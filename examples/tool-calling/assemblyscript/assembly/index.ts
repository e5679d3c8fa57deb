// A model that may call functions of the app. It cannot call them itself: it answers that it would like to, the app calls
// them, and asks again with what came out.

import { models } from "@hypermode/modus-sdk-as";
import {
  OpenAIChatModel,
  RequestMessage,
  SystemMessage,
  Tool,
  ToolCall,
  ToolMessage,
  UserMessage,
} from "@hypermode/modus-sdk-as/models/openai/chat";
import { JSON } from "json-as";

// So many questions back are enough for a question. A model that goes on for ever would cost for ever.
const MAX_ROUNDS = 5;

/** Answers a customer's question about orders. */
export function askAboutOrders(question: string): string {
  const model = models.getModel<OpenAIChatModel>("assistant");
  const messages: RequestMessage[] = [
    new SystemMessage("You help the customers of a bicycle shop. Look orders up; never guess."),
    new UserMessage(question),
  ];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const input = model.createInput(messages);
    // The description tells the model when to use a tool, and those of the parameters what to put there.
    input.tools = [
      Tool.forFunction("order_status", "Tells where an order is.").withParameter("number", "integer", "The order's number."),
    ];
    const message = model.invoke(input).choices[0].message;
    if (message.toolCalls.length == 0) return message.content.trim();

    // The model is told what it has asked for, and then what came out of each call, by the call's id.
    messages.push(message.toAssistantMessage());
    for (let i = 0; i < message.toolCalls.length; i++) {
      const call = message.toolCalls[i];
      messages.push(new ToolMessage(result(call), call.id));
    }
  }
  throw new Error(`the model had no answer after ${MAX_ROUNDS} rounds`);
}

@json
class OrderStatusArguments {
  number: i32 = 0;
}

// Does what the model asks for. A mistake of the model's is told to the model: it can mend it.
function result(call: ToolCall): string {
  const name = call.function.name;
  console.log(`The model calls ${name} with ${call.function.arguments}`);
  if (name != "order_status") return `There is no tool ${name}.`;
  return orderStatus(JSON.parse<OrderStatusArguments>(call.function.arguments).number);
}

// In a real app this would ask a database.
function orderStatus(number: i32): string {
  switch (number) {
    case 17:
      return "Order 17: a blue bicycle, handed to the carrier this morning, expected on Friday.";
    case 18:
      return "Order 18: two tyres, waiting for payment.";
    default:
      return `There is no order ${number}.`;
  }
}

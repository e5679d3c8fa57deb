// A cook who asks for the pantry, in the style of apps with tools and callbacks: 0.9 of json-as.

import { DynamicMap, auth, models } from "@hypermode/modus-sdk-as";
import {
  AssistantMessage,
  Choice,
  CompletionMessage,
  FunctionCall,
  FunctionDefinition,
  Logprobs,
  Message as ChatMessage,
  OpenAIChatInput,
  OpenAIChatModel,
  OpenAIChatOutput,
  ResponseFormat,
  SystemMessage,
  Tool,
  ToolCall,
  ToolChoice,
  ToolMessage,
  Usage,
  UserMessage,
} from "@hypermode/modus-sdk-as/models/openai/chat";
import { JSON } from "json-as";

type Executor = (call: ToolCall) => string;

@json
class Pantry {
  @alias("shelf_life")
  shelfLife: i32 = 0
  items: string[] = []
  note: JSON.Raw = "null"

  @omitif("this.shelfLife == 0")
  expires: i64 = 0
}

// Nothing says that it is JSON.
class Step {
  text: string
  minutes: f64

  constructor(text: string, minutes: f64) {
    this.text = text
    this.minutes = minutes
  }
}

@json
class Answer {
  response: string = ""
  steps: Step[] = []
  logs: string[] = []
}

@json
class Recipe extends Answer {
  thread_id: string

  constructor() {
    super()
    this.thread_id = ""
  }
}

@json
class Ingredient {
  name: string = ""
}

@json
class Cook {
  public sub!: string
  public exp!: i64
}

export function cook(question: string, thread_id: string | null = null): Recipe {
  const model = models.getModel<OpenAIChatModel>("cook")
  const limit: u8 = 4
  const recipe = new Recipe()
  recipe.thread_id = thread_id === null ? auth.getJWTClaims<Cook>().sub : thread_id
  const answer = converse(model, [pantryTool(), timerTool()], "You cook.", question, execute, limit, history())
  recipe.response = answer.response
  recipe.logs = answer.logs
  recipe.steps.push(new Step(answer.response, 5))
  return recipe
}

function history(): ChatMessage[] {
  const messages: ChatMessage[] = []
  messages.push(new AssistantMessage("Hello"))
  messages.push(new UserMessage("Hello"))
  return messages
}

function converse(model: OpenAIChatModel, tools: Tool[], prompt: string, question: string, execute: Executor, limit: u8, before: ChatMessage[]): Answer {
  const answer = new Answer()
  let messages: ChatMessage[] = [new SystemMessage(prompt)]
  messages = messages.concat(before)
  messages.push(new UserMessage(question))
  for (let i: u8 = 0; i < limit; i++) {
    const input: OpenAIChatInput = model.createInput(messages)
    input.tools = tools
    input.toolChoice = ToolChoice.Auto
    input.responseFormat = ResponseFormat.Text
    const output: OpenAIChatOutput = model.invoke(input)
    const choice: Choice = output.choices[0]
    const message: CompletionMessage = choice.message
    const usage: Usage = output.usage
    const probabilities: Logprobs | null = choice.logprobs
    answer.logs.push(`${usage.totalTokens} ${choice.finishReason} ${probabilities === null}`)
    if (message.toolCalls.length == 0) {
      answer.response = message.content
      break
    }
    messages.push(message)
    for (let j = 0; j < message.toolCalls.length; j++) {
      const call = message.toolCalls[j]
      messages.push(new ToolMessage(execute(call), call.id))
    }
  }
  return answer
}

function execute(call: ToolCall): string {
  const wanted: FunctionCall = call.function
  if (wanted.name == "pantry") {
    const ingredient = JSON.parse<Ingredient>(wanted.arguments)
    const map = new DynamicMap()
    map.set(ingredient.name, 3)
    return JSON.stringify(map)
  }
  return ""
}

function pantryTool(): Tool {
  const pantry = new Tool()
  const schema: string = `{"type":"object","properties":{"name":{"type":"string"}}}`
  pantry.function = {
    name: "pantry",
    description: `What there is.`,
    parameters: schema,
    strict: true,
  }
  return pantry
}

function timerTool(): Tool {
  const timer = new Tool()
  timer.function = new FunctionDefinition()
  timer.function.name = "timer"
  timer.function.parameters = null
  return timer
}

export function pantry(json: string): string {
  const pantry = JSON.parseSafe<Pantry>(json)
  const note: string = pantry.note
  return note + JSON.stringify(pantry)
}

export function raw(json: string): JSON.Raw {
  return JSON.parse<JSON.Raw>(json)
}

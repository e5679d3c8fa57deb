// Functions that the model may ask the app to call, and its wishes to call them.

import { JSON } from "json-as";

class Parameter {
  name!: string;
  type!: string;
  description!: string | null;
}


/** A tool that the model may use. There are only functions. */
@json
export class Tool {
  @omit
  private parameters: Parameter[] = [];
  type: string = "function";
  function!: FunctionDefinition;

  /** A tool for a function of this name. What it is for tells the model when to use it. */
  static forFunction(name: string, description: string | null = null): Tool {
    const tool = new Tool();
    tool.function = <FunctionDefinition>{ name, description };
    return tool;
  }

  /** Adds a required parameter; `jsonSchemaType` is a type of JSON Schema, such as `integer`. */
  withParameter(name: string, jsonSchemaType: string, description: string | null = null): Tool {
    this.parameters.push({ name, type: jsonSchemaType, description });
    return this.withParametersSchema(schemaOf(this.parameters));
  }

  /** Sets all parameters at once, as JSON Schema text. */
  withParametersSchema(jsonSchema: string): Tool {
    this.function.parameters = JSON.Raw.from(jsonSchema);
    return this;
  }
}

function schemaOf(parameters: Parameter[]): string {
  const properties = parameters.map<string>((each) => {
    const description = each.description;
    const text = description === null ? "" : ',"description":' + JSON.stringify(description);
    return JSON.stringify(each.name) + ':{"type":' + JSON.stringify(each.type) + text + "}";
  });
  const names = parameters.map<string>((each) => each.name);
  const required = JSON.stringify(names);
  return '{"type":"object","properties":{' + properties.join(",") + '},"required":' + required + ',"additionalProperties":false}';
}


/** What the model is told about a function. */
@json
export class FunctionDefinition {
  /** Letters, digits, underscores and dashes. */
  name!: string;

  @omitif((self: FunctionDefinition) => self.description === null || self.description == "")
  description: string | null = null;

  /** Whether the model has to keep exactly to the schema of the parameters. */
  @omitif((self: FunctionDefinition) => !self.strict)
  strict: bool = false;

  /** What the function takes, as JSON Schema. */
  @omitnull()
  parameters: JSON.Raw | null = null;
}


/** Whether and which tools the model has to use. */
@json
export class ToolChoice {
  private constructor(
    private readonly type: string,
    private readonly name: string = "",
  ) {}

  /** No tool. */
  static get None(): ToolChoice {
    return new ToolChoice("none");
  }

  /** The model decides. */
  static get Auto(): ToolChoice {
    return new ToolChoice("auto");
  }

  /** A tool, whichever the model wants. */
  static get Required(): ToolChoice {
    return new ToolChoice("required");
  }

  /** The function of this name. */
  static Function(name: string): ToolChoice {
    return new ToolChoice("function", name);
  }


  @serializer
  private write(self: ToolChoice): string {
    if (self.type != "function") return JSON.stringify(self.type);
    return '{"type":"function","function":{"name":' + JSON.stringify(self.name) + "}}";
  }


  @deserializer
  private read(data: string): ToolChoice {
    if (data.startsWith('"')) return new ToolChoice(JSON.parse<string>(data));
    return new ToolChoice("function", JSON.parse<ToolCall>(data).function.name);
  }
}


/** The model's wish to call a function. */
@json
export class ToolCall {
  id!: string;
  type: string = "function";
  function!: FunctionCall;
}


@json
export class FunctionCall {
  name!: string;

  /** JSON, if the model kept to it: it has to be checked before it is used. */
  arguments!: string;
}

// What was said to a model and what it answered, out of the JSON of its provider.

const object = (value) => (value && typeof value === 'object' ? value : {});
const list = (value) => (Array.isArray(value) ? value : []);
const text = (value) => (typeof value === 'string' ? value : value == null ? '' : JSON.stringify(value, null, 2));

/** The text of a message's content: a string, or parts of several kinds. */
const content = (value) => {
  if (!Array.isArray(value)) return text(value);
  const part = (one) => {
    const { type, text: words, input_text: other } = object(one);
    if (typeof one === 'string') return one;
    return words ?? other ?? `[${type ?? 'something else'}]`;
  };
  return value.map(part).join('\n');
};

const called = (calls) =>
  list(calls).map((call) => {
    const { name, arguments: given } = object(object(call).function);
    return `${name ?? 'tool'}(${given ?? ''})`;
  });

const spoken = ({ role, content: said, tool_calls: calls }) => ({
  role: role ?? 'user',
  text: [content(said), ...called(calls)].filter(Boolean).join('\n'),
});

const googled = (turn, role) => ({
  role: turn.role ?? role,
  text: list(turn.parts).map((part) => object(part).text ?? text(part)).join('\n'),
});

/** [{role, text}] of a request; empty where it has another form. */
const messagesOf = (input) => {
  const { messages, contents, system, system_instruction: instruction, prompt, input: given, instances } = object(input);
  if (messages) return [...(system ? [{ role: 'system', text: content(system) }] : []), ...list(messages).map((one) => spoken(object(one)))];
  if (contents) return [...(instruction ? [googled(object(instruction), 'system')] : []), ...list(contents).map((one) => googled(object(one), 'user'))];
  const plain = prompt ?? given ?? instances;
  return plain == null ? [] : [{ role: 'input', text: list(plain).every((one) => typeof one === 'string') ? content(plain) : text(plain) }];
};

const vectors = (found) => {
  const sizes = found.map((one) => list(object(one).embedding ?? one).length);
  return `${found.length} ${found.length === 1 ? 'vector' : 'vectors'} of ${sizes[0]} numbers`;
};

/** The text of an answer; null where it has another form. */
const answerOf = (output) => {
  const { choices, content: parts, candidates, generation, data, predictions, error } = object(output);
  if (error) return text(object(error).message ?? error);
  if (list(choices).length) return list(choices).map((choice) => spoken(object(object(choice).message)).text).join('\n');
  if (Array.isArray(parts)) return content(parts);
  if (list(candidates).length) return list(candidates).map((one) => googled(object(object(one).content)).text).join('\n');
  if (generation != null) return text(generation);
  if (list(data).length && list(object(data[0]).embedding).length) return vectors(data);
  return list(predictions).length && Array.isArray(predictions[0]) ? vectors(predictions) : null;
};

const parsed = (json) => {
  try {
    return JSON.parse(json);
  } catch {
    return json ?? null;
  }
};

const side = (json) => {
  const value = parsed(json);
  return object(value).truncated === true ? { value, cut: object(value).start ?? '' } : { value, cut: null };
};

/** The conversation in a record of the history: {messages: [{role, text}], answer: text or null}. */
export const conversationOf = (record) => {
  const [input, output] = [side(record.input), side(record.output)];
  const messages = input.cut === null ? messagesOf(input.value) : [{ role: 'cut off', text: input.cut }];
  const plain = typeof output.value === 'string' ? output.value : null;
  return { messages, answer: output.cut ?? plain ?? answerOf(output.value) };
};

/** The last thing that was said to the model, for a line of a table. */
export const promptOf = ({ messages }) => messages.findLast?.(({ role }) => role === 'user')?.text ?? messages.at(-1)?.text ?? '';

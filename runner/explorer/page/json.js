// JSON with all digits of its numbers: JavaScript's own numbers cannot hold 64-bit integers.

/** A number, or another piece of JSON, as it was written. */
export class Raw {
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[\s]*/y;

// Reads what JSON.parse has accepted.
class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)[0];
    this.at += found.length;
    return found;
  }

  /** The next character that is no space. */
  peek() {
    this.match(SPACE);
    return this.text[this.at];
  }

  take(length) {
    this.at += length;
  }

  string() {
    const start = this.at;
    for (let end = start + 1; ; end += 1) {
      end = this.text.indexOf('"', end);
      let slashes = 0;
      while (this.text[end - 1 - slashes] === '\\') slashes += 1;
      if (slashes % 2 === 1) continue;
      this.at = end + 1;
      return JSON.parse(this.text.slice(start, this.at));
    }
  }

  members(close, read) {
    this.take(1);
    while (this.peek() !== close) {
      if (this.text[this.at] === ',') this.take(1);
      else read();
    }
    this.take(1);
  }

  value() {
    switch (this.peek()) {
      case '{': {
        const object = Object.create(null);
        this.members('}', () => {
          const key = this.string();
          this.peek();
          this.take(1);
          object[key] = this.value();
        });
        return object;
      }
      case '[': {
        const list = [];
        this.members(']', () => list.push(this.value()));
        return list;
      }
      case '"':
        return this.string();
      case 't':
        return this.take(4), true;
      case 'f':
        return this.take(5), false;
      case 'n':
        return this.take(4), null;
      default:
        return new Raw(this.match(NUMBER));
    }
  }
}

/** A text of JSON as values; numbers are Raw. Throws a SyntaxError as JSON.parse does. */
export const parse = (text) => {
  JSON.parse(text);
  return new Reader(text).value();
};

const isPlain = (value) => value === null || typeof value !== 'object' || value instanceof Raw;

const kindOf = (value) => {
  if (value instanceof Raw || typeof value === 'number') return 'number';
  return typeof value === 'string' ? 'string' : 'word';
};

/** Tells `emit(kind, text)` the parts of an indented text; kinds are key, string, number, word and mark. */
export const visit = (value, emit, indent = '') => {
  if (isPlain(value)) return emit(kindOf(value), value instanceof Raw ? value.text : JSON.stringify(value));
  const isList = Array.isArray(value);
  const [open, close] = isList ? '[]' : '{}';
  const entries = Object.entries(value);
  if (!entries.length) return emit('mark', open + close);
  const inner = `${indent}  `;
  entries.forEach(([key, item], index) => {
    emit('mark', `${index ? ',' : open}\n${inner}`);
    if (!isList) {
      emit('key', JSON.stringify(key));
      emit('mark', ': ');
    }
    visit(item, emit, inner);
  });
  emit('mark', `\n${indent}${close}`);
};

/** The value as an indented text. */
export const pretty = (value) => {
  const parts = [];
  visit(value, (_, text) => parts.push(text));
  return parts.join('');
};

/** The value in one line. */
export const compact = (value) => {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(compact).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${compact(item)}`);
  return `{${members.join(',')}}`;
};

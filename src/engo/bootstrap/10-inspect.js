// Values as text for console lines, in the manner of Node's util.inspect.
// Never calls a getter or a toString of the value, so that looking does nothing;
// a proxy's traps run, in the guest's own crank. Where lines are written is not
// known here.
'use strict';

(() => {
  const { Object, Reflect, Array, String, Number, JSON, Symbol } = globalThis;
  const { Map, Set, Date, RegExp, Promise, ArrayBuffer, Uint8Array } = globalThis;
  const { Error, Math } = globalThis;
  const { isObject, isError, describe } = globalThis.engoBootstrap;
  const { apply, ownKeys, getPrototypeOf, getOwnPropertyDescriptor } = Reflect;

  const MAX_DEPTH = 2; // levels shown below the outermost, as in Node
  const MAX_ITEMS = 100; // of an array, map, set or object
  const MAX_STRING = 10_000; // characters of one string inside a value
  const MAX_TEXT = 65_000; // characters of one line, as docs/frames.md
  const BREAK = 72; // columns at which an object goes over several lines

  const getterOf = (object, name) => getOwnPropertyDescriptor(object, name).get;
  const mapSize = getterOf(Map.prototype, 'size');
  const setSize = getterOf(Set.prototype, 'size');
  const bufferLength = getterOf(ArrayBuffer.prototype, 'byteLength');
  const TypedArray = getPrototypeOf(Uint8Array);
  const typedTag = getterOf(TypedArray.prototype, Symbol.toStringTag);
  const typedLength = getterOf(TypedArray.prototype, 'length');
  const { forEach: mapForEach } = Map.prototype;
  const { forEach: setForEach } = Set.prototype;
  const { toISOString, getTime } = Date.prototype;
  const { toString: regexpToString } = RegExp.prototype;

  const quote = text => {
    const cut =
      text.length > MAX_STRING
        ? `${text.slice(0, MAX_STRING)}… ${text.length - MAX_STRING} more`
        : text;
    const json = JSON.stringify(cut);
    if (!cut.includes("'")) {
      return `'${json.slice(1, -1).replaceAll('\\"', '"')}'`;
    }
    return cut.includes('"') && !cut.includes('`') && !cut.includes('${')
      ? `\`${json.slice(1, -1).replaceAll('\\"', '"')}\``
      : json;
  };

  const primitive = value => {
    switch (typeof value) {
      case 'string':
        return quote(value);
      case 'bigint':
        return `${value}n`;
      case 'number':
        return Object.is(value, -0) ? '-0' : String(value);
      default:
        return String(value); // undefined, null, boolean, symbol
    }
  };

  const isWord = text => {
    for (const c of text) {
      const letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c === '_' || c === '$';
      if (!letter && !(c >= '0' && c <= '9')) return false;
    }
    return text !== '' && !(text[0] >= '0' && text[0] <= '9');
  };

  const keyText = key => {
    if (typeof key === 'symbol') return `[${String(key)}]`;
    return isWord(key) ? key : quote(key);
  };

  // A data property found on the object or its prototypes; getters are not called.
  const dataOf = (object, name) => {
    for (let o = object; o !== null; o = getPrototypeOf(o)) {
      const found = getOwnPropertyDescriptor(o, name);
      if (found) return found.value;
    }
    return undefined;
  };

  // `Foo`, `Object [Alleged: Foo]`, `[Object: null prototype]`; '' for a plain one.
  const prefixOf = (value, otherwise) => {
    const tag = dataOf(value, Symbol.toStringTag);
    const proto = getPrototypeOf(value);
    let name = otherwise;
    if (proto === null) {
      name = `[${otherwise}: null prototype]`;
    } else {
      const maker = dataOf(value, 'constructor');
      const found = typeof maker === 'function' && dataOf(maker, 'name');
      if (typeof found === 'string' && found !== '') name = found;
    }
    return typeof tag === 'string' && tag !== '' && tag !== name
      ? `${name} [${tag}]`
      : name;
  };

  const functionText = value => {
    const name = getOwnPropertyDescriptor(value, 'name')?.value;
    return typeof name === 'string' && name !== ''
      ? `[Function: ${name}]`
      : '[Function (anonymous)]';
  };

  const errorText = (error, indent) => {
    const [name, message, stack] = describe(error);
    const header = message ? `${name}: ${message}` : name;
    const lines = stack ? stack.split('\n').map(line => `    ${line.trim()}`) : [];
    return [header, ...lines].join(`\n${indent}`);
  };

  const isIndex = key =>
    typeof key === 'string' && String(Number(key) >>> 0) === key;

  // One look at one value; `left` is how many characters may still be written.
  const inspect = value => {
    let left = MAX_TEXT;
    const parents = [];

    const spend = text => {
      left -= text.length;
      return text;
    };

    const property = (object, key, indent) => {
      const descriptor = getOwnPropertyDescriptor(object, key);
      if (!descriptor) return '<gone>';
      const { get, set } = descriptor;
      if (get && set) return '[Getter/Setter]';
      if (get) return '[Getter]';
      if (set) return '[Setter]';
      return show(descriptor.value, indent);
    };

    const properties = (object, keys, indent) => {
      const parts = [];
      for (const key of keys) {
        if (parts.length === MAX_ITEMS) {
          parts.push(`... ${keys.length - MAX_ITEMS} more`);
          break;
        }
        if (left < 0) break;
        parts.push(`${keyText(key)}: ${property(object, key, indent)}`);
      }
      return parts;
    };

    const visible = (object, skipIndexes) =>
      ownKeys(object).filter(
        key =>
          !(skipIndexes && isIndex(key)) &&
          getOwnPropertyDescriptor(object, key)?.enumerable,
      );

    const items = (object, length, indent) => {
      const parts = [];
      let empty = 0;
      const flush = () => {
        if (empty) parts.push(`<${empty} empty item${empty > 1 ? 's' : ''}>`);
        empty = 0;
      };
      const end = Math.min(length, MAX_ITEMS);
      for (let i = 0; i < end && left >= 0; i += 1) {
        if (getOwnPropertyDescriptor(object, String(i))) {
          flush();
          parts.push(property(object, String(i), indent));
        } else {
          empty += 1;
        }
      }
      flush();
      if (length > end) {
        const more = length - end;
        parts.push(`... ${more} more item${more > 1 ? 's' : ''}`);
      }
      return parts;
    };

    // Many short items go in columns, numbers to the right.
    const columns = parts => {
      const widest = Math.max(...parts.map(part => part.length));
      if (parts.length < 7 || widest > 16) return parts;
      const perLine = Math.min(16, (BREAK / (widest + 2)) >>> 0);
      const numeric = parts.every(part => part >= '0' && part < ':');
      const rows = [];
      for (let i = 0; i < parts.length; i += perLine) {
        const row = parts.slice(i, i + perLine);
        const cells = row.map((part, n) => {
          if (numeric) return part.padStart(widest);
          const text = n < row.length - 1 ? `${part},` : part;
          return n < row.length - 1 ? text.padEnd(widest + 1) : text;
        });
        rows.push(cells.join(numeric ? ', ' : ' '));
      }
      return rows;
    };

    const layout = (prefix, open, parts, close, indent) => {
      const start = prefix ? `${prefix} ${open}` : open;
      if (parts.length === 0) return `${start}${close}`;
      const line = `${start} ${parts.join(', ')} ${close}`;
      if (line.length <= BREAK && !line.includes('\n')) return line;
      const deeper = `\n${indent}  `;
      const rows = open === '[' ? columns(parts) : parts;
      return `${start}${deeper}${rows.join(`,${deeper}`)}\n${indent}${close}`;
    };

    const mapParts = (map, indent) => {
      const parts = [];
      apply(mapForEach, map, [
        (v, k) => {
          if (parts.length < MAX_ITEMS) {
            parts.push(`${show(k, indent)} => ${show(v, indent)}`);
          }
        },
      ]);
      return parts;
    };

    const setParts = (set, indent) => {
      const parts = [];
      apply(setForEach, set, [
        v => {
          if (parts.length < MAX_ITEMS) parts.push(show(v, indent));
        },
      ]);
      return parts;
    };

    // What the value's brand shows before its own properties, or undefined.
    const branded = (value, indent, deeper) => {
      if (Array.isArray(value)) {
        const { length } = value;
        const name = prefixOf(value, 'Array');
        const prefix = name === 'Array' ? '' : `${name}(${length})`;
        return [prefix, '[', items(value, length, deeper), ']'];
      }
      if (value instanceof TypedArray) {
        const name = apply(typedTag, value, []);
        const length = apply(typedLength, value, []);
        return [`${name}(${length})`, '[', items(value, length, deeper), ']'];
      }
      if (value instanceof Map) {
        const size = apply(mapSize, value, []);
        return [`Map(${size})`, '{', mapParts(value, deeper), '}'];
      }
      if (value instanceof Set) {
        const size = apply(setSize, value, []);
        return [`Set(${size})`, '{', setParts(value, deeper), '}'];
      }
      if (value instanceof ArrayBuffer) {
        const size = apply(bufferLength, value, []);
        return ['ArrayBuffer', '{', [`byteLength: ${size}`], '}'];
      }
      return undefined;
    };

    // A brand that is one text of its own, or undefined.
    const single = (value, indent) => {
      if (typeof value === 'function') return functionText(value);
      if (isError(value)) return errorText(value, indent);
      if (value instanceof Date) {
        return Number.isNaN(apply(getTime, value, []))
          ? 'Invalid Date'
          : apply(toISOString, value, []);
      }
      if (value instanceof RegExp) return apply(regexpToString, value, []);
      return undefined;
    };

    const attempt = (action, ...args) => {
      try {
        return action(...args);
      } catch {
        return undefined; // not of that brand after all: shown as an object
      }
    };

    const object = (value, indent) => {
      const deeper = `${indent}  `;
      const text = attempt(single, value, indent);
      const whole = attempt(branded, value, indent, deeper);
      const keys = visible(value, whole && whole[1] === '[');
      if (text !== undefined) {
        if (keys.length === 0) return text;
        return layout(text, '{', properties(value, keys, deeper), '}', indent);
      }
      if (whole) {
        const [prefix, open, parts, close] = whole;
        parts.push(...properties(value, keys, deeper));
        return layout(prefix, open, parts, close, indent);
      }
      const name = prefixOf(value, 'Object');
      const prefix = name === 'Object' ? '' : name;
      const parts = properties(value, keys, deeper);
      return layout(prefix, '{', parts, '}', indent);
    };

    const show = (value, indent) => {
      if (left < 0) return '…';
      if (!isObject(value)) return spend(primitive(value));
      if (parents.includes(value)) return spend('[Circular]');
      if (parents.length > MAX_DEPTH) {
        if (Array.isArray(value)) return spend('[Array]');
        if (typeof value !== 'function' && !isError(value)) {
          return spend(`[${prefixOf(value, 'Object')}]`);
        }
      }
      parents.push(value);
      try {
        const text = object(value, indent);
        left -= text.length >> 3; // inner texts were counted already
        return text;
      } finally {
        parents.pop();
      }
    };

    try {
      return show(value, '');
    } catch {
      return '<a value that throws when it is looked at>';
    }
  };

  const plain = value => (typeof value === 'string' ? value : inspect(value));

  const number = value => {
    if (typeof value === 'bigint') return `${value}n`;
    return typeof value === 'object' || typeof value === 'symbol'
      ? 'NaN'
      : primitive(Number(value));
  };

  const substitutes = {
    s: value => (isObject(value) ? inspect(value) : String(value)),
    d: number,
    i: value =>
      typeof value === 'bigint'
        ? `${value}n`
        : number(Math.trunc(Number(number(value)))),
    f: number,
    j: value => {
      try {
        return `${JSON.stringify(value)}`;
      } catch {
        return '[Circular]';
      }
    },
    o: inspect,
    O: inspect,
    c: () => '', // styles are for browsers
  };

  // A console call's arguments as one text.
  const format = args => {
    let next = 0;
    let text = '';
    if (typeof args[0] === 'string' && args.length > 1) {
      const template = args[0];
      next = 1;
      let from = 0;
      for (let at = template.indexOf('%'); at >= 0; ) {
        const letter = template[at + 1];
        const known = letter !== undefined && Object.hasOwn(substitutes, letter);
        if (letter === '%') {
          text += template.slice(from, at + 1);
          from = at + 2;
        } else if (known && next < args.length) {
          text += template.slice(from, at) + substitutes[letter](args[next]);
          next += 1;
          from = at + 2;
        }
        at = template.indexOf('%', at + 2);
      }
      text += template.slice(from);
    } else if (args.length > 0) {
      text = plain(args[0]);
      next = 1;
    }
    for (; next < args.length; next += 1) {
      text += ` ${plain(args[next])}`;
      if (text.length > MAX_TEXT) break;
    }
    return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  };

  Object.assign(globalThis.engoBootstrap, { inspect, format });
})();

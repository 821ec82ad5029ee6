// Values as text for console lines, in the manner of Node's util.inspect.
// Never calls a getter or a toString of the value, so that looking does
// nothing; a proxy's traps run, in the guest's own crank. Where lines go is
// not known here.
//
// A `look` is one call of inspect: `left`, the characters that may still be
// written, and `parents`, the objects we are inside of.
'use strict';

(() => {
  const { Object, Reflect, Array, String, Number, Symbol, Math } = globalThis;
  const { Map, Set, Date, RegExp, ArrayBuffer, Uint8Array } = globalThis;
  const { isObject, isError, primitive, keyText, prefixOf } =
    globalThis.engoBootstrap;
  const { functionText, errorText } = globalThis.engoBootstrap;
  const { apply, ownKeys, getPrototypeOf, getOwnPropertyDescriptor } = Reflect;

  const MAX_DEPTH = 2; // levels shown below the outermost, as in Node
  const MAX_ITEMS = 100; // of an array, map, set or object
  const MAX_TEXT = 65_000; // characters of one line, as in docs/frames.md
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

  // Layout

  // Many short items go in columns, numbers to the right.
  const columns = parts => {
    const widest = Math.max(...parts.map(part => part.length));
    if (parts.length < 7 || widest > 16) return parts;
    const perLine = Math.min(16, (BREAK / (widest + 2)) >>> 0);
    const numeric = parts.every(part => part >= '0' && part < ':');
    const rows = [];
    for (let i = 0; i < parts.length; i += perLine) {
      const row = parts.slice(i, i + perLine);
      const last = row.length - 1;
      const cells = row.map((part, n) => {
        if (numeric) return part.padStart(widest);
        return n < last ? `${part},`.padEnd(widest + 1) : part;
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

  // What is inside

  const property = (look, object, key, indent) => {
    const descriptor = getOwnPropertyDescriptor(object, key);
    if (!descriptor) return '<gone>'; // a proxy that named a key it has not
    const { get, set, value } = descriptor;
    if (get && set) return '[Getter/Setter]';
    if (get) return '[Getter]';
    return set ? '[Setter]' : show(look, value, indent);
  };

  const properties = (look, object, keys, indent) => {
    const parts = [];
    for (const key of keys) {
      if (parts.length === MAX_ITEMS) {
        parts.push(`... ${keys.length - MAX_ITEMS} more`);
        break;
      }
      if (look.left < 0) break;
      parts.push(`${keyText(key)}: ${property(look, object, key, indent)}`);
    }
    return parts;
  };

  const isIndex = key =>
    typeof key === 'string' && String(Number(key) >>> 0) === key;

  const visible = (object, skipIndexes) =>
    ownKeys(object).filter(
      key =>
        !(skipIndexes && isIndex(key)) &&
        getOwnPropertyDescriptor(object, key)?.enumerable,
    );

  const plural = (count, text) => `${count} ${text}${count > 1 ? 's' : ''}`;

  const items = (look, object, length, indent) => {
    const parts = [];
    let empty = 0;
    const flush = () => {
      if (empty) parts.push(`<${plural(empty, 'empty item')}>`);
      empty = 0;
    };
    const end = Math.min(length, MAX_ITEMS);
    for (let i = 0; i < end && look.left >= 0; i += 1) {
      if (getOwnPropertyDescriptor(object, String(i))) {
        flush();
        parts.push(property(look, object, String(i), indent));
      } else {
        empty += 1;
      }
    }
    flush();
    if (length > end) parts.push(`... ${plural(length - end, 'more item')}`);
    return parts;
  };

  // `forEach` of a map or a set; `part` makes one text of value and key.
  const members = (forEach, collection, part) => {
    const parts = [];
    apply(forEach, collection, [
      (value, key) => {
        if (parts.length < MAX_ITEMS) parts.push(part(value, key));
      },
    ]);
    return parts;
  };

  // What the value's brand shows before its own properties, or undefined:
  // [prefix, open, parts, close].
  const branded = (look, value, indent) => {
    if (Array.isArray(value)) {
      const { length } = value;
      const name = prefixOf(value, 'Array');
      const prefix = name === 'Array' ? '' : `${name}(${length})`;
      return [prefix, '[', items(look, value, length, indent), ']'];
    }
    if (value instanceof TypedArray) {
      const length = apply(typedLength, value, []);
      const prefix = `${apply(typedTag, value, [])}(${length})`;
      return [prefix, '[', items(look, value, length, indent), ']'];
    }
    if (value instanceof Map) {
      const part = (v, k) =>
        `${show(look, k, indent)} => ${show(look, v, indent)}`;
      const prefix = `Map(${apply(mapSize, value, [])})`;
      return [prefix, '{', members(mapForEach, value, part), '}'];
    }
    if (value instanceof Set) {
      const part = v => show(look, v, indent);
      const prefix = `Set(${apply(setSize, value, [])})`;
      return [prefix, '{', members(setForEach, value, part), '}'];
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

  // undefined as well when it only looked like that brand and throws.
  const attempt = (action, ...args) => {
    try {
      return action(...args);
    } catch {
      return undefined;
    }
  };

  const object = (look, value, indent) => {
    const deeper = `${indent}  `;
    const text = attempt(single, value, indent);
    const whole = text ?? attempt(branded, look, value, deeper);
    const isList = Array.isArray(whole) && whole[1] === '[';
    const parts = properties(look, value, visible(value, isList), deeper);
    if (text !== undefined) {
      return parts.length > 0 ? layout(text, '{', parts, '}', indent) : text;
    }
    if (whole) {
      const [prefix, open, inner, close] = whole;
      return layout(prefix, open, [...inner, ...parts], close, indent);
    }
    const name = prefixOf(value, 'Object');
    return layout(name === 'Object' ? '' : name, '{', parts, '}', indent);
  };

  const tooDeep = value => {
    if (Array.isArray(value)) return '[Array]';
    if (typeof value === 'function' || isError(value)) return undefined;
    return `[${prefixOf(value, 'Object')}]`;
  };

  const leaf = (look, text) => {
    look.left -= text.length;
    return text;
  };

  const show = (look, value, indent) => {
    if (look.left < 0) return '…';
    if (!isObject(value)) return leaf(look, primitive(value));
    const { parents } = look;
    if (parents.includes(value)) return leaf(look, '[Circular]');
    const short = parents.length > MAX_DEPTH ? tooDeep(value) : undefined;
    if (short !== undefined) return leaf(look, short);
    parents.push(value);
    try {
      const text = object(look, value, indent);
      look.left -= text.length >> 3; // inner texts were counted already
      return text;
    } finally {
      parents.pop();
    }
  };

  const inspect = value => {
    try {
      return show({ left: MAX_TEXT, parents: [] }, value, '');
    } catch {
      return '<a value that throws when it is looked at>';
    }
  };

  Object.assign(globalThis.engoBootstrap, { inspect, MAX_TEXT });
})();

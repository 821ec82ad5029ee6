// Single values as text: strings, numbers, keys, names, errors. Looks only at
// descriptors, never through a getter. What holds other values is
// 11-inspect's.
'use strict';

(() => {
  const { Object, Reflect, String, JSON, Symbol } = globalThis;
  const { describe } = globalThis.engoBootstrap;
  const { getPrototypeOf, getOwnPropertyDescriptor } = Reflect;

  const MAX_STRING = 10_000; // characters of one string inside a value

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
        (c >= 'a' && c <= 'z') ||
        (c >= 'A' && c <= 'Z') ||
        c === '_' ||
        c === '$';
      if (!letter && !(c >= '0' && c <= '9')) return false;
    }
    return text !== '' && !(text[0] >= '0' && text[0] <= '9');
  };

  const keyText = key => {
    if (typeof key === 'symbol') return `[${String(key)}]`;
    return isWord(key) ? key : quote(key);
  };

  // A data property found on the object or its prototypes; getters are not
  // called.
  const dataOf = (object, name) => {
    for (let o = object; o !== null; o = getPrototypeOf(o)) {
      const found = getOwnPropertyDescriptor(o, name);
      if (found) return found.value;
    }
    return undefined;
  };

  // `Foo`, `Object [Alleged: Foo]`, `[Object: null prototype]`; '' for a plain
  // one.
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
    const lines = stack
      ? stack.split('\n').map(line => `    ${line.trim()}`)
      : [];
    return [header, ...lines].join(`\n${indent}`);
  };

  Object.assign(globalThis.engoBootstrap, {
    primitive,
    keyText,
    prefixOf,
    functionText,
    errorText,
  });
})();

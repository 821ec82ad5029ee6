// A console call's arguments as one text, with the substitutions of consoles.
// How a value looks is 11-inspect's.
'use strict';

(() => {
  const { Object, String, Number, JSON, Math } = globalThis;
  const { isObject, primitive, inspect, MAX_TEXT } = globalThis.engoBootstrap;

  const plain = value => (typeof value === 'string' ? value : inspect(value));

  const number = value => {
    if (typeof value === 'bigint') return `${value}n`;
    return isObject(value) || typeof value === 'symbol'
      ? 'NaN' // converting an object would call its toString
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

  // The template with its substitutions, and how many arguments were used.
  const substitute = (template, args) => {
    let used = 1;
    let text = '';
    let from = 0;
    let at = template.indexOf('%');
    while (at >= 0) {
      const letter = template[at + 1];
      if (letter === '%') {
        text += template.slice(from, at + 1);
        from = at + 2;
      } else if (
        letter !== undefined &&
        Object.hasOwn(substitutes, letter) &&
        used < args.length
      ) {
        text += template.slice(from, at) + substitutes[letter](args[used]);
        used += 1;
        from = at + 2;
      }
      at = template.indexOf('%', at + 2);
    }
    return { text: text + template.slice(from), used };
  };

  const format = args => {
    if (args.length === 0) return '';
    let { text, used } =
      typeof args[0] === 'string' && args.length > 1
        ? substitute(args[0], args)
        : { text: plain(args[0]), used: 1 };
    for (; used < args.length && text.length <= MAX_TEXT; used += 1) {
      text += ` ${plain(args[used])}`;
    }
    return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  };

  Object.assign(globalThis.engoBootstrap, { format });
})();

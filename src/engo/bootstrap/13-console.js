// Consoles: each writes formatted lines with its own tag to the host.
// A console is made per evaluation, so making one must stay cheap; what a line
// looks like is 12-format's.
'use strict';

(() => {
  const { String, Object, engoConsole } = globalThis;
  const { format, inspect } = globalThis.engoBootstrap;

  const DEBUG = 0;
  const LOG = 1;
  const INFO = 2;
  const WARN = 3;
  const ERROR = 4; // levels of docs/frames.md

  // `tag` says who prints: an evaluation's $id, or ''.
  const makeConsole = tag => {
    let indent = '';
    const emit = (level, text) => {
      engoConsole(
        level,
        tag,
        indent ? indent + text.replaceAll('\n', `\n${indent}`) : text,
      );
    };
    const group = (...args) => {
      if (args.length > 0) emit(LOG, format(args));
      if (indent.length < 100) indent += '  ';
    };
    return {
      debug: (...args) => emit(DEBUG, format(args)),
      log: (...args) => emit(LOG, format(args)),
      info: (...args) => emit(INFO, format(args)),
      warn: (...args) => emit(WARN, format(args)),
      error: (...args) => emit(ERROR, format(args)),
      trace: (...args) => emit(ERROR, `Trace: ${format(args)}`),
      dir: value => emit(LOG, inspect(value)),
      assert: (condition, ...args) => {
        if (condition) return;
        emit(
          ERROR,
          args.length > 0
            ? `Assertion failed: ${format(args)}`
            : 'Assertion failed',
        );
      },
      group,
      groupCollapsed: group,
      groupEnd: () => {
        indent = indent.slice(2);
      },
    };
  };

  Object.assign(globalThis.engoBootstrap, {
    makeConsole: tag => makeConsole(String(tag)),
  });
})();

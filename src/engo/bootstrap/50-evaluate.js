// Compartments for guests, and evaluation with errors that say where.
// Which globals a guest gets is decided here and nowhere else.
'use strict';

(() => {
  const { Object, Compartment, SyntaxError, Number } = globalThis;
  const { harden } = globalThis;
  const { engoEvaluateNamed, engoCompileModule } = globalThis;
  const { endo = {}, makeConsole, places } = globalThis.engoBootstrap;
  const { defineProperty } = Object;
  const { assert, E, Far, makeExo, M, HandledPromise } = endo;

  harden(harden); // native, and mutable until it meets itself

  const define = (global, name, value, enumerable) =>
    defineProperty(global, name, {
      value,
      writable: true,
      enumerable,
      configurable: true,
    });

  // A fresh compartment whose console writes under `tag`. The names that Endo
  // shows in Object.keys(globalThis) are enumerable, in Endo's order.
  const makeCompartment = (tag, options) => {
    const compartment = new Compartment(options);
    const global = compartment.globalThis;
    if (endo.E) define(global, 'assert', assert, true);
    define(global, 'console', harden(makeConsole(tag)), true);
    if (endo.E) {
      define(global, 'E', E, true);
      define(global, 'Far', Far, true);
      define(global, 'makeExo', makeExo, true);
      define(global, 'M', M, true);
      define(global, 'HandledPromise', HandledPromise, false);
    }
    define(global, 'harden', harden, false);
    return compartment;
  };

  // The engine writes `name:line: message`; the place is kept for the host and
  // the message is left as other engines have it.
  const movePlace = (error, file) => {
    if (!(error instanceof SyntaxError)) return;
    const own = Object.getOwnPropertyDescriptor(error, 'message');
    const text = own && own.value;
    if (typeof text !== 'string' || !text.startsWith(`${file}:`)) return;
    const end = text.indexOf(': ', file.length + 1);
    const line = Number(text.slice(file.length + 1, end));
    if (end < 0 || !(line > 0)) return;
    places.set(error, { file, line });
    defineProperty(error, 'message', { value: text.slice(end + 2) });
  };

  const compiling = (compile, file) => {
    try {
      return compile();
    } catch (error) {
      try {
        movePlace(error, file);
      } catch {
        // a frozen error, or a proxy whose traps throw: told as it was thrown
      }
      throw error;
    }
  };

  const evaluateNamed = (compartment, source, name) =>
    compiling(() => engoEvaluateNamed(compartment, source, name), name);

  const compileModule = (source, name) =>
    compiling(() => engoCompileModule(source, name), name);

  Object.assign(globalThis.engoBootstrap, {
    define,
    makeCompartment,
    evaluateNamed,
    compileModule,
  });
})();

// The library's guest: one persistent compartment, and the hooks that C calls
// for `evaluate`, `deliver` and error reports. What is declared in one
// evaluation is there in the next. 90-finish installs the hooks: once
// `engoOnEvaluate` is there, the scripts themselves would be evaluated by it.
'use strict';

(() => {
  const { Object, JSON, TypeError } = globalThis;
  const { harden, engoIssueCommand, engoPostCommand } = globalThis;
  const { define, makeCompartment, evaluateNamed, isError, describe, inspect } =
    globalThis.engoBootstrap;

  const MAX_THROWN = 65_000; // characters of a thrown value's JSON

  const guest = makeCompartment('', {});
  // Arrows without properties of their own: a guest sees nothing of the host
  // functions behind them.
  define(
    guest.globalThis,
    'issueCommand',
    harden(bytes => engoIssueCommand(bytes)),
    false,
  );
  define(
    guest.globalThis,
    'postCommand',
    harden(bytes => engoPostCommand(bytes)),
    false,
  );

  // Finds a global function as well as a top-level `const handleCommand`.
  const lookUp = evaluateNamed(
    guest,
    "() => typeof handleCommand === 'undefined' ? undefined : handleCommand",
    'engo:handle',
  );

  const engoOnEvaluate = (source, name) => evaluateNamed(guest, source, name);

  const engoOnDeliver = bytes => {
    const handleCommand = lookUp();
    if (typeof handleCommand !== 'function') {
      throw TypeError(
        `expected a function handleCommand to deliver to, got ` +
          `${inspect(handleCommand)}; evaluate code that defines one`,
      );
    }
    return handleCommand(bytes);
  };

  const jsonOf = value => {
    try {
      const text = JSON.stringify(value);
      return text !== undefined && text.length <= MAX_THROWN ? text : undefined;
    } catch {
      return undefined;
    }
  };

  // [name, message, stack, file, line, JSON of a thrown value that is no
  // Error]
  const engoOnError = thrown =>
    isError(thrown)
      ? [...describe(thrown), undefined]
      : ['', inspect(thrown), '', '', 0, jsonOf(thrown)];

  globalThis.engoBootstrap.hooks = {
    engoOnEvaluate,
    engoOnDeliver,
    engoOnError,
  };
})();

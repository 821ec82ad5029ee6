// What every compartment has besides the engine's own globals, those that
// guests make too. All of it is hardened first, with the prototypes that are
// found only on what it returns.
'use strict';

(() => {
  const { Object, harden, engoShareGlobal } = globalThis;

  // Objects whose prototypes no constructor leads to.
  const iterator = { next: () => ({ done: true, value: undefined }) };
  const samples = [
    globalThis.Iterator.from(iterator),
    [].values().map(value => value),
    globalThis.Iterator.concat(),
    globalThis.Iterator.zip([]),
    new globalThis.URLSearchParams().entries(),
  ];
  for (const sample of samples) harden(Object.getPrototypeOf(sample));

  const names = [
    'Iterator',
    'DisposableStack',
    'AsyncDisposableStack',
    'SuppressedError',
    'URL',
    'URLSearchParams',
    'structuredClone',
    'DOMException',
    'atob',
    'btoa',
    'queueMicrotask',
    'AbortController',
    'AbortSignal',
    'TextEncoder',
    'TextDecoder',
  ];
  for (const name of names) engoShareGlobal(name, harden(globalThis[name]));
})();

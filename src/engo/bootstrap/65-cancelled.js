// `$cancelled` of evaluations: a promise that is made when a guest first looks
// at it. A promise per evaluation over CapTP could never be freed, since it
// might still be rejected; this costs nothing for the many guests that do not
// look.
'use strict';

(() => {
  const { Map, Promise, Object, harden } = globalThis;
  const { defineProperty } = Object;

  const MAX_ENDED = 1_000; // cancelled evaluations that had not looked

  const rejecters = new Map(); // id -> reject, of those that have looked
  const ended = new Map(); // id -> reason, of those that may look yet

  const makePromise = id => {
    const promise = new Promise((_, reject) => {
      if (ended.has(id)) reject(ended.get(id));
      else rejecters.set(id, reject);
    });
    promise.catch(() => {}); // that nobody waits for it is no fault
    return promise;
  };

  // Gives `global` a `$cancelled` for the evaluation `id`.
  const defineCancelled = (global, id) => {
    let promise;
    const get = () => {
      if (!promise) promise = makePromise(id);
      return promise;
    };
    defineProperty(global, '$cancelled', {
      get: harden(get),
      enumerable: true,
      configurable: true,
    });
  };

  const cancel = (id, reason) => {
    const reject = rejecters.get(id);
    if (reject) {
      rejecters.delete(id);
      reject(reason);
      return;
    }
    ended.set(id, reason);
    if (ended.size > MAX_ENDED) ended.delete(ended.keys().next().value);
  };

  Object.assign(globalThis.engoBootstrap, { defineCancelled, cancel });
})();

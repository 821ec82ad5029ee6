// `$cancelled` of evaluations: a promise that is made when a guest first looks at
// it. A promise per evaluation over CapTP could never be freed, since it might
// still be rejected; this costs nothing for the many guests that do not look.
'use strict';

(() => {
  const { Map, Promise, WeakRef, FinalizationRegistry, Object } = globalThis;
  const { defineProperty } = Object;
  const { harden } = globalThis;

  // id -> the evaluation's life. Held weakly until the guest has looked: before,
  // only the guest's own global needs it; after, reactions may wait on it.
  const unseen = new Map();
  const seen = new Map();
  const registry = new FinalizationRegistry(id => {
    if (!unseen.get(id)?.deref()) unseen.delete(id);
  });

  const enter = id => {
    const life = { promise: undefined, reject: undefined, end: undefined };
    unseen.set(id, new WeakRef(life));
    registry.register(life, id);
    return life;
  };

  const promiseOf = (id, life) => {
    if (!life.promise) {
      life.promise = new Promise((_, reject) => {
        life.reject = reject;
      });
      life.promise.catch(() => {}); // that nobody waits is no fault
      if (life.end) life.reject(life.end.reason);
      else seen.set(id, life);
    }
    return life.promise;
  };

  // Gives `global` a `$cancelled` for the evaluation `id`.
  const defineCancelled = (global, id) => {
    const life = enter(id);
    defineProperty(global, '$cancelled', {
      get: harden(() => promiseOf(id, life)),
      enumerable: true,
      configurable: true,
    });
  };

  const cancel = (id, reason) => {
    const life = seen.get(id) ?? unseen.get(id)?.deref();
    seen.delete(id);
    unseen.delete(id);
    if (!life || life.end) return;
    life.end = { reason };
    if (life.reject) life.reject(reason);
  };

  Object.assign(globalThis.engoBootstrap, { defineCancelled, cancel });
})();

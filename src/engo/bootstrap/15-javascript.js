// What JavaScript has got since the engine was made, as published shims:
// docs/javascript.md has the table. Runs on mutable intrinsics, before the
// packages look for these features and before lockdown freezes them. Powers do
// not belong here: timers and randomness are for the host to give.
'use strict';

(() => {
  const { ask } = globalThis.engoBootstrap;
  const { ArrayBuffer, Object, Reflect, Uint8Array } = globalThis;
  const { engoEvaluateNamed } = globalThis;

  // In core-js, below modules/. Not es.json.*: every JSON.parse with a reviver
  // and every JSON.stringify would go through JavaScript.
  const modules = [
    'es.iterator.constructor',
    'es.iterator.concat',
    'es.iterator.drop',
    'es.iterator.every',
    'es.iterator.filter',
    'es.iterator.find',
    'es.iterator.flat-map',
    'es.iterator.for-each',
    'es.iterator.from',
    'es.iterator.map',
    'es.iterator.reduce',
    'es.iterator.some',
    'es.iterator.take',
    'es.iterator.to-array',
    'es.iterator.zip',
    'es.iterator.zip-keyed',
    'es.symbol.dispose',
    'es.symbol.async-dispose',
    'es.iterator.dispose',
    'es.async-iterator.async-dispose',
    'es.suppressed-error.constructor',
    'es.disposable-stack.constructor',
    'es.async-disposable-stack.constructor',
    'es.set.difference.v2',
    'es.set.intersection.v2',
    'es.set.is-disjoint-from.v2',
    'es.set.is-subset-of.v2',
    'es.set.is-superset-of.v2',
    'es.set.symmetric-difference.v2',
    'es.set.union.v2',
    'es.array.to-reversed',
    'es.array.to-sorted',
    'es.array.to-spliced',
    'es.array.with',
    'es.typed-array.to-reversed',
    'es.typed-array.to-sorted',
    'es.typed-array.with',
    'es.array.from-async',
    'es.uint8-array.from-base64',
    'es.uint8-array.from-hex',
    'es.uint8-array.set-from-base64',
    'es.uint8-array.set-from-hex',
    'es.uint8-array.to-base64',
    'es.uint8-array.to-hex',
    'es.map.get-or-insert',
    'es.map.get-or-insert-computed',
    'es.weak-map.get-or-insert',
    'es.weak-map.get-or-insert-computed',
    'es.math.f16round',
    'es.data-view.get-float16',
    'es.data-view.set-float16',
    'es.object.group-by',
    'es.map.group-by',
    'es.regexp.escape',
    'es.array-buffer.detached',
    'es.error.is-error',
    'es.math.sum-precise',
    'es.promise.try',
    'es.promise.with-resolvers',
    'es.string.is-well-formed',
    'es.string.to-well-formed',
    'web.dom-exception.constructor',
    'web.dom-exception.stack',
    'web.dom-exception.to-string-tag',
    'web.url.constructor',
    'web.url.can-parse',
    'web.url.parse',
    'web.url.to-json',
    'web.url-search-params.constructor',
    'web.url-search-params.delete',
    'web.url-search-params.has',
    'web.url-search-params.size',
    'web.structured-clone',
    'web.atob',
    'web.btoa',
    'web.queue-microtask',
  ];

  const bundle = (name, files) =>
    engoEvaluateNamed(undefined, ask({ commonjs: files }).source, name);

  bundle(
    'engo:core-js',
    modules.map(name => `core-js/modules/${name}.js`),
  );

  // core-js makes this one from a structured clone that the engine has not.
  const { transfer } = ArrayBuffer.prototype;
  const { transferToFixedLength } = {
    transferToFixedLength(newLength = undefined) {
      const moved = Reflect.apply(transfer, this, [newLength]);
      if (!moved.resizable) return moved;
      const fixed = new ArrayBuffer(moved.byteLength);
      new Uint8Array(fixed).set(new Uint8Array(moved));
      return fixed;
    },
  };
  Object.defineProperty(ArrayBuffer.prototype, 'transferToFixedLength', {
    value: transferToFixedLength,
    writable: true,
    enumerable: false,
    configurable: true,
  });

  const { AbortController, AbortSignal } = bundle('engo:abortcontroller', [
    'abortcontroller-polyfill/dist/cjs-ponyfill.js',
  ]);
  delete AbortSignal.timeout; // wants a timer, which is a power
  for (const [name, value] of Object.entries({
    AbortController,
    AbortSignal,
  })) {
    Object.defineProperty(globalThis, name, {
      value,
      writable: true,
      enumerable: false,
      configurable: true,
    });
  }
})();

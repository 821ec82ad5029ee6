// The published shims that must come before lockdown: what they add to shared
// intrinsics is then frozen with the rest. They leave `assert` and
// `HandledPromise` on the global of the packages' compartment. The assert shim
// alone quotes values in error messages; Endo's lockdown replaces it by one
// that redacts what is not quoted on purpose, and so do we.
'use strict';

(() => {
  const { load, packages } = globalThis.engoBootstrap;
  load('@endo/immutable-arraybuffer/shim.js');
  load('ses/assert-shim.js');
  packages.globalThis.assert = packages.globalThis.assert.makeAssert();
  load('@endo/eventual-send/shim.js');
})();

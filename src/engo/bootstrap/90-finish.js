// Last: hardens what the files have shared, installs the hooks that C looks
// up, and takes the shared name away.
'use strict';

(() => {
  const { Object, harden } = globalThis;
  const { hooks } = harden(globalThis.engoBootstrap);
  delete globalThis.engoBootstrap;
  Object.assign(globalThis, hooks);
})();

// Last: hardens what the files have shared and takes the name away.
'use strict';

harden(engoBootstrap);
delete globalThis.engoBootstrap;
harden([
  globalThis.engoOnEvaluate,
  globalThis.engoOnDeliver,
  globalThis.engoOnError,
  globalThis.engoOnCapTP,
]);

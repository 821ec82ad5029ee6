// The packages that guests and the worker facet use, loaded after lockdown.
'use strict';

(() => {
  const { harden } = globalThis;
  const { load, packages, shutModules } = globalThis.engoBootstrap;

  const { E, Far } = load('@endo/far');
  const { makeExo } = load('@endo/exo');
  const { M } = load('@endo/patterns');
  const { makeCapTP } = load('@endo/captp');
  const { assert, HandledPromise } = packages.globalThis;
  shutModules();

  globalThis.engoBootstrap.endo = harden({
    assert,
    E,
    Far,
    makeExo,
    M,
    HandledPromise,
    makeCapTP,
  });
})();

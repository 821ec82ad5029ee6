// Loads ES modules of npm packages into one compartment, while the image is
// built. Resolution and sources come from the build.
'use strict';

(() => {
  const { Compartment, WeakRef, FinalizationRegistry, harden } = globalThis;
  const { engoCompileModule } = globalThis;
  const { ask, makeConsole } = globalThis.engoBootstrap;

  const packages = new Compartment({
    globals: {
      console: makeConsole('engo'),
      harden,
      // CapTP's import table is the one user; confined code gets neither.
      WeakRef,
      FinalizationRegistry,
    },
    resolveHook: (specifier, referrer) =>
      ask({ resolve: specifier, from: referrer }).name,
    loadNowHook: name => ({
      source: engoCompileModule(ask({ load: name }).source, `engo:${name}`),
    }),
  });

  const load = specifier =>
    packages.importNow(ask({ resolve: specifier, from: '' }).name);

  globalThis.engoBootstrap.packages = packages;
  globalThis.engoBootstrap.load = load;
})();

// Loads ES modules of npm packages into one compartment, while the image is
// built. Resolution and sources come from the build over the synchronous host
// call; in a running worker nothing is ever loaded this way, so the door is
// shut at the end.
'use strict';

(() => {
  const { Compartment, JSON, TextEncoder, TextDecoder, Error } = globalThis;
  const { WeakRef, FinalizationRegistry, harden } = globalThis;
  const { engoIssueCommand, engoCompileModule } = globalThis;
  const { makeConsole } = globalThis.engoBootstrap;

  let open = true;

  // See build.py for the questions and answers.
  const ask = question => {
    if (!open) {
      throw Error('expected no more modules: the image was built without them');
    }
    const bytes = new TextEncoder().encode(JSON.stringify(question));
    const answer = engoIssueCommand(bytes.buffer);
    return JSON.parse(new TextDecoder().decode(new Uint8Array(answer)));
  };

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
  globalThis.engoBootstrap.shutModules = () => {
    open = false;
  };
})();

// The object that a worker offers the daemon over CapTP. What it promises is
// Endo's; `importModule` and source names are Engo's.
'use strict';

(() => {
  const { Object, Array, TypeError, Error, Promise } = globalThis;
  const {
    define,
    defineCancelled,
    cancel,
    makeCompartment,
    evaluateNamed,
    compileModule,
    inspect,
  } = globalThis.engoBootstrap;
  const { Far } = globalThis.engoBootstrap.endo;

  const checkText = (value, what) => {
    if (typeof value !== 'string') {
      throw TypeError(`expected ${what} as a string, got ${inspect(value)}`);
    }
  };

  const checkNames = (names, values) => {
    if (!Array.isArray(names) || !Array.isArray(values)) {
      throw TypeError(
        `expected names and values as arrays, got ${inspect(names)} ` +
          `and ${inspect(values)}`,
      );
    }
    if (names.length !== values.length) {
      throw TypeError(
        `expected one value for each name, got ${names.length} names ` +
          `and ${values.length} values`,
      );
    }
    for (const name of names) checkText(name, 'a name');
  };

  const compartmentFor = ($id, $cancelled, options) => {
    const tag = typeof $id === 'string' ? $id : '';
    const compartment = makeCompartment(tag, options);
    const global = compartment.globalThis;
    define(global, '$id', $id, true);
    if ($cancelled === undefined) defineCancelled(global, tag);
    else define(global, '$cancelled', $cancelled, true);
    return compartment;
  };

  const evaluate = (
    source,
    names,
    values,
    $id = undefined,
    $cancelled = undefined,
    sourceName = 'eval',
  ) => {
    checkText(source, 'a program');
    checkText(sourceName, "the program's name");
    checkNames(names, values);
    const compartment = compartmentFor($id, $cancelled, {});
    for (let i = 0; i < names.length; i += 1) {
      define(compartment.globalThis, names[i], values[i], true);
    }
    return evaluateNamed(compartment, source, sourceName);
  };

  const importedBy = binding =>
    binding.from ??
    binding.importFrom ??
    binding.importAllFrom ??
    binding.exportAllFrom;

  const checkNoImports = (source, name) => {
    for (const binding of source.bindings) {
      const from = importedBy(binding);
      if (from !== undefined) {
        throw TypeError(
          `expected a module without imports, but ${name} imports ` +
            `${inspect(from)}; bundle it into one file`,
        );
      }
    }
  };

  const refuse = specifier => {
    throw TypeError(
      `expected no import of ${inspect(specifier)}: a module is run alone; ` +
        `bundle it into one file`,
    );
  };

  // Runs one module: its `main(powers, ...args)`.
  const importModule = async (
    source,
    name,
    powers = undefined,
    args = [],
    $id = undefined,
    $cancelled = undefined,
  ) => {
    checkText(source, 'a module');
    checkText(name, "the module's name");
    if (!Array.isArray(args)) {
      throw TypeError(`expected arguments as an array, got ${inspect(args)}`);
    }
    const module = compileModule(source, name);
    checkNoImports(module, name);
    const modules = { __proto__: null };
    define(modules, name, { source: module }, true);
    const compartment = compartmentFor($id, $cancelled, {
      modules,
      resolveHook: refuse,
    });
    const { main } = await compartment.import(name);
    if (typeof main !== 'function') {
      throw TypeError(
        `expected ${name} to export a function main, got ${inspect(main)}`,
      );
    }
    return main(powers, ...args);
  };

  const notYet = what => () => {
    throw Error(
      `${what} is not supported yet; use evaluate, or engo run with one module`,
    );
  };

  // `disconnect` ends the session after the answer to `terminate` has gone
  // out.
  globalThis.engoBootstrap.makeFacet = disconnect =>
    Far('EndoWorkerFacetForDaemon', {
      evaluate,
      importModule,
      makeBundle: notYet('makeBundle'),
      makeUnconfined: notYet('makeUnconfined'),
      // Rejects the `$cancelled` of the evaluation `$id`, if it still lives.
      cancel: ($id, reason) => {
        checkText($id, 'an $id');
        cancel($id, reason);
      },
      terminate: () => {
        Promise.resolve()
          .then(() => {})
          .then(() => {})
          .then(disconnect);
      },
    });
})();

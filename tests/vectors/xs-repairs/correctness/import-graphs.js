// Graphs that share modules, wait, fail and import while they run.
const log = [];
const compartment = (files, more = {}) => new Compartment({
  resolveHook: s => s,
  loadHook: async s => { if (s in files) return { source: new ModuleSource(await files[s]) }; throw new URIError('no file ' + s); },
  globals: { log, ...more },
});
const settle = promise => promise.then(ns => Object.keys(ns).join() || 'done', e => `${e.name}: ${e.message.replace(/^.*?: /, '')}`);
(async () => {
  // a dependency that is there is importable while its importer still waits
  let release;
  const waits = compartment({
    top: "import 'leaf'; import 'late'; log.push('top');", leaf: "log.push('leaf'); export const leaf = 1;",
    late: new Promise(resolve => { release = resolve; }),
  });
  const top = settle(waits.import('top'));
  print('leaf alone:', await settle(waits.import('leaf')), log.join());
  release("log.push('late'); export {};");
  print('then all:', await top, log.join());

  // import() in a running module runs no sibling early, and finds the running one
  log.length = 0;
  const order = compartment({
    main: "import 'a'; import 'b'; log.push('main');", a: "import('c').then(() => log.push('c came')); log.push('a');",
    b: "log.push('b');", c: "import 'b'; log.push('c');",
  });
  await order.import('main');
  await order.import('c');
  await null;
  print('order:', log.join());

  // top-level await holds up its own importers and nobody else
  log.length = 0;
  let go;
  const gate = new Promise(resolve => { go = resolve; });
  const slow = compartment({ main: "import 'await'; log.push('slow');", await: 'await gate; log.push("gate"); export {};' }, { gate });
  const slowly = settle(slow.import('main'));
  print('quick:', await settle(compartment({ m: "log.push('quick'); export const q = 1;" }).import('m')));
  go();
  await slowly;
  print('slow:', log.join());

  // a cycle fails as one, and its error reaches importers that come later
  log.length = 0;
  const cycle = compartment({ a: "import 'b'; export const a = 1;", b: "import 'a'; import {nope} from 'c';", c: 'export const c = 1;', later: "import 'a';", ok: 'export const fine = 1;' });
  print((await Promise.all(['a', 'b', 'ok', 'later'].map(s => settle(cycle.import(s))))).join('; '));

  // a broken module of one compartment fails only what is above it in another
  const inner = compartment({ bad: 'throw new RangeError("thrown");', good: 'export const good = 1;' });
  const outer = new Compartment({
    resolveHook: s => s,
    loadHook: async s => s.startsWith('inner:') ? { namespace: s.slice(6), compartment: inner } : { source: new ModuleSource({ x: "import 'inner:bad';", y: "export * from 'inner:good';" }[s]) },
  });
  print((await Promise.all([outer.import('x'), outer.import('y'), inner.import('good')].map(settle))).join('; '));

  // many that never come, and one that does
  for (let i = 0; i < 200; i++) compartment({ never: new Promise(() => {}) }).import('never').catch(() => {});
  print('last:', await settle(compartment({ m: "import 'n'; export const m = 1;", n: 'export {};' }).import('m')));
})();

// A namespace as a key, and with a private field, while its module is executed.
const source = `
  import * as ns from './m';
  const map = new WeakMap();
  const set = new WeakSet();
  map.set(ns, 'kept');
  set.add(ns);
  class Given { constructor(o) { return o; } }
  class Marked extends Given {
    #mark = 'private';
    static get(o) { return o.#mark; }
  }
  new Marked(ns);
  gc();
  export const x = 1;
  export const look = () => print(map.get(ns), set.has(ns), Marked.get(ns), Object.keys(ns).length);
  look();
`;
const hooks = (text) => ({
  globals: { print, gc },
  resolveHook: (specifier) => specifier,
  loadHook: async () => ({ source: new ModuleSource(text) }),
  loadNowHook: () => ({ source: new ModuleSource(text) }),
});
const test = async () => {
  const c = new Compartment(hooks(source));
  const [one, two] = await Promise.all([c.import('./m'), c.import('./m')]);
  gc();
  one.look();
  print(one === two, one.x, (await c.import('./m')) === one);
  const now = new Compartment(hooks(source)).importNow('./m');
  gc();
  now.look();
  const late = new WeakMap([[now, 1]]);
  gc();
  print(late.get(now), late.delete(now), late.has(now));
  now.look();
  const failing = new Compartment(hooks(`${source}; throw new RangeError('on purpose');`));
  for (let i = 0; i < 2; i++) {
    try { await failing.import('./m'); } catch (error) { print(error.name); }
  }
};
test().catch((error) => print('failed', error));

// One value of each kind that a heap holds, and what is seen of them. The test of
// snapshots runs `look` again in a machine that was restored from this one.
globalThis.kept = (() => {
  const key = {}, symbol = Symbol('s');
  class Base { #own = 7; static made = new Map([['a', [1]]]); get own() { return this.#own; } }
  class Derived extends Base { constructor() { super(); this.self = this; } method() { return super.own + 1; } }
  const weak = new WeakMap([[key, { text: 'weak' }]]);
  function* generate() { try { yield 1; yield 2; } finally { yield 3; } }
  const running = generate();
  running.next();
  const floats = new Float64Array([0.5, -0]), view = new DataView(floats.buffer, 8);
  const error = new RangeError('told', { cause: key });
  const accessor = { get x() { return this.y; }, set x(v) { this.y = v * 2; } };
  const late = new Promise(resolve => { globalThis.settle = resolve; });
  const proxy = new Proxy({}, { get: (target, name) => `got ${String(name)}` });
  const big = (2n ** 200n) - 1n;
  const pattern = /(?<year>\d{4})-(\d\d)/g;
  pattern.exec('x2026-11');
  const table = new Set([1, 'one', symbol, key, NaN]);
  const sparse = []; sparse[5] = { deep: [[[]]] };
  const bound = function () { return [this, ...arguments].join(); }.bind('this', 1);
  const compartment = new Compartment({ globals: { key } });
  const source = new ModuleSource('export const m = 1;');
  const args = (function () { return arguments; })(1, 'two', null);
  return { key, symbol, Base, Derived, instance: new Derived(), weak, running, floats, view, error, accessor, late, proxy, big, pattern, table, sparse, bound, compartment, source, args, undef: undefined, nil: null, yes: true, int: -7, num: 1.5, str: 'Ünï\u{1F600}', date: new Date(1e12), fn: async (a, b = 1) => a + b, tag: (s => s)`a${1}b`, ns: undefined };
})();
globalThis.look = () => {
  const k = globalThis.kept;
  k.accessor.x = 4;
  return [
    k.instance.method(), k.instance.self === k.instance, k.Base.made.get('a'), k.weak.get(k.key).text, k.floats[0], Object.is(k.view.getFloat64(0, true), -0),
    k.error.message, k.error.cause === k.key, k.accessor.x, k.proxy.name, k.big, k.pattern.lastIndex, k.pattern.source, [...k.table].length, k.table.has(k.symbol), k.table.has(NaN),
    k.sparse.length, JSON.stringify(k.sparse[5]), k.bound(2), k.compartment.evaluate('key') === k.key, k.source.bindings.length, [...k.args].length,
    k.undef, k.nil, k.yes, k.int, k.num, k.str, k.date.getTime(), k.fn.length, k.tag.raw.join(), Object.keys(k).length, k.symbol.description, new k.Derived() instanceof k.Base,
  ].join();
};
print(look());

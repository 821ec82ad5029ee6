// What a hostile guest does in the middle of a built-in function, and what must hold
// afterwards. A list of calls, made by reentrant.py, is written below. No test file.
//
// A call is done on `victim`. Whatever the function asks the guest for runs an act: it
// shrinks, grows, detaches, freezes, replaces or collects. Objects that were fixed, from
// the start or by an act, must look the same when the call is over.
let victim, beside, acts, budget;
const apply = Reflect.apply;
const quietly = (f) => { try { return f(); } catch {} };
const primitive = (v) => (typeof v === 'object' && v !== null) || typeof v === 'function' ? '&' : String(v);
const shape = (o, inside) => {
  const told = [Object.isExtensible(o)];
  if (inside) {
    if (o instanceof Date) told.push(Date.prototype.getTime.call(o));
    else if (o instanceof ArrayBuffer) told.push(bytes(o));
    else if (o instanceof Map) Map.prototype.forEach.call(o, (v, k) => told.push(primitive(k), primitive(v)));
    else if (o instanceof Set) Set.prototype.forEach.call(o, (v) => told.push(primitive(v)));
  }
  for (const k of Reflect.ownKeys(o)) {
    const d = Reflect.getOwnPropertyDescriptor(o, k);
    told.push(String(k), d.writable, d.enumerable, d.configurable, 'value' in d ? primitive(d.value) : 'accessor');
  }
  return told.join();
};
const bytes = (buffer) => quietly(() => apply(join, new Uint8Array(buffer), [])) ?? 'detached';
const join = Object.getPrototypeOf(Uint8Array.prototype).join;
const watched = new Map(); // object -> [its shape, with what is inside]
const proxies = new WeakSet();
const isObject = (v) => (typeof v === 'object' && v !== null) || typeof v === 'function';
const fix = (o, how, inside) => {
  if (!isObject(o) || proxies.has(o) || ArrayBuffer.isView(o)) return;
  try { how(o); } catch { return; }
  if (!watched.has(o)) watched.set(o, [shape(o, inside), inside]);
};
const fixItem = (o, key) => {
  if (!isObject(o) || proxies.has(o) || ArrayBuffer.isView(o)) return;
  const value = o instanceof Date ? 1 : 'fixed';
  try { Object.defineProperty(o, key, { value, writable: false, configurable: false }); } catch { return; }
  items.push([o, key, value]);
};
const items = []; // [object, key, value] of items that stay
const holds = () => {
  for (const [o, [was, inside]] of watched) {
    const is = shape(o, inside);
    if (is !== was) return `changed: ${was} -> ${is}`;
  }
  for (const [o, key, value] of items) {
    const d = Reflect.getOwnPropertyDescriptor(o, key);
    if (!d || d.value !== value || d.writable || d.configurable) return `item ${String(key)} changed`;
  }
  return '';
};

// Fill what was just freed with something else.
let keep = [];
const spray = (n) => {
  keep = [];
  for (let i = 0; i < 12; i++) {
    keep.push(Array.from({ length: n % 9 }, () => -1), 'S'.repeat(16 * (n % 11) + i), new Uint8Array(8 * (i + n % 5)).fill(65), { a: i, b: [n] });
  }
};
const bufferOf = (o) => (ArrayBuffer.isView(o) ? o.buffer : o instanceof ArrayBuffer ? o : undefined);
const ACTS = [
  (o) => { o.length = 0; },
  (o) => { o.length = 1; },
  (o) => { o.length = 40; },
  (o) => { apply(Array.prototype.push, o, Array.from({ length: 70 }, (_, i) => i)); },
  (o) => { apply(Array.prototype.splice, o, [0, 2]); },
  (o) => { apply(Array.prototype.splice, o, [1, 1, 7, 7, 7]); },
  (o) => { apply(Array.prototype.pop, o, []); apply(Array.prototype.shift, o, []); },
  (o) => { for (const k of Reflect.ownKeys(o)) quietly(() => delete o[k]); },
  (o) => { delete o[1]; delete o[0]; },
  (o) => { Object.defineProperty(o, 1, { get() { act(6); return 1; }, set() { act(0); }, configurable: true }); },
  (o) => { Object.defineProperty(o, 2, { value: 'x', writable: true, configurable: true, enumerable: false }); },
  (o) => { bufferOf(o)?.transfer(); },
  (o) => { bufferOf(o)?.resize(0); },
  (o) => { bufferOf(o)?.resize(3); },
  (o) => { bufferOf(o)?.resize(64); },
  (o) => { o.clear?.(); },
  (o) => { o.delete?.(1); o.delete?.('a'); },
  (o) => { for (let i = 0; i < 40; i++) { o.add?.(i); if (o instanceof Map) o.set(i, i); } },
  (o) => { Object.setPrototypeOf(o, null); },
  (o) => { Object.setPrototypeOf(o, beside); },
  (o) => { Object.setPrototypeOf(o, new Proxy({}, hostile(3))); },
  (o) => { o.constructor = { [Symbol.species]: maker(1) }; },
  (o) => { o.next?.(); },
  (o) => { o.lastIndex = 3; o.compile?.('b', 'y'); },
  (o) => { o.exec = () => ({ index: 2, length: 4, 0: 'bc', 1: 'c', groups: { length: 'g'.repeat(99) } }); },
  (o) => { o.setTime?.(NaN); },
  (o) => fix(o, Object.freeze, false),
  (o) => fix(o, harden, false),
  (o) => fix(o, petrify, true),
  (o) => fixItem(o, 0),
  (o) => fixItem(o, 'length'),
  (o) => fixItem(o, 1),
  (o) => { for (const k of ['valueOf', 'toString', 'flags', 'source', 'global', 'length', 'size']) quietly(() => Object.defineProperty(o, k, { get() { act(2); return () => 1; }, configurable: true })); },
  () => { throw beside; },
  () => { gc(); },
  () => {},
];
const act = (n) => {
  if (budget-- <= 0) return;
  const o = n & 64 ? beside : victim;
  const does = ACTS[(acts[budget % acts.length] + n) % ACTS.length];
  if (does === ACTS[33]) return does();
  quietly(() => does(o));
  if (n & 1) gc();
  spray(n);
};
const GIVEN = [0, 1, -1, 2, 3, 100, NaN, '', 'a', 'abc', undefined, null, 5n, 2 ** 32, -0.5, '0', true, Infinity, 2 ** 31, Symbol.iterator];
const given = (n) => { const v = GIVEN[n % (GIVEN.length + 2)]; return n % (GIVEN.length + 2) < GIVEN.length ? v : n & 1 ? victim : beside; };
// An object that runs an act however it is used.
const value = (n) => ({
  valueOf() { act(n); return given(n); },
  toString() { act(n + 1); return given(n + 3); },
  get length() { act(n + 2); return n % 7; },
  get 0() { act(n); return given(n); },
  get 1() { act(n + 5); return value(n + 1); },
  2: 'two',
  get value() { act(n + 3); return given(n); },
  get done() { act(n); return n % 3 === 0; },
  get then() { act(n); },
  get raw() { act(n); return this; },
  get index() { act(n + 1); return n % 4; },
  get groups() { act(n + 4); return { get length() { act(n); return 'y'.repeat(n * 13 % 500); } }; },
  get get() { act(n); return undefined; },
  get [Symbol.toStringTag]() { act(n); return 'T'; },
  get constructor() { act(n); return { get [Symbol.species]() { act(n); return maker(n); } }; },
});
const primitives = (n) => ({ [Symbol.toPrimitive](hint) { act(n); return given(n); } });
const number = (n) => ({ valueOf() { act(n); return n % 11 - 3; } });
const text = (n) => ({ toString() { act(n); return 'bca'.repeat(n % 4); } });
const callback = (n) => function (...a) {
  act(n + a.length);
  return n % 5 === 0 ? a[0] : n % 5 === 1 ? value(n) : n % 5 === 2 ? n % 3 - 1 : n % 5 === 3 ? beside : 'r'.repeat(n % 300);
};
const iterable = (n) => ({
  [Symbol.iterator]() {
    act(n);
    let left = n % 5 + 1;
    return {
      next() { act(n); return { get value() { act(n + 1); return n % 2 ? [given(n), value(n)] : value(n); }, done: !left-- }; },
      return() { act(n + 2); return {}; },
    };
  },
});
const maker = (n) => function (...a) {
  act(n);
  const kinds = [victim, beside, [], [1, 2, 3, 4, 5], new Uint8Array(16), new Float64Array(4), new ArrayBuffer(32), {}, steady[n % steady.length],
    new Uint16Array(new ArrayBuffer(8, { maxByteLength: 64 })), new BigInt64Array(3), new Proxy([], hostile(n))];
  return kinds[n % kinds.length];
};
const hostile = (n) => new Proxy({}, {
  get: (_, trap) => (n % 4 === 0 || acts[n % acts.length] % 3 ? (...a) => { act(n + trap.length); return Reflect[trap](...a); } : undefined),
});
const proxied = (o, n) => { const p = new Proxy(o, hostile(n)); proxies.add(p); return p; };
// Put traps on an object itself.
const rig = (o, n) => {
  if (!isObject(o)) return o;
  if (n % 3 === 0) quietly(() => { o.constructor = { get [Symbol.species]() { act(n); return maker(n); } }; });
  if (n % 3 === 1) quietly(() => { o[n % 4] = value(n); });
  if (n % 2) quietly(() => Object.defineProperty(o, n % 5, { get() { act(n); return given(n); }, set() { act(n); }, configurable: true, enumerable: true }));
  if (n % 7 === 0) quietly(() => { o[Symbol.isConcatSpreadable] = true; });
  if (n % 11 === 0 && o instanceof RegExp) o.exec = callback(n);
  return o;
};
const resizable = (n) => new ArrayBuffer(n, { maxByteLength: 64 });
// Fixed from the start.
const steady = [
  [1, 2, 3], ['b', 'a', 'c'], { a: 1, b: { c: 2 } }, [[1], { x: 1 }], function named() {}, /b/g, new Map([[1, 2], ['a', 3]]), new Set([1, 'a']),
  new Date(5), new Uint8Array([1, 2, 3, 4]).buffer, [{ toString() { act(1); return 'z'; } }, 'y', 'x'], new Error('e'), class Q { static s = [1]; },
];
for (const o of steady) fix(o, (p) => petrify(harden(p)), true);

const run = (calls, from) => {
  for (let i = from; i < calls.length; i++) {
    print(i);
    keep = [];
    budget = 4;
    items.length = 0;
    for (const o of [...watched.keys()]) if (!steady.includes(o)) watched.delete(o);
    const done = quietly(() => calls[i]());
    budget = 0;
    // A look at what came of it.
    quietly(() => JSON.stringify(done));
    quietly(() => { if (Array.isArray(done) || ArrayBuffer.isView(done)) [...done].length; });
    const wrong = holds();
    if (wrong) { print(`BROKEN ${wrong}`); return; }
  }
  gc();
  print('end');
};

// Many objects with many keys against a plain list of keys: adding, reading, missing,
// deleting in all orders, symbols, accessors, and collections in between.
let seed = 11;
const random = (n) => { seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff; return (seed >> 8) % n; };
const symbols = Array.from({ length: 30 }, (_, i) => Symbol("s" + i));
const name = (n) => { const i = random(n); return i % 11 === 5 ? symbols[i % 30] : "key" + i; };
let wrong = 0, hash = 0;
const check = (ok) => { if (!ok) wrong++; };
const inherited = { inherited: 1, key3: "far" };
for (let round = 0; round < 6; round++) {
  const objects = [], models = [];
  for (let i = 0; i < 4; i++) { objects.push(i === 3 ? Object.create(inherited) : {}); models.push(new Map()); }
  const range = [20, 90, 300, 700, 150, 1000][round];
  for (let k = 0; k < 6000; k++) {
    const which = random(4), o = objects[which], m = models[which], key = name(range);
    switch (random(6)) {
    case 0: case 1: o[key] = k; m.set(key, k); break;
    case 2: check(delete o[key]); m.delete(key); break;
    case 3: check(o[key] === (m.has(key) ? m.get(key) : which === 3 && key === "key3" ? "far" : undefined)); break;
    case 4: check(Object.hasOwn(o, key) === m.has(key)); break;
    case 5: if (!m.has(key)) Object.defineProperty(o, key, { get: () => -k, set() {}, configurable: true, enumerable: true }), m.set(key, -k), m.get(key); else { Object.defineProperty(o, key, { value: k, writable: true, configurable: true, enumerable: true }); m.set(key, k); } break;
    }
    // An accessor ignores what is written.
    if (m.has(key)) m.set(key, o[key]);
    if (k % 997 === 0) gc();
    if (k % 1500 === 0) {
      const own = Reflect.ownKeys(o), keys = [...m.keys()];
      const want = [...keys.filter((x) => typeof x === "string"), ...keys.filter((x) => typeof x === "symbol")];
      check(own.length === want.length && own.every((x, i) => x === want[i]));
      for (const x of own) hash = (Math.imul(hash, 31) + String(x).length) | 0;
    }
  }
  // First to last, last to first, and from both ends.
  for (const o of objects) {
    const keys = Reflect.ownKeys(o);
    while (keys.length) { const key = round % 3 === 0 ? keys.shift() : round % 3 === 1 ? keys.pop() : random(2) ? keys.pop() : keys.shift(); check(delete o[key]); check(!Object.hasOwn(o, key)); }
    o.again = 1; check(Object.keys(o).join() === "again");
  }
}
print(wrong, hash);

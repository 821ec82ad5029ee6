// Beside Maps that do the same, with collections, exotic keys and private fields.
let seed = 4711;
const random = (n) => {
  seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  return (seed >> 8) % n;
};
class Stamp extends (function (o) { return o; }) {
  #mark = 1;
  static has(o) { return #mark in o; }
}
const keys = [{}, [], () => {}, new Proxy({}, {}), new Date(0), Object.freeze({ f: 1 })];
const names = keys.map((key, i) => `k${i}`);
let pairs = [];
const fresh = () => ({ weak: random(2) ? new WeakMap() : new WeakSet(), own: new Map() });
for (let i = 0; i < 150; i++) pairs.push(fresh());
let wrong = 0, hits = 0;
for (let step = 0; step < 60000; step++) {
  const at = random(pairs.length), { weak, own } = pairs[at];
  const which = random(10) ? random(2) : random(keys.length), key = keys[which];
  const what = random(20);
  if (what < 8) {
    if (weak instanceof WeakMap) weak.set(key, step);
    else weak.add(key);
    own.set(key, step);
  } else if (what < 11) {
    if (weak.delete(key) !== own.delete(key)) wrong++;
  } else if (what < 19) {
    const has = weak.has(key);
    if (has !== own.has(key)) wrong++;
    if (weak instanceof WeakMap && weak.get(key) !== own.get(key)) wrong++;
    hits += has;
  } else if (random(4) === 0) pairs[at] = fresh();
  else if (which === 0) keys[0][`p${random(9)}`] = step;
  if (step % 9000 === 4500) gc();
  if (step === 30000) new Stamp(keys[0]);
}
print(wrong, hits > 5000, Stamp.has(keys[0]), Stamp.has(keys[1]));
print(Object.keys(keys[0]).sort().join(), Object.keys(keys[1]).length);
for (const { weak, own } of pairs)
  for (const key of keys) if (weak.has(key) !== own.has(key)) wrong++;
pairs.length = 20;
gc();
for (const { weak, own } of pairs)
  for (const key of keys) if (weak.has(key) !== own.has(key)) wrong++;
print(wrong);
